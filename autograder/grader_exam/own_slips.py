"""Which mutants of a reference the diagnosis makes itself: of those the exam says nothing."""

import ast

from autograder.checking.diagnosis.edits import applied, edits
from autograder.checking.diagnosis.everywhere import everywhere
from autograder.checking.diagnosis.slips import LIKELY
from autograder.checking.diagnosis.source import definition_of
from autograder.spec import Exercise


def own_slips(exercise: Exercise) -> set[str]:
    """The reference's definition as each slip leaves it that the diagnosis may try, spelled in one way."""
    definition = definition_of(exercise.reference) if callable(exercise.reference) else None
    if definition is None:
        return set()
    definition.decorator_list = []
    found = set()
    for edit in [*everywhere(definition), *edits(definition)]:
        if edit.cost <= LIKELY:
            with applied(edit):
                found.add(ast.unparse(definition))
    return found


def is_own(source: str, name: str, slips: set[str]) -> bool:
    """Whether one of them is the definition of this name in a mutant's source, and its helpers are untouched.

    A slip never changes a helper, so a mutant whose helper changed spells the definition as it was, which no slip does.
    """
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef) and statement.name == name:
            return ast.unparse(statement) in slips
    return False
