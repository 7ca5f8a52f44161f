"""Grading a class by stock nbgrader and by ours: the same submissions, the same cells to run, in alternation.

Stock nbgrader runs with its default preprocessors, a Jupyter kernel for each notebook and no sandbox; a check cell then
does in the kernel what ours does in the sandbox and in the judge. The notebooks are the unit's, cut down to the cells
that ours runs, and of a script to be mended the definitions only.
"""

import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from autograder.demo import classroom
from autograder.demo.answers import right, wrong
from autograder.demo.roster import Answers, Student
from autograder.lessons.cells import definitions, is_code, is_script, is_setup, mark
from autograder.spec import Exercise

RIGHT, WRONG = 0.7, 0.25  # shares of the answers; the rest is left blank

STOCK = """
from pathlib import Path
c = get_config()
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "course"
c.CourseDirectory.submitted_directory = "class/submitted"
c.CourseDirectory.autograded_directory = "class/autograded"
c.CourseDirectory.db_url = f"sqlite:///{c.CourseDirectory.root}/class/gradebook.db"
"""
TIMES = """
import time
def _note(word):
    def hook(**names):
        with open("times.txt", "a") as file:
            file.write(f"{word} {time.monotonic()}\\n")
    return hook
c.Autograde.pre_convert_hook, c.Autograde.post_convert_hook = _note("begin"), _note("end")
"""


@dataclass
class Run:
    """One batch: `seconds` of each submission, wall-clock and processor seconds of all, memory at its peak."""

    submissions: int
    wall: float
    cpu: float
    peak: int
    seconds: list[float] = field(default_factory=list)


def answers(seed: int) -> Answers:
    """A student's answers: right ones written in any way, known mistakes, a few blanks."""
    chance = random.Random(seed)

    def answer(exercise: Exercise, place: int) -> str | None:
        draw = chance.random()
        if draw < RIGHT:
            return right(exercise, chance.randrange(100))
        return wrong(exercise, chance.randrange(100))[0] if draw < RIGHT + WRONG else None

    return answer


def prepare(root: Path, folder: Path, unit: str, notebooks: int | None = None) -> None:
    """A course of the unit's (first) notebooks, cut down to what is run, and released."""
    source, target = root / "solutions" / unit, folder / "cut" / "solutions" / unit
    target.mkdir(parents=True)
    shutil.copy(root / "nbgrader_config.py", folder / "cut")
    for path in sorted(source.glob("*.ipynb"))[:notebooks]:
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = [cell for cell in notebook.cells if _is_run(cell)]
        for cell in notebook.cells:
            if is_script(cell):
                cell.source = definitions(cell.source)
        nbformat.write(notebook, target / path.name)
    for kind in ("ours", "stock"):
        (folder / kind).mkdir()
        classroom.set_up(folder / "cut", folder / kind, unit)
    (folder / "stock" / "nbgrader_config.py").write_text(STOCK + TIMES)


def _is_run(cell: nbformat.NotebookNode) -> bool:
    return is_code(cell) and (bool(mark(cell)) or is_setup(cell))


def grade(folder: Path, kind: str, unit: str, students: range, workers: int) -> Run:
    """Hand in and grade these students, in a copy of the released course."""
    place = shutil.copytree(folder / kind, folder / f"{kind}-{students.start}-{students.stop}")
    classroom.hand_in(place, unit, tuple(Student(f"s{i:04d}", "", answers(i)) for i in students))
    if kind == "stock":
        command = [sys.executable, "-m", "nbgrader", "autograde", unit]
    else:
        command = [sys.executable, "-m", "autograder.cli", "grade", unit, "--workers", str(workers), "--log"]
    account = place / "account.json"
    done = subprocess.run(
        [sys.executable, "-m", "autograder.benchmarks.accounted", str(account), *command],
        cwd=place, text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode:
        raise classroom.DemoError(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}")
    found = json.loads(account.read_text())
    seconds = list(_stock_seconds(place) if kind == "stock" else map(float, re.findall(r"in (\S+) s:", done.stdout)))
    shutil.rmtree(place)
    return Run(len(students), found["wall"], found["cpu"], found["peak"], seconds)


def _stock_seconds(place: Path) -> Iterator[float]:
    began = 0.0
    for line in (place / "times.txt").read_text().splitlines():
        word, moment = line.split()
        if word == "begin":
            began = float(moment)
        else:
            yield float(moment) - began


def together(runs: list[Run]) -> Run:
    """Several batches as one."""
    return Run(
        sum(r.submissions for r in runs),
        sum(r.wall for r in runs),
        sum(r.cpu for r in runs),
        max(r.peak for r in runs),
        [s for r in runs for s in r.seconds],
    )
