"""Specs are found by their ids, here and in a teacher's own folders; one that is none says what is wrong with it."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder import check, exercise_folders
from autograder.checking.assess import assess
from autograder.exercise_folders import VARIABLE
from autograder.spec import catalogue
from autograder.spec.catalogue import SpecError, UnknownExercise
from autograder.spec.question import MARK

UPPER = """
from autograder.spec import Question

question = Question(cases=lambda draw: [draw.normal(3)], extremes=lambda draw: [1e300 * draw.normal(2)])
"""
LOWER = """
from autograder.spec import Exercise

exercise = Exercise(question, lambda x: 2 * x, points=3)


@exercise.misconception("squares", "What is twice 3?")
def squared(x):
    return x * x
"""


def forget() -> None:
    for cached in (catalogue.entries, catalogue.find, catalogue.question):
        cached.cache_clear()
    for name in [name for name in sys.modules if name.startswith("gradschool_exercises_")]:
        del sys.modules[name]


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Write a spec of a teacher's own into `own/doubling/`, or into another folder; the catalogue sees them all."""

    def written(exercise_id: str, upper: str = UPPER, lower: str | None = LOWER, folder: str = "own") -> Path:
        path = tmp_path / folder / "doubling" / f"{exercise_id}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(upper if lower is None else f"{upper}\n{MARK}\n{lower}", encoding="utf-8")
        monkeypatch.setenv(VARIABLE, os.pathsep.join(["", *map(str, sorted(tmp_path.iterdir()))]))
        forget()
        return path

    forget()
    yield written
    forget()


@pytest.mark.parametrize("look", [catalogue.find, catalogue.question, catalogue.entry])
def test_an_unknown_id_is_told_with_those_that_look_like_it(look) -> None:
    with pytest.raises(UnknownExercise, match=r"^There is no exercise called 'sofmax'. Did you mean softmax\b.*\?$"):
        look("sofmax")
    with pytest.raises(UnknownExercise, match=r"^There is no exercise called 'quaternions'\.$"):
        look("quaternions")


def test_ids_of_this_course_differ_by_more_than_capitals() -> None:
    ids = [name.lower() for name in catalogue.entries()]
    assert (
        sorted(set(ids))
        == sorted(ids)
        == sorted(path.stem.lower() for path in exercise_folders.OURS.glob("*/*.py") if path.stem != "__init__")
    )


def test_a_teachers_own_exercise_is_found_beside_ours(write: Write) -> None:
    before = list(catalogue.entries())
    path = write("twice")
    assert list(catalogue.entries()) == [*before, "twice"]
    where = catalogue.entry("twice")
    assert (where.unit, where.path) == ("doubling", path)
    exercise = catalogue.find("twice")
    assert (exercise.id, exercise.answer, exercise.points) == ("twice", "twice", 3)
    assert catalogue.find("twice") is exercise and catalogue.all_exercises("doubling") == [exercise]
    assert catalogue.question("twice").id == "twice"
    with pytest.raises(UnknownExercise, match="Did you mean twice"):
        catalogue.find("twise")


def test_it_is_checked_at_the_desk_like_ours(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    write("twice")
    assert check("twice", lambda x: x + x) == 3.0
    assert "✓ twice: 3 of 3 points" in capsys.readouterr().out
    assert check("twice", lambda x: x**2) == 0.0
    assert "squares" in capsys.readouterr().out
    assert assess(catalogue.find("twice"), catalogue.find("twice").reference, 1, []).state == "forbidden"
    assert check("softmax", next(iter(catalogue.find("softmax").alternatives.values()))) == 4.0


def test_there_may_be_several_folders(write: Write) -> None:
    write("twice")
    write("double", folder="shared")
    assert [path.name for path in exercise_folders.outside()] == ["own", "shared"]
    assert catalogue.find("double") is not catalogue.find("twice")
    assert len({catalogue.entry(name).module for name in catalogue.entries()}) == len(catalogue.entries())


def test_two_specs_of_one_id_are_refused_with_both_places(write: Write) -> None:
    path = write("softmax")
    for look in (catalogue.entries, lambda: catalogue.find("relu")):
        with pytest.raises(SpecError, match=r"Two specs are called 'softmax': .*Rename one\.") as refused:
            look()
        assert str(path) in str(refused.value) and str(exercise_folders.OURS / "feedforward" / "softmax.py") in str(
            refused.value
        )
    path.unlink()
    write("twice")
    write("twice", folder="shared")
    with pytest.raises(SpecError, match="Two specs are called 'twice'"):
        catalogue.entries()


@pytest.mark.parametrize("beside", ["    ", "# "])
def test_a_spec_that_is_not_parted_is_refused(write: Write, beside: str) -> None:
    path = write("twice", f"{UPPER}\n{beside}{MARK}\n{LOWER}".replace("    #", "if True:\n    #"), lower=None)
    with pytest.raises(
        SpecError, match=r"has no line '# %% what is right.*it parts what is asked from what is right"
    ) as refused:
        catalogue.question("twice")
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    ("upper", "lower"),
    [("", UPPER + LOWER), ("question = 'what is twice x?'\n", UPPER + LOWER)],
    ids=["below the mark", "no Question"],
)
def test_a_spec_without_a_question_above_the_mark_is_refused(write: Write, upper: str, lower: str) -> None:
    path = write("twice", upper, lower)
    with pytest.raises(SpecError, match="makes no `question` above the line '# %% what is right") as refused:
        catalogue.question("twice")
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("lower", ["", "exercise = question\n"], ids=["nothing", "the question"])
def test_a_spec_without_an_exercise_is_refused(write: Write, lower: str) -> None:
    path = write("twice", lower=lower)
    assert catalogue.question("twice").id == "twice"
    with pytest.raises(SpecError, match="makes no `exercise`: its last half begins `exercise = Exercise") as refused:
        catalogue.find("twice")
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("lower", ["1 / 0", "import a_library_that_nobody_has", "what is ( this"])
def test_of_a_question_nothing_below_the_mark_is_run_or_compiled(write: Write, lower: str) -> None:
    write("twice", lower=lower)
    assert len(catalogue.question("twice").drawn(1).all) == 2
    for _ in range(2):  # what failed is not half there the next time
        with pytest.raises((ZeroDivisionError, ImportError, SyntaxError)):
            catalogue.find("twice")
