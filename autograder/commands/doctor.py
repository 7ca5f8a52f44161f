"""`gradschool doctor`: what this machine has, what it lacks, and the line to type for it."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import typer

from autograder.publishing.layout import CourseError, find_root


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is as it should be, what was seen, and what to do if it is not.

    `needed` is False where the course works without it.
    """

    good: bool
    seen: str
    cure: str = ""
    needed: bool = True


def doctor() -> None:
    """Say what this machine has for learning and for grading."""
    findings = [finding for look in LOOKS for finding in look()]
    for finding in findings:
        mark = "✓" if finding.good else "✗" if finding.needed else "–"
        typer.echo(f"{mark} {finding.seen}" + (f"\n    {finding.cure}" if finding.cure and not finding.good else ""))
    if any(finding.needed and not finding.good for finding in findings):
        raise typer.Exit(1)


def course() -> Iterator[Finding]:
    """The course around the current folder."""
    try:
        root = find_root()
    except CourseError as error:
        yield Finding(False, str(error), "cd into the cloned course")
        return
    yield Finding(True, f"course in {root}")
    yield from versions(root / "constraints.txt")


def versions(constraints: Path) -> Iterator[Finding]:
    """Installed packages against those that the stored outputs were made with."""
    if not constraints.is_file():
        return
    pinned = re.findall(r"^([\w.-]+)==([^\s;]+)", constraints.read_text(encoding="utf-8"), re.MULTILINE)
    other = []
    for name, version in pinned:
        try:
            installed = metadata.version(name).partition("+")[0]  # torch says 2.13.0+cpu
        except metadata.PackageNotFoundError:
            continue
        if installed != version:
            other.append(f"{name} {installed} (not {version})")
    cure = "outputs may differ in their last digits; to bring these back: pip install -c constraints.txt -e '.[test]'"
    yield Finding(not other, "package versions" + (f": {', '.join(other)}" if other else ""), cure, needed=False)


def python() -> Iterator[Finding]:
    """The interpreter and torch's device."""
    import torch

    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU: all of the course works without one"
    yield Finding(True, f"Python {sys.version.split()[0]}, torch {torch.__version__}, {gpu}")


def sandbox() -> Iterator[Finding]:
    """What grading a class needs; students need none of it."""
    found = shutil.which("bwrap")
    how = "apt-get install bubblewrap" if os.geteuid() == 0 else "sudo apt-get install bubblewrap"
    yield Finding(bool(found), f"bubblewrap {found or 'is missing: a class cannot be graded'}", how, needed=False)


LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (course, python, sandbox)
