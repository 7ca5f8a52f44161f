"""The README's table of notebooks says what the notebooks say."""

from pathlib import Path

from autograder.lessons.contents import read_contents
from autograder.lessons.layout import notebooks
from autograder.student.progress import time


def table(course: Path) -> list[str]:
    """One row for each notebook: unit, name, exercises, minutes, question."""
    rows, unit = [], ""
    for path in notebooks(course):
        holds = read_contents(path)
        assert holds is not None
        number, _, topic = path.parent.name.removeprefix("unit").partition("_")
        first = "" if path.parent.name == unit else f"{number} {topic.capitalize()}"
        unit = path.parent.name
        exercises = f"{holds.checks}" + (f" + {holds.written}" if holds.written else "")
        rows.append(f"| {first} | `{path.stem}` | {exercises} | {time(holds.minutes)} | {holds.question} |")
    return rows


def test_the_table_of_notebooks(root: Path) -> None:
    rows = table(root / "course")
    text = (root / "README.md").read_text(encoding="utf-8")
    assert all(row in text for row in rows), "the README's table should read:\n" + "\n".join(rows)
