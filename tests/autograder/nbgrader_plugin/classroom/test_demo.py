"""The class that `gradschool demo` makes up, and the tables that it draws of any class that was graded."""

import contextlib
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from autograder.checking.assess import assess
from autograder.demo import classroom, table
from autograder.demo.answers import NoSource, as_cell
from autograder.demo.roster import CLASS, Student, spoiled
from autograder.report.results import read
from autograder.spec import catalogue
from autograder.spec.exercise import Exercise
from autograder.student.check import DESK_SEED

from . import course

EXERCISES = catalogue.all_exercises()
# All of their wrong answers are made by families, of a skeleton that no cell can hold.
MADE_BY_FAMILIES = {"discriminator_step", "generator_step", "denoising_step"}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_every_answer_of_a_spec_can_stand_in_a_cell(exercise: Exercise) -> None:
    """But for wrong answers that a family of mistakes has made: these have no source. Few exercises hold no others."""
    cells = [as_cell(exercise, answer) for answer in exercise.alternatives.values()]
    for mistake in exercise.misconceptions:
        with contextlib.suppress(NoSource):
            cells.append(as_cell(exercise, mistake.answer))
    assert (len(cells) == len(exercise.alternatives)) == (exercise.id in MADE_BY_FAMILIES)
    for cell in cells:
        notebook: dict[str, object] = {}
        exec(cell, notebook)
        assert callable(notebook[exercise.answer])
        assert "spec.mistakes" not in cell


@pytest.mark.parametrize("question", course.QUESTIONS)
def test_an_answer_in_a_cell_gets_the_verdict_of_the_answer(question: str) -> None:
    exercise = catalogue.find(question)
    for mistake in exercise.misconceptions:
        notebook: dict[str, object] = {}
        try:
            cell = as_cell(exercise, mistake.answer)
        except NoSource:
            continue
        exec(cell, notebook)
        verdict = assess(exercise, notebook[exercise.answer], DESK_SEED, [cell])
        assert verdict.points == assess(exercise, mistake.answer, DESK_SEED, []).points
        assert [d.misconception for d in verdict.diagnoses] == [mistake.name]


def test_the_class_is_what_the_demo_promises() -> None:
    assert len(CLASS) >= 12
    assert len({student.name for student in CLASS}) == len(CLASS)
    kinds = {student.kind for student in CLASS}
    assert {"right", "blank", "syntax error", "endless loop", "os._exit", "edits checks", "forges scores"} <= kinds


def test_what_is_handed_in_is_what_was_released_with_answers_in_it(empty_class: Path) -> None:
    """A student's `place` counts the questions of a notebook; None leaves the answer's cell as it was."""
    places = []

    def answers(exercise: Exercise, place: int) -> str | None:
        places.append((exercise.id, place))
        return None if place else f"{exercise.answer} = {place}"

    classroom.hand_in(empty_class, course.UNIT, (Student("zoe", "odd", answers),))
    assert places == [("softmax", 0), ("relu", 1)]
    for name in course.NOTEBOOKS:
        released = json.loads((empty_class / "course" / course.UNIT / f"{name}.ipynb").read_text())
        ours = json.loads((empty_class / "class" / "submitted" / "zoe" / course.UNIT / f"{name}.ipynb").read_text())
        for cell in released["cells"]:
            if cell["id"] == "softmax-answer":
                cell["source"] = ["softmax = 0"]
        assert ours["cells"] == released["cells"]


def test_one_question_can_be_spoiled() -> None:
    answers = spoiled(lambda exercise: "spoiled", at=1)
    softmax, relu = catalogue.find("softmax"), catalogue.find("relu")
    assert answers(relu, 1) == "spoiled"
    assert "def softmax" in str(answers(softmax, 0))


def test_a_command_that_fails_says_why(empty_class: Path) -> None:
    with pytest.raises(classroom.DemoError, match=r"nbgrader autograde nothing failed:(.|\n)*never released"):
        list(classroom.nbgrader(empty_class, "autograde", "nothing"))


@pytest.mark.sandbox
def test_the_tables_show_what_the_gradebook_and_the_judge_say(graded_class: Path) -> None:
    results = read(graded_class, course.UNIT)
    assert results.questions == list(course.QUESTIONS)
    for student in results.students:
        found = course.scores(graded_class, student)
        assert all(results.of(student, q).points == found[q] for q in course.QUESTIONS)  # type: ignore[union-attr]
    mistake = results.of("mistaken", "softmax")
    assert mistake is not None
    assert mistake.misconceptions == ("over_the_batch",)
    shown = io.StringIO()
    console = Console(file=shown, width=1000)
    console.print(table.points_table(results, {"mistaken": "wrong"}), table.mistakes_table(results))
    text = shown.getvalue()
    assert "sums to one over the batch" in text
    assert all(student in text for student in results.students if len(student) <= 8), "longer names are folded"
