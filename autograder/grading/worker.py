"""A helper: a process of ours, beside no student code, that rebuilds, runs and judges submissions one by one.

It is a process, not a thread, because a judge runs references and wrong answers under a timer and with chance reset,
both of which belong to a main thread; and so that whatever may bring it down takes nothing else along. Its sandbox is
opened once and stays warm. It ends when the process that started it does, however that ended.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import traceback
from multiprocessing.connection import Connection, Pipe
from types import TracebackType
from typing import TYPE_CHECKING

import autograder.skip_iri_grammar  # noqa: F401  # before what imports nbformat
from autograder.grading.jobs import Graded, Order, Setup, fingerprint, rebuilt

if TYPE_CHECKING:
    from autograder.sandbox.runner import Runner

ENDS_WITHIN = 10.0  # seconds


class HelperError(RuntimeError):
    """A submission could not be graded, for a reason that lies with us: the message says which."""


class Unfit(HelperError):
    """No submission can be graded there: no sandbox, or other code than the coordinator's."""


class Helper:
    """The near side of a helper: give it orders. The process is started at the first, and anew should it end.

    Use one per thread, and close it, best by ``with``.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Helper":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process's number, where it has been started."""
        return self._process.pid if self._process else None

    def grade(self, order: Order) -> Graded:
        """Grade one submission; a helper that ends over it is replaced, and the order tried once more.

        Raises:
            HelperError: it ended twice over this one submission, or failed in a way that no submission should cause.
            Unfit: nothing can be graded there.
        """
        for _ in range(2):
            connection = self._started()
            try:
                connection.send(order)
                answer = connection.recv()
            except (EOFError, OSError):
                self.close()
                continue
            except BaseException:  # interrupted: what it still sends would be taken for the next answer
                self.close()
                raise
            if isinstance(answer, Graded):
                return answer
            raise answer if isinstance(answer, HelperError) else HelperError(str(answer))
        raise HelperError(f"the helper that grades {order.student} ended twice over this submission")

    def _started(self) -> Connection:
        if self._process is None:
            self._connection, theirs = Pipe()
            command = [sys.executable, "-m", "autograder.grading.worker", str(theirs.fileno())]
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.PIPE, env=os.environ | ONE_THREAD
            )
            theirs.close()
            with contextlib.suppress(OSError):  # it has ended already; `grade` will see that
                self._connection.send(self._setup)
        return self._connection

    def close(self) -> None:
        """End it with its sandbox. May be called twice."""
        if self._process is None:
            return
        self._connection.close()
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


# Helpers are as many as there are cores; each of them is to use one.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


def main() -> None:
    """The far side: a setup, then orders, on the connection whose descriptor is the one argument."""
    connection = Connection(int(sys.argv[1]))
    os.dup2(2, 1)  # nothing here is for standard output
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        setup: Setup = connection.recv()
        serve(connection, setup)
    except EOFError:
        return


def _end_with_parent() -> None:
    """Standard input is a pipe that nobody writes to: it ends when the other side has.

    Read without `sys.stdin`, whose lock a thread that waits would still hold when the interpreter ends.
    """
    while os.read(0, 1):
        pass
    os._exit(0)


def serve(connection: Connection, setup: Setup) -> None:
    """Answer orders until there are no more; what makes this place unfit is the answer to each of them."""
    from autograder.sandbox.bubblewrap import SandboxError
    from autograder.sandbox.limits import Limits
    from autograder.sandbox.runner import Runner

    if setup.code != fingerprint():
        refuse(
            connection, "this machine has another version of the course than the one that grades: bring it up to date"
        )
    try:
        runner = Runner(Limits(**setup.limits), setup.sandbox)
    except SandboxError as problem:
        refuse(connection, str(problem))
    with runner:
        while True:
            order: Order = connection.recv()
            try:
                connection.send(graded(order, setup, runner))
            except SandboxError as problem:
                connection.send(Unfit(str(problem)))
            except Exception as problem:  # whatever it is, the others are graded still
                traceback.print_exc()
                connection.send(HelperError(f"{type(problem).__name__}: {problem}"))


def refuse(connection: Connection, reason: str) -> None:
    """Answer every order with a reason; returns by EOFError alone."""
    while True:
        connection.recv()
        connection.send(Unfit(reason))


def graded(order: Order, setup: Setup, runner: "Runner") -> Graded:
    """Rebuild, run and judge every notebook of a submission."""
    from autograder.grading.grade import grade

    made, began = {}, time.monotonic()
    for part in order.parts:
        notebook = rebuilt(part, setup, order.stamp)
        grade(notebook, runner, part.seeds.__getitem__)
        made[part.name] = json.dumps(notebook)
    return Graded(order.student, made, time.monotonic() - began)


if __name__ == "__main__":
    from autograder.grading import worker  # by its name, so that what is pickled here is known there

    worker.main()
