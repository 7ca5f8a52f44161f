"""Pictures of this unit alone."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from gradschool.feedforward.gradients import two_layer_forward
from gradschool.feedforward.surfaces import Surface
from gradschool.plotting import COLORS, MARKERS, Picture, decision_region, picture


def descent(
    surface: Surface, paths: Mapping[str, Float[Tensor, "points 2"]], title: str = "", alt: str = ""
) -> Picture:
    """Height lines of a surface with the paths that optimizers took on it, and beside them the loss at each step.

    A path that leaves the view, or becomes infinite, is drawn as far as it can be seen.
    """
    figure, (plane, losses) = picture(columns=2, width=4.2, height=3.6)
    low, high = surface.view
    axis = np.linspace(low, high, 200)
    grid = torch.from_numpy(np.stack(np.meshgrid(axis, axis), axis=-1))  # (200, 200, 2), the last axis is (x, y)
    height = surface.loss(grid).numpy()
    levels = height.min() + (height.max() - height.min()) * np.linspace(0, 1, 16) ** 2
    plane.contour(axis, axis, height, levels=np.unique(levels), cmap="Greys", linewidths=0.8)
    plane.plot(*surface.minimum, marker="*", markersize=13, color="black", linestyle="none")
    ends = []
    for i, (name, path) in enumerate(paths.items()):
        color, marker = COLORS[i % len(COLORS)], MARKERS[i % len(MARKERS)]
        points, loss = path.double().clone().numpy(), surface.loss(path).double().clone().numpy()
        ends.append(f"{name} ends at loss {loss[-1]:.2g}")
        points[abs(points) > 100 * high] = np.nan  # far outside, where matplotlib would overflow
        loss[~(loss < 100 * height.max())] = np.nan
        plane.plot(*points.T, color=color, marker=marker, markersize=3, linestyle="-", linewidth=1)
        losses.plot(loss, color=color, marker=marker, markersize=3, markevery=max(1, len(loss) // 10), label=name)
    plane.set(xlim=(low, high), ylim=(low, high), xlabel="$x$", ylabel="$y$", title=title)
    losses.set(xlabel="step", ylabel="loss", ylim=(0, height.max()))
    losses.set_yscale("symlog", linthresh=1e-4)
    losses.legend(fontsize="small")
    steps = max(len(path) for path in paths.values()) - 1
    figure.alt = alt or f"{title + ': ' if title else ''}{'; '.join(ends)} after {steps} steps"
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
