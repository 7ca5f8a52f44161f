"""Mechanical changes to a reference's source, one at a time: wrong answers that nobody thought of.

Source:
    DeMillo, Lipton & Sayward (1978), Hints on test data selection: help for the practicing programmer.
"""

import ast
import copy
import inspect
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.spec import Answer

EXCHANGED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
_PAIRS = (
    ("sum", "mean"), ("amax", "amin"), ("max", "min"), ("argmax", "argmin"), ("zeros", "ones"),
    ("new_zeros", "new_ones"), ("tanh", "sigmoid"), ("floor", "ceil"), ("sqrt", "square"),
)  # fmt: skip
RENAMED = dict(_PAIRS) | {b: a for a, b in _PAIRS} | {"exp": "expm1", "log": "log1p", "relu": "abs"}


@dataclass(frozen=True)
class Mutant:
    """A reference with a change: where it stands in its module, and the lines before and after.

    `source` is the changed definition, with the private helpers that it calls, as it would stand in a notebook.
    """

    line: int
    before: str
    after: str
    answer: Answer
    source: str = ""


def mutants(reference: Answer) -> Iterator[Mutant]:
    """All mutants of a function or class of `lib/gradschool`, and of the private helpers in its module that it calls.

    Checks of arguments (`if …: raise`), annotations and docstrings are left alone, for no task asks for them, and
    defaults, which every task gives. Mutants that Python refuses to compile or to import are left out.
    """
    module = sys.modules[reference.__module__]
    tree = ast.parse(inspect.getsource(module))
    for statement, node in places(tree, reference.__name__):
        before = said(statement)
        for new in replacements(node):
            put(tree, node, new)
            after = said(new if node is statement else statement)
            answer, source = made(tree, module, reference.__name__), spelled(tree, reference.__name__)
            put(tree, new, node)
            if answer is not None and after != before:
                yield Mutant(getattr(node, "lineno", 0), before, after, answer, source)


def places(tree: ast.Module, name: str) -> list[tuple[ast.stmt, ast.AST]]:
    """What may change: nodes, each with the statement in which it stands."""
    definitions = reached(tree, name)
    return [(s, node) for definition in definitions for s in _statements(definition) for node in _nodes(s)]


def spelled(tree: ast.Module, name: str) -> str:
    """The source of a definition and of the helpers that it leads to, without decorators; the definition comes last."""
    definitions = [copy.copy(definition) for definition in reached(tree, name)]
    for definition in definitions:
        definition.decorator_list = []
    return "\n\n".join(map(ast.unparse, reversed(definitions)))


def made(tree: ast.Module, module: types.ModuleType, name: str) -> Answer:
    """The object of this name in a module that is run from `tree`; None if it does not run."""
    again = types.ModuleType(module.__name__)
    again.__dict__.update(__file__=module.__file__, __package__=module.__package__)
    try:
        exec(compile(ast.fix_missing_locations(copy.deepcopy(tree)), str(module.__file__), "exec"), again.__dict__)
    except Exception:
        return None
    return getattr(again, name)


def reached(tree: ast.Module, name: str) -> list[ast.FunctionDef | ast.ClassDef]:
    """The definition of a name, and those of the private names of its module that it leads to."""
    definitions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    found, waiting = {}, [name]
    while waiting:
        wanted = waiting.pop()
        if wanted in definitions and wanted not in found:
            found[wanted] = definitions[wanted]
            waiting += [n.id for n in ast.walk(found[wanted]) if isinstance(n, ast.Name) and n.id.startswith("_")]
    return list(found.values())


def _statements(definition: ast.stmt) -> Iterator[ast.stmt]:
    """The statements in a definition's body, those inside loops, branches and inner definitions among them."""
    for child in getattr(definition, "body", []) + getattr(definition, "orelse", []):
        if isinstance(child, ast.Raise) or (isinstance(child, ast.If) and isinstance(child.body[0], ast.Raise)):
            continue
        if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            yield child
            yield from _statements(child)


def _nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    """A statement and the expressions in it, without those of the statements that it holds."""
    yield statement
    waiting = list(ast.iter_child_nodes(statement))
    if isinstance(statement, ast.AnnAssign):
        waiting = [statement.value] if statement.value else []
    elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
        waiting = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.keyword) and node.arg == "dim" and isinstance(node.value, ast.Tuple):
            waiting += node.value.elts  # the axes of a sum have no order
        elif not isinstance(node, ast.stmt):
            yield node
            waiting += ast.iter_child_nodes(node)


def replacements(node: ast.AST) -> list[ast.AST]:
    """What to put in a node's place, one at a time."""
    match node:
        case ast.Expr() | ast.AugAssign():
            return [ast.Pass(), *_with_other_operator(node)]
        case ast.If():
            return [_with(node, test=ast.Constant(value)) for value in (True, False)]
        case ast.IfExp():
            return [node.body, node.orelse]
        case ast.BinOp():
            return [*_with_other_operator(node), node.left, node.right]
        case ast.UnaryOp():
            return [node.operand]
        case ast.BoolOp():
            return [*_with_other_operator(node), *node.values]
        case ast.Compare(ops=[operator]) if type(operator) in EXCHANGED:
            return [_with(node, ops=[EXCHANGED[type(operator)]()])]
        case ast.Constant(value=bool(value)):
            return [ast.Constant(not value)]
        case ast.Constant(value=int(value)):
            return [ast.Constant(value + 1), ast.Constant(value - 1)]
        case ast.Constant(value=float(value)):
            return [ast.Constant(2 * value), ast.Constant(0.0)]
        case ast.Attribute(attr=name) if name in RENAMED:
            return [_with(node, attr=RENAMED[name])]
        case ast.Tuple(elts=[first, second, *rest], ctx=ast.Load()):
            return [_with(node, elts=[second, first, *rest])]
        case ast.Call():
            return _calls(node)
    return []


def _calls(node: ast.Call) -> list[ast.AST]:
    """A call without one of its named arguments; and what it is called on, or its first argument, without the call."""
    found: list[ast.AST] = [
        _with(node, keywords=node.keywords[:i] + node.keywords[i + 1 :]) for i in range(len(node.keywords))
    ]
    if isinstance(node.func, ast.Attribute) and not is_module(node.func.value):
        return [*found, node.func.value]
    return [*found, *node.args[:1]]


def is_module(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in {"torch", "F", "nn", "np", "math", "itertools"}


def _with_other_operator(node: ast.AST) -> list[ast.AST]:
    operator = type(getattr(node, "op", None))
    return [_with(node, op=EXCHANGED[operator]())] if operator in EXCHANGED else []


def _with(node: ast.AST, **changes: object) -> ast.AST:
    """A copy of a node with other fields; the fields that stay are shared."""
    new = copy.copy(node)
    for name, value in changes.items():
        setattr(new, name, value)
    return new


def put(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    """Put `new` where `old` stands."""
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
                return
            if isinstance(value, list):
                for i, one in enumerate(value):
                    if one is old:
                        value[i] = new
                        return


def said(statement: ast.AST) -> str:
    """A statement on one line; of a loop or a branch, its head."""
    return ast.unparse(statement).splitlines()[0] if not isinstance(statement, ast.Pass) else "pass"
