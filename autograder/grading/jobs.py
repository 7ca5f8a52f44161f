"""What a worker is told of one submission, and what it gives back.

Everything that grading needs travels in the job: a worker reads no file of the class, knows no other student, and
gets the seeds of this student's questions, never the secret that they are made from.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import Any

import nbformat

from autograder.exercise_folders import outside
from autograder.grading.rebuild import rebuild
from autograder.grading.submission import Submission, parsed, read_bytes
from autograder.lessons.cells import KEY


@dataclass(frozen=True)
class Part:
    """One submitted notebook as it lay there.

    Attributes:
        name: the notebook's name, without its ending.
        content: its bytes; empty where `problem` says why they could not be read, after "The notebook …".
        seeds: the seed of each question in it, for this student.
    """

    name: str
    content: bytes
    problem: str
    seeds: Mapping[str, int]

    @property
    def digest(self) -> str:
        """SHA-256 of the content, or what is wrong with it."""
        return self.problem or hashlib.sha256(self.content).hexdigest()


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


def part(path: Path, seeds: Mapping[str, int]) -> Part:
    """The notebook at `path`, whatever lies there."""
    try:
        return Part(path.stem, read_bytes(path), "", seeds)
    except ValueError as problem:
        return Part(path.stem, b"", str(problem), seeds)


def rebuilt(given: Part, setup: Setup, stamp: str = "") -> Any:
    """Our notebook with the answers of a submitted one in it, and the digest that its seal will hold."""
    notebook = nbformat.from_dict(json.loads(setup.released[given.name]))
    submission = Submission(problem=given.problem) if given.problem else parsed(given.content)
    rebuild(notebook, submission)
    notebook.metadata[KEY] |= {"digest": given.digest, "stamp": stamp}
    return notebook


@cache
def fingerprint() -> str:
    """A digest of our code, of a teacher's own specs and of torch's version.

    Two machines must share it to come to the same verdicts.
    """
    digest = hashlib.sha256(metadata.version("torch").partition("+")[0].encode())
    specs = [util.find_spec(package) for package in ("autograder", "gradschool")]
    packages = [Path(next(iter(spec.submodule_search_locations or ()))) if spec else Path() for spec in specs]
    for folder in [*packages, *outside()]:
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
