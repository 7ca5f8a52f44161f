"""What an error looks like when nobody has met the mistake before.

Each pattern looks at all mismatches of one output and says, if it holds on every case where it could: a sentence,
and a question. They are tried from the most telling to the least.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from autograder.checking.expectation import Expectation
from autograder.checking.judge import Mismatch

Arrays = NDArray[np.float64]
Found = tuple[str, str]
NOTHING: Found = ("", "")


def pattern(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """A sentence on what the error looks like and a question that leads on; empty if it looks like nothing known."""
    double = [m for m in mismatches if m.key.startswith("float64/")]
    mismatches = double or mismatches  # rounding in float32 blurs what they look like
    misshapen = [m for m in mismatches if m.got is not None and m.wrong is None]
    compared = [m for m in mismatches if m.wrong is not None]
    for look in SHAPES if misshapen else LOOKS:
        found = look(misshapen or compared, expectation)
        if found[0]:
            return found
    return NOTHING


def other_way_round(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    if all(e.ndim == 2 and _alike(g.T, e) for e, g in _pairs(mismatches)):
        return "The result is transposed.", "Which axis should come first?"
    return NOTHING


def same_numbers(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    if all(e.size == g.size and _alike(g.ravel(), e.ravel()) for e, g in _pairs(mismatches)):
        return "The numbers are right, the shape is not.", "Which axis is missing, or one too many?"
    return NOTHING


def unreduced(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """One number for each element, where their sum or mean is asked; or one row too few summed away."""
    if all(e.ndim == 0 and g.ndim > 0 for e, g in _pairs(mismatches)):
        if all(_alike(g.mean(), e) for e, g in _pairs(mismatches)):
            return "You return one number for each element, where their mean is asked.", "What is left to do with them?"
        return "You return an array, where a single number is asked.", "Over what does the formula sum?"
    if all(g.ndim == 0 and e.ndim > 0 for e, g in _pairs(mismatches)):
        return "You return a single number, where an array is asked.", "Over which axes should nothing be summed?"
    return NOTHING


def _pairs(mismatches: Sequence[Mismatch]) -> list[tuple[Arrays, Arrays]]:
    return [(np.asarray(m.expected, np.float64), np.asarray(m.got, np.float64)) for m in mismatches]


def _alike(a: Arrays, b: Arrays) -> bool:
    size = float(np.max(np.abs(b), initial=0.0))
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-5, atol=1e-7 * max(1.0, size))


def _finite(mismatches: Sequence[Mismatch]) -> bool:
    return all(np.isfinite(e).all() and np.isfinite(g).all() for e, g in _pairs(mismatches))


def not_a_number(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    spoiled = [m for m in mismatches if not np.isfinite(np.asarray(m.got, np.float64)).all()]
    if not spoiled:
        return NOTHING
    kind = "NaN" if any(np.isnan(np.asarray(m.got, np.float64)).any() for m in spoiled) else "infinity"
    if len(spoiled) == len(mismatches) and all(expectation.cases.kind(m.case) == "extremes" for m in spoiled):
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
        near = expectation.tolerance_for(m.key, single=True)
        if not m.key.startswith("float64") or expectation.comparison(m.key)(m.expected, m.got, near).any():
            return NOTHING
    return (
        "It is right to about seven digits only, where float64 holds sixteen.",
        "Is a tensor in your answer made in float32 (a truth value times a number is one), or a small constant added?",
    )


def sign(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    if all(_alike(-g, e) for e, g in _pairs(mismatches)):
        return (
            "The sign is flipped: your numbers are the right ones times -1.",
            "Which difference did you take the other way round?",
        )
    return NOTHING


def transposed(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    square = [(e, g) for e, g in _pairs(mismatches) if e.ndim == 2 and min(e.shape) > 1]
    if square and len(square) == len(mismatches) and all(_alike(g.T, e) for e, g in square):
        return "The result is transposed.", "Which axis should come first?"
    return NOTHING


def factor(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """Off by a constant factor; if it is a size of the inputs on every case, say which."""
    ratios = []
    for expected, got in _pairs(mismatches):
        big = np.abs(expected) > 1e-9 * max(float(np.max(np.abs(expected), initial=0.0)), 1e-30)
        if not big.any() or not _finite(mismatches):
            return NOTHING
        ratio = float(np.median(got[big] / expected[big]))
        if abs(ratio) < 1e-9 or not _alike(got, ratio * expected):
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
        return (
            f"It is off by a constant factor: {ratios[0]:.4g} times the right value.",
            "Which constant is missing, or one too many?",
        )
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
    shifts = [g - e for e, g in _pairs(mismatches)]
    whole = any(s.size > 1 for s in shifts) and _finite(mismatches)
    if whole and all(s.size and np.allclose(s, s.flat[0], rtol=1e-4, atol=1e-9) for s in shifts):
        return "Every element is off by the same amount.", "Which constant term is missing, or one too many?"
    return NOTHING


def magnitude(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    signed = [(e, g) for e, g in _pairs(mismatches) if (e < 0).any() or (g < 0).any()]
    if signed and all(_alike(np.abs(g), np.abs(e)) for e, g in _pairs(mismatches)):
        return "The sizes are right, some signs are not.", "For which inputs does the sign differ?"
    return NOTHING


def constant(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    several = [(e, g) for e, g in _pairs(mismatches) if e.size > 1 and not _alike(e, np.full_like(e, e.flat[0]))]
    if several and all(np.all(g == g.flat[0]) for _, g in several):
        value = several[0][1].flat[0]
        what = "zero" if value == 0 else "the same number"
        return f"Every element of your result is {what}.", "Does your result depend on the inputs at all?"
    return NOTHING


def unchanged(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """The result is one of the inputs."""
    for i, name in enumerate(expectation.names):
        inputs = [_tensor(expectation, m, i) for m in mismatches]
        if all(
            x is not None and _alike(np.asarray(m.got, np.float64), x) for x, m in zip(inputs, mismatches, strict=True)
        ):
            return f"Your result is `{name}` itself, unchanged.", "Is the result of your computation returned?"
    return NOTHING


def _tensor(expectation: Expectation, mismatch: Mismatch, i: int) -> Arrays | None:
    args = expectation.cases.all[mismatch.case].args
    value = args[i] if i < len(args) else None
    return np.asarray(value.detach().numpy(), np.float64) if isinstance(value, torch.Tensor) else None


def sorted_or_moved(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    pairs = _pairs(mismatches)
    if any(e.size > 2 for e, _ in pairs) and all(
        _alike(np.sort(g, axis=None), np.sort(e, axis=None)) for e, g in pairs
    ):
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
        pairs = [(_tensor(expectation, m, i), m.wrong) for m in mismatches]
        known = [(x, wrong) for x, wrong in pairs if x is not None and wrong is not None and x.shape == wrong.shape]
        if len(known) < len(pairs) or not any((x < 0).any() and (x > 0).any() for x, _ in known):
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
    if wrong and all(expectation.cases.kind(i) == "extremes" for i in wrong):
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
    if mismatches and " after step " in mismatches[0].output and not mismatches[0].output.endswith(" step 1"):
        return (
            "The first step is right, later ones are not.",
            "Is all of the state returned, and the returned state used?",
        )
    return NOTHING


SHAPES: tuple[Callable[[Sequence[Mismatch], Expectation], Found], ...] = (other_way_round, same_numbers, unreduced)
LOOKS: tuple[Callable[[Sequence[Mismatch], Expectation], Found], ...] = (
    not_a_number,
    few_digits,
    unusual_cases,
    sign,
    transposed,
    factor,
    unchanged,
    constant,
    magnitude,
    sorted_or_moved,
    offset,
    border,
    one_part,
    later_steps,
    several_rows,
)
