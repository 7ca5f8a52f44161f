"""What the units of a code look at, and how active they are."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from matplotlib.ticker import PercentFormatter
from torch import Tensor

from gradschool.plotting import COLORS, Picture, picture


def filters(
    weights: Mapping[str, Float[Tensor, "units pixels"]], side: int, shown: int = 20, columns: int = 5, alt: str = ""
) -> Picture:
    """The first units' weights as images of side × side pixels, a panel for each name: blue below 0, red above.

    Each unit is drawn at its own scale: the picture shows shapes, not sizes.

    Raises:
        ValueError: units that have not side · side weights.
    """
    figure, panels = picture(
        columns=len(weights), width=0.42 * columns + 0.15, height=0.42 * -(-shown // columns) + 0.4
    )
    for axes, (name, w) in zip(panels, weights.items(), strict=True):
        if w.shape[1] != side * side:
            raise ValueError(f"{name}: expected {side * side} weights for each unit; got {w.shape[1]}")
        axes.imshow(_sheet(w, side, shown, columns), cmap="RdBu_r", vmin=-1, vmax=1)
        axes.set_title(name, fontsize=9)
        axes.set_axis_off()
    figure.alt = alt or f"weights of {shown} units each: {', '.join(weights)}"
    return figure


def _sheet(w: Tensor, side: int, shown: int, columns: int) -> np.ndarray:
    """Units in rows and columns with a line of background between them."""
    rows = -(-shown // columns)
    sheet = np.full((rows * (side + 1) - 1, columns * (side + 1) - 1), np.nan)
    for i, unit in enumerate(w.detach().cpu().double()[:shown]):
        top, left = (i // columns) * (side + 1), (i % columns) * (side + 1)
        scaled = unit / unit.abs().max().clamp(min=1e-12)
        sheet[top : top + side, left : left + side] = scaled.reshape(side, side).numpy()
    return sheet


def activation_histograms(
    codes: Mapping[str, Float[Tensor, "samples units"]], columns: int = 4, alt: str = ""
) -> Picture:
    """How often a unit of a sigmoid code is how active: one panel for each name, with the mean activation."""
    columns = min(columns, len(codes))
    figure, panels = picture(-(-len(codes) // columns), columns, width=2.3, height=2.2, sharey=True)
    for empty in panels[len(codes) :]:
        empty.set_axis_off()
    told = []
    for i, (axes, (name, h)) in enumerate(zip(panels, codes.items(), strict=False)):
        values = h.detach().cpu().flatten().numpy()
        axes.hist(values, bins=20, range=(0, 1), weights=np.full(len(values), 1 / len(values)), color=COLORS[0])
        axes.axvline(values.mean(), color=COLORS[1], linestyle="--")
        axes.set(xlim=(0, 1), xlabel="activation")
        axes.set_title(name, fontsize=9)
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        if i % columns == 0:
            axes.set_ylabel("share of activations")
        told.append(f"{name} {values.mean():.2f}")
    figure.alt = alt or f"histograms of activations; means, dashed: {', '.join(told)}"
    return figure
