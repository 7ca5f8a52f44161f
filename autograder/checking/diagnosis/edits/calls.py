"""Changes of a call: its arguments, axes and keywords, its place among other calls."""

import ast
from collections.abc import Iterator

from autograder.checking.diagnosis.edits.build import (
    ALONG,
    REDUCING,
    SIZED,
    called,
    key,
    method,
    number,
    whole_number,
    with_arguments,
    with_keyword,
    without_keywords,
)
from autograder.checking.diagnosis.edits.edit import Kind
from autograder.checking.diagnosis.edits.operators import Replacement
from autograder.checking.diagnosis.edits.sites import Site

AXES = (-1, 0, 1, -2, 2)
SPREAD = {"var", "std"}
PAIRS = ((0, 1), (1, 2), (2, 3), (-2, -1), (0, 2, 3), (1, 2, 3), (0, 1, 2, 3), (0, 2))


def calls(site: Site) -> Iterator[Replacement]:
    """All of these for one expression, if it is a call."""
    node = site.node
    if not isinstance(node, ast.Call):
        return
    about = called(node)
    if about in ALONG:
        yield from ((*each, about) for each in _axes(node))
    if about in REDUCING:
        yield from ((*each, about) for each in _reduced(node, about))
    if key(node, "reduction") is not None or about.endswith(("_loss", "cross_entropy", "Loss")):
        for how in ("sum", "mean", "none"):
            yield Kind.ARGUMENTS, 1, _reduction(node, how), about
    yield from ((*each, about) for each in _arguments(node))
    yield from ((*each, about) for each in _too_many(node))
    yield from _commuted(node)
    yield from _spread_over(node)


OPTIONS = {
    "Linear": ("bias", False), "Conv1d": ("bias", False), "Conv2d": ("bias", False), "ConvTranspose2d": ("bias", False),
    "BatchNorm1d": ("affine", False), "BatchNorm2d": ("affine", False), "InstanceNorm2d": ("affine", True),
    "argsort": ("descending", True), "sort": ("descending", True), "grad": ("create_graph", True),
}  # fmt: skip


def options(site: Site) -> Iterator[Replacement]:
    """A call with an option that it leaves out."""
    node = site.node
    if isinstance(node, ast.Call) and called(node) in OPTIONS:
        option, value = OPTIONS[called(node)]
        if key(node, option) is None:
            yield Kind.OPTION, 2, with_keyword(node, option, value), called(node)


def _axes(node: ast.Call) -> Iterator[tuple[Kind, int, ast.expr]]:
    """Another axis in place of the one that is given."""
    given = key(node, "dim", "axis", "dims")
    places: list[tuple[ast.expr, int | None]] = [(given.value, None)] if given is not None else []
    places += [(argument, i) for i, argument in enumerate(node.args)]
    for old, i in places:
        for new in _other_axes(old):
            arguments = [*node.args]
            if i is not None:
                arguments[i] = new
                yield Kind.AXIS, 1, with_arguments(node, arguments)
            elif given is not None:
                others = [keyword for keyword in node.keywords if keyword is not given]
                yield Kind.AXIS, 1, ast.Call(node.func, node.args, [*others, ast.keyword(given.arg, new)])


def _other_axes(old: ast.expr) -> Iterator[ast.expr]:
    axis = whole_number(old)
    if axis is not None:
        yield from (number(other) for other in AXES if other != axis)
        yield from (_axes_tuple(pair) for pair in PAIRS)
    elif isinstance(old, ast.Tuple) and all(whole_number(each) is not None for each in old.elts):
        now = tuple(whole_number(each) for each in old.elts)
        yield from (_axes_tuple(pair) for pair in PAIRS if pair != now)
        yield from (number(other) for other in AXES)


def _axes_tuple(axes: tuple[int, ...]) -> ast.Tuple:
    return ast.Tuple([number(axis) for axis in axes], ast.Load())


def _reduced(node: ast.Call, about: str) -> Iterator[tuple[Kind, int, ast.expr]]:
    keeps, axis = key(node, "keepdim", "keepdims"), key(node, "dim", "axis")
    positions = 0 if _is_method(node) else 1
    has_axis = axis is not None or len(node.args) > positions
    if keeps is None and has_axis:
        yield Kind.KEEPDIM, 1, with_keyword(node, "keepdim", True)
        if about in ("max", "min"):
            yield Kind.KEEPDIM, 2, ast.Attribute(with_keyword(node, "keepdim", True), "values", ast.Load())
    elif keeps is not None:
        yield Kind.KEEPDIM, 1, without_keywords(node, ("keepdim", "keepdims"))
    if has_axis and isinstance(node.func, ast.Attribute):  # over all axes
        plain = ast.Call(node.func, node.args[:positions], without_keywords(node, ("dim", "axis", "keepdim")).keywords)
        yield Kind.AXIS, 1, plain
    elif not has_axis:
        for each in AXES[:3]:
            yield Kind.AXIS, 2, with_keyword(node, "dim", each)
            yield Kind.AXIS, 2, with_keyword(with_keyword(node, "dim", each), "keepdim", True)
    if about in ("max", "min") and isinstance(node.func, ast.Attribute) and not has_axis:
        func = ast.Attribute(node.func.value, f"a{about}", ast.Load())
        yield Kind.AXIS, 2, with_keyword(with_keyword(ast.Call(func, node.args, []), "dim", -1), "keepdim", True)
    if about in SPREAD:
        for divisor in (0, 1):
            plain = without_keywords(node, ("unbiased", "correction"))
            yield Kind.DIVISOR, 1, with_keyword(plain, "correction", divisor)


def _reduction(node: ast.Call, how: str) -> ast.Call:
    kept = [keyword for keyword in node.keywords if keyword.arg != "reduction"]
    return ast.Call(node.func, node.args, [*kept, ast.keyword("reduction", ast.Constant(how))])


def _is_method(node: ast.Call) -> bool:
    """Whether the tensor stands before the dot, as far as it can be seen."""
    value = node.func.value if isinstance(node.func, ast.Attribute) else None
    return value is not None and not (isinstance(value, ast.Name) and value.id in ("torch", "np", "F", "math", "nn"))


def _arguments(node: ast.Call) -> Iterator[tuple[Kind, int, ast.expr]]:
    """Arguments in another order, and one of them left out."""
    for i in range(len(node.args) - 1):
        turned = [*node.args[:i], node.args[i + 1], node.args[i], *node.args[i + 2 :]]
        yield Kind.ARGUMENTS, 2, with_arguments(node, turned)
    if called(node) == "where" and len(node.args) == 3:
        yield Kind.ARGUMENTS, 1, with_arguments(node, [node.args[0], node.args[2], node.args[1]])
    for i in range(len(node.args)):
        yield Kind.ARGUMENTS, 3, with_arguments(node, [*node.args[:i], *node.args[i + 1 :]])
    for keyword in node.keywords:
        if keyword.arg is not None:
            yield Kind.ARGUMENTS, 2, without_keywords(node, (keyword.arg,))


def _too_many(node: ast.Call) -> Iterator[tuple[Kind, int, ast.expr]]:
    """What is called on, or the first argument, in place of the call."""
    if isinstance(node.func, ast.Attribute) and _is_method(node):
        yield Kind.EXTRA_CALL, 2, node.func.value
    if not node.args and not node.keywords and isinstance(node.func, ast.Name):
        yield Kind.EXTRA_CALL, 2, node.func
    for argument in node.args[:2]:
        if not isinstance(argument, ast.Starred | ast.Constant | ast.GeneratorExp):
            yield Kind.EXTRA_CALL, 2, argument


def _commuted(node: ast.Call) -> Iterator[Replacement]:
    """`x.f().g()` as `x.g().f()`, `f(g(x))` as `g(f(x))`."""
    inner = _operand(node)
    if isinstance(inner, ast.Call):
        deepest = _operand(inner)
        if deepest is not None:
            yield Kind.CALLS, 1, _on(inner, _on(node, deepest)), ""


def _spread_over(node: ast.Call) -> Iterator[Replacement]:
    """`sqrt(a + b)` as `sqrt(a) + b` or `a + sqrt(b)`: the call is around less."""
    inner = _operand(node)
    if isinstance(inner, ast.BinOp):
        yield Kind.PARENTHESES, 2, ast.BinOp(_on(node, inner.left), inner.op, inner.right), ""
        yield Kind.PARENTHESES, 2, ast.BinOp(inner.left, inner.op, _on(node, inner.right)), ""
        yield Kind.PARENTHESES, 2, ast.BinOp(_on(node, inner.left), inner.op, _on(node, inner.right)), ""


def drawn_in(site: Site) -> Iterator[Replacement]:
    """`sqrt(a) + b` as `sqrt(a + b)`: the call is around more."""
    node = site.node
    if not isinstance(node, ast.BinOp):
        return
    if isinstance(node.left, ast.Call) and (inner := _operand(node.left)) is not None:
        yield Kind.PARENTHESES, 1, _on(node.left, ast.BinOp(inner, node.op, node.right)), ""
    if isinstance(node.right, ast.Call) and (inner := _operand(node.right)) is not None:
        yield Kind.PARENTHESES, 1, _on(node.right, ast.BinOp(node.left, node.op, inner)), ""


def _operand(node: ast.Call) -> ast.expr | None:
    """What a call is applied to: before the dot, or the first argument; nothing where that is a size."""
    if called(node) in SIZED:
        return None
    if _is_method(node) and isinstance(node.func, ast.Attribute):
        return node.func.value
    return node.args[0] if node.args and not isinstance(node.args[0], ast.Starred | ast.GeneratorExp) else None


def _on(node: ast.Call, operand: ast.expr) -> ast.Call:
    """The same call, applied to something else."""
    if _is_method(node) and isinstance(node.func, ast.Attribute):
        return ast.Call(method(operand, node.func.attr).func, node.args, node.keywords)
    return with_arguments(node, [operand, *node.args[1:]])
