"""The two small files that nbgrader puts beside a submission, read with suspicion: students can write them."""

import contextlib
import re
from datetime import datetime
from pathlib import Path

from dateutil.tz import gettz  # type: ignore[import-untyped]
from nbgrader.utils import parse_utc

from autograder.grading import submission

OFFSET = re.compile(r" ?([+-])(\d\d):?(\d\d)\Z")
TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"


def timestamp(folder: str) -> str | None:
    """The text of a submission's `timestamp.txt`, as it stands there; None where it is missing or no time."""
    with contextlib.suppress(ValueError, OverflowError, TypeError):
        text = submission.read_bytes(Path(folder) / TIMESTAMP, most=200).decode()
        return text if text.strip() and moment(text) else None
    return None


def moment(text: str) -> datetime:
    """A time as nbgrader writes it, in UTC; one that names no zone is in UTC already.

    nbgrader's own reading takes "+0100" for 100 seconds, and a zone that it does not know for UTC.

    Raises:
        ValueError, OverflowError, TypeError: it is no time, or nobody knows in which zone.
    """
    plain = OFFSET.sub(r"\1\2:\3", text.strip())
    _, _, zone = plain.rpartition(" ")
    if zone[:1].isalpha() and gettz(zone) is None:
        raise ValueError(f"{zone} is no time zone that is known here")
    found: datetime = parse_utc(plain)
    return found


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
    return None if text is None else moment(text)
