"""Gate: what a lesson's source holds itself: lines that fit a window, and nothing left to be written."""

from autograder.lessons.layout import Lesson
from autograder.publishing.source import read_source

COLUMNS = 100
TO_WRITE = "TODO:"  # how what `gradschool new` writes says that an author is to go on there


def wide_lines(lesson: Lesson) -> list[str]:
    """Lines of a source that are wider than a window."""
    lines = lesson.source.read_text(encoding="utf-8").splitlines()
    return [
        f"{lesson.source}:{n}: {len(line)} columns, {COLUMNS} at most: {line}"
        for n, line in enumerate(lines, 1)
        if len(line) > COLUMNS
    ]


def unwritten(lesson: Lesson) -> list[str]:
    """Cells of a source in which something is still to be written, by what they say of it."""
    said = (line for cell in read_source(lesson).cells for line in cell.source.splitlines() if TO_WRITE in line)
    return [f"{lesson}: {to_write(line)}" for line in said]


def to_write(line: str) -> str:
    """What a line says is still to be written, without the quotes and brackets that end it."""
    return line[line.index(TO_WRITE) :].rstrip(" \n\"')")
