"""One verdict again, exactly: the same submission, the same seed, the same sandbox."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.checking import feedback
from autograder.grading.find import Finder
from autograder.grading.grade import grade
from autograder.grading.rebuild import rebuild
from autograder.grading.seeds import class_secret, seed_for
from autograder.grading.submission import Submission, parsed
from autograder.lessons.cells import GradeRecord, by_grade_id, grade_id, is_check
from autograder.nbgrader_plugin.released import drafts, released
from autograder.sandbox.limits import Limits
from autograder.sandbox.runner import Runner
from autograder.spec import catalogue


class NothingToRegrade(Exception):
    """What was asked for is not there; the message says what is."""


@dataclass(frozen=True)
class Regraded:
    """A verdict made again: its points, the card as text, and its seed.

    `before` are the points that the graded notebook holds, if any.
    """

    points: float
    text: str
    seed: int
    before: float | None


def regrade(root: Path, unit: str, student: str, exercise: str, limits: Mapping[str, Any], sandbox: str) -> Regraded:
    """Run the whole notebook of one question once more, as other cells may matter to it, and judge that question.

    Nothing is stored: `nbgrader autograde --force` does that.

    Raises:
        NothingToRegrade: no notebook of the unit grades this exercise, or the student handed nothing in.
        SandboxError: no sandbox is to be had here.
    """
    solution = _notebook_of(root / "solutions" / unit, unit, exercise)
    handed_in = root / "class" / "submitted" / student / unit
    if not handed_in.is_dir():
        raise NothingToRegrade(f"{student} handed nothing in for {unit}: {handed_in} is not there.")
    secret = class_secret(root / "class")
    ours = {solution.stem: released(solution, unit)}
    file = Finder(ours, drafts(solution.parent, unit, ours)).find(handed_in).files[solution.stem]
    given = Submission(problem=file.problem) if file.problem else parsed(file.content)
    notebook = rebuild(released(solution, unit), given)
    with Runner(Limits(**limits), sandbox) as runner:
        verdicts = grade(notebook, runner, lambda question: seed_for(secret, unit, student, question))
    verdict = next(v for v in verdicts if v.exercise == exercise)
    seed = seed_for(secret, unit, student, exercise)
    text = feedback.text(catalogue.find(exercise), verdict, seed)
    return Regraded(float(verdict.points), text, seed, _before(root, unit, student, solution.name, exercise))


def _notebook_of(folder: Path, unit: str, exercise: str) -> Path:
    graded: dict[str, Path] = {}
    for path in sorted(folder.glob("*.ipynb")):
        for cell in released(path, unit).cells:
            if is_check(cell):
                graded[grade_id(cell)] = path
    if exercise not in graded:
        raise NothingToRegrade(f"{unit} has no question {exercise!r}. It has: {', '.join(graded) or 'none at all'}.")
    return graded[exercise]


def _before(root: Path, unit: str, student: str, name: str, exercise: str) -> float | None:
    """What the graded notebook says, where there is one that can be read."""
    try:
        cells = json.loads((root / "class" / "autograded" / student / unit / name).read_bytes())["cells"]
        told = GradeRecord.read(by_grade_id(cells)[exercise])
        return float(told.points) if told is not None else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
