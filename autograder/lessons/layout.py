"""Where the lessons lie: the folders of a course and the notebooks in them."""

from dataclasses import dataclass
from pathlib import Path

SOLUTIONS = "solutions"
COURSE = "course"

# Besides the notebooks, only these files leave solutions/ for course/, as paths inside solutions/.
RELEASED_FILES: frozenset[str] = frozenset()


class CourseError(Exception):
    """Something about the course's folders or sources keeps a command from doing its work; says what to do."""


@dataclass(frozen=True, order=True)
class Lesson:
    """One notebook of the course: `solutions/<unit>/<name>.py` and what is made from it."""

    root: Path
    unit: str
    name: str

    @property
    def source(self) -> Path:
        """The hand-written percent script."""
        return self.root / SOLUTIONS / self.unit / f"{self.name}.py"

    @property
    def solution(self) -> Path:
        """The executed notebook that instructors open."""
        return self.root / SOLUTIONS / self.unit / f"{self.name}.ipynb"

    @property
    def release(self) -> Path:
        """The notebook that students open."""
        return self.root / COURSE / self.unit / f"{self.name}.ipynb"

    @property
    def topic(self) -> str:
        """The unit's room in every wing: `feedforward` for `unit1_feedforward`."""
        return self.unit.split("_", 1)[-1]

    def __str__(self) -> str:
        return f"{self.unit}/{self.name}"


def find_root(start: Path | None = None) -> Path:
    """The course's folder: the nearest one at or above `start` that holds `nbgrader_config.py`.

    Raises:
        CourseError: no such folder.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "nbgrader_config.py").is_file():
            return folder
    raise CourseError(f"No course at or above {start}: run this inside the folder that holds nbgrader_config.py.")


def lessons(root: Path, units: tuple[str, ...] = ()) -> list[Lesson]:
    """Every lesson with a source, in order, of the units named (all of them if none is).

    A unit may be given by its folder's name or by its number alone, and one notebook of it behind a slash: `4/3`.

    Raises:
        CourseError: a name that is no unit or no notebook, or a course without any lesson.
    """
    found = [Lesson(root, path.parent.name, path.stem) for path in (root / SOLUTIONS).glob("unit*/*.py")]
    found.sort(key=lambda lesson: (lesson.unit, _number(lesson.name), lesson.name))
    if not found:
        raise CourseError(f"No lesson under {root / SOLUTIONS}: expected files like unit1_feedforward/1_neurons.py.")
    if not units:
        return found
    there = {lesson.unit for lesson in found}
    chosen = {lesson for name in units for lesson in _named(name, found, there)}
    return [lesson for lesson in found if lesson in chosen]


def notebooks(folder: Path) -> list[Path]:
    """The lessons' notebooks below `folder`, laid out as in course/ and in its order."""
    found = [path for path in folder.glob("unit*/*.ipynb") if path.stem.split("_", 1)[0].isdigit()]
    return sorted(found, key=lambda path: (path.parent.name, _number(path.stem), path.stem))


def _named(name: str, found: list[Lesson], there: set[str]) -> list[Lesson]:
    """The lessons of a unit, or the one notebook behind the slash."""
    unit, _, notebook = name.partition("/")
    unit, wanted = _unit(unit, there), notebook.removesuffix(".py").removesuffix(".ipynb")
    here = [lesson for lesson in found if lesson.unit == unit]
    one = [lesson for lesson in here if not wanted or wanted in (lesson.name, lesson.name.split("_", 1)[0])]
    if not one:
        names = ", ".join(lesson.name for lesson in here)
        raise CourseError(f"There is no {notebook!r} in {unit}; there are: {names}.")
    return one


def _unit(name: str, there: set[str]) -> str:
    for unit in there:
        if name in (unit, unit.removeprefix("unit").split("_", 1)[0]):
            return unit
    raise CourseError(f"There is no unit {name!r} in {SOLUTIONS}/. There are: {', '.join(sorted(there))}.")


def _number(name: str) -> int:
    head = name.split("_", 1)[0]
    return int(head) if head.isdigit() else 10**6
