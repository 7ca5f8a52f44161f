"""Changes of what a name stands for: another variable, another function, another index."""

import ast
from collections.abc import Iterator

from autograder.checking.diagnosis.edits.build import attribute, name, number
from autograder.checking.diagnosis.edits.edit import Kind
from autograder.checking.diagnosis.edits.operators import Replacement
from autograder.checking.diagnosis.edits.sites import Site

GROUPS = (
    ("sum", "mean", "prod"), ("max", "min"), ("amax", "amin"), ("maximum", "minimum"), ("argmax", "argmin"),
    ("zeros", "ones", "empty"), ("zeros_like", "ones_like"), ("new_zeros", "new_ones"),
    ("tanh", "sigmoid", "relu"), ("Tanh", "Sigmoid", "ReLU", "LeakyReLU"), ("floor", "ceil", "round"),
    ("sqrt", "square"), ("sqrt", "rsqrt"),
    ("abs", "square"), ("std", "var"), ("log", "log2", "log10", "log1p"), ("exp", "exp2", "expm1"),
    ("rand", "randn"), ("rand_like", "randn_like"), ("normal_", "uniform_"), ("uniform", "normal"),
    ("cumsum", "cumprod"), ("cos", "sin"), ("argsort", "sort"), ("any", "all"), ("append", "extend"),
    ("view", "reshape"), ("T", "mT"), ("train", "eval"), ("stack", "cat"), ("hstack", "vstack"),
    ("norm", "square"), ("triu", "tril"), ("softmax", "log_softmax"), ("max_pool2d", "avg_pool2d"),
    ("MaxPool2d", "AvgPool2d"), ("xavier_uniform_", "xavier_normal_"), ("kaiming_uniform_", "kaiming_normal_"),
    ("Conv2d", "ConvTranspose2d"), ("BatchNorm2d", "InstanceNorm2d"), ("fan_in", "fan_out"),
    ("repeat", "repeat_interleave"), ("ge", "gt"), ("le", "lt"), ("fliplr", "flipud"),
)  # fmt: skip


def _others() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for group in GROUPS:
        for each in group:
            found[each] = (*found.get(each, ()), *(other for other in group if other != each))
    return found


OTHERS = _others()


def names(site: Site) -> Iterator[Replacement]:
    """All of these for one expression."""
    node = site.node
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        yield from _attribute(node, site)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for other in OTHERS.get(node.id, ()):
            if site.called:
                yield Kind.FUNCTION, 1, name(other), node.id
        if not site.called:
            for other in site.scope.names:
                if other != node.id:
                    yield Kind.VARIABLE, 2, name(other), ""
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield from _subscript(node)
    elif isinstance(node, ast.Slice):
        yield from _slice(node)
    if site.index and not isinstance(node, ast.Constant | ast.Slice | ast.Tuple | ast.Starred):
        for operator in (ast.Add(), ast.Sub()):
            yield Kind.INDEX, 2, ast.BinOp(node, operator, number(1)), ""


def _attribute(node: ast.Attribute, site: Site) -> Iterator[Replacement]:
    if node.attr.endswith("_") and not node.attr.startswith("_") and site.called:
        yield Kind.IN_PLACE, 1, attribute(node.value, node.attr.rstrip("_")), node.attr
    for other in OTHERS.get(node.attr, ()):
        yield Kind.FUNCTION, 1, attribute(node.value, other), node.attr
    if node.attr in ("T", "mT", "data", "real"):
        yield Kind.EXTRA_CALL, 1, node.value, node.attr
    if not site.called and isinstance(node.value, ast.Name) and node.value.id == "self":
        for other in site.scope.attributes:
            if other != node.attr:
                yield Kind.VARIABLE, 2, attribute(node.value, other), ""


def _subscript(node: ast.Subscript) -> Iterator[Replacement]:
    yield Kind.INDEX, 2, node.value, ""
    if isinstance(node.slice, ast.Tuple):
        elements = node.slice.elts
        if len(elements) == 2:
            turned = ast.Tuple(elements[::-1], ast.Load())
            yield Kind.INDEX, 2, ast.Subscript(node.value, turned, ast.Load()), ""
    elif isinstance(node.slice, ast.Slice):
        everything = ast.Tuple([ast.Slice(), node.slice], ast.Load())
        yield Kind.INDEX, 3, ast.Subscript(node.value, everything, ast.Load()), ""


def _slice(node: ast.Slice) -> Iterator[Replacement]:
    for lower, upper in _other_bounds(node):
        yield Kind.INDEX, 1, ast.Slice(lower, upper, node.step), ""
    if node.step is not None:
        yield Kind.INDEX, 2, ast.Slice(node.lower, node.upper), ""


def _other_bounds(node: ast.Slice) -> Iterator[tuple[ast.expr | None, ast.expr | None]]:
    if node.lower is not None:
        yield None, node.upper
    else:
        yield number(1), node.upper
    if node.upper is not None:
        yield node.lower, None
    else:
        yield node.lower, number(-1)
    if node.lower is None and node.upper is not None:  # the first of them for the last of them
        yield node.upper, None
        yield number(1), None
    if node.upper is None and node.lower is not None:
        yield None, node.lower
        yield None, number(-1)
