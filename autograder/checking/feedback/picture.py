"""A small picture of where an array is wrong: one cell an element, darker where it is further off."""

from html import escape
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

CELL, GAP, MOST_CELLS, MOST_TILES = 12, 8, 16, 8
RIGHT, WRONG = "#0072B2", "#D55E00"  # told apart by colour-blind readers; wrong cells carry a cross as well


def picture(errors: NDArray[np.float64], scale: float = 1.0) -> str:
    """SVG of the errors of a 1-D to 4-D array; "" for a single number or more axes. NaN marks 'no number'.

    `scale` multiplies the size that it is shown in: at 1, an element has 12 CSS pixels.
    """
    if errors.ndim == 0 or errors.ndim > 4 or errors.size < 2:
        return ""
    tiles = _tiles(errors)
    finite = errors[np.isfinite(errors)]
    largest = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    parts, x, height = [], 0, 0
    for name, tile in tiles[:MOST_TILES]:
        tile = _shrink(tile)
        parts.append(_tile(tile, x, largest))
        if name:
            parts.append(
                f'<text x="{x}" y="{tile.shape[0] * CELL + 11}" font-size="9" fill="currentColor">{escape(name)}</text>'
            )
        x += max(tile.shape[1] * CELL, 8 * len(name) // 2 + 8) + GAP
        height = max(height, tile.shape[0] * CELL + (14 if name else 2))
    alt = description(errors, len(tiles))
    shown = f'width="{x * scale:g}" height="{height * scale:g}" viewBox="0 0 {x} {height}"'
    return (
        f'<svg role="img" aria-label="{escape(alt)}" {shown} '
        f'style="max-width:100%;height:auto"><title>{escape(alt)}</title>{"".join(parts)}</svg>'
    )


def description(errors: NDArray[np.float64], tiles: int = 1) -> str:
    """The picture in words."""
    wrong = errors != 0
    text = f"{int(wrong.sum())} of {errors.size} elements are wrong"
    if errors.ndim == 2 and wrong.any():
        rows, columns = np.flatnonzero(wrong.any(1)), np.flatnonzero(wrong.any(0))
        text += f", in rows {_span(rows)} and columns {_span(columns)}"
    return text + (f"; the first {MOST_TILES} of {tiles} slices are drawn" if tiles > MOST_TILES else "")


def _span(places: NDArray[np.intp]) -> str:
    return str(places[0]) if len(places) == 1 else f"{places[0]} to {places[-1]}"


def _tiles(errors: NDArray[np.float64]) -> list[tuple[str, NDArray[np.float64]]]:
    """The array as named matrices: a vector as one row, more than two axes as slices along the leading ones."""
    if errors.ndim == 1:
        return [("", errors[None, :])]
    if errors.ndim == 2:
        return [("", errors)]
    lead = errors.shape[:-2]
    return [(f"[{', '.join(map(str, i))}]", errors[i]) for i in np.ndindex(*lead)]


def _shrink(tile: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest error of each block, so that no side has more than MOST_CELLS cells."""
    for axis in (0, 1):
        size = tile.shape[axis]
        if size > MOST_CELLS:
            edges = np.linspace(0, size, MOST_CELLS + 1).astype(int)
            blocks = [np.take(tile, range(a, b), axis=axis).max(axis=axis) for a, b in pairwise(edges)]
            tile = np.stack(blocks, axis=axis)
    return tile


def _tile(tile: NDArray[np.float64], x0: int, largest: float) -> str:
    cells: list[str] = []
    rect = f'width="{CELL - 1}" height="{CELL - 1}"'
    few = tile.size <= 64  # a background of single cells shows the shape; on a large tile it is only bytes
    if not few:
        height, width = (CELL * n - 1 for n in tile.shape)
        cells.append(f'<rect x="{x0}" y="0" width="{width}" height="{height}" fill="{RIGHT}" fill-opacity="0.3"/>')
    for (r, c), error in np.ndenumerate(tile):
        x, y, side = x0 + c * CELL, r * CELL, CELL - 1
        if error == 0:
            cells += [f'<rect x="{x}" y="{y}" {rect} fill="{RIGHT}" fill-opacity="0.3"/>'] if few else []
            continue
        strength = 1.0 if np.isnan(error) else 0.35 + 0.65 * min(1.0, error / largest)
        cells.append(f'<rect x="{x}" y="{y}" {rect} fill="{WRONG}" fill-opacity="{strength:.2f}"/>')
        a, b = (1, side - 1) if np.isnan(error) else (3, side - 3)
        cross = f"M{x + a} {y + a}L{x + b} {y + b}M{x + b} {y + a}L{x + a} {y + b}"
        cells.append(f'<path d="{cross}" stroke="white" stroke-width="1"/>')
    return "".join(cells)
