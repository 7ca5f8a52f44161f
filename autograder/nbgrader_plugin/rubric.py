"""What a person grades a written answer by: the rubric in the solution, shown below the answer."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_markdown_cell

from autograder.lessons.cells import grade_id, is_written

RUBRIC = re.compile(r"^\*\*Rubric\.\*\*.*?(?=^### END SOLUTION|\Z)", re.MULTILINE | re.DOTALL)


def show_rubrics(notebook: Any, solution: Path) -> Any:
    """Put the rubrics of the solution notebook at `solution` below the written answers of `notebook`, in place.

    A rubric is what stands in a written answer's solution from `**Rubric.**` on. It is on Formgrader's page and,
    once that is released, on the student's feedback.
    """
    found = rubrics(solution, solution.stat().st_mtime_ns)
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        name = grade_id(cell)
        if name in found:
            cells.append(new_markdown_cell(found[name], id=f"rubric-{name}"[:64]))
    notebook.cells = cells
    return notebook


@lru_cache(maxsize=64)
def rubrics(solution: Path, modified: int) -> dict[str, str]:
    """Rubric by `grade_id`, of the written questions that have one."""
    found = {}
    for cell in nbformat.read(solution, as_version=4).cells:
        if is_written(cell):
            for rubric in RUBRIC.findall(cell.source):
                found[grade_id(cell)] = rubric.strip()
    return found
