"""What a worker is told of one submission, and what it gives back.

Everything that grading needs travels in the job: a worker reads no file of the class, knows no other student, and
gets the seeds of this student's questions, never the secret that they are made from.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import Any

import nbformat

from autograder import own_course
from autograder.exercise_folders import outside
from autograder.grading.find import HandedIn
from autograder.grading.rebuild import rebuild
from autograder.grading.submission import Submission, parsed
from autograder.lessons.cells import KEY

READ_SECONDS = 10.0  # of computing, to take one notebook apart
log = logging.getLogger("gradschool")


@dataclass(frozen=True)
class Draw:
    """The seed of a question, and what it was made from, for the grade's record."""

    seed: int
    drawn: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One submitted notebook as it lay there.

    Attributes:
        name: the released notebook's name, without its ending.
        content: its bytes without outputs.
        problem: why there are none, after "The notebook …".
        draws: of each question in it, for this student.
        digest: SHA-256 of the whole file, or what is wrong with it.
        remarks: what a reader should know of how the file was found.
    """

    name: str
    content: bytes
    problem: str
    draws: Mapping[str, Draw]
    digest: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """One student's submission, to be graded. `stamp` is when it was collected, as the gradebook is to know it."""

    student: str
    parts: tuple[Part, ...]
    stamp: str = ""


@dataclass(frozen=True)
class Setup:
    """What all submissions of an assignment share.

    Attributes:
        released: the notebooks that students were given, as JSON, by name.
        limits: bounds of one submission, by the names of `Limits`.
        sandbox: auto, warm, cold or none.
        code: the coordinator's `fingerprint()`; a worker with another one refuses to grade.
    """

    released: Mapping[str, str]
    limits: Mapping[str, Any] = field(default_factory=dict)
    sandbox: str = "auto"
    code: str = ""


@dataclass(frozen=True)
class Graded:
    """A student's graded notebooks as JSON, by name, and how long they took."""

    student: str
    notebooks: Mapping[str, str]
    seconds: float = 0.0


def parts(handed_in: HandedIn, draws: Mapping[str, Mapping[str, Draw]]) -> tuple[Part, ...]:
    """What was handed in as it travels; `draws` by the notebook's name, for each of its questions."""
    return tuple(
        Part(name, file.content, file.problem, draws[name], file.digest, tuple(handed_in.remarks.get(name, ())))
        for name, file in handed_in.files.items()
    )


def rebuilt(given: Part, setup: Setup, stamp: str = "") -> Any:
    """Our notebook with the answers of a submitted one in it, and the digest that its seal will hold."""
    from autograder.checking.context import time_limit  # torch: not while nbgrader's configuration is read
    from autograder.spec.errors import TimeLimit

    try:
        with time_limit(READ_SECONDS):
            notebook = _rebuilt(given, setup)
    except TimeLimit:
        notebook = _rebuilt(replace(given, problem="took too long to be read"), setup)
    except (ValueError, RecursionError, MemoryError, AttributeError, LookupError, TypeError):
        log.exception("A notebook of the name %s could not be taken apart", given.name)
        notebook = _rebuilt(replace(given, problem="could not be taken apart"), setup)
    told = notebook.metadata[KEY]
    told |= {"digest": given.digest, "stamp": stamp}
    if given.remarks:
        told["remarks"] = [*given.remarks, *told.get("remarks", [])]
    return notebook


def _rebuilt(given: Part, setup: Setup) -> Any:
    notebook = nbformat.from_dict(json.loads(setup.released[given.name]))
    submission = Submission(problem=given.problem) if given.problem else parsed(given.content)
    return rebuild(notebook, submission)


@cache
def fingerprint() -> str:
    """A digest of our code, of a teacher's own specs and references, and of torch's version.

    Two machines must share it to come to the same verdicts.
    """
    digest = hashlib.sha256(metadata.version("torch").partition("+")[0].encode())
    specs = [util.find_spec(package) for package in ("autograder", "gradschool")]
    packages = [Path(next(iter(spec.submodule_search_locations or ()))) if spec else Path() for spec in specs]
    course = own_course.own_course()
    references = [course.references] if course is not None and course.references is not None else []
    for folder in [*packages, *outside(), *references]:
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
