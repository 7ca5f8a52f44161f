"""Is a changed answer right? Asked of one case first, and of the others only where it is."""

import contextlib
import sys
import time
from types import FrameType
from typing import Any

import torch

from autograder.checking.collect import DTYPES, collect, observe, places, write
from autograder.checking.context import quiet, time_limit
from autograder.checking.diagnosis.place.rewritten import FILE
from autograder.checking.diagnosis.wrong import left_otherwise, right, rights
from autograder.checking.evidence import Evidence
from autograder.checking.expectation import Expected, expect
from autograder.checking.judge import judge
from autograder.checking.keys import DOUBLE, Key, Place
from autograder.checking.references import forbidden_in, substitutes
from autograder.checking.tensors import cast
from autograder.spec import Exercise
from autograder.spec.errors import Interrupted, TimeLimit
from autograder.spec.outputs import Kind
from autograder.spec.probes import leaves

LONGEST, SHORTEST = 1.0, 0.05  # seconds that one run of a changed answer may take
SLOWER = 5  # and how many times as long as the student's own


class Trial:
    """An exercise, with what is known of a wrong answer to it.

    Attributes:
        telling: the cases on which that answer is wrong, the smallest first.
    """

    def __init__(self, exercise: Exercise, evidence: Evidence, seed: int) -> None:
        self._exercise, self._seed, self._evidence = exercise, seed, evidence
        self._expectation = expect(exercise, seed)
        self._expected: dict[Place, list[Expected]] = {}
        for key, expected in self._expectation.expected.items():
            self._expected.setdefault(key.place, []).append(expected)
        self._seconds = LONGEST
        wrong = {key.place for key, fine in rights(evidence, self._expectation).items() if not fine}
        wrong |= set(left_otherwise(evidence, self._expectation))
        ordered = sorted(places(exercise, len(self._expectation.cases.all)), key=self._rank)
        self.telling = [place for place in ordered if place in wrong]
        self._others = [place for place in ordered if place not in wrong]

    def _rank(self, place: Place) -> tuple[bool, int]:
        """Small cases first, of those in float64."""
        return place.dtype != DOUBLE, sum(leaf.numel() for leaf in leaves(self._expectation.cases.all[place.case].args))

    def run_first(self, answer: Any) -> "FirstRun":
        """The student's own answer on the first telling case: how long it takes, and which lines are run."""
        lines, crashed = set[int](), 0
        began = time.thread_time()
        self.right_on(answer, self.telling[0])
        self._seconds = min(LONGEST, max(SHORTEST, SLOWER * (time.thread_time() - began)))
        try:
            with _lines_into(lines), time_limit(LONGEST):
                self._probe(answer, self.telling[0], Evidence())
        except Interrupted:
            raise
        except BaseException as error:  # of whatever kind: an answer may raise anything
            crashed = _last_line(error)
        return FirstRun(lines, crashed)

    def right_on(self, answer: Any, place: Place) -> bool:
        """Whether an answer is right there in all respects."""
        try:
            with time_limit(self._seconds):
                return self._values_right(answer, place) and self._all_right(answer, place)
        except Interrupted:
            raise
        except BaseException:  # a changed answer may raise anything; too slow is not right either
            return False

    def right(self, answer: Any, besides: Place) -> Place | None:
        """The first case, `besides` one that is known to be right, on which an answer is wrong; None if it is right."""
        for place in (*self.telling, *self._others):
            if place != besides and not self.right_on(answer, place):
                return place
        with quiet():
            evidence = collect(
                self._exercise, answer, self._seed, forbidden_in(self._exercise), substitutes(self._exercise)
            )
        return None if judge(self._exercise, evidence, self._seed).passed else besides

    def _probe(self, answer: Any, place: Place, evidence: Evidence) -> None:
        """Call the answer once, without gradients, and write down what it gives."""
        args = cast(self._expectation.cases.all[place.case].args, DTYPES[place.dtype])
        torch.default_generator.manual_seed(0)
        for output, value in self._exercise.probe(answer, args, self._exercise.returns, False).items():
            write(evidence, Key(place, output), value)

    def _values_right(self, answer: Any, place: Place) -> bool:
        evidence = self._empty()
        self._probe(answer, place, evidence)
        values = (e for e in self._expected.get(place, ()) if e.key.output.kind is not Kind.GRADIENT)
        return all(right(evidence, expected) for expected in values)

    def _all_right(self, answer: Any, place: Place) -> bool:
        evidence = self._empty()
        attempted = observe(evidence, self._exercise, answer, self._expectation.cases.all[place.case], place)
        fine = all(right(evidence, expected) for expected in self._expected.get(place, ()))
        return attempted and fine and not left_otherwise(evidence, self._expectation)

    def _empty(self) -> Evidence:
        evidence = Evidence()
        evidence.notes.single = self._evidence.notes.single
        return evidence


class FirstRun:
    """What a run of the student's own answer shows: the lines that are run, and the one on which it stops, 0 if none."""

    def __init__(self, lines: set[int], crashed: int) -> None:
        self.lines, self.crashed = lines, crashed


@contextlib.contextmanager
def _lines_into(lines: set[int]) -> Any:
    """Note every line of the answer that is run."""

    def look(frame: FrameType, event: str, arg: Any) -> Any:
        if frame.f_code.co_filename != FILE:
            return None
        lines.add(frame.f_lineno)
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(before)


def _last_line(error: BaseException) -> int:
    """The line of the answer on which an exception came up."""
    line, traceback = 0, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == FILE:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
