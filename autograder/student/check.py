"""The student's desk: `check("softmax")` in a notebook."""

import difflib
import importlib
import sys
from typing import Any

from autograder.checking import feedback
from autograder.checking.assess import question, verdict_on
from autograder.checking.context import interruptible
from autograder.checking.evidence import MISSING
from autograder.checking.verdict import State
from autograder.spec import catalogue
from autograder.spec.errors import Interrupted
from autograder.student import answer_store, due
from autograder.student.place import place_of

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
    cells = sources() if answer is _nothing else []
    try:
        with interruptible():
            evidence = question(exercise, given, DESK_SEED)
            verdict = verdict_on(exercise, evidence, DESK_SEED, cells)
    except Interrupted:
        stopped = f"The check of `{exercise_id}` was interrupted. Nothing was judged."
        show(feedback.notice(stopped), f"✗ {stopped}")
        return 0.0
    if verdict.state is State.MISSING:
        near = [
            n for n in difflib.get_close_matches(exercise.answer, list(namespace), 3, 0.75) if callable(namespace[n])
        ]
        verdict.reason += f" There is a `{near[0]}`: is that it?" if near else ""
    if verdict.passed and answer is _nothing:
        answer_store.remember(exercise, given, cells)
    source = answer_store.source_of(exercise.answer, cells)
    told = feedback.report(exercise, verdict, DESK_SEED, source)
    show(feedback.card(exercise, verdict, DESK_SEED, told), feedback.text(exercise, verdict, DESK_SEED))
    _say_when_due(exercise_id)
    where = place_of(exercise, evidence, verdict, DESK_SEED, cells, namespace)
    if where is not None:
        show(feedback.aside(where), feedback.aside_text(where))
    return float(verdict.points)


def _say_when_due(exercise_id: str) -> None:
    if sentence := due.first_time(catalogue.entries()[exercise_id].unit):
        show(feedback.line(sentence), f"  {sentence}")


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


def _load_late_parts() -> None:
    """Have torch load its compiler (some 800 modules, a second) while a notebook's setup cell runs.

    It would load it at the first step of an optimizer, or at the first shape on the meta device: inside a check.
    """
    if type(_shell()).__name__ == "ZMQInteractiveShell":
        importlib.import_module("torch._dynamo")


_load_late_parts()
