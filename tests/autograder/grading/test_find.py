"""Which file is which notebook, and what is said where there is a choice or none."""

import json
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.grading.find import MOST_FILES, Finder
from autograder.lessons.cells import ANSWER


def release(*names: str) -> Any:
    cells = [new_markdown_cell(f"# On {' and '.join(names)}", id=f"about-{names[0]}")]
    for name in names:
        mark = {"grade_id": f"{name}{ANSWER}", "solution": True, "grade": False}
        stub = f"def {name}(x):\n    raise NotImplementedError()"
        cells.append(new_code_cell(stub, id=f"{name}{ANSWER}", metadata={"nbgrader": mark}))
    return new_notebook(cells=cells)


RELEASED = {"1_one": release("f", "g"), "2_two": release("h"), "11_one": release("k")}


def put(folder: Path, name: str, of: str, *answers: str) -> None:
    """A file that holds a notebook, with some of its answers given."""
    notebook = json.loads(json.dumps(RELEASED[of]))
    for cell in notebook["cells"]:
        if cell["id"].removesuffix(ANSWER) in answers:
            cell["source"] = cell["source"].replace("raise NotImplementedError()", "return x")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(notebook))


def found(folder: Path, **more: Any) -> dict[str, str]:
    return {name: file.name for name, file in Finder(RELEASED, **more).find(folder).files.items() if not file.problem}


def test_names(tmp_path: Path) -> None:
    put(tmp_path, "ada 1_One (1).ipynb", "1_one", "f")
    put(tmp_path, "2_two.ipynb", "2_two")
    assert found(tmp_path) == {"1_one": "ada 1_One (1).ipynb", "2_two": "2_two.ipynb"}
    finding = Finder(RELEASED).find(tmp_path)
    assert finding.remarks["1_one"] == ["1_one.ipynb was found in the file ada 1_One (1).ipynb."]
    assert finding.files["11_one"].problem == finding.files["11_one"].digest == "was not submitted"


def test_what_a_file_holds_counts_for_more_than_its_name(tmp_path: Path) -> None:
    put(tmp_path, "2_two.ipynb", "1_one", "f")
    put(tmp_path, "archive/1_one.ipynb", "2_two", "h")
    assert found(tmp_path) == {"1_one": "2_two.ipynb", "2_two": "archive/1_one.ipynb"}


def test_a_file_that_cannot_be_read_is_known_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "1_one (2).ipynb").write_text("{")
    (tmp_path / "letter.ipynb").write_text("{")
    (tmp_path / "2_two.py").write_text("x = 1")
    finding = Finder(RELEASED).find(tmp_path)
    assert finding.files["1_one"].problem == "is not a notebook (not JSON)"
    assert finding.files["1_one"].name == "1_one (2).ipynb"
    assert finding.remarks["1_one"][1:] == [
        "letter.ipynb is not a notebook (not JSON).",
        "2_two.py is no notebook: its name does not end in .ipynb.",
    ]


def test_of_two_files_the_one_with_more_answers_is_taken_and_the_other_is_named(tmp_path: Path) -> None:
    put(tmp_path, "1_one.ipynb", "1_one", "f")
    put(tmp_path, "1_one-Copy1.ipynb", "1_one", "f", "g")
    assert found(tmp_path) == {"1_one": "1_one-Copy1.ipynb"}
    said = Finder(RELEASED).find(tmp_path).remarks["1_one"]
    assert said[1] == ("1_one.ipynb is this notebook too, with 1 answer; 1_one-Copy1.ipynb was graded, with 2 answers.")
    put(tmp_path, "1_one.ipynb", "1_one", "g", "f")
    assert found(tmp_path) == {"1_one": "1_one.ipynb"}
    assert Finder(RELEASED).find(tmp_path).remarks["1_one"] == [], "the same twice is no choice"


def test_notebooks_of_the_unit_that_nobody_asked_for_are_no_strays(tmp_path: Path) -> None:
    put(tmp_path, "1_one.ipynb", "1_one", "f")
    put(tmp_path, "2_two.ipynb", "2_two", "h")
    asked = {"1_one": RELEASED["1_one"]}
    assert Finder(asked, RELEASED).find(tmp_path).remarks == {"1_one": []}
    [said] = Finder(asked).find(tmp_path).remarks["1_one"]
    assert said == "2_two.ipynb holds no cell of this assignment."


def test_links_hidden_files_and_many_files(tmp_path: Path) -> None:
    put(tmp_path / "other", "1_one.ipynb", "1_one", "f")
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "1_one.ipynb").symlink_to(tmp_path / "other" / "1_one.ipynb")
    (folder / "archive").symlink_to(tmp_path / "other")
    put(folder, ".ipynb_checkpoints/1_one-checkpoint.ipynb", "1_one", "f")
    assert found(folder) == {}
    assert "cannot be opened" in Finder(RELEASED).find(folder).files["1_one"].problem
    for i in range(MOST_FILES + 3):
        (folder / f"x{i:02}.ipynb").write_text("{}")
    said = " ".join(Finder(RELEASED).find(folder).remarks["1_one"])
    assert f"there are more than {MOST_FILES} notebooks" in said
    (tmp_path / "linked").symlink_to(tmp_path / "other")
    files = Finder(RELEASED).find(tmp_path / "linked").files
    assert {file.problem for file in files.values()} == {"lies in a folder that is a link"}


@pytest.mark.parametrize("name", ["1_one.ipynb", "1_one (1).ipynb"])
def test_digests_are_those_of_what_is_taken(tmp_path: Path, name: str) -> None:
    put(tmp_path, name, "1_one", "f")
    put(tmp_path, "2_two.ipynb", "2_two", "h")
    put(tmp_path, "11_one.ipynb", "11_one")
    finder = Finder(RELEASED)
    assert sorted(finder.digests(tmp_path)) == sorted(file.digest for file in finder.find(tmp_path).files.values())


def test_a_name_is_told_without_letters_that_a_terminal_obeys(tmp_path: Path) -> None:
    (tmp_path / "\x1b[2J\n\udcff.ipynb").write_text("{}")
    [said] = Finder(RELEASED).find(tmp_path).remarks["1_one"]
    assert said.isprintable() and said.encode()
