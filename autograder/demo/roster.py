"""Who is in the class, and what each hands in.

A student is a function from an exercise and its place in the notebook to the source of the answer cell (None: left
blank); some also tamper with the notebook around it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nbformat.v4 import new_output

from autograder.demo.answers import right, wrong
from autograder.lessons.cells import is_check, is_code, is_solution, points
from autograder.spec import Exercise

Answers = Callable[[Exercise, int], str | None]


@dataclass(frozen=True)
class Student:
    name: str
    kind: str  # what the table says of them
    answers: Answers
    tamper: Callable[[Any], None] = lambda notebook: None
    written: str = ""  # put into the questions that a person grades; "" leaves them blank


def alternative(which: int) -> Answers:
    return lambda exercise, place: right(exercise, which)


def misconception(which: int, every: int = 1) -> Answers:
    """The `which`-th misconception in every `every`-th question, an alternative in the others."""

    def answers(exercise: Exercise, place: int) -> str:
        return wrong(exercise, which)[0] if place % every == 0 else right(exercise, which)

    return answers


def spoiled(source: Callable[[Exercise], str], at: int) -> Answers:
    """A right answer everywhere but in question number `at`, which is `source`."""
    return lambda exercise, place: source(exercise) if place == at else right(exercise, place)


def blank(exercise: Exercise, place: int) -> None:
    """Every answer left as it was released."""


def in_turn(*ways: Answers) -> Answers:
    """A notebook's first question answered in the first way, its second in the second, and round again."""
    return lambda exercise, place: ways[place % len(ways)](exercise, place)


def sample(name: str) -> Student:
    """A student who has of everything: of three answers one is right, one wrong and one blank."""
    answers = in_turn(alternative(0), misconception(0), blank)
    return Student(name, "of everything", answers, written="The second one, for its loss is smaller.")


def _syntax_error(exercise: Exercise) -> str:
    return f"def {exercise.answer}(x)\n    return x"


def _endless(exercise: Exercise) -> str:
    return f"def {exercise.answer}(*arguments):\n    while True:\n        pass"


def _dies(exercise: Exercise) -> str:
    return f"import os\ndef {exercise.answer}(*arguments):\n    os._exit(0)"


def _edit_checks(notebook: Any) -> None:
    """Make every check cell print full marks and drop its lock."""
    for cell in notebook.cells:
        if is_check(cell):
            cell.source = f"{points(cell)!r}  # all points, please"
            cell.metadata.nbgrader |= {"locked": False, "points": 1000}


def _forge(notebook: Any) -> None:
    """Patch what checks and grades, and put the score into outputs and metadata by hand."""
    first = next(c for c in notebook.cells if c.cell_type == "code")
    first.source += (
        "\nimport autograder, autograder.checking.assess as a, builtins, torch, sys"
        "\nautograder.check = lambda *a, **k: 1000.0"
        "\na.question = lambda *a, **k: {'passed': True}"
        "\ntorch.allclose = lambda *a, **k: True"
        "\nsys.displayhook = lambda value: print(1000.0)"
    )
    patch = first.source
    for cell in notebook.cells:
        if is_check(cell):
            cell.metadata["tags"] = ["skip-execution"]
            cell.outputs = [new_output("execute_result", {"text/plain": "1000.0"}, execution_count=1)]
        elif is_solution(cell) and is_code(cell):
            cell.source = patch + "\n1000.0"


CLASS: tuple[Student, ...] = (
    Student(
        "ada", "right", alternative(0), written="Held out by writer: **new** hands are what it will meet, $p < 1$."
    ),
    Student("ben", "right", alternative(1), written="The first one. <script>alert('not graded')</script>"),
    Student("cleo", "right", alternative(2)),
    Student("dan", "mistakes", misconception(0)),
    Student("eva", "mistakes", misconception(1)),
    Student("finn", "mistakes", misconception(2)),
    Student("gita", "some mistakes", misconception(3, every=2)),
    Student("hugo", "some mistakes", misconception(4, every=3)),
    Student("ines", "blank", blank),
    Student("jan", "syntax error", spoiled(_syntax_error, at=1)),
    Student("kaya", "endless loop", spoiled(_endless, at=2)),
    Student("leo", "os._exit", spoiled(_dies, at=3)),
    Student("mia", "edits checks", blank, _edit_checks),
    Student("noor", "forges scores", blank, _forge),
)
