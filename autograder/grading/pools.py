"""Who grades: one worker here, or as many as Dask has workers, on this machine or on a cluster."""

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType

from autograder.grading.jobs import Job, Setup
from autograder.grading.pool import Outcome, Pool, outcome_of
from autograder.grading.worker import Worker


class LocalPool:
    """One worker on this machine."""

    def __init__(self, setup: Setup) -> None:
        self._worker = Worker(setup)

    def __enter__(self) -> "LocalPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._worker.close()

    def grade(self, jobs: Iterable[Job], begun: Callable[[str], None]) -> Iterator[tuple[str, Outcome]]:
        for job in jobs:
            begun(job.student)
            yield job.student, outcome_of(self._worker, job)


def pool(setup: Setup, workers: int, scheduler: str, patience: float) -> Pool:
    """One worker here, or a cluster."""
    if not scheduler and workers <= 1:
        return LocalPool(setup)
    from autograder.grading.dask_pool import DaskPool  # a second of imports that one worker does without

    return DaskPool(setup, workers, scheduler, patience)
