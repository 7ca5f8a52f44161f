"""Pictures for AlexNet's lesson: where parameters and products are, curves over a setting, what a score hangs on."""

from collections.abc import Mapping, Sequence

from jaxtyping import Float
from torch import Tensor

from gradschool.plotting import COLORS, DASHES, MARKERS, Picture, picture


def budget(layers: Mapping[str, tuple[float, float]]) -> Picture:
    """For each layer, its share of the parameters and of the products for one image, as bars side by side.

    Args:
        layers: by name, (parameters, products).
    """
    figure, (left, right) = picture(columns=2, width=4.2, height=2.9, sharey=True)
    told = []
    for i, (axes, title) in enumerate(((left, "share of the parameters"), (right, "share of the products"))):
        values = [numbers[i] for numbers in layers.values()]
        shares = [100 * v / sum(values) for v in values]
        axes.barh(range(len(layers)), shares, color=COLORS[i])
        for row, share in enumerate(shares):
            axes.text(share + 1, row, f"{share:.0f}", va="center", fontsize=8)
        axes.set(xlabel="%", title=title, yticks=range(len(layers)), xlim=(0, 1.15 * max(shares)))
        told.append(", ".join(f"{name} {share:.0f} %" for name, share in zip(layers, shares, strict=True)))
    left.set_yticklabels(list(layers))
    left.invert_yaxis()
    figure.alt = f"parameters: {told[0]}; products: {told[1]}"
    return figure


def against(
    x: Sequence[float],
    runs: Mapping[str, Sequence[Sequence[float]]],
    xlabel: str,
    ylabel: str,
    level: tuple[str, float] | None = None,
) -> Picture:
    """Several runs of each competitor against a setting: their mean as a line with marks, the runs as a band.

    Args:
        x: the setting's values.
        runs: for each name one row of values per seed.
        level: name and height of a line to compare with.
    """
    figure, (axes,) = picture(width=5.6, height=3.4)
    told = []
    for i, (name, rows) in enumerate(runs.items()):
        columns = list(zip(*rows, strict=True))
        mean = [sum(c) / len(c) for c in columns]
        axes.fill_between(x, [min(c) for c in columns], [max(c) for c in columns], color=COLORS[i], alpha=0.2)
        axes.plot(x, mean, color=COLORS[i], linestyle=DASHES[i], marker=MARKERS[i], markersize=5, label=name)
        told.append(f"{name} from {mean[0]:.3g} to {mean[-1]:.3g}")
    if level is not None:
        axes.axhline(level[1], color="0.4", linestyle=":", linewidth=1.2, label=level[0])
    axes.set(xlabel=xlabel, ylabel=ylabel, xticks=list(x))
    axes.legend(fontsize="small")
    figure.alt = f"{ylabel} against {xlabel}: {'; '.join(told)}"
    return figure


def beside(
    images: Float[Tensor, "samples 3 height width"], maps: Float[Tensor, "samples height width"], titles: Sequence[str]
) -> Picture:
    """Colour images in the upper row, under each a map of the same size, from 0 (dark) to its own largest value."""
    figure, panels = picture(2, len(images), width=1.25, height=1.35)
    for axes in panels:
        axes.set_axis_off()
    for i, (image, shown) in enumerate(zip(images, maps, strict=True)):
        panels[i].imshow(image.permute(1, 2, 0).clamp(0, 1).numpy())
        panels[i].set_title(titles[i], fontsize=8)
        panels[len(images) + i].imshow(shown.numpy(), cmap="inferno")
    figure.alt = f"{len(images)} images, and under each its saliency: {', '.join(titles)}"
    return figure
