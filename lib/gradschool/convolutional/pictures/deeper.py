"""Pictures for deeper networks: blocks as flow charts, and curves over several seeds."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from gradschool.plotting import COLORS, DASHES, STYLE, Picture, picture

Chart = tuple[Mapping[str, tuple[float, float, str]], Sequence[tuple[str, str]]]

#: Nodes by name with place (column, row) and text, and the arrows between them.
CHARTS: Mapping[str, Chart] = {
    "inception": (
        {
            "x": (1.5, 0, "input"),
            "r3": (1, 1, "1×1, ReLU"),
            "r5": (2, 1, "1×1, ReLU"),
            "mx": (3, 1, "max 3×3"),
            "c1": (0, 2, "1×1, ReLU"),
            "c3": (1, 2, "3×3, ReLU"),
            "c5": (2, 2, "5×5, ReLU"),
            "cp": (3, 2, "1×1, ReLU"),
            "cat": (1.5, 3, "join channels"),
        },
        [("x", "c1"), ("x", "r3"), ("x", "r5"), ("x", "mx"), ("r3", "c3"), ("r5", "c5"), ("mx", "cp")]
        + [(way, "cat") for way in ("c1", "c3", "c5", "cp")],
    ),
    "residual": (
        {
            "x": (0, 0, "input"),
            "c1": (0, 0.9, "3×3, norm, ReLU"),
            "c2": (0, 1.8, "3×3, norm"),
            "id": (1.2, 1.35, "identity\nor 1×1, norm"),
            "+": (0, 2.5, "+"),
            "r": (0, 3.1, "ReLU"),
        },
        [("x", "c1"), ("c1", "c2"), ("c2", "+"), ("x", "id"), ("id", "+"), ("+", "r")],
    ),
    "dense": (
        {
            "x": (0, 0, "input"),
            "l1": (1, 1, "layer 1"),
            "j1": (0, 1.5, "join"),
            "l2": (1, 2.2, "layer 2"),
            "j2": (0, 3, "join"),
        },
        [("x", "l1"), ("x", "j1"), ("l1", "j1"), ("j1", "l2"), ("j1", "j2"), ("l2", "j2")],
    ),
}


def block_charts(names: Sequence[str] = tuple(CHARTS)) -> Picture:
    """The blocks of GoogLeNet, ResNet and DenseNet as flow charts, from the input at the bottom upwards."""
    spans = [max(c for c, _, _ in CHARTS[n][0].values()) + 1 for n in names]
    widths = {"width_ratios": spans}
    figure, panels = picture(columns=len(names), width=1.15 * sum(spans) / len(names), height=3.4, gridspec_kw=widths)
    told = []
    for axes, name, span in zip(panels, names, spans, strict=True):
        nodes, arrows = CHARTS[name]
        axes.set_axis_off()
        axes.set(xlim=(-0.6, span - 0.4), ylim=(-0.4, 3.5), title=name)
        for start, end in arrows:
            (x0, y0, _), (x1, y1, _) = nodes[start], nodes[end]
            arrow = {"arrowstyle": "-|>", "color": "0.35", "shrinkA": 9, "shrinkB": 10}
            axes.annotate("", (x1, y1), (x0, y0), arrowprops=arrow)
        for key, (x, y, text) in nodes.items():
            learned = "×" in text and not text.startswith("max")
            shade = COLORS[6] if learned or text.startswith("layer") else "white"
            box = {"boxstyle": "round,pad=0.3", "facecolor": shade, "edgecolor": "black"}
            axes.text(x, y, text, ha="center", va="center", fontsize=8, bbox=box, zorder=3, label=key)
        told.append(f"{name}: {'; '.join(text for _, _, text in nodes.values())}".replace("\n", " "))
    figure.alt = " | ".join(told)
    return figure


Curves = Mapping[str, Sequence[Sequence[float]]]


def spreads(
    panels: Mapping[str, Curves], x: Sequence[float], xlabel: str, ylabel: str, top: float = 100, alt: str = ""
) -> Picture:
    """Curves measured over several seeds: their mean, and a band from the least to the greatest.

    Args:
        panels: for each panel, by name, one row of values for each seed.
        x: where they were measured.
        top: of the vertical axis, which begins at 0.
    """
    figure, axes = picture(columns=len(panels), width=4.4, height=3.4, sharey=True)
    told = []
    with mpl.rc_context(STYLE):
        for panel, (title, curves) in zip(axes, panels.items(), strict=True):
            for i, (name, rows) in enumerate(curves.items()):
                values = np.asarray(rows, float)
                _band(panel, i, name, x, values)
                ends = values[:, -1]
                told.append(f"{name} ({title})" if title else name)
                told[-1] += f" ends between {ends.min():.2g} and {ends.max():.2g}"
            panel.set(title=title, xlabel=xlabel, ylim=(-0.02 * top, 1.02 * top))
            if len(x) <= 8:
                panel.set_xticks(list(x))
            panel.legend(fontsize="small", loc="best")
        axes[0].set_ylabel(ylabel)
    figure.alt = alt or f"{ylabel} against {xlabel}: {'; '.join(told)}"
    return figure


def _band(axes: Axes, i: int, name: str, x: Sequence[float], values: np.ndarray) -> None:
    color = COLORS[i % len(COLORS)]
    axes.plot(x, values.mean(axis=0), color=color, linestyle=DASHES[i % len(DASHES)], label=name)
    axes.fill_between(x, values.min(axis=0), values.max(axis=0), color=color, alpha=0.2, linewidth=0)
