"""Submissions in nbgrader's exchange as `nbgrader submit` leaves them, for students who have no account here."""

import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.utils import notebook_hash


def open_exchange(root: Path, course: str) -> Path:
    """An exchange with room for one course; returns where students hand in."""
    inbound = root / course / "inbound"
    inbound.mkdir(parents=True)
    (root / course / "feedback").mkdir()
    for folder in (root, root / course, inbound):
        folder.chmod(0o777)
    return inbound


def submit(inbound: Path, work: Path, student: str, unit: str, finish: bool = True) -> Path:
    """Hand in a folder's notebooks; without `finish` it stays half-way, as if `nbgrader submit` were still writing.

    Returns:
        The folder in the exchange.
    """
    stamp = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
    place = inbound / f"{student}+{unit}+{stamp}+{secrets.token_hex(4)}"
    shutil.copytree(work, place)
    (place / "timestamp.txt").write_text(stamp)
    if finish:
        complete(place)
    return place


def complete(place: Path) -> None:
    """What `nbgrader submit` does last."""
    (place / "submission_secret.txt").write_text(secrets.token_hex(64))


def page(place: Path, notebook: str) -> Path:
    """Where the feedback of a submission's notebook will lie."""
    secret = (place / "submission_secret.txt").read_text()
    return place.parents[1] / "feedback" / f"{notebook_hash(secret=secret, notebook_id=notebook)}.html"
