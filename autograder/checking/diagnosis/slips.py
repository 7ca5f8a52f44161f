"""Right answers with one small slip in their source, and what the slip is called.

What is told is which kind of slip it is and which arguments it is about, never a line of a right answer.

Source:
    DeMillo, Lipton & Sayward (1978), Hints on test data selection: help for the practicing programmer.
"""

import ast
import inspect
from collections.abc import Iterator
from itertools import islice
from typing import Any

from autograder.checking.diagnosis.altered import Change
from autograder.checking.diagnosis.edits import Edit, Kind, applied, edits
from autograder.checking.diagnosis.everywhere import everywhere
from autograder.checking.diagnosis.slip_words import Words
from autograder.checking.diagnosis.source import Definition, definition_of
from autograder.spec import Exercise

LIKELY = 2  # the cost up to which slips of the reference are tried; of other right answers, only the likeliest
FILE = "<a right answer, changed>"
MOST = 400  # slips of one exercise


def slips(exercise: Exercise) -> Iterator[Change]:
    """Right answers with one slip, the likeliest slips first: of the reference, then of the other right answers."""
    answers = [exercise.reference, *exercise.alternatives.values()]
    costs = [LIKELY, *(1 for _ in exercise.alternatives)]
    made = [_Made.of(answer, most) for answer, most in zip(answers, costs, strict=True) if callable(answer)]
    found = [(edit.cost, i, m, edit) for i, m in enumerate(made) if m is not None for edit in m.edits]
    if exercise.probe.random:  # many others give numbers that chance could have given
        found = [item for item in found if item[3].kind is Kind.EXTRA_CALL]
    found.sort(key=lambda item: (item[3].kind is not Kind.EXTRA_CALL, *item[:2]))  # `sqrt` of 1 is `abs` of 1: say less
    made_anew = (change for _, _, source, edit in found if (change := source.change(edit)) is not None)
    yield from islice(made_anew, MOST)


class _Made:
    """A right answer that is made anew with a slip in it."""

    def __init__(self, answer: Any, definition: Definition, most: int) -> None:
        self._definition, self._words = definition, Words(definition)
        self.edits = [*everywhere(definition), *edits(definition, most)]
        self._names: dict[str, Any] = _names_of(answer)

    @classmethod
    def of(cls, answer: Any, most: int) -> "_Made | None":
        """None where the source is not to be had, or where it reaches for variables around it."""
        plain = inspect.unwrap(answer)
        definition = definition_of(plain)
        if definition is None or getattr(plain, "__closure__", None):
            return None
        definition.decorator_list = []
        return cls(plain, definition, most)

    def change(self, edit: Edit) -> Change | None:
        """The answer with this slip; None where nothing can be said of it, or where Python refuses it."""
        title = self._words.title(edit)
        if not title:
            return None
        with applied(edit):
            try:
                code = compile(ast.Module([self._definition], []), FILE, "exec", dont_inherit=True)
                space = dict(self._names)
                exec(code, space)
            except Exception:  # not every change makes a program
                return None
        made = space[self._definition.name]
        return Change(title, (self._words.hint(edit),), made, self._words.fits(edit))


def _names_of(answer: Any) -> dict[str, Any]:
    """What stands around an answer of ours."""
    if isinstance(answer, type):
        return dict(vars(inspect.getmodule(answer)))
    return dict(answer.__globals__)
