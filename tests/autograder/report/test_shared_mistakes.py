"""Mistakes that several exercises share: carried from the verdict to the class page, and counted over exercises."""

from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.checking.assess import question
from autograder.checking.packing import pack
from autograder.grading.grade import grade
from autograder.lessons.cells import KEY
from autograder.report import results as reading
from autograder.report.page import page
from autograder.report.results import Result, Results
from autograder.report.statistics import in_common, shared_mistakes
from autograder.sandbox.steps import StepResult
from autograder.spec import catalogue

UNIT = "unit1_feedforward"
QUESTION = "adagrad_step"
INTO, CHANCE = "writes-into-its-arguments", "ignores-the-generator"


def result(student: str, exercise: str, *mistakes: str) -> Result:
    return Result(student, exercise, 1.0, 3.0, "checked", mistakes=mistakes)


@pytest.fixture
def small_class() -> Results:
    """Three students write into what they are given, one of them in two exercises; two draw from the global source."""
    return Results(
        [
            result("ada", "sgd_step", INTO),
            result("ada", "momentum_step", INTO),
            result("bo", "perceptron_update", INTO),
            result("cy", "sgd_step", INTO, INTO),
            result("bo", "he_normal", CHANCE),
            result("cy", "xavier_uniform", CHANCE),
            result("cy", "softmax"),
        ]
    )


def graded(name: str) -> nbformat.NotebookNode:
    """A notebook whose one answer is a known mistake of `QUESTION`, as the grader writes it."""
    exercise = catalogue.find(QUESTION)
    answer = next(m.answer for m in exercise.misconceptions if m.name == name)
    data = pack(question(exercise, answer, 5))
    cells = [
        new_code_cell("…", metadata={"nbgrader": {"grade_id": f"{QUESTION}-answer", "solution": True}}),
        new_code_cell("", metadata={"nbgrader": {"grade_id": QUESTION, "grade": True, "points": exercise.points}}),
    ]
    notebook = new_notebook(cells=cells, metadata={KEY: {"notes": {}}})

    def ran(steps):
        return [StepResult(s.cell, "ok", evidence=data if s.kind == "check" else None) for s in steps]

    grade(notebook, SimpleNamespace(run=ran), lambda exercise: 5)  # type: ignore[arg-type]
    return notebook


def as_read(notebook: nbformat.NotebookNode, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    """What the class page reads of a class of one, whose graded notebook this is."""
    lies = folder / "class" / "autograded" / "ada" / UNIT
    lies.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, lies / "1.ipynb")
    cell = SimpleNamespace(cell_type="code")
    mark = SimpleNamespace(name=QUESTION, score=1.0, max_score=2.0, cell=cell)
    handed_in = SimpleNamespace(student=SimpleNamespace(id="ada"), notebooks=[SimpleNamespace(name="1", grades=[mark])])

    class Book:
        students = (handed_in.student,)

        def __init__(self, url: str) -> None: ...
        def __enter__(self) -> "Book":
            return self

        def __exit__(self, *problem: object) -> None: ...
        def find_assignment(self, unit: str) -> SimpleNamespace:
            return SimpleNamespace(submissions=[handed_in])

    monkeypatch.setattr(reading, "Gradebook", Book)
    (found,) = reading.read(folder, UNIT).all
    return found


def test_a_shared_mistake_is_carried_from_the_verdict_to_the_page(tmp_path, monkeypatch) -> None:
    notebook = graded("in_place")
    assert notebook.cells[1].metadata[KEY]["mistakes"] == [INTO]
    found = as_read(notebook, tmp_path, monkeypatch)
    assert (found.misconceptions, found.mistakes) == (("in_place",), (INTO,))


def test_what_an_earlier_release_graded_is_read_with_the_help_of_the_spec(tmp_path, monkeypatch) -> None:
    notebook = graded("in_place")
    told = notebook.cells[1].metadata[KEY]
    del told["mistakes"]
    assert as_read(notebook, tmp_path, monkeypatch).mistakes == (INTO,)
    told["misconceptions"] = ["a name that the spec has no more"]
    assert as_read(notebook, tmp_path, monkeypatch).mistakes == ()


def test_a_mistake_of_one_exercise_alone_has_no_id_to_carry(tmp_path, monkeypatch) -> None:
    own = next(m.name for m in catalogue.find(QUESTION).misconceptions if not m.mistake)
    found = as_read(graded(own), tmp_path, monkeypatch)
    assert (found.misconceptions, found.mistakes) == ((own,), ())


def test_mistakes_are_counted_over_exercises_and_students_once(small_class: Results) -> None:
    into, chance = shared_mistakes(small_class)
    assert (into.id, into.students) == (INTO, 3)
    assert into.exercises == ("sgd_step", "momentum_step", "perceptron_update")
    assert into.title == "writes into the caller's …"
    assert (chance.id, chance.students, chance.exercises) == (CHANCE, 2, ("he_normal", "xavier_uniform"))
    assert chance.title == "draws from torch's global source of chance, not from `generator`"


def test_a_mistake_that_no_spec_knows_any_more_is_told_by_its_id() -> None:
    (gone,) = shared_mistakes(Results([result("ada", "softmax", "an-older-one")]))
    assert gone.title == "an-older-one"


@pytest.mark.parametrize(
    ("titles", "alike"),
    [
        (["sums over the batch"], "sums over the batch"),
        (["sums over the rows", "sums over the columns"], "sums over the …"),
        (["leaves eps out", "leaves the momentum out"], "leaves … out"),
        (["is right, and slow", "is right, and slow for images"], "is right, and slow …"),
        (["sums", "gives the total of it"], "sums"),
        ([], ""),
    ],
)
def test_a_title_is_what_the_exercises_say_alike(titles: list[str], alike: str) -> None:
    assert in_common(titles) == alike


def rows(text: str) -> list[str]:
    """The rows on mistakes across exercises."""
    section = text.split("<h2>Mistakes across exercises</h2>")[1].split("<h2>")[0]
    return [row for row in section.split("<tr>") if "<td>" in row]


def test_the_page_shows_mistakes_of_more_than_one_exercise(small_class: Results) -> None:
    into, chance = rows(page(small_class, UNIT))
    assert "writes into the caller&#39;s …" in into and '<td class="n">3</td><td class="n">3</td>' in into
    assert "<code>sgd_step</code>, <code>momentum_step</code>, <code>perceptron_update</code></td>" in into
    assert "source of chance" in chance
    alone = Results([result("ada", "sgd_step", INTO), result("bo", "sgd_step", INTO)])
    assert rows(page(alone, UNIT)) == [] and "None was found in more than one." in page(alone, UNIT)


def test_beyond_ten_the_rest_is_behind_a_fold() -> None:
    many = [result("ada", exercise, f"mistake-{i:02}") for i in range(12) for exercise in ("softmax", "relu")]
    text = page(Results(many), UNIT)
    assert len(rows(text)) == 12
    assert "<summary>2 more</summary>" in text
    assert text.index("mistake-09") < text.index("<summary>2 more") < text.index("mistake-10")
