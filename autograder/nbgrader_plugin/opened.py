"""For one transaction: every step of nbgrader's that opens the gradebook gets the one that is open already."""

from collections.abc import Iterator
from contextlib import contextmanager

import nbgrader.converters.autograde
import nbgrader.preprocessors.latesubmissions
import nbgrader.preprocessors.saveautogrades
from nbgrader.api import Gradebook

STEPS = (
    nbgrader.converters.autograde,
    nbgrader.preprocessors.saveautogrades,
    nbgrader.preprocessors.latesubmissions,
)


@contextmanager
def every_step_opens(gradebook: Gradebook) -> Iterator[None]:
    """The name `Gradebook` in nbgrader's steps gives this gradebook, whatever it is called with."""

    def opened(*_: object) -> Gradebook:
        return gradebook

    theirs = [step.Gradebook for step in STEPS]
    try:
        for step in STEPS:
            step.Gradebook = opened
        yield
    finally:
        for step, own in zip(STEPS, theirs, strict=True):
            step.Gradebook = own
