"""Cells that spreadsheets do not run, and that say the same when they are read again."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import spreadsheet

CELLS = {
    "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\tx": "'\tx", "\rx": "'\rx", " =1": "' =1",
    "ada": "ada", "a=1": "a=1", "": "", None: "", -1.5: -1.5, 0: 0, True: "True",
}  # fmt: skip


@pytest.mark.parametrize("value", CELLS)
def test_a_cell(value: object) -> None:
    assert spreadsheet.cell(value) == CELLS[value]  # type: ignore[index]


@given(st.text())
def test_text_comes_back(text: str) -> None:
    held = spreadsheet.cell(text)
    assert isinstance(held, str) and not held.lstrip(" ").startswith(("=", "+", "-", "@"))
    if not text.startswith("'"):  # a mark of its own in front cannot be told from ours
        assert spreadsheet.text(held) == text


def test_a_table_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    spreadsheet.write(path, [["name", "points"], ['=x, "y"\nz', -2.5]])
    assert list(csv.reader(path.open(newline="", encoding="utf-8"))) == [["name", "points"], ['\'=x, "y"\nz', "-2.5"]]
    assert spreadsheet.read(path) == [{"name": '=x, "y"\nz', "points": "-2.5"}]

    def broken():
        yield ["a"]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        spreadsheet.write(path, broken())
    assert spreadsheet.read(path)[0]["points"] == "-2.5"
