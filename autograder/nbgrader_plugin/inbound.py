"""Submissions as they wait in nbgrader's exchange: whose each is, when it says that it came, what speaks against it.

A waiting submission is a folder `<user>+<assignment>+<time>[+<letters by chance>]`. Whoever may hand in may make a
folder there of any name, with anything in it.
"""

import contextlib
import os
import pwd
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nbgrader.utils import parse_utc

from autograder.nbgrader_plugin.safe_copy import FOLDER, Refused
from autograder.printable import printable
from autograder.untrusted.names import problem_with

LATER = timedelta(minutes=10)  # what handing in may take, and clocks may differ by


@dataclass(frozen=True)
class Waiting:
    """One submission in the exchange.

    Attributes:
        name: of its folder.
        student: by that name.
        stamp: the time in that name, as it is written there.
        when: the same as a time, in UTC.
        owner: the number of the user who owns the folder.
    """

    name: str
    student: str
    stamp: str
    when: datetime
    owner: int


def waiting(inbound: int, assignment: str) -> Iterator[Waiting | str]:
    """What was handed in of an assignment; for what cannot be one, a sentence.

    Args:
        inbound: the exchange's folder, open.
        assignment: its name.
    """
    with os.scandir(inbound) as entries:
        names = sorted(entry.name for entry in entries)
    for name in names:
        if f"+{assignment}+" not in name:
            continue  # another assignment's
        try:
            yield _read(inbound, name, assignment)
        except Refused as why:
            yield f"{printable(name)} was not collected: it {why}."


def _read(inbound: int, name: str, assignment: str) -> Waiting:
    parts = re.fullmatch(rf"(.+)\+{re.escape(assignment)}\+([^+]+)(\+[\w-]*)?", name, re.DOTALL)
    if parts is None:
        raise Refused("does not bear the name of a submission, <user>+<assignment>+<time>")
    student, stamp = parts[1], parts[2]
    if student.startswith((".", "-")):  # a hidden folder among the students', or an option of a command
        raise Refused(f"bears a student's name that begins with {student[0]!r}")
    if wrong := problem_with(student):
        raise Refused(f"bears a student's name that {wrong}")
    try:
        when = parse_utc(stamp)
    except (ValueError, OverflowError, TypeError):
        raise Refused("bears no time that can be read") from None
    try:
        status = os.stat(name, dir_fd=inbound, follow_symlinks=False)
    except OSError as problem:
        raise Refused(f"cannot be looked at ({problem.strerror})") from None
    if not stat.S_ISDIR(status.st_mode):
        raise Refused("is a link" if stat.S_ISLNK(status.st_mode) else "is no folder")
    return Waiting(name, student, stamp, when, status.st_uid)


def user_name(number: int) -> str:
    """The user with this number; words for one whom this machine does not know."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"the unknown user {number}"


def opened(inbound: int, one: Waiting) -> int:
    """A submission's folder, open, to be closed by the caller.

    Raises:
        Refused: it is not what it was.
    """
    try:
        folder = os.open(one.name, FOLDER, dir_fd=inbound)
    except OSError as problem:
        raise Refused(f"cannot be opened ({problem.strerror})") from None
    if os.fstat(folder).st_uid != one.owner:
        os.close(folder)
        raise Refused("changed hands while it was collected")
    return folder


def later_than_it_says(folder: int, when: datetime) -> str:
    """A sentence where a submission was written after the time that its name gives, or before a time to come.

    The name is the student's to choose; when an entry of the file system was last changed is not. Copying an exchange
    changes it too, so this is for a person to look at.
    """
    changed = os.fstat(folder).st_ctime
    with os.scandir(folder) as entries:
        for count, entry in enumerate(entries):
            if count > 100:
                break
            with contextlib.suppress(OSError):  # gone since
                changed = max(changed, entry.stat(follow_symlinks=False).st_ctime)
    written = datetime.fromtimestamp(changed, UTC).replace(tzinfo=None)
    if abs(written - when) <= LATER:
        return ""
    return (
        f"says that it was handed in at {when:%Y-%m-%d %H:%M} UTC, and was last changed at {written:%Y-%m-%d %H:%M} UTC"
    )
