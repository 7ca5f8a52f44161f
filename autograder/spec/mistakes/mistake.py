"""One mistake, whatever exercise it is made in."""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Mistake:
    """A mistake that students make in more than one exercise.

    Attributes:
        id: what the class page counts it by, over all exercises.
        title: what it does, to be read after "Your `name` …"; words in braces are the exercise's own (`told`).
        hints: questions that lead away from it step by step, never the answer.
    """

    id: str
    title: str
    hints: tuple[str, ...]

    def told(self, **words: str) -> "Mistake":
        """In the words of one exercise: `told(name="w")` puts `w` for `{name}`.

        Raises:
            KeyError: a word in braces is not given.
        """
        return replace(self, title=self.title.format(**words), hints=tuple(h.format(**words) for h in self.hints))

    def hinted(self, *hints: str) -> "Mistake":
        """With an exercise's own hints, where the shared ones say less than it can."""
        return replace(self, hints=hints)


Wrong = tuple[Mistake, Any]  # a mistake, and an answer in which it is made
