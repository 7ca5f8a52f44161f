"""The half of a spec that no student's code may see: what is right, and which wrong answers students give.

An `Exercise` is a question with its answers. Its wrong answers are the knowledge of `checking.diagnosis`.
"""

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from autograder.spec.comparison import Comparison
from autograder.spec.completed import completed
from autograder.spec.mistakes import Mistake
from autograder.spec.outputs import Output
from autograder.spec.question import Question

Answer = Any  # a function, a class, or a plain value

# How the points are shared among the kinds of check that an exercise has. Only the ratios matter.
SHARES: Mapping[str, float] = {
    "values": 6, "extremes": 2, "defaults": 1, "operations": 2, "gradients": 2, "types": 1, "inputs": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that students give: `title` says what it does, `hints` lead away from it step by step."""

    name: str
    title: str
    hints: tuple[str, ...]
    answer: Answer
    mistake: str = ""  # the id of the shared mistake that it is, if it is one


class Exercise(Question):
    """One graded question, with what is right and what is wrong.

    Args:
        question: the upper half of the spec.
        reference: the function, class or value in `lib/gradschool` that is right.
        points: the most that the question is worth; the notebook's check cell takes them from here.
        compare: by name of an output, what counts as equal where it is not the usual closeness.
        truth: what is expected for a case's arguments, by name, where the reference itself is not the measure: the
            true labels of held-out data, say.
        shares: weights of the kinds of check, where they differ from `SHARES`; an output may have a weight of its own,
            by its name, beside the one that the other outputs share as "values".
        beside: names of outputs that wrong answers give as well: the number of batches, a network that stays as it was.
            These, and a mere yes or no, earn nothing where none of the other outputs is right.
        noise: relative error that a right answer may have beyond that of rounding: finite differences have some, and
            so has an epsilon that keeps a logarithm finite.
    """

    def __init__(
        self,
        question: Question,
        reference: Answer,
        *,
        points: float,
        compare: Mapping[Any, Comparison] | None = None,
        truth: Callable[..., Mapping[str, Any]] | None = None,
        shares: Mapping[str, float] | None = None,
        beside: Sequence[str] = (),
        noise: float = 0.0,
    ) -> None:
        super().__init__(**{f.name: getattr(question, f.name) for f in fields(Question)})
        self.reference, self.points = reference, points
        self.compare = {Output.of(name): comparison for name, comparison in (compare or {}).items()}
        self.truth, self.shares, self.noise = truth, shares or {}, noise
        self.beside = frozenset(beside)
        self.misconceptions: list[Misconception] = []
        self.alternatives: dict[str, Answer] = {}

    def argument_names(self) -> list[str]:
        """Names of the arguments: the probe's where a case holds others than the reference spells."""
        told = super().argument_names()
        if told:
            return told
        try:
            return list(inspect.signature(self.reference).parameters)
        except (TypeError, ValueError):
            return []

    def misconception(self, title: str, *hints: str) -> Callable[[Answer], Answer]:
        """Register the decorated answer as wrong. `hints` are questions that lead on, never the answer."""
        if not hints:
            raise ValueError(f"the misconception {title!r} needs at least one hint for the student")

        def register(answer: Answer) -> Answer:
            self.misconceptions.append(Misconception(answer.__name__, title, hints, self._called(answer)))
            return answer

        return register

    def mistake(self, shared: Mistake) -> Callable[[Answer], Answer]:
        """Register the decorated answer as wrong, by a mistake that other exercises know as well."""

        def register(answer: Answer) -> Answer:
            self._knows(answer.__name__, shared, answer)
            return answer

        return register

    def mistakes(self, family: Iterable[tuple[Mistake, Answer]]) -> None:
        """Register wrong answers that a family has made of this exercise's skeleton, each named by its mistake's id."""
        for shared, answer in family:
            self._knows(shared.id.replace("-", "_"), shared, answer)

    def variants(self, right: Answer) -> Callable[..., None]:
        """How to register wrong answers that are `right` with settings changed: `wrong(mistake, *hints, **settings)`.

        `mistake` is a shared one, or the title of one that this exercise alone knows, with its hints.

        Args:
            right: the exercise's right way, with what students get wrong as settings: keyword arguments of a function,
                attributes and methods of a class.
        """

        def wrong(mistake: Mistake | str, *hints: str, **settings: Any) -> None:
            made = mistake if isinstance(mistake, Mistake) else Mistake("", mistake, hints)
            if not made.hints:
                raise ValueError(f"the mistake {made.title!r} needs at least one hint for the student")
            name = "_".join(re.findall(r"\w+", made.title))
            self._knows(name, made, _variant(right, name, settings))

        return wrong

    def blames(self, mended: Answer, causes: Mapping[str, Sequence[str]]) -> None:
        """Register, for a script to be mended, answers that mend it and blame something else.

        Args:
            mended: the function put right.
            causes: by the letter of the task's list, what is blamed ("the learning rate"), and the hints.
        """
        for letter, (cause, *hints) in causes.items():
            register = self.misconception(f"blames {cause}", *hints)

            def answer(letter: str = letter) -> tuple[str, Answer]:
                return letter, mended

            answer.__name__ = "blames_" + "_".join(re.findall(r"\w+", cause))
            register(answer)

    def _knows(self, name: str, shared: Mistake, answer: Answer) -> None:
        self.misconceptions.append(Misconception(name, shared.title, shared.hints, self._called(answer), shared.id))

    def _called(self, answer: Answer) -> Answer:
        return completed(answer, self.reference) if self.defaults else answer

    def alternative(self, answer: Answer) -> Answer:
        """Register the decorated answer as right, though written another way than the reference."""
        self.alternatives[answer.__name__] = self._called(answer)
        return answer


def _variant(right: Answer, name: str, settings: Mapping[str, Any]) -> Answer:
    """A function with its keyword arguments given; a class that inherits, and is static where `right` is."""
    if not isinstance(right, type):
        return functools.partial(right, **settings)
    static = (key for key in settings if isinstance(inspect.getattr_static(right, key, None), staticmethod))
    return type(name, (right,), {**settings, **{key: staticmethod(settings[key]) for key in static}})
