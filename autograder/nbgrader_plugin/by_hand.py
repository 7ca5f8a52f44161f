"""What a person has graded stays graded, until the answer itself changes: then it waits again, and it is said why.

nbgrader asks again for whatever a person graded at every autograde, whether anything has changed or not.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat.v4 import new_markdown_cell
from nbgrader.preprocessors import SaveAutoGrades

from autograder.lessons.cells import ANSWER, KEY, by_grade_id, grade_id, is_added, is_graded, is_solution

RESOURCE = "gradschool_answers"  # the resource of nbconvert's that holds an `Answers`
NOTE = "changed-"  # how the ids of our notes to graders begin


@dataclass(frozen=True)
class Answers:
    """How a notebook's answers stand to those that lie there as graded.

    Attributes:
        changed: graded questions whose answer is another now.
        noted: those of which a note to graders says already that they were changed.
    """

    changed: frozenset[str] = field(default_factory=frozenset)
    noted: frozenset[str] = field(default_factory=frozenset)


def compared(notebook: Any, graded: Path) -> Answers:
    """A rebuilt notebook held against the graded one at `graded`; where none can be read, all is new."""
    questions = {name for name, cell in by_grade_id(notebook["cells"]).items() if is_graded(cell)}
    try:
        before = json.loads(graded.read_bytes())
        old = _texts(before)
    except (OSError, ValueError, KeyError, TypeError):
        return Answers(frozenset(questions))
    new = _texts(notebook)
    changed = {q for q in questions if any(old.get(n) != new.get(n) for n in (q, f"{q}{ANSWER}"))}
    if old.get("") != new.get(""):  # a cell of their own may be what any code answer builds on
        changed |= {q for q in questions if f"{q}{ANSWER}" in new}
    ids = [str(cell.get("id", "")) for cell in before["cells"]]
    return Answers(frozenset(changed), frozenset(i.removeprefix(NOTE) for i in ids if i.startswith(NOTE)))


def _texts(notebook: Any) -> dict[str, Any]:
    """What the student wrote, by the cell's id; all cells of their own together under ""."""
    found: dict[str, Any] = {"": [_text(c) for c in notebook["cells"] if is_added(c)]}
    for name, cell in by_grade_id(notebook["cells"]).items():
        if is_solution(cell):
            found[name] = (_text(cell), cell.get("attachments") or {})
    return found


def _text(cell: Any) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


class SaveGrades(SaveAutoGrades):  # type: ignore[misc]
    """nbgrader's step that puts grades into the gradebook; it asks a person again only where there is a reason."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        self._answers: Answers = resources.get(RESOURCE, Answers())
        self._notes: dict[str, str] = {}
        nb, resources = super().preprocess(nb, resources)
        cells = []
        for cell in nb.cells:
            cells.append(cell)
            if note := self._notes.get(grade_id(cell)):
                name = grade_id(cell)
                cells.append(new_markdown_cell(note, id=f"{NOTE}{name}"[:64], metadata={KEY: {"for": "graders"}}))
        nb.cells = cells
        return nb, resources

    def _add_score(self, cell: Any, resources: Mapping[str, Any]) -> None:
        name = grade_id(cell)
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        waited = bool(grade.needs_manual_grade)
        super()._add_score(cell, resources)
        if grade.manual_score is None:
            return
        changed = name in self._answers.changed
        grade.needs_manual_grade = waited or changed
        self.gradebook.db.commit()
        if changed or (waited and name in self._answers.noted):
            given = f"{grade.manual_score:g} of {grade.max_score:g} points"
            self._notes[name] = f"**Changed since it was graded.** A person gave {given} to an earlier answer."
        if changed:
            self.log.warning("%s changed %s after a person gave it %s: look again", self.student_id, name, given)


def for_graders(cell: Any) -> bool:
    """Whether a cell of a graded notebook is a note to graders, which students do not get."""
    return bool(cell.get("metadata", {}).get(KEY, {}).get("for") == "graders")
