"""Putting cells into a lesson's source, a percent script, as text: nothing else in it moves."""

import re
from pathlib import Path

MARK = re.compile(r"^# %%", re.MULTILINE)


class SourceProblem(ValueError):
    """The cells cannot be put there; the message says why."""


def with_cells(source: Path, name: str, cells: str, after: str = "") -> tuple[Path, str] | None:
    """The source with an exercise's cells in it; None where it has an answer cell of that name already.

    Args:
        source: the lesson's source.
        name: the exercise's.
        cells: its cells, as text.
        after: the exercise behind whose check they come; at the end unless said.

    Raises:
        SourceProblem: the source is not there, or has no check of that exercise.
    """
    if not source.is_file():
        begin = f"gradschool new notebook NAME --unit {source.parent.name}"
        raise SourceProblem(f"there is no {source}. To begin it: {begin}")
    text = source.read_text(encoding="utf-8")
    if f'answer="{name}"' in text:
        return None
    head, tail = text, ""
    if after:
        found = re.search(rf'^# %%.*\bcheck="{re.escape(after)}".*$', text, re.MULTILINE)
        if found is None:
            raise SourceProblem(f'it has no check of {after!r}: name an exercise with a cell headed check="…".')
        following = MARK.search(text, found.end())
        cut = following.start() if following else len(text)
        head, tail = text[:cut], text[cut:]
    return source, f"{head.rstrip()}\n\n{cells.rstrip()}\n" + (f"\n{tail.lstrip()}" if tail else "")
