"""Probes for functions that draw."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

from autograder.spec.probes.common import Probe, flattened, probe
from autograder.spec.probes.functions import function

Look = Callable[[dict[str, Any], tuple[Any, ...]], dict[Any, Any]]


def draws(look: Look | None = None, many: int = 100) -> Probe:
    """A function that draws from a `torch.Generator` among its arguments.

    Seen are its results, or what `look(results, args)` finds in them, where the results themselves are chance; and
    `generator_used`: whether the same generator gives the same results and, where these have `many` elements or more,
    another generator others.
    """

    @probe(random=True)
    def run(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[Any, Any]:
        generators = [a for a in args if isinstance(a, torch.Generator)]
        seeds = [g.initial_seed() for g in generators]

        def call(shift: int) -> dict[str, Any]:
            for generator, seed in zip(generators, seeds, strict=True):
                generator.manual_seed(seed + shift)
            found = {output.name: value for output, value in function(answer, args, returns, False).items()}
            return {n: list(v) if isinstance(v, Iterator) else v for n, v in found.items()}  # a generator draws late

        first, again, other = (flattened(call(shift)) for shift in (0, 0, 1))
        used = torch.equal(first, again) and (first.numel() < many or not torch.equal(first, other))
        outputs = call(0)
        return (look(outputs, args) if look else outputs) | {"generator_used": used}

    return run
