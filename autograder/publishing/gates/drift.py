"""Gate 1: both notebooks are what the source makes, outputs aside."""

from pathlib import Path
from typing import Any

from autograder.lessons.canonical import canonical
from autograder.lessons.layout import COURSE, SOLUTIONS, Lesson, lessons
from autograder.publishing.release import release
from autograder.publishing.source import as_text, read_notebook, read_source


def drift(root: Path) -> list[str]:
    """Differences between what is stored and what the sources make now, without running anything."""
    problems: list[str] = []
    made: dict[Lesson, Any] = {}
    for lesson in lessons(root):
        made[lesson] = read_source(lesson)
        problems += _solution_drift(lesson, made[lesson])
    for name, content in release(root, made).items():
        stored = root / COURSE / name
        if not stored.is_file():
            problems.append(f"{COURSE}/{name} is missing: run `make course`.")
        elif stored.read_bytes() != content:
            problems.append(f"{COURSE}/{name} is not what its source makes: run `make course`.")
    sources = {lesson.solution for lesson in made}
    orphans = (path for path in (root / SOLUTIONS).glob("*/*.ipynb") if path not in sources)
    problems += [f"{path.relative_to(root)} has no source beside it: delete it." for path in sorted(orphans)]
    return problems


def _solution_drift(lesson: Lesson, made: Any) -> list[str]:
    place = lesson.solution.relative_to(lesson.root)
    if not lesson.solution.is_file():
        return [f"{place} is missing: run `make course`."]
    text = lesson.solution.read_text(encoding="utf-8")
    stored = read_notebook(lesson.solution)
    if as_text(canonical(stored)) != text:
        return [f"{place} holds metadata, ids or widget state that publishing leaves out: run `make course`."]
    old, new = (_cells_without_outputs(nb) for nb in (stored, made))
    if old == new:
        return []
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    first = (new[at] if at < len(new) else old[at])["source"].strip().partition("\n")[0]
    return [f"{place}: cell {at} ({first!r}) is not what the source makes: run `make course`."]


def _cells_without_outputs(nb: Any) -> list[dict[str, Any]]:
    return [{k: v for k, v in cell.items() if k not in ("outputs", "execution_count")} for cell in nb.cells]
