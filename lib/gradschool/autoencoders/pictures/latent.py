"""Pictures of a plane of codes: where the samples lie in it, and what the decoder draws at each place."""

from collections.abc import Callable, Mapping

import matplotlib as mpl
import numpy as np
import torch
from jaxtyping import Float, Integer
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from torch import Tensor
from torch.nn import functional as F

from gradschool.plotting import COLORS, STYLE, Picture, picture

Decode = Callable[[Float[Tensor, "batch 2"]], Float[Tensor, "batch pixels"]]


def codes_in_plane(
    panels: Mapping[str, Float[Tensor, "samples 2"]], y: Integer[Tensor, " samples"], prior: float = 0.0
) -> Picture:
    """One panel for each name: every sample's class, written where its code lies.

    Args:
        panels: codes by title.
        y: classes from 0 to 9.
        prior: radius of a circle around the origin, drawn where it is not 0: what the unit Gaussian covers.
    """
    figure, axes = picture(columns=len(panels), width=4.2, height=4.0)
    with mpl.rc_context(STYLE):
        for panel, (title, codes) in zip(axes, panels.items(), strict=True):
            for (across, up), label in zip(codes.tolist(), y.tolist(), strict=True):
                color = COLORS[label % len(COLORS)]
                panel.text(across, up, str(label), color=color, fontsize=7, ha="center", va="center", clip_on=True)
            middle, half = (codes.amin(0) + codes.amax(0)) / 2, float((codes.amax(0) - codes.amin(0)).max()) / 2 + 0.3
            (left, bottom), (right, top) = (middle - half).tolist(), (middle + half).tolist()
            panel.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
            if prior:
                panel.add_patch(Circle((0, 0), prior, fill=False, color="black", linestyle="--"))
            panel.set(title=title, xlabel="$z_1$", ylabel="$z_2$")
    told = (f"{title}, spread {c.std(dim=0).mean():.2g}" for title, c in panels.items())
    figure.alt = f"codes of {len(y)} digits in the plane: {'; '.join(told)}"
    return figure


def decoded_plane(decode: Decode, reach: float, size: tuple[int, int], many: int = 9) -> Float[Tensor, "rows columns"]:
    """What the decoder draws at the points of a grid over [-reach, reach]², framed, as one large image, z₂ upwards."""
    at = torch.linspace(-reach, reach, many, dtype=torch.float64)
    grid = torch.stack(torch.meshgrid(at, at.flip(0), indexing="xy"), dim=-1)  # (many, many, 2), top row first
    with torch.no_grad():
        images = decode(grid.reshape(-1, 2)).reshape(many, many, *size)
    framed = F.pad(images, (1, 1, 1, 1), value=0.5).permute(0, 2, 1, 3)
    return framed.reshape(many * (size[0] + 2), many * (size[1] + 2))


def latent_plane(
    decode: Decode,
    plane: Float[Tensor, "rows columns"],
    at: tuple[float, float],
    reach: float,
    size: tuple[int, int] = (8, 8),
    title: str = "",
) -> Picture:
    """The whole plane as images on a grid with one place marked, and what the decoder draws there.

    Args:
        decode: codes → grey values.
        plane: of `decoded_plane`, with the same `reach`.
        at: the place, (z₁, z₂).
    """
    figure, (whole, one) = picture(columns=2, width=4.6, height=4.4)
    step = reach / (plane.shape[0] // (size[0] + 2) - 1)  # the outermost images are centred on the border
    edge = reach + step
    with torch.no_grad():
        image = decode(torch.tensor([at], dtype=torch.float64)).reshape(size)
    _grey(whole, plane.numpy(), (-edge, edge, -edge, edge))
    whole.plot(*at, marker="o", markersize=30, markerfacecolor="none", markeredgecolor=COLORS[1], markeredgewidth=2.5)
    whole.set(xlabel="$z_1$", ylabel="$z_2$", title=title or "the plane")
    _grey(one, image.numpy(), None)
    one.set(xticks=[], yticks=[], title=f"decoded at ({at[0]:.2g}, {at[1]:.2g})")
    ink = image.mean().item()
    where = f"decoded at ({at[0]:.2g}, {at[1]:.2g}), mean grey value {ink:.2f}"
    figure.alt = f"{title + ': ' if title else ''}the plane of codes from {-reach:g} to {reach:g} as images; {where}"
    return figure


def _grey(axes: Axes, image: np.ndarray, extent: tuple[float, float, float, float] | None) -> None:
    axes.imshow(image, cmap="gray", vmin=0, vmax=1, extent=extent, interpolation="nearest")
    axes.grid(visible=False)
