"""What is installed, read off the packages' own records; none of them is imported."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from autograder.doctor.findings import Finding

PACKAGE = "gradschool"
SHOWN = ("gradschool", "jupyterlab", "ipywidgets")
REQUIREMENT = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?\s*(?:\(?>=\s*([\d.]+))?")


def desk() -> Iterator[Finding]:
    """The packages of a student's desk."""
    try:
        required = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        yield Finding(False, f"{PACKAGE} is not installed for this Python", _how())
        return
    missing, old = [], []
    for text in required:
        found = REQUIREMENT.match(text)
        if found is None or "extra ==" in text:
            continue
        name, least = found[1], found[2]
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
            continue
        if least and _numbers(version) < _numbers(least):
            old.append(f"{name} {version} (needs {least} or newer)")
    if missing:
        yield Finding(False, f"packages are missing: {', '.join(missing)}", _how())
    if old:
        yield Finding(False, f"packages are too old: {', '.join(old)}", _how())
    if not missing and not old:
        yield Finding(True, ", ".join(f"{name} {metadata.version(name)}" for name in SHOWN))


def _installed() -> bool:
    try:
        return bool(metadata.version(PACKAGE))
    except metadata.PackageNotFoundError:
        return False


def _how() -> str:
    """The line that installs what is missing into this interpreter."""
    from autograder.doctor.course import root

    there = root()
    what = "-c constraints.txt -e ." if there is not None else PACKAGE
    line = f"{Path(sys.executable).name} -m pip install {what}"
    if sys.prefix == sys.base_prefix and not os.environ.get("CONDA_PREFIX"):
        line = f"{Path(sys.executable).name} -m venv .venv, activate it, and in it: python -m pip install {what}"
    return line + (f" (in {there})" if there is not None else "")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])


def versions() -> Iterator[Finding]:
    """Installed packages against those that the stored outputs were made with."""
    from autograder import extras
    from autograder.doctor.course import root

    there = root()
    if there is None or not (there / "constraints.txt").is_file():
        return
    text = (there / "constraints.txt").read_text(encoding="utf-8")
    other = []
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE):
        try:
            installed = metadata.version(name).partition("+")[0]  # torch says 2.13.0+cpu
        except metadata.PackageNotFoundError:
            continue
        if installed != version:
            other.append(f"{name} {installed} (not {version})")
    have = ",".join(extra for extra in extras.PURPOSES if not extras.missing(extra))
    what = f"'.[{have}]'" if have else "."
    cure = f"outputs may differ in their last digits; to bring these back: pip install -c constraints.txt -e {what}"
    yield Finding(not other, "package versions" + (f": {', '.join(other)}" if other else ""), cure, needed=False)


def extras_here() -> Iterator[Finding]:
    """The extras: what is here beside a student's desk."""
    from autograder import extras

    if extras.missing("class") and not _installed():
        return  # told already: nothing is
    there = [extra for extra in extras.PURPOSES if not extras.missing(extra)]
    if there:
        yield Finding(True, f"extras: {', '.join(there)}")
    for extra, purpose in extras.PURPOSES.items():
        if extra not in there:
            seen = f"extra {extra} is not installed: {purpose} (learning needs none of it)"
            yield Finding(False, seen, f"pip install 'gradschool[{extra}]'", needed=False)
