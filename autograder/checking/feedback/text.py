"""The verdict as plain text, for terminals and for readers of plain text."""

from autograder.checking.expectation import expect
from autograder.checking.feedback import words
from autograder.checking.verdict import Diagnosis, State, Verdict
from autograder.spec import Exercise


def text(exercise: Exercise, verdict: Verdict, seed: int) -> str:
    """Lines of at most some hundred characters: headline with the mistake, a first hint, one line per check."""
    mark = "✓" if verdict.passed else ("○" if verdict.state is State.UNATTEMPTED else "✗")
    lines = [f"{mark} {exercise.id}: {verdict.points:g} of {verdict.max_points:g} points. {words.headline(verdict)}"]
    for index, diagnosis in enumerate(verdict.diagnoses):  # the first one's title is the headline
        lines += [f"  Also: {diagnosis.title}"] if index else []
        lines += [f"  Hint: {hint}" for hint in diagnosis.hints[:1]]
    for row in verdict.rows:
        open_still = row.passed and row.earned < row.points
        state = "○" if open_still else "✓" if row.passed else "✗"
        after = ": counts once the values are right" if open_still else ""
        lines.append(f"  {state} {row.label} ({row.earned:g}/{row.points:g}){after}")
        if row.sentence:
            lines.append(f"      {row.sentence}")
        if row.mismatches:
            worst = words.first(row.mismatches)
            expectation = expect(exercise, seed)
            lines.append(f"      {words.where(worst, expectation)}")
            shown = words.inputs(worst, expectation)
            if shown:
                lines.append(f"      for {shown}")
    lines += [f"  {sentence}" for sentence in verdict.advice if verdict.passed]
    return "\n".join(lines)


def aside_text(diagnosis: Diagnosis) -> str:
    """The same for what was found after the card was shown."""
    return "\n".join([f"  {diagnosis.title}", *(f"  Hint: {hint}" for hint in diagnosis.hints)])
