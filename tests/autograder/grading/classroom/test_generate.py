"""`nbgrader generate_assignment` where course/ holds the unit already, as in a fresh clone."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from autograder.grading.released import verify
from autograder.publishing.difference import difference
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from autograder.publishing.release import load_config

from . import course

FOLDER = f"course/{course.UNIT}"
Notebook = dict[str, Any]


@pytest.fixture
def clone(empty_class: Path) -> Path:
    """The unit lies in course/, and the gradebook is empty."""
    shutil.rmtree(empty_class / "class")
    return empty_class


def generate(folder: Path, force: bool = False) -> dict[str, Any]:
    """As the command does; Formgrader's button says `force`."""
    made: dict[str, Any] = NbGraderAPI(config=load_config(folder)).generate_assignment(course.UNIT, force=force)
    return made


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """All files of course/ with the moments at which they were written."""
    files = (path for path in (folder / "course").rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def gradebook(folder: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{folder}/class/gradebook.db")


def cells(folder: Path) -> set[tuple[Any, ...]]:
    """All that the gradebook keeps of a released unit."""
    with gradebook(folder) as book:
        held = book.find_assignment(course.UNIT).notebooks
        graded = {(n.name, c.name, c.max_score, c.cell_type) for n in held for c in n.grade_cells}
        solved = {(n.name, c.name) for n in held for c in n.solution_cells}
        sources = {(n.name, c.name, c.source, c.checksum, c.locked) for n in held for c in n.source_cells}
    return graded | solved | sources


def units(folder: Path) -> list[str]:
    with gradebook(folder) as book:
        return [assignment.name for assignment in book.assignments]


def test_what_lies_there_is_recorded_as_a_release_would_be(clone: Path, released_course: Path) -> None:
    before = contents(clone)
    said = course.nbgrader(clone, "generate_assignment", course.UNIT)
    assert f"{course.UNIT} is in the gradebook now (notebooks 1_first, 2_second; 3 questions; " in said
    assert contents(clone) == before
    assert cells(clone) == cells(released_course)
    with gradebook(clone) as book:
        verify(book, clone / "solutions" / course.UNIT, course.UNIT)


def test_without_its_tools_on_the_path(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.venv/bin/nbgrader`, typed in a shell that knows no .venv: a new gradebook needs alembic."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    before = contents(clone)
    assert generate(clone)["success"]
    assert contents(clone) == before


def test_what_is_recorded_is_skipped(clone: Path) -> None:
    assert generate(clone)["success"]
    before, known = contents(clone), cells(clone)
    path = clone / FOLDER / "1_first.ipynb"
    path.write_text(path.read_text().replace("softmax", "softmin"))  # a thing for `--force`, not for us
    changed = contents(clone)
    again = generate(clone)
    assert again["success"]
    assert f"{course.UNIT} is in the gradebook already: skipping" in again["log"] and "--force" in again["log"]
    assert contents(clone) == changed and cells(clone) == known
    assert generate(clone, force=True)["success"]
    assert {name: held for name, (held, _) in contents(clone).items()} == {n: held for n, (held, _) in before.items()}


def test_an_assignment_that_formgrader_made_by_name_is_recorded(clone: Path) -> None:
    (clone / "class").mkdir()
    with gradebook(clone) as book:
        book.update_or_create_assignment(course.UNIT, duedate="2030-01-01 00:00:00 UTC")
    assert "is in the gradebook now" in generate(clone)["log"]
    with gradebook(clone) as book:
        assert {n.name for n in book.find_assignment(course.UNIT).notebooks} == set(course.NOTEBOOKS)
        assert book.find_assignment(course.UNIT).duedate.year == 2030


def test_other_spaces_in_the_file_are_no_difference(clone: Path) -> None:
    path = clone / FOLDER / "1_first.ipynb"
    path.write_text(json.dumps(json.loads(path.read_text()), indent=4))
    before = contents(clone)
    assert generate(clone)["success"]
    assert contents(clone) == before


def test_a_unit_that_is_not_there_is_made(clone: Path) -> None:
    before = {name: held for name, (held, _) in contents(clone).items()}
    shutil.rmtree(clone / "course")
    assert generate(clone)["success"]
    assert {name: held for name, (held, _) in contents(clone).items()} == before


def source(notebook: Notebook) -> None:
    notebook["cells"][-1]["source"] = ["another check"]


def output(notebook: Notebook) -> None:
    cell = next(c for c in notebook["cells"] if c["cell_type"] == "code")
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["as somebody ran it"]}]


def fewer(notebook: Notebook) -> None:
    notebook["cells"].pop()


def more(notebook: Notebook) -> None:
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": ["mine"], "id": "mine"})


def kernel(notebook: Notebook) -> None:
    notebook["metadata"]["kernelspec"]["name"] = "another"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (source, r"cell \d+ \(relu\), its source"),
        (output, r"cell \d+ \(\w+\), its outputs"),
        (fewer, r"cell \d+ \(relu\) is missing"),
        (more, r"cell \d+ \(mine\) is too many"),
        (kernel, "the notebook's own metadata"),
    ],
)
def test_where_notebooks_differ_is_said(released_course: Path, change: Callable[[Notebook], None], words: str) -> None:
    made = (released_course / FOLDER / "1_first.ipynb").read_text()
    notebook = json.loads(made)
    assert difference(made, json.dumps(notebook)) is None
    change(notebook)
    assert re.fullmatch(words, str(difference(made, json.dumps(notebook))))


def test_what_differs_is_named_and_nothing_is_written(clone: Path) -> None:
    path = clone / FOLDER / "1_first.ipynb"
    notebook = json.loads(path.read_text())
    source(notebook)
    path.write_text(json.dumps(notebook))
    refused(clone, rf"{FOLDER}/1_first\.ipynb: cell \d+ \(relu\), its source")


def test_missing_other_and_broken_notebooks_are_named(clone: Path) -> None:
    (clone / FOLDER / "1_first.ipynb").unlink()
    (clone / FOLDER / "2_second.ipynb").write_text("[]")
    (clone / FOLDER / "3_third.ipynb").write_text("{}")
    refused(
        clone,
        rf"{FOLDER}/1_first\.ipynb: it is missing",
        rf"{FOLDER}/2_second\.ipynb: it is no notebook",
        rf"{FOLDER}/3_third\.ipynb: solutions/ makes no such notebook",
    )


def test_solutions_that_cannot_be_released_are_named(clone: Path) -> None:
    path = clone / "solutions" / course.UNIT / "1_first.ipynb"
    path.write_text(path.read_text().replace("### END SOLUTION", "### FIN"))
    refused(
        clone, rf"solutions/{course.UNIT}/1_first\.ipynb cannot be released: ", hint="Nothing was written to course/"
    )


def refused(clone: Path, *words: str, hint: str = "--force") -> None:
    before = contents(clone)
    made = generate(clone)
    assert not made["success"]
    for pattern in words:
        assert re.search(pattern, made["log"]), made["log"]
    assert hint in made["log"] and "Traceback" not in made["log"]
    assert contents(clone) == before
    assert units(clone) == []
