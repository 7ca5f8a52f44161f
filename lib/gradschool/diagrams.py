"""Drawings of what is computed: a unit, a network, a matrix product with its shapes, a graph with its gradients."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle

from gradschool.plotting import COLORS, STYLE, Picture, picture

MOST_CIRCLES = 6  # a layer with more units is drawn with a gap


def unit(inputs: int = 3) -> Picture:
    """One artificial neuron: inputs, weights, the sum with its bias, the activation, the output."""
    if inputs < 1:
        raise ValueError(f"a unit has at least one input; got {inputs}")
    figure, axes = _sheet(6.4, 2.6)
    center = (4.2, 0.0)
    for i, y in enumerate(_spread(inputs, 1.0), start=1):
        _arrow(axes, (1.0, y), (center[0] - 0.55, y * 0.15))
        _circle(axes, (0.7, y), 0.3, f"$x_{{{i}}}$", COLORS[6])
        share = 0.4
        axes.text(
            1.0 + share * (center[0] - 1.55), y * (1 - 0.85 * share) + 0.12, f"$w_{{{i}}}$", ha="center", va="bottom"
        )
    _arrow(axes, (4.2, -1.25), (4.2, -0.55))
    axes.text(4.2, -1.3, "bias $b$", ha="center", va="top")
    _circle(axes, center, 0.55, "$\\Sigma$", COLORS[5])
    _arrow(axes, (4.75, 0), (6.3, 0))
    axes.text(5.5, 0.12, "net input $z$", ha="center", va="bottom")
    axes.add_patch(Rectangle((6.3, -0.45), 0.95, 0.9, facecolor="white", edgecolor="black", linewidth=1.2))
    axes.text(6.78, 0, "$\\varphi$", ha="center", va="center", fontsize=13)
    axes.text(6.78, -0.6, "activation", ha="center", va="top")
    _arrow(axes, (7.25, 0), (8.4, 0))
    axes.text(8.5, 0, "$\\varphi(z)$", ha="left", va="center")
    axes.set(xlim=(0.2, 9.3), ylim=(-1.75, 1.6))
    figure.alt = (
        f"a unit: {inputs} inputs, each times its weight, are summed with the bias to the net input z; "
        "the activation φ makes the output of it"
    )
    return figure


def network(sizes: Sequence[int]) -> Picture:
    """Layers as columns of circles, inputs first, every unit joined with all of the column before it."""
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes names the inputs and each layer's units, all at least 1; got {list(sizes)}")
    figure, axes = _sheet(1.6 * len(sizes) + 0.6, 2.9)
    columns = [[(2.2 * i, y) for y in _spread(min(n, MOST_CIRCLES), 1.6)] for i, n in enumerate(sizes)]
    for left, right in pairwise(columns):
        for start in left:
            for end in right:
                axes.plot(*zip(start, end, strict=True), color="0.6", linewidth=0.6, linestyle="-", zorder=0)
    for i, (n, column) in enumerate(zip(sizes, columns, strict=True)):
        for place in column:
            _circle(axes, place, 0.17, "", COLORS[6] if i == 0 else COLORS[5])
        if n > MOST_CIRCLES:
            middle = (column[2][1] + column[3][1]) / 2
            axes.text(2.2 * i, middle, "⋮", ha="center", va="center", fontsize=13)
        name = "inputs" if i == 0 else "outputs" if i == len(sizes) - 1 else f"hidden {i}"
        axes.text(2.2 * i, -2.0, f"{n}\n{name}", ha="center", va="top")
    axes.set(xlim=(-0.8, 2.2 * (len(sizes) - 1) + 0.8), ylim=(-2.9, 1.9))
    figure.alt = f"a network of dense layers: {' → '.join(map(str, sizes))}, every unit joined with all before it"
    return figure


def dense_product(batch: int, inputs: int, outputs: int) -> Picture:
    """The product x Wᵀ + b = y as rectangles with their shapes, one sample's row and one unit's column marked."""
    if min(batch, inputs, outputs) < 1:
        raise ValueError(f"batch, inputs and outputs are at least 1; got {batch}, {inputs}, {outputs}")
    figure, axes = _sheet(7.2, 2.6)
    tall, wide, short = 1.6, 1.9, 1.2
    x, w, b, y = 0.0, wide + 0.7, wide + short + 1.6, wide + 2 * short + 2.5
    row, column = (x, tall * 0.6, wide, 0.22), (w + short * 0.55, tall / 2 - wide / 2, 0.22, wide)
    _matrix(axes, (x, 0, wide, tall), row, f"$x$  ({batch}, {inputs})")
    _matrix(axes, (w, tall / 2 - wide / 2, short, wide), column, f"$W^\\top$  ({inputs}, {outputs})")
    _matrix(
        axes, (b, tall / 2 - 0.11, short, 0.22), (b + short * 0.55, tall / 2 - 0.11, 0.22, 0.22), f"$b$  ({outputs},)"
    )
    _matrix(axes, (y, 0, short, tall), (y + short * 0.55, tall * 0.6, 0.22, 0.22), f"$y$  ({batch}, {outputs})")
    for left, sign in ((wide + 0.35, "·"), (wide + short + 1.15, "+"), (wide + 2 * short + 2.05, "=")):
        axes.text(left, tall / 2, sign, ha="center", va="center", fontsize=15)
    axes.set(xlim=(-0.2, y + short + 0.2), ylim=(-0.75, tall + 0.35))
    figure.alt = (
        f"x of shape ({batch}, {inputs}) times W transposed of shape ({inputs}, {outputs}) plus b "
        f"of shape ({outputs},) is y of shape ({batch}, {outputs}); a sample's row meets a unit's column in one entry"
    )
    return figure


class Node(NamedTuple):
    """A quantity in a computation: where it stands (in columns and rows), and what flows through it."""

    column: float
    row: float
    value: float
    gradient: float


def computation_graph(
    nodes: Mapping[str, Node], edges: Mapping[tuple[str, str], float], title: str = "", alt: str = ""
) -> Picture:
    """A computation as boxes and arrows: values above the boxes, gradients of the loss below, slopes on the arrows.

    Args:
        nodes: by name; the name is written into the box.
        edges: from (earlier node, later node) to the derivative of the later with respect to the earlier.

    Raises:
        KeyError: an edge between names that are not nodes.
    """
    columns, rows = [n.column for n in nodes.values()], [n.row for n in nodes.values()]
    figure, (axes,) = picture(
        width=1.7 * (max(columns) - min(columns)) + 1.6, height=1.25 * (max(rows) - min(rows)) + 1.4
    )
    axes.set_axis_off()
    axes.set(
        xlim=(min(columns) - 0.5, max(columns) + 0.5), ylim=(min(rows) - 0.6, max(rows) + 0.6), title=title or None
    )
    with mpl.rc_context(STYLE):
        for (start, end), slope in edges.items():
            a, b = nodes[start], nodes[end]
            arrow = {"arrowstyle": "-|>", "color": "black", "shrinkA": 17, "shrinkB": 17}
            axes.annotate("", (b.column, b.row), (a.column, a.row), arrowprops=arrow)
            middle = ((a.column + b.column) / 2, (a.row + b.row) / 2)
            axes.annotate(
                f"×{_brief(slope)}", middle, (0, 7), textcoords="offset points", ha="center", va="bottom", fontsize=9,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            )  # fmt: skip
        for name, node in nodes.items():
            place = (node.column, node.row)
            box = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": "black"}
            axes.annotate(name, place, ha="center", va="center", bbox=box, fontsize=11)
            for text, shift, color in ((node.value, 21, COLORS[0]), (node.gradient, -21, COLORS[1])):
                axes.annotate(
                    _brief(text), place, (0, shift), textcoords="offset points", ha="center", va="center",
                    color=color, fontsize=10, fontweight="bold",
                )  # fmt: skip
    flows = "; ".join(f"{name} = {n.value:.3g}, gradient {n.gradient:.3g}" for name, n in nodes.items())
    figure.alt = alt or f"{title + ': ' if title else ''}a graph of values and gradients: {flows}"
    return figure


def _sheet(width: float, height: float) -> tuple[Picture, Axes]:
    figure, (axes,) = picture(width=width, height=height)
    axes.set_axis_off()
    axes.set_aspect("equal")
    return figure, axes


def _spread(n: int, reach: float) -> list[float]:
    """n heights from `reach` down to -`reach`."""
    return [0.0] if n == 1 else [reach - 2 * reach * i / (n - 1) for i in range(n)]


def _circle(axes: Axes, place: tuple[float, float], radius: float, text: str, color: str) -> None:
    axes.add_patch(Circle(place, radius, facecolor=color, edgecolor="black", linewidth=1.0))
    axes.text(*place, text, ha="center", va="center")


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": "black", "shrinkA": 0, "shrinkB": 0})


def _matrix(
    axes: Axes, box: tuple[float, float, float, float], marked: tuple[float, float, float, float], label: str
) -> None:
    """A rectangle (left, bottom, width, height), a marked part of it, and its name below."""
    axes.add_patch(Rectangle(box[:2], *box[2:], facecolor="0.93", edgecolor="black", linewidth=1.0))
    axes.add_patch(Rectangle(marked[:2], *marked[2:], facecolor=COLORS[1], edgecolor="none", alpha=0.8))
    axes.text(box[0] + box[2] / 2, box[1] - 0.12, label, ha="center", va="top")


def _brief(number: float) -> str:
    """Three significant digits, with a minus sign as wide as a plus; no signed zero."""
    return f"{number + 0.0 if abs(number) >= 5e-7 else 0.0:.3g}".replace("-", "\N{MINUS SIGN}")
