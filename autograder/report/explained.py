"""How far the wrong answers of a class were explained: named, located, described, or not at all."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from autograder.checking.verdict import Means
from autograder.report.results import Result, Results


class How(StrEnum):
    """How far, the furthest first."""

    NAMED = "named"  # what the answer does
    LOCATED = "located"  # the place in the answer
    CONDITIONED = "conditioned"  # when it is wrong
    DESCRIBED = "described"  # what its numbers look like
    UNEXPLAINED = "unexplained"


BY = {
    Means.KNOWN: How.NAMED, Means.UNUSED: How.NAMED, Means.CHANGED: How.NAMED, Means.PLACE: How.LOCATED,
    Means.CONDITION: How.CONDITIONED, Means.PATTERN: How.DESCRIBED,
}  # fmt: skip
OPEN = (How.CONDITIONED, How.DESCRIBED, How.UNEXPLAINED)  # nobody knows yet what such an answer does


def how(result: Result) -> How | None:
    """How far an answer is explained, by the best of its diagnoses; None for one that lost nothing by its results."""
    if result.state != "checked" or result.points >= result.most:
        return None
    found = {BY[Means(means)] for means in result.means if means in set(Means)}
    if result.misconceptions:
        found.add(How.NAMED)
    return next((each for each in How if each in found), How.UNEXPLAINED)


@dataclass(frozen=True)
class Explained:
    """The wrong answers of one question, or of all, by how far they are explained."""

    question: str
    counts: Counter[How]

    @property
    def wrong(self) -> int:
        return self.counts.total()

    def share(self, which: How) -> float:
        """As a share of the wrong ones, from 0 to 1."""
        return self.counts[which] / max(self.wrong, 1)


def explained(results: Results) -> list[Explained]:
    """Every question that somebody got wrong, in the order of the notebooks."""
    found = [Explained(name, _counts(results.on(name))) for name in results.questions]
    return [each for each in found if each.wrong]


def in_all(results: Results) -> Explained:
    """The whole class."""
    return Explained("all", _counts(results.all))


def _counts(some: Iterable[Result]) -> Counter[How]:
    return Counter(each for result in some if (each := how(result)) is not None)
