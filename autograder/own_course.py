"""A course of a teacher's own on this engine, as its `course.toml` tells it. Imports nothing, so that anybody may ask.

    name = "Numerical methods"      # what its pages are headed with
    exercises = "exercises"         # the folder of its specs: exercises/<unit>/<id>.py
    references = "lib"              # the folder that holds its package of right answers
    with_gradschool = false         # whether the exercises of GradSchool are there as well

All four may be left out: then it has the folders of these names, where they are there, and GradSchool's exercises too.
"""

import importlib.util
import os
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE, CONFIG = "course.toml", "nbgrader_config.py"
VARIABLE = "GRADSCHOOL_COURSE"  # names the folder with that file; set and empty: there is none, and none is looked for
SETTINGS: dict[str, type] = {"name": str, "exercises": str, "references": str, "with_gradschool": bool}
USUAL = {"exercises": "exercises", "references": "lib"}  # folders, where the file names none
OF_OURS = ("autograder", "gradschool")


class CourseFileError(ValueError):
    """A course's file, or what it names, is not what it should be; the message says what to do."""


@dataclass(frozen=True)
class OwnCourse:
    """What a course's file says.

    Attributes:
        root: the folder that the file lies in.
        name: the course's name.
        exercises: the folder of its specs; None where it has none.
        references: the folder that holds its package of right answers; None where it has none.
        with_gradschool: whether GradSchool's own exercises are there as well.
    """

    root: Path
    name: str = ""
    exercises: Path | None = None
    references: Path | None = None
    with_gradschool: bool = True

    @property
    def packages(self) -> list[str]:
        """The names of the modules and packages among its references."""
        there = sorted(self.references.iterdir()) if self.references is not None else []
        found = [path.stem for path in there if path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py")))]
        return [name for name in found if name.isidentifier()]

    def told_inside(self) -> str:
        """The file as the sandbox shows it: the folders under their usual names, and nothing else of the course."""
        return f"with_gradschool = {str(self.with_gradschool).lower()}\n"


def own_course() -> OwnCourse | None:
    """The course that this process works for, if it has a file: the one that the environment names, else the nearest.

    Raises:
        CourseFileError: the file cannot be read, or says what it cannot mean.
    """
    told = os.environ.get(VARIABLE)
    if told is not None:
        return read(Path(told)) if told else None
    root = _around()
    return read(root) if root is not None and (root / FILE).is_file() else None


def _around() -> Path | None:
    """The nearest folder, from the current one upwards, that is a course's."""
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it has been deleted
        return None
    return next((at for at in (here, *here.parents) if (at / FILE).is_file() or (at / CONFIG).is_file()), None)


def read(folder: Path) -> OwnCourse:
    """What the file in a course's folder says. Raises CourseFileError if it is not there, or is wrong."""
    path = folder.resolve() / FILE
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseFileError(f"{VARIABLE} names {folder}, which holds no {FILE}: correct it, or unset it.") from None
    except (OSError, ValueError) as problem:
        raise CourseFileError(f'{path} cannot be read: {problem}. It holds lines like `name = "Numerics"`.') from None
    plain = {key: value for key, value in told.items() if not isinstance(value, dict)}  # tables are for others
    for key, value in plain.items():
        if key not in SETTINGS:
            raise CourseFileError(f"{path}: {key!r} is no setting of a course; there are {', '.join(SETTINGS)}.")
        if not isinstance(value, SETTINGS[key]):
            kind = "true or false" if SETTINGS[key] is bool else "a text in quotes"
            raise CourseFileError(f"{path}: {key} is {kind}, and here it is {value!r}.")
    exercises, references = (_folder(path, plain, key) for key in USUAL)
    return OwnCourse(path.parent, plain.get("name", ""), exercises, references, plain.get("with_gradschool", True))


def _folder(path: Path, told: dict[str, Any], key: str) -> Path | None:
    folder = path.parent / str(told.get(key, USUAL[key]))
    if folder.is_dir():
        return folder.resolve()
    if key in told:
        raise CourseFileError(f"{path}: {key} names {told[key]!r}, which is no folder: make it, or correct the line.")
    return None


def enter(root: Path) -> None:
    """Have this process, and those that it starts, work for the course in a folder, whatever the environment named."""
    if (root / FILE).is_file():
        os.environ[VARIABLE] = str(root)
    elif VARIABLE in os.environ:
        os.environ[VARIABLE] = ""


def enter_here() -> None:
    """The same for the course around the current folder, if there is one: what a command is typed in counts."""
    root = _around()
    if root is not None:
        enter(root)


def packages() -> list[str]:
    """The names of the modules and packages among the own course's references."""
    course = own_course()
    return course.packages if course is not None else []


def put_on_path() -> None:
    """Let Python find the own course's references; called again it does nothing.

    Raises:
        CourseFileError: one of them has the name of a module that is there already.
    """
    course = own_course()
    if course is None or course.references is None or str(course.references) in sys.path:
        return
    for name in course.packages:
        if whose := _taken(name, course.references):
            raise CourseFileError(f"{course.references / name}: {name!r} is the name of {whose}. Rename yours.")
    sys.path.append(str(course.references))


def _taken(name: str, references: Path) -> str:
    """Whose module has this name already, "" if nobody's."""
    if name in OF_OURS:
        return "a package of GradSchool"
    if name in sys.stdlib_module_names:
        return "a module of Python"
    spec = importlib.util.find_spec(name)
    where = [spec.origin, *(spec.submodule_search_locations or [])] if spec is not None else []
    elsewhere = [place for place in where if place and not Path(place).resolve().is_relative_to(references)]
    return f"an installed package ({elsewhere[0]})" if elsewhere else ""


def environment() -> dict[str, str]:
    """Variables with which a process that is started elsewhere works for the same course, and finds its references."""
    course = own_course()
    if course is None:
        return {}
    path = [str(course.references)] if course.references is not None else []
    path += filter(None, [os.environ.get("PYTHONPATH")])
    return {VARIABLE: str(course.root)} | ({"PYTHONPATH": os.pathsep.join(path)} if path else {})
