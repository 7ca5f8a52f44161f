"""Users of one machine: an instructor who is not root, a student, and one who wants what is not theirs.

They are users that every Linux has, and each command below runs as one of them, in the exchange that README makes.
"""

import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.autograder.nbgrader_plugin.classroom import course
from tests.autograder.nbgrader_plugin.classroom.conftest import needs_sandbox
from tests.test_instructor_commands import EXCHANGE, instructor_blocks, made

TEACHER, STUDENT, OTHER = "games", "man", "mail"
UNIT = course.UNIT
pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become several users of this system"),
]


class Machine:
    """One folder that all users may enter: their homes, the course, the exchange."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.exchange, self.course = folder, folder / "exchange", folder / "course"
        folder.chmod(0o755)
        for user in (TEACHER, STUDENT, OTHER):
            home = folder / user
            (home / ".jupyter").mkdir(parents=True)
            config = f"c = get_config()\nc.Exchange.root = {str(self.exchange)!r}\n"
            (home / ".jupyter" / "nbgrader_config.py").write_text(config)
            self.give(home, user)
            home.chmod(0o700)

    def give(self, place: Path, user: str) -> None:
        number = pwd.getpwnam(user)
        for path in [place, *place.rglob("*")]:
            os.chown(path, number.pw_uid, number.pw_gid, follow_symlinks=False)

    def run(self, user: str, *command: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
        """A command of a user's, with nothing of ours but the tools."""
        number, home = pwd.getpwnam(user), self.folder / user
        become = ["setpriv", f"--reuid={number.pw_uid}", f"--regid={number.pw_gid}", "--clear-groups"]
        return subprocess.run(
            [*opened_to_all(Path(sys.base_prefix), self.folder / "python"), *become, *command],
            cwd=cwd or home,
            umask=0o022,
            env={"HOME": str(home), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def nbgrader(self, user: str, *words: str) -> str:
        """An nbgrader command, which has to succeed; the instructor's in the course's folder."""
        cwd = self.course if user == TEACHER else self.folder / user
        done = self.run(user, sys.executable, "-m", "nbgrader", *words, cwd=cwd)
        assert done.returncode == 0, done.stdout
        return done.stdout


def opened_to_all(python: Path, aside: Path) -> list[str]:
    """What to put before a command so that other users may run a Python that lies in a folder closed to them.

    In a view of the file system of the command's own, that folder holds nothing but the Python, and is open.
    """
    closed = [folder for folder in reversed(python.parents) if not folder.stat().st_mode & 0o001]
    if not closed:
        return []
    script = (
        f"mkdir -p {aside} && mount --bind {python} {aside} && mount -t tmpfs -o mode=755 none {closed[0]} && "
        f'mkdir -p {python} && mount --move {aside} {python} && exec "$@"'
    )
    return ["unshare", "--mount", "--propagation", "private", "bash", "-c", script, "bash"]


@pytest.fixture
def machine(root: Path) -> Iterator[Machine]:
    needs_sandbox()
    folder = Path(tempfile.mkdtemp(prefix="gradschool-users-"))
    try:
        machine = Machine(folder)
        if machine.run(STUDENT, sys.executable, "-c", "import nbgrader, autograder").returncode:
            pytest.skip("other users may not read this Python, or this course")
        _, lines = instructor_blocks(root)
        for line in made(lines):
            line = line.removeprefix("sudo ").replace(EXCHANGE, str(machine.exchange))
            subprocess.run(["bash", "-c", line], check=True, env={**os.environ, "USER": TEACHER})
        machine.course.mkdir()
        course.set_up(root, machine.course)
        machine.give(machine.course, TEACHER)
        yield machine
    finally:
        shutil.rmtree(folder)


def answered(machine: Machine, user: str) -> None:
    """A fetched unit with the right answers in it."""
    copy = course.Copy(machine.course, "nobody")
    copy.folder = machine.folder / user / UNIT
    copy.hand_in()
    machine.give(copy.folder, user)


def submission(machine: Machine, user: str) -> Path:
    [found] = (machine.exchange / "gradschool" / "inbound").glob(f"{user}+*")
    return found


def refused(machine: Machine, *command: str) -> None:
    """A command of the other one's that the system does not let them do."""
    done = machine.run(OTHER, *command)
    assert done.returncode and re.search("not permitted|denied", done.stdout), done.stdout


def test_a_class_of_users_from_release_to_feedback(machine: Machine) -> None:
    place = machine.exchange / "gradschool"
    machine.nbgrader(TEACHER, "release_assignment", UNIT)
    for user in (STUDENT, OTHER):
        machine.nbgrader(user, "fetch_assignment", UNIT, "--course", "gradschool")
        answered(machine, user)
        machine.nbgrader(user, "submit", UNIT, "--course", "gradschool")
    hers, his = submission(machine, STUDENT), submission(machine, OTHER)

    refused(machine, "mv", str(place), str(place) + "-mine")
    refused(machine, "ls", str(place / "inbound"))
    refused(machine, "mv", str(hers), str(place / "inbound" / "elsewhere"))
    refused(machine, "touch", str(place / "outbound" / "more"))
    refused(machine, "ls", str(machine.course / "class"))
    refused(machine, "cat", str(machine.course / "class" / "gradebook.db"))

    mine = str(place / "inbound" / f"{STUDENT}+{UNIT}+2031-01-01 00:00:00.000000 UTC+mine")
    assert machine.run(OTHER, "cp", "-r", str(his), mine).returncode == 0
    assert machine.run(OTHER, "ln", "-sf", str(hers / "1_first.ipynb"), str(his / "1_first.ipynb")).returncode == 0
    said = " ".join(machine.nbgrader(TEACHER, "collect", UNIT).split())
    assert f"it bears the name of {STUDENT} and belongs to {OTHER}" in said
    assert f"{OTHER}: Not taken: 1_first.ipynb is a link." in said

    said = machine.nbgrader(TEACHER, "autograde", UNIT)
    assert course.scores(machine.course, STUDENT)["softmax"] == 4
    assert course.scores(machine.course, OTHER)["softmax"] == 0
    machine.nbgrader(TEACHER, "generate_feedback", UNIT)
    machine.nbgrader(TEACHER, "release_feedback", UNIT)
    refused(machine, "ls", str(place / "feedback"))
    machine.nbgrader(STUDENT, "fetch_feedback", UNIT, "--course", "gradschool")
    pages = list((machine.folder / STUDENT / UNIT / "feedback").rglob("*.html"))
    assert {page.stem for page in pages} == set(course.NOTEBOOKS)

    modes = {path.name: path.stat().st_mode & 0o777 for path in (machine.course / "class").iterdir() if path.is_file()}
    assert modes == {"gradebook.db": 0o600, "secret.key": 0o600}
    assert (machine.course / "class").stat().st_mode & 0o777 == 0o700
