"""Digests of what judged an answer: they change with the code, and with nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.grading import judged_by as module
from autograder.grading.judged_by import changed, judged_by
from autograder.lessons.cells import GradeRecord
from autograder.spec import catalogue

SPEC = '''"""Softmax."""
from autograder.spec import Exercise, Question
from autograder.spec.mistakes import softmax
from gradschool.feedforward import activations
exercise = Exercise(Question(cases=lambda draw: []), activations.softmax, points=4)
'''
OTHERWISE: dict[str, tuple[Callable[[str], str], list[str]]] = {
    "comments and layout": (lambda spec: spec.replace("import Exercise, Question", "import (  # why\n    Exercise,\n    Question,\n)"), []),
    "points": (lambda spec: spec.replace("points=4", "points=5"), ["spec"]),
    "other mistakes": (lambda spec: spec.replace("mistakes import softmax", "mistakes import batchnorm"), ["spec"]),
    "another reference": (lambda spec: spec.replace("feedforward import activations", "feedforward import losses as activations"), ["spec", "reference"]),
}  # fmt: skip


@pytest.fixture
def digests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], dict[str, str]]:
    def of(name: str, text: str) -> dict[str, str]:
        (tmp_path / name).mkdir()
        path = tmp_path / name / "spec.py"  # the file's name counts
        path.write_text(text)
        known = catalogue.Entry(name, "mine", path, name)
        monkeypatch.setattr(catalogue, "entry", lambda asked: known)
        return dict(judged_by(f"{tmp_path}-{name}"))

    return of


@pytest.mark.parametrize("name", OTHERWISE)
def test_what_is_another(digests: Callable[[str, str], dict[str, str]], name: str) -> None:
    change, parts = OTHERWISE[name]
    assert change(SPEC) != SPEC
    before, after = digests("before", SPEC), digests("after", change(SPEC))
    assert [part for part in before if before[part] != after[part]] == parts


def test_every_spec_has_its_own_and_shares_the_engine() -> None:
    all_of_them = {name: judged_by(name) for name in catalogue.entries()}
    assert len({found["spec"] for found in all_of_them.values()}) == len(all_of_them)
    assert len({found["engine"] for found in all_of_them.values()}) == 1
    assert len({found["reference"] for found in all_of_them.values()}) > 20


def test_the_engine_is_what_decides_a_verdict() -> None:
    names = {path.name for path in module._engine_files()}
    assert {"judge.py", "comparison.py", "rebuild.py", "grade.py", "runner.py"} <= names
    assert not {"progress.py", "dask_pool.py", "softmax.py"} & names


def test_what_has_changed_since() -> None:
    now = dict(judged_by("softmax"))
    assert changed(now, "softmax") == []
    assert changed(now | {"engine": "0"}, "softmax") == ["engine"]
    assert changed(dict(judged_by("relu")), "softmax") == ["spec"]
    assert changed({}, "softmax") == [], "nothing was noted"


def test_a_grade_of_an_earlier_release_has_none() -> None:
    cell = {"metadata": {"gradschool": {"state": "checked", "points": 2.0}}}
    told = GradeRecord.read(cell)
    assert told is not None and told.judged_by == {}
    told.judged_by = judged_by("softmax")
    told.write(cell)
    assert GradeRecord.read(cell) == told
