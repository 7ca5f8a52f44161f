"""What an error looks like when nobody has met the mistake before.

Each pattern looks at all mismatches of one output and says, if it holds on every case where it could: a sentence,
and a question. They are tried from the most telling to the least.
"""

from collections.abc import Callable, Sequence

from autograder.checking.expectation import Expectation
from autograder.checking.keys import DOUBLE
from autograder.checking.patterns import factors, positions, remainders, values
from autograder.checking.patterns.common import NOTHING, Found, finite
from autograder.checking.verdict import Mismatch

Look = Callable[[Sequence[Mismatch], Expectation], Found]
SHAPES: tuple[Look, ...] = (
    positions.other_way_round,
    positions.axes_moved,
    positions.same_numbers,
    positions.unreduced,
    positions.other_sizes,
)
# What they say is about cases or steps, or about a single number: each holds however little there is.
ABOUT_CASES: tuple[Look, ...] = (values.not_a_number, values.few_digits, values.not_whole)
ABOUT_NUMBERS: tuple[Look, ...] = (
    values.sign,
    positions.transposed,
    factors.factor,
    values.unchanged,
    values.constant,
    values.magnitude,
    positions.sorted_or_moved,
    factors.offset,
    factors.itself_a_term,
    remainders.change,
    remainders.plus_another,
    remainders.times_another,
    values.transformed,
    factors.case_factor,
    factors.line_factor,
    positions.at_labels,
    positions.border,
    positions.one_part,
    positions.one_line,
)
LAST: tuple[Look, ...] = (positions.later_steps,)


def pattern(mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    """A sentence on what the error looks like and a question that leads on; empty if it looks like nothing known."""
    double = [m for m in mismatches if m.key.dtype == DOUBLE]
    mismatches = double or mismatches  # rounding in float32 blurs what they look like
    misshapen = [m for m in mismatches if m.got is not None and m.wrong is None]
    compared = [m for m in mismatches if m.wrong is not None and not _lone_truth(m)]
    compared = [m for m in compared if not m.asks] or compared  # bounds say nothing of how numbers relate
    if misshapen:
        return _first(SHAPES, misshapen, expectation)
    looks = (*ABOUT_CASES, *(ABOUT_NUMBERS if _enough(compared) else ()), *LAST)
    numbers = [m for m in compared if finite([m])]
    found = _first(looks, numbers, expectation) if numbers else NOTHING
    return found if found[0] or len(numbers) == len(compared) else _first(looks, compared, expectation)


def weak(title: str) -> bool:
    """Whether a pattern says less than which cases are wrong does: none, or that some number is no number."""
    return not title or title.startswith(("It gives ", "The first step is right"))


def _enough(mismatches: Sequence[Mismatch]) -> bool:
    """Whether there is enough to see a pattern in: two cases and eight numbers, or three cases of a number each."""
    cases = {m.case for m in mismatches}
    numbers = sum(m.expected.size for m in mismatches if m.expected is not None)
    return len(cases) >= 3 or (len(cases) >= 2 and numbers >= 8)


def _lone_truth(mismatch: Mismatch) -> bool:
    """A single yes or no has no sign, no factor and no logarithm: its line says all there is."""
    return mismatch.expected is not None and mismatch.expected.dtype.kind == "b" and mismatch.expected.size == 1


def _first(looks: Sequence[Look], mismatches: Sequence[Mismatch], expectation: Expectation) -> Found:
    for look in looks:
        found = look(mismatches, expectation)
        if found[0]:
            return found
    return NOTHING
