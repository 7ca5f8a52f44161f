"""The smallest condition: what the cases have in common on which an output is right, or those on which it is wrong.

A property of the cases separates if it holds on all of the one and on none of the other. It is a fact on the cases
that were run, and no cause. A case whose right result is empty, or one number throughout, tells little: it is left out
where others tell more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.checking.diagnosis.properties import Property, Tier, properties
from autograder.checking.expectation import Expectation
from autograder.checking.keys import Key
from autograder.spec.outputs import Output
from autograder.spec.probes import leaves

FEWEST = 3  # cases that tell, at least: one of one kind and two of the other
MOST_SUBJECTS = 2  # properties of more things than this, all of which separate, single out none
# Of what is no special value, so many cases must have it, and so many must not: each case has numbers of its own.
EACH_SIDE, RELATED = 2, 3


@dataclass(frozen=True)
class Condition:
    """Where an output is right and where it is wrong.

    Attributes:
        properties: each of which separates the two; they speak of one thing or two.
        right: whether it is right where they hold; wrong, else.
        note: the words of the spec for the one case on which it is wrong, where no property singles it out.
    """

    properties: tuple[Property, ...]
    right: bool
    note: str = ""

    def sentence(self, verb: str = "is wrong") -> str:
        """As a sentence about the cases that were run."""
        if self.note:
            return f"It {verb} on one of the cases alone: {self.note}."
        if self.right:
            return f"It is right where {self.where}, and {verb.removeprefix('is ')} in all other cases."
        if self.properties[0].tier is Tier.EXTREME and verb == "is wrong":
            return "It is right on ordinary inputs, wrong on extreme ones."
        return f"It {verb} where {self.where}, and is right in all other cases."

    @property
    def where(self) -> str:
        """The cases that it is about."""
        return " and ".join(p.words for p in self.properties)

    def stops(self, kind: str) -> str:
        """As a sentence on where an exception of this kind ends the run."""
        if self.note:
            return f"It stops with {kind} on one of the cases alone: {self.note}."
        if self.right:
            return f"It stops with {kind} except where {self.where}."
        return f"It stops with {kind} where {self.where}, and nowhere else."

    def question(self) -> str:
        """What leads on from there."""
        if self.note or not self.right:
            where = self.note or self.where
            return f"What does the task ask for there ({where}), and what does your code do?"
        return f"Which step of your code makes no difference where {self.where}?"


def condition(output: Output, right: dict[Key, bool], expectation: Expectation) -> Condition | None:
    """By which property of the cases the right ones of an output differ from the wrong ones; None if by none."""
    fine, wrong, flat, handed_on = _sides(output, right, expectation)
    sides = [fine - flat or fine, fine - flat - handed_on]
    told = (separated(side, wrong, expectation) for side in sides)
    return next((found for found in told if found is not None), None)


def separated(fine: set[int], wrong: set[int], expectation: Expectation) -> Condition | None:
    """The simplest property that holds on all of the one cases and none of the others."""
    if not fine or not wrong or len(fine | wrong) < FEWEST:
        return None
    note = _note(fine, wrong, expectation)
    if note is not None:
        return note
    every = properties(expectation)
    for tier in Tier:
        for special in (True, False):
            for right, side, other in ((True, fine, wrong), (False, wrong, fine)):
                found = [p for p in every if p.tier is tier and p.special is special]
                found = [p for p in found if side <= p.cases and not other & p.cases and _tells(p, right, side, other)]
                if found:
                    subjects = {p.subject for p in found}
                    return Condition(_one_each(found), right) if len(subjects) <= MOST_SUBJECTS else None
    return None


def _tells(p: Property, right: bool, side: set[int], other: set[int]) -> bool:
    """Whether there are enough cases with a property and without it for what it says not to be chance."""
    if p.tier in (Tier.LEFT_OUT, Tier.EXTREME):
        return not right
    if p.tier is Tier.EQUAL and not right:
        return False
    if p.tier is Tier.RELATION:
        return len(side) >= EACH_SIDE and len(other) >= RELATED
    if p.special:
        return len(other) >= (EACH_SIDE if p.tier is Tier.VALUE or len(side) > 1 else RELATED)
    return min(len(side), len(other)) >= EACH_SIDE


def _one_each(found: Iterable[Property]) -> tuple[Property, ...]:
    """Of what speaks of one thing, the first."""
    best: dict[str, Property] = {}
    for p in found:
        best.setdefault(p.subject, p)
    return tuple(best.values())


def _note(fine: set[int], wrong: set[int], expectation: Expectation) -> Condition | None:
    """Where a single case is wrong, the spec's own words for it: it has much that no other case has."""
    note = expectation.cases.all[min(wrong)].note if len(wrong) == 1 else ""
    return Condition((), False, note) if note and not expectation.cases.left_out(min(wrong)) else None


def _sides(
    output: Output, right: dict[Key, bool], expectation: Expectation
) -> tuple[set[int], set[int], set[int], set[int]]:
    """The cases on which an output is right, and on which it is wrong.

    And those on which what is right tells little: one number throughout, or an argument as it came.
    """
    seen: dict[int, bool] = {}
    flat, handed_on = set[int](), set[int]()
    for key, expected in expectation.expected.items():
        if key.output == output:
            seen[key.case] = seen.get(key.case, True) and right[key]
            flat |= {key.case} if _one_number(expected.array) else set()
            handed_on |= {key.case} if _handed_on(expected.array, key.case, expectation) else set()
    fine = {case for case, so in seen.items() if so}
    return fine, set(seen) - fine, flat, handed_on


def _one_number(array: NDArray[Any]) -> bool:
    """Whether it is empty, one number throughout, or 0."""
    return array.size == 0 or bool((array == (array.flat[0] if array.size > 1 else 0)).all())


def _handed_on(array: NDArray[Any], case: int, expectation: Expectation) -> bool:
    """Whether the right result is one of the arguments as it came."""
    tensors = (t for value in expectation.arguments[case].values() for t in leaves(value))
    same = (t for t in tensors if t.shape == array.shape and array.ndim)
    return any(np.array_equal(t.detach().numpy(), array) for t in same)
