"""Right numbers at a wrong place: under another output's name, a step late, moved or turned along an axis.

What is said here was seen on every case on which the output is wrong, on two of them at least.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.checking.evidence import Evidence
from autograder.checking.expectation import Expectation
from autograder.checking.keys import Key
from autograder.checking.patterns.common import NOTHING, Found, alike
from autograder.spec.outputs import Kind, Output

Array = NDArray[Any]


def elsewhere(output: Output, wrong: Sequence[Key], evidence: Evidence, expectation: Expectation) -> Found:
    """A sentence on where the right numbers stand, and a question; empty where they stand nowhere."""
    keys = [key for key in wrong if key in evidence.arrays]
    if len(keys) < len(wrong) or not keys:
        return NOTHING
    look = _Look(output, keys, evidence, expectation)
    return look.another_output() or look.another_step() or NOTHING


class _Look:
    def __init__(self, output: Output, keys: Sequence[Key], evidence: Evidence, expectation: Expectation) -> None:
        self._output, self._keys, self._expectation = output, keys, expectation
        self._evidence = evidence

    def another_output(self) -> Found | None:
        """The right values of another output, as they are, negative or transposed."""
        for other in self._others():
            if not self._is(other):
                continue
            swapped = self._swapped(other)
            if not swapped and self._evidence.arrays[self._keys[0]].dtype.kind != "f":
                continue  # whole numbers may be equal by chance
            if swapped:
                first, second = sorted((str(self._output), str(other)))
                return (
                    f"`{first}` and `{second}` are exchanged.",
                    "In which order does the task name what you return?",
                )
            return f"`{self._output}` holds what belongs into `{other}`.", f"What is `{self._output}` in the task?"
        if self._evidence.arrays[self._keys[0]].dtype.kind != "f":
            return None
        for other in self._others():
            for words, move in (("times -1", np.negative), ("transposed", np.transpose)):
                if self._is(other, move):
                    return (
                        f"`{self._output}` holds what belongs into `{other}`, {words}.",
                        f"What is `{self._output}` in the task?",
                    )
        return None

    def another_step(self) -> Found | None:
        """What belongs to the step before, or after."""
        if not self._output.step:
            return None
        for shift, words in ((-1, "late"), (1, "early")):
            step = self._output.step + shift
            other = replace(self._output, step=step)
            if step > 0 and self._is(other):
                return (
                    f"`{self._output.name}` is one step {words}: after step {self._output.step} it is what belongs "
                    f"to step {step}.",
                    "Which of the two values, the old one or the new one, does each line use?",
                )
        return None

    def _others(self) -> list[Output]:
        found = dict.fromkeys(k.output for k in self._expectation.expected if k.output.kind is Kind.VALUE)
        return [o for o in found if o != self._output and o.step == self._output.step]

    def _is(self, other: Output, move: Callable[[Array], Array] = lambda x: x) -> bool:
        """Whether it holds, wherever it is wrong, the right values of another output."""
        expected, telling = self._expectation.expected, 0
        for key in self._keys:
            theirs = expected.get(replace(key, output=other))
            if theirs is None or not _numbers(theirs.array, self._evidence.arrays[key]):
                return False
            got, wanted = self._evidence.arrays[key], move(theirs.array)
            if got.shape != wanted.shape or not alike(got.astype(float), wanted.astype(float)):
                return False
            telling += _tells(wanted)
        return telling >= min(2, len({key.case for key in self._keys})) and telling > 0

    def _swapped(self, other: Output) -> bool:
        look = _Look(other, [replace(key, output=other) for key in self._keys], self._evidence, self._expectation)
        there = all(replace(key, output=other) in self._evidence.arrays for key in self._keys)
        return there and look._is(self._output)


def _numbers(*arrays: Array) -> bool:
    return all(array.dtype.kind in "fiu" for array in arrays)


def _tells(array: Array) -> bool:
    """Whether it is improbable that other numbers are these by chance."""
    return (array.size > 1 and len(np.unique(array)) > 1) or (array.dtype.kind == "f" and bool((array != 0).any()))


def _varied(array: Array) -> bool:
    """Whether three of its numbers or more differ by more than rounding."""
    return len(np.unique(array.astype(np.float32).round(5))) > 2


def moved(pairs: Sequence[tuple[Array, Array]]) -> Found:
    """How the right numbers were moved within an array: turned round, shifted or wrapped along one axis."""
    if not pairs or not all(_numbers(e, g) and e.ndim == g.ndim for e, g in pairs):
        return NOTHING
    for words, question, moves in _moves(max(e.ndim for e, _ in pairs)):
        shown = [(wanted, part) for e, g in pairs for wanted, part in [moves(e, g)]]
        same = all(w is not None and p is not None and w.shape == p.shape and alike(p, w) for w, p in shown)
        if same and sum(w is not None and _varied(w) for w, _ in shown) >= 2:
            return words, question
    return NOTHING


Both = tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]


def _moves(axes: int) -> Iterator[tuple[str, str, Callable[[Array, Array], Both]]]:
    order = "From which end does the task count?"
    for axis in range(axes):
        along = f" along axis {axis}" if axes > 1 else ""
        yield f"The right numbers stand in reverse order{along}.", order, _turned(axis)
        for by in (1, -1):
            where = "late" if by == 1 else "early"
            yield (
                f"The right numbers stand one place too {where}{along}.",
                "Which entry is the first one, and with which index does the count begin?",
                _shifted(axis, by),
            )
        for end, words in ((slice(1, None), "beginning"), (slice(None, -1), "end")):
            yield (
                f"There is one entry too many at the {words}{along}; the others are right.",
                "How many entries does the task ask for?",
                _cut(axis, end, longer=True),
            )
            yield (
                f"One entry is missing at the {words}{along}; the others are right.",
                "How many entries does the task ask for?",
                _cut(axis, end, longer=False),
            )


def _turned(axis: int) -> Callable[[Array, Array], Both]:
    def both(e: Array, g: Array) -> Both:
        fits = e.shape == g.shape and axis < e.ndim and e.shape[axis] > 1
        return (np.flip(e, axis).astype(float), g.astype(float)) if fits else (None, None)

    return both


def _shifted(axis: int, by: int) -> Callable[[Array, Array], Both]:
    """All but one entry of each, so that what was put into the gap does not matter."""

    def both(e: Array, g: Array) -> Both:
        if e.shape != g.shape or axis >= e.ndim or e.shape[axis] < 2:
            return None, None
        n = e.shape[axis]
        front, back = range(n - 1), range(1, n)
        here, there = (front, back) if by == 1 else (back, front)
        return np.take(e, here, axis).astype(float), np.take(g, there, axis).astype(float)

    return both


def _cut(axis: int, kept: slice, longer: bool) -> Callable[[Array, Array], Both]:
    def both(e: Array, g: Array) -> Both:
        long, short = (g, e) if longer else (e, g)
        if axis >= e.ndim or long.shape[axis] != short.shape[axis] + 1:
            return None, None
        index = tuple(kept if i == axis else slice(None) for i in range(e.ndim))
        cut = long[index].astype(float)
        return (short.astype(float), cut) if longer else (cut, short.astype(float))

    return both
