"""Answers that nobody has named yet, put together: one look covers all students who wrote the same.

What answers give cannot be compared, as each student's cases are drawn from another seed, and to run them once more
means the sandbox. So it is compared what was written, then how it failed. First: answers of one form
(`anonymous.anonymous`) do the same. Then: forms that failed on the same lines and cases, by the same descriptions but
for the numbers, are likely to; only where that says something. To be wrong everywhere, in no way that can be described,
joins nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from autograder.checking.failures import EVERY
from autograder.report.anonymous import anonymous
from autograder.report.explained import OPEN, how
from autograder.report.results import Result, Results
from autograder.report.similarity import normalised
from autograder.spec import catalogue

NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")

T = TypeVar("T")
Signature = tuple[tuple[str, ...], tuple[str, ...]]  # lines that failed, descriptions


@dataclass(frozen=True)
class Cluster:
    """Answers to one question that belong together.

    Attributes:
        question: which one.
        students: who wrote them.
        example: the form that most of them have; nothing in it is a student's own. "" where none can be read.
        forms: how many forms they have.
        failed: lines of the card that failed, with the cases.
        said: what the card says of them.
        points: the most that one of them got.
    """

    question: str
    students: tuple[str, ...]
    example: str
    forms: int
    failed: tuple[str, ...]
    said: tuple[str, ...]
    points: float

    @property
    def count(self) -> int:
        return len(self.students)


def clusters(results: Results) -> list[Cluster]:
    """Of all answers that no diagnosis names or locates, the largest first; then in the order of the questions."""
    found = [cluster for question in results.questions for cluster in _of_question(question, results)]
    return sorted(found, key=lambda cluster: -cluster.count)


def _of_question(question: str, results: Results) -> list[Cluster]:
    exercise = catalogue.find(question)
    forms: dict[str, list[Result]] = {}
    written: dict[str, str] = {}
    for result in results.on(question):
        if how(result) in OPEN:
            form = anonymous(result.answer, exercise)
            key = form or "\n".join(normalised(result.answer))  # not to be read: told apart by its words
            written[key] = form
            forms.setdefault(key, []).append(result)
    joined: dict[Signature | str, list[str]] = {}
    for key, some in forms.items():
        signature = _commonest(_signature(result) for result in some)
        joined.setdefault(signature if _tells(signature) else key, []).append(key)
    return [_cluster(question, [(written[key], forms[key]) for key in keys]) for keys in joined.values()]


def _cluster(question: str, parts: Sequence[tuple[str, list[Result]]]) -> Cluster:
    example, commonest = max(parts, key=lambda part: (bool(part[0]), len(part[1])))
    every = [result for _, some in parts for result in some]
    failed = _commonest(result.failed for result in commonest)
    said = _commonest(result.diagnoses for result in commonest)
    students = tuple(sorted({result.student for result in every}))
    return Cluster(question, students, example, len(parts), failed, said, max(result.points for result in every))


def _signature(result: Result) -> Signature:
    return result.failed, tuple(sorted(NUMBER.sub("#", title) for title in result.diagnoses))


def _tells(signature: Signature) -> bool:
    """Whether it says more than that all is wrong: where a line fails on every case, others may follow from it."""
    failed, said = signature
    return bool(said) or (bool(failed) and all(EVERY not in line for line in failed))


def _commonest(some: Iterable[T]) -> T:
    return Counter(some).most_common(1)[0][0]
