"""Numbers on the questions of a graded class."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from autograder.checking.verdict import Means
from autograder.report.results import NOT_HANDED_IN, Result, Results
from autograder.spec import catalogue

FAILURES = {
    NOT_HANDED_IN: "was not handed in",
    "unattempted": "left blank",
    "missing": "no answer of this name, or its cell failed",
    "failed": "gave nothing that can be compared",
    "timeout": "did not end",
    "died": "ended its process",
    "forbidden": "called what it should have built",
    "judge failed": "could not be judged",
}


@dataclass(frozen=True)
class Question:
    """How one question did.

    Attributes:
        handed_in: how many students handed in an answer, were it only the stub; the other numbers are of these alone.
        tried: how many of these wrote something.
        difficulty: mean share of the points, from 0 (nobody had any) to 1 (everybody had all).
        discrimination: correlation of the question's share with the points on all other questions: near 0 the question
            says nothing about who knows the rest, below 0 something is wrong with it. None where nothing varies.
        failures: why answers did not get as far as a comparison, with counts.
    """

    name: str
    most: float
    handed_in: int
    tried: int
    right: int
    difficulty: float
    discrimination: float | None
    failures: Counter[str]


def questions(results: Results) -> list[Question]:
    """Every question, in the order of the notebooks. Difficulty and discrimination as in classical test theory."""
    totals = results.totals()
    found = []
    for name in results.questions:
        everybody = results.on(name)
        here = [r for r in everybody if r.handed_in]
        shares = np.array([r.share for r in here])
        rest = np.array([totals[r.student] - r.points for r in here])
        found.append(
            Question(
                name, everybody[0].most,
                handed_in=len(here),
                tried=sum(r.tried for r in here),
                right=sum(r.points >= r.most for r in here),
                difficulty=float(shares.mean()) if here else 0.0,
                discrimination=correlation(shares, rest),
                failures=Counter(FAILURES[r.state] for r in everybody if r.state in FAILURES),
            )
        )  # fmt: skip
    return found


def correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    """Pearson's correlation; None where either does not vary."""
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


@dataclass(frozen=True)
class Mistake:
    """A mistake that the class makes, in the words that its students read, and how many make it."""

    question: str
    title: str
    count: int
    share: float  # of those who tried the question


def mistakes(results: Results) -> list[Mistake]:
    """The mistakes named, those of the specs and those that nobody wrote down, the commonest first."""
    found = []
    for name in results.questions:
        here = results.on(name)
        tried = sum(r.tried for r in here)
        titles = {m.name: m.title for m in catalogue.find(name).misconceptions}
        counts = Counter(title for r in here for title in _titles(r, titles))
        found += [Mistake(name, title, n, n / max(tried, 1)) for title, n in counts.items()]
    return sorted(found, key=lambda m: (-m.count, m.question, m.title))


def _titles(result: Result, of_spec: Mapping[str, str]) -> Iterator[str]:
    """What the result's mistakes are called; in the words of its own time where a spec has renamed one since."""
    pairs = list(zip(result.diagnoses, result.means, strict=False))
    then = [title for title, means in pairs if means == Means.KNOWN] if pairs else list(result.diagnoses)
    for i, name in enumerate(result.misconceptions):
        yield of_spec.get(name, then[i] if i < len(then) else name)
    yield from (title for title, means in pairs if means in (Means.UNUSED, Means.CHANGED))


@dataclass(frozen=True)
class Shared:
    """A mistake that several exercises know, where it was found, and how many students made it in any of them."""

    id: str
    title: str
    exercises: tuple[str, ...]
    students: int


def shared_mistakes(results: Results) -> list[Shared]:
    """The mistakes found by what they are, not by where: the commonest first."""
    found: dict[str, list[Result]] = {}
    for r in results.all:
        for mistake in set(r.mistakes):
            found.setdefault(mistake, []).append(r)
    shared = []
    for mistake, where in found.items():
        exercises = tuple(sorted({r.question for r in where}, key=results.questions.index))
        titles = {m.title for name in exercises for m in catalogue.find(name).misconceptions if m.mistake == mistake}
        shared.append(Shared(mistake, in_common(titles) or mistake, exercises, len({r.student for r in where})))
    return sorted(shared, key=lambda s: (-s.students, -len(s.exercises), s.title))


def in_common(titles: Collection[str]) -> str:
    """What titles of one mistake say alike; dots stand for the words that an exercise puts in for itself.

    The shortest title, where an exercise says it quite otherwise; "" where there are none.
    """
    words = [title.split() for title in titles]
    head = _first_alike(words)
    tail = _first_alike([each[len(head) :][::-1] for each in words])[::-1]
    if len(head) + len(tail) < 2:
        return min(titles, key=lambda title: (len(title), title), default="")
    differ = any(len(each) > len(head) + len(tail) for each in words)
    return " ".join([*head, *(["…"] if differ else []), *tail])


def _first_alike(lists: Sequence[Sequence[str]]) -> list[str]:
    columns = zip(*lists, strict=False)  # as far as the shortest goes
    return [column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns)]
