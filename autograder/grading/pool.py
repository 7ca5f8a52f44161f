"""What every pool of workers does: grade submissions as fast as they can be graded, and say what became of each."""

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Protocol, TypeVar

from autograder.grading.jobs import Graded, Job
from autograder.grading.worker import Unfit, WorkerError

Outcome = Graded | WorkerError
Answer = TypeVar("Answer")


class NoCluster(RuntimeError):
    """The scheduler or its workers cannot be had; the message says what to do."""


class Pool(Protocol):
    """Grades submissions; closed by ``with``."""

    def __enter__(self) -> "Pool": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def grade(self, jobs: Iterable[Job], begun: Callable[[str], None]) -> Iterator[tuple[str, Outcome]]:
        """Each student with what became of their submission, in the order in which they are done.

        `jobs` is drawn from only as fast as submissions are graded. `begun` hears who has been handed out.

        Raises:
            Unfit: a place where submissions were to be graded cannot grade any.
            NoCluster: the cluster was lost.
        """


def outcome_of(ask: Callable[[], Answer]) -> Answer | WorkerError:
    """What becomes of a submission, by a worker's answer; raises Unfit where nothing can be graded."""
    try:
        return ask()
    except Unfit:
        raise
    except WorkerError as problem:
        return problem
