"""Names of what comes out of an answer: a returned value, a gradient, a count of operations, each at a step or not."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Kind(StrEnum):
    """What an output tells of: a value, a gradient, a number of tensor operations, results that are chance."""

    VALUE = "value"
    GRADIENT = "gradient"
    COUNT = "count"
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class Output:
    """One thing that a probe has seen.

    Attributes:
        name: what it is called in the task: `p`, `weight`, `operations for more images`.
        kind: value, gradient or count.
        step: the step of an update after which it was seen, from 1; 0 where there are no steps.
        item: its place in a list of tensors; the number of the input, for a gradient with respect to one.
    """

    name: str
    kind: Kind = Kind.VALUE
    step: int = 0
    item: int | None = None

    @classmethod
    def of(cls, name: "str | Output") -> "Output":
        """A bare name is that of a value."""
        return name if isinstance(name, Output) else cls(name)

    def at(self, step: int) -> "Output":
        """The same, seen after this step."""
        return replace(self, step=step)

    def part(self, item: int) -> "Output":
        """One tensor of a list."""
        return replace(self, item=item)

    @property
    def heading(self) -> str:
        """Under which line of the card it stands: all steps of one thing under one."""
        return self.name if self.item is None or self.step else f"{self.name}[{self.item}]"

    def __str__(self) -> str:
        steps = f" after step {self.step}" if self.step else ""
        items = "" if self.item is None else f"[{self.item}]"
        return f"{self.name}{steps}{items}"


DRAWN = Output("what was drawn", Kind.DRAWN)  # results whose numbers are chance: a probe's `conclude` reads them
INPUT = "input"  # the name of gradients with respect to an argument; `item` says which of the input tensors


def input_gradient(i: int) -> Output:
    """The gradient with respect to the i-th real input tensor."""
    return Output(INPUT, Kind.GRADIENT, item=i)


def gradient(name: str) -> Output:
    """The gradient with respect to something that the probe names itself: a parameter, say."""
    return Output(name, Kind.GRADIENT)
