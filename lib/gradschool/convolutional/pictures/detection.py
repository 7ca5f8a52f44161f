"""Pictures of boxes, masks and what a detector says: four questions about one picture, overlap, anchors, detections."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import torch
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle
from torch import Tensor

from gradschool.convolutional.detection_metrics import claimed_in_class
from gradschool.convolutional.scenes import Scene
from gradschool.convolutional.yolo import Detections
from gradschool.plotting import COLORS, DASHES, MARKERS, STYLE, Picture, picture

#: Colours that can be seen on black.
BRIGHT = (COLORS[5], COLORS[6], COLORS[4], COLORS[3])
QUESTIONS = ("classification", "localisation", "detection", "semantic segmentation", "instance segmentation")


def canvas(axes: Axes, image: Float[Tensor, "1 side side"], title: str = "") -> None:
    """Draw one canvas with its edges where the coordinates of boxes have them: pixel 0 from 0 to 1."""
    height, width = image.shape[-2:]
    axes.grid(False)
    axes.imshow(image[0].numpy(), cmap="gray", vmin=0, vmax=1, extent=(0, width, height, 0))
    axes.set(xticks=[], yticks=[])
    axes.set_title(title, fontsize=8)


def outline(axes: Axes, box: Sequence[float], color: str, text: str = "", **look: Any) -> None:
    """A box (x1, y1, x2, y2) as a frame, its text above it, or below where there is no room."""
    x1, y1, x2, y2 = box
    axes.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, **{"edgecolor": color, "linewidth": 1.6, **look}))
    if text:
        above = y1 > 4
        place = (max(x1, 0.3), y1 - 0.3 if above else y2 + 0.3)
        axes.text(*place, text, color=color, fontsize=8, va="bottom" if above else "top", weight="bold")


def answers(scene: Scene, question: str) -> Picture:
    """One canvas, and the right answer to one of the `QUESTIONS` about it.

    Classification and localisation are asked of the largest digit: they know of one object only.

    Raises:
        ValueError: a question that is none of them.
    """
    if question not in QUESTIONS:
        raise ValueError(f"one of {', '.join(QUESTIONS)}; got {question!r}")
    figure, (axes,) = picture(width=3.6, height=3.7)
    figure.alt = _answer(axes, scene, question)
    return figure


def all_answers(scene: Scene) -> Picture:
    """One canvas, and beside it the right answers to all `QUESTIONS` about it."""
    figure, panels = picture(columns=1 + len(QUESTIONS), width=1.75, height=2.1)
    canvas(panels[0], scene.image, "the picture")
    told = [_answer(axes, scene, question) for axes, question in zip(panels[1:], QUESTIONS, strict=True)]
    figure.alt = "; ".join(told)
    return figure


def _answer(axes: Axes, scene: Scene, question: str) -> str:
    """Draw the answer, and say it."""
    kinds = [int(k) for k in scene.kinds]
    boxes = scene.boxes.tolist()
    width, height = (scene.boxes[:, 2:] - scene.boxes[:, :2]).unbind(1)
    main = int((width * height).argmax())
    canvas(axes, scene.image, question)
    if question == "classification":
        axes.set_title(f"{question}: {kinds[main]}", fontsize=8)
        return f"classification: a {kinds[main]}"
    if question == "localisation":
        outline(axes, boxes[main], BRIGHT[0], str(kinds[main]))
        return f"localisation: a {kinds[main]} and its box"
    if question == "detection":
        for box, kind in zip(boxes, kinds, strict=True):
            outline(axes, box, BRIGHT[0], str(kind))
        return f"detection: {len(kinds)} boxes, {', '.join(map(str, kinds))}"
    labels = kinds if question == "semantic segmentation" else list(range(len(kinds)))
    names = sorted(set(labels))
    painted = np.zeros(tuple(scene.image.shape[-2:]))
    for mask, label in zip(scene.masks, labels, strict=True):
        painted[mask.numpy() > 0] = 1 + names.index(label)
    shades = ListedColormap(["black", *(BRIGHT[i % len(BRIGHT)] for i in range(len(names)))])
    side = painted.shape
    axes.imshow(painted, cmap=shades, vmin=0, vmax=len(names), extent=(0, side[1], side[0], 0), interpolation="nearest")
    what = "colours, one for each class" if question == "semantic segmentation" else "colours, one for each object"
    return f"{question}: {len(names)} {what}"


def overlap(a: Float[Tensor, "4"], b: Float[Tensor, "4"], value: float) -> Picture:
    """Two boxes (x1, y1, x2, y2), what they share, and the intersection over union `value` that somebody found."""
    figure, (axes,) = picture(width=4, height=3.6)
    for box, color, dash, name in ((a, COLORS[0], "-", "a"), (b, COLORS[1], "--", "b")):
        x1, y1, x2, y2 = box.tolist()
        look: Any = {"facecolor": color, "alpha": 0.2}
        axes.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, linewidth=0, **look))
        axes.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=color, linestyle=dash, linewidth=2))
        axes.text(x1 + 0.5, y1 + 0.5, name, color=color, va="top", weight="bold")
    low, high = torch.maximum(a[:2], b[:2]), torch.minimum(a[2:], b[2:])
    if (high > low).all():
        (x, y), (wide, tall) = low.tolist(), (high - low).tolist()
        axes.add_patch(Rectangle((x, y), wide, tall, fill=False, hatch="////", linewidth=0, edgecolor="black"))
    edges = torch.stack([a, b]).reshape(-1, 2)
    (left, top), (right, bottom) = (edges.amin(dim=0) - 3).tolist(), (edges.amax(dim=0) + 3).tolist()
    axes.set(xlim=(left, right), ylim=(bottom, top), xlabel="x", ylabel="y", title=f"IoU = {value:.2f}")
    axes.set_aspect("equal")
    figure.alt = f"boxes {a.tolist()} and {b.tolist()}: intersection over union {value:.2f}"
    return figure


def shapes(wh: Float[Tensor, "n 2"], anchors: Mapping[str, Float[Tensor, "k 2"]]) -> Picture:
    """Widths and heights of boxes as dots, and the anchors of each name as larger marks among them."""
    figure, (axes,) = picture(width=5.2, height=3.8)
    w, h = wh.T.numpy()
    axes.plot(w, h, ".", color="0.65", markersize=3, label="boxes")
    for i, (name, centroids) in enumerate(anchors.items()):
        x, y = centroids.T.numpy()
        axes.plot(x, y, MARKERS[i], linestyle="none", color=COLORS[i], markersize=10, label=name, markeredgecolor="w")
    axes.set(xlabel="width, pixels", ylabel="height, pixels", xlim=(0, None), ylim=(0, None))
    axes.legend(fontsize="small", loc="upper left", frameon=True)
    told = "; ".join(
        f"{name}: {', '.join(f'{w:.0f}×{h:.0f}' for w, h in sorted(c.tolist()))}" for name, c in anchors.items()
    )
    figure.alt = f"shapes of {len(wh)} boxes, and the anchors of {told}"
    return figure


def cell(
    box: Float[Tensor, "4"], anchor: Float[Tensor, "2"], row: int, column: int, stride: float, size: tuple[int, int]
) -> Picture:
    """A grid of cells; in one of them an anchor around its middle, and the box that was decoded there."""
    rows, columns = size
    figure, (axes,) = picture(width=4.6, height=3.8)
    axes.grid(False)
    left, top = column * stride, row * stride
    axes.add_patch(Rectangle((left, top), stride, stride, facecolor=COLORS[5], alpha=0.35, linewidth=0))
    for i in range(columns + 1):
        axes.plot([i * stride] * 2, [0, rows * stride], color="0.7", linewidth=0.8, linestyle="-")
    for i in range(rows + 1):
        axes.plot([0, columns * stride], [i * stride] * 2, color="0.7", linewidth=0.8, linestyle="-")
    w, h = anchor.tolist()
    middle = left + stride / 2, top + stride / 2
    look: Any = {"fill": False, "linewidth": 1.4}
    axes.add_patch(Rectangle((middle[0] - w / 2, middle[1] - h / 2), w, h, edgecolor="0.3", linestyle="--", **look))
    x1, y1, x2, y2 = box.tolist()
    look["linewidth"] = 2.2
    axes.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, edgecolor=COLORS[0], **look))
    axes.plot((x1 + x2) / 2, (y1 + y2) / 2, "o", color=COLORS[0], markersize=6)
    margin = stride
    axes.set(xlim=(-margin, columns * stride + margin), ylim=(rows * stride + margin, -margin))
    axes.set(xlabel="x, pixels", ylabel="y, pixels")
    axes.set_aspect("equal")
    numbers = ", ".join(f"{v:.1f}" for v in (x1, y1, x2, y2))
    axes.set_title(f"box ({numbers})", fontsize=9)
    figure.alt = f"cell in row {row}, column {column} of {rows}×{columns}: anchor {w:.0f}×{h:.0f}, box ({numbers})"
    return figure


def detections(
    scenes: Sequence[Scene], found: Sequence[Detections], columns: int = 6, labels: bool = True, alt: str = ""
) -> Picture:
    """Canvases with the boxes that were found: solid where the class of a true box overlaps by half, else dashed.

    True boxes that nobody found are dotted, white. Without `labels` no box says its class: for many boxes at one place.
    """
    columns = min(columns, len(scenes))
    rows = -(-len(scenes) // columns)
    figure, panels = picture(rows, columns, width=1.75, height=1.8)
    right = wrong = missed = 0
    for axes in panels[len(scenes) :]:
        axes.set_axis_off()
    for axes, scene, said in zip(panels, scenes, found, strict=False):
        canvas(axes, scene.image)
        claims = claimed_in_class(said, (scene.boxes, scene.kinds)).tolist()
        hit, lost = [c >= 0 for c in claims], sorted(set(range(len(scene.boxes))) - set(claims))
        for box, kind, good in zip(said.boxes.tolist(), said.kinds.tolist(), hit, strict=True):
            outline(
                axes,
                box,
                BRIGHT[1] if good else BRIGHT[0],
                str(kind) if labels else "",
                linestyle="-" if good else "--",
            )
        for i in lost:
            outline(axes, scene.boxes[i].tolist(), "white", linestyle=":")
        right, wrong, missed = right + sum(hit), wrong + len(hit) - sum(hit), missed + len(lost)
    figure.alt = alt or (
        f"{len(scenes)} canvases with {sum(len(s.boxes) for s in scenes)} digits: "
        f"{right} found, {missed} missed, {wrong} boxes too many or with the wrong digit"
    )
    return figure


def precision_recall(curves: Mapping[str, Sequence[Sequence[float]]], alt: str = "") -> Picture:
    """Precision against recall: for each name its precisions and its recalls; a pair of single numbers is a mark."""
    figure, (axes,) = picture(width=5.0, height=3.6)
    told = []
    with mpl.rc_context(STYLE):
        for i, (name, (precision, recall)) in enumerate(curves.items()):
            if len(precision) == 1:
                axes.plot(recall, precision, MARKERS[i], color=COLORS[i], markersize=9, label=name, linestyle="none")
            else:
                axes.plot(recall, precision, color=COLORS[i], linestyle=DASHES[i], label=name, drawstyle="steps-pre")
            told.append(f"{name} reaches recall {recall[-1]:.2f} at precision {precision[-1]:.2f}")
        axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.04))
        axes.legend(fontsize="small", loc="lower left")
    figure.alt = alt or "precision against recall: " + "; ".join(told)
    return figure
