"""What a cell of a notebook is to the course: an answer, a check, a script, a written question, set-up.

Cells are nbformat's, or plain dicts as JSON gives them. Raw metadata is read here and in `canonical` alone.
"""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

KEY = "gradschool"  # our corner of notebook and cell metadata
SETUP = "setup"  # the tag of cells that are run though they are no answer
WHAT_COUNTS = "**What counts.**"  # how the paragraph begins that publishing ends a task with
ANSWER, SCRIPT = "-answer", "-script"  # how the grade ids of such cells end, after the exercise's id


def mark(cell: Any) -> Mapping[str, Any]:
    """nbgrader's metadata of a cell; empty where it has none."""
    found = cell.get("metadata", {}).get("nbgrader", {})
    return found if isinstance(found, Mapping) else {}


def grade_id(cell: Any) -> str:
    """The cell's nbgrader id; "" for a cell that nbgrader does not know."""
    return str(mark(cell).get("grade_id") or "")


def by_grade_id(cells: Iterable[Any]) -> dict[str, Any]:
    """Cells that nbgrader knows, by id."""
    return {name: cell for cell in cells if (name := grade_id(cell))}


def is_code(cell: Any) -> bool:
    return bool(cell.get("cell_type") == "code")


def is_solution(cell: Any) -> bool:
    """Whether students write into it: an answer, or a written one."""
    return bool(mark(cell).get("solution"))


def is_graded(cell: Any) -> bool:
    """Whether it has points: a check, or a written answer."""
    return bool(mark(cell).get("grade"))


def is_check(cell: Any) -> bool:
    """Whether it is a question that the judge answers for."""
    return is_code(cell) and is_graded(cell) and not is_solution(cell)


def is_written(cell: Any) -> bool:
    """Whether it is a question that is answered in writing and graded by a person."""
    return is_graded(cell) and is_solution(cell)


def is_script(cell: Any) -> bool:
    """Whether it is a broken script to be mended."""
    return grade_id(cell).endswith(SCRIPT)


def is_setup(cell: Any) -> bool:
    return SETUP in cell.get("metadata", {}).get("tags", [])


def is_added(cell: Any) -> bool:
    """Whether it is a student's own, put into our notebook when that was rebuilt."""
    return bool(cell.get("metadata", {}).get(KEY, {}).get("added"))


def points(cell: Any) -> float:
    """The most that a graded cell is worth."""
    return float(mark(cell)["points"])


@dataclass
class GradeRecord:
    """What the judge writes beside a question, in the graded cell's metadata.

    Attributes:
        state: how far the check came, a word of `checking.verdict.State`.
        points: the score.
        misconceptions: names, in the spec, of the known mistakes.
        diagnoses: what was said of all mistakes, in words.
        flags: places that a person should look at.
        text: the card as plain text.
        mistakes: ids of those of the known mistakes that several exercises share.
        judged_by: digests of what judged it, by what they are of: the spec, its reference, the engine.
        means: of each of the diagnoses, by what it was found: a word of `checking.verdict.Means`.
        failed: lines of the card that failed, with the cases.
        drawn: from what its cases were drawn, beside who was asked what: see `grading.seeds.Drawn`.
    """

    state: str
    points: float
    misconceptions: list[str] = field(default_factory=list)
    diagnoses: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    text: str = ""
    mistakes: list[str] = field(default_factory=list)
    judged_by: Mapping[str, str] = field(default_factory=dict)
    means: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    drawn: Mapping[str, str] = field(default_factory=dict)

    def write(self, cell: Any) -> None:
        """Put it into a graded cell."""
        cell["metadata"][KEY] = asdict(self)

    @classmethod
    def read(cls, cell: Any) -> "GradeRecord | None":
        """From a graded cell; None where no judge has been. What an earlier release did not write is empty."""
        told = cell.get("metadata", {}).get(KEY, {})
        if "state" not in told:
            return None
        return cls(**{name: told[name] for name in cls.__dataclass_fields__ if name in told})


def definitions(source: str) -> str:
    """The functions and classes of a script to be mended, which an answer may build on; its training is not run."""
    body = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return "\n\n".join(map(ast.unparse, body))
