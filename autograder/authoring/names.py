"""Names that an author may give: a sentence for each that would not do."""

import builtins
import keyword
import re

from autograder.authoring.places import Places
from autograder.lessons.layout import CourseError

NAME = r"[a-z][a-z0-9]*(_[a-z0-9]+)*"
NUMBERED = re.compile(rf"(?:(?P<number>\d+)_)?(?P<name>{NAME})")


def see_name(name: str, what: str) -> None:
    """Refuse a name that is none of Python's. Raises CourseError."""
    if not re.fullmatch(NAME, name) or keyword.iskeyword(name):
        raise CourseError(f"{name!r} is no name for {what}: small letters, digits and _ , such as mean_of_squares.")


def see_exercise(name: str) -> None:
    """Refuse what cannot be an exercise's name, or is one already. Raises CourseError."""
    from autograder.spec import catalogue

    see_name(name, "an exercise")
    if hasattr(builtins, name):
        raise CourseError(f"{name!r} is a name of Python's own, which an answer would hide: take a longer one.")
    taken = {known.lower(): entry.path for known, entry in catalogue.entries().items()}
    if name in taken:
        raise CourseError(f"There is an exercise called {name!r} already, in {taken[name]}: take another name.")


def notebook_name(name: str, there: list[str]) -> str:
    """A notebook's file name with its number, the next one unless it is told. Raises CourseError."""
    return _numbered(name, there, "a notebook", "")


def unit_name(name: str, places: Places) -> str:
    """A unit's folder name with its number, the next one unless it is told. Raises CourseError."""
    there = [unit.removeprefix("unit") for unit in places.units()]
    return _numbered(name.removeprefix("unit"), there, "a unit", "unit")


def _numbered(name: str, there: list[str], what: str, prefix: str) -> str:
    told = NUMBERED.fullmatch(name.removesuffix(".py"))
    if told is None:
        raise CourseError(f"{name!r} is no name for {what}: small letters, digits and _ , such as areas or 2_areas.")
    known = {number: other for other in there for number in re.findall(r"^\d+", other)}
    for other in there:
        if other.split("_", 1)[-1] == told["name"]:
            raise CourseError(f"There is {what} called {prefix}{other} already: take another name.")
    number = told["number"] or str(max(map(int, known), default=0) + 1)
    if number in known:
        raise CourseError(f"{prefix}{known[number]} has number {number}: leave it out, and the next one is taken.")
    return f"{prefix}{number}_{told['name']}"
