"""Changes of a chain of operators: a pair of parentheses more, or one less; another operator with all that it moves."""

import ast
from collections.abc import Iterator, Sequence

from autograder.checking.diagnosis.edits.edit import Kind
from autograder.checking.diagnosis.edits.operators import OTHER_OPERATORS, Replacement
from autograder.checking.diagnosis.edits.sites import Site

RANK: dict[type[ast.operator], int] = {
    ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.MatMult: 2, ast.Div: 2, ast.FloorDiv: 2, ast.Mod: 2, ast.Pow: 3,
}  # fmt: skip
LONGEST = 8  # operands of a chain


def parentheses(site: Site) -> Iterator[Replacement]:
    """All of these for one expression: `a / b * c` as `a / (b * c)`, `1 - a ** t` as `(1 - a) ** t`, and back."""
    node = site.node
    if not isinstance(node, ast.BinOp):
        return
    operands, operators = _chain(node)
    if len(operands) > LONGEST or any(type(operator) not in RANK for operator in operators):
        return
    root = len(operators) - _right_of(node)
    for new in (*_one_more(operands, operators, root), *_one_less(operands, operators)):
        if ast.dump(new) != ast.dump(node):
            yield Kind.PARENTHESES, 1, new, ""
    for new in _other_operator(operands, operators):
        yield Kind.OPERATOR, 1, new, ""


def _other_operator(operands: list[ast.expr], operators: list[ast.operator]) -> Iterator[ast.expr]:
    """Another operator, read as Python reads it: `a * b * c` as `a - b * c`."""
    for i, operator in enumerate(operators[:-1]):  # of the last one nothing else is made by that
        for other in OTHER_OPERATORS.get(type(operator), ()):
            if RANK[other] < RANK[type(operator)]:
                yield _built(operands, [*operators[:i], other(), *operators[i + 1 :]])


def _chain(node: ast.expr) -> tuple[list[ast.expr], list[ast.operator]]:
    """Operands and operators in the order in which they are written; what stands in parentheses is one operand."""
    if not isinstance(node, ast.BinOp):
        return [node], []
    rank = RANK.get(type(node.op), 0)
    left = _chain(node.left) if _rank(node.left) >= rank and rank < RANK[ast.Pow] else ([node.left], [])
    right = _chain(node.right) if _rank(node.right) > rank else ([node.right], [])
    return [*left[0], *right[0]], [*left[1], node.op, *right[1]]


def _right_of(node: ast.BinOp) -> int:
    """How many operands of the chain stand to the right of the operator that is done last."""
    return len(_chain(node.right)[0]) if _rank(node.right) > RANK.get(type(node.op), 0) else 1


def _rank(node: ast.expr) -> int:
    return RANK.get(type(node.op), 0) if isinstance(node, ast.BinOp) else 0


def _one_more(operands: list[ast.expr], operators: list[ast.operator], root: int) -> Iterator[ast.expr]:
    """A pair around each part of the chain that reaches over the operator which is done last."""
    for i in range(root + 1):
        for j in range(root + 1, len(operands)):
            if (i, j) != (0, len(operands) - 1):
                inside = _built(operands[i : j + 1], operators[i:j])
                rest = [*operands[:i], inside, *operands[j + 1 :]]
                yield _built(rest, [*operators[:i], *operators[j:]])


def _one_less(operands: list[ast.expr], operators: list[ast.operator]) -> Iterator[ast.expr]:
    for i, operand in enumerate(operands):
        if isinstance(operand, ast.BinOp):
            inside, between = _chain(operand)
            yield _built([*operands[:i], *inside, *operands[i + 1 :]], [*operators[:i], *between, *operators[i:]])


def _built(operands: Sequence[ast.expr], operators: Sequence[ast.operator]) -> ast.expr:
    """The tree that Python makes of a chain: split at the last operator of the lowest rank, the first one of powers."""
    if not operators:
        return operands[0]
    lowest = min(RANK[type(operator)] for operator in operators)
    places = [i for i, operator in enumerate(operators) if RANK[type(operator)] == lowest]
    at = places[0] if lowest == RANK[ast.Pow] else places[-1]
    left = _built(operands[: at + 1], operators[:at])
    return ast.BinOp(left, operators[at], _built(operands[at + 1 :], operators[at + 1 :]))
