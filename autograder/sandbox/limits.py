"""What one submission may use while its notebook is graded.

Set in `nbgrader_config.py` by name, those that should differ: `c.Autograde.limits = {"seconds_per_cell": 10}`.
"""

from __future__ import annotations

import difflib
import math
from dataclasses import asdict, dataclass, fields

MB = 1024**2
GB = 1024**3
MOST_EVIDENCE = 64_000_000  # the judge reads no more

# Least and most of each bound: beyond them a right answer could not be graded, or a number overflows on its way.
RANGES: dict[str, tuple[float, float]] = {
    "seconds_per_cell": (0.1, 1e6),
    "seconds_per_submission": (0.1, 1e6),
    "replays": (0, 1000),
    "memory_bytes": (64 * MB, 1024 * GB),
    "processes": (4, 100_000),
    "open_files": (32, 1_000_000),
    "file_bytes": (MB, 1024 * GB),
    "tmp_bytes": (MB, 1024 * GB),
    "outputs_per_cell": (1, 100_000),
    "output_bytes_per_cell": (1000, 256 * MB),
    "output_bytes_per_submission": (1000, 1024 * MB),
    "evidence_bytes": (MB, MOST_EVIDENCE),
}
# By the clock a bound in seconds is so many times as long: it ends what neither computes nor waits for a processor.
CLOCK = 20.0
READ = "see the table in autograder/sandbox/limits.py"


@dataclass(frozen=True)
class Limits:
    """Bounds on the sandboxed run of one notebook. Every bound is enforced; none is advice.

    Attributes:
        seconds_per_cell: processor seconds that one cell, or one check, may take, those of all its processes and
            threads together; three seconds of waiting count as one. The longest honest check trains for ten
            seconds: leave it twice that.
        seconds_per_submission: the same for the whole notebook, replays after a death included, the start of a
            cold sandbox not.
        replays: fresh processes that one notebook may ask for after its first one has died.
        memory_bytes: address space that a process may take beyond the imported libraries (``RLIMIT_AS``, set
            to this plus what torch and the rest have mapped; with torch for CPU that makes about 3 GB in all).
        processes: processes and threads together (``RLIMIT_NPROC``; a kernel before 5.14 counts them per
            user of the whole machine, so there the bound is not set, and time alone ends a fork bomb).
        open_files: file descriptors per process (``RLIMIT_NOFILE``).
        file_bytes: size of one file (``RLIMIT_FSIZE``).
        tmp_bytes: size of the folder for temporary files, and again of ``/dev/shm``; both are private, and empty
            at the start.
        outputs_per_cell: output records (streams, results, pictures, errors) kept of one cell.
        output_bytes_per_cell: UTF-8 bytes of text and base64 kept of one cell's outputs.
        output_bytes_per_submission: the same of all cells of a notebook together; errors are kept beyond it.
        evidence_bytes: size of the evidence of one check.

    Raises:
        ValueError: for a name that is no bound, or a value that is no number or out of its range (``RANGES``).
    """

    seconds_per_cell: float = 20.0
    seconds_per_submission: float = 120.0
    replays: int = 10
    memory_bytes: int = 2 * GB
    processes: int = 16
    open_files: int = 256
    file_bytes: int = 64 * MB
    tmp_bytes: int = 64 * MB
    outputs_per_cell: int = 100
    output_bytes_per_cell: int = 1 * MB
    output_bytes_per_submission: int = 8 * MB
    evidence_bytes: int = 16 * MB

    def __new__(cls, *values: float, **named: float) -> Limits:
        """Refuse a name that is none with a sentence: it comes from a file that people write."""
        for name in named:
            if name not in RANGES:
                near = difflib.get_close_matches(str(name), RANGES, 1)
                meant = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(RANGES)}."
                raise ValueError(f"There is no limit called {name!r}: {meant}")
        return super().__new__(cls)

    def __post_init__(self) -> None:
        for field in fields(self):
            value, (least, most) = getattr(self, field.name), RANGES[field.name]
            number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
            if not number or value < 0 or (value == 0 and least > 0):
                raise ValueError(f"{field.name} must be a positive number, got {value!r}; {READ}")
            if field.type == "int" and value != int(value):
                raise ValueError(f"{field.name} must be a whole number, got {value!r}; {READ}")
            if not least <= value <= most:
                raise ValueError(f"{field.name} must lie between {least:,} and {most:,}, got {value:,}; {READ}")
            if field.type == "int":
                object.__setattr__(self, field.name, int(value))

    def as_dict(self) -> dict[str, float]:
        """The bounds as plain numbers, the form in which they travel into the sandbox."""
        return asdict(self)
