"""Pictures in one style: colours that everyone can tell apart, labelled axes, a sentence for who cannot see them.

Every function returns a `Picture`, a matplotlib `Figure` that shows itself in a notebook; pyplot and its global state
are not involved, so that nothing is drawn twice and nothing stays open. The sentence (`alt`) is the picture's plain
text, and names the numbers that the picture shows.
"""

import base64
import html
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np
import torch
from cycler import cycler
from jaxtyping import Float, Shaped
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image, ImageDraw
from torch import Tensor

#: Okabe & Ito's palette (2008), told apart with any of the common forms of colour blindness; without its yellow, which
#: is too faint for a line.
COLORS = ("#0072B2", "#D55E00", "#000000", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
#: Pictures lie on a white card of their own, which looks like one on a dark page too: its padding and the radius of its
#: corners, in inches.
PADDING, CORNER = 0.06, 0.1
#: Never colour alone: lines also differ in their dashes, classes in their markers.
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)), (0, (3, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")

STYLE: Any = {
    "axes.grid": True,
    "axes.prop_cycle": cycler(color=COLORS * 2, linestyle=DASHES + DASHES[1:] + DASHES[:1]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": "medium",
    "figure.dpi": 100,
    "font.size": 10,
    "grid.alpha": 0.3,
    "image.cmap": "gray",
    "legend.frameon": False,
    "lines.linewidth": 1.8,
}


class Picture(Figure):
    """A figure that shows itself in a notebook, and reads as its `alt` where there are no pictures."""

    alt: str = "a picture without a description"

    def png(self, dpi: int = 100) -> bytes:
        """The picture as a PNG file."""
        drawn, buffer = BytesIO(), BytesIO()
        self.savefig(drawn, format="png", dpi=dpi, metadata={"Software": None})
        _card(Image.open(drawn), round(PADDING * dpi), round(CORNER * dpi)).save(buffer, format="png")
        return buffer.getvalue()

    def img(self, dpi: int = 100) -> str:
        """The picture as an HTML element that carries its alternative text."""
        data = base64.b64encode(self.png(dpi)).decode()
        return f'<img src="data:image/png;base64,{data}" alt="{html.escape(self.alt)}" style="max-width:100%">'

    def __repr__(self) -> str:
        return self.alt

    __str__ = __repr__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        # as an element and not as image/png: JupyterLab shows that without any alternative text
        return {"text/html": self.img(), "text/plain": self.alt}


def picture(
    rows: int = 1, columns: int = 1, width: float = 5.0, height: float = 3.2, **subplots: Any
) -> tuple[Picture, list[Axes]]:
    """An empty picture and its panels, row by row; `width` and `height` in inches are one panel's."""
    with mpl.rc_context(STYLE):
        figure = Picture(figsize=(columns * width, rows * height), layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False, **subplots)
    return figure, list(panels.flat)


def loss_curves(
    curves: Mapping[str, Sequence[float]], xlabel: str = "step", ylabel: str = "loss", log: bool = False, alt: str = ""
) -> Picture:
    """One line for each name, value against position; `log` draws the vertical axis logarithmically."""
    many = len(curves) > 3  # a long legend would lie on the lines
    figure, (axes,) = picture(width=7.0 if many else 5.0)
    with mpl.rc_context(STYLE):
        for name, values in curves.items():
            axes.plot(np.arange(len(values)), values, label=name)
        axes.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
        if many:
            figure.legend(loc="outside right upper", fontsize="small", frameon=False)
        else:
            axes.legend()
    ends = "; ".join(f"{name} from {v[0]:.3g} to {v[-1]:.3g}" for name, v in curves.items() if len(v))
    figure.alt = alt or f"{ylabel} against {xlabel}: {ends}"
    return figure


def functions(
    curves: Mapping[str, Callable[[Tensor], Tensor]],
    low: float = -4,
    high: float = 4,
    xlabel: str = "z",
    ylabel: str = "f(z)",
    alt: str = "",
) -> Picture:
    """One line for each function of one variable, drawn from `low` to `high`."""
    figure, (axes,) = picture()
    _draw_functions(axes, curves, low, high, xlabel, ylabel)
    axes.legend(fontsize="small", frameon=False)
    figure.alt = alt or f"{ylabel} against {xlabel} from {low:g} to {high:g}: {', '.join(curves)}"
    return figure


def activations(
    chosen: Mapping[str, tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]],
    low: float = -4,
    high: float = 4,
    alt: str = "",
) -> Picture:
    """Activation functions on the left, their derivatives on the right; each entry is the pair of both."""
    figure, (left, right) = picture(columns=2, width=4.3)
    _draw_functions(left, {name: pair[0] for name, pair in chosen.items()}, low, high, "z", "f(z)")
    _draw_functions(right, {name: pair[1] for name, pair in chosen.items()}, low, high, "z", "f′(z)")
    figure.legend(handles=left.get_lines(), loc="outside right upper", fontsize="small", frameon=False)
    z = torch.linspace(low, high, 401, dtype=torch.float64)
    steepest = ", ".join(f"{name} (steepest {pair[1](z).max().item():.2g})" for name, pair in chosen.items())
    figure.alt = alt or f"activations and their derivatives from {low:g} to {high:g}: {steepest}"
    return figure


def _draw_functions(
    axes: Axes, curves: Mapping[str, Callable[[Tensor], Tensor]], low: float, high: float, xlabel: str, ylabel: str
) -> None:
    z = torch.linspace(low, high, 401, dtype=torch.float64)
    with mpl.rc_context(STYLE):
        for name, f in curves.items():
            y = f(z)
            axes.plot(z.numpy(), torch.where(_jumps(y), torch.nan, y).numpy(), label=name)
        axes.set(xlabel=xlabel, ylabel=ylabel)


def _jumps(y: Tensor) -> Tensor:
    """Where a curve leaps before the next point: no upright line is to be drawn there."""
    rise = y.diff().abs()
    beside = torch.nn.functional.pad(rise, (1, 1)).unfold(0, 3, 1)[:, [0, 2]].amax(dim=1)
    return torch.cat([(rise > 5 * beside) & (rise > 0.02 * (y.max() - y.min())), torch.tensor([False])])


def decision_region(
    predict: Callable[[Tensor], Tensor],
    x: Float[Tensor, "samples 2"],
    y: Shaped[Tensor, " samples"],
    title: str = "",
    alt: str = "",
) -> Picture:
    """Two classes in the plane and where `predict` puts each of them.

    Args:
        predict: takes points (n, 2), returns for each the probability of class 1, or the class 0 or 1.
        x, y: the samples and their classes, 0 or 1.
    """
    figure, (axes,) = picture(width=4.2, height=3.6)
    low, high = x.amin(0) - 0.3, x.amax(0) + 0.3
    across, up = (np.linspace(float(low[i]), float(high[i]), 160) for i in (0, 1))
    grid = torch.cartesian_prod(torch.from_numpy(across), torch.from_numpy(up)).to(x)
    with torch.no_grad():
        p = predict(grid).reshape(160, 160).T.double().cpu().numpy()
        right = ((predict(x).reshape(-1) >= 0.5) == (y > 0)).double().mean().item()
    with mpl.rc_context(STYLE):
        shades = ListedColormap(
            [_tint(COLORS[0], s) for s in (0.45, 0.25)] + [_tint(COLORS[1], s) for s in (0.25, 0.45)]
        )
        axes.contourf(across, up, p, levels=[-0.01, 0.25, 0.5, 0.75, 1.01], cmap=shades)
        axes.contour(across, up, p, levels=[0.5], colors="black", linewidths=1.5)
        draw_classes(axes, x, y)
        axes.set(title=title, xlabel="$x_1$", ylabel="$x_2$")
    figure.alt = (
        alt or f"{title + ': ' if title else ''}two classes in the plane and the boundary; {right:.0%} are right"
    )
    return figure


def decision_line(
    w: Float[Tensor, "2"],
    b: Float[Tensor, ""] | float,
    x: Float[Tensor, "samples 2"],
    y: Shaped[Tensor, " samples"],
    title: str = "",
    alt: str = "",
) -> Picture:
    """The line w · x + b = 0 among the samples; the arrow w points to the side where a threshold unit fires.

    With zero weights there is no line, and the unit says the same everywhere.
    """
    figure, (axes,) = picture(width=4.2, height=3.6)
    w1, w2, bias = float(w[0]), float(w[1]), float(b)
    (left, bottom), (right, top) = (x.amin(0) - 0.5).tolist(), (x.amax(0) + 0.5).tolist()
    across, up = np.meshgrid(np.linspace(left, right, 200), np.linspace(bottom, top, 200))
    fires = (w1 * across + w2 * up + bias >= 0).astype(float)
    with mpl.rc_context(STYLE):
        sides = ListedColormap([_tint(COLORS[0], 0.25), _tint(COLORS[1], 0.25)])
        axes.contourf(across, up, fires, levels=[-0.5, 0.5, 1.5], cmap=sides)
        length = np.hypot(w1, w2)
        if length > 0:
            normal, middle = np.array([w1, w2]) / length, np.array([left + right, bottom + top]) / 2
            foot = middle - (middle @ [w1, w2] + bias) / length * normal  # of the perpendicular from the middle
            tip = foot + 0.3 * normal
            axes.axline((foot[0], foot[1]), (foot[0] - normal[1], foot[1] + normal[0]), color="black", linestyle="-")
            axes.annotate("", (tip[0], tip[1]), (foot[0], foot[1]), arrowprops={"arrowstyle": "-|>", "color": "black"})
        draw_classes(axes, x, y)
        axes.set(xlim=(left, right), ylim=(bottom, top), title=title, xlabel="$x_1$", ylabel="$x_2$")
        axes.set_aspect("equal")
    correct = int((((x @ w + b) >= 0) == (y > 0)).sum())
    line = f"{w1:.3g} x₁ {w2:+.3g} x₂ {bias:+.3g} = 0"
    figure.alt = alt or f"{title + ': ' if title else ''}the line {line}; {correct} of {len(y)} samples are right"
    return figure


def draw_classes(axes: Axes, x: Float[Tensor, "samples 2"], y: Shaped[Tensor, " samples"]) -> None:
    """Points of the plane, each class in its own colour and marker, with a legend."""
    size = 22 if len(x) > 20 else 80
    for i, label in enumerate(sorted(set(y.tolist()))):
        chosen = x[y == label].cpu().numpy()
        color, marker = COLORS[i % len(COLORS)], MARKERS[i % len(MARKERS)]
        axes.scatter(
            chosen[:, 0], chosen[:, 1], s=size, c=color, marker=marker, edgecolors="white", linewidths=0.6,
            label=f"class {label:g}", zorder=3,
        )  # fmt: skip
    axes.legend(loc="upper right", fontsize="small", frameon=True, framealpha=0.8)


def image_grid(
    images: Float[Tensor, "samples *channels height width"],
    titles: Sequence[str] = (),
    columns: int = 8,
    signed: bool = False,
    size: float = 0.95,
    alt: str = "",
) -> Picture:
    """Images side by side, without axes: grey (samples, height, width), with one channel, or with three (colour).

    Args:
        images: values from 0 to 1 are drawn as they are; others are stretched from the least to the greatest of all.
        titles: one for each image, or none.
        columns: most images in a row.
        signed: for weights and errors: blue below 0, red above, white at 0.
        size: the longer side of one image in inches.
    """
    if images.ndim == 4 and images.shape[1] not in (1, 3):
        raise ValueError(f"images have one channel or three, not {images.shape[1]}")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    height, width = images.shape[-2:]
    longest = max(height, width)
    figure, panels = picture(rows, columns, size * width / longest, size * height / longest + (0.25 if titles else 0))
    low, high, bound = min(0.0, float(images.min())), max(1.0, float(images.max())), float(images.abs().max())
    shades: Any = {"cmap": "RdBu_r", "vmin": -bound, "vmax": bound} if signed else {"vmin": low, "vmax": high}
    for axes in panels:
        axes.set_axis_off()
    for axes, image in zip(panels, images.detach().cpu(), strict=False):
        if image.ndim == 3 and image.shape[0] == 3:
            axes.imshow(((image.permute(1, 2, 0) - low) / (high - low)).numpy())
        else:
            axes.imshow(image.reshape(image.shape[-2:]).numpy(), **{"cmap": "gray", **shades})
    for axes, title in zip(panels, titles, strict=False):
        axes.set_title(title, fontsize=8)
    described = f": {', '.join(titles)}" if titles else ""
    count = f"{len(images)} image{'s' if len(images) > 1 else ''}"
    figure.alt = alt or f"{count} of {images.shape[-2]}×{images.shape[-1]} pixels{described}"
    return figure


def _card(drawn: Image.Image, padding: int, corner: int) -> Image.Image:
    """A picture on white with a margin around it and round corners, outside of which nothing is painted."""
    width, height = drawn.width + 2 * padding, drawn.height + 2 * padding
    card = Image.new("RGB", (width, height), "white")
    card.paste(drawn.convert("RGB"), (padding, padding))
    mask = Image.new("L", (4 * width, 4 * height), 0)  # four times as large: smooth edges
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 4 * width - 1, 4 * height - 1), 4 * corner, fill=255)
    card.putalpha(mask.resize((width, height), Image.Resampling.BOX))
    return card


def _tint(color: str, strength: float) -> tuple[float, ...]:
    """A colour mixed with white."""
    return tuple(1 - strength * (1 - c) for c in mpl.colors.to_rgb(color))
