"""A submitted notebook may be anything: reading it gives cells or a sentence, never an exception, never a wait."""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.submission import (
    LONGEST_SOURCE,
    MOST_BYTES,
    MOST_CELLS,
    MOST_CODE,
    MOST_WITH_OUTPUTS,
    read,
    read_bytes,
)

CELL = {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "a"}}, "source": ["x = 1\n", "x"], "id": "i"}


def written(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(path.parent)  # the name of a socket may not be long
        try:
            server.bind(path.name)
        finally:
            os.chdir(here)


def elsewhere(path: Path) -> None:
    other = path.with_name("other.ipynb")
    other.write_text(json.dumps({"cells": [CELL]}))
    path.symlink_to(other)


def sparse(path: Path) -> None:
    with open(path, "wb") as file:
        file.truncate(MOST_BYTES + 1)


def enormous(path: Path) -> None:
    with open(path, "wb") as file:
        file.truncate(MOST_WITH_OUTPUTS + 1)


def mostly_outputs(path: Path) -> None:
    output = {"output_type": "stream", "text": "x" * MOST_BYTES}
    path.write_text(json.dumps({"cells": [{**CELL, "outputs": [output] * 2}]}))


UNREADABLE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "nothing": (lambda path: None, "was not submitted"),
    "fifo": (os.mkfifo, "is not a plain file"),
    "socket": (listening, "cannot be opened"),
    "directory": (Path.mkdir, "is not a plain file"),
    "link": (elsewhere, "cannot be opened"),
    "link to nothing": (lambda path: path.symlink_to("nowhere"), "cannot be opened"),
    "link to itself": (lambda path: path.symlink_to(path), "cannot be opened"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "cannot be opened"),
    "huge": (sparse, "20 MB at most are read"),
    "enormous": (enormous, "200 MB at most are read"),
    "empty": (written(b""), "not JSON"),
    "not text": (written(b"\x89PNG\r\n\x1a\n\xff\xfe"), "not JSON"),
    "half": (written(json.dumps({"cells": [CELL]}).encode()[:-9]), "not JSON"),
    "deep list": (written(b"[" * 200_000), "nested too deeply"),
    "deep cells": (written(b'{"cells":' + b'{"a":' * 200_000 + b"1" + b"}" * 200_001), "nested too deeply"),
    "long number": (written(b'{"cells": [' + b"9" * 10_000 + b"]}"), "not JSON"),
    "a number": (written(b"1"), "holds no cells"),
    "null": (written(b"null"), "holds no cells"),
    "no cells": (written(b'{"cells": []}'), "holds no cells"),
    "cells of no kind": (written(b'{"cells": [1, null, "x", [], {}, {"source": [1]}]}'), "holds no cells"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_notebook_is_told_in_a_sentence(tmp_path: Path, name: str) -> None:
    make, words = UNREADABLE[name]
    make(tmp_path / "n.ipynb")
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    submission = read(tmp_path / "n.ipynb")
    assert submission.cells == []
    assert words in submission.problem
    assert before == (len(os.listdir("/proc/self/fd")) if before else 0), "a descriptor was left open"


def test_outputs_do_not_count(tmp_path: Path) -> None:
    mostly_outputs(tmp_path / "n.ipynb")
    assert (tmp_path / "n.ipynb").stat().st_size > 2 * MOST_BYTES
    assert [cell.source for cell in read(tmp_path / "n.ipynb").cells] == ["x = 1\nx"]


def test_what_other_systems_write_is_read(tmp_path: Path) -> None:
    text = json.dumps({"cells": [{**CELL, "source": "x = 1\r\nx"}]}, indent=1).replace("\n", "\r\n")
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        (tmp_path / "n.ipynb").write_bytes(text.encode(encoding))
        assert [cell.source for cell in read(tmp_path / "n.ipynb").cells] == ["x = 1\nx"]


def test_a_folder_that_is_a_link_is_not_entered(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    written(json.dumps({"cells": [CELL]}).encode())(tmp_path / "other" / "n.ipynb")
    (tmp_path / "mine").symlink_to(tmp_path / "other")
    assert read(tmp_path / "other" / "n.ipynb").cells
    assert read(tmp_path / "mine" / "n.ipynb").problem == "lies in a folder that is a link"
    (tmp_path / "file").touch()
    assert "cannot be opened" in read(tmp_path / "file" / "n.ipynb").problem


def cells_of(path: Path, content: Any) -> list[tuple[str, bool, str, str]]:
    path.write_text(json.dumps(content))
    return [(c.source, c.is_code, c.grade_id, c.cell_id) for c in read(path).cells]


def test_whatever_can_be_read_of_a_notebook_is_read(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    assert cells_of(path, {"cells": [CELL]}) == [("x = 1\nx", True, "a", "i")]
    assert cells_of(path, {"cells": [{"source": "s", "metadata": 3, "id": []}]}) == [("s", False, "", "")]
    odd = {"cell_type": ["code"], "source": "s", "metadata": {"nbgrader": {"grade_id": {}}}}
    assert cells_of(path, {"cells": [odd, 7], "nbformat": None}) == [("s", False, "", "")]
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "s"}]}, None]}
    assert cells_of(path, old) == [("s", True, "", "")]
    long = {"source": "x" * (LONGEST_SOURCE + 1)}
    assert cells_of(path, {"cells": [long, CELL]}) == [("x = 1\nx", True, "a", "i")]


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    def submission(*cells: dict[str, Any]) -> Any:
        (tmp_path / "n.ipynb").write_text(json.dumps({"cells": cells}))
        return read(tmp_path / "n.ipynb")

    long = {"cell_type": "markdown", "source": "x" * (LONGEST_SOURCE + 1)}
    assert submission(CELL, long).remarks == ["1 cell of more than 200,000 characters could not be read."]
    assert submission(*[CELL] * (MOST_CELLS + 1)).remarks == ["Only the first 3,000 cells were read."]
    code = {"cell_type": "code", "source": "x" * LONGEST_SOURCE}
    most = MOST_CODE // LONGEST_SOURCE
    assert not submission(*[code] * most).problem
    assert submission(CELL, *[code] * most).problem == "holds more than 1,000,000 characters of code"
    lines = {"cell_type": "code", "source": "a;" * 20_001}
    assert submission(CELL, lines).problem == "holds more than 20,000 lines of code"
    prose = {"cell_type": "markdown", "source": "x" * LONGEST_SOURCE}
    assert submission(CELL, *[prose] * 6).remarks == [
        "It holds more than 1,000,000 characters of text: 1 cell at its end could not be read."
    ]


def test_lone_surrogates_are_gone(tmp_path: Path) -> None:
    cell = {"source": "a\ud800", "metadata": {"nbgrader": {"grade_id": "b\udfff"}}, "id": "\ud800"}
    [(source, _, grade_id, cell_id)] = cells_of(tmp_path / "n.ipynb", {"cells": [cell]})
    assert (source, grade_id, cell_id) == ("a?", "b?", "?")


KEYS = ["cells", "worksheets", "source", "input", "metadata", "nbgrader", "grade_id", "cell_type", "id"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()))
def test_nothing_raises(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.ipynb"
    path.write_bytes(content)
    submission = read(path)
    assert bool(submission.problem) != bool(submission.cells)
    for cell in submission.cells:
        (cell.source + cell.grade_id + cell.cell_id).encode()


def test_read_bytes_reads_up_to_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_bytes(path, most=5) == b"12345"
    with pytest.raises(ValueError, match="at most are read"):
        read_bytes(path, most=4)
