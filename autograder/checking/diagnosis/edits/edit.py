"""One small change of a piece of source, and how it is put into its tree and taken out again."""

import ast
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a change is about, in words that do not tell the change itself."""

    OPERATOR = "an operator"
    SIGN = "a sign"
    OPERANDS = "which operand comes first"
    COMPARISON = "a comparison"
    CONDITION = "a condition"
    NUMBER = "a number"
    FLAG = "a `True` or `False`"
    AXIS = "an axis"
    KEEPDIM = "whether an axis is kept"
    DIVISOR = "what is divided by"
    FUNCTION = "which function is called"
    VARIABLE = "which variable is read"
    INDEX = "an index or a range"
    MISSING_CALL = "whether a call is missing"
    EXTRA_CALL = "whether a call is too many"
    MISSING_TERM = "whether a term or a factor is missing"
    EXTRA_TERM = "whether a term or a factor is too many"
    LINE = "whether this line is needed"
    ORDER = "the order of the lines here"
    CALLS = "the order of two calls"
    ARGUMENTS = "the arguments of a call"
    OPTION = "an option of a call that is left out"
    RESULTS = "the results and their order"
    INDENTATION = "the indentation here"
    PARENTHESES = "what is computed first"
    DEFAULT = "a default"
    IN_PLACE = "whether something is changed in place"
    SHAPE = "the shape of a tensor"


@dataclass(frozen=True, slots=True)
class Change:
    """Another value for one field of one node."""

    holder: ast.AST
    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class Edit:
    """One small change.

    Attributes:
        kind: what it is about.
        node: the expression or the statement that it changes.
        changes: what is put into the tree.
        cost: how unlikely it is that this is what a person got wrong; 1 is likely.
        about: the name of the function whose call it changes, "" if none.
        more: other nodes that it changes in the same way.
    """

    kind: Kind
    node: ast.expr | ast.stmt
    changes: tuple[Change, ...]
    cost: int
    about: str = ""
    more: tuple[ast.expr | ast.stmt, ...] = ()

    @property
    def line(self) -> int:
        """Where it is, counted as the tree counts."""
        return self.node.lineno

    @property
    def lines(self) -> tuple[int, ...]:
        """All lines that it changes."""
        return tuple(sorted({node.lineno for node in (self.node, *self.more)}))


def together(edits: Sequence[Edit]) -> Edit:
    """The same change in several places, as one edit."""
    changes: dict[tuple[int, str], Change] = {}
    for change in (change for edit in edits for change in edit.changes):
        key = id(change.holder), change.field
        changes[key] = _merged(changes[key], change) if key in changes else change
    first = edits[0]
    more = tuple(edit.node for edit in edits[1:])
    return Edit(first.kind, first.node, tuple(changes.values()), first.cost + 1, first.about, more)


def _merged(one: Change, other: Change) -> Change:
    """Two changes of one list of nodes, each of its own entries."""
    if not isinstance(one.value, list):
        return one
    now = getattr(one.holder, one.field)
    both = [b if b is not old else a for old, a, b in zip(now, one.value, other.value, strict=False)]
    return Change(one.holder, one.field, both)


@contextlib.contextmanager
def applied(edit: Edit) -> Iterator[None]:
    """The tree with the edit in it; after that it is as it was."""
    before = [(change, getattr(change.holder, change.field)) for change in edit.changes]
    try:
        for change in edit.changes:
            for node in change.value if isinstance(change.value, list) else [change.value]:
                if isinstance(node, ast.AST):
                    locate(node, edit.node)
            setattr(change.holder, change.field, change.value)
        yield
    finally:
        for change, value in reversed(before):
            setattr(change.holder, change.field, value)


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a node stands: in a field of another one, or in a list there."""

    holder: ast.AST
    field: str
    index: int | None = None

    def put(self, new: ast.AST) -> Change:
        """The change that puts `new` there."""
        return self.put_all([new])

    def put_all(self, new: Sequence[ast.AST]) -> Change:
        """The same with several nodes in place of one, or none."""
        if self.index is None:
            return Change(self.holder, self.field, new[0])
        there = list(getattr(self.holder, self.field))
        there[self.index : self.index + 1] = new
        return Change(self.holder, self.field, there)


def locate(new: ast.AST, place: ast.expr | ast.stmt) -> None:
    """Give new nodes a line, as Python's compiler wants; parts of the old tree keep theirs."""
    if "lineno" in new._attributes:
        if hasattr(new, "lineno"):
            return
        ast.copy_location(new, place)
    for child in ast.iter_child_nodes(new):
        locate(child, place)
