"""Patterns in the numbers themselves: NaN, sign, factors, constants."""

from collections.abc import Callable, Sequence

import numpy as np

from autograder.checking.expectation import Expectation
from autograder.checking.keys import DOUBLE
from autograder.checking.patterns.common import NOTHING, Arrays, Found, alike, both, pairs, tensor
from autograder.checking.verdict import Mismatch


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


def not_whole(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """Real numbers where whole ones are asked."""
    whole = all(m.expected is not None and m.expected.dtype.kind in "iu" for m in mismatches)
    fractions = [g for _, g in pairs(mismatches) if (g != np.round(g)).any()]
    if whole and fractions:
        return "A whole number is asked; yours is not whole.", "Up or down: how does the task round?"
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
        what = str(bool(value)) if _truths(mismatches) else what
        return f"Every element of your result is {what}.", "For which inputs should it be another?"
    return NOTHING


def _truths(mismatches: Sequence[Mismatch]) -> bool:
    return all(m.expected is not None and m.expected.dtype.kind == "b" for m in mismatches)


def unchanged(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """The result is one of the inputs."""
    for name in expectation.arguments[mismatches[0].case] if mismatches else ():
        if all((x := tensor(expectation, m, name)) is not None and alike(g, x) for m, (_, g) in both(mismatches)):
            return f"Your result is `{name}` itself, unchanged.", "Is the result of your computation returned?"
    return NOTHING


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
    """Related to the right one by a function, seen on three different numbers at least."""
    numbers = np.concatenate([e.ravel() for e, _ in pairs(mismatches)]) if mismatches else np.zeros(0)
    if len(np.unique(numbers)) < 3:
        return NOTHING
    for words, relation in RELATIONS:
        with np.errstate(all="ignore"):
            if all(np.isfinite(relation(e)).all() and alike(g, relation(e)) for e, g in pairs(mismatches)):
                return f"Your result is {words}.", "Which step is missing, or one too many?"
    return NOTHING
