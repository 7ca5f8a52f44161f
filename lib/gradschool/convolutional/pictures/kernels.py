"""Pictures of kernels at work: on a window, along an axis, through a stack of layers."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from torch import Tensor

from gradschool.convolutional.convolution import conv_output_size, correlate2d
from gradschool.plotting import COLORS, STYLE, Picture, picture


def window_at(
    image: Float[Tensor, "height width"], kernel: Float[Tensor, "kernel_height kernel_width"], row: int, column: int
) -> Picture:
    """A kernel on one window of a small image: the window, the weights, and the pixel of the result that it makes.

    Raises:
        ValueError: a position at which the kernel does not fit.
    """
    out = correlate2d(image, kernel)
    if not (0 <= row < out.shape[0] and 0 <= column < out.shape[1]):
        raise ValueError(f"the kernel fits at rows 0 … {out.shape[0] - 1}, columns 0 … {out.shape[1] - 1}")
    figure, panels = picture(columns=3, width=3.2, height=3.2)
    height, width = kernel.shape
    _numbers(panels[0], image, "image", (row, column, height, width))
    _numbers(panels[1], kernel, "kernel", None, signed=True)
    _numbers(panels[2], out, "result", (row, column, 1, 1), signed=True)
    value = out[row, column].item() + 0.0
    figure.alt = f"a kernel of {height}×{width} on the window at ({row}, {column}): its products sum to {value:.3g}"
    return figure


def pixels(image: Float[Tensor, "height width"], title: str = "image") -> Picture:
    """A small grey image as what it is: a matrix of numbers."""
    figure, (axes,) = picture(width=0.42 * image.shape[1] + 0.3, height=0.42 * image.shape[0] + 0.4)
    _numbers(axes, image, title, None)
    low, high = image.min().item(), image.max().item()
    figure.alt = f"{image.shape[0]}×{image.shape[1]} pixels as numbers from {low:.2g} to {high:.2g}"
    return figure


def _numbers(
    axes: Axes, values: Tensor, title: str, marked: tuple[int, int, int, int] | None, signed: bool = False
) -> None:
    """A small matrix as shaded cells with their numbers; a frame around the marked (row, column, height, width)."""
    shown = values.detach().double().numpy()
    bound = max(float(np.abs(shown).max()), 1e-9)
    shades: Any = {"cmap": "RdBu_r", "vmin": -2 * bound, "vmax": 2 * bound} if signed else {"cmap": "gray", "vmin": 0}
    axes.imshow(shown, **shades)
    dark = 0.5 * bound
    for (i, j), v in np.ndenumerate(shown):
        ink = "white" if not signed and v < dark else "black"
        axes.text(
            j, i, f"{v + 0.0:.2g}".replace("-", "\N{MINUS SIGN}"), ha="center", va="center", color=ink, fontsize=8
        )
    if marked is not None:
        row, column, height, width = marked
        frame = Rectangle((column - 0.5, row - 0.5), width, height, fill=False, edgecolor=COLORS[1], linewidth=3)
        axes.add_patch(frame)
    axes.set(title=f"{title}, {shown.shape[0]}×{shown.shape[1]}", xticks=[], yticks=[])
    axes.grid(False)


def positions(n: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> Picture:
    """Where a kernel stands along one axis of n pixels: a row for each position, its pixels filled.

    Pixels of the image are grey, those of the padding hatched; a cross marks a pixel that no position sees.
    """
    count = conv_output_size(n, kernel, stride, padding, dilation)
    figure, (axes,) = picture(width=max(3.6, 0.32 * (n + 2 * padding) + 1.2), height=0.32 * count + 1.1)
    seen = {s * stride + u * dilation for s in range(count) for u in range(kernel)}
    with mpl.rc_context({**STYLE, "hatch.linewidth": 0.6}):
        for x in range(n + 2 * padding):
            inside = padding <= x < padding + n
            look: Any = {"facecolor": "0.8"} if inside else {"facecolor": "white", "hatch": "////"}
            axes.add_patch(Rectangle((x - padding, 0), 1, 0.8, edgecolor="black", linewidth=0.7, **look))
            if inside and x not in seen:
                axes.text(x - padding + 0.5, 0.4, "×", ha="center", va="center", color=COLORS[1], fontsize=14)
        for s in range(count):
            for u in range(kernel):
                place = (s * stride + u * dilation - padding, s + 1.1)
                axes.add_patch(Rectangle(place, 1, 0.8, facecolor=COLORS[0], edgecolor="white", linewidth=0.7))
    axes.set(xlim=(-padding - 0.3, n + padding + 0.3), ylim=(count + 1.3, -0.3), xlabel="pixel")
    axes.set_yticks(
        [0.4, *(s + 1.5 for s in range(count))], ["image", *(f"output {s}" for s in range(count))], fontsize=8
    )
    axes.set_xticks([x + 0.5 for x in range(n)], [str(x) for x in range(n)], fontsize=8)
    axes.grid(False)
    missed = sum(padding <= x < padding + n for x in range(n + 2 * padding) if x not in seen)
    figure.alt = (
        f"{n} pixels, kernel {kernel}, stride {stride}, padding {padding}, dilation {dilation}: {count} positions, "
        f"{missed} pixel{'s' if missed != 1 else ''} never seen"
    )
    return figure


def seen_through(layers: Sequence[tuple[int, int]]) -> Picture:
    """What one output of a stack of layers (kernel, stride) sees: a row of units a layer, the image at the bottom."""
    spans = [[0]]  # units of each layer that the one at the top depends on, from the top down
    for kernel, stride in reversed(layers):
        spans.append(sorted({u * stride + v for u in spans[-1] for v in range(kernel)}))
    spans.reverse()
    steps = [1]
    for _, stride in layers:
        steps.append(steps[-1] * stride)
    starts = [0.0]  # middle of unit 0 of each layer, in pixels of the input
    for (kernel, _), step in zip(layers, steps, strict=False):
        starts.append(starts[-1] + (kernel - 1) / 2 * step)
    figure, (axes,) = picture(width=7, height=0.75 * len(spans) + 0.6)
    for level, units in enumerate(spans):
        where = [starts[level] + steps[level] * u for u in units]
        axes.plot(
            where, [level] * len(where), "o", color=COLORS[0], markersize=max(3, 9 - len(spans[0]) // 8), zorder=3
        )
        if level:
            kernel, stride = layers[level - 1]
            for u, x in zip(units, where, strict=True):
                for v in range(kernel):
                    below = starts[level - 1] + steps[level - 1] * (u * stride + v)
                    axes.plot([x, below], [level, level - 1], color="0.6", linewidth=0.7, linestyle="-", zorder=1)
    names = ["image", *(f"after {k}×{k}, stride {s}" for k, s in layers)]
    axes.set_yticks(range(len(spans)), names, fontsize=8)
    axes.set(xlabel="pixel", ylim=(-0.4, len(spans) - 0.6))
    axes.grid(False)
    field = spans[0][-1] - spans[0][0] + 1
    figure.alt = f"one output after {len(layers)} layers {list(layers)} sees {field} pixels across"
    return figure
