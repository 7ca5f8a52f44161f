"""The ids: each check cell has its exercise in its unit and its answer cell, and no name is there twice.

That a mark names an exercise, and what it is worth, is seen to where marks are read (`publishing/marks.py`).
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.lessons.cells import ANSWER, grade_id, is_check, is_code, is_graded, is_solution
from autograder.lessons.layout import Lesson, lessons
from autograder.publishing.gates.outputs import autograded
from autograder.publishing.source import read_source
from autograder.spec import catalogue

_CALL = re.compile(r"""\s*check\(["'](\w+)["']\)\s*$""")


def catalogued() -> dict[str, str]:
    """Every exercise file, by id: the folder of the unit that it lies in."""
    return {name: entry.unit for name, entry in catalogue.entries().items()}


def mismatches(root: Path, exercises: Mapping[str, str]) -> list[str]:
    """Where the notebooks of a course and its exercise files disagree."""
    sources = {lesson: read_source(lesson) for lesson in lessons(root)}
    problems = _twice(sources)
    for lesson, nb in sources.items():
        problems += in_one_lesson(lesson, nb, exercises)
    graded = {cell.id for nb in sources.values() for cell in autograded(nb)}
    topics = {lesson.topic for lesson in sources}
    ungraded = sorted(name for name, topic in exercises.items() if name not in graded and topic in topics)
    return problems + [f"{name} is an exercise that no notebook grades." for name in ungraded]


def in_one_lesson(lesson: Lesson, nb: Any, exercises: Mapping[str, str]) -> list[str]:
    """Where the cells of one lesson and the exercise files disagree."""
    found = [f"{lesson}: {what}" for cell in autograded(nb) for what in _check_cell(lesson, nb, cell, exercises)]
    graded = {grade_id(cell) for cell in autograded(nb)}
    for cell in nb.cells:
        name = grade_id(cell).removesuffix(ANSWER)
        if is_solution(cell) and is_code(cell) and name not in graded:
            found.append(f'{lesson}: {name} has an answer cell and no check: a cell headed check="{name}" follows it.')
        elif is_code(cell) and not is_check(cell) and (call := _CALL.match(cell.source)):
            found.append(f'{lesson}: {call[1]} is checked in a cell without its mark: head it # %% check="{call[1]}".')
    return found


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


def _check_cell(lesson: Lesson, nb: Any, cell: Any, exercises: Mapping[str, str]) -> list[str]:
    name = grade_id(cell)
    call = f'check("{name}")'
    problems = []
    if name not in exercises or exercises[name] != lesson.topic:
        problems.append(
            f"{name} has no exercise file exercises/{lesson.topic}/{name}.py: move or rename it, or begin it by "
            f"gradschool new exercise {name} --notebook {lesson}."
        )
    if cell.source.strip() != call:
        problems.append(f"{name}: its check cell must hold {call} and nothing else.")
    answers = [c for c in nb.cells[: nb.cells.index(cell)] if grade_id(c) == f"{name}{ANSWER}"]
    if all(is_graded(answer) for answer in answers):
        problems.append(f"{name}: there is no answer cell {name}{ANSWER} before it.")
    return problems
