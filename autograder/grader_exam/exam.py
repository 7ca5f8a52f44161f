"""An exercise on trial: what of its own answers the grader does not judge as the spec says, each a sentence."""

from collections.abc import Iterator, Sequence

import torch

from autograder.checking.assess import question
from autograder.checking.context import quiet, substituted
from autograder.checking.forbidden import trace
from autograder.checking.judge import judge
from autograder.checking.references import forbidden_in, substitutes
from autograder.checking.tensors import cast
from autograder.grader_exam.rates import rates
from autograder.spec import Exercise
from autograder.spec.draw import Draw


def misjudged(exercise: Exercise, seeds: Sequence[int]) -> list[str]:
    """Wrong answers that lose no points, or are not named; right answers that do not get all points."""
    return [f"{exercise.id}: {line}" for line in rates(exercise, seeds).misjudged]


def badly_known(exercise: Exercise, seed: int) -> list[str]:
    """Whether the reference is known by its code when it is handed in, and is worth exactly the points."""
    return [f"{exercise.id}: {what}" for what in _badly_known(exercise, seed)]


def _badly_known(exercise: Exercise, seed: int) -> Iterator[str]:
    evidence = question(exercise, exercise.reference, seed)
    if callable(exercise.reference) and exercise.cases(Draw(seed)) and not evidence.notes.calls:
        yield "its reference, handed in as an answer, is not known by its code: make it a function or a class."
    evidence.notes.calls = []
    verdict = judge(exercise, evidence, seed)
    parts = sum(row.points for row in verdict.rows)
    if verdict.points != exercise.points:
        yield f"its reference gets {verdict.points:g} of {exercise.points:g} points on seed {seed}."
    if abs(parts - exercise.points) > 1e-9 * exercise.points:
        yield f"its lines have {parts:g} points together, and it is worth {exercise.points:g}."


def wrong_by_calls(exercise: Exercise, seed: int) -> list[str]:
    """Misconceptions that call what the task forbids: they lose points for that, not for what they give."""
    with quiet():
        case = exercise.first(seed)
    found = []
    for misconception in exercise.misconceptions:
        answer, args = misconception.answer, cast(case.args, torch.float32)
        with quiet(), substituted(answer, substitutes(exercise)):
            call = lambda a=answer, x=args: exercise.probe(a, x, exercise.returns, False)  # noqa: E731
            called = trace(forbidden_in(exercise), answer, call).calls
        if called:
            found.append(
                f"{exercise.id}: the misconception `{misconception.name}` calls {', '.join(called)}, which the task "
                "forbids. Write it so that what it gives is wrong, whatever it calls."
            )
    return found
