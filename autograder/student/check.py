"""The student's desk: `check("softmax")` in a notebook."""

import importlib
import sys
from typing import Any

from autograder.checking import feedback
from autograder.checking.assess import question, verdict_on
from autograder.checking.evidence import MISSING
from autograder.checking.interrupt import interruptible
from autograder.checking.verdict import State
from autograder.own_course import CourseFileError
from autograder.spec import Exercise, catalogue
from autograder.spec.errors import Interrupted, ReferenceFails
from autograder.student import answer_store, due
from autograder.student.named import exercise_named, nearest
from autograder.student.place import place_of
from autograder.student.points import Points
from autograder.student.seed import DESK_SEED as DESK_SEED  # for those who judge as the desk does
from autograder.student.shell import run_cells
from autograder.student.shell import shell as _shell
from autograder.student.standing import standing_of
from autograder.student.undisturbed import undisturbed
from autograder.student.written_out import source_of

_nothing: Any = object()


def check(exercise_id: Any = None, answer: Any = _nothing) -> Points:
    """Check an answer, show a card, and return the points.

    Args:
        exercise_id: the exercise's name; the answer of that name is looked up in the notebook.
        answer: an object to check in its place.

    Returns:
        Points from 0 to the exercise's maximum. Wrong, missing, crashing and endless answers return too.
    """
    try:
        with interruptible():
            return _checked(exercise_id, answer)
    except (catalogue.UnknownExercise, CourseFileError) as problem:
        said = str(problem)
    except ReferenceFails as problem:
        said = f"Nothing can be judged: {problem}"
    except Interrupted:
        name = getattr(exercise_id, "__name__", exercise_id)
        said = f"The check of `{name}` was interrupted. Nothing was judged."
    show(feedback.notice(said), f"✗ {said}")
    return Points(0)


def _checked(exercise_id: Any, answer: Any) -> Points:
    exercise, shell = exercise_named(exercise_id), _shell()
    namespace = notebook_namespace()
    given = namespace.get(exercise.answer, MISSING) if answer is _nothing else answer
    cells = run_cells() if answer is _nothing else []
    with undisturbed(shell):
        evidence = question(exercise, given, DESK_SEED)
        verdict = verdict_on(exercise, evidence, DESK_SEED, cells)
    if verdict.state is State.MISSING and (near := nearest(exercise.answer, namespace)):
        verdict.reason += f" There is a `{near}`: is that it?"
    told = feedback.report(exercise, verdict, DESK_SEED, "" if verdict.passed else source_of(exercise.answer, cells))
    html, plain = feedback.card(exercise, verdict, DESK_SEED, told), feedback.text(exercise, verdict, DESK_SEED)
    standing = standing_of(shell) if answer is _nothing else None
    if standing is not None:
        standing.show(exercise, html, plain)
    else:
        show(html, plain)
    _say_when_due(exercise.id)
    if verdict.passed and answer is _nothing and (why := _not_kept(exercise, given, cells, shell)):
        not_kept = f"`{exercise.answer}` passed, but is not kept for later notebooks, because {why}."
        show(feedback.notice(not_kept), not_kept)
    with undisturbed(shell):
        where = place_of(exercise, evidence, verdict, DESK_SEED, cells, namespace)
    if where is not None:
        show(feedback.aside(where), feedback.aside_text(where))
    return Points(verdict.points)


def _not_kept(exercise: Exercise, answer: Any, cells: list[str], shell: Any) -> str:
    """Why an answer that passed is not kept; "" where it is. Its statements are run once more for that."""
    with undisturbed(shell):
        return answer_store.remember(exercise, answer, cells)


def _say_when_due(exercise_id: str) -> None:
    if sentence := due.first_time(catalogue.entries()[exercise_id].unit):
        show(feedback.line(sentence), f"  {sentence}")


def notebook_namespace() -> dict[str, Any]:
    """The names of the notebook, or of the module that called."""
    shell = _shell()
    if shell is not None:
        space: dict[str, Any] = shell.user_ns
        return space
    frame = sys._getframe(3)
    return frame.f_globals


def show(html: str, plain: str) -> None:
    """The card where HTML can be shown, the text elsewhere."""
    if _shell() is None:
        print(plain)  # where the terminal lacks a character, "?" (`lessons.terminal`)
        return
    from IPython.display import display

    display({"text/html": html, "text/plain": plain}, raw=True)


def _load_late_parts() -> None:
    """Have torch load its compiler (some 800 modules, a second) while a notebook's setup cell runs.

    It would load it at the first step of an optimizer, or at the first shape on the meta device: inside a check.
    """
    if type(_shell()).__name__ == "ZMQInteractiveShell":
        importlib.import_module("torch._dynamo")


_load_late_parts()
standing_of(_shell())  # sees the cells from here on
