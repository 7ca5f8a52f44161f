"""Gates 2, 3 and 5, the part that reads stored outputs: scores, errors, and how much of what is shown is compared."""

import re
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from autograder.lessons.cells import is_check, points
from autograder.lessons.layout import Lesson
from autograder.publishing.gates.compare_outputs import has_measured_numbers
from autograder.publishing.source import read_notebook

NOT_ATTEMPTED = "not attempted yet"
LEAST_COMPARED = 0.8
# A picture's bytes differ from machine to machine; what it shows stands in its alternative text, which is compared.
PICTURE_BYTES = r"data:image/png;base64,[A-Za-z0-9+/=]+"
_FIGURE = "<Figure size "  # what matplotlib says in words of a picture: nothing


class Compared(StrEnum):
    """How what a cell shows is compared with what it stored."""

    EXACTLY = "exactly"
    BY_NUMBER = "by number"
    NOT_AT_ALL = "not at all"


def autograded(nb: Any) -> list[Any]:
    """The check cells: graded, and not answered in the cell itself (those are graded by hand)."""
    return [cell for cell in nb.cells if is_check(cell)]


def score(cell: Any) -> float | None:
    """The number that nbgrader would read off a check cell, None if it shows anything but one."""
    results = [output for output in cell.outputs if output.output_type == "execute_result"]
    if len(results) != 1:
        return None
    try:
        return float(results[0].data.get("text/plain", ""))
    except ValueError:
        return None


def unsolved(nb: Any) -> list[str]:
    """What keeps an executed solution notebook from running clean with all of its autograded points."""
    problems = [f"cell {cell.id} was not run" for cell in _code(nb) if cell.source and cell.execution_count is None]
    problems += _noise(nb)
    for cell in autograded(nb):
        full = points(cell)
        if score(cell) != full:
            problems.append(f"{cell.id}: the solution scores {score(cell)} of {full}")
    return problems


def attempted(nb: Any) -> list[str]:
    """What an executed, unanswered notebook says that it should not: anything but zero points and no error."""
    problems = _noise(nb)
    for cell in autograded(nb):
        if score(cell) != 0:
            problems.append(f"{cell.id}: an unanswered question scores {score(cell)}")
        if NOT_ATTEMPTED not in "\n".join(texts(cell)).lower():
            problems.append(f"{cell.id}: does not say {NOT_ATTEMPTED!r} to an unanswered question")
    return problems


def uncompared(nb: Any) -> list[str]:
    """Too many cells whose output nbval does not compare, or a check cell among them.

    A cell that shows only pictures, or only a widget's picture, is not compared: nbval skips them.
    """
    shown = [cell for cell in _code(nb) if cell.outputs]
    loose = [cell for cell in shown if compared(cell) is Compared.NOT_AT_ALL]
    checks = {cell.id for cell in autograded(nb)}
    problems = [f"{cell.id}: a check cell must be compared" for cell in loose if cell.id in checks]
    share = 1 - len(loose) / len(shown) if shown else 1.0
    if share < LEAST_COMPARED:
        names = ", ".join(cell.id for cell in loose)
        problems.append(f"only {share:.0%} of the cells that show something are compared; not: {names}")
    return problems


def compared(cell: Any) -> Compared:
    """How nbval compares a cell that shows something, as `compare_outputs` and the cell's header have it.

    The lengths in HTML's style are no numbers that it shows; what it says stands in its plain text too.
    """
    shown = [text for text in texts(cell) if _comparable(text)]
    if _is_loose(cell) or not shown:
        return Compared.NOT_AT_ALL
    if is_check(cell):
        return Compared.EXACTLY
    measured = any(has_measured_numbers(text) for text in shown if not text.startswith("<"))
    return Compared.BY_NUMBER if measured or "approx" in cell.metadata else Compared.EXACTLY


def how_compared(taught: list[Lesson]) -> dict[Lesson, Counter[Compared]]:
    """How many of the cells that show something are compared in which way, in each stored solution notebook."""
    notebooks = {lesson: read_notebook(lesson.solution) for lesson in taught}
    return {lesson: Counter(compared(cell) for cell in _code(nb) if cell.outputs) for lesson, nb in notebooks.items()}


def _code(nb: Any) -> list[Any]:
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def _noise(nb: Any) -> list[str]:
    """Errors and anything on stderr: nbgrader scores 0 for either in a graded cell, and a reader sees red."""
    problems = []
    for cell in _code(nb):
        for output in cell.outputs:
            if output.output_type == "error":
                problems.append(f"cell {cell.id} raises {output.ename}: {output.evalue}")
            elif output.output_type == "stream" and output.name == "stderr":
                problems.append(f"cell {cell.id} prints to stderr: {output.text.strip()[:200]!r}")
    return problems


def texts(cell: Any) -> Iterator[str]:
    """What a cell shows in text: streams, plain text and HTML, without the bytes of pictures."""
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.text
        for mime, value in sorted(output.get("data", {}).items()):
            if mime.startswith("text/"):
                yield re.sub(PICTURE_BYTES, "data:image/png", value)


def _comparable(text: str) -> bool:
    return bool(text.strip()) and not text.startswith(_FIGURE)


def _is_loose(cell: Any) -> bool:
    """Whether nbval is told, by a tag or a comment, to run the cell without comparing or not at all."""
    from nbval.plugin import find_comment_markers, find_metadata_tags

    told = dict(find_metadata_tags(cell.metadata)) | dict(find_comment_markers(cell.source))
    return bool(told.get("skip") or told.get("check_exception") or told.get("check") is False)
