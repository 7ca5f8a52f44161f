"""Which lines of an answer a run comes to, and on which it stops."""

import ast
import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from autograder.checking.diagnosis.edits import Definition
from autograder.checking.diagnosis.place.rewritten import FILE


@dataclass
class Lines:
    """The lines that were run, and the one on which the run stopped with an error, 0 if none."""

    run: set[int] = field(default_factory=set)
    crashed: int = 0


@contextlib.contextmanager
def followed(lines: Lines) -> Iterator[None]:
    """Note every line of the answer that is run."""

    def look(frame: FrameType, event: str, arg: Any) -> Any:
        if frame.f_code.co_filename != FILE:
            return None
        lines.run.add(frame.f_lineno)
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(before)


def last_line(error: BaseException) -> int:
    """The line of the answer on which an exception came up; 0 if it came from elsewhere."""
    line, traceback = 0, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == FILE:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def spans(definition: Definition) -> dict[int, range]:
    """For each line the lines of the statement, or of the head of a loop or a branch, that it belongs to."""
    found: dict[int, range] = {}
    for node in ast.walk(definition):
        if isinstance(node, ast.stmt) and node is not definition:
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if isinstance(body, list) and body else node.end_lineno or node.lineno
            lines = range(node.lineno, max(end, node.lineno) + 1)
            found |= dict.fromkeys(lines, lines)
    return found
