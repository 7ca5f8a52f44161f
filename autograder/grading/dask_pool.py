"""A Dask scheduler's workers that grade."""

import contextlib
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from types import TracebackType
from typing import Any

from distributed import Client, WorkerPlugin, as_completed, get_worker
from distributed.scheduler import KilledWorker

from autograder.grading.dask_address import security_for
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
        return outcome_of(lambda: state.worker.grade(job))


class DaskPool:
    """The workers of a Dask scheduler.

    Args:
        setup: what the assignment's submissions share; each worker hears it when it joins, however late.
        scheduler: its address, such as ``tls://10.0.0.1:8786``.
        certificates: the folder in which those for it lie.
        patience: seconds to wait for the scheduler's first worker.

    Raises:
        NoCluster: it is not spoken to (see `dask_address`), nobody answers there, or no worker has come.
    """

    def __init__(self, setup: Setup, scheduler: str, certificates: Path, patience: float = 600.0) -> None:
        security = security_for(scheduler, certificates)
        with contextlib.ExitStack() as opened:
            try:
                self._client = opened.enter_context(
                    Client(scheduler, timeout=min(30, patience), set_as_default=False, security=security)
                )
                self._client.wait_for_workers(1, timeout=patience)
            except (OSError, TimeoutError) as problem:
                raise NoCluster(f"No Dask scheduler with workers at {scheduler}: {problem}") from None
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
