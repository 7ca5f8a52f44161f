"""Paths that get into text and addresses have no backslash on Windows; names of notebooks are found behind them."""

from pathlib import Path, PureWindowsPath

import pytest

from autograder.lessons.address import opened_elsewhere
from autograder.publishing.news import _lines
from autograder.student import shell
from autograder.student.progress import Progress

WINDOWS = PureWindowsPath("unit1_feedforward") / "1_neurons.ipynb"


def test_the_names_of_an_update_are_written_with_slashes() -> None:
    told = {"new": [WINDOWS.as_posix()], "updated": [], "carried": {}, "outdated": {}}
    assert _lines(told) == ["New: [1 neurons](<unit1_feedforward/1_neurons.ipynb>)."]


def test_the_map_links_with_slashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Progress(tmp_path)
    from autograder.lessons.contents import Contents

    monkeypatch.setattr(shown, "notebooks", {WINDOWS: Contents("What?", (), 0, 0, 0, 0, 0.0, 0.0)})
    assert "(unit1_feedforward/1_neurons.ipynb)" in shown._repr_markdown_()


def test_addresses_have_slashes() -> None:
    links = opened_elsewhere("https://github.com/someone/some-course", ("course" / WINDOWS).as_posix())
    assert len(links) == 2 and all("\\" not in link and "%5C" not in link for link in links.values())


@pytest.mark.parametrize(
    "told", ["C:\\Users\\ada\\work\\1_neurons.ipynb", "/home/ada/work/1_neurons.ipynb", "1_neurons.ipynb"]
)
def test_the_notebooks_name_is_found(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "shell", lambda: None)
    monkeypatch.setenv("JPY_SESSION_NAME", told)
    assert shell.notebook_name() == "1_neurons.ipynb"
