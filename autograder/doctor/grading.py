"""What grading a class needs, found out by trying; students need none of it."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path

from autograder.doctor.findings import Finding


def sandbox() -> Iterator[Finding]:
    """Where the code of a class would run."""
    from autograder import extras

    if extras.missing("class") or platform.system() != "Linux":
        return
    from autograder.sandbox.bubblewrap import SandboxError
    from autograder.sandbox.choice import choose

    if shutil.which("bwrap") is None:
        how = "apt-get install bubblewrap" if os.geteuid() == 0 else "sudo apt-get install bubblewrap"
        yield Finding(False, "bubblewrap is missing: a class cannot be graded here (learning needs none)", how, False)
        return
    try:
        choice = choose()
    except SandboxError as problem:
        yield Finding(False, "the sandbox does not work: a class cannot be graded here", str(problem), needed=False)
        return
    yield Finding(True, f"sandbox: {choice.kind} ({choice.reason})")


def exchange() -> Iterator[Finding]:
    """The folder through which nbgrader hands assignments out and in on a machine of several users."""
    from autograder import extras

    if extras.missing("class") or platform.system() != "Linux":
        return
    from autograder.nbgrader_plugin.exchange_modes import loose

    folder = Path("/usr/local/share/nbgrader/exchange")
    seen = f"nbgrader's exchange {folder}"
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        cure = "to release and collect through it: the lines of `sudo install` in README.md"
        yield Finding(False, f"{seen} is not there, or cannot be written", cure, needed=False)
        return
    found = list(loose(folder, "gradschool"))
    yield from (Finding(False, f"{seen}: {one.what}", one.cure, needed=False) for one in found)
    if not found:
        yield Finding(True, f"{seen} is there, and its users cannot get at one another's work")


def class_folder() -> Iterator[Finding]:
    """The folder in which students' work, grades and the class's secret lie."""
    from autograder import extras

    if extras.missing("class") or platform.system() != "Linux":
        return
    from autograder.lessons.layout import CourseError, find_root
    from autograder.nbgrader_plugin.private import open_to_others

    with contextlib.suppress(CourseError):
        folder = find_root() / "class"
        if open_to_others(folder):
            yield Finding(False, f"every user of this machine can look into {folder}", f"chmod 700 {folder}")
