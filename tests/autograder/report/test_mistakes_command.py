"""`gradschool mistakes`: what nobody has named yet, from a graded class, and a draft of it on demand."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from autograder.cli import app
from autograder.nbgrader_plugin.config import put_tools_on_path
from autograder.report import draft, results
from autograder.report.results import Result, Results

UNIT = "unit1_feedforward"
CUBES = "def softmax(z):\n    e = z.exp() ** 3\n    return e / e.sum(-1, keepdim=True)"


def run(*options: str) -> SimpleNamespace:
    shown = CliRunner().invoke(app, ["mistakes", *options])
    return SimpleNamespace(code=shown.exit_code, said=" ".join(shown.output.replace("│", " ").split()))


def result(student: str, question: str, answer: str, *means: str) -> Result:
    said = tuple(f"It is {each}." for each in means)
    return Result(
        student, question, 0.0, 2.0, "checked", diagnoses=said, means=means, failed=("Values: case 2",), answer=answer
    )


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A graded class: three students cube, one does something else, one is named."""
    folder = tmp_path / "class"
    (folder / "autograded" / "ada" / UNIT).mkdir(parents=True)
    put_tools_on_path()
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        gradebook.add_assignment(UNIT)
    some = [result(name, "softmax", CUBES, "pattern") for name in ("ada", "bo", "cy")]
    some += [result("eva", "relu", "def relu(z):\n    return z ** 2"), result("eva", "softmax", CUBES, "known")]
    monkeypatch.setattr(results, "read_class", lambda *given: Results(some))
    return folder


def test_the_largest_are_listed_first(held: Path) -> None:
    shown = run("--from", str(held))
    assert shown.code == 0, shown.said
    assert shown.said.index("1 softmax 3 1 It is pattern. Values: case 2") < shown.said.index("2 relu 1 1")
    assert "Kinds of answers without a name: 2." in shown.said
    assert "softmax" not in run("relu", "--from", str(held)).said.split("failed")[1]
    assert "relu" not in run("--from", str(held), "--most", "1").said


def test_a_row_is_drafted_on_demand(held: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "place", lambda question: tmp_path / f"{question}.draft.py")
    shown = run("softmax", "--from", str(held), "--write", "1")
    assert shown.code == 0 and "softmax.draft.py" in shown.said.replace(" ", "")
    text = (tmp_path / "softmax.draft.py").read_text()
    assert "Made by 3 students" in text and "def from_the_class(z):" in text
    again = run("softmax", "--from", str(held), "--write", "1")
    assert again.code == 2 and "accept that draft, or delete it" in again.said


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["sotfmax"], 2, "There is no exercise called 'sotfmax'. Did you mean softmax"),
        (["tanh", "--from", "{held}"], 0, "No answer to tanh is without a name"),
        (["--from", "{held}", "--write", "3"], 2, "there are 2 rows; --write takes 1 to 2, got 3"),
        (
            ["--from", "{held}/nowhere"],
            2,
            "holds no graded class (autograded/ and gradebook.db): run `nbgrader autograde",
        ),
    ],
)
def test_what_cannot_be_done_is_a_sentence(options: list[str], code: int, says: str, held: Path) -> None:
    shown = run(*(option.format(held=held) for option in options))
    assert shown.code == code
    assert says in shown.said


def test_nothing_is_made_where_no_class_is(tmp_path: Path) -> None:
    assert run("--from", str(tmp_path)).code == 2
    assert list(tmp_path.iterdir()) == []
