"""What is looked at, in which order, and the telling of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from autograder.doctor import machine
from autograder.doctor.findings import OLDEST, findings, say, told, width

if TYPE_CHECKING:
    from autograder.doctor.findings import Look


def examine() -> int:
    """Say what this machine has for learning and for grading; 1 if learning lacks something, else 0."""
    found = list(findings(looks()))
    for finding in found:
        for line in told(finding, width()):
            say(line)
    return int(any(finding.needed and not finding.good for finding in found))


def looks() -> list[Look]:
    """What is looked at, in order. What an old Python cannot read is left out."""
    first: list[Look] = [machine.python, machine.system]
    if sys.version_info < OLDEST:
        return first
    from autograder.doctor import course, folders, grading, kernels, packages, torch_here

    return [
        *first,
        *(course.course, packages.desk, packages.versions, packages.extras_here),
        *(kernels.kernel, torch_here.device, folders.folders, folders.shadows, folders.settings, course.data),
        *(grading.sandbox, grading.exchange, grading.class_folder),
    ]
