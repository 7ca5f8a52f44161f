"""Pictures for the lesson on backpropagation: a graph with what flows through it, a small network in its plane."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib as mpl
from jaxtyping import Float, Shaped
from torch import Tensor

from gradschool.feedforward.gradients import two_layer_forward
from gradschool.plotting import COLORS, STYLE, Picture, decision_region, picture

FORWARD, BACKWARD = COLORS[0], COLORS[1]


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
            for text, shift, color in ((node.value, 21, FORWARD), (node.gradient, -21, BACKWARD)):
                axes.annotate(
                    _brief(text), place, (0, shift), textcoords="offset points", ha="center", va="center",
                    color=color, fontsize=10, fontweight="bold",
                )  # fmt: skip
    flows = "; ".join(f"{name} = {n.value:.3g}, gradient {n.gradient:.3g}" for name, n in nodes.items())
    figure.alt = alt or f"{title + ': ' if title else ''}a graph of values and gradients: {flows}"
    return figure


def network_region(
    params: Sequence[Float[Tensor, "..."]],
    x: Float[Tensor, "samples 2"],
    y: Shaped[Tensor, " samples"],
    title: str = "",
) -> Picture:
    """The plane as a network of one hidden layer parts it, and the line on which each hidden unit's net input is 0.

    Args:
        params: w1, b1, w2, b2 of `two_layer_forward`.
        x, y: the samples and their classes, 0 or 1.
    """
    figure = decision_region(lambda points: two_layer_forward(points, *params)[0], x, y, title)
    axes = figure.axes[0]
    bounds = axes.axis()
    drawn = 0
    for (w_1, w_2), b in zip(params[0].tolist(), params[1].tolist(), strict=True):
        square = w_1**2 + w_2**2
        if square > 0:  # a unit without weights has no line
            foot = (-b * w_1 / square, -b * w_2 / square)
            axes.axline(foot, (foot[0] - w_2, foot[1] + w_1), color="black", linewidth=0.9, linestyle=(0, (4, 3)))
            drawn += 1
    axes.axis(bounds)
    shown = f"two classes in the plane, the boundary, and dashed the lines of {drawn} hidden units"
    figure.alt = f"{title}: {shown}" if title else shown
    return figure


def _brief(number: float) -> str:
    """Three significant digits, with a minus sign as wide as a plus; no signed zero."""
    return f"{number + 0.0 if abs(number) >= 5e-7 else 0.0:.3g}".replace("-", "\N{MINUS SIGN}")
