"""Our notebook with their answers in it: whatever was done around the answers leaves no trace."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.grading.rebuild import KEY, rebuild
from autograder.grading.submission import MOST_ADDED, Submission, SubmittedCell, read
from autograder.lessons.cell_id import text_id

Cells = list[dict[str, Any]]


def cell(make: Callable[..., Any], name: str, source: str, **mark: Any) -> Any:
    metadata = {"nbgrader": {"grade_id": name, "schema_version": 3, **mark}} if mark else {}
    return make(source, id=name, metadata=metadata)


def release() -> Any:
    return new_notebook(
        cells=[
            cell(new_markdown_cell, "intro", "# A lesson"),
            cell(new_code_cell, "imports", "import torch"),
            cell(new_code_cell, "f-answer", "raise NotImplementedError()", solution=True, grade=False),
            cell(new_code_cell, "f", "check('f')", grade=True, solution=False, points=3, locked=True),
            cell(new_code_cell, "g-answer", "raise NotImplementedError()", solution=True, grade=False),
            cell(new_code_cell, "g", "check('g')", grade=True, solution=False, points=1, locked=True),
            cell(new_markdown_cell, "why", "YOUR ANSWER HERE", solution=True, grade=True, points=2),
        ]
    )


def submitted(spoil: Callable[[Cells, dict[str, Any]], Any], path: Path) -> Any:
    """What is rebuilt of a right submission that was spoiled, by way of its file."""
    notebook = json.loads(nbformat.writes(release()))
    notebook["cells"][2]["source"], notebook["cells"][4]["source"] = "f = 1", ["g = \n", "2"]
    notebook["cells"][6]["source"] = "because"
    spoil(notebook["cells"], notebook)
    path.write_text(json.dumps(notebook))
    return rebuild(release(), read(path))


def each(cells: Cells, **change: Any) -> None:
    for one in cells:
        one.update(copy.deepcopy(change))


def mark_all(cells: Cells, **change: Any) -> None:
    for one in cells:
        if "nbgrader" in one["metadata"]:
            one["metadata"]["nbgrader"].update(change)


WITHOUT_A_TRACE: dict[str, Callable[[Cells, dict[str, Any]], Any]] = {
    "check edited": lambda cells, nb: cells[3].update(source="3.0"),
    "check deleted": lambda cells, nb: cells.pop(3),
    "check doubled": lambda cells, nb: cells.append(cells[3] | {"source": "3.0"}),
    "check made markdown": lambda cells, nb: cells[3].update(cell_type="markdown"),
    "check made raw": lambda cells, nb: cells[3].update(cell_type="raw"),
    "check made a solution": lambda cells, nb: cells[3]["metadata"]["nbgrader"].update(solution=True),
    "answer made markdown": lambda cells, nb: cells[2].update(cell_type="markdown"),
    "answer made raw": lambda cells, nb: cells[2].update(cell_type="raw"),
    "written answer made code": lambda cells, nb: cells[6].update(cell_type="code", outputs=[], execution_count=9),
    "answer doubled, the same": lambda cells, nb: cells.append(cells[2]),
    "our own cells edited": lambda cells, nb: (cells[0].update(source="mine"), cells[1].update(source="import os")),
    "our own cells deleted": lambda cells, nb: cells.__delitem__(slice(0, 2)),
    "back to front": lambda cells, nb: cells.reverse(),
    "tags": lambda cells, nb: [c["metadata"].update(tags=["skip-execution", "raises-exception"]) for c in cells],
    "points": lambda cells, nb: mark_all(cells, points=1000),
    "points of no kind": lambda cells, nb: mark_all(cells, points="many"),
    "locks": lambda cells, nb: mark_all(cells, locked=False, grade=False, task=True),
    "schema": lambda cells, nb: mark_all(cells, schema_version=99),
    "checksums": lambda cells, nb: mark_all(cells, checksum="0", cell_type="code"),
    "outputs": lambda cells, nb: each(cells, outputs=[{"output_type": "execute_result", "data": {"text/plain": "nan"}}]),
    "outputs of no kind": lambda cells, nb: each(cells, outputs="NaN", execution_count={}),
    "attachments": lambda cells, nb: each(cells, attachments={"a.svg": {"image/svg+xml": "<svg onload=x>"}}),
    "cell ids": lambda cells, nb: each(cells[2:], id="f"),
    "kernel": lambda cells, nb: nb["metadata"].update(kernelspec={"name": "bash"}, language_info={"name": "sh"}),
    "widgets": lambda cells, nb: nb["metadata"].update(widgets={"application/vnd.jupyter.widget-state+json": {}}),
    "format": lambda cells, nb: nb.update(nbformat=2, nbformat_minor=-1),
    "our corner of the metadata": lambda cells, nb: nb["metadata"].update(gradschool={"sealed": True, "digest": "0"}),
    "an answer's grade id changed": lambda cells, nb: cells[2]["metadata"]["nbgrader"].update(grade_id="F-answer"),
    "an answer's metadata of no kind": lambda cells, nb: cells[2]["metadata"].update(nbgrader=[]),
    "all metadata emptied": lambda cells, nb: each(cells, metadata={}),
    "other ids": lambda cells, nb: [c.update(id=f"x{i}") for i, c in enumerate(cells)],
    "an empty cell, a note": lambda cells, nb: cells.extend([{"cell_type": "markdown", "source": "mine"}, {}, None]),
}  # fmt: skip


@pytest.mark.parametrize("name", WITHOUT_A_TRACE)
def test_what_is_done_around_the_answers_leaves_no_trace(tmp_path: Path, name: str) -> None:
    plain = submitted(lambda cells, nb: None, tmp_path / "plain.ipynb")
    assert [c.source for c in plain.cells if c.metadata.get("nbgrader", {}).get("solution")] == [
        "f = 1",
        "g = \n2",
        "because",
    ]
    spoiled = submitted(WITHOUT_A_TRACE[name], tmp_path / "spoiled.ipynb")
    order = spoiled.metadata[KEY].pop("order", None)
    assert spoiled == plain
    assert order == (["g-answer", "f-answer", "f", "g"] if name == "back to front" else None)


@pytest.mark.parametrize(
    ("spoil", "note"),
    [
        (lambda cells, nb: cells.pop(2), "missing from the submission"),
        (lambda cells, nb: cells[2].update(source={"x": 1}), "missing from the submission"),
    ],
)
def test_a_spoiled_answer_costs_its_question_alone(tmp_path: Path, spoil, note: str) -> None:
    rebuilt = submitted(spoil, tmp_path / "n.ipynb")
    assert list(rebuilt.metadata[KEY]["notes"]) == ["f-answer"]
    assert note in rebuilt.metadata[KEY]["notes"]["f-answer"]
    ours = {c["id"]: c for c in rebuilt.cells}
    assert ours["f-answer"].source == "raise NotImplementedError()"
    assert ours["g-answer"].source == "g = \n2"


def test_an_unreadable_notebook_costs_all_its_questions() -> None:
    rebuilt = rebuild(release(), Submission(problem="was not submitted"))
    assert set(rebuilt.metadata[KEY]["notes"].values()) == {"The notebook was not submitted."}
    assert list(rebuilt.metadata[KEY]["notes"]) == ["f-answer", "g-answer", "why"]
    assert rebuilt.cells == release().cells


def test_added_cells_stand_where_they_stood_without_metadata(tmp_path: Path) -> None:
    def add(cells: Cells, nb: dict[str, Any]) -> None:
        helper = {
            "cell_type": "code",
            "source": "help = 1",
            "metadata": {"tags": ["setup"]},
            "outputs": [{}],
            "id": "x",
        }
        cells.insert(2, helper)
        cells.insert(0, helper | {"source": "first = 1", "id": "y"})
        cells.append(helper | {"source": "last = 1", "id": "x"})

    rebuilt = submitted(add, tmp_path / "n.ipynb")
    sources = [c.source for c in rebuilt.cells]
    assert sources[0] == "first = 1"
    assert sources.index("help = 1") + 1 == sources.index("f = 1")
    assert sources[-1] == "last = 1"
    added = [c for c in rebuilt.cells if c["id"].startswith("added-")]
    assert [c.metadata for c in added] == [{KEY: {"added": True}}] * 3
    assert all(c.outputs == [] for c in added)
    nbformat.validate(rebuilt)


def test_only_so_many_cells_are_taken() -> None:
    many = [SubmittedCell(f"x = {i}", True) for i in range(10 * MOST_ADDED)]
    assert len(rebuild(release(), Submission(many)).cells) == len(release().cells) + MOST_ADDED


OLD = "plot(\n    1)"  # a cell of a lesson whose lines are broken otherwise now
OLD_ID = text_id("code", OLD)


@pytest.mark.parametrize("cell_id", [OLD_ID, f"{OLD_ID}-2", f"{OLD_ID}-13"])
def test_an_untouched_cell_of_an_earlier_release_is_not_the_students_own(cell_id: str) -> None:
    assert rebuild(release(), Submission([SubmittedCell(OLD, True, cell_id=cell_id)])).cells == release().cells


@pytest.mark.parametrize(
    ("source", "cell_id"),
    [
        (OLD + "  # mine", OLD_ID),
        (OLD, ""),
        (OLD, f"{OLD_ID}-x"),
        (OLD, f"{OLD_ID}0"),
        (OLD, text_id("markdown", OLD)),
        (OLD, "3f6f2c0e-3b1c-4c56-9a52-0d5b1f0a6c1e"),
    ],
)
def test_a_cell_that_the_student_wrote_or_changed_is(source: str, cell_id: str) -> None:
    rebuilt = rebuild(release(), Submission([SubmittedCell(source, True, cell_id=cell_id)]))
    assert [c.source for c in rebuilt.cells if KEY in c.metadata] == [source]


TEXT = st.text(max_size=15)
NAMES = st.sampled_from(["", "f", "f-answer", "g-answer", "why", "intro", "added-1", "unknown"])
CELLS = st.lists(st.builds(SubmittedCell, TEXT, st.booleans(), NAMES, NAMES), max_size=12)


@given(CELLS)
def test_any_submission_gives_our_cells_in_our_order(cells: list[SubmittedCell]) -> None:
    rebuilt = rebuild(release(), Submission(cells))
    nbformat.validate(rebuilt)
    kept = [c for c in rebuilt.cells if KEY not in c.metadata]
    assert [c["id"] for c in kept] == [c["id"] for c in release().cells]
    for ours, now in zip(release().cells, kept, strict=True):
        assert now.metadata == ours.metadata
        if not ours.metadata.get("nbgrader", {}).get("solution"):
            assert now.source == ours.source
