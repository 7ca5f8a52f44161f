"""What of a submission is run, in which order, and what never is."""

import json
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.grading.rebuild import rebuild
from autograder.grading.submission import Submission, SubmittedCell, parsed
from autograder.lessons.cells import KEY

STUB = "def {}(x):\n    raise NotImplementedError()"
F, G = "def f(x):\n    return x", "def g(x):\n    return 2 * x"


def code(source: str, name: str, **mark: Any) -> Any:
    metadata = {"nbgrader": {"grade_id": name, **mark}} if mark else {}
    return new_code_cell(source, id=name, metadata=metadata)


def release() -> Any:
    setup = new_code_cell("import torch\nfrom autograder import check, use", id="setup", metadata={"tags": ["setup"]})
    cells = [
        new_markdown_cell("# A lesson", id="title"),
        setup,
        code(STUB.format("f"), "f-answer", solution=True, grade=False),
        code("check('f')", "f", solution=False, grade=True, points=1),
        code("import math\nmine = use('f')\nEPS = 1e-3\nprint(train())", "lesson"),
        code(STUB.format("g"), "g-answer", solution=True, grade=False),
        code("check('g')", "g", solution=False, grade=True, points=1),
    ]
    return new_notebook(cells=cells)


def cells(**sources: str) -> list[dict[str, Any]]:
    """The released cells as JSON, with these sources by id."""
    given: list[dict[str, Any]] = json.loads(json.dumps(release().cells))
    for cell in given:
        cell["source"] = sources.get(cell["id"].replace("-", "_"), cell["source"])
    return given


def own(source: str, name: str = "own") -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, "id": name}


def run(submitted: list[dict[str, Any]]) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """The cells that are run and checked, in order, with their sources; and what is told."""
    notebook = rebuild(release(), parsed(json.dumps({"cells": submitted}).encode()))
    by_id = {cell["id"]: cell for cell in notebook.cells}
    told = notebook.metadata[KEY]
    ours = [c["id"] for c in notebook.cells if c["id"] not in ("title", "lesson")]
    return [(name, by_id[name].source) for name in told.get("order", ours)], told


def order(submitted: list[dict[str, Any]]) -> list[str]:
    return [name for name, _ in run(submitted)[0]]


def test_what_is_as_it_was_given_out_is_run_in_our_order() -> None:
    steps, told = run(cells(f_answer=F, g_answer=G))
    assert steps == [
        ("setup", release().cells[1].source), ("f-answer", F), ("f", "check('f')"), ("g-answer", G), ("g", "check('g')"),
    ]  # fmt: skip
    assert told == {"notes": {}}


def test_a_check_is_made_where_it_stands_behind_its_answer_or_last() -> None:
    title, setup, f_answer, f, lesson, g_answer, g = cells(f_answer=F, g_answer=G)
    assert order([title, setup, g_answer, g, lesson, f_answer, f]) == ["setup", "g-answer", "g", "f-answer", "f"]
    assert order([title, setup, f, f_answer, lesson, g_answer, g]) == ["setup", "f-answer", "g-answer", "g", "f"]
    assert order([title, setup, f_answer, lesson, g_answer, own("x = 1")]) == [
        "setup", "f-answer", "f", "g-answer", "g", "added-1",
    ]  # fmt: skip


@pytest.mark.parametrize("ids", [True, False])
def test_setup_and_checks_are_ours_whatever_stands_in_them(ids: bool) -> None:
    given = cells(
        setup="check = lambda name: 1000",
        f_answer=F,
        f="def check(name):\n    return 1\ncheck('f')",
        g_answer=G,
        g="1000",
    )
    for cell in [] if ids else given:
        cell |= {"id": "", "metadata": {}}
    steps, _ = run(given)
    sources = dict(steps)
    assert steps[0] == ("setup", release().cells[1].source)
    assert (sources["f"], sources["g"]) == ("check('f')", "check('g')")
    assert next(source for name, source in steps if name.startswith("added")) == "check = lambda name: 1000"


def test_of_a_lessons_cell_only_what_answers_use_is_run() -> None:
    changed = (
        "import math, os\nmine = use('f')\nEPS = 1e-3\nOTHER = open('/tmp/x', 'w')\nprint(train())\n"
        "def helper(x):\n    return x + SHIFT\nSHIFT = math.pi\nSHIFT += 1\nos.remove('x')"
    )
    steps, told = run(cells(f_answer=F, lesson=changed, g_answer="def g(x):\n    return helper(x) * EPS"))
    added = dict(steps)["added-1"].splitlines()
    assert added[0].startswith("# ")
    assert [line for line in added[1:] if line] == [
        "import math, os", "EPS = 0.001", "def helper(x):", "    return x + SHIFT", "SHIFT = math.pi", "SHIFT += 1",
    ]  # fmt: skip
    assert [name for name, _ in steps] == ["setup", "f-answer", "f", "added-1", "g-answer", "g"]
    [said] = told["remarks"]
    assert "`SHIFT`" in said and "`helper`" in said and "OTHER" not in said


def test_what_the_lesson_itself_binds_never_takes_the_place_of_an_answer() -> None:
    """`f = use("f")` in a lesson gives the reference."""
    notebook = release()
    notebook.cells[4].source = "f = use('f')\nfrom gradschool import f as g"
    given = json.loads(json.dumps(notebook.cells))
    given[2]["source"], given[5]["source"] = "x = f", G
    rebuilt = rebuild(notebook, parsed(json.dumps({"cells": given}).encode()))
    assert not [cell for cell in rebuilt.cells if KEY in cell.metadata]


def test_an_answer_elsewhere_is_found_and_moved_into_its_cell() -> None:
    title, setup, _, f, lesson, g_answer, g = cells(g_answer=G)
    steps, told = run([title, setup, own(F), f, lesson, g_answer, g])
    assert dict(steps)["f-answer"] == F and [name for name, _ in steps] == ["setup", "f-answer", "f", "g-answer", "g"]
    assert told["remarks"] == ["Found by the names that they define, not in cells of their own: `f`."]


def test_an_answer_in_another_answers_cell_is_run_there() -> None:
    title, setup, f_answer, f, lesson, _, g = cells(f_answer=f"{F}\n\n{G}")
    steps, _ = run([title, setup, f_answer, f, lesson, g])
    assert [name for name, _ in steps if name != "g-answer"] == ["setup", "f-answer", "f", "g"]


def test_two_different_definitions_are_both_run_and_told() -> None:
    steps, told = run([*cells(f_answer=F, g_answer=G), own("def f(x):\n    return 0")])
    assert told["readings"] == {"f": ["f-answer", "added-1"]} and dict(steps)["f-answer"] == F
    _, told = run([*cells(f_answer=F, g_answer=G), own(f"# the same\n{F}")])
    assert "readings" not in told


def test_a_stub_is_no_claim_beside_an_answer() -> None:
    title, setup, stub, f, lesson, g_answer, g = cells(g_answer=G)
    steps, told = run([title, setup, own(F), stub, f, lesson, g_answer, g])
    assert dict(steps)["f-answer"] == F and "readings" not in told
    steps, _ = run(cells(g_answer=G))
    assert dict(steps)["f-answer"] == STUB.format("f")


def test_no_cell_of_text_is_run() -> None:
    notes = [SubmittedCell(F, False), SubmittedCell("import os", False)]
    rebuilt = rebuild(release(), Submission(notes))
    assert rebuilt.cells == release().cells
    assert list(rebuilt.metadata[KEY]["notes"]) == ["f-answer", "g-answer"]


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%matplotlib inline", "!ls"])
def test_a_definition_is_seen_below_a_magic(magic: str) -> None:
    title, setup, _, f, lesson, g_answer, g = cells(g_answer=G)
    steps, _ = run([title, setup, own(f"{magic}\n{F}"), f, lesson, g_answer, g])
    assert dict(steps)["f-answer"] == f"{magic}\n{F}"
