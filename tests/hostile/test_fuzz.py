"""Mutated notebooks: whatever was handed in ends in a verdict, and in a sentence that a student understands."""

import collections
import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.checking.verdict import State, Verdict
from autograder.grading.grade import grade
from autograder.grading.rebuild import KEY, rebuild
from autograder.grading.submission import read
from autograder.nbgrader_plugin.released import released
from autograder.sandbox.limits import Limits
from autograder.sandbox.runner import Runner
from tests.autograder.nbgrader_plugin.classroom import course
from tests.autograder.nbgrader_plugin.classroom.conftest import needs_sandbox, once

from .mutate import mutant

# Every sentence that may stand in place of a verdict's lines. A sentence that is none of these is a failure that
# nobody has thought of.
NOTES = (
    r"The notebook is not a notebook \((not JSON|nested too deeply)\)\.",
    r"The notebook holds no cells\.",
    r"This answer's cell is missing from the submission\.",
)
REASONS = (
    *NOTES,
    r"Not attempted yet\.",
    r"There is no `\w+` in the notebook\. Has its cell been run\?",
    r"The answer's cell raised \w+(: .+)?",
    r"The answer's cell was stopped: a cell may run [\d.]+ seconds, a whole notebook [\d.]+\.",
    r"Your answer stopped with \w+: .*\(line \d+ of the cell\)",
    r"Your answer stopped with \w+: .*",
    r"Your answer returned (None\. Is a return statement missing\?|a tuple of \d+, where one value belongs\.)",
    r"Your answer is an? .+, where a function belongs\.",
    r"Your answer returned an? .+, where a tensor or a number belongs\.",
    r"Your answer calls [\w., ]+: build it from tensor operations instead\.",
)
ROWS = ("values", "extremes", "gradients", "types", "inputs")


@pytest.fixture(scope="session")
def right(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The solution of the first small lesson, and a submission of it that was answered right."""
    folder = once(tmp_path_factory, "fuzzed_course", lambda folder: course.set_up(root, folder))
    return folder / "solutions" / course.UNIT / "1_first.ipynb", course.Copy(folder, "ada").first


def rebuilt(solution: Path, content: bytes, path: Path) -> Any:
    path.write_bytes(content)
    return rebuild(released(solution, course.UNIT), read(path))


def told_of(notebook: Any, ours: Any) -> list[str]:
    """What became of each answer of a rebuilt notebook; raises unless the notebook is ours, whole and writable."""
    nbformat.validate(notebook)
    json.dumps(notebook, ensure_ascii=False).encode()
    kept = [cell for cell in notebook.cells if KEY not in cell.metadata]
    assert [cell["id"] for cell in kept] == [cell["id"] for cell in ours.cells]
    for cell, own in zip(kept, ours.cells, strict=True):
        assert cell.metadata == own.metadata and cell.cell_type == own.cell_type
        assert cell.source == own.source or own.metadata.nbgrader["solution"]
    notes = notebook.metadata[KEY]["notes"]
    assert set(notes) <= {f"{question}-answer" for question in course.QUESTIONS}
    assert all(any(re.fullmatch(note, told) for note in NOTES) for told in notes.values()), notes
    return [re.sub(r"\d+", "N", notes.get(f"{question}-answer", "read")) for question in course.QUESTIONS]


@pytest.mark.parametrize(
    "seeds", [range(300), pytest.param(range(10_000), marks=pytest.mark.soak)], ids=["sample", "whole"]
)
def test_every_mutant_is_rebuilt(right: tuple[Path, dict[str, Any]], tmp_path: Path, seeds: range) -> None:
    solution, notebook = right
    ours = released(solution, course.UNIT)
    counts: collections.Counter[str] = collections.Counter()
    for seed in seeds:
        counts.update(told_of(rebuilt(solution, mutant(notebook, seed), tmp_path / "n.ipynb"), ours))
    print(len(seeds), "mutants,", dict(counts.most_common()))
    assert counts.total() == len(seeds) * len(course.QUESTIONS)
    # else the mutator would be too tame, or too wild, to prove anything
    assert 0.3 < counts["read"] / counts.total() < 0.9
    assert len(counts) >= len(NOTES) + 1


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    needs_sandbox()
    with Runner(Limits(seconds_per_cell=5.0)) as found:
        yield found


def classified(verdict: Verdict, most: float) -> str:
    """What kind of verdict it is; raises on one of no kind."""
    assert 0 <= verdict.points <= most
    assert verdict.state in set(State) - {State.DIED, State.JUDGE_FAILED}, verdict
    if verdict.state is not State.CHECKED:
        assert any(re.fullmatch(reason, verdict.reason, re.DOTALL) for reason in REASONS), verdict.reason
        assert verdict.points == 0
        return verdict.state
    assert verdict.reason == "" and [row.kind for row in verdict.rows if row.kind not in ROWS] == []
    assert all(row.passed or row.earned == 0 for row in verdict.rows)
    return "right" if verdict.passed else "wrong"


@pytest.mark.sandbox
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "seeds", [range(30), pytest.param(range(10_000, 10_500), marks=pytest.mark.soak)], ids=["sample", "whole"]
)
def test_every_mutant_gets_a_verdict(
    right: tuple[Path, dict[str, Any]], tmp_path: Path, runner: Runner, seeds: range
) -> None:
    solution, notebook = right
    counts: collections.Counter[str] = collections.Counter()
    for seed in seeds:
        graded = rebuilt(solution, mutant(notebook, seed), tmp_path / "n.ipynb")
        verdicts = grade(copy.deepcopy(graded), runner, lambda question: 5)
        assert [verdict.exercise for verdict in verdicts] == list(course.QUESTIONS)
        counts.update(classified(v, course.QUESTIONS[v.exercise]) for v in verdicts)
    print(len(seeds), "mutants graded,", dict(counts.most_common()))
    assert counts["right"] and counts["missing"]
