"""Probes for functions that draw."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

from autograder.spec.outputs import DRAWN
from autograder.spec.probes.common import Probe, flattened
from autograder.spec.probes.functions import function

Look = Callable[[dict[str, Any], tuple[Any, ...]], dict[Any, Any]]
LookAtCalls = Callable[[list[dict[str, Any]], tuple[Any, ...]], dict[Any, Any]]
CALLS = 40  # with one generator, which goes on
FEW = 2000  # numbers that come out of one call, at most, where so many are made


def draws(look: Look | None = None, many: int = 100, calls: LookAtCalls | None = None) -> Probe:
    """A function that draws from a `torch.Generator` among its arguments.

    Seen are its results, or what `look(results, args)` finds in them, where the results themselves are chance; what
    `calls(several, args)` finds in the results of `CALLS` calls on one generator, where one call gives `FEW` numbers at
    most; and `generator_used`: whether the same generator gives the same results and, where these have `many` elements
    or more, another generator others, and the same one others when it is asked again.
    """

    def run(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[Any, Any]:
        generators = [a for a in args if isinstance(a, torch.Generator)]
        seeds = [g.initial_seed() for g in generators]

        def onward() -> dict[str, Any]:
            found = {output.name: value for output, value in function(answer, args, returns, False).items()}
            return {n: list(v) if isinstance(v, Iterator) else v for n, v in found.items()}  # a generator draws late

        def call(shift: int) -> dict[str, Any]:
            for generator, seed in zip(generators, seeds, strict=True):
                generator.manual_seed(seed + shift)
            return onward()

        drawn = {"first": call(0), "again": call(0), "onward": onward(), "other": call(1)}
        few = flattened(list(drawn["first"].values())).numel() <= FEW
        several = [call(0), *(onward() for _ in range(CALLS - 1))] if calls and few else []
        return {DRAWN: drawn | {"several": several, "last": several[0] if several else call(0)}}

    def conclude(drawn: dict[str, Any], args: tuple[Any, ...]) -> dict[Any, Any]:
        first, again, *others = (flattened(list(drawn[n].values())) for n in ("first", "again", "onward", "other"))
        used = torch.equal(first, again) and (
            first.numel() < many or not any(torch.equal(first, other) for other in others)
        )
        outputs, several = drawn["last"], drawn["several"]
        seen = look(outputs, args) if look else outputs
        return seen | (calls(several, args) if calls and several else {}) | {"generator_used": used}

    return Probe(run, random=True, conclude=conclude)
