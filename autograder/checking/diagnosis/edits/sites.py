"""Where a definition may be changed: its expressions and its lists of statements, each with the names in reach."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.checking.diagnosis.edits.build import ALONG, SIZED, called
from autograder.checking.diagnosis.edits.edit import Slot

Definition = ast.FunctionDef | ast.ClassDef
Scoped = ast.FunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Scope:
    """Names that an expression could have spelled.

    Attributes:
        names: arguments and variables, in the order in which they come up.
        attributes: of `self`, those that are not called.
        arguments: the arguments alone.
    """

    names: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """An expression: where it stands, what its names could be, and what it is a part of.

    Attributes:
        called: it is the function of a call.
        index: it stands in an index, in a slice's bound, or in the arguments of `range`.
        whole: it is all of what a statement computes, or one entry of what is returned.
        default: it is a default of an argument.
        keyword: under which name it is handed to a call; "dim" for an axis, whether that is spelled or not.
        size: it is handed to what makes a tensor of a given size.
    """

    slot: Slot
    node: ast.expr
    scope: Scope
    called: bool = False
    index: bool = False
    whole: bool = False
    default: bool = False
    keyword: str = ""
    size: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A list of statements, and the slot of the statement whose body it is; None for the body of a definition."""

    holder: ast.AST
    field: str
    owner: Slot | None
    scope: Scope

    @property
    def statements(self) -> list[ast.stmt]:
        found: list[ast.stmt] = getattr(self.holder, self.field)
        return found

    def slot(self, i: int) -> Slot:
        return Slot(self.holder, self.field, i)


def sites(definition: Definition) -> Iterator[Site | Block]:
    """All places of a definition in which something may be changed."""
    yield from _definition(definition, Scope(attributes=_attributes(definition)))


def _attributes(definition: Definition) -> tuple[str, ...]:
    """What is stored on `self` anywhere in a class."""
    found = [
        node.attr
        for node in ast.walk(definition)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name)
    ]
    return tuple(dict.fromkeys(found))


def _definition(definition: Definition, outer: Scope) -> Iterator[Site | Block]:
    scope = outer
    if isinstance(definition, ast.FunctionDef):
        scope = _inside(definition, outer)
        yield from _defaults(definition.args, outer)
    yield from _block(definition, "body", None, scope)


def _inside(function: Scoped, outer: Scope) -> Scope:
    """The names of a function, its own first."""
    spelled = function.args
    arguments = [a.arg for a in [*spelled.posonlyargs, *spelled.args, *spelled.kwonlyargs] if a.arg != "self"]
    stored = [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    names = tuple(name for name in dict.fromkeys([*arguments, *stored, *outer.names]) if name != "_")
    return Scope(names, outer.attributes, tuple(arguments))


def _defaults(arguments: ast.arguments, scope: Scope) -> Iterator[Site]:
    for field in ("defaults", "kw_defaults"):
        for i, value in enumerate(getattr(arguments, field)):
            if value is not None:
                yield Site(Slot(arguments, field, i), value, scope, default=True)


def _block(holder: ast.AST, field: str, owner: Slot | None, scope: Scope) -> Iterator[Site | Block]:
    block = Block(holder, field, owner, scope)
    yield block
    for i, statement in enumerate(block.statements):
        yield from _statement(statement, block.slot(i), scope)


def _statement(statement: ast.stmt, slot: Slot, scope: Scope) -> Iterator[Site | Block]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield from _definition(statement, scope)
        return
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return  # a docstring
    for field, value in ast.iter_fields(statement):
        if field in ("body", "orelse", "finalbody"):
            if value:
                yield from _block(statement, field, slot, scope)
        elif field not in ("annotation", "target", "targets"):
            yield from _fields(statement, field, value, scope, whole=field == "value")
        elif field != "annotation":
            yield from _targets(statement, field, value, scope)


def _targets(statement: ast.stmt, field: str, value: object, scope: Scope) -> Iterator[Site]:
    """Of what is assigned to, the indices alone."""
    for target in value if isinstance(value, list) else [value]:
        for node in ast.walk(target) if isinstance(target, ast.expr) else ():
            if isinstance(node, ast.Subscript):
                yield from _expression(Slot(node, "slice"), node.slice, scope, index=True)


def _fields(holder: ast.AST, field: str, value: object, scope: Scope, **of: Any) -> Iterator[Site]:
    if isinstance(value, ast.expr):
        yield from _expression(Slot(holder, field), value, scope, **of)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            if isinstance(item, ast.expr):
                yield from _expression(Slot(holder, field, i), item, scope, **of)
            elif isinstance(item, ast.keyword | ast.comprehension | ast.withitem):
                keyword = item.arg or "" if isinstance(item, ast.keyword) else ""
                for name, inner in ast.iter_fields(item):
                    if name != "target":
                        yield from _fields(item, name, inner, scope, keyword=keyword)


def _expression(slot: Slot, node: ast.expr, scope: Scope, **of: Any) -> Iterator[Site]:
    """An expression, and those inside it."""
    if isinstance(node, ast.JoinedStr):
        return
    yield Site(slot, node, scope, **of)
    if isinstance(node, ast.Lambda):
        yield from _defaults(node.args, scope)
        yield from _expression(Slot(node, "body"), node.body, _inside(node, scope), whole=True)
        return
    for field, value in ast.iter_fields(node):
        yield from _fields(node, field, value, scope, **_role(node, field, of))


def _role(node: ast.expr, field: str, of: Mapping[str, Any]) -> dict[str, Any]:
    """What the expressions in a field of another one are there, which is itself what `of` says."""
    inside = isinstance(node, ast.Tuple)
    index = field in ("slice", "lower", "upper", "step") or (inside and of.get("index", False))
    role = {"index": index, "whole": of.get("whole", False) and isinstance(node, ast.Tuple | ast.List)}
    if inside:
        role |= {key: of[key] for key in ("keyword", "size") if key in of}
    if isinstance(node, ast.Call):
        about = called(node)
        role["called"] = field == "func"
        role["index"] = about == "range" and field == "args"
        if field == "args":
            role |= {"size": about in SIZED, "keyword": "dim" if about in ALONG else ""}
    return role
