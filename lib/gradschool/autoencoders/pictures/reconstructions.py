"""Images and what became of them, row under row."""

from collections.abc import Mapping

from jaxtyping import Float
from torch import Tensor

from gradschool.plotting import Picture, picture


def image_rows(rows: Mapping[str, Float[Tensor, "images height width"]], title: str = "", alt: str = "") -> Picture:
    """One row of grey images for each name, the same sample in the same column; values are cut off at 0 and 1.

    Raises:
        ValueError: no rows, or rows of different length.
    """
    lengths = {len(images) for images in rows.values()}
    if len(lengths) != 1:
        raise ValueError(f"expected rows of one length; got {sorted(lengths)}")
    columns = lengths.pop()
    figure, panels = picture(len(rows), columns, width=0.85, height=0.85)
    for row, (name, images) in enumerate(rows.items()):
        for column, image in enumerate(images.detach().cpu()):
            axes = panels[row * columns + column]
            axes.imshow(image.numpy(), cmap="gray", vmin=0, vmax=1)
            axes.set(xticks=[], yticks=[])
            axes.grid(False)
            for spine in axes.spines.values():
                spine.set_visible(False)
        panels[row * columns].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
    figure.suptitle(title, fontsize="medium")
    figure.alt = alt or f"{title + ': ' if title else ''}{columns} images in each row: {', '.join(rows)}"
    return figure
