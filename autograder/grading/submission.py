"""Read a submitted notebook that may be anything at all: the sources of its cells, and nothing else.

Never nbformat: it can be made to raise, to warn, or to import. Never blocks (a FIFO), never follows a link, never
reads more than a bound. Whatever is wrong comes back as a sentence.
"""

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.grading.album import taken_out

MOST_BYTES = 20_000_000
MOST_ADDED = 200
LONGEST_SOURCE = 200_000


@dataclass(frozen=True)
class SubmittedCell:
    """One cell as submitted: `grade_id` and `cell_id` are "" where it has none.

    `attachments` are the pictures that a Markdown cell shows, whatever they are: see `autograder.grading.album`.
    """

    source: str
    is_code: bool
    grade_id: str = ""
    cell_id: str = ""
    attachments: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass
class Submission:
    """The cells of a submitted notebook; `problem` says why there are none, after "The notebook …"."""

    cells: list[SubmittedCell] = field(default_factory=list)
    problem: str = ""

    @property
    def attachments(self) -> dict[str, Any]:
        """Pictures of all cells, by names that no two of them share."""
        return {name: attachment for cell in self.cells for name, attachment in cell.attachments.items()}


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """The content of a plain file of bounded size. Raises ValueError with a sentence's end for anything else."""
    try:
        if path.parent.is_symlink():
            raise ValueError("lies in a folder that is a link")
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise ValueError("was not submitted") from None
    except OSError as error:
        raise ValueError(f"cannot be opened ({error.strerror})") from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):  # before a file object is made of it: a folder's cannot be
        os.close(descriptor)
        raise ValueError("is not a plain file")
    with open(descriptor, "rb") as file:
        if status.st_size > most:
            raise ValueError(f"is {status.st_size / 1e6:.0f} MB large, {most / 1e6:.0f} MB at most are read")
        return file.read(most)


def read(path: Path) -> Submission:
    """The cells of the notebook at `path`. Never raises because of what is there."""
    try:
        content = read_bytes(path)
    except ValueError as problem:
        return Submission(problem=str(problem))
    return parsed(content)


def parsed(data: bytes) -> Submission:
    """The cells of a notebook's bytes. Never raises because of what they are."""
    try:
        content = json.loads(data.decode("utf-8-sig", "replace"))
    except ValueError:  # a number of thousands of digits is one too
        return Submission(problem="is not a notebook (not JSON)")
    except RecursionError:
        return Submission(problem="is not a notebook (nested too deeply)")
    cells = [cell for raw in _raw_cells(content) if (cell := _cell(raw)) is not None]
    return Submission(cells, "" if cells else "holds no cells")


def _raw_cells(content: Any) -> list[Any]:
    """Cells of nbformat 4, or of the worksheets of nbformat 3."""
    if not isinstance(content, dict):
        return []
    sheets = content.get("worksheets")
    holders = [content, *(s for s in sheets if isinstance(s, dict))] if isinstance(sheets, list) else [content]
    return [cell for h in holders if isinstance(h.get("cells"), list) for cell in h["cells"]]


def _cell(raw: Any) -> SubmittedCell | None:
    if not isinstance(raw, dict):
        return None
    source = raw.get("source", raw.get("input"))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    is_code, attachments = raw.get("cell_type") == "code", dict[str, Any]()
    if isinstance(source, str) and not is_code:
        source, attachments = taken_out(source, raw.get("attachments"))
    if not isinstance(source, str) or len(source) > LONGEST_SOURCE:
        return None
    metadata = raw.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = mark.get("grade_id") if isinstance(mark, dict) else None
    return SubmittedCell(
        source=_encodable(source),
        is_code=is_code,
        grade_id=_encodable(grade_id) if isinstance(grade_id, str) else "",
        cell_id=_encodable(raw["id"]) if isinstance(raw.get("id"), str) else "",
        attachments=attachments,
    )


def _encodable(text: str) -> str:
    """Text without lone surrogates, which no file can be written with."""
    return text.encode("utf-8", "replace").decode("utf-8")
