"""The student's desk: `check("softmax")` in a notebook."""

import difflib
import sys
from typing import Any

from autograder import catalogue, keep
from autograder.checking import feedback, guard
from autograder.checking.diagnosis import diagnose
from autograder.checking.evidence import MISSING, collect
from autograder.checking.judge import Verdict, forbid, judge
from autograder.exercise import Exercise

DESK_SEED = 20_100  # fixed: a student sees the same cases at every run; a class is graded on others
_nothing: Any = object()


def check(exercise_id: str, answer: Any = _nothing) -> float:
    """Check an answer, show a card, and return the points.

    Args:
        exercise_id: the exercise's name; the answer of that name is looked up in the notebook.
        answer: an object to check in its place.

    Returns:
        Points from 0 to the exercise's maximum. Wrong, missing, crashing and endless answers return too.
    """
    try:
        exercise = catalogue.find(exercise_id)
    except (catalogue.UnknownExercise, TypeError) as problem:
        show(feedback.notice(str(problem)), f"✗ {problem}")
        return 0.0
    namespace = notebook_namespace()
    given = namespace.get(exercise.answer, MISSING) if answer is _nothing else answer
    verdict = verdict_on(exercise, given, DESK_SEED, sources() if answer is _nothing else [])
    if verdict.state == "missing":
        near = [
            n for n in difflib.get_close_matches(exercise.answer, list(namespace), 3, 0.75) if callable(namespace[n])
        ]
        verdict.reason += f" There is a `{near[0]}`: is that it?" if near else ""
    if verdict.passed and answer is _nothing:
        keep.remember(exercise, given, sources())
    show(feedback.card(exercise, verdict, DESK_SEED), feedback.text(exercise, verdict, DESK_SEED))
    return float(verdict.points)


def verdict_on(exercise: Exercise, answer: Any, seed: int, cells: list[str]) -> Verdict:
    """Evidence, judge and diagnosis in one process; `cells` are read for what the answer may not call."""
    evidence = collect(exercise, answer, seed)
    verdict = judge(exercise, evidence, seed)
    reading = read_sources(exercise, cells)
    if reading.certain and verdict.state == "checked":
        return forbid(verdict, reading.certain)
    verdict.flags = reading.doubtful
    verdict.diagnoses = diagnose(exercise, evidence, verdict, seed)
    return verdict


def read_sources(exercise: Exercise, cells: list[str]) -> guard.Reading:
    """What the answer's source, followed through the notebook's cells, spells of forbidden names."""
    names, _ = guard.forbidden(tuple(exercise.forbids), exercise.reference)
    return guard.read(exercise.answer, cells, names) if cells else guard.Reading()


def notebook_namespace() -> dict[str, Any]:
    """The names of the notebook, or of the module that called."""
    shell = _shell()
    if shell is not None:
        space: dict[str, Any] = shell.user_ns
        return space
    frame = sys._getframe(2)
    return frame.f_globals


def sources() -> list[str]:
    """The cells that were run, in their order."""
    shell = _shell()
    return [s for s in shell.user_ns.get("In", []) if isinstance(s, str)] if shell is not None else []


def show(html: str, plain: str) -> None:
    """The card where HTML can be shown, the text elsewhere."""
    if _shell() is None:
        print(plain)
        return
    from IPython.display import display

    display({"text/html": html, "text/plain": plain}, raw=True)


def _shell() -> Any:
    """IPython's shell if there is one; never imports IPython only to learn that there is none."""
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    return get_ipython()
