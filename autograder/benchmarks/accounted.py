"""Run a command and say what it and all that it started took: `python -m autograder.benchmarks.accounted FILE COMMAND`.

Whatever outlives its parent becomes a child of this process, so that nothing escapes the account.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
LOOK_EVERY = 0.5  # seconds


def proportional_bytes(pids: list[int]) -> int:
    """Memory of processes together, what they share counted once (PSS)."""
    total = 0
    for pid in pids:
        with suppress(OSError, ValueError, StopIteration):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += 1024 * int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return total


def descendants(pid: int) -> list[int]:
    """Every process below this one."""
    found, waiting = [], [pid]
    while waiting:
        here = waiting.pop()
        with suppress(OSError):
            for task in Path(f"/proc/{here}/task").iterdir():
                children = [int(child) for child in (task / "children").read_text().split()]
                found += children
                waiting += children
    return found


def main() -> int:
    """Write wall-clock and processor seconds and the peak of memory to FILE as JSON; end as the command did."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    peak, over = 0, threading.Event()

    def look() -> None:
        nonlocal peak
        while not over.wait(LOOK_EVERY):
            peak = max(peak, proportional_bytes(descendants(os.getpid())))

    watcher = threading.Thread(target=look)
    watcher.start()
    began = time.monotonic()
    code = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL).returncode
    wall = time.monotonic() - began
    with suppress(ChildProcessError):
        while True:
            os.wait()
    over.set()
    watcher.join()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    account = {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": peak}
    Path(sys.argv[1]).write_text(json.dumps(account))
    return code


if __name__ == "__main__":
    sys.exit(main())
