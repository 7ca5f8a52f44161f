"""A probe that also counts tensor operations: "too slow" without a clock.

An answer with a loop over samples, channels or pixels runs more operations when there are more of them; a vectorised
one runs the same few, each on more numbers. One case of the exercise brings larger versions of itself (`growing`), and
the probe counts what PyTorch's dispatcher runs on each. The judge gives this a line of its own: the values count
without it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.spec.comparison import Steady
from autograder.spec.dispatch import DispatchMode
from autograder.spec.outputs import Kind, Output
from autograder.spec.probes.common import Probe
from autograder.spec.probes.functions import function


def count(what: str) -> Output:
    """The number of operations on a small input and on one with more of this."""
    return Output(f"operations for more {what}", Kind.COUNT)


def counted(inner: Probe = function) -> Probe:
    """What `inner` sees and, on a case made by `growing`, how many operations run on it and on its larger versions."""

    def run(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[Output, Any]:
        if not (args and larger_versions(args[-1])):
            return inner.observed(answer, args, returns, gradients)
        args, larger = args[:-1], args[-1]
        outputs = inner.observed(answer, args, returns, gradients)
        if not gradients:
            few = operations(answer, args)
            outputs |= {name: torch.tensor([few, operations(answer, more)]) for name, more in larger.items()}
        return outputs

    return inner.but(run=run)


class Larger(dict[Output, tuple[Any, ...]]):
    """What `growing` appends to a case: not the answer's business."""


def growing(*args: Any, **larger: Sequence[Any]) -> tuple[Any, ...]:
    """A case whose operations are counted: its arguments and, by what there is more of, all arguments of a larger one.

    No axis should have length one in either: some of torch's functions take a shortcut there.
    """
    return (*args, Larger({count(what): tuple(more) for what, more in larger.items()}))


def larger_versions(value: Any) -> bool:
    """Whether this argument of a case is what `growing` appended."""
    return isinstance(value, Larger)


def steady(*whats: str) -> Mapping[Output, Steady]:
    """For an exercise's `compare`: no more operations, however many there are of each of these."""
    return {count(what): Steady(what=what) for what in whats}


def operations(answer: Any, args: Sequence[Any]) -> int:
    """How many tensor operations the answer runs on copies of these arguments."""
    copies = [a.clone() if isinstance(a, Tensor) else a for a in args]
    counter = _Counter()
    with counter:
        answer(*copies)
    return counter.count


# What a `reshape` runs, or does not, depending on how a tensor lies in memory: no step of a calculation.
LAYOUT = {"aten::view", "aten::_unsafe_view", "aten::clone"}


class _Counter(DispatchMode):  # type: ignore[no-untyped-call]
    def __init__(self) -> None:
        super().__init__()
        self.count: int = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += func._schema.name not in LAYOUT
        return func(*args, **(kwargs or {}))
