"""The bounds of one submission: read from the config, refused with a sentence where they are wrong, and kept to."""

import pickle
import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from nbgrader.apps.api import NbGraderAPI

from autograder.checking.packing import unpack
from autograder.nbgrader_plugin.config import load_config
from autograder.sandbox.limits import MOST_EVIDENCE, RANGES, Limits
from tests.autograder.nbgrader_plugin.classroom import course
from tests.autograder.nbgrader_plugin.classroom.conftest import needs_sandbox, once

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown name": ({"second_per_cell": 5}, "There is no limit called 'second_per_cell': did you mean 'seconds_per_cell'?"),
    "a name like none": ({"patience": 5}, "There is no limit called 'patience': there are seconds_per_cell, "),
    "nothing": ({"seconds_per_cell": 0}, "seconds_per_cell must be a positive number, got 0"),
    "less than nothing": ({"replays": -1}, "replays must be a positive number, got -1"),
    "text": ({"memory_bytes": "3 GB"}, "memory_bytes must be a positive number, got '3 GB'"),
    "None": ({"processes": None}, "processes must be a positive number, got None"),
    "a truth value": ({"processes": True}, "processes must be a positive number, got True"),
    "no number": ({"tmp_bytes": float("nan")}, "tmp_bytes must be a positive number, got nan"),
    "no bound": ({"seconds_per_cell": float("inf")}, "seconds_per_cell must be a positive number, got inf"),
    "half a process": ({"processes": 8.5}, "processes must be a whole number, got 8.5"),
    "too little": ({"memory_bytes": 1000}, "memory_bytes must lie between 67,108,864 and 1,099,511,627,776, got 1,000"),
    "too much": ({"evidence_bytes": 10**9}, "evidence_bytes must lie between 1,048,576 and 64,000,000, got 1,000,000,000"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_limit_is_refused_with_a_sentence(name: str) -> None:
    limits, sentence = WRONG[name]
    with pytest.raises(ValueError) as refused:
        Limits(**limits)
    assert str(refused.value).startswith(sentence)


def test_every_limit_has_a_range_and_a_word_in_the_docstring() -> None:
    assert [field.name for field in fields(Limits)] == list(RANGES)
    for field in fields(Limits):
        assert f"{field.name}: " in (Limits.__doc__ or "")
        least, most = RANGES[field.name]
        assert least <= field.default <= most
        for value in (least, most):
            assert getattr(Limits(**{field.name: value}), field.name) == value


def test_limits_travel_whole() -> None:
    limits = replace(Limits(processes=9.0), replays=3)  # type: ignore[arg-type]
    assert pickle.loads(pickle.dumps(limits)) == limits == Limits(**limits.as_dict())  # type: ignore[arg-type]
    assert type(limits.processes) is int


def test_the_judge_reads_as_much_as_a_check_may_send() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        unpack(bytes(MOST_EVIDENCE))
    with pytest.raises(ValueError, match=f"{MOST_EVIDENCE} at most"):
        unpack(bytes(MOST_EVIDENCE + 1))


@pytest.fixture
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    made = once(tmp_path_factory, "limited_course", lambda folder: course.set_up(root, folder))
    return shutil.copytree(made, tmp_path / "course")


def graded(folder: Path, limits: dict[str, Any]) -> dict[str, Any]:
    with open(folder / "nbgrader_config.py", "a") as config:
        config.write(f"\nc.Autograde.limits = {limits!r}\n")
    result: dict[str, Any] = NbGraderAPI(config=load_config(folder)).autograde(course.UNIT, "*")
    return result


@pytest.mark.parametrize("name", ["an unknown name", "text", "too little"])
def test_the_command_refuses_it_in_one_line(folder: Path, name: str) -> None:
    course.hand_in(folder, "ada")
    limits, sentence = WRONG[name]
    result = graded(folder, limits)
    assert not result["success"]
    assert sentence in " ".join(result["log"].split())
    assert "Traceback" not in result["log"]
    assert not (folder / "class" / "autograded").exists()


@pytest.mark.sandbox
def test_the_limits_of_the_config_are_those_that_are_kept_to(folder: Path) -> None:
    needs_sandbox()

    def loud(copy: course.Copy) -> None:
        copy.add("for i in range(50): display(i)")
        copy.add("import time; time.sleep(30)", before="relu-answer")
        copy.add("x = bytes(90_000_000)", before="relu-answer")
        copy.add("open('large', 'wb').write(bytes(1_500_000))", before="relu-answer")

    course.hand_in(folder, "loud", loud)
    limits = {"seconds_per_cell": 2.5, "outputs_per_cell": 7, "memory_bytes": 80_000_000, "file_bytes": 1_200_000}
    assert graded(folder, limits)["success"]
    assert course.scores(folder, "loud") == {**course.QUESTIONS, "why-shift": None}
    outputs = {
        name: c["outputs"] for name, c in course.graded_cells(folder, "loud").items() if name.startswith("added")
    }
    displays, slept, memory, file = (outputs[f"added-{i}"] for i in range(1, 5))
    assert len(displays) == 8 and "of one cell 7 outputs" in "".join(displays[-1]["text"])
    assert "a cell may run 2.5 seconds" in slept[0]["evalue"]
    assert memory[-1]["ename"] == "MemoryError"
    assert file[-1]["ename"] == "OSError"
