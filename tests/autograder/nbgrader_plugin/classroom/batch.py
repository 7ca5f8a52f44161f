"""A class to be interrupted: who hands in, what the gradebook holds afterwards, and ways to disturb a grader."""

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from nbgrader.api import Base, Gradebook
from sqlalchemy import func, select

from autograder.grading.seeds import class_secret
from autograder.grading.worker import FAR_SIDE

from . import course

ANSWERS = (
    course.RIGHT["softmax"],
    "def softmax(z):\n    e = (z - z.amax()).exp()\n    return e / e.sum()",
    "def softmax(z):\n    return z * 0",
    "import os\ndef softmax(z):\n    os._exit(0)",
    "def softmax(z):\n    return torch.softmax(z, -1)",
)
LEFT_OVER = 12  # notebooks that the last moment finds still to be graded: a grader that has ended cannot be disturbed


def hand_in(folder: Path, students: int) -> None:
    """So many submissions, each with one of the answers, and the secret that their seeds are made from."""
    for i in range(students):
        course.hand_in(folder, f"s{i:03d}", lambda copy, i=i: copy.answer("softmax", ANSWERS[i % len(ANSWERS)]))
        (folder / "class" / "submitted" / f"s{i:03d}" / course.UNIT / "timestamp.txt").write_text(
            "2026-01-02 03:04:05 UTC"
        )
    (folder / "class" / "secret.key").unlink(missing_ok=True)
    (folder / "class" / "secret.key").write_bytes(b"0123456789abcdef" * 2)
    class_secret(folder / "class")


def start(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """`gradschool grade` in the background; what it says goes to `said.txt`."""
    command = [sys.executable, "-m", "autograder.cli", "grade", course.UNIT, *options]
    with open(folder / "said.txt", "ab") as said:
        return subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, preexec_fn=hear_interrupts
        )


def hear_interrupts() -> None:
    """A shell's background job ignores Ctrl-C, and so does all that it starts, unless told otherwise."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def finish(folder: Path, *options: str) -> str:
    """`gradschool grade` to its end, which must be a good one; returns what it said."""
    running = start(folder, *options)
    assert running.wait(280) == 0, (folder / "said.txt").read_text()
    return (folder / "said.txt").read_text()


def contents(db_url: str) -> dict[str, Any]:
    """All that the gradebook says, rows by what they are about; and how many rows there are of each kind."""
    with Gradebook(db_url) as gradebook:
        found: dict[str, Any] = {}
        for submission in gradebook.find_assignment(course.UNIT).submissions:
            found[submission.student.id] = (submission.timestamp, submission.score, submission.late_submission_penalty)
            for notebook in submission.notebooks:
                for g in notebook.grades:
                    place = (submission.student.id, notebook.name, g.name)
                    found[place] = (g.auto_score, g.manual_score, g.max_score, g.needs_manual_grade)
                for c in notebook.comments:
                    found[(submission.student.id, notebook.name, c.name, "comment")] = (
                        c.auto_comment,
                        c.manual_comment,
                    )
        for name, table in Base.metadata.tables.items() - {("course", Base.metadata.tables["course"])}:
            found[f"rows of {name}"] = gradebook.db.execute(select(func.count()).select_from(table)).scalar()
    return found


def graded(folder: Path) -> dict[str, bytes]:
    """Every graded notebook, by its path."""
    place = folder / "class" / "autograded"
    return {str(path.relative_to(place)): path.read_bytes() for path in sorted(place.rglob("*.ipynb"))}


def done(folder: Path) -> dict[str, int]:
    """Graded notebooks in their place, with the moment at which each was written."""
    paths = (folder / "class" / "autograded").glob("[!.]*/*/*.ipynb")
    return {str(path): path.stat().st_mtime_ns for path in paths}


def copied(folder: Path, to: Path) -> Path:
    return shutil.copytree(folder, to, ignore=shutil.ignore_patterns("autograded", "said.txt", "whole"))


# Ways to disturb. Each is given the grader and what ends the database's connections, and says whether it did.


def kill_grader(running: subprocess.Popen[bytes], cut: Callable[[], None]) -> bool:
    running.kill()
    running.wait()
    return True


def stop_grader(running: subprocess.Popen[bytes], cut: Callable[[], None]) -> bool:
    """Ctrl-C."""
    running.send_signal(signal.SIGINT)
    running.wait(60)
    return True


def kill_helper(running: subprocess.Popen[bytes], cut: Callable[[], None]) -> bool:
    """One of its helpers, as soon as there is any."""
    while running.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess):
            helpers = [p for p in psutil.Process(running.pid).children() if FAR_SIDE in p.cmdline()]
            if helpers:
                random.choice(helpers).kill()
                return True
        time.sleep(0.02)
    return False


def cut_database(running: subprocess.Popen[bytes], cut: Callable[[], None]) -> bool:
    cut()
    return True


DISTURBANCES = (kill_grader, kill_helper, cut_database, stop_grader)


def lock(path: Path) -> None:
    """SQLite has no connection to lose; a lock held for longer than it waits fails it just as well."""
    with sqlite3.connect(path, timeout=60, isolation_level=None) as held:
        held.execute("BEGIN EXCLUSIVE")
        time.sleep(6)
        held.execute("ROLLBACK")
    held.close()


def disturbed(folder: Path, moments: int, cut: Callable[[], None], seed: int) -> int:
    """Grade a class to its end, disturbed at random moments; returns at how many of them the grader was at work.

    A moment is so many notebooks after the last one, and some part of a second. What is done must stay as it is.
    """
    chance = random.Random(seed)
    students = len(list((folder / "class" / "submitted").iterdir()))
    every, before, hit = students * len(course.NOTEBOOKS), dict[str, int](), 0
    running = start(folder, "--workers", "2")
    try:
        for moment in range(moments):
            ahead = max(1, (every - len(before) - LEFT_OVER) // (moments - moment))
            goal = len(before) + chance.randrange(0, ahead + 1)
            while running.poll() is None and len(done(folder)) < goal:
                time.sleep(0.02)
            time.sleep(chance.random() / 2)
            if running.poll() is not None:
                break
            hit += DISTURBANCES[moment % len(DISTURBANCES)](running, cut)
            now = done(folder)
            assert {path: now.get(path) for path in before} == before, "what was done was touched again"
            before = now
            if running.poll() is not None:
                running = start(folder, "--workers", "2")
        assert running.wait(280) == 0, (folder / "said.txt").read_text()
    finally:
        if running.poll() is None:
            running.kill()
            running.wait()
    after = done(folder)
    assert {path: after.get(path) for path in before} == before, "what was done was touched again"
    assert os.listdir(folder / "class" / "autograded") and not list(
        (folder / "class" / "autograded").glob(".partial-*")
    )
    return hit
