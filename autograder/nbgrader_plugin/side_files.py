"""The two small files that nbgrader puts beside a submission, read with suspicion: students can write them."""

import contextlib
from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.grading import submission

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"


def timestamp(folder: str) -> str | None:
    """The text of a submission's `timestamp.txt`, as it stands there; None where it is missing or no time."""
    with contextlib.suppress(ValueError, OverflowError, TypeError):
        text = submission.read_bytes(Path(folder) / TIMESTAMP, most=200).decode()
        return text if text.strip() and parse_utc(text.strip()) else None
    return None


def secret(folder: str) -> str | None:
    """What `nbgrader submit` put beside a submission, for the exchange to find its feedback by; None without any."""
    with contextlib.suppress(ValueError):
        text = submission.read_bytes(Path(folder) / SECRET, most=200).decode()
        return text if text.strip().isalnum() else None
    return None


def kept(folder: str) -> dict[str, str]:
    """Those of the two that are there and can be read, by name."""
    found = {TIMESTAMP: timestamp(folder), SECRET: secret(folder)}
    return {name: text for name, text in found.items() if text is not None}


def when_collected(folder: str) -> datetime | None:
    """When a submission was collected; None for a timestamp that is missing or cannot be read."""
    text = timestamp(folder)
    return None if text is None else parse_utc(text.strip())
