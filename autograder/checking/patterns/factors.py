"""Factors and differences that are the same throughout a result, or throughout each line of it, and what they equal."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from torch import Tensor

from autograder.checking.expectation import Expectation
from autograder.checking.patterns.common import NOTHING, Arrays, Found, alike, finite, pairs
from autograder.checking.patterns.terms import factor_in_words, offset_in_words, term
from autograder.checking.verdict import Mismatch

# Factors that tell where they come from.
CONSTANTS: tuple[tuple[float, str], ...] = (
    (1 / np.log(10), "Which logarithm is asked: to base 10, or the natural one?"),
    (1 / np.log(2), "Which logarithm is asked: to base 2, or the natural one?"),
    (0.5, "Is there a factor 1/2 that the task does not have?"),
    (2.0, "Is there a factor 2 that the task does not have, or a 1/2 missing?"),
)
ROWS = 3  # lines with a factor of their own, at least, in which one can be seen


def factor(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """One factor throughout each case; if it is a term of the task on every case, say which."""
    ratios = _ratios(mismatches)
    if not ratios:
        return NOTHING
    found = factor_in_words(ratios, expectation, measured=_real(mismatches))
    if found:
        where = found.removeprefix("times ").removeprefix("divided by ")
        return (
            f"Your result is the right one {found}.",
            f"Where does {where} stand in your formula, and where in the task's?",
        )
    first = next(iter(ratios.values()))
    if not np.allclose(list(ratios.values()), first, rtol=1e-3) or not _simple(first, mismatches):
        return NOTHING
    hint = next((words for c, words in CONSTANTS if np.isclose(abs(first), c, rtol=1e-5)), "Which constant is it?")
    return f"It is off by a constant factor: {first:.4g} times the right value.", hint


def case_factor(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """One factor throughout each case, another one from case to case."""
    ratios = _ratios(mismatches)
    several = [e for e, _ in pairs(mismatches) if e.size > 1]
    if len(ratios) < 2 or len(several) < len(mismatches):
        return NOTHING
    if all(np.isclose(e.sum(), 1) for e in several):
        return "The numbers of your result do not add up to 1; else it is the right one.", "What do you divide by?"
    return (
        "On each case all numbers of your result are the right ones times one factor, which is another one for each.",
        "Which quantity, the same for all elements, comes in there?",
    )


def _ratios(mismatches: Sequence[Mismatch]) -> dict[int, float]:
    """The factor of each case; none where one of them has several."""
    ratios: dict[int, float] = {}
    if not finite(mismatches):
        return {}
    for m, (expected, got) in zip(mismatches, pairs(mismatches), strict=True):
        big = np.abs(expected) > 1e-9 * max(float(np.max(np.abs(expected), initial=0.0)), 1e-30)
        if not big.any():
            return {}
        ratio = float(np.median(got[big] / expected[big]))
        if abs(ratio) < 1e-9 or not alike(got, ratio * expected):
            return {}
        if not np.isclose(ratios.setdefault(m.case, ratio), ratio, rtol=1e-4):  # several tensors of a list
            return {}
    return ratios


def _simple(ratio: float, mismatches: Sequence[Mismatch]) -> bool:
    """Whether a factor says anything: of whole numbers only one that is whole, or one divided by one that is."""
    return _real(mismatches) or float(ratio).is_integer() or float(1 / ratio).is_integer()


def _real(mismatches: Sequence[Mismatch]) -> bool:
    return all(m.expected is not None and m.expected.dtype.kind == "f" for m in mismatches)


def offset(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """One difference throughout each case; if it is a term of the task on every case, say which."""
    shifts = [g - e for e, g in pairs(mismatches)]
    if not shifts or not finite(mismatches) or any(not s.size for s in shifts):
        return NOTHING
    if not all(np.allclose(s, s.flat[0], rtol=1e-4, atol=1e-9) for s in shifts):
        return NOTHING
    values = {m.case: float(s.flat[0]) for m, s in zip(mismatches, shifts, strict=True)}
    if any(not np.allclose(s, values[m.case], rtol=1e-4, atol=1e-9) for m, s in zip(mismatches, shifts, strict=True)):
        return NOTHING
    found = offset_in_words(values, expectation)
    if found:
        return f"Your result is {found}.", "Which term is missing, or one too many?"
    first = next(iter(values.values()))
    if len(values) > 2 and all(np.isclose(v, first, rtol=1e-6) for v in values.values()):
        side = "large" if first > 0 else "small"
        return (
            f"Your result is too {side} by {abs(first):.4g} wherever it is wrong.",
            "Which constant is missing, or one too many?",
        )
    if any(s.size > 1 for s in shifts):
        return (
            "Every element is off by the same amount.",
            "Which term that all of them share is missing, or one too many?",
        )
    return NOTHING


def itself_a_term(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """A number that is a term of the task already."""
    numbers = pairs(mismatches)
    if not numbers or any(g.size != 1 for _, g in numbers) or not finite(mismatches):
        return NOTHING
    found = term({m.case: float(g.flat[0]) for m, (_, g) in zip(mismatches, numbers, strict=True)}, expectation)
    return (f"Your result is {found}.", "What does the task ask for beyond that?") if found else NOTHING


def line_factor(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """Each line along an axis is the right one times a factor of its own; if the factors are known numbers, which."""
    arrays = pairs(mismatches)
    if not arrays or not finite(mismatches):
        return NOTHING
    axes = min(e.ndim for e, _ in arrays)
    for axis in range(-1, -axes - 1, -1):
        ratios = [_line_ratios(e, g, axis) for e, g in arrays]
        known = [r for r in ratios if r is not None]
        if len(known) < len(ratios) or sum(r.size for r in known) < ROWS or len(known) < 2:
            continue
        words = _lines(axis, max(e.ndim for e, _ in arrays))
        what = _factors_in_words(mismatches, known, axis, expectation)
        if what:
            return (
                f"Each {words} is the right one times {what}.",
                "Which step should make that disappear, or is one too many?",
            )
        if all(np.allclose(e.sum(axis), 1) for e, _ in arrays):
            return (
                f"Each {words} is the right one times a factor of its own: its numbers do not add up to 1.",
                "Over what does your sum run, and over what does the task's?",
            )
        return f"Each {words} is the right one times a factor of its own.", "What is the same throughout one of them?"
    return NOTHING


def _lines(axis: int, axes: int) -> str:
    if axes == 1:
        return "result"
    if axis == -1:
        return "row"
    return "column" if axes == 2 else f"line along axis {axis}"


def _line_ratios(expected: Arrays, got: Arrays, axis: int) -> Arrays | None:
    """The factor of each line along an axis; None where a line has several, or is too short to tell."""
    if expected.shape != got.shape or expected.shape[axis] < 2:
        return None
    largest = np.abs(expected).argmax(axis=axis, keepdims=True)
    with np.errstate(all="ignore"):
        ratio = np.take_along_axis(got, largest, axis) / np.take_along_axis(expected, largest, axis)
    told = np.isfinite(ratio).all() and (ratio != 0).all() and alike(got, expected * ratio)
    return ratio.squeeze(axis) if told else None


def _factors_in_words(
    mismatches: Sequence[Mismatch], ratios: Sequence[Arrays], axis: int, expectation: Expectation
) -> str:
    """What the factors of all lines are, on every case."""
    first = dict(_of_lines(expectation, mismatches[0], ratios[0].shape, axis))
    for words in first:
        for more, move in (("", lambda x: x), ("one divided by ", lambda x: 1 / x)):
            if _all_are(words, move, mismatches, ratios, axis, expectation):
                return f"{more}{words}"
    return ""


def _all_are(
    words: str,
    move: Callable[[Arrays], Arrays],
    mismatches: Sequence[Mismatch],
    ratios: Sequence[Arrays],
    axis: int,
    expectation: Expectation,
) -> bool:
    for m, ratio in zip(mismatches, ratios, strict=True):
        found = dict(_of_lines(expectation, m, ratio.shape, axis)).get(words)
        with np.errstate(all="ignore"):
            if found is None or not alike(ratio, move(found)):
                return False
    return True


def _of_lines(
    expectation: Expectation, mismatch: Mismatch, shape: tuple[int, ...], axis: int
) -> Iterator[tuple[str, Arrays]]:
    """Numbers of the lines of the arguments, as many as there are factors."""
    for name, value in expectation.arguments[mismatch.case].items():
        if not isinstance(value, Tensor) or not value.is_floating_point() or value.ndim == 0:
            continue
        x = value.detach().double().numpy()
        if x.shape == shape:
            yield f"its entry of `{name}`", x
            yield f"the square of its entry of `{name}`", x * x
        if x.ndim == len(shape) + 1 and np.delete(x.shape, axis).tolist() == list(shape):
            yield f"the sum of its numbers in `{name}`", x.sum(axis)
            yield f"their mean in `{name}`", x.mean(axis)
            yield f"their norm in `{name}`", np.sqrt((x * x).sum(axis))
            yield f"the sum of their squares in `{name}`", (x * x).sum(axis)
            yield f"the sum of their absolute values in `{name}`", np.abs(x).sum(axis)
            yield f"their largest in `{name}`", x.max(axis)
            yield f"their standard deviation in `{name}`", x.std(axis)
            yield f"their variance in `{name}`", x.var(axis)
            with np.errstate(all="ignore"):
                yield f"the sum of their exponentials in `{name}`", np.exp(x).sum(axis)
