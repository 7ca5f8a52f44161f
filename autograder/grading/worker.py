"""A worker: a process of ours, beside no student code, that rebuilds, runs and judges submissions one by one.

It is a process, not a thread, because a judge runs references and wrong answers under a timer and with chance reset,
both of which belong to a main thread; and so that whatever may bring it down takes nothing else along. Its sandbox is
opened once and stays warm. It ends when the process that started it does, however that ended.
"""

import contextlib
import os
import subprocess
import sys
import time
from multiprocessing.connection import Connection, Pipe
from types import TracebackType

from autograder.grading.jobs import Graded, Job, Setup
from autograder.sandbox.limits import CLOCK, Limits

FAR_SIDE = "autograder.grading.worker_process"
ENDS_WITHIN = 10.0  # seconds
STARTED, READ_AND_JUDGED = 300.0, 600.0  # seconds for a cold start; for one notebook beside its run


class WorkerError(RuntimeError):
    """A submission could not be graded, for a reason that lies with us: the message says which."""


class Unfit(WorkerError):
    """No submission can be graded there: no sandbox, or other code than the coordinator's."""


class Worker:
    """The near side of a worker: give it jobs. The process is started at the first, and anew should it end.

    Use one per thread, and close it, best by ``with``. `grade` waits for the answer; who has several workers starts a
    job with each, waits on their `connection`, and takes the answer of one that is ready.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process's number, where it has been started."""
        return self._process.pid if self._process else None

    @property
    def connection(self) -> Connection:
        """What becomes ready when the answer to the job is there; another one when the process was started anew."""
        assert self._connection is not None, "give it a job first"
        return self._connection

    def grade(self, job: Job) -> Graded:
        """Grade one submission; a worker that ends over it is replaced, and the job tried once more.

        Raises:
            WorkerError: it ended twice over this one submission, or failed in a way that no submission should cause.
            Unfit: nothing can be graded there.
        """
        try:
            self.begin(job)
            while (graded := self.answer()) is None:
                pass
            return graded
        except WorkerError:
            raise
        except BaseException:  # interrupted: what it still sends would be taken for the next answer
            self.close()
            raise

    def begin(self, job: Job) -> None:
        """Hand out a job; `answer` tells what became of it."""
        self._job, self._tries_left = job, 1
        self._began, self._patience = time.monotonic(), _longest(self._setup, job)
        self._send()

    def answer(self) -> Graded | None:
        """The answer to the job, waited for; None: the worker ended over it, and has begun once more.

        Raises:
            as `grade`.
        """
        try:
            answer = self.connection.recv()
        except (EOFError, OSError):
            self.close()
            if not self._tries_left:
                raise WorkerError(
                    f"the worker that grades {self._job.student} ended twice over this submission"
                ) from None
            self._tries_left -= 1
            self._send()
            return None
        if isinstance(answer, Graded):
            return answer
        raise answer if isinstance(answer, WorkerError) else WorkerError(str(answer))

    @property
    def overdue(self) -> bool:
        """Whether the job takes longer than all of its bounds allow together: something is stuck."""
        return time.monotonic() - self._began > self._patience

    def give_up(self) -> WorkerError:
        """End a worker that is overdue; returns what became of its job."""
        self.close()
        minutes = self._patience / 60
        return WorkerError(f"the submission of {self._job.student} was not graded within {minutes:.0f} minutes")

    def start(self) -> None:
        """Start the process, unless it runs: it takes seconds until it listens."""
        if self._process is None:
            self._connection, theirs = Pipe()
            command = [sys.executable, "-m", FAR_SIDE, str(theirs.fileno())]
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.PIPE, env=os.environ | ONE_THREAD
            )
            theirs.close()
            self._told = False

    def _send(self) -> None:
        self.start()
        with contextlib.suppress(OSError):  # it has ended already; `answer` will see that
            if not self._told:
                self._told = True
                self.connection.send(self._setup)
            self.connection.send(self._job)

    def close(self) -> None:
        """End it with its sandbox. May be called twice."""
        if self._process is None:
            return
        self.connection.close()
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def _longest(setup: Setup, job: Job) -> float:
    """Seconds, by the clock, that a job may take: far beyond what its sandbox allows, which counts otherwise."""
    allowed = float(setup.limits.get("seconds_per_submission", Limits().seconds_per_submission))
    a_notebook = allowed * CLOCK + READ_AND_JUDGED
    return STARTED + len(job.parts) * a_notebook


# Helpers are as many as there are cores; each of them is to use one.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
