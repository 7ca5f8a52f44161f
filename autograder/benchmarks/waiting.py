"""How long students wait from handing in to feedback while `gradschool watch` grades a class through the exchange.

A watch of its own runs beside, on a course with the first notebook of a unit; submissions are put into the exchange as
`nbgrader submit` leaves them, at moments that are drawn beforehand, and each waits until its page lies there.
"""

import copy
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import torch

from autograder.benchmarks.grading import answers
from autograder.benchmarks.handing_in import open_exchange, page, submit
from autograder.benchmarks.latency import percentile
from autograder.benchmarks.page import keep, machine, table
from autograder.demo import classroom
from autograder.demo.roster import Student

Said = Callable[[str], None]
LONGEST = 600.0  # seconds that one submission may take before the measurement is given up
AT_ONCE = 12  # submissions by which the capacity is measured


class BenchError(Exception):
    """The watch ended, or gave nothing back; says what it printed last."""


@dataclass
class Phase:
    """Some submissions: how long each waited, in seconds, and how long all of it took."""

    name: str
    waits: list[float] = field(default_factory=list)
    wall: float = 0.0

    @property
    def per_minute(self) -> float:
        return 60 * len(self.waits) / self.wall


class Classroom:
    """A course with one notebook, an exchange, and a watch that runs until this is left.

    Args:
        root: the course's folder.
        folder: a scratch folder.
        unit: the assignment.
        workers: submissions graded at once; 0: one a core.
        every: seconds from one look to the next.
    """

    def __init__(self, root: Path, folder: Path, unit: str, workers: int, every: float) -> None:
        self._folder, self._unit, self._count = folder, unit, 0
        self._options = ["--workers", str(workers), "--every", str(every)]
        source = sorted((root / "solutions" / unit).glob("*.ipynb"))[0]
        self.notebook = source.stem
        cut = folder / "cut"
        (cut / "solutions" / unit).mkdir(parents=True)
        shutil.copy(source, cut / "solutions" / unit)
        shutil.copy(root / "nbgrader_config.py", cut)
        self._course = folder / "course"
        self._course.mkdir()
        classroom.set_up(cut, self._course, unit)
        self._inbound = open_exchange(folder / "exchange", "gradschool")
        with open(self._course / "nbgrader_config.py", "a") as config:
            config.write(f"\nc.Exchange.root = {str(folder / 'exchange')!r}\n")
            config.write("c.ExchangeCollect.check_owner = False\n")  # one user hands in for all
        self._released = nbformat.read(self._course / "course" / unit / source.name, as_version=4)

    def __enter__(self) -> "Classroom":
        self._said = open(self._folder / "said.txt", "wb")
        command = [sys.executable, "-m", "autograder.cli", "watch", self._unit, *self._options]
        self._watch = subprocess.Popen(
            command, cwd=self._course, stdin=subprocess.DEVNULL, stdout=self._said, stderr=self._said, env=os.environ
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.send_signal(signal.SIGTERM)
        try:
            self._watch.wait(60)
        except subprocess.TimeoutExpired:
            self._watch.kill()
            self._watch.wait()
        self._said.close()

    def works(self, number: int) -> list[tuple[str, Path]]:
        """So many students with their folders, ready to be handed in."""
        made = []
        for i in range(self._count, self._count + number):
            name = f"s{i:04d}"
            place = self._folder / "work" / name
            place.mkdir(parents=True)
            notebook = classroom.answered(copy.deepcopy(self._released), Student(name, "", answers(i)))
            nbformat.write(notebook, place / f"{self.notebook}.ipynb")
            made.append((name, place))
        self._count += number
        return made

    def hand_in(self, name: str, moments: Sequence[float], told: Said) -> Phase:
        """Hand in at these moments, in seconds from now, and wait until all have their feedback."""
        works, waiting = self.works(len(moments)), dict[Path, float]()
        phase, began, coming = Phase(name), time.monotonic(), list(zip(sorted(moments), works, strict=True))
        while coming or waiting:
            now = time.monotonic() - began
            while coming and coming[0][0] <= now:
                _, (student, work) = coming.pop(0)
                place = submit(self._inbound, work, student, self._unit)
                waiting[page(place, self.notebook)] = time.monotonic()
            for path in [path for path in waiting if path.exists()]:
                phase.waits.append(time.monotonic() - waiting.pop(path))
            if self._watch.poll() is not None or any(time.monotonic() - since > LONGEST for since in waiting.values()):
                raise BenchError((self._folder / "said.txt").read_text()[-2000:])
            told(f"{name}: {len(phase.waits)} of {len(moments)} have their feedback")
            time.sleep(0.1)
        phase.wall = time.monotonic() - began
        return phase


def measure(room: Classroom, minutes: float, burst: int, window: float, told: Said) -> list[Phase]:
    """The capacity, then arrivals at half of it, then a burst before a deadline.

    Args:
        room: with its watch running.
        minutes: for how long submissions arrive at half of the capacity.
        burst: how many come before the deadline.
        window: in how many minutes these come, more and more towards the end.
        told: hears how far it is.
    """
    chance = random.Random(20_260)
    room.hand_in("warming up", [0.0], told)
    full = room.hand_in(f"{AT_ONCE} at once: the capacity", [0.0] * AT_ONCE, told)
    count = max(5, round(full.per_minute / 2 * minutes))
    steady = [chance.uniform(0, 60 * minutes) for _ in range(count)]  # of a Poisson process, given their number
    half = room.hand_in(f"at half of that, for {minutes:g} minutes", steady, told)
    last = [60 * window * chance.random() ** 0.5 for _ in range(burst)]
    return [full, half, room.hand_in(f"{burst} in the last {window:g} minutes", last, told)]


def write(phases: Sequence[Phase], room: Classroom, folder: Path) -> Path:
    """Write `waiting.md`; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    heads = ("", "submissions", "per minute", "wait p50 s", "wait p95 s", "longest s")
    rows = [
        [
            *(phase.name, str(len(phase.waits)), f"{phase.per_minute:.1f}"),
            *(f"{percentile(phase.waits, share):.1f}" for share in (0.5, 0.95, 1.0)),
        ]
        for phase in phases
    ]
    parts = [
        *("# Waiting for feedback", "", machine(torch.device("cpu"), os.cpu_count() or 1), ""),
        f"From `nbgrader submit` to the page in the exchange, with `gradschool watch`; each hands in {room.notebook}.",
        *("", *table(heads, rows)),
    ]
    return keep(folder / "waiting.md", "\n".join(parts) + "\n")
