"""What is left of a result when the right one is taken away: an argument, another output, a multiple of one of these.

The same for what a result is multiplied by, and for the step from an argument to its successor.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from torch import Tensor

from autograder.checking.expectation import Expectation
from autograder.checking.patterns.common import NOTHING, Arrays, Found, alike, both, finite, in_list
from autograder.checking.patterns.terms import Values, factor_in_words, term
from autograder.checking.verdict import Mismatch
from autograder.spec.outputs import Kind

Parts = dict[str, list[Arrays]]  # by name, one for each mismatch


def plus_another(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """The right result plus, or minus, a number of times an argument or another output."""
    if not _real(mismatches):
        return NOTHING
    left = [g - e for _, (e, g) in both(mismatches)]
    for name, parts in _parts(mismatches, expectation).items():
        times = _multiples(mismatches, left, parts)
        words = _times(times, expectation) if times else ""
        if words:
            return (
                f"Your result is the right one {words}{name}.",
                f"Where does {name} come in, in your code and in the task?",
            )
    return NOTHING


def times_another(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """The right result multiplied, element by element, by an argument or another output, or divided by it."""
    if not _real(mismatches):
        return NOTHING
    for name, parts in _parts(mismatches, expectation).items():
        for words, relation in (("times", np.multiply), ("divided by", np.divide)):
            if _all(mismatches, parts, relation):
                return (
                    f"Your result is the right one {words} {name}, element by element.",
                    f"Where does {name} come in, in your code and in the task?",
                )
    return NOTHING


def change(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """What is added to an argument is the right change times a factor: for updates."""
    if not _real(mismatches):
        return NOTHING
    parts_of = _parts(mismatches, expectation, arguments_alone=True)
    for name, parts in parts_of.items():
        ratios = _ratios_of_changes(mismatches, parts)
        if not ratios:
            for other, factors in parts_of.items():
                if _change_times(mismatches, parts, factors):
                    return (
                        f"The change of {name} is the right one times {other}, element by element.",
                        f"Where does {other} come in, in your code and in the task?",
                    )
            continue
        first = next(iter(ratios.values()))
        words = factor_in_words(ratios, expectation)
        if not words and np.allclose(list(ratios.values()), first, rtol=1e-5):
            words = f"times {first:.4g}"
        if words:
            return f"The change of {name} is the right one {words}.", "By what does the task multiply the change?"
    return NOTHING


def _real(mismatches: Sequence[Mismatch]) -> bool:
    numbers = bool(mismatches) and all(m.expected is not None and m.expected.dtype.kind == "f" for m in mismatches)
    return numbers and finite(mismatches)


def _parts(mismatches: Sequence[Mismatch], expectation: Expectation, arguments_alone: bool = False) -> Parts:
    """Arguments and other outputs that are there on every case, in a shape that fits the result's."""
    found: Parts = {}
    for m in mismatches:
        named = dict(_arguments(m, expectation)) | ({} if arguments_alone else dict(_outputs(m, expectation)))
        for name, array in named.items():
            if _fits(array, np.asarray(m.expected)):
                found.setdefault(name, []).append(array)
    varied = {n: a for n, a in found.items() if len(a) == len(mismatches) and any(np.ptp(x) > 0 for x in a)}
    return varied


def _arguments(mismatch: Mismatch, expectation: Expectation) -> Iterator[tuple[str, Arrays]]:
    _, item = in_list(mismatch.key.output)
    for name, value in expectation.arguments[mismatch.case].items():
        if isinstance(value, list) and item is not None and item < len(value) and isinstance(value[item], Tensor):
            value = value[item]
        if isinstance(value, Tensor) and value.is_floating_point() and value.ndim:
            yield f"`{name}`", value.detach().double().numpy()


def _outputs(mismatch: Mismatch, expectation: Expectation) -> Iterator[tuple[str, Arrays]]:
    output = mismatch.key.output
    for key, expected in expectation.expected.items():
        other = key.output
        same = key.place == mismatch.key.place and other.step == output.step and other.kind is Kind.VALUE
        if same and other != output and expected.array.dtype.kind == "f" and expected.array.size > 1:
            yield f"the right `{replace(other, step=0)}`", np.asarray(expected.array, np.float64)


def _fits(array: Arrays, result: Arrays) -> bool:
    """Whether it is of the result's shape, or stands in each row of it."""
    return array.shape == result.shape or (0 < array.ndim < result.ndim and array.shape == result.shape[-array.ndim :])


def _multiples(mismatches: Sequence[Mismatch], left: Sequence[Arrays], parts: Sequence[Arrays]) -> Values | None:
    """How many times a part the rest is on each case; None where it is no multiple of it."""
    found: dict[int, float] = {}
    if all(rest.size < 2 for rest in left):
        return None
    for m, rest, part in zip(mismatches, left, parts, strict=True):
        wide = np.broadcast_to(part, rest.shape)
        square = float((wide * wide).sum())
        if square == 0:
            return None
        times = float((rest * wide).sum()) / square
        if abs(times) < 1e-9 or not alike(rest, times * wide):
            return None
        if not np.isclose(found.setdefault(m.case, times), times, rtol=1e-4):  # several tensors of a list
            return None
    return found


def _times(times: Values, expectation: Expectation) -> str:
    """A number of times, the same on every case or a term of it: "plus ", "minus 2 times ", "plus `lr` times "."""
    numbers = list(times.values())
    if np.allclose(numbers, numbers[0], rtol=1e-5):
        side, size = "plus" if numbers[0] > 0 else "minus", abs(numbers[0])
        return f"{side} " if np.isclose(size, 1) else f"{side} {size:.4g} times "
    for sign, words in ((1, "plus"), (-1, "minus")):
        found = term({case: sign * v for case, v in times.items()}, expectation)
        if found:
            return f"{words} {found} times "
    return ""


def _all(mismatches: Sequence[Mismatch], parts: Sequence[Arrays], relation: Callable[[Arrays, Arrays], Arrays]) -> bool:
    for (_, (e, g)), part in zip(both(mismatches), parts, strict=True):
        with np.errstate(all="ignore"):
            wanted = relation(e, np.broadcast_to(part, e.shape))
        if not np.isfinite(wanted).all() or not alike(g, wanted):
            return False
    return True


def _ratios_of_changes(mismatches: Sequence[Mismatch], parts: Sequence[Arrays]) -> Values | None:
    changes = [e - part for (_, (e, _)), part in zip(both(mismatches), parts, strict=True) if e.shape == part.shape]
    made = [g - part for (_, (_, g)), part in zip(both(mismatches), parts, strict=True) if g.shape == part.shape]
    if len(changes) < len(mismatches):
        return None
    return _multiples(mismatches, made, changes)


def _change_times(mismatches: Sequence[Mismatch], parts: Sequence[Arrays], factors: Sequence[Arrays]) -> bool:
    """Whether what is added to a part is the right change times another argument, element by element."""
    for (_, (e, g)), part, factor in zip(both(mismatches), parts, factors, strict=True):
        if e.shape != part.shape or not alike(g - part, (e - part) * factor):
            return False
    return True
