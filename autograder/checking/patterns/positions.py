"""Patterns in where an array is wrong: shape, order, border, sign of an input, kind of case."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from autograder.checking.expectation import Expectation
from autograder.checking.patterns.common import NOTHING, Arrays, Found, alike, pairs, tensor
from autograder.checking.patterns.terms import Values, offset_in_words
from autograder.checking.verdict import Mismatch


def other_way_round(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    if all(e.ndim == 2 and alike(g.T, e) for e, g in pairs(mismatches)):
        return "The result is transposed.", "Which axis should come first?"
    return NOTHING


def same_numbers(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    if all(e.size == g.size and alike(g.ravel(), e.ravel()) for e, g in pairs(mismatches)):
        return "The numbers are right, the shape is not.", "Which axis is missing, or one too many?"
    return NOTHING


def axes_moved(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """The right result with one axis at another place."""
    axes = {np.asarray(m.expected).ndim for m in mismatches}
    if len(axes) != 1 or min(axes) < 3 or any(np.asarray(m.got).ndim not in axes for m in mismatches):
        return NOTHING
    n = min(axes)
    for i in range(n):
        for j in range(n):
            if i != j and all(alike(g, np.moveaxis(e, i, j)) for e, g in pairs(mismatches)):
                return (
                    f"Axis {i} of the right result is axis {j} of yours.",
                    "In which order does the task name the axes?",
                )
    return NOTHING


def other_sizes(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """The same number of axes, and some of them are longer or shorter by what can be named."""
    shapes = [(m.case, np.asarray(m.expected).shape, np.asarray(m.got).shape) for m in mismatches]
    if not shapes or any(len(e) != len(g) for _, e, g in shapes) or len({len(e) for _, e, _ in shapes}) != 1:
        return NOTHING
    said: dict[str, list[int]] = {}
    for axis in range(len(shapes[0][1])):
        by = {case: float(g[axis] - e[axis]) for case, e, g in shapes}
        if any(by.values()):
            said.setdefault(_by_how_much(by, expectation), []).append(axis)
    if len(said) != 1 or "" in said:
        return NOTHING
    words, axes = next(iter(said.items()))
    where = (
        f"Axis {axes[0]} of your result is"
        if len(axes) == 1
        else f"Axes {' and '.join(map(str, axes))} of your result are"
    )
    return f"{where} {words}.", "Which of its entries does the task not ask for, or which are missing?"


def _by_how_much(by: Values, expectation: Expectation) -> str:
    found = offset_in_words(by, expectation).replace("too large", "too long").replace("too small", "too short")
    first = next(iter(by.values()))
    if not found and len(by) > 1 and len(set(by.values())) == 1:
        found = f"too {'long' if first > 0 else 'short'} by {abs(first):g}"
    return "" if found.startswith("the right one") else found


def unreduced(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """One number for each element, where their sum or mean is asked; or one row too few summed away."""
    if all(e.ndim == 0 and g.ndim > 0 for e, g in pairs(mismatches)):
        if all(alike(g.mean(), e) for e, g in pairs(mismatches)):
            return "You return one number for each element, where their mean is asked.", "What is left to do with them?"
        return "You return an array, where a single number is asked.", "Over what does the formula sum?"
    if all(g.ndim == 0 and e.ndim > 0 for e, g in pairs(mismatches)):
        return "You return a single number, where an array is asked.", "Over which axes should nothing be summed?"
    return NOTHING


def transposed(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    square = [(e, g) for e, g in pairs(mismatches) if e.ndim == 2 and min(e.shape) > 1]
    if square and len(square) == len(mismatches) and all(alike(g.T, e) for e, g in square):
        return "The result is transposed.", "Which axis should come first?"
    return NOTHING


def sorted_or_moved(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    both = pairs(mismatches)
    found = _read_in_other_order(both)
    if found != NOTHING:
        return found
    if any(e.size > 2 for e, _ in both) and all(alike(np.sort(g, axis=None), np.sort(e, axis=None)) for e, g in both):
        return "The right numbers stand in the wrong places.", "In which order does the task list them?"
    return NOTHING


def _read_in_other_order(both: Sequence[tuple[Arrays, Arrays]]) -> Found:
    """The right numbers, filled in as if an axis stood elsewhere."""
    axes = {e.ndim for e, _ in both}
    n = min(axes) if len(axes) == 1 else 0
    for i in range(n):
        for j in range(n):
            same = (alike(g.ravel(), np.moveaxis(e, i, j).ravel()) for e, g in both)
            if abs(i - j) > 0 and n > 1 and all(same) and any(_moves(e, i, j) for e, _ in both):
                return (
                    f"The right numbers stand in the wrong places: read in order, as if axis {i} were axis {j}.",
                    "Which axis do `reshape` or `view` run over first?",
                )
    return NOTHING


def _moves(array: Arrays, i: int, j: int) -> bool:
    return not np.array_equal(np.moveaxis(array, i, j).ravel(), array.ravel())


SIDES = (np.s_[..., 0, :], np.s_[..., -1, :], np.s_[..., 0], np.s_[..., -1])


def border(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """Right inside, wrong along an edge of the last two axes: on two cases, all of which are large enough to tell."""
    if len({m.case for m in mismatches}) < 2:
        return NOTHING
    for m in mismatches:
        assert m.wrong is not None
        if m.wrong.ndim < 2 or min(m.wrong.shape[-2:]) < 3 or m.wrong[..., 1:-1, 1:-1].any():
            return NOTHING
        if not all(m.wrong[side].any() for side in SIDES):
            return NOTHING
    return (
        "It is right except along the border.",
        "What do the places along the border have that the inner ones have not?",
    )


def one_part(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """Wrong only where an input of the result's shape has one sign, or is 0, or 1, or the like."""
    for name in expectation.arguments[mismatches[0].case] if mismatches else ():
        found = [(tensor(expectation, m, name), m.wrong) for m in mismatches]
        known = [(x, wrong) for x, wrong in found if x is not None and wrong is not None and x.shape == wrong.shape]
        if len(known) < len(found) or not any(wrong.ndim for _, wrong in known):
            continue
        for words, part in PARTS:
            inside = [(part(x), wrong) for x, wrong in known]
            if not any(p.any() and not p.all() for p, _ in inside) or any(wrong[~p].any() for p, wrong in inside):
                continue
            right = sum((~p).sum() for p, _ in inside)
            if right >= 2 and sum(wrong.sum() for _, wrong in inside) >= 2:
                share = all(wrong[p].all() for p, wrong in inside)
                where = f"wrong where it is {words}" if share else f"wrong in places where it is {words}"
                return (
                    f"It is right where `{name}` is {OTHERWISE[words]}, {where}.",
                    f"What becomes of a `{name}` that is {words}?",
                )
    return NOTHING


def at_labels(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """Wrong only in the column that an argument names for each row, or everywhere but there."""
    for name in expectation.arguments[mismatches[0].case] if mismatches else ():
        marks = [_named_columns(tensor(expectation, m, name), m.wrong) for m in mismatches]
        if any(mark is None for mark in marks):
            continue
        known = [(mark, m.wrong) for mark, m in zip(marks, mismatches, strict=True) if mark is not None]
        if all(w is not None and w[mark].all() and not w[~mark].any() for mark, w in known):
            return (
                f"It is wrong in the columns that `{name}` names, and right in all others.",
                "What is special about these?",
            )
        if all(w is not None and w[~mark].all() and not w[mark].any() for mark, w in known):
            return (
                f"It is right in the columns that `{name}` names, and wrong in all others.",
                "What is special about these?",
            )
    return NOTHING


def _named_columns(labels: Arrays | None, wrong: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    """Where the columns lie that whole numbers name, one for each row; None where they name none."""
    if labels is None or wrong is None or wrong.ndim != 2 or labels.shape != wrong.shape[:1] or wrong.shape[1] < 2:
        return None
    columns = labels.astype(int)
    if (columns != labels).any() or (columns < 0).any() or (columns >= wrong.shape[1]).any():
        return None
    mark = np.zeros(wrong.shape, dtype=bool)
    mark[np.arange(len(columns)), columns] = True
    return mark


PARTS: tuple[tuple[str, Callable[[Arrays], NDArray[np.bool_]]], ...] = (
    ("0", lambda x: x == 0),
    ("negative", lambda x: x < 0),
    ("positive", lambda x: x > 0),
    ("1", lambda x: x == 1),
    ("negative or 0", lambda x: x <= 0),
    ("positive or 0", lambda x: x >= 0),
)
OTHERWISE = {
    "0": "not 0",
    "negative": "positive",
    "positive": "negative",
    "1": "not 1",
    "negative or 0": "positive",
    "positive or 0": "negative",
}


def one_line(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """Wrong in the first or the last line along an axis alone, or everywhere but there, on two cases or more."""
    marks = [m.wrong for m in mismatches if m.wrong is not None]
    if len({m.case for m in mismatches}) < 2 or len(marks) < len(mismatches):
        return NOTHING
    if all(w.ndim == 1 for w in marks) and any(m.key.output.step for m in mismatches):
        return NOTHING  # all parameters of a network in a row: which is the last means nothing
    axes = {w.ndim for w in marks}
    for axis in range(min(axes)) if len(axes) == 1 else ():
        if any(w.shape[axis] < 3 for w in marks):
            continue
        for place, words in ((0, "first"), (-1, "last")):
            here = [np.take(w, [place], axis).any() for w in marks]
            others = [np.delete(w, place, axis).any() for w in marks]
            line = _line(axis, min(axes))
            if all(here) and not any(others):
                return f"It is wrong in the {words} {line} alone.", f"What is different about the {words} {line}?"
            if all(others) and not any(here) and all(_everywhere(w, axis, place) for w in marks):
                return f"The {words} {line} is right, all others are wrong.", f"What does the {words} {line} not need?"
    return NOTHING


def _line(axis: int, axes: int) -> str:
    if axes == 1:
        return "entry"
    return ("row", "column")[axis] if axes == 2 else f"place along axis {axis}"


def _everywhere(wrong: NDArray[np.bool_], axis: int, place: int) -> bool:
    """Whether each other line along the axis has something wrong."""
    rest = np.delete(wrong, place, axis)
    return bool(np.moveaxis(rest, axis, 0).reshape(rest.shape[axis], -1).any(1).all())


def later_steps(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """Right at the first step of an update, wrong afterwards."""
    if mismatches and mismatches[0].key.output.step > 1:
        return (
            "The first step is right, later ones are not.",
            "What does the second step need of the first one?",
        )
    return NOTHING
