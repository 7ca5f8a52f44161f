"""What a student sees at the desk: all code cells of a notebook run in its order, in IPython, with its checks.

python desk.py NOTEBOOK...    → a line of JSON for each: the points that the last check of each exercise gave
"""

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.interactiveshell import InteractiveShell

import autograder
from autograder.student import check as checking


def code_cells(content: bytes) -> list[str]:
    """The sources of the code cells, as Jupyter reads them."""
    text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    notebook = nbformat.reads(text.replace("\\r\\n", "\\n"), as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


class Shell(InteractiveShell):  # type: ignore[misc]
    """As a kernel's: with an event loop to leave alone."""

    def enable_gui(self, gui: Any = None) -> None:
        pass


def at_the_desk(sources: list[str]) -> dict[str, float]:
    shell: Any = Shell.instance()
    shell.reset(new_session=True)
    points: dict[str, float] = {}

    def recorded(exercise: str) -> float:
        points[exercise] = checking.check(exercise)
        return points[exercise]

    autograder.check = recorded  # type: ignore[assignment]
    for source in sources:
        shell.run_cell(source, store_history=True)
    return points


if __name__ == "__main__":
    for name in sys.argv[1:]:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            found = at_the_desk(code_cells(Path(name).read_bytes()))
        print(json.dumps(found), flush=True)
