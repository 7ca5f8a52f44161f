"""Judging what comes out of the sandbox: whatever it is, each question gets one score, and a reason if it is 0."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook
from safetensors.numpy import save

from autograder.checking import assess
from autograder.checking.assess import question
from autograder.checking.keys import DOUBLE, Key, Place
from autograder.checking.packing import pack, packed, unpack
from autograder.grading import grade as grading
from autograder.grading.rebuild import KEY
from autograder.sandbox.steps import Step, StepResult
from autograder.spec import catalogue
from autograder.spec.outputs import Output, input_gradient

SEED = 5
SOFTMAX = catalogue.find("softmax")
RESULT = Key(Place(DOUBLE, 0), Output("result"))
RIGHT = pack(question(SOFTMAX, SOFTMAX.alternatives["with_einsum"], SEED))


class Stand:
    """In the runner's place: every check ends as `result` says."""

    def __init__(self, result: Callable[[Step], StepResult | None]) -> None:
        self.result = result

    def run(self, steps: Sequence[Step]) -> list[StepResult]:
        given = [self.result(s) if s.kind == "check" else StepResult(s.cell, "ok") for s in steps]
        return [result for result in given if result is not None]


def graded(result: Callable[[Step], StepResult | None], note: str = "") -> tuple[float, str]:
    """Score and text of a softmax question whose check ended like this."""
    cells = [
        new_code_cell(
            "...", id="softmax-answer", metadata={"nbgrader": {"grade_id": "softmax-answer", "solution": True}}
        ),
        new_code_cell("", id="softmax", metadata={"nbgrader": {"grade_id": "softmax", "grade": True, "points": 4}}),
    ]
    notebook = new_notebook(cells=cells, metadata={KEY: {"notes": {"softmax-answer": note} if note else {}}})
    [verdict] = grading.grade(notebook, Stand(result), lambda exercise: SEED)  # type: ignore[arg-type]
    [output] = cells[1].outputs
    assert output.output_type == "execute_result"
    score = float(output.data["text/plain"])
    assert 0 <= score <= 4
    assert score == cells[1].metadata[KEY]["points"] == verdict.points
    return score, cells[1].metadata[KEY]["text"]


def evidence(data: bytes | None) -> Callable[[Step], StepResult]:
    return lambda step: StepResult(step.cell, "ok", evidence=data)


def test_of_a_script_to_be_mended_only_the_definitions_are_run() -> None:
    source = "import torch\nclass Net(torch.nn.Module):\n    pass\nnet = Net()\nfor _ in range(10**9):\n    train(net)"
    assert grading.definitions(source) == "class Net(torch.nn.Module):\n    pass"


def test_right_evidence_gets_all_points() -> None:
    assert graded(evidence(RIGHT))[0] == 4


ENDINGS: dict[str, tuple[Callable[[Step], Any], str]] = {
    "none": (evidence(None), "no evidence was written"),
    "empty": (evidence(b""), "no evidence was written"),
    "garbage": (evidence(b"\x00" * 100), "cannot be read"),
    "cut": (evidence(RIGHT[:-1]), "cannot be read"),
    "pickle": (evidence(b"\x80\x04cos\nsystem\n."), "cannot be read"),
    "oversized": (evidence(b"\x00" * 64_000_001), "64000000 at most"),
    "no notes": (evidence(save({packed(RESULT): np.ones(3)})), "cannot be read"),
    "notes of no kind": (evidence(save({"notes": np.frombuffer(b"[1]", np.uint8)})), "has no notes"),
    "notes alone": (evidence(save({"notes": np.frombuffer(b"{}", np.uint8)})), "nothing that can be compared"),
    "late": (lambda s: StepResult(s.cell, "timeout", reason="This cell was stopped."), "Your answer, when called, was"),
    "flooded": (lambda s: StepResult(s.cell, "flooded", reason="Too much."), "Too much."),
    "died": (lambda s: StepResult(s.cell, "died", evidence=RIGHT, reason="This cell ended."), "ended"),
    "not run": (lambda s: StepResult(s.cell, "not run", evidence=RIGHT, reason="No time."), "No time."),
    "lost": (lambda s: None, "its check was not run"),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_without_good_evidence_there_is_nothing_but_a_reason(name: str) -> None:
    ending, words = ENDINGS[name]
    score, text = graded(ending)
    assert score == 0
    assert words in text


def test_what_was_wrong_with_the_submission_outweighs_any_evidence() -> None:
    def never(step: Step) -> StepResult:
        raise AssertionError("an answer that is not there is not questioned")

    score, text = graded(never, note="This answer's cell is missing.")
    assert score == 0
    assert "This answer's cell is missing." in text


def test_a_judge_that_fails_gives_no_points_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(assess, "judge", fails)
    score, text = graded(evidence(RIGHT))
    assert score == 0
    assert "could not be judged" in text


def test_a_sandbox_that_fails_leaves_no_points_behind() -> None:
    """Fail closed: before anything runs, every question holds an error, which nbgrader takes for 0."""
    cell = new_code_cell("", id="softmax", metadata={"nbgrader": {"grade_id": "softmax", "grade": True, "points": 4}})

    class Broken:
        def run(self, steps: Sequence[Step]) -> list[StepResult]:
            raise OSError

    with pytest.raises(OSError):
        grading.grade(new_notebook(cells=[cell], metadata={KEY: {"notes": {}}}), Broken(), lambda exercise: SEED)  # type: ignore[arg-type]
    assert [output.output_type for output in cell.outputs] == ["error"]


@given(st.binary(max_size=400))
def test_random_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        unpack(data)


@given(st.data())
def test_damaged_evidence_is_read_or_refused(data: st.DataObject) -> None:
    damaged = bytearray(RIGHT)
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, 1500) | st.integers(0, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    try:
        found = unpack(bytes(damaged))
    except ValueError:
        return
    assert all(isinstance(array, np.ndarray) for array in found.arrays.values())


ODD = (None, True, 1, -1, 10**40, 1e999, "text", "x" * 3000, [], [0], [-9], ["a"], [[1]], [10**40], {}, {"a": [1]})
VALUES = st.sampled_from(ODD)
KINDS = st.sampled_from(
    [
        "missing",
        "unattempted",
        "timeout",
        "problems",
        "gradient_problems",
        "types",
        "changed",
        "calls",
        "device",
        "passed",
    ]
)
OTHERS = (Key(Place(DOUBLE, 0), input_gradient(0)), Key(Place(DOUBLE, 99), RESULT.output))
KEYS = st.sampled_from([*map(packed, (*unpack(RIGHT).arrays, *OTHERS)), "x", "", "a/b", "[]"])
PLACES = st.sampled_from([("float64", 0), ("float32", 1), ("float64", 99), ("", -1), ("float64", "0")])
ENTRIES = st.lists(
    st.tuples(KEYS, VALUES).map(list) | st.tuples(PLACES, VALUES).map(lambda entry: [*entry[0], entry[1]]), max_size=3
)
ARRAYS = st.sampled_from(
    [np.ones(3), np.ones(()), np.full(3, np.nan), np.full((4, 5), np.inf), np.zeros((0, 3)), np.ones((2, 3, 4), np.int8),
     np.array([True]), np.ones((4, 5), np.float16), np.full((4, 5), 1e308)]
)  # fmt: skip


@settings(max_examples=60)
@given(
    st.dictionaries(KEYS, ARRAYS, max_size=6),
    st.dictionaries(KINDS, VALUES | ENTRIES | st.dictionaries(KEYS, VALUES, max_size=3), max_size=4),
)
def test_forged_evidence_gets_a_verdict_and_no_points(arrays: dict[str, Any], notes: dict[str, Any]) -> None:
    """Well-formed, of any content: forged arrays are wrong somewhere, and no note earns anything."""
    left_out = packed(Key(Place(DOUBLE, 1), RESULT.output))
    kept = {packed(key): array for key, array in unpack(RIGHT).arrays.items()}
    assert left_out in kept
    forged = {name: array for name, array in (kept | arrays).items() if name != left_out}
    written = save({"notes": np.frombuffer(json.dumps(notes).encode(), np.uint8), **forged})
    assert graded(evidence(written))[0] == 0
