"""The lasting id of a cell that has no `grade_id`: made of its own text, so that no other cell changes it."""

import hashlib
import re


def text_id(cell_type: str, source: str) -> str:
    """The first twelve digits of the digest of a cell's type and text."""
    return hashlib.sha256(f"{cell_type}\n{source}".encode()).hexdigest()[:12]


def is_text_id(cell_id: str, cell_type: str, source: str) -> bool:
    """Whether a cell has the id that publishing gave its text, in this release or an earlier one: nobody edited it.

    A text that a notebook holds again has a number behind its id: `0123456789ab-2`.
    """
    return re.fullmatch(rf"{text_id(cell_type, source)}(-\d+)?", cell_id) is not None
