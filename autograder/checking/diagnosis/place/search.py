"""The search: change the student's own answer in one place until it is right.

Source:
    Singh, Gulwani & Solar-Lezama (2013), Automated feedback generation for introductory programming assignments.
"""

import ast
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.checking.diagnosis.edits import Definition, Edit, Kind, applied, edits
from autograder.checking.diagnosis.place.rewritten import Rewritten
from autograder.checking.diagnosis.place.trial import FirstRun, Trial

MOST = 4000  # changes tried at most
WHEREVER = (Kind.INDENTATION, Kind.ORDER, Kind.DEFAULT, Kind.IN_PLACE)  # may help where no line was run
WITHIN = 2  # of the cost of the first change that helps: what is dearer is not looked at any more


@dataclass(frozen=True)
class Repair:
    """A change with which an answer is right in all respects."""

    edit: Edit
    cost: int


@dataclass(frozen=True)
class Step:
    """A change with which it is right on the first telling case, and wrong on another one."""

    edit: Edit
    name: str
    wrong: Any


class Search:
    """Changes of one answer, tried in order for a limited time.

    Attributes:
        tried: how many were.
    """

    def __init__(self, trial: Trial, rewritten: Rewritten, seconds: float) -> None:
        self._trial, self._rewritten = trial, rewritten
        self._end = time.thread_time() + seconds
        self.tried = 0

    def repairs(self) -> list[Repair]:
        """What helps, the likeliest first."""
        first = self._trial.telling[0]
        own = self._rewritten.answer()
        if self._trial.right_on(own, first):
            return []  # not the answer that was judged
        found: list[Repair] = []
        for cost, name, edit in _ordered(self._rewritten.definitions, self._trial.run_first(own)):
            if self._over() or (found and cost > found[0].cost):
                break
            answer = self._changed(name, edit)
            if answer is not None and self._trial.right_on(answer, first) and self._trial.right(answer, first) is None:
                found.append(Repair(edit, cost))
        return found

    def _over(self) -> bool:
        return self.tried >= MOST or time.thread_time() > self._end

    def _changed(self, name: str, edit: Edit) -> Any:
        """The answer with the edit in it; None where Python refuses that."""
        self.tried += 1
        try:
            with applied(edit):
                return self._rewritten.answer(name)
        except Exception:  # whatever a class body or a default does when it is run
            return None


def _ordered(definitions: Mapping[str, Definition], run: FirstRun) -> list[tuple[int, str, Edit]]:
    """All changes that can matter on the first telling case, the likeliest first."""
    found = []
    for name, definition in definitions.items():
        spans = dict(_spans(definition))
        for edit in edits(definition):
            lines = spans.get(edit.line, range(edit.line, edit.line + 1))
            if edit.kind in WHEREVER or run.lines.intersection(lines):
                nearer = 2 if run.crashed and run.crashed in lines else 0
                found.append((edit.cost - nearer, name, edit))
    return sorted(found, key=lambda each: each[0])


def _spans(definition: Definition) -> Iterator[tuple[int, range]]:
    """For each line the lines of the statement, or of the head of a loop or a branch, that it belongs to."""
    for node in ast.walk(definition):
        if isinstance(node, ast.stmt) and node is not definition:
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if isinstance(body, list) and body else node.end_lineno or node.lineno
            lines = range(node.lineno, max(end, node.lineno) + 1)
            for line in lines:
                yield line, lines
