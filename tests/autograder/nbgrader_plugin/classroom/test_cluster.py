"""Graded by a Dask scheduler and two workers over TLS, each a process of its own, one of which is killed on the way.

Who has no certificate of theirs gets nowhere, and none of them listens beyond this machine.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from distributed import Client

from autograder.grading.certificates import make
from autograder.grading.dask_address import security as security_from

from . import batch, course

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The scheduler's address, and two workers that share nothing with it but the network, this machine, a folder."""
    told, certificates = tmp_path / "scheduler.json", tmp_path / "certificates"
    make(certificates)

    def run(*command: str) -> subprocess.Popen[bytes]:
        whole = [sys.executable, "-m", "autograder.cli", "cluster", *command, "--certificates", str(certificates)]
        with open(tmp_path / "dask.txt", "ab") as said:
            return subprocess.Popen(whole, stdout=said, stderr=said, env={**os.environ, "TMPDIR": str(tmp_path)})

    processes = [run("scheduler", "--port", "0", "--file", str(told))]
    try:
        deadline = time.monotonic() + 120
        while not told.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert told.exists(), (tmp_path / "dask.txt").read_text()
        address = json.loads(told.read_text())["address"]
        workers = [run("worker", address, "--workers", "1") for _ in range(2)]
        processes += workers
        yield address, workers
    finally:
        below = [child for process in processes for child in children(process)]
        for process in processes:
            process.kill()
            process.wait()
        for child in below:
            with contextlib.suppress(psutil.Error):
                child.kill()


def test_two_workers_one_of_which_is_killed(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], empty_class: Path, tmp_path: Path
) -> None:
    address, workers = cluster
    assert address.startswith("tls://127.0.0.1:")
    batch.hand_in(empty_class, 6)
    shutil.copytree(tmp_path / "certificates", empty_class / "class" / "cluster")
    running = batch.start(empty_class, "--scheduler", address)
    while running.poll() is None and not batch.done(empty_class):
        time.sleep(0.05)
    assert_only_here(workers)
    assert_nobody_else(address, tmp_path)
    workers[0].kill()
    assert running.wait(600) == 0, (empty_class / "said.txt").read_text()
    expected = {0: 4.0, 2: 0.0, 3: 0.0, 4: 0.0, 5: 4.0}  # right, zeros, os._exit, a library call
    for i, points in expected.items():
        assert course.scores(empty_class, f"s{i:03d}")["softmax"] == points
    assert 0 <= course.scores(empty_class, "s001")["softmax"] < 4
    assert len(batch.done(empty_class)) == 6 * len(course.NOTEBOOKS)
    assert workers[1].poll() is None, "a cluster of others is left running"


def children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def assert_only_here(processes: list[subprocess.Popen[bytes]]) -> None:
    """Whatever these processes and their children listen at is this machine's own address."""
    listening = []
    for one in [each for process in processes for each in (psutil.Process(process.pid), *children(process))]:
        with contextlib.suppress(psutil.Error):  # those beside student code come and go
            connections = one.net_connections("inet")
            listening += [each.laddr.ip for each in connections if each.status == psutil.CONN_LISTEN]
    assert listening and set(listening) == {"127.0.0.1"}


def assert_nobody_else(address: str, folder: Path) -> None:
    """Neither without TLS nor with certificates of another authority."""
    make(folder / "others")
    for kind, security in (("tcp", None), ("tls", security_from(folder / "others"))):
        with pytest.raises(OSError), Client(address.replace("tls", kind), timeout=5, security=security):
            pass


@pytest.mark.parametrize("address", ["tcp://10.0.0.1:8786", "tls://10.0.0.1:8786"])
def test_another_machine_without_certificates(empty_class: Path, address: str) -> None:
    batch.hand_in(empty_class, 1)
    running = batch.start(empty_class, "--scheduler", address)
    assert running.wait(200) == 1
    said = " ".join((empty_class / "said.txt").read_text().split())
    assert "gradschool cluster init" in said and "Traceback" not in said
    assert not batch.done(empty_class)


def test_nobody_at_the_address(empty_class: Path) -> None:
    batch.hand_in(empty_class, 1)
    with open(empty_class / "nbgrader_config.py", "a") as config:
        config.write("\nc.Autograde.patience = 2\n")
    running = batch.start(empty_class, "--scheduler", "tcp://127.0.0.1:9")
    assert running.wait(200) == 1
    said = " ".join((empty_class / "said.txt").read_text().split())
    assert "No Dask scheduler with workers at tcp://127.0.0.1:9" in said and "Traceback" not in said
    assert not batch.done(empty_class) and os.listdir(empty_class / "class" / "submitted") == ["s000"]
