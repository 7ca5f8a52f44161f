"""After the card of a wrong answer whose mistake has no name: where one small change makes it right.

The student's own code is run again for it, changed, in their own kernel; answers that do more than compute are left
alone. The environment variable GRADSCHOOL_PLACE turns it off ("off"), or gives it another time ("0.5": seconds).
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.checking.diagnosis.place import SECONDS, find_place
from autograder.checking.evidence import Evidence
from autograder.checking.interrupt import interruptible
from autograder.checking.verdict import Diagnosis, Verdict
from autograder.spec import Exercise
from autograder.spec.errors import Interrupted, TimeLimit

VARIABLE = "GRADSCHOOL_PLACE"
# By its user, by its own limit, or since the source is too large to be looked through.
STOPPED = (Interrupted, TimeLimit, RecursionError, MemoryError)


def seconds() -> float:
    """Processor time for it, 0 where it is turned off; what cannot be read as a number turns it off too."""
    told = os.environ.get(VARIABLE, "").strip()
    try:
        return max(0.0, float(told)) if told else SECONDS
    except ValueError:
        return 0.0


def place_of(
    exercise: Exercise, evidence: Evidence, verdict: Verdict, seed: int, cells: Sequence[str], names: Mapping[str, Any]
) -> Diagnosis | None:
    """What there is to say; None if nothing, if it is turned off or stopped: the card has been shown."""
    allowed = seconds()
    if not allowed:
        return None
    try:
        with interruptible():
            return find_place(exercise, evidence, verdict, seed, cells, names, allowed)
    except STOPPED:
        return None
