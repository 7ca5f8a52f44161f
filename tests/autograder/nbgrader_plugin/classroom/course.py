"""A small course in a scratch folder: released once, handed in by anyone, graded by nbgrader itself."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from autograder.lessons.layout import lessons
from autograder.nbgrader_plugin.config import load_config, put_tools_on_path
from autograder.publishing.source import as_text, read_source
from tests.commands import run

UNIT = "unit1_feedforward"
NOTEBOOKS = ("1_first", "2_second")
QUESTIONS = {"softmax": 4.0, "relu": 2.0}  # points of the checked ones, as they stand in the lesson
RIGHT = {
    "softmax": "def softmax(z):\n    e = (z - z.amax(-1, keepdim=True)).exp()\n    return e / e.sum(-1, keepdim=True)",
    "relu": "def relu(z):\n    return torch.maximum(z, torch.zeros_like(z))",
    "why-shift": "The common factor cancels.",
}
LIMITS = "\nc.Autograde.limits = {'seconds_per_cell': 5.0}\n"  # an endless cell should not hold the tests up for long


def set_up(root: Path, folder: Path) -> None:
    """The config of this project, the two small lessons, and nbgrader's release of them."""
    config = (root / "nbgrader_config.py").read_text()
    (folder / "nbgrader_config.py").write_text(config + LIMITS)
    unit = folder / "solutions" / UNIT
    unit.mkdir(parents=True)
    for name in NOTEBOOKS:
        shutil.copyfile(Path(__file__).parent / f"{name.split('_')[1]}_lesson.py", unit / f"{name}.py")
    for lesson in lessons(folder):
        lesson.solution.write_text(as_text(read_source(lesson)))
    put_tools_on_path()
    done = NbGraderAPI(config=load_config(folder)).generate_assignment(UNIT)
    assert done["success"], done


class Copy:
    """One student's copy of the released notebooks, with right answers in it, to be spoiled before it is handed in.

    `files` holds what is written under each name: a notebook, text, or bytes.
    """

    def __init__(self, course: Path, student: str) -> None:
        self.course, self.folder = course, course / "class" / "submitted" / student / UNIT
        self.files: dict[str, Any] = {
            f"{name}.ipynb": json.loads((course / "course" / UNIT / f"{name}.ipynb").read_text()) for name in NOTEBOOKS
        }
        self._stubs = json.dumps(self.files)
        for question, source in RIGHT.items():
            self.answer(question, source)

    def empty(self) -> None:
        """As it was released."""
        self.files = json.loads(self._stubs)

    @property
    def first(self) -> dict[str, Any]:
        notebook: dict[str, Any] = self.files["1_first.ipynb"]
        return notebook

    def cell(self, grade_id: str) -> dict[str, Any]:
        """The first cell with this grade_id, whichever notebook it is in."""
        cells = [c for nb in self.files.values() if isinstance(nb, dict) for c in nb["cells"]]
        found: dict[str, Any] = next(c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)
        return found

    def answer(self, question: str, source: str) -> None:
        self.cell(f"{question}-answer" if question in QUESTIONS else question)["source"] = source

    def add(self, source: str, before: str = "softmax-answer") -> None:
        """A code cell of the student's own, in the first notebook."""
        cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        self.first["cells"].insert(self.first["cells"].index(self.cell(before)), cell)

    def hand_in(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            raw = content if isinstance(content, bytes) else content.encode() if isinstance(content, str) else None
            (self.folder / name).write_bytes(raw if raw is not None else json.dumps(content).encode())


def hand_in(course: Path, student: str, spoil: Callable[[Copy], None] = lambda copy: None) -> Copy:
    copy = Copy(course, student)
    copy.folder.mkdir(parents=True)
    spoil(copy)
    copy.hand_in()
    return copy


def autograde(course: Path, student: str = "*", force: bool = False) -> dict[str, Any]:
    """What Formgrader's button and `nbgrader autograde` both call; returns `success`, and `log` if there is any."""
    result: dict[str, Any] = NbGraderAPI(config=load_config(course)).autograde(UNIT, student, force=force)
    return result


def scores(course: Path, student: str) -> dict[str, float | None]:
    """Automatic points by question, from nbgrader's gradebook; None for what a person is to grade."""
    with Gradebook(f"sqlite:///{course}/class/gradebook.db") as gradebook:
        submission = gradebook.find_submission(UNIT, student)
        return {grade.name: grade.auto_score for part in submission.notebooks for grade in part.grades}


def gradebook(course: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{course}/class/gradebook.db")


def graded_path(course: Path, student: str, notebook: str = "1_first") -> Path:
    return course / "class" / "autograded" / student / UNIT / f"{notebook}.ipynb"


def graded_cells(course: Path, student: str) -> dict[str, dict[str, Any]]:
    """Cells of a student's graded notebooks by their ids; ids of cells without a grade_id differ by notebook."""
    notebooks = [json.loads(graded_path(course, student, name).read_text()) for name in NOTEBOOKS]
    return {cell["id"]: cell for notebook in notebooks for cell in notebook["cells"]}


def nbgrader(course: Path, *command: str) -> str:
    """One of nbgrader's own commands, as an instructor types it; returns what it said."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return run(sys.executable, "-m", "nbgrader", *command, cwd=course, env={"PATH": path})
