"""Is a changed answer right? Asked of one case first, and of the others only where it is."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import torch

from autograder.checking.collect import DTYPES, observe, places, watch, write
from autograder.checking.context import time_limit
from autograder.checking.diagnosis.place.lines import Lines, followed, last_line
from autograder.checking.diagnosis.wrong import left_otherwise, right, rights
from autograder.checking.evidence import Evidence
from autograder.checking.expectation import Expected, expect
from autograder.checking.judge import judge
from autograder.checking.keys import DOUBLE, Key, Place
from autograder.checking.references import forbidden_in
from autograder.checking.tensors import cast
from autograder.spec import Exercise
from autograder.spec.errors import Interrupted, TimeLimit
from autograder.spec.outputs import Kind
from autograder.spec.probes import leaves

LONGEST, SHORTEST = 1.0, 0.1  # seconds that one run of a changed answer may take
SLOWER = 5  # and how many times as long as the student's own
TRIES = 4  # of a run that was stopped since it waited, on a busy machine
RUNS_OF_A_REFERENCE = 8  # for one case: in three ways, with gradients, and the answer itself
SLOW = 0.2  # seconds of one run with which too few changes could be tried
Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome:
    """What an answer does on one case: which values are right there, and whether all is, in every respect."""

    right: frozenset[Key] = frozenset()
    whole: bool = False


class Trial:
    """An exercise, with what is known of a wrong answer to it.

    Attributes:
        telling: the cases on which that answer is wrong, the smallest first.
    """

    def __init__(self, exercise: Exercise, evidence: Evidence, seed: int, seconds: float) -> None:
        self._exercise, self._seed, self._evidence = exercise, seed, evidence
        self._end, self._limit, self._took = time.thread_time() + seconds, LONGEST, 0.0
        self._expectation = expect(exercise, seed)
        self._expected: dict[Place, list[Expected]] = {}
        for key, expected in self._expectation.expected.items():
            self._expected.setdefault(key.place, []).append(expected)
        wrong = {key.place for key, fine in rights(evidence, self._expectation).items() if not fine}
        wrong |= set(left_otherwise(evidence, self._expectation))
        ordered = sorted(places(exercise, len(self._expectation.cases.all)), key=self._rank)
        self.telling = [place for place in ordered if place in wrong]
        self._others = [place for place in ordered if place not in wrong]

    def _rank(self, place: Place) -> tuple[bool, int]:
        """Small cases first, of those in float64."""
        return place.dtype != DOUBLE, sum(leaf.numel() for leaf in leaves(self._expectation.cases.all[place.case].args))

    def left(self) -> float:
        """Seconds of processor time that are left for all of it."""
        return self._end - time.thread_time()

    def follow(self, answer: Any, place: Place) -> Lines | None:
        """The lines that an answer runs on a case; None if it takes too long there for others to be tried."""
        began = time.thread_time()
        self.on(answer, place)
        took = time.thread_time() - began
        if took > SLOW:
            return None
        self._took, self._limit = took, min(LONGEST, max(SHORTEST, SLOWER * took))
        lines = Lines()
        try:
            with followed(lines), time_limit(LONGEST):
                self._probe(answer, place, Evidence())
        except Interrupted:
            raise
        except BaseException as error:  # of whatever kind: an answer may raise anything
            lines.crashed = last_line(error)
        return lines

    def on(self, answer: Any, place: Place) -> Outcome:
        """How an answer does on a case."""
        torch.set_grad_enabled(True)  # an answer before this one may have left it otherwise
        try:
            return self._patiently(partial(self._outcome, answer, place), self._limit)
        except Interrupted:
            raise
        except BaseException:  # a changed answer may raise anything; too slow is not right either
            return Outcome()

    def _outcome(self, answer: Any, place: Place) -> Outcome:
        fine = self._right_values(answer, place)
        wanted = sum(e.key.output.kind is not Kind.GRADIENT for e in self._expected.get(place, ()))
        return Outcome(fine, len(fine) == wanted and self._all_right(answer, place, self._empty()))

    def _patiently(self, run: Callable[[], Result], seconds: float) -> Result:
        """What a run gives within a time of computing; one that only waited for a processor is run again."""
        for _ in range(TRIES):
            began = time.thread_time()
            try:
                with time_limit(seconds):
                    return run()
            except TimeLimit:
                if time.thread_time() - began >= seconds:
                    raise
        raise TimeLimit

    def wrong_case(self, answer: Any) -> Place | None:
        """The first case on which an answer is wrong, in whatever respect; None if it is right in all of them."""
        torch.set_grad_enabled(True)
        evidence = self._empty()
        every = (*self.telling, *self._others)
        for place in every:
            seconds = max(0.001, min(self._limit, self.left()))
            try:
                if not self._patiently(partial(self._all_right, answer, place, evidence), seconds):
                    return place
            except Interrupted:
                raise
            except BaseException:
                return place
        glimpse, forbidden = self._exercise.first(self._seed), forbidden_in(self._exercise)
        try:
            with time_limit(self._exercise.seconds):
                watch(evidence, self._exercise, answer, glimpse, forbidden)
        except Interrupted:
            raise
        except BaseException:
            return every[0]
        if not judge(self._exercise, evidence, self._seed).passed or not self._right_elsewhere(answer):
            return every[0]
        return None

    def _right_elsewhere(self, answer: Any) -> bool:
        """Whether it is right on the cases of another seed too, where there is time to ask."""
        cases = len(self._expectation.cases.all)
        if self._took * cases * RUNS_OF_A_REFERENCE > self.left() / 2:
            return True
        seed, evidence = self._seed + 1, self._empty()
        expectation = expect(self._exercise, seed)
        for place in places(self._exercise, len(expectation.cases.all)):
            case = expectation.cases.all[place.case]
            try:
                self._patiently(partial(observe, evidence, self._exercise, answer, case, place), self._limit)
            except Interrupted:
                raise
            except BaseException:
                return False
        return all(right(evidence, expected) for expected in expectation.expected.values())

    def _probe(self, answer: Any, place: Place, evidence: Evidence) -> None:
        """Call the answer once, without gradients, and write down what it gives."""
        args = cast(self._expectation.cases.all[place.case].args, DTYPES[place.dtype])
        torch.default_generator.manual_seed(0)
        for output, value in self._exercise.probe(answer, args, self._exercise.returns, False).items():
            write(evidence, Key(place, output), value)

    def _right_values(self, answer: Any, place: Place) -> frozenset[Key]:
        evidence = self._empty()
        self._probe(answer, place, evidence)
        values = (e for e in self._expected.get(place, ()) if e.key.output.kind is not Kind.GRADIENT)
        return frozenset(expected.key for expected in values if right(evidence, expected))

    def _all_right(self, answer: Any, place: Place, evidence: Evidence) -> bool:
        attempted = observe(evidence, self._exercise, answer, self._expectation.cases.all[place.case], place)
        fine = all(right(evidence, expected) for expected in self._expected.get(place, ()))
        return attempted and fine and place not in left_otherwise(evidence, self._expectation)

    def _empty(self) -> Evidence:
        evidence = Evidence()
        evidence.notes.single = self._evidence.notes.single
        return evidence
