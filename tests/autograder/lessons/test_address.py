"""The course's public address: from its settings alone, checked, and what follows from it."""

import json
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.lessons.address import opened_elsewhere, repository, requirement, website_repository
from autograder.lessons.alone import add_first_cell, is_first_cell
from autograder.lessons.layout import CourseError

GITHUB = "https://github.com/someone/some-course"


def settings(root: Path, address: object) -> None:
    (root / "pyproject.toml").write_text(f"[project]\nname = 'a'\n[project.urls]\nRepository = {json.dumps(address)}\n")


def test_there_is_none_unless_it_is_set(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("GRADSCHOOL_REPOSITORY", raising=False)
    assert repository(tmp_path) == website_repository(tmp_path) == ""
    settings(tmp_path, GITHUB + ".git")
    assert repository(tmp_path) == website_repository(tmp_path) == GITHUB
    monkeypatch.setenv("GRADSCHOOL_REPOSITORY", "https://github.com/other/fork/")
    assert (repository(tmp_path), website_repository(tmp_path)) == (GITHUB, "https://github.com/other/fork")


@pytest.mark.parametrize(
    "address", ["github.com/a/b", 'https://x.org/"); import os', "http://x.org", 7, "https://x.org/ö"]
)
def test_what_is_no_address_is_refused(tmp_path: Path, address: object) -> None:
    settings(tmp_path, address)
    with pytest.raises(CourseError, match="expected an address like"):
        repository(tmp_path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[")
    with pytest.raises(CourseError, match=r"pyproject\.toml cannot be read"):
        repository(tmp_path)


def test_only_github_is_opened_elsewhere() -> None:
    assert opened_elsewhere("", "course/u/1_a.ipynb") == opened_elsewhere("https://x.org/a", "course/u/1_a.ipynb") == {}
    links = opened_elsewhere(GITHUB, "course/u/1_a.ipynb")
    assert links["Open in Colab"].endswith("/github/someone/some-course/blob/main/course/u/1_a.ipynb")
    assert links["Open in Binder"].endswith("/gh/someone/some-course/main?labpath=course/u/1_a.ipynb")
    assert requirement("https://x.org/a") == "git+https://x.org/a" and requirement(GITHUB).endswith("main.zip")


@pytest.mark.parametrize(("address", "said"), [(GITHUB, f"%pip install {GITHUB}/archive/main.zip"), ("", "with pip")])
def test_the_first_cell_speaks_only_where_the_course_is_missing(address: str, said: str, monkeypatch) -> None:
    nb = add_first_cell(new_notebook(cells=[new_markdown_cell("# A"), new_code_cell("import torch")]), address)
    first = nb.cells[1]
    assert is_first_cell(first) and not is_first_cell(nb.cells[2])
    exec(first.source, {})
    for name in [name for name in sys.modules if name.partition(".")[0] == "autograder"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "meta_path", [finder for finder in sys.meta_path if "ditable" not in repr(finder)])
    sys.path_importer_cache.clear()
    with pytest.raises(ModuleNotFoundError) as missing:
        exec(first.source, {})
    assert said in str(missing.value)
