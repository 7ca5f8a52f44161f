"""One batch of all the submissions, graded once by nbgrader; and every honest one graded alone."""

import contextlib
import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
from nbgrader.api import Gradebook

from tests.autograder.nbgrader_plugin.classroom import course
from tests.autograder.nbgrader_plugin.classroom.conftest import needs_sandbox, once
from tests.commands import run

from .attack import MARK, Attack, every_attack

ATTACKS = every_attack()
# Small, so that what goes on for ever or takes all there is costs the tests little.
LIMITS = {
    "seconds_per_cell": 3.0,
    "seconds_per_submission": 8.0,
    "replays": 4,
    "memory_bytes": 300_000_000,
    "tmp_bytes": 16_000_000,
}


# Folders beside those of students, by what the log has to say of each.
NOBODYS = {
    b"eve\nmallory": r"'eve\nmallory'. As a student's id its name holds a line break",
    b"eve\x1b]0;owned\x07": r"'eve\x1b]0;owned\x07'. As a student's id its name holds a line break",
    b"eve\xff": r"'eve\udcff'. As a student's id its name is not UTF-8",
    b"e" * 200: "As a student's id its name has 200 characters",
}


class Listening(NamedTuple):
    """Where this machine listens while a class is graded."""

    words: dict[str, str]
    sockets: list[socket.socket]

    def heard(self) -> list[str]:
        """Which of them anybody spoke to."""
        found = []
        for word, each in zip(self.words, self.sockets, strict=True):
            each.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                each.accept() if each.type == socket.SOCK_STREAM else each.recv(1)
                found.append(word)
        return found


@contextlib.contextmanager
def listening() -> Iterator[Listening]:
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket(socket.AF_UNIX) as local:
        tcp.bind(("127.0.0.1", 0))
        udp.bind(("127.0.0.1", 0))
        name = f"{MARK}-{os.getpid()}"
        local.bind("\0" + name)
        tcp.listen()
        local.listen()
        words = {"TCP": str(tcp.getsockname()[1]), "UDP": str(udp.getsockname()[1]), "ABSTRACT": name}
        yield Listening(words, [tcp, udp, local])


def set_up(root: Path, folder: Path) -> None:
    course.set_up(root, folder)
    with open(folder / "nbgrader_config.py", "a") as config:
        config.write(f"c.Autograde.limits = {LIMITS}\n")


def autograde(folder: Path) -> str:
    """`nbgrader autograde`, as an instructor types it; returns what it said."""
    private = folder / "tmp"
    private.mkdir()
    secret = {"TMPDIR": str(private), "GRADSCHOOL_SECRET": "no submission may read this"}
    return run(sys.executable, "-m", "nbgrader", "autograde", course.UNIT, cwd=folder, env=secret, timeout=1200)


def everything(folder: Path) -> dict[str, str]:
    """Every path below a folder but what grading is for, with its size and time."""
    ours = {folder / "class", folder / "tmp"}
    return {
        str(path): f"{path.lstat().st_size} {path.lstat().st_mtime_ns}"
        for path in sorted(folder.rglob("*"))
        if path not in ours and not ours & set(path.parents)
    }


def bearing_the_mark(folders: tuple[str, ...]) -> list[str]:
    """Files anywhere in these folders whose name bears the mark; what tests hand in themselves lies in pytest's own."""
    found = []
    for top in folders:
        for folder, folders_, files in os.walk(top):
            folders_[:] = [name for name in folders_ if not name.startswith("pytest-of-")]
            found += [os.path.join(folder, name) for name in [*folders_, *files] if MARK in name]
    return found


def alive() -> list[str]:
    """Processes of a sandbox, or started by a submission, that run on this machine for the grading of this class."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            line = " ".join(process.cmdline())
            if MARK in line or "987654" in line:
                found.append(line)
    return found


def grade_class(root: Path, folder: Path) -> None:
    set_up(root, folder)
    with listening() as here:
        for attack in ATTACKS:
            attack.hand_in(folder, here.words)
        for name in NOBODYS:
            shutil.copytree(
                os.fsencode(folder / "class" / "submitted" / "ada"),
                os.path.join(os.fsencode(folder / "class" / "submitted"), name),
            )
        shutil.copy(folder / "class" / "gradebook.db", folder / "class" / "released.db")
        before = everything(folder)
        children = {p.pid for p in psutil.Process().children(recursive=True)}
        said = autograde(folder)
        after = everything(folder)
        aftermath = {
            "heard": here.heard(),
            "changed": [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)],
            "marked": bearing_the_mark(
                ("/tmp", "/var/tmp", "/dev/shm", "/run", str(Path.home()), str(folder / "class" / "autograded"))
            ),
            # torch makes a folder for what it compiles; the judge compiles nothing
            "temporary": [name for name in os.listdir(folder / "tmp") if not name.startswith("torchinductor_")],
            "alive": alive() + [str(p) for p in psutil.Process().children(recursive=True) if p.pid not in children],
        }
    (folder / "log.txt").write_text(said)
    (folder / "aftermath.json").write_text(json.dumps(aftermath))


@pytest.fixture(scope="session")
def batch(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course in which everybody's submission was graded in one run."""
    needs_sandbox()
    return once(tmp_path_factory, "hostile_class", lambda folder: grade_class(root, folder))


@pytest.fixture(scope="session")
def alone(batch: Path, root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What each honest student gets in a class of one, with the same class secret."""
    found = {}
    for attack in ATTACKS:
        if attack.honest:
            folder = tmp_path_factory.mktemp("alone") / "course"
            ignored = shutil.ignore_patterns("class", "tmp")
            shutil.copytree(batch, folder, ignore=ignored)
            (folder / "class").mkdir()
            for name in ("secret.key", "released.db"):
                shutil.copy(batch / "class" / name, folder / "class")
            (folder / "class" / "released.db").rename(folder / "class" / "gradebook.db")
            attack.hand_in(folder, {})
            done = course.autograde(folder)
            assert done["success"], done
            found[attack.student] = results(folder, attack)
    return found


def results(folder: Path, attack: Attack) -> dict[str, Any]:
    """What one student got: by question the score in the gradebook, and what the graded cell holds."""
    with Gradebook(f"sqlite:///{folder}/class/gradebook.db") as gradebook:
        submission = gradebook.find_submission(course.UNIT, attack.student)
        scores = {grade.name: grade.auto_score for part in submission.notebooks for grade in part.grades}
    cells = course.graded_cells(folder, attack.student)
    return {
        name: (score, cells[name]["metadata"].get("gradschool"), cells[name].get("outputs"))
        for name, score in scores.items()
    }
