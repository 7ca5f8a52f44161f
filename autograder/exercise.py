"""What an author writes: one graded question, with its right answers and its wrong ones.

An `Exercise` is data and pure functions. It is run by `checking.evidence`, judged by `checking.judge`, and its
wrong answers are the knowledge of `checking.diagnosis`.
"""

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.checking.comparison import Comparison
from autograder.checking.draw import Draw
from autograder.checking.probes import Probe, function

Answer = Any  # a function, a class, or a plain value

# How the points are shared among the kinds of check that an exercise has. Only the ratios matter.
SHARES: Mapping[str, float] = {
    "values": 6, "extremes": 2, "operations": 2, "gradients": 2, "types": 1, "inputs": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """The arguments of one call. A spec may write a bare value or a tuple where nothing else is to be said.

    Attributes:
        args: positional arguments; tensors are drawn in float64 and cast by the engine.
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
class Misconception:
    """A wrong answer that students give: `title` says what it does, `hints` lead away from it step by step."""

    name: str
    title: str
    hints: tuple[str, ...]
    answer: Answer


@dataclass(eq=False)  # compared and hashed by identity
class Exercise:
    """One graded question.

    Args:
        reference: the function, class or value in `lib/gradschool` that is right.
        points: the most that the question is worth; equal to the points of its notebook cell.
        cases: ordinary and edge inputs, drawn anew for each seed.
        extremes: inputs where a careless answer overflows, divides by zero or takes the log of it.
        gradients: whether gradients through the answer are compared with those through the reference: with respect
            to every real input, or only to the arguments named.
        forbids: concepts of `guard.concepts` that the answer may not call; the reference is always forbidden.
        uses: earlier exercises whose references replace the student's own functions during the check.
        returns: names of what the answer returns, when it is more than one thing.
        compare: by name of a returned thing, what counts as equal where it is not the usual closeness.
        probe: how to call the answer: a function unless said.
        answer: the name that `check` looks up; the exercise's id unless said.
        mutates: whether the task allows the answer to write into its arguments.
        device: whether to test on the meta device that the result stays on the device of the inputs.
        truth: what is expected for a case's arguments, by name, where the reference itself is not the measure: the
            true labels of held-out data, say.
        glimpse: a small case on which forbidden calls are looked for, where the ordinary ones run long.
        dtypes: precisions in which the cases are run; one of them for an answer that trains.
        random: the answer draws or trains: it is run in float32 alone, and its device is not tested.
        shares: weights of the kinds of check, where they differ from `SHARES`; an output may have a weight of its own,
            by its name, beside the one that the other outputs share as "values".
        noise: relative error that a right answer may have beyond that of rounding: finite differences have some, and
            so has an epsilon that keeps a logarithm finite.
        seconds: time that the whole check may take at the desk.
    """

    reference: Answer
    points: float
    cases: Callable[[Draw], Sequence[Any]] = lambda draw: [()]
    extremes: Callable[[Draw], Sequence[Any]] | None = None
    gradients: bool | Sequence[str] = False
    forbids: Sequence[str] = ()
    uses: Sequence[str] = ()
    returns: Sequence[str] = ("result",)
    compare: Mapping[str, Comparison] = field(default_factory=dict)
    probe: Probe = function
    answer: str = ""
    mutates: bool = False
    device: bool = True
    truth: Callable[..., Mapping[str, Any]] | None = None
    glimpse: Callable[[Draw], Any] | None = None
    dtypes: Sequence[str] = ("float64", "float32")
    random: bool = False
    shares: Mapping[str, float] = field(default_factory=dict)
    noise: float = 0.0
    seconds: float = 4.0
    id: str = ""
    misconceptions: list[Misconception] = field(default_factory=list)
    alternatives: dict[str, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.id:  # a spec lives in a module of its own name
            self.id = sys._getframe(2).f_globals.get("__name__", "").rpartition(".")[2]
        self.answer = self.answer or self.id
        if self.random:
            self.device, self.dtypes = False, ("float32",)

    def misconception(self, title: str, *hints: str) -> Callable[[Answer], Answer]:
        """Register the decorated answer as wrong. `hints` are questions that lead on, never the answer."""
        if not hints:
            raise ValueError(f"{self.id}: the misconception {title!r} needs at least one hint for the student")

        def register(answer: Answer) -> Answer:
            self.misconceptions.append(Misconception(answer.__name__, title, hints, answer))
            return answer

        return register

    def writes_into(self, what: str, name: str) -> Callable[[Answer], Answer]:
        """Register the decorated answer as one that changes its caller's tensor `name`, the `what` of the task."""
        return self.misconception(
            f"writes into the caller's {what}",
            f"After the call, what should the caller's `{name}` hold?",
            f"What is the difference between `{name} += d` and `{name} = {name} + d` for a tensor?",
        )

    def ignores_the_generator(self, answer: Answer) -> Answer:
        """Register the decorated answer as one that draws from torch's global source of chance."""
        return self.misconception(
            "draws from torch's global source of chance, not from `generator`",
            "Call your function twice with equally seeded generators. Should the results differ?",
            "Which of your lines uses the generator?",
        )(answer)

    def alternative(self, answer: Answer) -> Answer:
        """Register the decorated answer as right, though written another way than the reference."""
        self.alternatives[answer.__name__] = answer
        return answer

    def drawn(self, seed: int) -> "Cases":
        """The cases of this seed: ordinary ones first, then the extreme ones."""
        draw = Draw(seed)
        ordinary = [Case.of(c) for c in self.cases(draw)]
        extreme = [Case.of(c) for c in self.extremes(draw)] if self.extremes else []
        return Cases(ordinary + extreme, len(ordinary))

    def argument_names(self) -> list[str]:
        """Names of the arguments, as the probe calls them where a case holds others than the reference spells."""
        told: list[str] = getattr(self.probe, "arguments", [])
        if told:
            return told
        try:
            return list(inspect.signature(self.reference).parameters)
        except (TypeError, ValueError):
            return []


@dataclass(frozen=True)
class Cases:
    """All cases of one seed; those from index `first_extreme` on are the extreme ones."""

    all: list[Case]
    first_extreme: int

    def kind(self, index: int) -> str:
        return "values" if index < self.first_extreme else "extremes"
