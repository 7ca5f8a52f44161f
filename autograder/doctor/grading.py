"""What grading a class needs, found out by trying; students need none of it."""

from __future__ import annotations

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
    folder = Path("/usr/local/share/nbgrader/exchange")
    seen = f"nbgrader's exchange {folder}"
    if folder.is_dir() and os.access(folder, os.W_OK):
        yield Finding(True, f"{seen} is there")
    else:
        cure = f"to release and collect through it: sudo install -d -m 777 {folder} (docs/instructor.md)"
        yield Finding(False, f"{seen} is not there, or cannot be written", cure, needed=False)
