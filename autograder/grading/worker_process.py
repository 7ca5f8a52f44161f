"""The far side of a worker: started by `worker.Worker`, it answers jobs until its starter goes away."""

import json
import os
import resource
import sys
import threading
import time
import traceback
from multiprocessing.connection import Connection

import autograder.skip_iri_grammar  # noqa: F401  # before what imports nbformat
from autograder.grading.grade import grade
from autograder.grading.jobs import Graded, Job, Setup, fingerprint, rebuilt
from autograder.grading.worker import Unfit, WorkerError
from autograder.printable import log_printably, printable
from autograder.sandbox.bubblewrap import SandboxError
from autograder.sandbox.limits import GB, Limits
from autograder.sandbox.namespaces import mapped_bytes
from autograder.sandbox.runner import Runner

MOST_MEMORY = 4 * GB  # beyond what torch has mapped: reading, judging and diagnosis take a tenth of that


def main() -> None:
    """The far side: a setup, then jobs, on the connection whose descriptor is the one argument."""
    connection = Connection(int(sys.argv[1]))
    os.dup2(2, 1)  # nothing here is for standard output
    log_printably()
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
    """Answer jobs until there are no more; what makes this place unfit is the answer to each of them."""
    if setup.code != fingerprint():
        refuse(
            connection, "this machine has another version of the course than the one that grades: bring it up to date"
        )
    try:
        runner = Runner(Limits(**setup.limits), setup.sandbox)
    except SandboxError as problem:
        refuse(connection, str(problem))
    _bound_memory()
    with runner:
        while True:
            job: Job = connection.recv()
            try:
                connection.send(graded(job, setup, runner))
            except SandboxError as problem:
                connection.send(Unfit(str(problem)))
            except Exception as problem:  # whatever it is, the others are graded still
                print(printable(traceback.format_exc(), lines=True), file=sys.stderr)
                connection.send(WorkerError(f"{type(problem).__name__}: {problem}"))


def _bound_memory() -> None:
    """A source that takes too much of it to be read ends in an error of its own, not in the kernel's choice."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = mapped_bytes() + MOST_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def refuse(connection: Connection, reason: str) -> None:
    """Answer every job with a reason; returns by EOFError alone."""
    while True:
        connection.recv()
        connection.send(Unfit(reason))


def graded(job: Job, setup: Setup, runner: Runner) -> Graded:
    """Rebuild, run and judge every notebook of a submission."""
    made, began = {}, time.monotonic()
    for part in job.parts:
        notebook = rebuilt(part, setup, job.stamp)
        seeds = {question: draw.seed for question, draw in part.draws.items()}
        grade(notebook, runner, seeds.__getitem__, {question: draw.drawn for question, draw in part.draws.items()})
        made[part.name] = json.dumps(notebook)
    return Graded(job.student, made, time.monotonic() - began)


if __name__ == "__main__":
    main()
