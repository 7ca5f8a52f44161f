"""What a notebook holds, read off the notebook itself: its question, its exercises, and where its reader stands."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.lessons.cells import grade_id, is_graded, is_written, points

TASK = re.compile(
    r"^#{2,4} Exercise: `(?P<name>\w+)`.*?&nbsp; (?P<dots>[●○]{3}) &nbsp; (?P<minutes>\d+) minutes?", re.M
)
TITLE = re.compile(r"^# (?:[^:\n]+: )?(?P<question>.+)$", re.M)
UNATTEMPTED = "○"  # how the text of a check's card begins


@dataclass(frozen=True)
class Task:
    """One exercise as its task cell announces it: 1 to 3 dots of difficulty, and the minutes it should take."""

    name: str
    dots: int
    minutes: int


@dataclass(frozen=True)
class Contents:
    """One notebook: the question in its first heading, its tasks, and what the reader's last checks said.

    `points` are those of the checks that were run, `of` those of all checks of the notebook. A check counts as tried
    when it has been run on an answer, and as right with all of its points. `written` are the questions for a person.
    `left` are the tasks whose checks are not right, in order.
    """

    question: str
    tasks: tuple[Task, ...]
    checks: int
    written: int
    tried: int
    right: int
    points: float
    of: float
    left: tuple[Task, ...] = ()

    @property
    def minutes(self) -> int:
        return sum(task.minutes for task in self.tasks)


def read_contents(path: Path) -> Contents | None:
    """The contents of a notebook file as it was saved last; None if it cannot be read as a notebook."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return contents(cells)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def contents(cells: list[Any]) -> Contents:
    """The contents of a notebook's cells, in nbformat 4 (the source of a cell is a text or a list of lines)."""
    prose = "\n".join(_text(cell.get("source", "")) for cell in cells if cell.get("cell_type") == "markdown")
    title = TITLE.search(prose)
    tasks = tuple(Task(m["name"], m["dots"].count("●"), int(m["minutes"])) for m in TASK.finditer(prose))
    graded = [cell for cell in cells if is_graded(cell)]
    own = [cell for cell in graded if not is_written(cell)]
    checks = [(_result(cell), points(cell)) for cell in own]
    done = {
        grade_id(cell) for cell, (result, of) in zip(own, checks, strict=True) if result is not None and result >= of
    }
    tried = [(result, of) for result, of in checks if result is not None]
    return Contents(
        question=title["question"][:1].upper() + title["question"][1:] if title else "",
        tasks=tasks,
        checks=len(checks),
        written=len(graded) - len(checks),
        tried=len(tried),
        right=sum(result >= of for result, of in tried),
        points=sum(result for result, _ in tried),
        of=sum(of for _, of in checks),
        left=tuple(task for task in tasks if task.name not in done),
    )


def _result(cell: Any) -> float | None:
    """The points that the cell's stored output shows, None where no answer has been checked."""
    texts = list(_texts(cell))
    if not texts or any(text.lstrip().startswith(UNATTEMPTED) for text in texts):
        return None
    try:
        return float(texts[-1])
    except ValueError:
        return None


def _texts(cell: Any) -> Iterator[str]:
    for output in cell.get("outputs", []):
        yield _text(output.get("text", output.get("data", {}).get("text/plain", "")))


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
