"""What a check found: the lines of the card, their points, and what the mistake is called."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.checking.keys import Key


class State(StrEnum):
    """How far a check came."""

    CHECKED = "checked"  # its rows were reached
    MISSING = "missing"  # there is no answer of that name
    UNATTEMPTED = "unattempted"  # the answer is still the stub
    FORBIDDEN = "forbidden"  # it calls what it should have written
    TIMEOUT = "timeout"  # it was stopped
    FAILED = "failed"  # it gave nothing that can be compared
    DIED = "died"  # it ended its process, or the evidence cannot be read
    JUDGE_FAILED = "judge failed"  # the grader's own fault


@dataclass(frozen=True)
class Mismatch:
    """One output that is not what it should be: enough to show where, and to look for the reason."""

    key: Key
    sentence: str  # why it cannot be compared, or "" if it was compared
    expected: NDArray[Any] | None = None
    got: NDArray[Any] | None = None
    wrong: NDArray[np.bool_] | None = None
    asks: str = ""  # what was asked where it is no single number: "at least 10"

    @property
    def case(self) -> int:
        return self.key.case

    def worst(self) -> tuple[int, ...]:
        """Index of the element furthest off; a NaN or an infinity is further than any number."""
        assert self.expected is not None and self.got is not None and self.wrong is not None
        with np.errstate(all="ignore"):
            off = np.abs(self.got.astype(np.float64) - self.expected.astype(np.float64))
        off = np.where(self.wrong, np.nan_to_num(off, nan=np.inf), -1.0)
        return tuple(int(i) for i in np.unravel_index(int(np.argmax(off)), off.shape))


class Means(StrEnum):
    """By what a diagnosis was found; those that name what to change come first."""

    KNOWN = "known"  # a misconception of the spec, or one of a family
    UNUSED = "unused"  # an argument that the answer never reads
    CHANGED = "changed"  # the reference, changed in one place by machine, gives the same
    PLACE = "place"  # the answer, changed in one place by machine, is right
    CONDITION = "condition"  # what the cases have in common on which it is wrong
    PATTERN = "pattern"  # what the numbers look like


@dataclass(frozen=True)
class Diagnosis:
    """What the mistake is, in words for the student, and questions that lead away from it.

    `title` reads on from "Your `softmax` …" where `means` names a mistake, and is a sentence elsewhere.
    `misconception` is the name in the spec when the mistake is a known one: the instructor's row. `mistake` is the
    shared mistake's id, where it is one that several exercises know.
    """

    title: str
    hints: tuple[str, ...] = ()
    misconception: str = ""
    mistake: str = ""
    means: Means = Means.PATTERN

    @property
    def names(self) -> bool:
        """Whether it says what the answer does, not only where or how its result is wrong."""
        return self.means in (Means.KNOWN, Means.UNUSED, Means.CHANGED)


@dataclass
class Row:
    """One line of the card: a kind of check, whether it passed, and its points."""

    kind: str
    label: str
    mismatches: list[Mismatch] = field(default_factory=list)
    sentence: str = ""
    output: str = ""  # of a line on values: which output it is about
    beside: bool = False  # of a line on values: wrong answers pass it as well
    points: float = 0.0
    earned: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.mismatches and not self.sentence


@dataclass
class Verdict:
    """What a check found. `reason` is set when the rows were not reached at all."""

    exercise: str
    points: float
    max_points: float
    rows: list[Row] = field(default_factory=list)
    reason: str = ""
    state: State = State.CHECKED
    diagnoses: list[Diagnosis] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)  # sentences on what costs no points
    answer: str = ""  # the name that the student gave it, where that is not the exercise's

    @property
    def passed(self) -> bool:
        return self.points >= self.max_points
