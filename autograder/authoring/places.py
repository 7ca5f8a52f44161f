"""Where an author's files go: in this project's folders, or in those of a course of its own."""

from dataclasses import dataclass
from pathlib import Path

from autograder import own_course
from autograder.lessons.layout import SOLUTIONS, CourseError, Lesson


@dataclass(frozen=True)
class Places:
    """The folders of a course, for its author.

    Attributes:
        root: the course's folder.
        exercises: the specs, a folder for each unit.
        library: the package of references.
        tests: the tests of references.
        own: whether it is a course of its own, and not GradSchool's.
    """

    root: Path
    exercises: Path
    library: Path
    tests: Path
    own: bool

    def spec(self, topic: str, name: str) -> Path:
        """The file of a spec."""
        return self.exercises / topic / f"{name}.py"

    def reference(self, topic: str, name: str) -> Path:
        """The file of a reference: in its unit's package, or beside a module that has the unit's name."""
        beside = (self.library / f"{topic}.py").exists() and not (self.library / topic).is_dir()
        return (self.library if beside else self.library / topic) / f"{name}.py"

    def test(self, topic: str, name: str) -> Path:
        """The file of a reference's test."""
        return (self.tests if self.own else self.tests / topic) / f"test_{name}.py"

    def module(self, path: Path) -> str:
        """The dotted name of a file of the library."""
        return ".".join(path.relative_to(self.library.parent).with_suffix("").parts)

    def packages(self, topic: str) -> list[Path]:
        """What makes packages of a unit's folders, where they are to be packages."""
        folders = [self.library / topic] if self.reference(topic, "x").parent != self.library else []
        folders += [] if self.own else [self.exercises / topic]
        return [folder / "__init__.py" for folder in folders]

    def lesson(self, unit: str, name: str) -> Lesson:
        """A notebook of the course, there or not."""
        return Lesson(self.root, unit, name)

    def units(self) -> list[str]:
        """The units that there are, in order."""
        return sorted(path.name for path in (self.root / SOLUTIONS).glob("unit*") if path.is_dir())

    def shown(self, path: Path) -> str:
        """A path as one types it in the course's folder."""
        return path.relative_to(self.root).as_posix()


def places(root: Path, package: str = "") -> Places:
    """The folders of the course at `root`.

    Args:
        root: the course's folder.
        package: which package of its references, where there are several.

    Raises:
        CourseError: there is nowhere to write; says what to do.
        CourseFileError: the course's file is wrong.
    """
    if not (root / own_course.FILE).is_file():
        if not (root / "autograder" / "exercises").is_dir():
            raise CourseError(
                f"{root} has no {own_course.FILE}, which names the folders of a course's own exercises. "
                "To begin such a course: gradschool new course NAME"
            )
        lib = root / "lib" / "gradschool"
        return Places(root, root / "autograder" / "exercises", lib, root / "tests" / "lib", own=False)
    course = own_course.read(root)
    lib = course.references or root / own_course.USUAL["references"]
    there = [name for name in course.packages if (lib / name).is_dir()]
    if package not in there and (package or len(there) != 1):
        found = f"it holds {', '.join(there)}: name one with --package" if there else "it holds none: make one there"
        raise CourseError(f"The right answers go into a package in {lib}; {found}.")
    exercises = course.exercises or root / own_course.USUAL["exercises"]
    return Places(root, exercises, lib / (package or there[0]), root / "tests", own=True)
