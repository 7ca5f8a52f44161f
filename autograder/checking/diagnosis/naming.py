"""The mistakes of an answer that lost points, the likeliest first.

A misconception explains an output if it gives there, on every case, what the student's answer gives, and somewhere
that is not what the reference gives. If none does, one may explain it partly: it gives the same wherever both live (no
crash, no NaN, at the precision of each), on two telling cases or more, and no other does so on as many. What is wrong
where they cannot be compared is looked at again: two mistakes have two names. What is wrong beside the main outputs
(a gradient, a flag) names nothing while something of these is unexplained.
"""

from collections.abc import Iterable, Sequence

from autograder.checking.context import quiet
from autograder.checking.diagnosis.changes import explained_by_changes
from autograder.checking.diagnosis.crashes import throughout
from autograder.checking.diagnosis.general import general_diagnoses
from autograder.checking.diagnosis.known import Answer, Explanation, known_mistakes
from autograder.checking.diagnosis.source import definition
from autograder.checking.diagnosis.unused import unused
from autograder.checking.diagnosis.wrong import Wrong, main_outputs, rights, wrong
from autograder.checking.evidence import Evidence
from autograder.checking.expectation import Expectation, expect
from autograder.checking.keys import Key
from autograder.checking.patterns.values import not_a_number
from autograder.checking.verdict import Diagnosis, Means, Mismatch, State, Verdict
from autograder.spec import Exercise, Misconception
from autograder.spec.outputs import Output

MOST = 3  # more mistakes than this at once help nobody
TELLING = 2  # cases on which a partial explanation has to tell


def diagnose(
    exercise: Exercise, evidence: Evidence, verdict: Verdict, seed: int, cells: Sequence[str] = ()
) -> list[Diagnosis]:
    """The mistakes of an answer that failed, the likeliest first.

    Args:
        exercise: what was asked.
        evidence: what the answer did.
        verdict: what the judge says of that.
        seed: of the cases.
        cells: the notebook's code, in which the answer's own is looked up.
    """
    if verdict.state is State.FAILED:
        return throughout(verdict.reason)
    if verdict.passed or verdict.state is not State.CHECKED:
        return []
    with quiet():  # what is compared may be infinite, and a changed source may be odd: nobody needs to read of that
        return _Search(exercise, evidence, seed, cells).mistakes(verdict)


class _Search:
    """What is explained so far, of one answer."""

    def __init__(self, exercise: Exercise, evidence: Evidence, seed: int, cells: Sequence[str]) -> None:
        self._cells = cells
        self._exercise, self._seed, self._expectation = exercise, seed, expect(exercise, seed)
        fine = rights(evidence, self._expectation)
        self._answer = Answer(evidence, fine, wrong(fine, evidence, self._expectation))
        self._main = main_outputs(self._answer.failed, self._expectation)
        self._explained: Wrong = set()
        self._again: set[Key] = set()  # arrays of partly explained outputs that are wrong for another reason
        self._found: list[tuple[Diagnosis, Wrong]] = []

    def mistakes(self, verdict: Verdict) -> list[Diagnosis]:
        """All means in turn, the surest first."""
        explanations = self._explanations()
        self._take_whole(explanations)
        if self._open():
            for title, hint in unused(self._exercise, self._cells):
                self._found.append((Diagnosis(title, (hint,), means=Means.UNUSED), {*self._open()}))
        if self._open():
            self._take_partly(explanations)
        if self._open() and not any(diagnosis.means is Means.UNUSED for diagnosis, _ in self._found):
            self._take_changes()
        unexplained = self._open()
        named = [diagnosis for diagnosis, reach in self._found if reach & self._main or not unexplained]
        return (named + self._general(verdict))[:MOST]

    def _open(self) -> set[Output]:
        """Main outputs that nothing explains."""
        return self._main - self._explained

    def _explanations(self) -> list[Explanation]:
        """Misconceptions that explain something: what explains most, and blames least, first."""
        known = known_mistakes(self._exercise, self._seed)
        found = [e for each in known if (e := each.explains(self._answer)) is not None]
        return sorted(found, key=lambda e: (-len(e.reach), e.blamed))

    def _take_whole(self, explanations: Iterable[Explanation]) -> None:
        """What explains something on every case.

        Of what chance made, one alone: many mistakes share a part, and several together explain anything.
        """
        taken: list[Explanation] = []
        explained: Wrong = set()
        for each in explanations:
            if each.reach - explained:
                taken.append(each)
                explained |= each.reach
        if self._exercise.probe.random and len(taken) > 1:
            return
        self._explained |= explained
        self._found += [(_named(each.misconception), each.reach) for each in taken]

    def _take_changes(self) -> None:
        """A right answer changed by machine that explains all that is open: the first one, the plainest."""
        answer = definition(self._exercise.answer, self._cells)
        for each in explained_by_changes(self._exercise, self._answer, self._open(), self._seed, answer):
            reach = each.reach | (set(each.partly) if self._tells(each) else set())
            if reach >= self._open():
                known = each.misconception
                self._found.append((Diagnosis(known.title, known.hints, means=Means.CHANGED), reach))
                self._explained |= reach
                self._again |= each.unsaid
                return

    def _take_partly(self, explanations: Sequence[Explanation]) -> None:
        """One explanation for each open output; where two do equally well, neither is established."""
        while self._open():
            rank = [((self._tells(each), -each.blamed), each) for each in explanations if self._tells(each)]
            rank.sort(key=lambda item: item[0], reverse=True)
            if not rank or (len(rank) > 1 and rank[0][0] == rank[1][0]):
                return
            best = rank[0][1]
            self._found.append((_named(best.misconception), set(best.partly)))
            self._explained |= set(best.partly)
            self._again |= best.unsaid

    def _tells(self, explanation: Explanation) -> int:
        """On how many cases an explanation tells of an open output: of all of its steps, or entries, that are wrong."""
        most = 0
        for output, count in explanation.partly.items():
            whole = {other for other in self._main if other.heading == output.heading}
            if output in self._open() and whole <= {*explanation.partly, *explanation.reach} and count >= TELLING:
                most = max(most, count)
        return most

    def _general(self, verdict: Verdict) -> list[Diagnosis]:
        """What the rest looks like: outputs that nothing explains, and what two mistakes in one output leave over."""
        rest = self._open() if self._found else self._answer.failed
        mismatches = [m for row in verdict.rows for m in row.mismatches if m.key.output in rest]
        left = [m for row in verdict.rows for m in row.mismatches if m.key in self._again]
        return general_diagnoses(self._answer, self._expectation, mismatches, self._explained) + _without_numbers(
            left, self._expectation
        )


def _without_numbers(mismatches: Sequence[Mismatch], expectation: Expectation) -> list[Diagnosis]:
    """Where there is no number: the rest of an output whose numbers are explained."""
    compared = [m for m in mismatches if m.got is not None and m.wrong is not None]
    title, hint = not_a_number(compared, expectation)
    return [Diagnosis(title, (hint,))] if title else []


def _named(known: Misconception) -> Diagnosis:
    return Diagnosis(known.title, known.hints, known.name, known.mistake, Means.KNOWN)
