"""`gradschool watch` as a process: through the exchange and from a folder, killed and stopped, among bad submissions."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder.benchmarks.handing_in import complete, open_exchange, page, submit

from . import course

pytestmark = pytest.mark.sandbox
PATIENCE = 200  # seconds for anything to happen, on however busy a machine


def heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def watching(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[], str]]]:
    """The process, and what it has said by now."""
    path = folder / "said.txt"
    command = [
        sys.executable,
        "-m",
        "autograder.cli",
        "watch",
        course.UNIT,
        "--every",
        "0.3",
        "--workers",
        "1",
        *options,
    ]
    with open(path, "ab") as said:
        # where tests run in a shell's background, an interrupt is ignored, and what they start inherits that
        running = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, preexec_fn=heed_interrupts
        )
    try:
        yield running, lambda: path.read_text()
    finally:
        running.kill()
        running.wait()


def wait_for(what: Callable[[], object], said: Callable[[], str]) -> None:
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, said()
        time.sleep(0.1)


def work(folder: Path, student: str, **answers: str) -> Path:
    """A student's own folder, ready to be handed in."""
    copy = course.Copy(folder, student)
    copy.folder = folder / "work" / student
    for question, source in answers.items():
        copy.answer(question, source)
    copy.hand_in()
    return copy.folder


def graded(folder: Path, student: str) -> dict[str, int]:
    return {
        path.name: path.stat().st_mtime_ns
        for path in (folder / "class" / "autograded" / student / course.UNIT).glob("*.ipynb")
    }


@pytest.mark.timeout(900)
def test_through_the_exchange_killed_and_stopped(empty_class: Path) -> None:
    inbound = open_exchange(empty_class / "exchange", "gradschool")
    with open(empty_class / "nbgrader_config.py", "a") as config:
        config.write(f"\nc.Exchange.root = {str(empty_class / 'exchange')!r}\nc.CourseDirectory.max_dir_size = 500\n")
        config.write("c.ExchangeCollect.check_owner = False\n")  # the tests hand in for everyone
    ada = submit(inbound, work(empty_class, "ada"), "ada", course.UNIT)
    half = submit(inbound, work(empty_class, "half"), "half", course.UNIT, finish=False)
    large = work(empty_class, "large")
    (large / "video.mp4").write_bytes(b"0" * 1_000_000)
    submit(inbound, large, "large", course.UNIT)

    with watching(empty_class) as (running, said):
        wait_for(lambda: page(ada, "1_first").exists() and page(ada, "2_second").exists(), said)
        assert "large: not collected: it holds more than 0.5 MB." in said()
        assert "half" not in said(), "half-written, and not to be taken"
        first = graded(empty_class, "ada")
        ben = submit(inbound, work(empty_class, "ben", softmax="def softmax(z):\n    return z"), "ben", course.UNIT)
        complete(half)
        wait_for(lambda: "ben: collected" in said(), said)
        running.send_signal(signal.SIGKILL)  # with submissions collected and not graded
    assert not page(ben, "1_first").exists()

    with watching(empty_class) as (running, said):
        wait_for(lambda: page(ben, "1_first").exists() and page(half, "1_first").exists(), said)
        assert graded(empty_class, "ada") == first, "graded twice"
        again = submit(inbound, work(empty_class, "ben"), "ben", course.UNIT)  # a second time, and right now
        wait_for(lambda: page(again, "1_first").exists(), said)
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0
    assert "started again, it goes on where it was" in said()
    assert course.scores(empty_class, "ben")["softmax"] == 4.0
    left = list((empty_class / "class").glob(".partial-*"))
    assert not left, (left, [list(p.rglob("*")) for p in left], running.pid, said())


@pytest.mark.timeout(900)
def test_from_a_folder_where_files_land(empty_class: Path) -> None:
    landing = empty_class / "landing"
    place = landing / "ada" / course.UNIT
    shutil.copytree(work(empty_class, "ada"), place)
    whole = (place / "1_first.ipynb").read_bytes()
    (place / "1_first.ipynb").write_bytes(whole[: len(whole) // 2])  # still being written
    (landing / "eve").mkdir()
    (landing / "eve" / course.UNIT).symlink_to(place)
    with watching(empty_class, "--folder", str(landing)) as (running, said):
        wait_for(lambda: "watching" in said(), said)
        time.sleep(3)
        assert "collected" not in said(), "half-written, and not to be taken"
        (place / "1_first.ipynb").write_bytes(whole)
        wait_for(lambda: "ada: feedback made" in said(), said)
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 0
    assert "6 of 8 points" in said() or "of" in said()
    assert "eve" not in said() and not (empty_class / "class" / "submitted" / "eve").exists()
    stamp = (empty_class / "class" / "submitted" / "ada" / course.UNIT / "timestamp.txt").read_text()
    assert stamp.endswith(" UTC")
    before = graded(empty_class, "ada")
    said_once = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "watch", course.UNIT, "--folder", str(landing), "--once"],
        cwd=empty_class, capture_output=True, text=True, check=True, env=os.environ,
    )  # fmt: skip
    assert "collected" not in said_once.stdout and graded(empty_class, "ada") == before


def test_two_at_once_are_refused(empty_class: Path) -> None:
    import fcntl

    with open(empty_class / "class" / "watch.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with watching(empty_class, "--once") as (running, said):
            assert running.wait(PATIENCE) == 1 and "Another watch grades this class already" in said()
