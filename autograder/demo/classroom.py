"""Set up a class in a scratch folder, and grade it with nbgrader's own commands."""

import copy
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from autograder.demo.roster import CLASS, Student
from autograder.lessons.cells import ANSWER, grade_id, is_code, is_solution
from autograder.spec import catalogue


class DemoError(Exception):
    """A command of nbgrader failed: its last lines are the message."""


def set_up(root: Path, folder: Path, unit: str) -> None:
    """A course folder of its own: the config and the solutions, released by nbgrader."""
    shutil.copy(root / "nbgrader_config.py", folder)
    shutil.copytree(
        root / "solutions" / unit, folder / "solutions" / unit, ignore=shutil.ignore_patterns(".gradschool")
    )
    for _ in nbgrader(folder, "generate_assignment", unit):
        pass


def hand_in(folder: Path, unit: str, students: tuple[Student, ...] = CLASS) -> None:
    """Each student's copy of the released notebooks, answered in their way."""
    for path in sorted((folder / "course" / unit).glob("*.ipynb")):
        released = nbformat.read(path, as_version=4)
        for student in students:
            notebook = answered(copy.deepcopy(released), student)
            target = folder / "class" / "submitted" / student.name / unit / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, target)


def answered(notebook: Any, student: Student) -> Any:
    """A released notebook with a student's answers in it."""
    place = 0
    for cell in notebook.cells:
        if is_solution(cell) and is_code(cell):
            source = student.answers(catalogue.find(grade_id(cell).removesuffix(ANSWER)), place)
            cell.source = cell.source if source is None else source
            place += 1
        elif is_solution(cell) and student.written:
            cell.source = student.written
    student.tamper(notebook)
    return notebook


def nbgrader(folder: Path, *command: str) -> Iterator[str]:
    """Run one nbgrader command in a course folder, giving its log line by line. Raises DemoError if it fails."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    started = subprocess.Popen(
        [sys.executable, "-m", "nbgrader", *command], cwd=folder, env=environment, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert started.stdout is not None
    lines: list[str] = []
    with started:
        for line in started.stdout:
            lines.append(line.rstrip())
            yield lines[-1]
    if started.returncode:
        raise DemoError(f"nbgrader {' '.join(command)} failed:\n" + "\n".join(lines[-15:]))
