"""Dask workers that grade: on this machine, or a scheduler's."""

import contextlib
import logging
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

import dask
from distributed import Client, LocalCluster, WorkerPlugin, as_completed, get_worker
from distributed.scheduler import KilledWorker

from autograder.grading.jobs import Job, Setup
from autograder.grading.pool import NoCluster, Outcome, outcome_of
from autograder.grading.worker import Worker, WorkerError

AHEAD = 2  # submissions handed out for each worker: one in work, one waiting


class WorkerState(WorkerPlugin):  # type: ignore[misc]
    """What a Dask worker keeps between submissions: its own of ours, with a warm sandbox.

    A worker of several threads has one worker all the same: give workers one thread each.
    """

    def __init__(self, setup: Setup) -> None:
        self.shared = setup
        self.name = f"gradschool-{uuid.uuid4()}"  # a cluster may grade two assignments at once

    def setup(self, worker: Any) -> None:
        self.worker, self.turn = Worker(self.shared), threading.Lock()

    def teardown(self, worker: Any) -> None:
        self.worker.close()


def _grade_there(state_name: str, job: Job) -> Outcome:
    """The task: runs on a Dask worker."""
    state: WorkerState = get_worker().plugins[state_name]
    with state.turn:
        return outcome_of(state.worker, job)


class DaskPool:
    """Dask workers: a scheduler's, by its address, or `workers` of them on this machine.

    Args:
        setup: what the assignment's submissions share; each worker hears it when it joins, however late.
        workers: how many, where they are to be started here.
        scheduler: address of a scheduler, such as ``tcp://10.0.0.1:8786``; "" starts workers here.
        patience: seconds to wait for the scheduler's first worker.

    Raises:
        NoCluster: nobody answers at that address, or no worker has come.
    """

    def __init__(self, setup: Setup, workers: int, scheduler: str = "", patience: float = 600.0) -> None:
        with contextlib.ExitStack() as opened:
            try:
                if scheduler:
                    self._client = opened.enter_context(
                        Client(scheduler, timeout=min(30, patience), set_as_default=False)
                    )
                    self._client.wait_for_workers(1, timeout=patience)
                else:
                    # Threads of this process suffice for workers that do nothing but wait for their workers.
                    scratch = opened.enter_context(TemporaryDirectory(prefix="gradschool-dask-"))
                    opened.enter_context(dask.config.set({"temporary-directory": scratch}))
                    local = LocalCluster(
                        n_workers=workers,
                        threads_per_worker=1,
                        processes=False,
                        dashboard_address="127.0.0.1:0",
                        silence_logs=logging.ERROR,  # what is cancelled when grading stops is no news
                    )
                    self._client = opened.enter_context(Client(opened.enter_context(local), set_as_default=False))
            except (OSError, TimeoutError) as problem:
                place = f"at {scheduler}" if scheduler else "on this machine"
                raise NoCluster(f"No Dask scheduler with workers {place}: {problem}") from None
            state = WorkerState(setup)
            self._state = state.name
            self._client.register_plugin(state)
            self._opened = opened.pop_all()

    def __enter__(self) -> "DaskPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError, TimeoutError, CancelledError):
            if self._client.status == "running":  # the workers end with it, also on a cluster that stays
                self._client.unregister_worker_plugin(self._state)
        self._opened.close()

    def grade(self, jobs: Iterable[Job], begun: Callable[[str], None]) -> Iterator[tuple[str, Outcome]]:
        waiting, running = iter(jobs), as_completed(loop=self._client.loop)
        students: dict[Any, str] = {}

        def hand_out() -> bool:
            job = next(waiting, None)
            if job is None:
                return False
            future = self._client.submit(_grade_there, self._state, job, pure=False)
            students[future] = job.student
            running.add(future)
            begun(job.student)
            return True

        while len(students) < AHEAD * self._size() and hand_out():
            pass
        for future in running:
            student = students.pop(future)
            outcome = self._outcome(student, future)
            while len(students) < AHEAD * self._size() and hand_out():
                pass
            future.release()
            yield student, outcome

    def _size(self) -> int:
        return max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))

    def _outcome(self, student: str, future: Any) -> Outcome:
        try:
            outcome: Outcome = future.result(timeout=60)
            return outcome
        except KilledWorker:
            return WorkerError(f"every worker that was to grade {student} has ended over it")
        except (CancelledError, OSError, TimeoutError):
            raise NoCluster("The Dask scheduler was lost. What is graded is kept: start again to go on.") from None
