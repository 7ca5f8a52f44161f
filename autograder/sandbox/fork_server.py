"""Inside the sandbox: the process that runs a notebook, and the template that forks one for each.

Started as ``python -m autograder.sandbox.fork_server`` with one JSON argument (see ``main``). It imports what
notebooks use, once, runs one tensor operation and no autograd (its threads would not survive a fork), and forks.
"""

from __future__ import annotations

import builtins
import gc
import importlib
import json
import os
import random
import socket
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from autograder.sandbox import namespaces, protocol, seccomp
from autograder.sandbox.snapshot import Snapshot

if TYPE_CHECKING:
    from autograder.sandbox.asking import Trusted

PRELOADED = ("matplotlib.pyplot", "gradschool", "ipywidgets", "safetensors.numpy", "sklearn.datasets")
MAX_REQUEST = 64 * 1024**2

Gather = Callable[[str, dict[str, Any], "Trusted"], bytes]


def no_input(prompt: object = "") -> NoReturn:
    """What ``input()`` does here: nobody is there to answer."""
    raise RuntimeError("input() cannot be answered while a notebook is graded: write the value into the cell instead")


def preload(more: Sequence[str]) -> None:
    """Import torch and whatever of ``more`` is there, so that each fork finds it. One thread, no autograd."""
    import numpy as np
    import torch

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    (torch.ones(2, 2) @ torch.ones(2, 2)).sum()
    np.ones((2, 2)) @ np.ones((2, 2))
    for name in more:
        try:
            importlib.import_module(name)
        except ImportError:  # a notebook that needs it says so in its own traceback
            continue
    warnings.filterwarnings("ignore", message="To exit: use", category=UserWarning)
    builtins.input = no_input


class Notebook:
    """Runs the steps that the trusted process sends, one after the other, until it hangs up.

    Args:
        evidence: ``module:function`` that turns an exercise and the notebook's namespace into evidence. If the
            module has a function ``warm_up``, it is called once, before the first notebook.
    """

    def __init__(self, evidence: str) -> None:
        from autograder.sandbox import desk  # torch and IPython, once `main` has set the path
        from autograder.sandbox.shell import Cells

        name, function = evidence.split(":")
        module = importlib.import_module(name)
        self._gather: Gather = getattr(module, function)
        if hasattr(module, "warm_up"):
            module.warm_up()
        desk.put_up()
        self.cells = Cells()
        self._snapshot: Snapshot | None = None

    def serve(self, sock: socket.socket, limits: dict[str, float], mapped_bytes: int) -> None:
        """Say that it is ready, then answer requests on ``sock``; returns when the other side has hung up."""
        from autograder.sandbox import asking, lending

        self._settle(limits, mapped_bytes)
        protocol.send(sock, {"ready": True})
        max_evidence = int(limits["evidence_bytes"])
        own, trusted = os.getpid(), asking.Trusted(sock)
        lending.connect(trusted.told)
        while True:
            try:
                request, _ = protocol.receive(sock, MAX_REQUEST, 0)
            except protocol.Closed:
                return
            evidence, trusted.request = b"", request
            if request["kind"] == "run":
                status = self.cells.run(request["source"])
            else:
                status, evidence = self._check(request["exercise"], trusted, max_evidence)
            if os.getpid() != own:  # a copy that a student's os.fork() has left: one process answers
                os._exit(0)
            outputs = self.cells.recorder.taken()
            reply = {"step": request["step"], "nonce": request["nonce"], "status": status, "outputs": outputs}
            protocol.send(sock, reply, evidence)

    def remember_clean(self) -> None:
        """Note what the grader's own code is like now: no student's has run. Once, before notebooks are forked off."""
        self._snapshot = Snapshot()

    def _check(self, exercise: str, trusted: Trusted, max_evidence: int) -> tuple[str, bytes]:
        if self._snapshot is not None:
            self._snapshot.restore()
        self.cells.begin()
        failure: BaseException | None = None
        evidence = b""
        try:
            evidence = bytes(self._gather(exercise, self.cells.shell.user_ns, trusted))
        except BaseException as error:  # the answer may raise SystemExit as well as anything else
            failure = error
        self.cells.end(failure)
        if failure is not None:
            return "error", b""
        if len(evidence) > max_evidence:
            return "flooded", b""
        return "ok", evidence

    def _settle(self, limits: dict[str, float], mapped_bytes: int) -> None:
        """The last things before student code: a folder, chance that repeats, and no way back over the limits."""
        import numpy as np
        import torch

        os.chdir(os.environ.get("HOME", "/"))
        random.seed(0)
        np.random.seed(0)
        torch.manual_seed(0)
        self.cells.recorder.max_outputs = int(limits["outputs_per_cell"])
        self.cells.recorder.max_bytes = int(limits["output_bytes_per_cell"])
        self.cells.open_spill()
        namespaces.set_limits(limits, mapped_bytes)
        seccomp.install()


def serve_forks(control: socket.socket, notebook: Notebook) -> None:
    """The template's life: one isolated process for each order on ``control``, which is limits and two descriptors."""
    mapped = namespaces.mapped_bytes()
    gc.collect()
    gc.freeze()
    control.send(b"ready")
    while True:
        order, descriptors, _, _ = socket.recv_fds(control, 1 << 12, 2)
        if not order:
            return
        child = os.fork()
        if child == 0:
            try:
                enter(notebook, control, descriptors, json.loads(order), mapped)
            finally:
                os._exit(1)
        for descriptor in descriptors:
            os.close(descriptor)
        os.waitpid(child, 0)


def enter(
    notebook: Notebook, control: socket.socket, descriptors: list[int], limits: dict[str, float], mapped: int
) -> None:
    """Fork a notebook's process in namespaces of its own, and hand the handle that kills them to the trusted side.

    Three processes: this one, which leaves as soon as it has passed on a pidfd; number 1 of the new PID namespace,
    which reaps and tells how the notebook ended; and the notebook.
    """
    channel, status = descriptors
    try:
        namespaces.be_killed_first()
        namespaces.enter_namespaces(int(limits["tmp_bytes"]))
        first = os.fork()
    except OSError as error:
        control.send(str(error).encode())
        return
    if first:
        socket.send_fds(control, [b"isolated"], [os.pidfd_open(first)])
        os._exit(0)
    control.close()
    os.setsid()
    sock = socket.socket(fileno=channel)
    sock.set_inheritable(False)
    namespaces.hide_from_debuggers()
    namespaces.drop_privileges()
    second = os.fork()
    if second == 0:
        os.close(status)
        notebook.serve(sock, limits, mapped)
        os._exit(0)
    sock.close()
    while True:
        ended, how = os.wait()
        if ended == second:
            os.write(status, str(os.waitstatus_to_exitcode(how)).encode())
            os._exit(0)


def main() -> None:
    """Start as the JSON argument says.

    Its keys: ``path`` (what ``sys.path`` becomes), ``evidence``, and either ``control`` (descriptor of the socket on
    which forks are ordered) or ``notebook`` (descriptor of the one notebook to run, here and now) with ``limits``.
    """
    order = json.loads(sys.argv[1])
    namespaces.die_with_parent()
    sys.path[:] = order["path"]
    sys.argv[1:] = []
    warm = "control" in order
    preload(PRELOADED if warm else ())
    notebook = Notebook(order["evidence"])
    if warm:
        notebook.cells.warm_up()
        notebook.remember_clean()
        serve_forks(socket.socket(fileno=order["control"]), notebook)
        return
    sock = socket.socket(fileno=order["notebook"])
    sock.set_inheritable(False)
    namespaces.be_killed_first()
    mapped = namespaces.mapped_bytes()
    notebook.remember_clean()
    notebook.serve(sock, order["limits"], mapped)
    os._exit(0)


if __name__ == "__main__":
    main()
