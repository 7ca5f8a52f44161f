"""Which graded submissions were judged by an older spec, reference or engine: autograde says so, and grades nothing."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.grading.judged_by import changed
from autograder.lessons.cells import GradeRecord, by_grade_id
from autograder.spec.catalogue import UnknownExercise

MOST_NAMES = 8


def older(assignment: str, graded: Mapping[str, Path]) -> list[str]:
    """What an instructor should know of graded notebooks, by student the folder in which they lie.

    Nothing where all was judged by what is here now.
    """
    by_part: dict[str, dict[str, set[str]]] = {}  # spec, reference or engine; question; students
    unknown: set[str] = set()
    for student, folder in graded.items():
        for question, told in _records(folder):
            if not told.judged_by:
                unknown.add(student)
            for part in _changed(told.judged_by, question):
                by_part.setdefault(part, {}).setdefault(question, set()).add(student)
    said = []
    for part, questions in by_part.items():
        said.append(f"Judged by an older {part}: {_listed(questions)} of {_listed(set().union(*questions.values()))}.")
    if unknown:
        said.append(f"Judged by a release that did not note by what: {_listed(unknown)}.")
    return [*said, f"To see who would gain or lose: gradschool regrade {assignment}"] if said else []


def _records(folder: Path) -> Iterator[tuple[str, GradeRecord]]:
    for path in sorted(folder.glob("*.ipynb")):
        try:
            cells: Any = json.loads(path.read_bytes())["cells"]
        except (OSError, ValueError, KeyError, TypeError):  # autograding sees to it
            continue
        for question, cell in by_grade_id(cells).items():
            if (told := GradeRecord.read(cell)) is not None:
                yield question, told


def _changed(before: Mapping[str, str], question: str) -> list[str]:
    try:
        return changed(before, question)
    except UnknownExercise:  # a teacher's own spec, say, whose folder is not named now
        return ["spec"]


def _listed(names: Iterable[str]) -> str:
    """Some names, and how many more there are."""
    known = sorted(names)
    more = len(known) - MOST_NAMES
    return ", ".join(known[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
