"""What one submission may use while its notebook is graded."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

MB = 1024**2
GB = 1024**3


@dataclass(frozen=True)
class Limits:
    """Bounds on the sandboxed run of one notebook. Every bound is enforced; none is advice.

    Attributes:
        seconds_per_cell: wall-clock seconds that one cell, or one check, may take.
        seconds_per_submission: wall-clock seconds for the whole notebook, replays after a death included,
            the start of a cold sandbox not.
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
        evidence_bytes: size of the evidence of one check.

    Raises:
        ValueError: if a bound is not a positive number.
    """

    seconds_per_cell: float = 20.0
    seconds_per_submission: float = 120.0
    replays: int = 10
    memory_bytes: int = 2 * GB
    processes: int = 32
    open_files: int = 256
    file_bytes: int = 64 * MB
    tmp_bytes: int = 64 * MB
    outputs_per_cell: int = 100
    output_bytes_per_cell: int = 1 * MB
    evidence_bytes: int = 16 * MB

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least = 0 if field.name == "replays" else 1e-9
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= least:
                raise ValueError(f"{field.name} must be a positive number, got {value!r}; see the docstring of Limits")

    def as_dict(self) -> dict[str, float]:
        """The bounds as plain numbers, the form in which they travel into the sandbox."""
        return asdict(self)
