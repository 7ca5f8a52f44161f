"""Changes of operators, signs, comparisons, conditions and numbers."""

import ast
from collections.abc import Iterator

from autograder.checking.diagnosis.edits.build import number
from autograder.checking.diagnosis.edits.edit import Kind
from autograder.checking.diagnosis.edits.sites import Site

Replacement = tuple[Kind, int, ast.expr, str]

OTHER_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult), ast.Sub: (ast.Add, ast.Mult), ast.Mult: (ast.Div, ast.Add, ast.Sub, ast.MatMult),
    ast.Div: (ast.Mult, ast.FloorDiv), ast.FloorDiv: (ast.Div, ast.Mod), ast.Mod: (ast.FloorDiv,),
    ast.MatMult: (ast.Mult,), ast.Pow: (ast.Mult,),
}  # fmt: skip
OTHER_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE), ast.LtE: (ast.Lt, ast.GtE, ast.Gt), ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
    ast.GtE: (ast.Gt, ast.LtE, ast.Lt), ast.Eq: (ast.NotEq, ast.LtE, ast.GtE), ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
OPTIONS = {
    "dim": Kind.AXIS, "axis": Kind.AXIS, "keepdim": Kind.KEEPDIM, "keepdims": Kind.KEEPDIM,
    "correction": Kind.DIVISOR, "unbiased": Kind.DIVISOR,
}  # fmt: skip
NEXT_TO_NOTHING = 0.01
ONE_SIDED = ast.Sub | ast.Div | ast.MatMult | ast.Pow | ast.FloorDiv | ast.Mod


def operators(site: Site) -> Iterator[Replacement]:
    """All of these for one expression."""
    node = site.node
    if isinstance(node, ast.BinOp):
        yield from _binary(node)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in OTHER_COMPARISONS.get(type(node.ops[0]), ()):
            yield Kind.COMPARISON, 1, ast.Compare(node.left, [other()], node.comparators), ""
    elif isinstance(node, ast.BoolOp):
        other_join = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield Kind.CONDITION, 1, ast.BoolOp(other_join, node.values), ""
        if len(node.values) == 2:
            yield Kind.CONDITION, 2, node.values[0], ""
            yield Kind.CONDITION, 2, node.values[1], ""
    elif isinstance(node, ast.UnaryOp):
        yield from _unary(node)
    elif isinstance(node, ast.IfExp):
        yield Kind.CONDITION, 1, ast.IfExp(node.test, node.orelse, node.body), ""
        yield Kind.CONDITION, 2, node.body, ""
        yield Kind.CONDITION, 2, node.orelse, ""
    elif isinstance(node, ast.Constant):
        yield from _constant(node, _kind(site))


def _binary(node: ast.BinOp) -> Iterator[Replacement]:
    one = isinstance(node.right, ast.Constant) and node.right.value == 1
    for other in OTHER_OPERATORS.get(type(node.op), ()):
        if one and other in (ast.Mult, ast.Div):
            continue  # that is the term left out
        yield Kind.OPERATOR, 1, ast.BinOp(node.left, other(), node.right), ""
    if isinstance(node.op, ONE_SIDED):
        yield Kind.OPERANDS, 1, ast.BinOp(node.right, node.op, node.left), ""
    if isinstance(node.op, ast.Pow):
        yield Kind.OPERATOR, 2, ast.Call(ast.Attribute(node.left, "abs", ast.Load()), [], []), ""
    yield Kind.EXTRA_TERM, 2, node.left, ""
    yield Kind.EXTRA_TERM, 2, node.right, ""
    if isinstance(node.left, ast.UnaryOp):  # -a + b as -(a + b)
        whole = ast.BinOp(node.left.operand, node.op, node.right)
        yield Kind.PARENTHESES, 1, ast.UnaryOp(node.left.op, whole), ""


def _unary(node: ast.UnaryOp) -> Iterator[Replacement]:
    if isinstance(node.op, ast.USub):
        yield Kind.SIGN, 1, node.operand, ""
    else:
        yield Kind.CONDITION, 1, node.operand, ""
    inner = node.operand
    if isinstance(inner, ast.BinOp) and isinstance(node.op, ast.USub):  # -(a + b) as -a + b
        yield Kind.PARENTHESES, 1, ast.BinOp(ast.UnaryOp(node.op, inner.left), inner.op, inner.right), ""


def _kind(site: Site) -> Kind:
    """What a number there is about."""
    if site.default:
        return Kind.DEFAULT
    return OPTIONS.get(site.keyword, Kind.INDEX if site.index else Kind.NUMBER)


def _constant(node: ast.Constant, kind: Kind) -> Iterator[Replacement]:
    value = node.value
    if isinstance(value, bool):
        yield Kind.KEEPDIM if kind is Kind.KEEPDIM else Kind.FLAG, 1, ast.Constant(not value), ""
    elif isinstance(value, int | float):
        for cost, others in enumerate(_other_wholes(value) if isinstance(value, int) else _other_reals(value), 1):
            for other in dict.fromkeys(others):
                other = round(other, 12) if isinstance(other, float) else other
                if other != value and not (kind in (Kind.INDEX, Kind.AXIS) and isinstance(other, float)):
                    yield kind, cost, number(other), ""


def _other_wholes(value: int) -> tuple[tuple[float, ...], ...]:
    """Likelier ones first."""
    return (value + 1, value - 1, -value, 0, 1, 2), (2 * value, value // 2, -1, 0.5)


def _other_reals(value: float) -> tuple[tuple[float, ...], ...]:
    near = (1 - value, 2 * value, value / 2, -value, value + 1, value - 1, 0.0, 1.0, 0.5)
    far = (10 * value, value / 10, 1 - (1 - value) / 10, 1 - 10 * (1 - value), 2.0)
    # what divides by next to nothing may make very many of something
    return near, (*far, 1e-8, 1e-5, 1e-12) if abs(value) < NEXT_TO_NOTHING else far
