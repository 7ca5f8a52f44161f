"""Submissions are graded by as many workers of this machine as were asked for; none of them is left over."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from autograder.grading import worker
from autograder.grading.jobs import Graded, Job, Setup
from autograder.grading.pools import LocalPool, pool
from autograder.grading.worker import Unfit, WorkerError

FAR_SIDE = """
import os, sys, time
import autograder.skip_iri_grammar
from multiprocessing.connection import Connection
from autograder.grading.jobs import Graded
from autograder.grading.worker import Unfit, WorkerError

connection = Connection(int(sys.argv[1]))
connection.recv()
while True:
    try:
        job = connection.recv()
    except EOFError:
        break
    if job.student == "dies":
        os._exit(1)
    if job.student == "sleeps":
        time.sleep(600)
    time.sleep(0.2)
    answers = {"fails": WorkerError("no"), "unfit": Unfit("not here")}
    connection.send(answers.get(job.student) or Graded(job.student, {"by": str(os.getpid())}))
"""
SETUP = Setup({"lesson": "x" * 1_000_000})  # more than a pipe holds: who sends it waits until it is read


@pytest.fixture(autouse=True)
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers whose far side grades nothing, but answers by the student's name."""
    (tmp_path / "stand_in_worker.py").write_text(FAR_SIDE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(worker, "FAR_SIDE", "stand_in_worker")
    monkeypatch.setattr(worker, "ENDS_WITHIN", 0.5)


def jobs(*students: str, drawn: list[str] | None = None) -> Iterator[Job]:
    for student in students:
        if drawn is not None:
            drawn.append(student)
        yield Job(student, ())


def processes(workers: LocalPool) -> list[psutil.Process]:
    return [psutil.Process(worker.pid) for worker in workers._workers if worker.pid]


@pytest.mark.parametrize("count", [1, 2])
def test_all_are_graded_and_no_sooner_read_than_there_is_a_worker(count: int) -> None:
    names, drawn, begun, by = [f"s{i}" for i in range(8)], [], [], set()
    with pool(SETUP, count, "", Path(), 1.0) as workers:
        came = []
        for student, outcome in workers.grade(jobs(*names, drawn=drawn), begun.append):
            came.append(student)
            assert isinstance(outcome, Graded) and len(drawn) <= len(came) + count
            by.add(outcome.notebooks["by"])
    assert sorted(came) == names == drawn == begun
    assert len(by) == count


def test_one_that_fails_and_one_that_ends_its_worker_cost_nobody_else(tmp_path: Path) -> None:
    with LocalPool(SETUP, 2) as workers:
        found = dict(workers.grade(jobs("ada", "dies", "ben", "fails", "cleo"), lambda student: None))
    assert str(found["fails"]) == "no" and "ended twice over this submission" in str(found["dies"])
    assert {name for name, outcome in found.items() if isinstance(outcome, WorkerError)} == {"fails", "dies"}


def test_a_place_where_nothing_can_be_graded_ends_it_and_all_workers() -> None:
    with LocalPool(SETUP, 2) as workers:
        grading = workers.grade(jobs("sleeps", "unfit", "ada"), lambda student: None)
        with pytest.raises(Unfit, match="not here"):
            next(grading)
        there = processes(workers)
        assert len(there) == 2
    assert not any(process.is_running() for process in there)


def test_more_workers_than_submissions() -> None:
    with LocalPool(SETUP, 2) as workers:
        assert [student for student, _ in workers.grade(jobs("ada"), lambda student: None)] == ["ada"]
        assert list(workers.grade(jobs(), lambda student: None)) == []
