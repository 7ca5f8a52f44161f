"""Who grades: one helper here, or as many as Dask has workers, on this machine or on a cluster."""

import contextlib
import logging
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Protocol

import dask
from distributed import Client, LocalCluster, WorkerPlugin, as_completed, get_worker
from distributed.scheduler import KilledWorker

from autograder.grading.jobs import Graded, Order, Setup
from autograder.grading.worker import Helper, HelperError, Unfit

AHEAD = 2  # submissions handed out for each worker: one in work, one waiting

Outcome = Graded | HelperError


class NoCluster(RuntimeError):
    """The scheduler or its workers cannot be had; the message says what to do."""


class Pool(Protocol):
    """Grades submissions; closed by ``with``."""

    def __enter__(self) -> "Pool": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def grade(self, orders: Iterable[Order], begun: Callable[[str], None]) -> Iterator[tuple[str, Outcome]]:
        """Each student with what became of their submission, in the order in which they are done.

        `orders` is drawn from only as fast as submissions are graded. `begun` hears who has been handed out.

        Raises:
            Unfit: a place where submissions were to be graded cannot grade any.
            NoCluster: the cluster was lost.
        """


class LocalPool:
    """One helper on this machine."""

    def __init__(self, setup: Setup) -> None:
        self._helper = Helper(setup)

    def __enter__(self) -> "LocalPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._helper.close()

    def grade(self, orders: Iterable[Order], begun: Callable[[str], None]) -> Iterator[tuple[str, Outcome]]:
        for order in orders:
            begun(order.student)
            yield order.student, _outcome(self._helper, order)


def _outcome(helper: Helper, order: Order) -> Outcome:
    try:
        return helper.grade(order)
    except Unfit:
        raise
    except HelperError as problem:
        return problem


class WorkerState(WorkerPlugin):  # type: ignore[misc]
    """What a Dask worker keeps between submissions: its helper, with a warm sandbox.

    A worker of several threads has one helper all the same: give workers one thread each.
    """

    def __init__(self, setup: Setup) -> None:
        self.shared = setup
        self.name = f"gradschool-{uuid.uuid4()}"  # a cluster may grade two assignments at once

    def setup(self, worker: Any) -> None:
        self.helper, self.turn = Helper(self.shared), threading.Lock()

    def teardown(self, worker: Any) -> None:
        self.helper.close()


def _grade_there(bench_name: str, order: Order) -> Outcome:
    """The task: runs on a Dask worker."""
    bench: WorkerState = get_worker().plugins[bench_name]
    with bench.turn:
        return _outcome(bench.helper, order)


class Cluster:
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
                    # Threads of this process suffice for workers that do nothing but wait for their helpers.
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
            bench = WorkerState(setup)
            self._bench = bench.name
            self._client.register_plugin(bench)
            self._opened = opened.pop_all()

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError, TimeoutError, CancelledError):
            if self._client.status == "running":  # the helpers end with it, also on a cluster that stays
                self._client.unregister_worker_plugin(self._bench)
        self._opened.close()

    def grade(self, orders: Iterable[Order], begun: Callable[[str], None]) -> Iterator[tuple[str, Outcome]]:
        waiting, running = iter(orders), as_completed(loop=self._client.loop)
        students: dict[Any, str] = {}

        def hand_out() -> bool:
            order = next(waiting, None)
            if order is None:
                return False
            future = self._client.submit(_grade_there, self._bench, order, pure=False)
            students[future] = order.student
            running.add(future)
            begun(order.student)
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
            return HelperError(f"every worker that was to grade {student} has ended over it")
        except (CancelledError, OSError, TimeoutError):
            raise NoCluster("The Dask scheduler was lost. What is graded is kept: start again to go on.") from None


def pool(setup: Setup, workers: int, scheduler: str, patience: float) -> Pool:
    """One helper here, or a cluster."""
    return Cluster(setup, workers, scheduler, patience) if scheduler or workers > 1 else LocalPool(setup)
