"""Pictures of a DCGAN: digits as it learns to draw them, and their nearest neighbours."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
from jaxtyping import Float
from torch import Tensor

from gradschool.plotting import COLORS, DASHES, STYLE, Picture, picture


def rows_of_images(
    rows: Mapping[str, Float[Tensor, "images 1 height width"]], size: float = 0.7, alt: str = ""
) -> Picture:
    """One row of images for each name, grey values from -1 to 1; the name stands on the left."""
    count = max(len(images) for images in rows.values())
    figure, panels = picture(len(rows), count, width=size, height=size)
    for axes in panels:
        axes.set_axis_off()
    for i, (name, images) in enumerate(rows.items()):
        for axes, image in zip(panels[i * count :], images[:count], strict=False):
            axes.imshow(image[0].detach().double().numpy(), cmap="gray", vmin=-1, vmax=1)
        first = panels[i * count]
        first.text(-0.15, 0.5, name, transform=first.transAxes, ha="right", va="center", fontsize=9)
    figure.alt = alt or f"rows of {count} images: {', '.join(rows)}"
    return figure


def distances(runs: Sequence[Sequence[tuple[int, float]]], levels: Mapping[str, float], alt: str = "") -> Picture:
    """A distance against the epoch, one line for each seed, and levels to compare it with, on a logarithmic axis.

    Args:
        runs: for each seed a list of (epoch, distance).
        levels: by name, distances of things that were not trained.
    """
    figure, (axes,) = picture(width=6.4, height=3.4)
    with mpl.rc_context(STYLE):
        for j, run in enumerate(runs):
            epochs, values = zip(*run, strict=True)
            axes.plot(epochs, values, color=COLORS[0], linestyle="-", marker="o", markersize=3, linewidth=1)
            if j == 0:
                axes.lines[-1].set_label(f"DCGAN, {len(runs)} seeds")
        for i, (name, level) in enumerate(levels.items()):
            axes.axhline(level, color=COLORS[1 + i], linestyle=DASHES[1 + i], linewidth=1.4, label=name)
        axes.set(xlabel="epoch", ylabel="Fréchet distance (squared)", yscale="log")
        figure.legend(loc="outside right upper", fontsize="small", frameon=False)
    told = "; ".join(f"{name} {level:.2g}" for name, level in levels.items())
    starts, ends = sorted(r[0][1] for r in runs), sorted(r[-1][1] for r in runs)
    span = f"from {starts[0]:.2g} to {starts[-1]:.2g} down to {ends[0]:.2g} to {ends[-1]:.2g}"
    figure.alt = alt or f"Fréchet distance over training: {span} over {len(runs)} seeds; {told}"
    return figure


def yardsticks(
    runs: Sequence[Sequence[tuple[int, float, float]]], levels: Mapping[str, tuple[float, float]], alt: str = ""
) -> Picture:
    """Two judges of the same drawings against the epoch: a distance (logarithmic), and a share of images in %.

    Args:
        runs: for each seed a list of (epoch, distance, share).
        levels: by name, distance and share of images that were not trained.
    """
    figure, panels = picture(columns=2, width=4.2)
    told = []
    with mpl.rc_context(STYLE):
        for column, (axes, what) in enumerate(zip(panels, ("Fréchet distance", "sure of its class, %"), strict=True)):
            for j, run in enumerate(runs):
                label = f"DCGAN, {len(runs)} seeds" if j == 0 else None
                epochs, values = [look[0] for look in run], [look[1 + column] for look in run]
                axes.plot(epochs, values, color=COLORS[0], linestyle="-", linewidth=1, label=label)
            for i, (name, both) in enumerate(levels.items()):
                axes.axhline(both[column], color=COLORS[1 + i], linestyle=DASHES[1 + i], linewidth=1.4, label=name)
            axes.set(xlabel="epoch", ylabel=what, yscale="linear" if column else "log")
            ends = sorted(run[-1][1 + column] for run in runs)
            beside = ", ".join(f"{name} {both[column]:.2g}" for name, both in levels.items())
            told.append(f"{what}: {ends[0]:.2g} to {ends[-1]:.2g} at the end ({beside})")
        figure.legend(
            handles=panels[0].get_legend_handles_labels()[0], loc="outside upper right", ncols=3, frameon=False
        )
    figure.alt = alt or "; ".join(told)
    return figure
