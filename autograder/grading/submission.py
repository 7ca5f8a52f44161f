"""Read a submitted notebook that may be anything at all: the sources of its cells, and nothing else.

Never nbformat: it can be made to raise, to warn, or to import. Never blocks (a FIFO), never follows a link, never
reads more than a bound. Whatever is wrong comes back as a sentence. Outputs are dropped while the file is read, and do
not count towards its size.
"""

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from autograder.grading.album import taken_out
from autograder.grading.without_outputs import TooManyParts, WithoutOutputs

MOST_BYTES = 20_000_000  # outputs apart
MOST_WITH_OUTPUTS = 200_000_000
PIECE = 1 << 20
MOST_CELLS = 3000  # read of one notebook
MOST_ADDED = 200  # run beside the answers
LONGEST_SOURCE = 200_000
MOST_CODE = MOST_TEXT = 1_000_000  # characters of code, and of prose, in one notebook
MOST_LINES = 20_000  # of code in one notebook, and semicolons


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
    """The cells of a submitted notebook; `problem` says why there are none, after "The notebook …".

    `remarks` say in sentences what was left out.
    """

    cells: list[SubmittedCell] = field(default_factory=list)
    problem: str = ""
    remarks: list[str] = field(default_factory=list)

    @property
    def attachments(self) -> dict[str, Any]:
        """Pictures of all cells, by names that no two of them share."""
        return {name: attachment for cell in self.cells for name, attachment in cell.attachments.items()}


def read_bytes(path: Path, most: int) -> bytes:
    """The content of a plain file of bounded size. Raises ValueError with a sentence's end for anything else."""
    with _opened(path, most) as file:
        return file.read(most)


def read_notebook(path: Path) -> tuple[bytes, str]:
    """The content of a notebook's file without the outputs, and the SHA-256 of all of it.

    Raises:
        ValueError: it cannot be had; the message goes on after "The notebook …".
    """
    digest, kept, size, outputs = hashlib.sha256(), list[bytes](), 0, WithoutOutputs()
    with _opened(path, MOST_WITH_OUTPUTS) as file:
        for _ in range(MOST_WITH_OUTPUTS // PIECE + 2):  # it may grow while it is read
            piece = file.read(PIECE)
            digest.update(piece)
            try:
                kept.append(outputs.feed(piece, last=not piece))
            except TooManyParts:
                raise ValueError("holds more outputs than can be read: clear them, and save it") from None
            size += len(kept[-1])
            if size > MOST_BYTES:
                whole = os.fstat(file.fileno()).st_size / 1e6
                raise ValueError(
                    f"is {whole:.0f} MB large: besides outputs, {MOST_BYTES / 1e6:.0f} MB at most are read"
                )
            if not piece:
                break
    return b"".join(kept), digest.hexdigest()


def _opened(path: Path, most: int) -> BinaryIO:
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
    if status.st_size > most:
        os.close(descriptor)
        raise ValueError(f"is {status.st_size / 1e6:.0f} MB large, {most / 1e6:.0f} MB at most are read")
    return open(descriptor, "rb")


def read(path: Path) -> Submission:
    """The cells of the notebook at `path`. Never raises because of what is there."""
    try:
        content, _ = read_notebook(path)
    except ValueError as problem:
        return Submission(problem=str(problem))
    return parsed(content)


def parsed(data: bytes) -> Submission:
    """The cells of a notebook's bytes. Never raises because of what they are."""
    try:
        content = json.loads(data.decode(_encoding(data), "replace"))
    except ValueError:  # a number of thousands of digits is one too
        return Submission(problem="is not a notebook (not JSON)")
    except RecursionError:
        return Submission(problem="is not a notebook (nested too deeply)")
    return _bounded(_raw_cells(content))


def _bounded(raw: list[Any]) -> Submission:
    """What is read of these cells: people write less by far."""
    cells = [cell for each in raw[:MOST_CELLS] if (cell := _cell(each)) is not None]
    short = [cell for cell in cells if len(cell.source) <= LONGEST_SOURCE]
    code = [cell.source for cell in short if cell.is_code]
    if sum(map(len, code)) > MOST_CODE:
        return Submission(problem=f"holds more than {MOST_CODE:,} characters of code")
    if sum(source.count("\n") + source.count(";") for source in code) > MOST_LINES:
        return Submission(problem=f"holds more than {MOST_LINES:,} lines of code")
    remarks = [f"Only the first {MOST_CELLS:,} cells were read."] if len(raw) > MOST_CELLS else []
    if long := len(cells) - len(short):
        remarks.append(f"{long} cell{'s' * (long > 1)} of more than {LONGEST_SOURCE:,} characters could not be read.")
    kept = _as_much_prose(short)
    if left := len(short) - len(kept):
        of = f"more than {MOST_TEXT:,} characters of text"
        remarks.append(f"It holds {of}: {left} cell{'s' * (left > 1)} at its end could not be read.")
    return Submission(kept, "" if kept else "holds no cells", remarks if kept else [])


def _as_much_prose(cells: list[SubmittedCell]) -> list[SubmittedCell]:
    """The cells of code, and those of text as far as these are not too many characters."""
    kept, left = [], MOST_TEXT
    for cell in cells:
        left -= 0 if cell.is_code else len(cell.source)
        if cell.is_code or left >= 0:
            kept.append(cell)
    return kept


def _encoding(data: bytes) -> str:
    """UTF-8, unless the first bytes say UTF-16, as PowerShell writes what is sent to a file."""
    return "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"


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
    if not isinstance(source, str):
        return None
    is_code, attachments = raw.get("cell_type") == "code", dict[str, Any]()
    if not is_code:
        source, attachments = taken_out(source, raw.get("attachments"))
    metadata = raw.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = mark.get("grade_id") if isinstance(mark, dict) else None
    return SubmittedCell(
        source=_encodable(source).replace("\r\n", "\n"),
        is_code=is_code,
        grade_id=_encodable(grade_id) if isinstance(grade_id, str) else "",
        cell_id=_encodable(raw["id"]) if isinstance(raw.get("id"), str) else "",
        attachments=attachments,
    )


def _encodable(text: str) -> str:
    """Text without lone surrogates, which no file can be written with."""
    return text.encode("utf-8", "replace").decode("utf-8")
