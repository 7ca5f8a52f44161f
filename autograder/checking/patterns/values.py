"""Patterns in the numbers themselves: NaN, sign, factors, constants."""

from collections.abc import Callable, Sequence

import numpy as np

from autograder.checking.expectation import Expectation
from autograder.checking.keys import DOUBLE
from autograder.checking.patterns.common import NOTHING, Arrays, Found, alike, finite, pairs, tensor
from autograder.checking.verdict import Mismatch

# Factors that tell where they come from.
CONSTANTS: tuple[tuple[float, str], ...] = (
    (1 / np.log(10), "Which logarithm is asked: to base 10, or the natural one?"),
    (1 / np.log(2), "Which logarithm is asked: to base 2, or the natural one?"),
    (0.5, "Is there a factor 1/2 that the task does not have?"),
    (2.0, "Is there a factor 2 that the task does not have, or a 1/2 missing?"),
)


def not_a_number(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    spoiled = [m for m in mismatches if not np.isfinite(np.asarray(m.got, np.float64)).all()]
    if not spoiled:
        return NOTHING
    kind = "NaN" if any(np.isnan(np.asarray(m.got, np.float64)).any() for m in spoiled) else "infinity"
    if len(spoiled) == len(mismatches) and all(expectation.cases.extreme(m.case) for m in spoiled):
        return (
            f"It gives {kind} where the inputs are extreme.",
            "Which step overflows, divides by zero, or takes the log of zero?",
        )
    return f"It gives {kind} for some inputs.", "Which step can divide by zero, overflow, or take the log of zero?"


def few_digits(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """Right to the digits of float32 where float64 was asked."""
    if not mismatches:
        return NOTHING
    for m in mismatches:
        assert m.expected is not None and m.got is not None
        expected = expectation.expected[m.key]
        if m.key.dtype != DOUBLE or expected.compare(m.expected, m.got, expected.tolerance(single=True)).any():
            return NOTHING
    return (
        "It is right to about seven digits only, where float64 holds sixteen.",
        "Is a tensor in your answer made in float32 (a truth value times a number is one), or a small constant added?",
    )


def sign(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    if all(alike(-g, e) for e, g in pairs(mismatches)):
        return (
            "The sign is flipped: your numbers are the right ones times -1.",
            "Which difference did you take the other way round?",
        )
    return NOTHING


def factor(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """Off by a constant factor; if it is a size of the inputs on every case, say which."""
    ratios = []
    for expected, got in pairs(mismatches):
        big = np.abs(expected) > 1e-9 * max(float(np.max(np.abs(expected), initial=0.0)), 1e-30)
        if not big.any() or not finite(mismatches):
            return NOTHING
        ratio = float(np.median(got[big] / expected[big]))
        if abs(ratio) < 1e-9 or not alike(got, ratio * expected):
            return NOTHING
        ratios.append(ratio)
    cases = [expectation.cases.all[m.case] for m in mismatches]
    for name, size in _sizes(cases[0].args, expectation):
        sizes = [dict(_sizes(c.args, expectation)).get(name) for c in cases]
        if size and size > 1 and all(s and np.isclose(r, s, rtol=1e-4) for r, s in zip(ratios, sizes, strict=True)):
            return f"It is too large by a factor that equals {name}.", "Is it a sum where a mean is asked?"
        if size and size > 1 and all(s and np.isclose(r * s, 1, rtol=1e-4) for r, s in zip(ratios, sizes, strict=True)):
            return f"It is too small by a factor that equals {name}.", "Is something divided by that once too often?"
    telling = len(ratios) > 1 or (ratios and np.asarray(mismatches[0].expected).size > 2)
    if telling and np.allclose(ratios, ratios[0], rtol=1e-3):
        hint = next(
            (words for c, words in CONSTANTS if np.isclose(abs(ratios[0]), c, rtol=1e-5)), "Which constant is it?"
        )
        return f"It is off by a constant factor: {ratios[0]:.4g} times the right value.", hint
    return NOTHING


def _sizes(args: tuple[object, ...], expectation: Expectation) -> list[tuple[str, int]]:
    """Sizes of the input tensors, by a name a student understands."""
    found = []
    for name, value in zip(expectation.names, args, strict=False):
        shape = getattr(value, "shape", ())
        for axis, size in enumerate(shape):
            found.append(
                (f"the number of rows of `{name}`" if axis == 0 else f"size {axis} of `{name}`'s shape", int(size))
            )
        if len(shape) > 1:
            found.append((f"the number of elements of `{name}`", int(np.prod(shape))))
    return found


def offset(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    shifts = [g - e for e, g in pairs(mismatches)]
    whole = any(s.size > 1 for s in shifts) and finite(mismatches)
    if whole and all(s.size and np.allclose(s, s.flat[0], rtol=1e-4, atol=1e-9) for s in shifts):
        return "Every element is off by the same amount.", "Which constant term is missing, or one too many?"
    return NOTHING


def magnitude(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    signed = [(e, g) for e, g in pairs(mismatches) if (e < 0).any() or (g < 0).any()]
    if signed and all(alike(np.abs(g), np.abs(e)) for e, g in pairs(mismatches)):
        return "The sizes are right, some signs are not.", "For which inputs does the sign differ?"
    return NOTHING


def constant(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    several = [(e, g) for e, g in pairs(mismatches) if e.size > 1 and not alike(e, np.full_like(e, e.flat[0]))]
    if several and all(np.all(g == g.flat[0]) for _, g in several):
        value = several[0][1].flat[0]
        what = "zero" if value == 0 else "the same number"
        return f"Every element of your result is {what}.", "Does your result depend on the inputs at all?"
    return NOTHING


def unchanged(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """The result is one of the inputs."""
    for i, name in enumerate(expectation.names):
        inputs = [tensor(expectation, m, i) for m in mismatches]
        if all(
            x is not None and alike(np.asarray(m.got, np.float64), x) for x, m in zip(inputs, mismatches, strict=True)
        ):
            return f"Your result is `{name}` itself, unchanged.", "Is the result of your computation returned?"
    return NOTHING


def row_factor(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """Each row the right one times a factor of its own, as where a normalisation is missing."""
    several = [(e, g) for e, g in pairs(mismatches) if e.ndim and e.shape[-1] > 1]
    if len(several) < len(mismatches) - 1 or not several or not finite(mismatches):
        return NOTHING
    for expected, got in several:
        largest = np.abs(expected).argmax(axis=-1, keepdims=True)
        with np.errstate(all="ignore"):
            ratio = np.take_along_axis(got, largest, -1) / np.take_along_axis(expected, largest, -1)
        if not np.isfinite(ratio).all() or not (ratio != 0).all() or not alike(got, expected * ratio):
            return NOTHING
    return "Each row is the right one times a factor of its own.", "What should the numbers of one row add up to?"


# How a result may be related to the right one, as a sentence ends.
RELATIONS: tuple[tuple[str, Callable[[Arrays], Arrays]], ...] = (
    ("the square root of the right one", np.sqrt),
    ("the square of the right one", np.square),
    ("the logarithm of the right one", np.log),
    ("the exponential of the right one", np.exp),
    ("one divided by the right one", np.reciprocal),
    ("one minus the right one", lambda x: 1 - x),
)


def transformed(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    for words, relation in RELATIONS:
        with np.errstate(all="ignore"):
            if all(np.isfinite(relation(e)).all() and alike(g, relation(e)) for e, g in pairs(mismatches)):
                return f"Your result is {words}.", "Which step is missing, or one too many?"
    return NOTHING
