"""Find specs by id: `exercises/<unit>/<id>.py` of this package, and of folders outside it.

A course of a teacher's own names such a folder in its `course.toml` (`own_course.py`), and the environment variable
GRADSCHOOL_EXERCISES names further ones (parted as in PATH).
"""

from __future__ import annotations

import difflib
import importlib.util
import sys
import types
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import exercise_folders, own_course
from autograder.own_course import CourseFileError
from autograder.spec.question import MARK, Question

if TYPE_CHECKING:
    from autograder.spec.exercise import Exercise

DRAFT = ".draft.py"  # how a file beside a spec ends whose mistake nobody has accepted yet: it is not loaded


class UnknownExercise(LookupError):
    """No exercise has this id; the message names those that look like it."""


class SpecError(CourseFileError):
    """A spec's file is not what a spec should be; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Entry:
    """One spec: its id, its unit's room ("feedforward"), its file and the module that it is loaded as."""

    id: str
    unit: str
    path: Path
    module: str


@cache
def entries() -> dict[str, Entry]:
    """Every spec by id, in the order of the units.

    Raises:
        SpecError: two specs have one id.
        CourseFileError: the course's own file is wrong.
    """
    own_course.put_on_path()  # for the references that specs import
    found: dict[str, Entry] = {}
    folders = {folder: "autograder.exercises" for folder in exercise_folders.ours()}
    folders |= {folder: f"{exercise_folders.PACKAGES}{i}" for i, folder in enumerate(exercise_folders.outside(), 1)}
    for folder, package in folders.items():
        for path in sorted(folder.glob("*/*.py")):
            if path.name.endswith(DRAFT) or path.stem == "__init__":
                continue
            entry = Entry(path.stem, path.parent.name, path, f"{package}.{path.parent.name}.{path.stem}")
            if entry.id in found:
                raise SpecError(f"Two specs are called {entry.id!r}: {found[entry.id].path} and {path}. Rename one.")
            found[entry.id] = entry
    return found


def entry(exercise_id: str) -> Entry:
    """The spec of this id. Raises UnknownExercise with the nearest ids if there is none."""
    known = entries()
    if exercise_id not in known:
        near = difflib.get_close_matches(exercise_id, known, 3)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise UnknownExercise(f"There is no exercise called {exercise_id!r}.{hint}")
    return known[exercise_id]


@cache
def find(exercise_id: str) -> Exercise:
    """The exercise of this id, both halves.

    Raises:
        UnknownExercise: there is none.
        SpecError: its file makes no exercise.
    """
    from autograder.spec.exercise import Exercise  # not beside a student's code, where a question stands alone

    where = entry(exercise_id)
    module = sys.modules.get(where.module) or _imported(where)
    exercise = getattr(module, "exercise", None)
    if not isinstance(exercise, Exercise):
        raise SpecError(f"{where.path} makes no `exercise`: its last half begins `exercise = Exercise(question, …)`.")
    exercise.named(exercise_id)
    return exercise


@cache
def question(exercise_id: str) -> Question:
    """The upper half of a spec alone: nothing below the line `MARK` of its file is run, or even compiled.

    Raises:
        UnknownExercise: there is none.
        SpecError: its file has no such line, or makes no question above it.
    """
    where = entry(exercise_id)
    upper, mark, _ = where.path.read_text(encoding="utf-8").partition(f"\n{MARK}\n")
    if not mark:
        raise SpecError(f"{where.path} has no line {MARK!r}: it parts what is asked from what is right.")
    module = types.ModuleType(f"{where.module}:question")
    module.__file__ = str(where.path)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    exec(compile(upper, str(where.path), "exec"), vars(module))
    found = getattr(module, "question", None)
    if not isinstance(found, Question):
        raise SpecError(f"{where.path} makes no `question` above the line {MARK!r}.")
    found.named(exercise_id)
    return found


def all_exercises(unit: str = "") -> list[Exercise]:
    """Every exercise, or those of one unit ("feedforward")."""
    return [find(name) for name, where in entries().items() if unit in ("", where.unit)]


def _imported(where: Entry) -> types.ModuleType:
    if where.module.startswith("autograder."):
        return importlib.import_module(where.module)
    spec = importlib.util.spec_from_file_location(where.module, where.path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[where.module] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[where.module]
        raise
    return module
