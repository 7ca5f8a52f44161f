"""What is wrong with an answer: outputs, and what it leaves behind or hands back beside them."""

from enum import Enum, auto

from autograder.checking.evidence import Evidence
from autograder.checking.expectation import Expectation, Expected
from autograder.checking.judge import mismatch, out_of_place
from autograder.checking.keys import Key, Place
from autograder.checking.world import Aspect
from autograder.spec.outputs import Kind, Output


class Form(Enum):
    """What may be wrong beside the outputs."""

    INPUTS = auto()  # it leaves what it was handed otherwise
    EXTRA = auto()  # there is more than there should be, or in another container


Wrong = set[Output | Form]


def rights(evidence: Evidence, expectation: Expectation) -> dict[Key, bool]:
    """Which arrays are right."""
    return {key: right(evidence, expected) for key, expected in expectation.expected.items()}


def right(evidence: Evidence, expected: Expected) -> bool:
    """Whether this one is."""
    return mismatch(evidence, expected) is None


def wrong(right: dict[Key, bool], evidence: Evidence, expectation: Expectation) -> Wrong:
    """What is wrong on some case."""
    found: Wrong = {key.output for key, fine in right.items() if not fine}
    if left_otherwise(evidence, expectation):
        found.add(Form.INPUTS)
    if extra(evidence, expectation):
        found.add(Form.EXTRA)
    return found


def main_outputs(found: Wrong, expectation: Expectation) -> set[Output]:
    """Those of them that the task is about: a value, and no mere yes or no beside one."""
    return {output for output in found if isinstance(output, Output) and _main(output, expectation)}


def _main(output: Output, expectation: Expectation) -> bool:
    if output.kind is not Kind.VALUE:
        return False
    arrays = [e.array for key, e in expectation.expected.items() if key.output == output]
    flags = all(array.dtype.kind == "b" and array.size == 1 for array in arrays)
    return not flags or len(expectation.headings) == 1


def left_otherwise(evidence: Evidence, expectation: Expectation) -> dict[Place, set[tuple[int, Aspect]]]:
    """What each run left otherwise than it may."""
    found = {
        place: {(change.argument, change.aspect) for change in changes} - expectation.allowed
        for place, changes in evidence.notes.changed.items()
    }
    return {place: changes for place, changes in found.items() if changes}


def extra(evidence: Evidence, expectation: Expectation) -> set[Key]:
    """Outputs that hold more than they should, or are held by another container."""
    return {mismatch.key for mismatch in out_of_place(evidence, expectation)}
