"""A worker that cannot grade says why; one that ends is replaced; nothing is left of it."""

import hashlib
import os
import time

import psutil
import pytest
from nbformat.v4 import new_notebook

from autograder.grading.find import Finder
from autograder.grading.jobs import Draw, Job, Setup, fingerprint, parts
from autograder.grading.progress import LogProgress, spelled
from autograder.grading.worker import Unfit, Worker, WorkerError


def test_other_code_than_the_coordinators_grades_nothing() -> None:
    with Worker(Setup({}, code="another")) as worker:
        for _ in range(2):
            with pytest.raises(Unfit, match="another version of the course"):
                worker.grade(Job("ada", ()))
        assert worker.pid is not None
        process = psutil.Process(worker.pid)
    assert not process.is_running()


def test_a_worker_that_is_gone_is_replaced_and_one_that_ends_twice_is_told() -> None:
    with Worker(Setup({}, code="another")) as worker:
        with pytest.raises(Unfit):
            worker.grade(Job("ada", ()))
        first = worker.pid
        assert first is not None
        os.kill(first, 9)
        with pytest.raises(Unfit):  # the answer of the next one
            worker.grade(Job("ada", ()))
        assert worker.pid != first
    doomed = Setup({}, limits={"no such bound": 1}, code=fingerprint())
    with Worker(doomed) as worker, pytest.raises(WorkerError, match="ended twice over this submission"):
        worker.grade(Job("ada", ()))


def test_a_worker_ends_with_its_parent() -> None:
    worker = Worker(Setup({}, code="another"))
    with pytest.raises(Unfit):
        worker.grade(Job("ada", ()))
    assert worker.pid is not None and worker._process is not None and worker._process.stdin is not None
    worker._process.stdin.close()  # as when this process ends, however it does
    worker._process.wait(60)
    worker.close()


def test_a_submission_is_known_by_its_bytes_or_by_what_is_wrong_with_it(tmp_path) -> None:
    def digest(content: bytes) -> str:
        (tmp_path / "a.ipynb").write_bytes(content)
        given, missing = parts(
            Finder({"a": new_notebook(), "b": new_notebook()}).find(tmp_path), {"a": {"x": Draw(3)}, "b": {}}
        )
        assert (given.name, given.problem, given.draws) == ("a", "holds no cells", {"x": Draw(3)})
        assert missing.problem == missing.digest == "was not submitted"
        return given.digest

    assert digest(b"{}") == digest(b"{}") == hashlib.sha256(b"{}").hexdigest() != digest(b"{} ")
    assert digest(b'{"outputs": [1]}') != digest(b'{"outputs": [2]}'), "outputs are not read, and are part of the file"


def test_the_log_says_who_is_finished_and_what_is_left() -> None:
    said: list[str] = []
    with LogProgress(said.append) as log:
        log.expect(2, 5)
        log._began = time.monotonic() - 60
        log.done("ada", 1.5)
        log.done("ben", 2.0)
    assert said[0] == "2 submissions to grade, 5 graded already"
    assert said[1].startswith("Finished ada in 1.50 s: 1 of 2, about 1:0") and said[2].endswith("about 0:00 min left")
    assert spelled(3725) == "1 h 2 min"
