"""Pictures of LeNet-5: its layers, what connects them, what a layer sees, what is taken for what."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from jaxtyping import Float, Int
from matplotlib.patches import Rectangle
from torch import Tensor

from gradschool.plotting import COLORS, STYLE, Picture, picture


def stack(shapes: Mapping[str, Sequence[int]]) -> Picture:
    """Layers from left to right, each as a pile of its maps, with the shape beneath.

    The pile's length grows with the root of the number of maps; no more than 24 of them are drawn.

    Args:
        shapes: by name, (maps, height, width) or (units,).
    """
    figure, (axes,) = picture(width=9.5, height=2.6)
    axes.set_axis_off()
    left = 0.0
    for i, (name, shape) in enumerate(shapes.items()):
        maps, height, width = (*shape, 1, 1)[:3] if len(shape) == 1 else shape
        side = 0.35 + height / 16
        drawn, length = min(maps, 24), 0.2 * maps**0.5
        for k in reversed(range(drawn)):
            shift = length * k / drawn
            corner = (left + shift, 0.6 * shift - side / 2)
            wide = 0.35 + width / 16
            axes.add_patch(Rectangle(corner, wide, side, facecolor="white", edgecolor=COLORS[i % 2], linewidth=1.1))
        middle = left + (0.35 + width / 16) / 2
        text = f"{maps}" if len(shape) == 1 else f"{maps} @ {height}×{width}"
        axes.text(middle, -1.55, f"{name}\n{text}", ha="center", va="top", fontsize=8)
        left += 0.35 + width / 16 + length + 0.55
    axes.set(xlim=(-0.3, left - 0.3), ylim=(-2.4, 2.1), aspect="equal")
    figure.alt = "layers from left to right: " + ", ".join(
        f"{name} {'×'.join(map(str, shape))}" for name, shape in shapes.items()
    )
    return figure


def connection_table(table: Sequence[Sequence[int]], below: int = 6) -> Picture:
    """A mark wherever a map of C3 (column) sees a map of S2 (row), as in the paper's table I."""
    figure, (axes,) = picture(width=5.6, height=2.6)
    seen = np.zeros((below, len(table)))
    for column, rows in enumerate(table):
        seen[list(rows), column] = 1
    axes.grid(False)
    axes.imshow(seen, cmap="Blues", vmin=0, vmax=1.6, aspect="auto")
    for row, column in np.argwhere(seen):
        axes.text(column, row, "×", ha="center", va="center", fontsize=9)
    axes.set(xlabel="map of C3", ylabel="map of S2", xticks=range(len(table)), yticks=range(below))
    kernels = int(seen.sum())
    figure.alt = f"connections of {len(table)} maps of C3 with {below} of S2: {kernels} of {below * len(table)}"
    return figure


def feature_maps(
    image: Float[Tensor, "height width"], maps: Float[Tensor, "channels rows columns"], title: str, columns: int = 8
) -> Picture:
    """An image on the left, what a layer makes of it on the right: blue below 0, red above, one scale for all maps."""
    shown = maps[: 4 * columns].detach().cpu()
    columns = min(columns, len(shown))
    rows = -(-len(shown) // columns)
    height = 0.9 * max(rows, 2) + 0.3
    figure = Picture(figsize=(1.9 + 0.9 * columns, height), layout="constrained")
    with mpl.rc_context(STYLE):
        left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=[1.7, 0.9 * columns]).flat
        axes = left.subplots()
        axes.imshow(image.detach().cpu().numpy(), cmap="gray")
        axes.set_axis_off()
        axes.set_title("image", fontsize=8)
        bound = float(shown.abs().max()) or 1.0
        right.suptitle(title, fontsize=9)
        for i, axes in enumerate(right.subplots(rows, columns, squeeze=False).flat):
            axes.set_axis_off()
            if i < len(shown):
                axes.imshow(shown[i].numpy(), cmap="RdBu_r", vmin=-bound, vmax=bound)
    size = "×".join(map(str, shown.shape[1:]))
    figure.alt = f"{title}: {len(shown)} of {len(maps)} maps of {size}, largest magnitude {bound:.2g}"
    return figure


def confusion(counts: Int[Tensor, "classes classes"], title: str = "") -> Picture:
    """A confusion matrix: true classes downwards, predicted ones to the right; the shade is for the mistakes alone."""
    classes = len(counts)
    figure, (axes,) = picture(width=4.6, height=4.2)
    numbers = counts.cpu().numpy()
    mistakes = np.where(np.eye(classes, dtype=bool), 0, numbers)
    axes.grid(False)
    axes.imshow(mistakes, cmap="Oranges", vmin=0, vmax=max(1, 1.5 * mistakes.max()))
    for (row, column), n in np.ndenumerate(numbers):
        if n:
            weight = "normal" if row == column else "bold"
            axes.text(column, row, str(n), ha="center", va="center", fontsize=8, weight=weight)
    axes.set(xlabel="said", ylabel="true class", xticks=range(classes), yticks=range(classes), title=title)
    worst = np.unravel_index(mistakes.argmax(), mistakes.shape)
    right, total = int(np.trace(numbers)), int(numbers.sum())
    most = f"most often {worst[0]} taken for {worst[1]}, {mistakes.max()} times" if mistakes.any() else "no mistakes"
    figure.alt = f"{title + ': ' if title else ''}confusion matrix, {right} of {total} right; {most}"
    return figure


def marked(
    images: Float[Tensor, "samples height width"], titles: Sequence[str], chosen: Sequence[bool], alt: str
) -> Picture:
    """Images in rows of eight; the frame of those that are chosen is thick and in colour."""
    columns = min(8, len(images))
    rows = -(-len(images) // columns)
    figure, panels = picture(rows, columns, width=1.05, height=1.35)
    for axes in panels[len(images) :]:
        axes.set_axis_off()
    for axes, image, title, mark in zip(panels, images, titles, chosen, strict=False):
        axes.grid(False)
        axes.imshow(image.detach().cpu().numpy(), cmap="gray")
        axes.set(xticks=[], yticks=[])
        axes.set_title(title, fontsize=8)
        for spine in axes.spines.values():
            spine.set(visible=mark, color=COLORS[1], linewidth=3)
    figure.alt = alt
    return figure


def saturation(levels: Mapping[str, Float[Tensor, " values"]], alt: str = "") -> Picture:
    """How a layer's activations are spread between -1 and 1, one histogram for each name."""
    figure, panels = picture(columns=len(levels), width=3.2, height=2.4, sharey=True)
    for i, (axes, (name, values)) in enumerate(zip(panels, levels.items(), strict=True)):
        axes.hist(values.flatten().numpy(), bins=np.linspace(-1, 1, 41).tolist(), density=True, color=COLORS[i])
        axes.set(xlabel="activation", title=name)
    panels[0].set_ylabel("density")
    told = "; ".join(f"{n}: {100 * (v.abs() > 0.99).double().mean():.0f} % beyond ±0.99" for n, v in levels.items())
    figure.alt = alt or told
    return figure
