"""The inside of an LSTM as a drawing: what is kept, what is written, what is shown."""

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from gradschool.plotting import COLORS, Picture, picture

GATE, CANDIDATE, CELL = COLORS[5], COLORS[3], COLORS[6]


def lstm() -> Picture:
    """One step of an LSTM: the cell's line above, three gates and the candidate below it, the state to the right."""
    figure, (axes,) = picture(width=8.4, height=3.9)
    axes.set_axis_off()
    _arrow(axes, (0.2, 3.0), (2.05, 3.0), 2.2)
    _arrow(axes, (2.35, 3.0), (3.95, 3.0), 2.2)
    _arrow(axes, (4.25, 3.0), (8.0, 3.0), 2.2)
    axes.text(0.1, 3.0, "$c_{t-1}$", ha="right", va="center", fontsize=12)
    axes.text(8.1, 3.0, "$c_t$", ha="left", va="center", fontsize=12)
    for at, sign in (((2.2, 3.0), "×"), ((4.1, 3.0), "+"), ((4.1, 2.1), "×"), ((6.4, 1.5), "×")):
        axes.add_patch(Circle(at, 0.17, facecolor="white", edgecolor="black", zorder=3))
        axes.text(*at, sign, ha="center", va="center", zorder=4)
    boxes = ((2.2, "σ", "f  forget", GATE), (3.4, "σ", "i  input", GATE), (4.8, "tanh", "g  candidate", CANDIDATE))
    for x, function, name, color in (*boxes, (6.0, "σ", "o  output", GATE)):
        axes.add_patch(Rectangle((x - 0.38, 0.75), 0.76, 0.42, facecolor=color, edgecolor="black"))
        axes.text(x, 0.96, function, ha="center", va="center")
        axes.text(x, 0.42, name, ha="center", va="top", fontsize=9)
        _arrow(axes, (x, 0.45), (x, 0.75))
    _arrow(axes, (2.2, 1.17), (2.2, 2.83))
    _arrow(axes, (3.4, 1.17), (3.97, 2.0))
    _arrow(axes, (4.8, 1.17), (4.23, 2.0))
    _arrow(axes, (4.1, 2.27), (4.1, 2.83))
    _arrow(axes, (6.0, 1.17), (6.3, 1.36))
    axes.add_patch(Rectangle((6.05, 2.05), 0.7, 0.4, facecolor=CELL, edgecolor="black"))
    axes.text(6.4, 2.25, "tanh", ha="center", va="center")
    _arrow(axes, (6.4, 3.0), (6.4, 2.45))
    _arrow(axes, (6.4, 2.05), (6.4, 1.67))
    _arrow(axes, (6.57, 1.5), (8.0, 1.5), 2.2)
    axes.text(8.1, 1.5, "$h_t$", ha="left", va="center", fontsize=12)
    axes.text(
        4.1, -0.05, "each of the four boxes reads $x_t$ and $h_{t-1}$ with weights of its own", ha="center", va="center"
    )
    axes.set(xlim=(-0.5, 8.6), ylim=(-0.3, 3.4))
    figure.alt = (
        "an LSTM: along the upper line the cell is multiplied by the forget gate, and what is added to it is the input "
        "gate times the candidate; the output gate multiplies the tanh of the cell and makes the state"
    )
    return figure


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], width: float = 1.2) -> None:
    arrow = FancyArrowPatch(
        start, end, arrowstyle="-|>", mutation_scale=12, shrinkA=0, shrinkB=0, color="black", linewidth=width
    )
    axes.add_patch(arrow)
