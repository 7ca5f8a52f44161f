"""What follows from what an answer drew, concluded where the answer is not."""

from collections.abc import Sequence

from autograder.checking.collect import DTYPES, write
from autograder.checking.context import quiet
from autograder.checking.crash import description
from autograder.checking.evidence import Evidence
from autograder.checking.keys import Key
from autograder.checking.tensors import cast
from autograder.checking.values import unpack_values
from autograder.spec import Case, Question
from autograder.spec.outputs import DRAWN, Kind


def conclude(evidence: Evidence, question: Question, cases: Sequence[Case]) -> None:
    """Look at what was drawn, and write down what follows; values that came with it count only if the probe has such.

    Whatever came from beside a student's code may be otherwise than it should: that is a problem of its run.
    """
    probe = question.probe
    if probe.conclude is None:
        evidence.drawn.clear()
        return
    for key in [k for k in evidence.arrays if k.output.kind is Kind.VALUE and k.output.name not in probe.undrawn]:
        del evidence.arrays[key]
    for place, data in evidence.drawn.items():
        if place.dtype not in DTYPES or not 0 <= place.case < len(cases):
            continue
        try:
            with quiet():
                seen = probe.concluded({DRAWN: unpack_values(data)}, cast(cases[place.case].args, DTYPES[place.dtype]))
                for output, value in seen.items():
                    write(evidence, Key(place, output), value)
        except Exception as error:
            evidence.notes.problems[place] = description(error, None)
    evidence.drawn.clear()
