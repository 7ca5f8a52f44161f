"""Whether nbgrader's exchange holds against its users: who may write where, and what they could do with it.

nbgrader asks of everyone who hands in that they may write into the exchange's own folder, so it is open to all. What
keeps users from moving others' folders there is the sticky bit (1777), and that the course's folder is made beforehand.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.nbgrader_plugin.inbound import user_name

OTHERS_WRITE, OTHERS_READ = stat.S_IWOTH, stat.S_IROTH


@dataclass(frozen=True)
class Loose:
    """What is wrong with a folder of the exchange, in a sentence, and the line to type for it."""

    what: str
    cure: str


def loose(exchange: Path, course: str) -> Iterator[Loose]:
    """What users could do to one another in an exchange.

    Args:
        exchange: its folder, which is there.
        course: the name of the course in it.
    """
    place = exchange / course
    root = _mode(exchange)
    if root & OTHERS_WRITE and not root & stat.S_ISVTX:
        yield Loose(f"every user can move or replace the courses in {exchange}", f"sudo chmod 1777 {exchange}")
    if exchange.lstat().st_uid not in (0, os.geteuid()):
        yield Loose(f"{exchange} belongs to {user_name(exchange.lstat().st_uid)}", f"sudo chown root {exchange}")
    if not place.is_dir() or place.is_symlink():
        if root & OTHERS_WRITE:
            yield Loose(f"any user can make {place} before you do", f'sudo install -d -m 755 -o "$USER" {place}')
        return
    if place.stat().st_uid not in (0, os.geteuid()) and os.geteuid() != 0:
        yield Loose(f"{place} belongs to {user_name(place.stat().st_uid)}", f'sudo chown -R "$USER" {place}')
    yield from _parts(place)


def _parts(place: Path) -> Iterator[Loose]:
    """The course's folder and those in it: tasks are read by all, work is put in by all and read by none of them."""
    for folder in (place, place / "outbound", place / "feedback"):
        if folder.is_dir() and _mode(folder) & OTHERS_WRITE:
            yield Loose(f"every user can put files into {folder}", f"chmod o-w {folder}")
    inbound, feedback = place / "inbound", place / "feedback"
    if inbound.is_dir():
        if _mode(inbound) & OTHERS_READ:
            yield Loose(f"every user can see in {inbound} who handed in, and what", f"chmod 1733 {inbound}")
        elif not _mode(inbound) & stat.S_ISVTX:
            yield Loose(f"who knows the name of a submission in {inbound} can remove it", f"chmod 1733 {inbound}")
        elif _mode(inbound) & 0o003 != 0o003:
            yield Loose(f"nobody can hand in to {inbound}", f"chmod 1733 {inbound}")
    if feedback.is_dir() and _mode(feedback) & OTHERS_READ:
        yield Loose(f"every user can see the feedback of all in {feedback}", f"chmod 711 {feedback}")


def _mode(folder: Path) -> int:
    return stat.S_IMODE(folder.lstat().st_mode)
