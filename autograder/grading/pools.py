"""Who grades: workers on this machine, or those of a Dask scheduler."""

from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import wait
from pathlib import Path
from types import TracebackType

from autograder.extras import say_missing
from autograder.grading.jobs import Job, Setup
from autograder.grading.pool import NoCluster, Outcome, Pool, outcome_of
from autograder.grading.worker import Worker

LOOK = 10.0  # seconds: so often it is looked whether a worker is overdue


class LocalPool:
    """Workers on this machine. One thread serves them all: they are processes, and it has only to wait for them.

    Args:
        setup: what the assignment's submissions share.
        workers: how many.
    """

    def __init__(self, setup: Setup, workers: int = 1) -> None:
        self._workers = [Worker(setup) for _ in range(max(1, workers))]

    def __enter__(self) -> "LocalPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.close()

    def grade(self, jobs: Iterable[Job], begun: Callable[[str], None]) -> Iterator[tuple[str, Outcome]]:
        waiting, busy = iter(jobs), dict[Worker, str]()

        def hand_out(worker: Worker) -> None:
            job = next(waiting, None)
            if job is not None:
                worker.begin(job)
                busy[worker] = job.student
                begun(job.student)

        for worker in self._workers:  # all at once, before any of them listens
            worker.start()
        for worker in self._workers:
            hand_out(worker)
        while busy:
            ready = wait([worker.connection for worker in busy], LOOK)
            for worker in [worker for worker in busy if worker.connection in ready or worker.overdue]:
                outcome = outcome_of(worker.answer) if worker.connection in ready else worker.give_up()
                if outcome is not None:
                    student = busy.pop(worker)
                    hand_out(worker)
                    yield student, outcome


def pool(setup: Setup, workers: int, scheduler: str, certificates: Path, patience: float) -> Pool:
    """So many workers here, or those of a cluster, with the certificates in a folder.

    Raises:
        NoCluster: it cannot be had, or Dask is not installed.
    """
    if not scheduler:
        return LocalPool(setup, workers)
    try:
        from autograder.grading.dask_pool import DaskPool  # a second of imports, and an extra that few need
    except ModuleNotFoundError as missing:
        raise NoCluster(say_missing(missing)) from None
    return DaskPool(setup, scheduler, certificates, patience)
