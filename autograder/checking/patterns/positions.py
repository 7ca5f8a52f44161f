"""Patterns in where an array is wrong: shape, order, border, sign of an input, kind of case."""

from collections.abc import Sequence

import numpy as np

from autograder.checking.expectation import Expectation
from autograder.checking.patterns.common import NOTHING, Found, alike, pairs, tensor
from autograder.checking.verdict import Mismatch


def other_way_round(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    if all(e.ndim == 2 and alike(g.T, e) for e, g in pairs(mismatches)):
        return "The result is transposed.", "Which axis should come first?"
    return NOTHING


def same_numbers(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    if all(e.size == g.size and alike(g.ravel(), e.ravel()) for e, g in pairs(mismatches)):
        return "The numbers are right, the shape is not.", "Which axis is missing, or one too many?"
    return NOTHING


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
    if any(e.size > 2 for e, _ in both) and all(alike(np.sort(g, axis=None), np.sort(e, axis=None)) for e, g in both):
        return "The right numbers stand in the wrong places.", "In which order does the task list them?"
    return NOTHING


def border(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """Right inside, wrong along an edge of the last two axes."""
    for m in mismatches:
        assert m.wrong is not None
        if m.wrong.ndim < 2 or min(m.wrong.shape[-2:]) < 3 or m.wrong[..., 1:-1, 1:-1].any():
            return NOTHING
    return ("It is right except along the border.", "What does the padding hold?") if mismatches else NOTHING


def one_part(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """Wrong only where an input has one sign, or in one row of a batch."""
    for i, name in enumerate(expectation.names):
        found = [(tensor(expectation, m, i), m.wrong) for m in mismatches]
        known = [(x, wrong) for x, wrong in found if x is not None and wrong is not None and x.shape == wrong.shape]
        if len(known) < len(found) or not any((x < 0).any() and (x > 0).any() for x, _ in known):
            continue
        if not any(wrong[x >= 0].any() for x, wrong in known):
            return (
                f"It is right where `{name}` is positive, wrong where it is negative.",
                f"What becomes of a negative `{name}`?",
            )
        if not any(wrong[x <= 0].any() for x, wrong in known):
            return (
                f"It is right where `{name}` is negative, wrong where it is positive.",
                f"What becomes of a positive `{name}`?",
            )
    return NOTHING


def _by_rows(expectation: Expectation) -> tuple[set[int], set[int]]:
    """Cases with one row, and cases with more."""
    shapes: list[tuple[int, Sequence[int]]] = [
        (i, getattr(c.args[0], "shape", ())) for i, c in enumerate(expectation.cases.all) if c.args
    ]
    rows = {i: shape[0] for i, shape in shapes if len(shape) > 1}
    return {i for i, n in rows.items() if n == 1}, {i for i, n in rows.items() if n > 1}


def unusual_cases(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """Wrong on nothing but a batch of one, or but extreme inputs."""
    wrong, (ones, _) = {m.case for m in mismatches}, _by_rows(expectation)
    if ones and wrong == ones:
        return (
            "It is wrong only for a batch of one.",
            "Does a squeeze, or a division by n - 1, take the batch axis away?",
        )
    if wrong and all(expectation.cases.extreme(i) for i in wrong):
        return (
            "It is right on ordinary inputs, wrong on extreme ones.",
            "Where does your formula lose digits, or get cut off?",
        )
    return NOTHING


def several_rows(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    wrong, (ones, many) = {m.case for m in mismatches}, _by_rows(expectation)
    if many and many <= wrong and ones and not ones & wrong:
        return "It is right for a single row and wrong for more.", "Over which axis do you sum or average?"
    return NOTHING


def later_steps(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """Right at the first step of an update, wrong afterwards."""
    if mismatches and mismatches[0].key.output.step > 1:
        return (
            "The first step is right, later ones are not.",
            "Is all of the state returned, and the returned state used?",
        )
    return NOTHING
