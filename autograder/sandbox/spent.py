"""The trusted side: what a notebook's processes have spent, and whether that is more than they may.

Processor time counts, not the clock: beside a submission that keeps every core busy, an honest one takes longer and
spends no more. Of all processes and threads of a notebook the time is added up. Waiting counts a third, so that a cell
that sleeps ends too; waiting for a processor counts nothing, and is bounded by the clock alone, far away.

Memory is bounded for each process by the kernel (``limits``), and for all of them together here: what each has taken
of its own since the step began is added up. A fork shares its parent's pages, which no number here tells; so several
times as much is allowed as to one alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from autograder.sandbox.limits import CLOCK

IDLE = 3.0  # seconds of waiting that count as one
TICKS = os.sysconf("SC_CLK_TCK")
TOGETHER = 4  # times as much memory as one process may have
SOONEST, LATEST = 0.02, 0.5  # seconds until it is looked again
MOST_PROCESSES = 10_000  # of one notebook; more than its limits can allow


@dataclass(frozen=True)
class Spent:
    """What the processes of a notebook have spent since they are there.

    Attributes:
        clock: the moment, on ``time.monotonic()``'s clock.
        computing: processor seconds of all of them, those that have ended included.
        queued: by thread the seconds for which it could have run and had no processor.
        memory: by process the bytes of its own that it holds.
    """

    clock: float
    computing: float
    queued: dict[int, float] = field(default_factory=dict)
    memory: dict[int, int] = field(default_factory=dict)

    def since(self, before: Spent) -> float:
        """Seconds that count against a bound, from an earlier moment on."""
        clock = self.clock - before.clock
        queued = max((value - before.queued.get(thread, 0.0) for thread, value in self.queued.items()), default=0.0)
        return max(self.computing - before.computing, (clock - queued) / IDLE, clock / CLOCK)

    def taken_since(self, before: Spent) -> int:
        """Bytes that all processes together hold beyond what the largest held at an earlier moment."""
        share = max(before.memory.values(), default=0)
        return sum(max(0, held - before.memory.get(process, share)) for process, held in self.memory.items())


def spent(root: int) -> Spent:
    """What the process ``root`` and all below it have spent; nothing where it is gone, or cannot be seen."""
    now, computing, queued, memory = time.monotonic(), 0.0, dict[int, float](), dict[int, int]()
    for process in _family(root):
        computing += _computing(process)
        memory[process] = _memory(process)
        for thread in _entries(f"/proc/{process}/task"):
            queued[thread] = _queued(process, thread)
    return Spent(now, computing, queued, memory)


class Allowance:
    """So many seconds and bytes from now on, for what hangs below one process. See ``protocol.Patience``.

    ``full`` tells whether all of it held more memory than it may.
    """

    def __init__(self, root: int, seconds: float, memory_bytes: int) -> None:
        self._root, self._seconds, self._memory = root, seconds, TOGETHER * memory_bytes
        self.full = False
        self._began = self._last = spent(root)
        self._at_once = len(os.sched_getaffinity(0))

    def used(self) -> float:
        """Seconds that count, until now; once the processes have ended, until they were last seen."""
        now = spent(self._root)
        if not now.queued:  # gone: what it spent since it was last seen is little
            return max(self._last.since(self._began), (now.clock - self._began.clock) / IDLE)
        self._last = now
        self.full = self.full or now.taken_since(self._began) > self._memory
        return now.since(self._began)

    def left(self) -> float:
        """Seconds to wait before it is asked again; 0 where nothing is left.

        On all of this machine's cores it could use up what is left in a fraction of the time.
        """
        left = self._seconds - self.used()
        if self.full:
            return 0.0
        return min(max(left / self._at_once, SOONEST), LATEST) if left > 0 else 0.0


def _family(root: int) -> Iterator[int]:
    """A process and all that were started below it; what loses its parent there falls to the first of its namespace."""
    waiting, seen = [root], 0
    while waiting and seen < MOST_PROCESSES:
        process = waiting.pop()
        seen += 1
        yield process
        for thread in _entries(f"/proc/{process}/task"):
            waiting += _numbers(f"/proc/{process}/task/{thread}/children")


def _computing(process: int) -> float:
    """Processor seconds of a process, and of those that it has started and seen end."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            told = file.read().rpartition(b")")[2].split()  # the name before it may hold anything
        return sum(map(int, told[11:15])) / TICKS
    except (OSError, ValueError):
        return 0.0


def _memory(process: int) -> int:
    """Bytes of a process that lie in no file: what it has written, pages that a fork shares among them."""
    try:
        with open(f"/proc/{process}/status", "rb") as file:
            lines = dict(line.split(b":", 1) for line in file if b":" in line)
        return sum(int(lines[name].split()[0]) for name in (b"RssAnon", b"RssShmem")) * 1024
    except (OSError, ValueError, KeyError, IndexError):
        return 0


def _queued(process: int, thread: int) -> float:
    numbers = _numbers(f"/proc/{process}/task/{thread}/schedstat")
    return numbers[1] / 1e9 if len(numbers) > 1 else 0.0


def _numbers(path: str) -> list[int]:
    try:
        with open(path, "rb") as file:
            return [int(word) for word in file.read().split()]
    except (OSError, ValueError):
        return []


def _entries(folder: str) -> list[int]:
    try:
        return [int(name) for name in os.listdir(folder)]
    except (OSError, ValueError):
        return []
