"""What may be missing around an expression: a call, a sign, a factor, a term, an axis."""

import ast
from collections.abc import Iterator

from autograder.checking.diagnosis.edits.build import attribute, called, method, name, number
from autograder.checking.diagnosis.edits.edit import Kind
from autograder.checking.diagnosis.edits.operators import Replacement
from autograder.checking.diagnosis.edits.sites import Site

OF_ONE = ("sqrt", "square", "exp", "log", "abs", "relu", "sigmoid", "tanh")  # functions of a number
FOLLOWED = ("detach", "clone", "contiguous", "int", "float", "double", "item", "flatten", "long", "values")
FOUR: tuple[type[ast.operator], ...] = (ast.Add, ast.Sub, ast.Mult, ast.Div)
REDUCED = ("sum", "mean")
NO_VALUE = (
    ast.Starred | ast.Slice | ast.Lambda | ast.GeneratorExp | ast.ListComp | ast.Dict | ast.DictComp
    | ast.Tuple | ast.List
)  # fmt: skip


def signs(site: Site) -> Iterator[Replacement]:
    """A minus before an expression."""
    node = site.node
    if _can_be_more(site) and not isinstance(node, ast.UnaryOp | ast.Compare | ast.BoolOp):
        yield Kind.SIGN, 2 + _far(site), ast.UnaryOp(ast.USub(), node), ""


def additions(site: Site) -> Iterator[Replacement]:
    """All others of these for one expression, if it can be a number or a tensor. None costs less than 3."""
    node, far = site.node, _far(site)
    if not _can_be_more(site):
        return
    if not isinstance(node, ast.Compare | ast.BoolOp):
        yield from _wrapped(node, far)
        yield from _combined(node, site, far)
    yield from _reduced(node, far)


def _can_be_more(site: Site) -> bool:
    other = site.called or site.default or site.size
    return not other and not isinstance(site.node, NO_VALUE) and _computed(site.node)


def _far(site: Site) -> int:
    """Less likely where it is a small part of something."""
    return 0 if site.whole or isinstance(site.node, ast.BinOp | ast.Call) else 1


def _computed(node: ast.expr) -> bool:
    """Not a plain constant, not what is stored to, not a module."""
    if isinstance(node, ast.Constant) or isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        return False
    return not (isinstance(node, ast.Name) and node.id in ("torch", "np", "nn", "F", "math", "self"))


def _wrapped(node: ast.expr, far: int) -> Iterator[Replacement]:
    own = called(node) if isinstance(node, ast.Call) else ""
    for function in OF_ONE:
        if function != own:
            yield Kind.MISSING_CALL, 3 + far, method(node, function), ""
    for function in FOLLOWED:
        if function != own:
            yield Kind.MISSING_CALL, 4 + far, method(node, function), ""
    yield Kind.MISSING_CALL, 3 + far, attribute(node, "mT"), ""
    yield Kind.MISSING_CALL, 4 + far, ast.Call(name("float"), [node], []), ""
    yield Kind.MISSING_CALL, 4 + far, ast.Call(name("int"), [node], []), ""
    yield Kind.MISSING_CALL, 4 + far, attribute(method(node, "sort"), "values"), ""
    yield Kind.MISSING_CALL, 4 + far, ast.Call(name("sorted"), [node], []), ""
    yield Kind.MISSING_CALL, 3 + far, method(node, "clamp", min=0), ""
    yield Kind.MISSING_TERM, 3 + far, ast.BinOp(ast.Constant(1), ast.Sub(), node), ""
    yield Kind.OPERATOR, 3 + far, ast.BinOp(ast.Constant(1), ast.Div(), node), ""
    yield Kind.SHAPE, 3 + far, method(node, "unsqueeze", number(-1)), ""
    yield Kind.SHAPE, 4 + far, method(node, "unsqueeze", number(0)), ""
    yield Kind.SHAPE, 4 + far, method(node, "unsqueeze", number(1)), ""
    yield Kind.SHAPE, 4 + far, method(node, "squeeze", number(-1)), ""
    yield Kind.INDEX, 4 + far, _sliced(node, ast.Slice(None, number(-1))), ""
    yield Kind.INDEX, 4 + far, _sliced(node, ast.Slice(number(1))), ""


def _sliced(node: ast.expr, index: ast.expr) -> ast.Subscript:
    return ast.Subscript(node, index, ast.Load())


def _reduced(node: ast.expr, far: int) -> Iterator[Replacement]:
    for function in REDUCED:
        yield Kind.MISSING_CALL, 3 + far, method(node, function), ""
        for axis in (0, -1):
            yield Kind.MISSING_CALL, 4 + far, method(node, function, number(axis)), ""
    yield Kind.MISSING_CALL, 4 + far, method(node, "mean", number(-1), keepdim=True), ""


def _combined(node: ast.expr, site: Site, far: int) -> Iterator[Replacement]:
    """A factor, a power, a size, one of the names in reach."""
    for value in (2, 0.5):
        yield Kind.MISSING_TERM, 3 + far, ast.BinOp(node, ast.Mult(), ast.Constant(value)), ""
    yield Kind.MISSING_TERM, 3 + far, ast.BinOp(node, ast.Pow(), ast.Constant(2)), ""
    for operator in FOUR[:2]:
        yield Kind.MISSING_TERM, 3 + far, ast.BinOp(node, operator(), ast.Constant(1)), ""
    for each in site.scope.names:
        if not (isinstance(node, ast.Name) and node.id == each):
            yield from _with_name(node, name(each), site.whole or isinstance(node, ast.BinOp | ast.Call), far)
    for attr in site.scope.attributes:
        for operator in FOUR:
            yield Kind.MISSING_TERM, 5 + far, ast.BinOp(node, operator(), attribute(name("self"), attr)), ""


def _with_name(node: ast.expr, other: ast.Name, sized: bool, far: int) -> Iterator[Replacement]:
    for operator in (*FOUR, ast.MatMult):
        cost = 5 if operator is ast.MatMult else 4
        yield Kind.MISSING_TERM, cost + far, ast.BinOp(node, operator(), other), ""
    yield Kind.MISSING_TERM, 5 + far, ast.BinOp(node, ast.Mult(), _one_minus(other)), ""
    for size in _sizes(other) if sized else ():
        yield Kind.DIVISOR, 4 + far, ast.BinOp(node, ast.Div(), size), ""


def _one_minus(node: ast.expr) -> ast.BinOp:
    return ast.BinOp(ast.Constant(1), ast.Sub(), node)


def _sizes(node: ast.expr) -> Iterator[ast.expr]:
    yield ast.Call(name("len"), [node], [])
    yield ast.Subscript(attribute(node, "shape"), number(1), ast.Load())
    yield method(node, "numel")
