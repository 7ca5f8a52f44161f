"""The half of a spec that may stand beside a student's code: what is asked, and how the answer is called.

A spec is one file in two halves, parted by the line `MARK`. The upper half makes a `Question`; nothing in it tells
what is right. The lower half makes an `Exercise` of it. `catalogue.question` loads the upper half alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.spec.comparison import Comparison
from autograder.spec.draw import Draw
from autograder.spec.probes import Probe, as_tensors, function

MARK = "# %% what is right, and what is wrong"


@dataclass(frozen=True)
class Case:
    """The arguments of one call. A spec may write a bare value or a tuple where nothing else is to be said.

    Attributes:
        args: positional arguments; tensors are drawn in float64 and cast by the check.
        compare: what counts as equal on this case, where it is not the usual closeness.
        note: a few words for the card: "one row", "all scores equal".
    """

    args: tuple[Any, ...]
    compare: Comparison | None = None
    note: str = ""

    @classmethod
    def of(cls, value: Any) -> "Case":
        if isinstance(value, Case):
            return value
        return cls(value if isinstance(value, tuple) else (value,))


@dataclass(frozen=True)
class Cases:
    """All cases of one seed: ordinary ones, then the extreme ones, then those that leave arguments out."""

    all: list[Case]
    first_extreme: int
    first_left_out: int

    def extreme(self, index: int) -> bool:
        return self.first_extreme <= index < self.first_left_out

    def left_out(self, index: int) -> bool:
        return index >= self.first_left_out


@dataclass(eq=False, kw_only=True)  # compared and hashed by identity
class Question:
    """What is asked.

    Args:
        cases: ordinary and edge inputs, drawn anew for each seed.
        extremes: inputs where a careless answer overflows, divides by zero or takes the log of it.
        defaults: inputs without the arguments that have a default.
        bears: what the extremes are, in the words of the task: "scores of ten thousand".
        glimpse: a small case on which forbidden calls are looked for, where the ordinary ones run long.
        returns: names of what the answer returns, when it is more than one thing.
        probe: how to call the answer, in which precisions, and whether its device is tested.
        gradients: whether gradients through the answer are compared with those through the reference: with respect
            to every real input, or only to the arguments named.
        arguments: names of the arguments; told where `gradients` names some of them.
        forbids: concepts of `forbidden.concepts` that the answer may not call; the reference is always forbidden.
        uses: earlier exercises whose references replace the student's own functions during the check.
        fresh: names of outputs that must not lie in the memory of an argument.
        detached: names of outputs that may not carry a graph; a number never may where the reference gives one.
        keeps_dtype: whether the task asks for a result in the data type of what comes in.
        gives: what comes back, in the words of the task, where the kinds of the outputs do not tell it: "a module".
        answer: the name that `check` looks up; the exercise's id unless said.
        seconds: time that the whole check may take at the desk.
        id: the exercise's; set by the catalogue, from the name of the file.
    """

    cases: Callable[[Draw], Sequence[Any]] = lambda draw: [()]
    extremes: Callable[[Draw], Sequence[Any]] | None = None
    defaults: Callable[[Draw], Sequence[Any]] | None = None
    bears: str = ""
    glimpse: Callable[[Draw], Any] | None = None
    returns: Sequence[str] = ("result",)
    probe: Probe = function
    gradients: bool | Sequence[str] = False
    arguments: Sequence[str] = ()
    forbids: Sequence[str] = ()
    uses: Sequence[str] = ()
    fresh: Sequence[str] = ()
    detached: Sequence[str] = ()
    keeps_dtype: bool = False
    gives: str = ""
    answer: str = ""
    seconds: float = 4.0
    id: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.gradients, bool) and not set(self.gradients) <= set(self.arguments):
            raise ValueError(
                f"gradients={list(self.gradients)} names arguments that arguments={list(self.arguments)} lacks"
            )
        if self.gradients and self.probe.arrays:
            raise ValueError("gradients= asks for those of tensors, and the probe hands over arrays: leave one out")

    def named(self, exercise_id: str) -> None:
        """Take the id from the catalogue."""
        self.id, self.answer = exercise_id, self.answer or exercise_id

    def drawn(self, seed: int) -> Cases:
        """The cases of this seed: ordinary ones, extreme ones, and those that leave arguments out."""
        draw = Draw(seed)
        ordinary = [self._case(c) for c in self.cases(draw)]
        extreme = [self._case(c) for c in self.extremes(draw)] if self.extremes else []
        left_out = [self._case(c) for c in self.defaults(Draw(seed))] if self.defaults else []
        return Cases([*ordinary, *extreme, *left_out], len(ordinary), len(ordinary) + len(extreme))

    def first(self, seed: int) -> Case:
        """The case on which an answer is watched: the glimpse, or else the first one."""
        return self._case(self.glimpse(Draw(seed))) if self.glimpse else self.drawn(seed).all[0]

    def _case(self, given: Any) -> Case:
        """A case as a spec gives it; its arrays become tensors, which the probe hands over as arrays."""
        case = Case.of(given)
        return replace(case, args=as_tensors(case.args)) if self.probe.arrays else case

    def argument_names(self) -> list[str]:
        """Names of the arguments, as far as the question tells them."""
        return list(self.arguments or self.probe.arguments)
