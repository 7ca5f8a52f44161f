"""Where an answer stops: on which cases, and what its exception says in plain words."""

import re
from collections.abc import Mapping, Sequence

from autograder.checking.diagnosis.condition import separated
from autograder.checking.evidence import Evidence
from autograder.checking.expectation import Expectation
from autograder.checking.keys import Place
from autograder.checking.verdict import Diagnosis, Means, Mismatch

STOPPED = "Your answer stopped with "

# What a message means, and what to look at. None of these says what is wrong with the formula.
REASONS: Mapping[str, str] = {
    r"KeyError": "A key was looked up that is not in the dict. Which keys does it hold at that moment?",
    r"index .*out of (range|bounds)": "An index lies past the end. How long is what it points into?",
    r"selected index k out of range": "More entries are asked for than there are. How many are there in this case?",
    r"leaf Variable that requires grad": (
        "A tensor that came in, and is to be differentiated, was written into. Where could a new one be made?"
    ),
    r"modified by an inplace operation": (
        "A value that the backward pass needs was overwritten. Which line writes into it?"
    ),
    r"Can't call numpy|requires grad. Use": "NumPy knows no gradients. Which tensor operation does the same?",
    r"same dtype|scalar type|same type|Double|must be tensors of": (
        "Two tensors of different data types meet. Which of them did your code make, and with which `dtype`?"
    ),
    r"size of tensor .* must match|cannot be multiplied|broadcast|size mismatch|Sizes of tensors must match": (
        "Two shapes do not fit. Write both down for the case on the card: which axis stands for what?"
    ),
    r"values to unpack": "It takes apart so many axes, or entries, and there are others. How many does the task allow?",
    r"Boolean value of Tensor": "An `if` asks about a whole tensor. What should become of each of its elements?",
    r"ZeroDivisionError": "Something is divided by 0. Which number can be 0 here?",
    r"non-empty|empty": "Something is empty here. What does the task ask for in that case?",
    r"has no attribute|not callable|unsupported operand|NoneType": (
        "A value is of another kind than the line takes it for. What can it be?"
    ),
    r"NameError|UnboundLocalError": "A name is read before it has a value. On which way through the code is that so?",
    r"missing .* argument|unexpected keyword|positional argument": (
        "It is called with other arguments than it takes. What does its first line say, and what the task?"
    ),
}


class Crashes:
    """The runs that ended in an exception; where no run did, those in which the gradients did."""

    def __init__(self, evidence: Evidence, expectation: Expectation) -> None:
        notes = evidence.notes
        self._said = _by_case(notes.problems) or _by_case(notes.gradient_problems)
        self._expectation = expectation
        self.cases = set(self._said) if _by_case(notes.problems) else set[int]()

    def concern(self, mismatches: Sequence[Mismatch]) -> bool:
        """Whether some of what is wrong is wrong since a run ended so."""
        return any(m.got is None and m.case in self._said for m in mismatches)

    def diagnoses(self) -> list[Diagnosis]:
        """Where it stops, with what, and what that means."""
        others = set(range(len(self._expectation.cases.all))) - set(self._said)
        why = next(iter(self._said.values()))
        same = len({_kind(said) for said in self._said.values()}) == 1
        where = separated(others, set(self._said), self._expectation) if same and self.cases else None
        plain = [words] if (words := reason(why)) else []
        if where is None:
            return [Diagnosis(why, tuple(plain), means=Means.CONDITION)]
        return [Diagnosis(where.stops(_kind(why)), (why, *plain), means=Means.CONDITION)]


def throughout(said: str) -> list[Diagnosis]:
    """Of an answer that stops on every case: what its exception means, where that is known."""
    words = reason(said) if said.startswith(STOPPED) else ""
    return [Diagnosis(said, (words,), means=Means.CONDITION)] if words else []


def _by_case(problems: Mapping[Place, str]) -> dict[int, str]:
    return {place.case: why for place, why in problems.items() if why.startswith(STOPPED)}


def _kind(said: str) -> str:
    """The type of an exception."""
    return said.removeprefix(STOPPED).split(":")[0]


def reason(said: str) -> str:
    """What an exception means, in plain words; "" where nothing is known of it."""
    return next((words for pattern, words in REASONS.items() if re.search(pattern, said)), "")
