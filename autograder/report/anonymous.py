"""An answer without what is its author's own: comments, strings, layout, and the names that the author made up.

Two answers that are the same but for these have one form.
"""

import ast
import builtins
import inspect
import itertools
import re
from collections.abc import Collection, Iterator
from typing import Any

from autograder.checking.diagnosis.source import statements
from autograder.spec import Exercise
from autograder.student.written_out import source_of
from autograder.untrusted.python import FAILS, flat, written

STRING = "…"  # in place of a string that says nothing to a library
KEPT = {
    "mean", "sum", "none", "batchmean", "reflect", "constant", "replicate", "circular", "same", "valid", "ij", "xy",
    "nearest", "bilinear", "area", "fan_in", "fan_out", "relu", "leaky_relu", "tanh", "sigmoid", "linear", "floor",
    "trunc",
}  # fmt: skip
EINSUM = re.compile(r"[A-Za-z., ]+->[A-Za-z. ]*")


def anonymous(source: str, exercise: Exercise) -> str:
    """The form of an answer: its definition and what of its cell that needs; "" where no definition can be read.

    The answer keeps its name, and its arguments have the reference's.
    """
    try:
        return _form(source, exercise)
    except FAILS:  # of this one answer: it is told apart by its words
        return ""


def _form(source: str, exercise: Exercise) -> str:
    readable = "\n".join(written(each) for each in statements(source))
    needed = source_of(exercise.answer, [readable])
    if not needed:
        return ""
    tree = flat(needed)
    if not any(exercise.answer in _bound_by(each) for each in tree.body):
        return ""
    tree = _Bare().visit(tree)
    known = _words(exercise)
    names = _names(tree, exercise)
    attributes = _attributes(tree, known)
    tree = _Renamed(names, attributes, _own_functions(tree), known).visit(tree)
    return ast.unparse(ast.fix_missing_locations(tree))


class _Bare(ast.NodeTransformer):
    """Without docstrings, annotations, and lines that only print."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        value = node.value
        prints = (
            isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("print", "display")
        )
        return None if prints or isinstance(value, ast.Constant) else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        return ast.Assign([node.target], node.value) if node.value is not None else None

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self._filled(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._filled(node)

    def visit_If(self, node: ast.If) -> ast.AST:
        return self._filled(node)

    def visit_For(self, node: ast.For) -> ast.AST:
        return self._filled(node)

    def visit_While(self, node: ast.While) -> ast.AST:
        return self._filled(node)

    def visit_With(self, node: ast.With) -> ast.AST:
        return self._filled(node)

    def _filled(self, node: Any) -> ast.AST:
        """What is empty now does nothing."""
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node  # type: ignore[no-any-return]


class _Renamed(ast.NodeTransformer):
    """Names numbered, strings left out."""

    def __init__(
        self, names: dict[str, str], attributes: dict[str, str], functions: Collection[str], known: Collection[str]
    ) -> None:
        self._names, self._attributes, self._functions, self._known = names, attributes, functions, known

    def _name(self, name: str) -> str:
        return self._names.get(name, name)

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self._name(node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self._name(node.arg))

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        node.attr = self._attributes.get(node.attr, node.attr)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self._attributes.get(node.name, self._name(node.name))
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self._name(node.name)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id in self._functions:
            for keyword in node.keywords:
                keyword.arg = self._name(keyword.arg) if keyword.arg else None
        return self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return ast.Constant(STRING)

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> ast.AST:
        node.names = [self._name(name) for name in node.names]
        return node

    visit_Nonlocal = visit_Global

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        value = node.value
        says = isinstance(value, str) and (value in KEPT or value in self._known or EINSUM.fullmatch(value))
        return node if says or not isinstance(value, str | bytes) else ast.Constant(STRING)


def _bound_by(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    return {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _own_functions(tree: ast.AST) -> set[str]:
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def _names(tree: ast.Module, exercise: Exercise) -> dict[str, str]:
    """What each name that the source binds becomes; names of modules and of Python's own functions stay."""
    own = _given(tree, exercise)
    free = {letter: _free(letter, {*own.values(), exercise.answer}) for letter in "fv"}
    found, methods = dict(own), _methods(tree)
    for node in ast.walk(tree):
        for name in _bound(node):
            if name not in found and name not in ("self", "cls", exercise.answer) and not hasattr(builtins, name):
                is_function = isinstance(node, ast.FunctionDef | ast.ClassDef)
                if not (is_function and id(node) in methods):
                    found[name] = next(free["f" if is_function else "v"])
    return found


def _bound(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id] if isinstance(node.ctx, ast.Store) else []
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.ExceptHandler):
        return [node.name] if node.name else []
    return [node.arg] if isinstance(node, ast.arg) else []


def _free(letter: str, taken: Collection[str]) -> Iterator[str]:
    """Names that are not taken, one after the other."""
    return (name for i in itertools.count(1) if (name := f"{letter}{i}") not in taken)


def _given(tree: ast.Module, exercise: Exercise) -> dict[str, str]:
    """The arguments of the answer, where it is a function, by the names that the reference gives them."""
    answer = next((n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == exercise.answer), None)
    if answer is None or not inspect.isfunction(inspect.unwrap(exercise.reference)):
        return {}
    asked = list(inspect.signature(exercise.reference).parameters)
    spelled = [a.arg for a in (*answer.args.posonlyargs, *answer.args.args)]
    return dict(zip(spelled, asked, strict=False))


def _methods(tree: ast.AST) -> set[int]:
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return {id(each) for node in classes for each in node.body if isinstance(each, ast.FunctionDef)}


def _attributes(tree: ast.AST, known: Collection[str]) -> dict[str, str]:
    """What is stored on `self`, and methods, by other names: those that the task does not ask for."""
    found: dict[str, str] = {}
    methods, free = _methods(tree), _free("a", known)
    for node in ast.walk(tree):
        stored = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        name = node.attr if stored and isinstance(node, ast.Attribute) else ""
        if isinstance(node, ast.FunctionDef) and id(node) in methods:
            name = node.name
        if name and name not in known and not name.startswith("__") and name not in found:
            found[name] = next(free)
    return found


def _words(exercise: Exercise) -> set[str]:
    """What the reference calls things, its attributes and its strings: the task may ask for these."""
    try:
        tree = ast.parse(inspect.getsource(inspect.getmodule(exercise.reference) or type(None)))
    except (TypeError, OSError):
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            found.add(node.value)
    return found
