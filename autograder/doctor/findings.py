"""Findings, how they are gathered, and how they are told."""

from __future__ import annotations

import shutil
import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Look = Callable[[], Iterator["Finding"]]

OLDEST = (3, 11)  # of Python; pyproject.toml says so too
MARKS = {"✓": "ok", "✗": "!!", "–": "--"}  # and what stands for them in a terminal that cannot write them


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is as it should be, what was seen, and what to do if it is not.

    `needed` is False where the course works without it.
    """

    good: bool
    seen: str
    cure: str = ""
    needed: bool = True


def findings(looks: Sequence[Look]) -> Iterator[Finding]:
    """All that the looks find. One that fails says so, and the others are taken all the same."""
    for look in looks:
        try:
            yield from look()
        except ImportError as error:
            yield _not_looked_at(look, f"{error.name or error} is missing")
        except Exception as error:  # of whatever is broken here
            yield _not_looked_at(look, f"{type(error).__name__}: {error}")


def _not_looked_at(look: Look, why: str) -> Finding:
    what = (look.__doc__ or look.__name__).splitlines()[0].rstrip(".")
    return Finding(False, f"not looked at ({what[:1].lower()}{what[1:]}): {why}", needed=False)


def told(finding: Finding, columns: int = 0) -> list[str]:
    """The lines of one finding, broken at `columns` unless that is 0."""
    mark = "✓" if finding.good else "✗" if finding.needed else "–"
    parts = [(f"{mark} ", finding.seen)] + ([("    ", finding.cure)] if finding.cure and not finding.good else [])
    lines = []
    for start, text in parts:
        if columns:
            after = " " * (4 if start.isspace() else 2)
            lines += textwrap.wrap(
                text, columns, initial_indent=start, subsequent_indent=after, break_long_words=False,
                break_on_hyphens=False,
            )  # fmt: skip
        else:
            lines.append(start + text)
    return lines


def width() -> int:
    """The terminal's columns; 0 where the text goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout is not None and sys.stdout.isatty() else 0


def say(line: str) -> None:
    """Print a line; where the terminal lacks a letter, something like it."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        line.encode(encoding)
    except UnicodeEncodeError:
        for mark, instead in MARKS.items():
            line = line.replace(mark, instead)
        line = line.encode(encoding, "replace").decode(encoding)
    print(line)
