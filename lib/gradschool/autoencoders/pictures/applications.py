"""Pictures of applications: what is gained at which price, scores with a threshold, images in rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from gradschool.plotting import COLORS, DASHES, MARKERS, STYLE, Picture, picture
from gradschool.training import Spread


def against(
    curves: Mapping[str, Mapping[int, Spread]], xlabel: str, ylabel: str, title: str = "", alt: str = ""
) -> Picture:
    """One line of means for each name, with bars from the least to the greatest of the seeds; a logarithmic x axis.

    Args:
        curves: by name, what was measured at each x.
    """
    figure, (axes,) = picture(width=6.2, height=3.6)
    with mpl.rc_context(STYLE):
        for i, (name, points) in enumerate(curves.items()):
            x, means = list(points), [s.mean for s in points.values()]
            bars = [
                [s.mean - min(s.values) for s in points.values()],
                [max(s.values) - s.mean for s in points.values()],
            ]
            style: dict[str, Any] = {"color": COLORS[i % len(COLORS)], "marker": MARKERS[i], "linestyle": DASHES[i]}
            axes.errorbar(x, means, yerr=bars, capsize=3, label=name, **style)
        ticks = sorted({x for points in curves.values() for x in points})
        axes.set(xscale="log", xlabel=xlabel, ylabel=ylabel, title=title)
        axes.set_xticks(ticks, [str(t) for t in ticks])
        axes.minorticks_off()
        axes.legend(fontsize="small")
    told = "; ".join(f"{n} from {_ends(points)}" for n, points in curves.items())
    figure.alt = alt or f"{title + ': ' if title else ''}{ylabel} against {xlabel}: {told}"
    return figure


def _ends(points: Mapping[int, Spread]) -> str:
    (first, a), *_, (last, b) = points.items()
    return f"{a.mean:.3g} at {first} to {b.mean:.3g} at {last}"


def roc_curves(curves: Mapping[str, Float[Tensor, " samples"]], positive: Bool[Tensor, " samples"]) -> Picture:
    """Hits against false alarms, for every threshold of each score; the diagonal is what chance gives.

    Args:
        curves: scores by name, higher for positive samples.
        positive: which samples are.
    """
    figure, (axes,) = picture(width=4.6, height=4.2)
    told = []
    with mpl.rc_context(STYLE):
        axes.plot([0, 1], [0, 1], color="0.6", linestyle=":", label="chance")
        for i, (name, scores) in enumerate(curves.items()):
            levels = torch.cat([torch.unique(scores).flip(0), scores.new_tensor([-torch.inf])])
            alarms, hits = (
                torch.cat([torch.zeros(1), (scores[kind].unsqueeze(1) >= levels).float().mean(dim=0)])
                for kind in (~positive, positive)
            )
            style: dict[str, Any] = {"color": COLORS[i], "linestyle": DASHES[i]}
            axes.plot(alarms.numpy(), hits.numpy(), label=name, **style)
            told.append(f"{name} finds {hits[alarms <= 0.05].max():.0%}")
        axes.set(xlabel="false alarms: share of normal samples", ylabel="hits: share of anomalies")
        axes.set_aspect("equal")
        axes.legend(fontsize="small", loc="lower right")
    figure.alt = f"hits against false alarms; at 5 % of false alarms {', '.join(told)}"
    return figure


def score_histogram(
    normal: Float[Tensor, " n"], anomalous: Float[Tensor, " m"], threshold: float, xlabel: str = "score"
) -> Picture:
    """How the scores of both kinds are distributed, and where the threshold cuts."""
    figure, (axes,) = picture(width=5.6, height=3.0)
    top = float(torch.cat([normal, anomalous]).max())
    bins = torch.linspace(0, top, 40).tolist()
    with mpl.rc_context(STYLE):
        for scores, name, color, hatch in (
            (normal, "normal", COLORS[0], ""),
            (anomalous, "anomalous", COLORS[1], "///"),
        ):
            axes.hist(
                scores.numpy(), bins, density=True, alpha=0.55, color=color, hatch=hatch, edgecolor=color, label=name
            )
        axes.axvline(threshold, color="black", linestyle="--", label="threshold")
        axes.set(xlabel=xlabel, ylabel="density")
        axes.legend(fontsize="small")
    shares = [(s > threshold).double().mean().item() for s in (normal, anomalous)]
    figure.alt = (
        f"distribution of {xlabel}: above the threshold {threshold:.3g} lie {shares[0]:.0%} of the normal samples "
        f"and {shares[1]:.0%} of the anomalies"
    )
    return figure


def image_row(panels: Mapping[str, Sequence[Float[Tensor, "height width"]]], height: float = 0.85) -> Picture:
    """Small grey images of one size, a row for each name, values cut to 0 … 1; `height` in inches is one row's."""
    columns = max(len(images) for images in panels.values())
    tall, wide = next(iter(panels.values()))[0].shape
    gap = max(1, wide // 6)
    width = min(9.5, 0.8 * height * columns * (wide + gap) / tall)
    figure, axes = picture(len(panels), width=width, height=height)
    for panel, (name, images) in zip(axes, panels.items(), strict=True):
        strip = torch.full((tall, columns * (wide + gap) - gap), torch.nan)  # what is not a number stays white
        for i, image in enumerate(images):
            strip[:, i * (wide + gap) : i * (wide + gap) + wide] = image.detach().clamp(0, 1)
        panel.imshow(strip.numpy(), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        panel.set_axis_off()
        panel.set_title(name, fontsize=9, loc="left")
    figure.alt = f"images of {tall}×{wide} pixels: {', '.join(panels)}"
    return figure


def side_by_side(images: Mapping[str, Float[Tensor, "height width"]], height: float = 2.4) -> Picture:
    """Larger grey images with their names above them, values cut to 0 … 1."""
    tall, wide = next(iter(images.values())).shape
    figure, axes = picture(columns=len(images), width=height * wide / tall, height=height + 0.3)
    for panel, (name, image) in zip(axes, images.items(), strict=True):
        panel.imshow(image.detach().clamp(0, 1).numpy(), cmap="gray", vmin=0, vmax=1)
        panel.set_axis_off()
        panel.set_title(name)
    figure.alt = f"images of {tall}×{wide} pixels side by side: {', '.join(images)}"
    return figure
