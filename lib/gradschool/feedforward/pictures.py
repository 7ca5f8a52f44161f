"""Pictures of this unit alone."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from gradschool.feedforward.gradients import two_layer_forward
from gradschool.feedforward.surfaces import Surface
from gradschool.plotting import COLORS, MARKERS, STYLE, Picture, decision_region, picture


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
    losses.set(xlabel="step", ylabel="loss", yscale="log", ylim=(1e-6, 2 * height.max()))  # lower ones leave the view
    losses.legend(fontsize="small")
    steps = max(len(path) for path in paths.values()) - 1
    figure.alt = alt or f"{title + ': ' if title else ''}{'; '.join(ends)} after {steps} steps"
    return figure


Curve = tuple[Float[Tensor, " points"], Float[Tensor, "*curves points"]]


def curves_and_points(
    panels: Mapping[str, Curve],
    truth: Curve | None = None,
    points: tuple[Float[Tensor, "samples 1"], Float[Tensor, "samples 1"]] | None = None,
    alt: str = "",
) -> Picture:
    """One panel for each name with its fitted curves, thin where there are several; truth and samples in all of them.

    Args:
        panels: where the curves were evaluated, and their values, one row each.
        truth: the same for what they should be.
        points: samples, inputs and targets.
    """
    figure, axes = picture(columns=len(panels), width=3.2, height=2.8, sharey=True)
    for panel, (name, (x, curves)) in zip(axes, panels.items(), strict=True):
        rows = curves.reshape(-1, len(x))
        if points is not None:
            panel.plot(*(p.flatten().numpy() for p in points), ".", color="gray", label="samples")
        width = 1.8 if len(rows) == 1 else 0.7
        drawn = panel.plot(x.numpy(), rows.T.numpy(), color=COLORS[0], linestyle="-", linewidth=width)
        drawn[0].set_label("fit" if len(rows) == 1 else f"{len(rows)} fits")
        if truth is not None:
            panel.plot(truth[0].numpy(), truth[1].numpy(), color=COLORS[1], linestyle="--", label="truth")
        panel.set(title=name, xlabel="$x$")
    axes[0].set_ylabel("$y$")
    if truth is not None:  # a fit that runs off is cut, so that the others can be seen
        seen = truth[1].flatten() if points is None else torch.cat([truth[1].flatten(), points[1].flatten()])
        low, high = float(seen.min()), float(seen.max())
        margin = (high - low) * (1.0 if points is None else 0.1)
        axes[0].set_ylim(low - margin, high + margin)
    axes[0].legend(fontsize="small")
    figure.alt = alt or f"fitted curves beside the truth: {', '.join(panels)}"
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


def race(runs: Mapping[str, Sequence[Sequence[float]]], title: str = "", smooth: int = 50, alt: str = "") -> Picture:
    """Losses of several competitors, each run several times from other seeds: the courses, and how they ended.

    Args:
        runs: for each name one list of losses per seed, all of one length.
        smooth: a point of the curves is the mean of so many steps up to it; the ends are means of the last so many.
    """
    figure, (courses, ends) = picture(columns=2, width=5.0, height=3.8)
    told = []
    with mpl.rc_context(STYLE):
        for i, (name, losses) in enumerate(runs.items()):
            raw = np.asarray(losses, float)  # (seeds, steps)
            window = min(smooth, raw.shape[1])
            means = np.lib.stride_tricks.sliding_window_view(raw, window, axis=1).mean(axis=-1)
            steps = np.arange(window, raw.shape[1] + 1)
            color, marker = COLORS[i % len(COLORS)], MARKERS[i % len(MARKERS)]
            (line,) = courses.plot(steps, means[0], "-", color=color, label=name)
            line.set(marker=marker, markersize=5, markevery=(i * 5, 40))
            ends.plot(means[:, -1], [i] * len(means), marker, color=color, markersize=8, linestyle="none")
            told.append(f"{name} ends at {means[:, -1].min():.2g} to {means[:, -1].max():.2g}")
        courses.set(xlabel="step", ylabel=f"loss, mean of {smooth} steps", yscale="log", title="one seed")
        courses.legend(fontsize="small", ncols=2)
        ends.set(xlabel=f"loss in the last {smooth} steps", xlim=(0, None), title="every seed", yticks=range(len(runs)))
        ends.set_yticklabels(list(runs))
        ends.invert_yaxis()
        figure.suptitle(title, fontsize="medium")
    figure.alt = alt or f"{title + ': ' if title else ''}{'; '.join(told)}"
    return figure
