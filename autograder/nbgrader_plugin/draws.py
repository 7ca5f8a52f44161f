"""Which cases a submission's questions are asked: new ones for what is new, the same for what was graded with them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from autograder.grading.find import File
from autograder.grading.jobs import Draw
from autograder.grading.seeds import ClassSecrets, Drawn, LostSecret
from autograder.lessons.cells import KEY, GradeRecord, by_grade_id
from autograder.printable import printable

NOTHING = "nothing"  # in place of the digest of a notebook that was not handed in


class Draws:
    """Draws for one assignment.

    Args:
        secrets: the class's.
        assignment: its name.
        anew: whether what is graded already gets new cases as well.
        warn: hears of what cannot be drawn as it was.
    """

    def __init__(self, secrets: ClassSecrets, assignment: str, anew: bool, warn: Callable[[str], None]) -> None:
        self._secrets, self._assignment, self._anew, self._warn = secrets, assignment, anew, warn

    def of(self, student: str, questions: Sequence[str], file: File, graded: Path) -> dict[str, Draw]:
        """The draw of each question of a notebook.

        Args:
            student: whose.
            questions: their names.
            file: what was handed in.
            graded: where the notebook lies as graded, if it was.
        """
        new = Drawn(self._secrets.present, file.answers or NOTHING)
        before = {} if self._anew else _drawn(graded, file.digest)
        lost: set[str] = set()

        def draw(question: str) -> Draw:
            drawn = before.get(question, new)
            try:
                return self.draw(student, question, drawn)
            except LostSecret:
                lost.add(drawn.secret)
                return self.draw(student, question, new)

        found = {question: draw(question) for question in questions}
        for one in sorted(lost):
            self._warn(
                f"{printable(student)}, {graded.stem}: drawn anew, for the secret that it was graded with (version "
                f"{printable(one)}) does not lie in class/ any more."
            )
        return found

    def draw(self, student: str, question: str, drawn: Drawn) -> Draw:
        """The draw of one question. Raises LostSecret."""
        return Draw(self._secrets.seed(drawn, self._assignment, student, question), asdict(drawn))


def _drawn(graded: Path, digest: str) -> Mapping[str, Drawn]:
    """What each question of a graded notebook was drawn from; nothing where another file was graded, or none."""
    try:
        notebook = json.loads(graded.read_bytes())
        if notebook["metadata"][KEY]["digest"] != digest:
            return {}
        records = {name: GradeRecord.read(cell) for name, cell in by_grade_id(notebook["cells"]).items()}
        return {name: Drawn.read(record.drawn) for name, record in records.items() if record is not None}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
