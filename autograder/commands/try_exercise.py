"""`gradschool try`: an exercise on trial, before a student meets it."""

import importlib.util
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from autograder.spec import Exercise

SEEDS = (1, 2**62 + 12345)  # beside the desk's


def try_exercises(
    names: Annotated[list[str], typer.Argument(help="Exercises, such as softmax.")],
) -> None:
    """Say what an exercise still lacks, and run its wrong and right answers: each sentence asks for something."""
    from autograder.spec import catalogue

    found = False
    for name in names:
        try:
            exercise = catalogue.find(name)
        except catalogue.UnknownExercise as unknown:
            raise typer.BadParameter(f"{unknown} To begin it: gradschool new exercise {name} --notebook …") from None
        problems = _problems(exercise)
        found = found or bool(problems)
        for problem in problems:
            typer.echo(problem, err=True)
        if not problems:
            typer.echo(_whole(exercise))
    if found:
        raise typer.Exit(1)


def _problems(exercise: "Exercise") -> list[str]:
    """What is missing or wrong; answers are run only where there is something to hold them against."""
    from autograder.grader_exam.branches import untaken
    from autograder.grader_exam.exam import badly_known, misjudged, wrong_by_calls
    from autograder.publishing.gates.specs import unfinished, written
    from autograder.student.check import DESK_SEED

    lacks = unfinished(exercise)
    if not written(exercise):
        return lacks
    lacks += badly_known(exercise, DESK_SEED) + wrong_by_calls(exercise, DESK_SEED)
    if importlib.util.find_spec("coverage") and exercise.truth is None:
        lacks += untaken(exercise)
    return lacks + misjudged(exercise, (DESK_SEED, *SEEDS))


def _whole(exercise: "Exercise") -> str:
    wrong, right = len(exercise.misconceptions), 1 + len(exercise.alternatives)
    named = f"{wrong} wrong answers lose points and are named"
    return f"{exercise.id}: {named}, {right} right ones get all {exercise.points:g} points, on {1 + len(SEEDS)} seeds."
