"""One slip made wherever it can be made: a convention taken for another one, an axis for another in all sums."""

import ast
from collections.abc import Iterator

from autograder.checking.diagnosis.edits import Edit, Kind
from autograder.checking.diagnosis.edits.build import ALONG
from autograder.checking.diagnosis.edits.edit import Change
from autograder.checking.diagnosis.source import Definition

OTHER_AXES = (-1, 0, 1, 2)
KEPT = ("keepdim", "keepdims")
ALONG_KEYS = ("dim", "axis", "dims")
MEANS = {"sum": "mean", "mean": "sum", "amax": "amin", "amin": "amax", "log": "log2", "sqrt": "square", "var": "std"}


def everywhere(definition: Definition) -> list[Edit]:
    """Such slips of a definition, where there are two places or more."""
    calls = [node for node in ast.walk(definition) if isinstance(node, ast.Call)]
    found = [*_axes(calls), *_kept(calls), *_functions(definition)]
    return [edit for edit in found if len(edit.changes) > 1]


def _axes(calls: list[ast.Call]) -> Iterator[Edit]:
    """The axis of all calls that go along the same one."""
    places: dict[str, list[Change]] = {}
    for call in calls:
        for keyword in call.keywords:
            if keyword.arg in ALONG_KEYS and _name(call) in ALONG:
                places.setdefault(ast.unparse(keyword.value), []).append(Change(keyword, "value", keyword.value))
        if isinstance(call.func, ast.Attribute) and _name(call) in ALONG and call.args:
            axis = call.args[-1]
            if _is_number(axis):
                places.setdefault(ast.unparse(axis), []).append(Change(call, "args", [*call.args[:-1], axis]))
    for axis_text, changes in places.items():
        for other in OTHER_AXES:
            if str(other) != axis_text:
                yield _edit(Kind.AXIS, [_with_axis(change, other) for change in changes], "it")


def _with_axis(change: Change, axis: int) -> Change:
    """The same place with another axis."""
    new = ast.parse(str(axis), mode="eval").body
    value = [*change.value[:-1], new] if isinstance(change.value, list) else new
    return Change(change.holder, change.field, value)


def _is_number(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant) and type(inner.value) is int


def _kept(calls: list[ast.Call]) -> Iterator[Edit]:
    """No axis kept that was."""
    kept = [call for call in calls if any(keyword.arg in KEPT for keyword in call.keywords)]
    changes = [Change(call, "keywords", [k for k in call.keywords if k.arg not in KEPT]) for call in kept]
    if changes:
        yield _edit(Kind.KEEPDIM, changes, _name(kept[0]))


def _functions(definition: Definition) -> Iterator[Edit]:
    """One function for another in all places."""
    for name, other in MEANS.items():
        places = [n for n in ast.walk(definition) if isinstance(n, ast.Attribute) and n.attr == name]
        if places:
            yield _edit(Kind.FUNCTION, [Change(node, "attr", other) for node in places], name)


def _edit(kind: Kind, changes: list[Change], about: str) -> Edit:
    holder = changes[0].holder if changes else None
    node = holder if isinstance(holder, ast.expr) else ast.Constant(0, lineno=1, col_offset=0)
    for change in changes:
        _locate(change, node)
    return Edit(kind, node, tuple(changes), 1, about)


def _locate(change: Change, place: ast.expr) -> None:
    for new in change.value if isinstance(change.value, list) else [change.value]:
        if isinstance(new, ast.AST):
            for node in ast.walk(new):
                if "lineno" in node._attributes and not hasattr(node, "lineno"):
                    ast.copy_location(node, place)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
