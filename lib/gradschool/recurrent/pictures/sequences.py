"""Drawings of networks over time: the loop unfolded, the shapes of sequence learning, a padded batch."""

from collections.abc import Mapping, Sequence

from jaxtyping import Bool
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle
from torch import Tensor

from gradschool.plotting import COLORS, DASHES, MARKERS, Picture, picture

INPUT, STATE, OUTPUT = COLORS[6], COLORS[5], COLORS[3]


def unfolded(steps: int = 4) -> Picture:
    """A recurrent network as a loop, and the same network unfolded over time: one set of weights, used at every step.

    Raises:
        ValueError: fewer than two steps.
    """
    if steps < 2:
        raise ValueError(f"unfolded over two steps at least; got {steps}")
    figure, (axes,) = picture(width=1.5 * steps + 2.6, height=3.0)
    _bare(axes)
    _column(axes, 0.0, ("$x$", "$h$", "$y$"))
    loop = FancyArrowPatch(
        (0.2, 1.2),
        (0.2, 0.8),
        connectionstyle="arc3,rad=-2.2",
        arrowstyle="-|>",
        mutation_scale=14,
        shrinkA=0,
        shrinkB=0,
    )
    loop.set_fill(False)
    axes.add_patch(loop)
    axes.text(0.75, 1.0, "$W_{hh}$", va="center")
    axes.text(1.75, 1.0, "=", fontsize=16, ha="center", va="center")
    left = 2.7
    axes.text(left - 0.55, 1.0, "$h_0$", ha="right", va="center")
    _arrow(axes, (left - 0.5, 1.0), (left + 0.2, 1.0))
    for t in range(1, steps + 1):
        at = left + 0.5 + 1.5 * (t - 1)
        _column(axes, at, (f"$x_{{{t}}}$", f"$h_{{{t}}}$", f"$y_{{{t}}}$"))
        if t < steps:
            _arrow(axes, (at + 0.3, 1.0), (at + 1.2, 1.0))
            axes.text(at + 0.75, 1.12, "$W_{hh}$", ha="center", va="bottom")
    axes.set(xlim=(-0.5, left + 0.5 + 1.5 * (steps - 1) + 0.5), ylim=(-0.45, 2.45))
    figure.alt = (
        f"a recurrent network as a loop, and unfolded over {steps} steps: each state is made of its input and of the "
        "state before, with the same weights at every step"
    )
    return figure


def _column(axes: Axes, at: float, names: Sequence[str]) -> None:
    """Input, state and output of one step, from below."""
    for row, (name, color) in enumerate(zip(names, (INPUT, STATE, OUTPUT), strict=True)):
        axes.add_patch(Circle((at, row), 0.28, facecolor=color, edgecolor="black"))
        axes.text(at, row, name, ha="center", va="center")
    _arrow(axes, (at, 0.28), (at, 0.72))
    _arrow(axes, (at, 1.28), (at, 1.72))
    axes.text(at + 0.06, 0.5, "$W_{ih}$", ha="left", va="center")


#: Steps at which something goes in, and steps at which something is asked, for each shape of sequence learning.
SHAPES: Mapping[str, tuple[str, str]] = {
    "one to one": ("1", "1"),
    "one to many": ("1000", "1111"),
    "many to one": ("1111", "0001"),
    "many to many,\naligned": ("1111", "1111"),
    "many to many,\nunaligned": ("111000", "000111"),
}


def five_shapes() -> Picture:
    """Five shapes of sequence learning as one network, with inputs and questions at different steps."""
    columns = [max(len(inputs), 2) for inputs, _ in SHAPES.values()]
    figure, panels = picture(columns=len(SHAPES), width=2.1, height=2.3, gridspec_kw={"width_ratios": columns})
    for axes, (name, (inputs, outputs)) in zip(panels, SHAPES.items(), strict=True):
        _bare(axes)
        for t, (goes_in, asked) in enumerate(zip(inputs, outputs, strict=True)):
            axes.add_patch(Rectangle((t - 0.3, 0.7), 0.6, 0.6, facecolor=STATE, edgecolor="black"))
            if t + 1 < len(inputs):
                _arrow(axes, (t + 0.3, 1.0), (t + 0.7, 1.0), size=8)
            for present, row, color, ends in ((goes_in, 0, INPUT, (0.3, 0.7)), (asked, 2, OUTPUT, (1.3, 1.7))):
                if present == "1":
                    axes.add_patch(Rectangle((t - 0.3, row - 0.3), 0.6, 0.6, facecolor=color, edgecolor="black"))
                    _arrow(axes, (t, ends[0]), (t, ends[1]), size=8)
        spare = max(0, 2 - len(inputs)) / 2
        axes.set(xlim=(-0.6 - spare, len(inputs) - 0.4 + spare), ylim=(-0.5, 2.5))
        axes.set_title(name, fontsize=9)
    named = "; ".join(f"{name.replace(chr(10), ' ')}: in {i}, out {o}" for name, (i, o) in SHAPES.items())
    figure.alt = f"five shapes of sequence learning, a 1 for each step with an input or an output: {named}"
    return figure


def padded(tokens: Sequence[Sequence[str]], mask: Bool[Tensor, "batch time"]) -> Picture:
    """A batch of sequences as rows of cells, the padding in grey.

    Args:
        tokens: what is written into the cells; the padding too.
        mask: True where a real token stands.
    """
    rows, columns = mask.shape
    figure, (axes,) = picture(width=min(0.95 * columns + 0.6, 12.0), height=0.42 * rows + 0.5)
    _bare(axes)
    for row in range(rows):
        for column in range(columns):
            real = bool(mask[row, column])
            place = (column, rows - 1 - row)
            axes.add_patch(
                Rectangle(place, 0.96, 0.9, facecolor=INPUT if real else "0.88", edgecolor="white", alpha=0.75)
            )
            axes.text(
                place[0] + 0.48, place[1] + 0.45, tokens[row][column], ha="center", va="center", fontsize=9,
                color="black" if real else "0.45",
            )  # fmt: skip
    axes.set(xlim=(-0.05, columns + 0.05), ylim=(-0.1, rows + 0.1))
    share = 1 - mask.double().mean().item()
    figure.alt = f"{rows} sequences in {columns} columns, {share:.0%} of the cells padding"
    return figure


def tradeoff(points: Mapping[str, tuple[float, float]], xlabel: str, ylabel: str, alt: str) -> Picture:
    """One named point for each way to cut a text, on logarithmic axes."""
    figure, (axes,) = picture(width=5.6, height=3.6)
    xs, ys = zip(*points.values(), strict=True)
    axes.plot(xs, ys, color="0.6", linestyle=DASHES[0], linewidth=1, zorder=1)
    for i, (name, (x, y)) in enumerate(points.items()):
        axes.plot(x, y, MARKERS[i % len(MARKERS)], color=COLORS[i % len(COLORS)], markersize=8, zorder=2)
        axes.annotate(name, (x, y), (6, 6), textcoords="offset points", fontsize=9)
    axes.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel)
    axes.margins(x=0.2, y=0.2)
    axes.minorticks_off()
    figure.alt = alt
    return figure


def _bare(axes: Axes) -> None:
    axes.set_axis_off()


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], size: float = 12) -> None:
    axes.add_patch(
        FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=size, shrinkA=0, shrinkB=0, color="black")
    )
