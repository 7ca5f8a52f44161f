"""The ids: each check cell has its exercise, its points and its answer cell, and no name is there twice."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from autograder.lessons.cells import ANSWER, grade_id, is_graded, is_solution, mark
from autograder.lessons.cells import points as points_of
from autograder.lessons.layout import Lesson, lessons
from autograder.publishing.gates.outputs import autograded
from autograder.publishing.source import read_source
from autograder.spec import catalogue


class CatalogueEntry(NamedTuple):
    """What an exercise file says of itself: its unit's folder and its points."""

    topic: str
    points: float


def catalogued() -> dict[str, CatalogueEntry]:
    """Every exercise file, by id."""
    known = catalogue.entries()
    return {name: CatalogueEntry(entry.unit, catalogue.find(name).points) for name, entry in known.items()}


def mismatches(root: Path, exercises: Mapping[str, CatalogueEntry]) -> list[str]:
    """Where the notebooks of a course and its exercise files disagree."""
    sources = {lesson: read_source(lesson) for lesson in lessons(root)}
    problems = _twice(sources)
    for lesson, nb in sources.items():
        for cell in autograded(nb):
            problems += [f"{lesson}: {what}" for what in _check_cell(lesson, nb, cell, exercises)]
    graded = {cell.id for nb in sources.values() for cell in autograded(nb)}
    topics = {lesson.topic for lesson in sources}
    ungraded = sorted(name for name, worth in exercises.items() if name not in graded and worth.topic in topics)
    return problems + [f"{name} is an exercise that no notebook grades." for name in ungraded]


def _twice(sources: dict[Lesson, Any]) -> list[str]:
    """Ids are unique in the whole course, capitals aside: file systems and people mix them up."""
    seen: dict[str, str] = {}
    problems = []
    for lesson, nb in sources.items():
        for name in filter(None, map(grade_id, nb.cells)):
            if name.lower() in seen:
                problems.append(f"{lesson}: the grade_id {name!r} is in {seen[name.lower()]} already.")
            seen.setdefault(name.lower(), str(lesson))
    return problems


def _check_cell(lesson: Lesson, nb: Any, cell: Any, exercises: Mapping[str, CatalogueEntry]) -> list[str]:
    name, points = grade_id(cell), points_of(cell)
    call = f'check("{name}")'
    problems = []
    if name not in exercises or exercises[name].topic != lesson.topic:
        problems.append(f"{name} has no exercise file autograder/exercises/{lesson.topic}/{name}.py.")
    elif exercises[name].points != points:
        problems.append(f"{name} is worth {points} in the notebook, {exercises[name].points} in its exercise.")
    if cell.source.strip() != call:
        problems.append(f"{name}: its check cell must hold {call} and nothing else.")
    if not mark(cell).get("locked"):
        problems.append(f"{name}: its check cell must be locked.")
    before = nb.cells[: nb.cells.index(cell)]
    answer = next((c for c in before if grade_id(c) == f"{name}{ANSWER}"), None)
    if answer is None:
        problems.append(f"{name}: there is no answer cell {name}-answer before it.")
    elif not is_solution(answer) or is_graded(answer):
        problems.append(f"{name}: {name}-answer must be a solution cell and not a graded one.")
    return problems
