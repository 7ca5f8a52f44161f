"""Graded by a Dask scheduler and two workers, each a process of its own, one of which is killed on the way."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import batch, course

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The scheduler's address, and two workers that share nothing with it but the network and this machine."""
    told = tmp_path / "scheduler.json"

    def run(*command: str) -> subprocess.Popen[bytes]:
        with open(tmp_path / "dask.txt", "ab") as said:
            return subprocess.Popen([sys.executable, "-m", "dask", *command], stdout=said, stderr=said)

    processes = [
        run("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told))
    ]
    try:
        deadline = time.monotonic() + 120
        while not told.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        address = json.loads(told.read_text())["address"]
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path))
        workers = [run("worker", address, *options) for _ in range(2)]
        processes += workers
        yield address, workers
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_two_workers_one_of_which_is_killed(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], empty_class: Path
) -> None:
    address, workers = cluster
    batch.hand_in(empty_class, 6)
    running = batch.start(empty_class, "--scheduler", address)
    while running.poll() is None and not batch.done(empty_class):
        time.sleep(0.05)
    workers[0].kill()
    assert running.wait(600) == 0, (empty_class / "said.txt").read_text()
    expected = {0: 4.0, 2: 0.0, 3: 0.0, 4: 0.0, 5: 4.0}  # right, zeros, os._exit, a library call
    for i, points in expected.items():
        assert course.scores(empty_class, f"s{i:03d}")["softmax"] == points
    assert 0 <= course.scores(empty_class, "s001")["softmax"] < 4
    assert len(batch.done(empty_class)) == 6 * len(course.NOTEBOOKS)
    assert workers[1].poll() is None, "a cluster of others is left running"


def test_nobody_at_the_address(empty_class: Path) -> None:
    batch.hand_in(empty_class, 1)
    with open(empty_class / "nbgrader_config.py", "a") as config:
        config.write("\nc.Autograde.patience = 2\n")
    running = batch.start(empty_class, "--scheduler", "tcp://127.0.0.1:9")
    assert running.wait(200) == 1
    said = " ".join((empty_class / "said.txt").read_text().split())
    assert "No Dask scheduler with workers at tcp://127.0.0.1:9" in said and "Traceback" not in said
    assert not batch.done(empty_class) and os.listdir(empty_class / "class" / "submitted") == ["s000"]
