"""Answers that have passed, kept for later cells and notebooks: `use("softmax")`. Where: `places`."""

import contextlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.checking.assess import question, verdict_on
from autograder.checking.context import quiet, time_limit
from autograder.checking.interrupt import interruptible
from autograder.spec import Exercise, catalogue
from autograder.spec.errors import Interrupted, TimeLimit
from autograder.student import places
from autograder.student.kept_source import kept_source
from autograder.student.loading import NotLoaded, load, load_what_runs
from autograder.student.seed import DESK_SEED
from autograder.student.shell import notebook_name, shell

_passed: dict[str, Any] = {}  # answers that passed in this session
_kept: dict[str, str] = {}  # what was tried and kept of them: the statements
_taken: dict[str, Any] = {}  # answers of earlier notebooks that were handed out in this session
_inside: set[str] = set()  # exercises whose kept answer is being made: `use` of the same one is the reference


def remember(exercise: Exercise, answer: Any, cells: list[str]) -> str:
    """Keep an answer that passed, for this session and for later notebooks.

    What is kept are the statements that made it. They are run afresh, and what they give is checked once more.

    Returns:
        Why it is not kept for later notebooks, to be read after "because"; "" where it is.
    """
    if answer is exercise.reference:
        return "it is the course's own, which `use` gives anyhow"
    _passed[exercise.id] = answer
    if answer is _taken.get(exercise.id) or not cells:
        return ""  # it is kept already; or there is no notebook
    statements = kept_source(exercise.answer, cells)
    if not statements:
        return "no cell that could be read defines it"
    if (tried := "\n".join(statements)) == _kept.get(exercise.id) and _file(exercise).is_file():
        return ""
    try:
        _write(exercise, _tried(exercise, statements))
    except NotLoaded as problem:
        return str(problem)
    except OSError as problem:
        where = places.folder(exercise.id)
        return f"{where} cannot be written ({problem.strerror}); {places.VARIABLE} may name another folder"
    _kept[exercise.id] = tried
    return ""


def _tried(exercise: Exercise, statements: list[str]) -> str:
    """Those of the statements that run, if the answer that they give passes. Raises NotLoaded if it does not."""
    try:
        with interruptible(), _made(exercise):
            with quiet(), time_limit(exercise.seconds):
                answer, source = load_what_runs(statements, exercise.answer, exercise.id)
            verdict = verdict_on(exercise, question(exercise, answer, DESK_SEED), DESK_SEED, [source])
    except TimeLimit:
        raise NotLoaded("what it needs takes too long to be made again") from None
    except Interrupted:
        raise NotLoaded("its second check was interrupted") from None
    if not verdict.passed:
        raise NotLoaded(f"run by itself it does not pass{': ' if verdict.reason else ''}{verdict.reason.rstrip('.')}")
    return source


def _file(exercise: Exercise) -> Path:
    return places.folder(exercise.id) / f"{exercise.id}.json"


def _write(exercise: Exercise, source: str) -> None:
    """Write it whole or not at all."""
    target = _file(exercise)
    target.parent.mkdir(parents=True, exist_ok=True)
    when = datetime.now().astimezone().isoformat(timespec="seconds")
    told = {"exercise": exercise.id, "answer": exercise.answer, "source": source, "notebook": notebook_name()}
    partial = target.with_suffix(f".{os.getpid()}.tmp")
    partial.write_text(json.dumps({**told, "passed": when}, indent=1, ensure_ascii=False), encoding="utf-8")
    partial.replace(target)


def use(exercise_id: str) -> Any:
    """The reader's own answer if it has passed its check, else the reference. Prints which of the two it is.

    Raises `catalogue.UnknownExercise` for an id that no exercise has.
    """
    exercise = catalogue.find(exercise_id)
    if exercise_id in _inside:
        print(f"{exercise_id}: the reference, inside your own")
        return exercise.reference
    if exercise_id in _passed:
        answer = _passed[exercise_id]
        print(f"{exercise_id}: yours{_other_since(exercise, answer)}")
        return answer
    path = next(filter(Path.is_file, places.files(exercise_id)), None)
    if path is None:
        print(f"{exercise_id}: the reference (yours has not passed its check yet)")
        return exercise.reference
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        answer = _loaded(exercise, kept)
        said = _from(kept, path)
    except NotLoaded as problem:
        print(f"{exercise_id}: the reference (your saved answer cannot be loaded: {problem})")
        return exercise.reference
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        print(f"{exercise_id}: the reference (your saved answer cannot be loaded: {type(problem).__name__} in {path})")
        return exercise.reference
    print(f"{exercise_id}: yours, {said}")
    _taken[exercise_id] = answer
    return answer


@contextlib.contextmanager
def _made(exercise: Exercise) -> Iterator[None]:
    """While an answer is made from its source: one that takes its own kind by `use` would be made without end."""
    _inside.add(exercise.id)
    try:
        yield
    finally:
        _inside.discard(exercise.id)


def _other_since(exercise: Exercise, answer: Any) -> str:
    """What is to be said where the notebook's own of that name is not the one that passed."""
    here = shell()
    now = here.user_ns.get(exercise.answer, answer) if here is not None else answer
    return "" if now is answer else f", as it passed (`{exercise.answer}` in this notebook is another one now)"


def _loaded(exercise: Exercise, kept: dict[str, str]) -> Any:
    """A kept answer. One that an earlier release kept had not been checked once more; it is now."""
    with _made(exercise):
        answer = load(kept["source"], kept["answer"], exercise.id)
    if "passed" not in kept:
        with quiet():
            verdict = verdict_on(exercise, question(exercise, answer, DESK_SEED), DESK_SEED, [kept["source"]])
        if not verdict.passed:
            raise NotLoaded("an earlier release kept it in part; run its check again")
    return answer


def _from(kept: dict[str, str], path: Path) -> str:
    """Where and when it passed."""
    if "passed" not in kept:
        return f"from {path}"
    when = datetime.fromisoformat(kept["passed"])
    where = f" in {kept['notebook']}" if kept.get("notebook") else ""
    return f"as it passed{where} on {when.day} {when:%B %Y} at {when:%H:%M}"
