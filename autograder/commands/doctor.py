"""`gradschool doctor`: what this machine has, what it lacks, and the line to type for it."""

import contextlib
import os
import re
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from autograder import extras
from autograder.lessons.layout import CourseError, find_root

if TYPE_CHECKING:
    import torch


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
    there = ",".join(extra for extra in extras.PURPOSES if not extras.missing(extra))
    what = f"'.[{there}]'" if there else "."
    cure = f"outputs may differ in their last digits; to bring these back: pip install -c constraints.txt -e {what}"
    yield Finding(not other, "package versions" + (f": {', '.join(other)}" if other else ""), cure, needed=False)


def python() -> Iterator[Finding]:
    """The interpreter, this package, and what students open."""
    have, missing = [], []
    for name in ("gradschool", "jupyterlab", "ipywidgets"):
        try:
            have.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    lacks = f"; missing: {', '.join(missing)}" if missing else ""
    yield Finding(
        not missing,
        f"Python {', '.join([sys.version.split()[0], *have])}{lacks}",
        "pip install -c constraints.txt -e .",
    )


def more() -> Iterator[Finding]:
    """The extras: what is here beside a student's desk."""
    there = [extra for extra in extras.PURPOSES if not extras.missing(extra)]
    if there:
        yield Finding(True, f"extras: {', '.join(there)}")
    for extra, purpose in extras.PURPOSES.items():
        if extra not in there:
            seen = f"extra {extra} is not installed: {purpose} (learning needs none of it)"
            yield Finding(False, seen, f"pip install 'gradschool[{extra}]'", needed=False)


def device() -> Iterator[Finding]:
    """Where tensors are computed, and how fast a small product runs there."""
    import torch

    from gradschool import device

    at = device()
    name = torch.cuda.get_device_name() if at.type == "cuda" else f"the processor, {torch.get_num_threads()} threads"
    seconds = product_seconds(at)
    speed = (
        f"a product of 1024 × 1024 matrices takes {1e3 * seconds:.3g} ms ({2 * 1024**3 / seconds / 1e9:.3g} GFLOP/s)"
    )
    yield Finding(True, f"torch {torch.__version__} on {name}: {speed}")
    slow = seconds > 0.5
    cure = "lessons are made for about 0.05 s; close other programs, or look whether OMP_NUM_THREADS is set too low"
    if slow:
        yield Finding(False, "this is slow: a notebook may take several minutes", cure, needed=False)
    if at.type == "cpu":
        yield Finding(True, "no GPU is seen: all of the course works without one")


def product_seconds(at: "torch.device") -> float:
    """The median time of five products of 1024 × 1024 matrices in float32, after one to warm up."""
    import torch

    a = torch.ones(1024, 1024, device=at)
    times = []
    for _ in range(6):
        begun = time.perf_counter()
        (a @ a)[0, 0].item()  # waits for the device
        times.append(time.perf_counter() - begun)
    return statistics.median(times[1:])


def data() -> Iterator[Finding]:
    """Where data sets that do not come with the packages are looked for."""
    import pooch

    from gradschool.idx import FASHION_MNIST, MNIST, DataNotAvailable, find

    own, cache = os.environ.get("GRADSCHOOL_DATA"), pooch.os_cache("gradschool")
    places = f"{cache}" + (f", before it {own} (GRADSCHOOL_DATA)" if own else "; GRADSCHOOL_DATA names no folder")
    if own and not Path(own).is_dir():
        yield Finding(False, f"GRADSCHOOL_DATA names {own}, which is no folder", "unset it, or make the folder", False)
    there = []
    for source in (MNIST, FASHION_MNIST):
        name = next(iter(source.md5))
        with contextlib.suppress(DataNotAvailable):
            there.append(source.title if (cache / source.folder / name).is_file() or find(source, name, False) else "")
    found = f"has {' and '.join(there)}" if there else "has no MNIST yet (fetched when asked for; no lesson needs it)"
    yield Finding(True, f"data: {places}; {found}")


def sandbox() -> Iterator[Finding]:
    """What grading a class needs, found out by trying; students need none of it."""
    if extras.missing("class"):
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
    if extras.missing("class"):
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
    from autograder.nbgrader_plugin.private import open_to_others

    with contextlib.suppress(CourseError):
        folder = find_root() / "class"
        if open_to_others(folder):
            yield Finding(False, f"every user of this machine can look into {folder}", f"chmod 700 {folder}")


LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    course,
    python,
    more,
    device,
    data,
    sandbox,
    exchange,
    class_folder,
)
