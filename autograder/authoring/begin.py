"""The files of a new exercise, notebook, unit or course, made of templates. Nothing that is there is written over."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from autograder.authoring.cells import SourceProblem, with_cells
from autograder.authoring.names import notebook_name, see_exercise, see_name, unit_name
from autograder.authoring.places import Places
from autograder.lessons.layout import SOLUTIONS, CourseError, Lesson

TEMPLATES = Path(__file__).parent / "templates"
# What a template says of the library that answers are written with.
TENSORS = {
    "type_import": "from torch import Tensor",
    "type": "Tensor",
    "library": "torch",
    "of_library": "torch.Tensor",
    "draw": "torch.randn(3, 4, dtype=torch.float64)",
    "imported": "torch",
    "shown": "torch.linspace(0, 1, 3)",
    "probe_import": "",
    "probe": "",
}
ARRAYS = {
    "type_import": "import numpy as np\nfrom numpy.typing import NDArray",
    "type": "NDArray[np.float64]",
    "library": "numpy",
    "of_library": "numpy.ndarray",
    "draw": "numpy.random.default_rng(0).normal(size=(3, 4))",
    "imported": "numpy as np",
    "shown": "np.linspace(0, 1, 3)",
    "probe_import": "from autograder.spec.probes import array_function\n",
    "probe": "\n    probe=array_function,",
}


@dataclass
class Begun:
    """What is to be written: new files by path, and the one source that cells are put into, as it was and will be."""

    files: dict[Path, str] = field(default_factory=dict)
    changed: tuple[Path, str] | None = None

    def write(self) -> None:
        """Write all of it, or nothing.

        Raises:
            CourseError: a file is there already, or cannot be written.
        """
        for path in self.files:
            if path.exists():
                raise CourseError(f"{path} is there already, and nothing was written: take another name.")
        made: list[Path] = []
        try:
            for path, text in self.files.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                made.append(path)
                path.write_text(text, encoding="utf-8")
            if self.changed is not None:
                path, text = self.changed
                half = path.with_name(f".{path.name}.part")
                made.append(half)
                half.write_text(text, encoding="utf-8")
                half.replace(path)
        except OSError as problem:
            for path in made:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
            raise CourseError(f"{path} cannot be written ({problem.strerror}); nothing was left behind.") from problem


def filled(template: str, values: Mapping[str, str]) -> str:
    """The text of a template."""
    return Template((TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")).substitute(values)


def exercise(places: Places, name: str, lesson: Lesson, *, after: str = "", arrays: bool = False) -> Begun:
    """A spec, its reference with a test, and three cells in a lesson's source.

    Args:
        places: of the course.
        name: of the exercise, and of the function that answers it.
        lesson: the notebook that asks it; cells that it has already stay as they are.
        after: the exercise behind whose check the cells come; at the source's end unless said.
        arrays: whether answers are for NumPy.

    Raises:
        CourseError: the name will not do, or the lesson is not there.
    """
    see_exercise(name)
    topic = lesson.topic
    reference, test = places.reference(topic, name), places.test(topic, name)
    values = {"name": name, "module": places.module(reference)} | (ARRAYS if arrays else TENSORS)
    begun = Begun({path: "" for path in places.packages(topic) if not path.exists()})
    begun.files |= {
        places.spec(topic, name): filled("spec", values),
        reference: filled("reference", values),
        test: filled("test", values),
    }
    try:
        begun.changed = with_cells(lesson.source, name, filled("cells", values), after)
    except SourceProblem as problem:
        raise CourseError(f"{lesson}: {problem}") from None
    return begun


def notebook(places: Places, name: str, unit: str, *, arrays: bool = False) -> Begun:
    """A lesson's source, with its first cells. Raises CourseError for a name that will not do."""
    there = [path.stem for path in (places.root / SOLUTIONS / unit).glob("*.py")]
    made = notebook_name(name, there)
    title = made.split("_", 1)[1].replace("_", " ").capitalize()
    text = filled("notebook", {"title": title} | (ARRAYS if arrays else TENSORS))
    return Begun({places.lesson(unit, made).source: text})


def unit(places: Places, name: str, *, arrays: bool = False) -> Begun:
    """A unit with its packages and a first notebook. Raises CourseError for a name that will not do."""
    made = unit_name(name, places)
    topic = made.split("_", 1)[1]
    begun = notebook(places, topic, made, arrays=arrays)
    begun.files |= {path: "" for path in places.packages(topic) if not path.exists()}
    return begun


def course(folder: Path, name: str) -> Begun:
    """A course of its own in an empty folder, or in one that is not there. Raises CourseError."""
    see_name(name, "a course")
    if folder.exists() and any(folder.iterdir()):
        raise CourseError(f"{folder} is there already, and holds something: name an empty folder.")
    values = {"name": name, "title": name.replace("_", " ").capitalize()}
    ruff = "# Lessons are read in any editor and in diffs: 100 columns, prose and comments too.\nline-length = 100\n"
    files = {"course.toml": "course", "nbgrader_config.py": "nbgrader_config", f"lib/{name}/__init__.py": "package"}
    files |= {"pytest.ini": "pytest", ".gitignore": "gitignore", "exercises/README.md": "exercises"}
    made = {folder / path: filled(template, values) for path, template in files.items()}
    return Begun({**made, folder / SOLUTIONS / "ruff.toml": ruff})
