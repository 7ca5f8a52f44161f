"""What a slip in a right answer is called: how a title reads on from "Your `softmax` …", and a question."""

import ast
from collections.abc import Callable
from functools import partial
from typing import Any

import torch

from autograder.checking.diagnosis.edits import Edit, Kind
from autograder.checking.diagnosis.source import Definition, arguments, functions

MODULES = {"torch", "F", "nn", "np", "math", "functional", "itertools"}
OF_TWO_SIDES: dict[type[Any], str] = {
    ast.Sub: "a difference", ast.Div: "a quotient", ast.Pow: "a power",
}  # fmt: skip
ARITHMETIC = (Kind.NUMBER, Kind.OPERANDS, Kind.SIGN)
MOST_NAMED = 2  # more arguments than this say nothing of the place


class Words:
    """The words for the slips of one definition."""

    def __init__(self, definition: Definition) -> None:
        self._given = {name for function in functions(definition).values() for name in arguments(function)}
        self._comes_from = _origins(definition, self._given)
        self._in_index = {id(node) for index in _indices(definition) for node in ast.walk(index)}

    def title(self, edit: Edit) -> str:
        """How the title reads on; "" for a slip of which nothing can be told."""
        if id(edit.node) in self._in_index and edit.kind in ARITHMETIC:
            return ""  # which index or size it is, and which way it is off, is not known
        told = getattr(self, f"_{edit.kind.name.lower()}", None)
        title: str = told(edit) if told is not None else ""
        return title

    def hint(self, edit: Edit) -> str:
        """A question that leads to the place; what a slip took away is missing."""
        kind = Kind.MISSING_CALL if edit.kind is Kind.EXTRA_CALL else edit.kind
        return f"In the formula of the task, and in your code: {kind}{self._about(edit.node)}?"

    def _about(self, node: ast.AST) -> str:
        """ ", in what it makes of `beta`": the arguments that an expression comes from, if there are few."""
        names = sorted({origin for name in _names(node) for origin in self._comes_from.get(name, {name})})
        known = [f"`{name}`" for name in names if name in self._given]
        few = 0 < len(known) <= MOST_NAMED and len(known) < len(self._given)
        return f", in what it makes of {' and '.join(known)}" if few else ""

    def fits(self, edit: Edit) -> Callable[[Definition], bool] | None:
        """Whether a student's source can have this slip; None where nothing speaks against it."""
        if edit.kind is Kind.FUNCTION:
            return partial(_spells, _function_of(edit))
        if edit.kind in (Kind.AXIS, Kind.KEEPDIM, Kind.DIVISOR) and len(edit.changes) == 1:
            return partial(_spells, edit.about)
        if edit.kind is Kind.EXTRA_CALL:
            return partial(_spells_not, edit.about)
        if edit.kind is Kind.NUMBER:
            return partial(_spells, ast.unparse(edit.changes[0].value)) if _is_node(edit) else None
        return None

    def _sign(self, edit: Edit) -> str:
        return f"has a sign the other way round{self._about(edit.node)}"

    def _operands(self, edit: Edit) -> str:
        operator = getattr(edit.node, "op", None)
        what = OF_TWO_SIDES.get(type(operator))
        return f"takes {what} the other way round{self._about(edit.node)}" if what else ""

    def _comparison(self, edit: Edit) -> str:
        return f"draws a boundary otherwise than the task (<, ≤, >, ≥){self._about(edit.node)}"

    def _axis(self, edit: Edit) -> str:
        if len(edit.changes) > 1:
            return "goes along another axis than the task, all the way through"
        return f"takes `{edit.about}` along another axis than the task{self._about(edit.node)}"

    def _keepdim(self, edit: Edit) -> str:
        return f"keeps or drops an axis in `{edit.about}` otherwise than the task"

    def _divisor(self, edit: Edit) -> str:
        return f"divides by another number than the task{self._about(edit.node)}"

    def _function(self, edit: Edit) -> str:
        there = _function_of(edit)
        return f"takes `{there}` where the task has another function{self._about(edit.node)}" if there else ""

    def _variable(self, edit: Edit) -> str:
        there = edit.changes[0].value
        there = there if isinstance(there, ast.Name) else None
        if there is None or there.id not in self._given:
            return ""
        return f"takes `{there.id}` in a place where the task has something else"

    def _number(self, edit: Edit) -> str:
        there = f"`{ast.unparse(edit.changes[0].value)}`" if _is_node(edit) else ""
        return f"has {there} where the task has another number" if there else ""

    def _extra_call(self, edit: Edit) -> str:
        if not (hasattr(torch, edit.about) or hasattr(torch.Tensor, edit.about)):
            return ""  # a function of ours, of which no task speaks
        return f"lacks what `{edit.about}` does{self._about(edit.node)}"

    def _results(self, edit: Edit) -> str:
        return "returns its results in another order than the task" if edit.cost == 1 else ""


def _is_node(edit: Edit) -> bool:
    return isinstance(edit.changes[0].value, ast.expr)


def _spells(what: str, source: Definition) -> bool:
    """Whether a name or a number stands in a source."""
    return what in _spelled(source)


def _spells_not(what: str, source: Definition) -> bool:
    return what not in _spelled(source)


def _spelled(source: Definition) -> set[str]:
    found = set()
    for node in ast.walk(source):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant | ast.UnaryOp) and not isinstance(getattr(node, "value", 0), str):
            found.add(ast.unparse(node))
    return found


def _indices(definition: Definition) -> list[ast.expr]:
    """What stands in an index, in a slice, in the arguments of `range`, and what is stored for these."""
    found: list[ast.expr] = []
    for node in ast.walk(definition):
        if isinstance(node, ast.Subscript):
            found.append(node.slice)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
            found += node.args
    stored = {name for index in found for name in _names(index)}
    for node in ast.walk(definition):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in stored:
            found.append(node.value)
    return found


def _function_of(edit: Edit) -> str:
    """The function that stands there after the edit."""
    new = edit.changes[0].value
    if isinstance(new, str):
        return new
    new = new if isinstance(new, ast.Attribute | ast.Name) else None
    return new.attr if isinstance(new, ast.Attribute) else new.id if new is not None else ""


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id not in MODULES}


def _origins(definition: Definition, known: set[str]) -> dict[str, set[str]]:
    """For each variable the arguments that its value comes from."""
    origins = {name: {name} for name in known}
    for _ in range(2):  # what a loop carries is seen at the second reading
        for node in ast.walk(definition):
            if isinstance(node, ast.Assign | ast.AugAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                _store(origins, [name for target in targets for name in _names(target)], node.value)
            elif isinstance(node, ast.For):
                _store(origins, list(_names(node.target)), node.iter)
    return origins


def _store(origins: dict[str, set[str]], targets: list[str], value: ast.AST) -> None:
    found = {origin for name in _names(value) for origin in origins.get(name, set())}
    for name in targets:
        origins[name] = origins.get(name, set()) | found
