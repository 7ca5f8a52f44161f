"""A submission's timestamp.txt: its time, or none; a broken one must not cost the student anything."""

import os
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.nbgrader_plugin.patches import existing_timestamp


def at(folder: Path):
    return existing_timestamp(None, str(folder))  # type: ignore[arg-type]


def test_what_nbgrader_writes_is_read(tmp_path: Path):
    (tmp_path / "timestamp.txt").write_text("2024-03-05 11:22:33.000044 UTC\n")
    assert at(tmp_path) == datetime(2024, 3, 5, 11, 22, 33, 44)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"\xff\xfe", b"yesterday", b"\x00" * 10, b"9" * 150, b"2024-01-01 " * 50, b"2024-13-45 99:99:99 UTC",
     b"0001-01-01 00:00:00 +1400", b"9999-12-31 23:59:59 -1400", b"1e999999", b"2024-01-01 00:00:00 " + b"9" * 30],
)  # fmt: skip
def test_garbage_is_no_timestamp(tmp_path: Path, content: bytes):
    (tmp_path / "timestamp.txt").write_bytes(content)
    assert at(tmp_path) is None


def test_no_file_and_no_plain_file(tmp_path: Path):
    assert at(tmp_path) is None
    os.mkfifo(tmp_path / "timestamp.txt")
    assert at(tmp_path) is None


TIMES = st.text(max_size=60) | st.from_regex(r"\A[0-9]{1,5}[-/:. ]?[0-9]{0,3}[-:T ][0-9:. ]{0,12} ?[-+A-Z0-9]{0,6}\Z")


@given(TIMES)
def test_nothing_raises(tmp_path_factory: pytest.TempPathFactory, text: str):
    folder = tmp_path_factory.getbasetemp()
    (folder / "timestamp.txt").write_bytes(text.encode("utf-8", "replace"))
    found = at(folder)
    assert found is None or found.tzinfo is None
