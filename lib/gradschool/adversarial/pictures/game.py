"""Pictures of the game in one and two dimensions: densities, fields, samples, and how they change."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from gradschool.plotting import COLORS, DASHES, STYLE, Picture, picture

Logits = Callable[[Float[Tensor, "points 2"]], Float[Tensor, " points"]]


class Frame(NamedTuple):
    """A moment of a game in the plane."""

    step: int
    samples: Float[Tensor, "samples 2"]
    field: Float[Tensor, "rows columns"]  # D(x) on a square grid, rows from below


def grid(reach: float, points: int) -> Float[Tensor, "all 2"]:
    """The points of a square grid from -reach to reach, row by row from below."""
    axis = torch.linspace(-reach, reach, points, dtype=torch.float64)
    up, across = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack([across, up], dim=-1).reshape(-1, 2)


def frame(
    step: int, samples: Float[Tensor, "samples 2"], logits: Logits, reach: float = 1.6, points: int = 60
) -> Frame:
    """Keep the samples and the discriminator's field of this moment."""
    with torch.no_grad():
        d = torch.sigmoid(logits(grid(reach, points).to(samples)))
    return Frame(step, samples.detach().clone(), d.reshape(points, points))


def film(
    frames: Sequence[Frame],
    real: Float[Tensor, "real 2"],
    titles: Sequence[str] = (),
    reach: float = 1.6,
    width: float = 2.1,
    alt: str = "",
) -> Picture:
    """One panel for each frame: where the discriminator believes what it sees, and what the generator makes.

    Args:
        frames: moments of one game or of several.
        real: samples of the data, drawn small in every panel.
        titles: one for each frame; its step unless given.
    """
    side = width - 1.4 / len(frames)  # of a square panel, beside the bar of colours
    figure, panels = picture(columns=len(frames), width=width, height=side + 0.95, sharex=True, sharey=True)
    titles = titles or [f"step {f.step}" for f in frames]
    shown = None
    with mpl.rc_context(STYLE):
        for axes, moment, title in zip(panels, frames, titles, strict=True):
            shown = axes.imshow(
                moment.field.numpy(), origin="lower", extent=(-reach, reach, -reach, reach),
                cmap="RdBu_r", vmin=0, vmax=1, alpha=0.65,
            )  # fmt: skip
            axes.plot(*real.T.numpy(), ".", color="black", markersize=2, linestyle="none", label="real")
            axes.plot(
                *moment.samples.T.numpy(), "^", color=COLORS[3], markersize=3, markeredgewidth=0, linestyle="none",
                label="generated",
            )  # fmt: skip
            axes.set(title=title, xlim=(-reach, reach), ylim=(-reach, reach), xlabel="$x_1$")
            axes.grid(False)
        panels[0].set_ylabel("$x_2$")
        if shown is not None:
            figure.colorbar(shown, ax=panels, label="D(x)", pad=0.01)
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper left", ncols=2, fontsize="small", markerscale=2, frameon=False)
    figure.alt = alt or f"samples and the discriminator's field: {', '.join(titles)}"
    return figure


def densities(
    x: Float[Tensor, " points"],
    p: Float[Tensor, " points"],
    q: Float[Tensor, " points"],
    says: Mapping[str, Float[Tensor, " points"]],
    title: str = "",
    alt: str = "",
) -> Picture:
    """Two densities above, and below them what discriminators say between 0 and 1.

    Args:
        x: where they were evaluated.
        p, q: densities of real and of generated samples.
        says: by name, D(x) at each x.
    """
    figure, (above, below) = picture(rows=2, width=5.6, height=1.9, sharex=True)
    with mpl.rc_context(STYLE):
        above.fill_between(x, p, color=COLORS[0], alpha=0.25, linewidth=0)
        above.plot(x, p, color=COLORS[0], linestyle="-", label="real $p$")
        above.plot(x, q, color=COLORS[1], linestyle="--", label="generated $q$")
        above.set(ylabel="density", title=title, ylim=(0, None))
        above.legend(fontsize="small")
        for i, (name, d) in enumerate(says.items()):
            below.plot(x, d, color=COLORS[2 + i], linestyle=DASHES[i], label=name)
        below.axhline(0.5, color="gray", linewidth=0.7, linestyle="-")
        below.set(xlabel="$x$", ylabel="D(x)", ylim=(-0.05, 1.05))
        below.legend(fontsize="small")
    spans = "; ".join(f"{name} from {float(d.min()):.2f} to {float(d.max()):.2f}" for name, d in says.items())
    figure.alt = alt or f"{title + ': ' if title else ''}two densities, and D(x): {spans}"
    return figure


def loss_forms(losses: Mapping[str, Callable[[Tensor], Tensor]], reach: float = 8.0) -> Picture:
    """Losses of a logit on the left, their slopes on the right.

    Args:
        losses: by name, functions of one logit that return a number.
    """
    figure, (left, right) = picture(columns=2, width=4.0)
    z = torch.linspace(-reach, reach, 161, dtype=torch.float64)
    told = []
    with mpl.rc_context(STYLE):
        for name, loss in losses.items():
            at = z.clone().requires_grad_()
            values = torch.stack([loss(one.reshape(1)) for one in at])
            (slope,) = torch.autograd.grad(values.sum(), at)
            left.plot(z, values.detach(), label=name)
            right.plot(z, slope, label=name)
            low, high = float(slope[0]), float(slope[-1])
            told.append(f"{name} has slope {low:.2g} at a logit of {-reach:g} and {high:.2g} at {reach:g}")
        sides = "logit of a generated sample\n← seen through · believed →"
        left.set(xlabel=sides, ylabel="loss")
        right.set(xlabel=sides, ylabel="slope")
        left.legend(fontsize="small")
        right.axhline(0, color="gray", linewidth=0.7, linestyle="-")
        for axes in (left, right):
            axes.axvline(0, color="gray", linewidth=0.7, linestyle="-")
    figure.alt = "; ".join(told)
    return figure


def coverage(runs: Mapping[str, Sequence[Sequence[tuple[int, int, float]]]], modes: int, alt: str = "") -> Picture:
    """Modes covered and share of good samples against the step, one thin line for each seed.

    Args:
        runs: by name, for each seed a list of (step, modes covered, share of good samples).
        modes: how many there are.
    """
    figure, (left, right) = picture(columns=2, width=4.2, height=3.0)
    told = []
    with mpl.rc_context(STYLE):
        for i, (name, seeds) in enumerate(runs.items()):
            for j, run in enumerate(seeds):
                steps, covered, good = np.asarray(run, float).T
                style: Any = {
                    "color": COLORS[i],
                    "linestyle": DASHES[i],
                    "linewidth": 1.2,
                    "label": name if j == 0 else None,
                }
                left.plot(steps, covered + 0.06 * (j - 1), **style)  # a hair apart, or they would cover each other
                right.plot(steps, 100 * good, **style)
            ends = sorted(run[-1][1] for run in seeds)
            told.append(f"{name} ends with {', '.join(map(str, ends))} of {modes} modes")
        left.set(
            xlabel="discriminator's step",
            ylabel="modes covered",
            ylim=(-0.4, modes + 0.4),
            yticks=range(0, modes + 1, 2),
        )
        right.set(xlabel="discriminator's step", ylabel="good samples, %", ylim=(0, 100))
        figure.legend(
            *left.get_legend_handles_labels(),
            loc="outside upper center",
            ncols=len(runs),
            fontsize="small",
            frameon=False,
        )
    figure.alt = alt or "; ".join(told)
    return figure
