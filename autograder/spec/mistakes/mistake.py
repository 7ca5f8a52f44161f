"""One mistake, whatever exercise it is made in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Mistake:
    """A mistake that students make in more than one exercise.

    Attributes:
        id: what the class page counts it by, over all exercises.
        title: what it does, to be read after "Your `name` …"; words in braces are the exercise's own (`told`).
        hints: questions that lead away from it step by step, never the answer.
        settings: what makes it of a right way that takes settings (`made_in`), if its family has such a way.
    """

    id: str
    title: str
    hints: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def told(self, **words: str) -> "Mistake":
        """In the words of one exercise: `told(name="w")` puts `w` for `{name}`.

        Raises:
            KeyError: a word in braces is not given.
        """
        return replace(self, title=self.title.format(**words), hints=tuple(h.format(**words) for h in self.hints))

    def hinted(self, *hints: str) -> "Mistake":
        """With an exercise's own hints, where the shared ones say less than it can."""
        return replace(self, hints=hints)

    def worded(self, title: str, *hints: str) -> "Mistake":
        """The same mistake in other words, for a kind of exercise in which its own would not be understood."""
        return replace(self, title=title, hints=hints or self.hints)


Wrong = tuple[Mistake, Any]  # a mistake, and an answer in which it is made


def made_in(way: Callable[..., Any], *mistakes: Mistake) -> Iterator[Wrong]:
    """Wrong answers, for `exercise.mistakes`: an exercise's right way, with what students get wrong as settings."""
    for mistake in mistakes:

        def answer(*args: Any, settings: Mapping[str, Any] = mistake.settings) -> Any:
            return way(*args, **settings)

        yield mistake, answer
