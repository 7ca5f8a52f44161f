"""Pieces of a tree, and what they are called."""

import ast
from collections.abc import Iterable, Sequence

# Functions that are given an axis: those that take it away, and others.
REDUCING = {
    "sum", "mean", "prod", "amax", "amin", "max", "min", "var", "std", "norm", "logsumexp", "argmax", "argmin",
    "median", "any", "all",
}  # fmt: skip
ALONG = REDUCING | {"softmax", "log_softmax", "cumsum", "cumprod", "sort", "argsort", "cat", "stack", "flip", "roll"}
ALONG |= {"unsqueeze", "squeeze", "topk", "chunk", "split", "gather", "select", "index_select", "flatten", "size"}
# What makes a tensor of a given size: one that is changed may ask for very much.
SIZED = {
    "zeros", "ones", "empty", "full", "rand", "randn", "randint", "normal", "arange", "linspace", "eye", "expand",
    "repeat", "tile", "repeat_interleave", "new_zeros", "new_ones", "new_empty", "new_full", "randperm", "bytes",
}  # fmt: skip


def name(identifier: str) -> ast.Name:
    return ast.Name(identifier, ast.Load())


def number(value: int | float) -> ast.expr:
    """A number as it is written: a negative one with its sign."""
    return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if value < 0 else ast.Constant(value)


def attribute(value: ast.expr, attr: str) -> ast.Attribute:
    return ast.Attribute(value, attr, ast.Load())


def method(value: ast.expr, attr: str, *arguments: ast.expr, **keywords: bool | int | float) -> ast.Call:
    """`value.attr(…)`."""
    given = [ast.keyword(key, ast.Constant(each)) for key, each in keywords.items()]
    return ast.Call(attribute(value, attr), list(arguments), given)


def with_keyword(call: ast.Call, key: str, value: bool | int | float) -> ast.Call:
    """A call with a keyword in addition, or with another value for one that it has."""
    kept = [keyword for keyword in call.keywords if keyword.arg != key]
    new = number(value) if not isinstance(value, bool) else ast.Constant(value)
    return ast.Call(call.func, call.args, [*kept, ast.keyword(key, new)])


def without_keywords(call: ast.Call, keys: Iterable[str]) -> ast.Call:
    gone = set(keys)
    return ast.Call(call.func, call.args, [keyword for keyword in call.keywords if keyword.arg not in gone])


def with_arguments(call: ast.Call, arguments: Sequence[ast.expr]) -> ast.Call:
    return ast.Call(call.func, list(arguments), call.keywords)


def called(call: ast.Call) -> str:
    """The bare name of what is called: `mean` of `x.mean()` and of `torch.mean(x)`."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def whole_number(node: ast.expr | None) -> int | None:
    """The number that is written, with its sign; None where it is something else."""
    sign = 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1, node.operand
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return sign * node.value
    return None


def key(call: ast.Call, *names: str) -> ast.keyword | None:
    """The keyword of one of these names that a call gives."""
    return next((keyword for keyword in call.keywords if keyword.arg in names), None)
