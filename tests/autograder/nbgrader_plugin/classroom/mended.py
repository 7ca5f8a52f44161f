"""A course with one question, whose spec lies outside the package and can be mended."""

import shutil
import sys
from pathlib import Path

from tests.commands import run

from . import course

UNIT, NOTEBOOK = course.UNIT, "1_doubling"
LESSON = """# %% [markdown]
# # Two questions

# %% tags=["setup"]
import torch

from autograder import check

# %% answer="doubled"
def doubled(z):
    ### BEGIN SOLUTION
    return 2 * z
    ### END SOLUTION

# %% check="doubled"
check("doubled")

# %% answer="relu"
def relu(z):
    ### BEGIN SOLUTION
    return z.clamp(min=0)
    ### END SOLUTION

# %% check="relu"
check("relu")

# %% [markdown] written="why" points=3
# ### BEGIN SOLUTION
# Because.
# ### END SOLUTION
"""
SPEC = '''"""Twice a number."""

from autograder.spec import Question

question = Question(cases=lambda draw: [draw.away_from_zero(6), draw.away_from_zero(3, 4)])

# %% what is right, and what is wrong
from autograder.spec import Exercise

exercise = Exercise(question, lambda z: {reference}, points={points})


@exercise.misconception("{title}", "What should z = -3 give?")
def other(z):
    return {other}
'''
FLAWED = {"reference": "2 * z.clamp(min=0)", "other": "2 * z", "title": "doubles negative numbers too", "points": "4"}
MENDED = {"reference": "2 * z", "other": "2 * z.clamp(min=0)", "title": "drops negative numbers", "points": "4"}
MAKE = """
from pathlib import Path
from autograder.lessons.layout import lessons
from autograder.publishing.source import as_text, read_source
for lesson in lessons(Path(".")):
    lesson.solution.write_text(as_text(read_source(lesson)))
"""


def set_up(root: Path, folder: Path) -> None:
    """The course, released with the flawed spec."""
    shutil.copyfile(root / "nbgrader_config.py", folder / "nbgrader_config.py")
    source = folder / "solutions" / UNIT / f"{NOTEBOOK}.py"
    source.parent.mkdir(parents=True)
    source.write_text(LESSON)
    write_spec(folder, **FLAWED)
    release(folder)


def write_spec(folder: Path, **parts: str) -> None:
    path = folder / "specs" / "mine" / "doubled.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SPEC.format(**parts))


def release(folder: Path) -> None:
    """Make the solution notebook, in a process that reads the spec as it is now, and release it."""
    python(folder, "-c", MAKE)
    nbgrader(folder, "generate_assignment", UNIT, "--force")


def python(folder: Path, *arguments: str) -> str:
    specs = str(folder / "specs")
    return run(sys.executable, *arguments, cwd=folder, env={"GRADSCHOOL_EXERCISES": specs, "COLUMNS": "160"})


def nbgrader(folder: Path, *command: str) -> str:
    return python(folder, "-m", "nbgrader", *command)


def gradschool(folder: Path, *command: str) -> str:
    return python(folder, "-m", "autograder.cli", *command)
