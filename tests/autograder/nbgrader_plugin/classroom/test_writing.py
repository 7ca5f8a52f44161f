"""Where a disk is full or a gradebook fails, there is one sentence, and nothing half-written."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from nbconvert.writers import FilesWriter
from sqlalchemy.exc import OperationalError

from autograder.nbgrader_plugin import gradebook as book

from . import batch, course

pytestmark = pytest.mark.sandbox


def test_a_full_disk_and_a_failing_gradebook(empty_class: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second student's notebook does not fit; then the third one's grades cannot be committed; then all is well."""
    batch.hand_in(empty_class, 4)
    place, written = empty_class / "class" / "autograded", [0]
    write = FilesWriter.write

    def full(self: Any, *args: Any, **options: Any) -> Any:
        written[0] += 1
        if written[0] == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(self, *args, **options)

    with open(empty_class / "nbgrader_config.py", "a") as config:
        config.write("\nc.Autograde.workers = 1\n")
    with monkeypatch.context() as patch:
        patch.setattr(FilesWriter, "write", full)
        result = course.autograde(empty_class)
    assert not result["success"]
    assert f"Graded notebooks cannot be written to {place}: No space left on device" in result["log"]
    assert "Traceback" not in result["log"]
    assert set(path.name for path in place.iterdir()) == {"s000"} and len(batch.done(empty_class)) == 2
    students = {key for key in batch.contents(f"sqlite:///{empty_class}/class/gradebook.db") if isinstance(key, str)}
    assert {s for s in students if not s.startswith("rows")} == {"s000"}

    commits, commit = [0], book.TransactionGradebook.commit

    def failing(self: book.TransactionGradebook) -> None:
        commits[0] += 1
        if commits[0] > 1:
            raise OperationalError("COMMIT", {}, Exception("database or disk is full"))
        commit(self)

    with monkeypatch.context() as patch:
        patch.setattr(book, "PAUSES", (0.0, 0.0))
        patch.setattr(book.TransactionGradebook, "commit", failing)
        result = course.autograde(empty_class)
    assert not result["success"]
    assert "The gradebook cannot be written: database or disk is full" in result["log"]
    assert commits[0] == 1 + 3, "tried again before it gave up"
    assert set(path.name for path in place.iterdir()) == {"s000", "s001"}

    before = batch.done(empty_class)
    assert course.autograde(empty_class)["success"]
    after = batch.done(empty_class)
    assert len(after) == 4 * len(course.NOTEBOOKS) and {p: after[p] for p in before} == before


FULL = """
set -e
cp -a class kept && mount -t tmpfs -o size=100m none class && cp -a kept/. class/
mount -o remount,size=$(($(du -sk class | cut -f1) + 100))k class
"$@" && exit 90
ls -A class/autograded > partial.txt
find class/autograded -type f -exec sha256sum {} + | sort > before.txt
mount -o remount,size=100m class
"$@"
sha256sum --quiet -c before.txt
cp -a class/. kept/
"""


@pytest.mark.soak
def test_a_disk_that_is_really_full(empty_class: Path) -> None:
    """The class lies on a small disk of its own: it fills up, is enlarged, and grading goes on where it was."""
    batch.hand_in(empty_class, 12)
    alone = ["unshare", "--mount"] + (["--user", "--map-root-user"] if os.geteuid() else [])
    if subprocess.run([*alone, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    grade = [sys.executable, "-m", "autograder.cli", "grade", course.UNIT, "--workers", "2"]
    command = [*alone, "sh", "-c", FULL, "sh", *grade]
    done = subprocess.run(command, cwd=empty_class, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    said = " ".join(done.stdout.split())  # a console breaks lines
    assert "Graded notebooks cannot be written to" in said or "The gradebook cannot be written" in said, said
    assert not any(word in said for word in ("Traceback", "Fatal", "WARNING")), said
    partial = (empty_class / "partial.txt").read_text().split()
    assert 0 < len(partial) < 12 and not any(name.startswith(".") for name in partial), "nothing is half-written"
    (empty_class / "class").rename(empty_class / "as handed in")
    (empty_class / "kept").rename(empty_class / "class")
    assert len(batch.done(empty_class)) == 12 * len(course.NOTEBOOKS)
    scores = [course.scores(empty_class, f"s{i:03d}")["softmax"] for i in range(12)]
    assert scores[0] == scores[5] == scores[10] == 4.0 and scores[2] == scores[7] == 0.0
