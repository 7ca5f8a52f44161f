"""The trusted side of a notebook's process: start it, watch it, kill it with everything it has started."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from autograder import own_course
from autograder.exercise_folders import VARIABLE, named
from autograder.sandbox import bubblewrap, protocol
from autograder.sandbox.bubblewrap import SandboxError
from autograder.sandbox.limits import MB, Limits
from autograder.sandbox.withheld.tree import tree

START_SECONDS = 120.0  # torch from a cold disk
FORK_SECONDS = 20.0
KILL_SECONDS = 10.0
END_SECONDS = 1.0
DEFAULT_EVIDENCE = "autograder.sandbox.gather:gather"
TEMPLATE_TMP_BYTES = 16 * MB  # matplotlib's list of fonts; a notebook gets a folder of its own
TEMPLATE = ["-m", "autograder.sandbox.fork_server"]


class Process(Protocol):
    """A notebook's process, ready for its first step."""

    socket: socket.socket

    def root(self) -> int:
        """The number, on this machine, of the process below which everything of the notebook hangs; -1 once ended."""

    def kill(self) -> None:
        """End it and everything it has started, now, and return when they are gone. May be called twice."""

    def ending(self) -> int | None:
        """Once its socket has closed: its exit code, or minus the signal that ended it; None if it lives on."""


class Sandbox(Protocol):
    """Where processes come from."""

    def start(self, limits: Limits) -> Process:
        """A fresh process within ``limits``; raises SandboxError."""

    def close(self) -> None:
        """Leave nothing behind. May be called twice."""


@dataclass(frozen=True)
class Setup:
    """What every process of a runner is started with."""

    evidence: str = DEFAULT_EVIDENCE
    extra: tuple[Path, ...] = ()

    def argument(self, inside: bool, **more: object) -> str:
        """The JSON argument of the template."""
        path = bubblewrap.python_path(inside, self.extra)
        return json.dumps({"evidence": self.evidence, "path": path, **more})


class _Child:
    """A subprocess of ours, with the descriptor it speaks on, and what it complains about.

    With ``limits`` it runs one notebook, without it is a template that makes processes.
    """

    def __init__(self, setup: Setup, channel: socket.socket, limits: Limits | None, sandboxed: bool) -> None:
        self._handle = -1
        self._complaints = os.memfd_create("complaints")
        if limits is None:
            argument = setup.argument(sandboxed, control=channel.fileno())
        else:
            argument = setup.argument(sandboxed, notebook=channel.fileno(), limits=limits.as_dict())
        tmp_bytes = limits.tmp_bytes if limits else TEMPLATE_TMP_BYTES
        try:
            if sandboxed:
                self._start_inside([*TEMPLATE, argument], tmp_bytes, setup.extra, channel.fileno())
            else:
                environment = bubblewrap.ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(bubblewrap.python_path(False))}
                inside = tree() / "inside"
                folders = (str(inside / "exercises" / str(i)) for i in range(len(named())))
                environment[VARIABLE] = os.pathsep.join(folders)
                there = own_course.own_course() is not None
                environment[own_course.VARIABLE] = str(inside / "course") if there else ""
                self.popen = self._popen([sys.executable, "-s", *TEMPLATE, argument], [channel.fileno()], environment)
        except BaseException:
            os.close(self._complaints)
            raise
        finally:
            channel.close()

    def _start_inside(self, program: list[str], tmp_bytes: int, extra: Sequence[Path], channel: int) -> None:
        read, write = os.pipe()
        descriptors = [write]
        try:
            command, more = bubblewrap.command(program, tmp_bytes=tmp_bytes, extra=extra, info=write)
            descriptors += more
            # An empty environment: bubblewrap's own could be read from inside
            self.popen = self._popen(command, [*descriptors, channel], {})
        except BaseException:
            os.close(read)
            raise
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        with open(read) as told:
            match = re.search(r'"child-pid":\s*(\d+)', told.read())
        if match:  # process number 1 of the sandbox; without it bubblewrap has failed, and its complaint says why
            with contextlib.suppress(ProcessLookupError):
                self._handle = os.pidfd_open(int(match[1]))

    def _popen(
        self, command: list[str], descriptors: list[int], environment: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            pass_fds=descriptors,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._complaints,
            start_new_session=True,
        )

    def root(self) -> int:
        """The process that it is, or, in a sandbox, the first one there."""
        return process_of(self._handle) if self._handle >= 0 else self.popen.pid

    def complaint(self) -> str:
        """The last of what it wrote to standard error."""
        size = os.fstat(self._complaints).st_size
        return os.pread(self._complaints, 2000, max(0, size - 2000)).decode("utf-8", "replace").strip()

    def kill(self) -> None:
        """End it with all it has started, and wait until that is so (without a sandbox: with its process group)."""
        if self._complaints < 0:
            return
        if self._handle >= 0:
            kill_and_wait(self._handle)
            os.close(self._handle)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait(KILL_SECONDS)
        os.close(self._complaints)
        self._complaints = -1


def await_ready(sock: socket.socket, seconds: float) -> None:
    """Wait for the message that says that a notebook's process can take its first step; no student code has run yet.

    Raises Closed if the process ended instead, TimeoutError if it takes longer than ``seconds``.
    """
    protocol.receive(sock, 1 << 12, 0, time.monotonic() + seconds)


def kill_and_wait(handle: int) -> None:
    """Kill the process of a pidfd; where it is the first of a PID namespace, return when that is empty."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    select.select([handle], [], [], KILL_SECONDS)


def process_of(handle: int) -> int:
    """The number of the process of a pidfd; -1 where it is gone."""
    try:
        with open(f"/proc/self/fdinfo/{handle}") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("Pid:")), -1)
    except OSError:
        return -1


class WarmSandbox:
    """One template inside bubblewrap; a process is a fork of it, with namespaces of its own."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._child: _Child | None = None

    def start(self, limits: Limits) -> Process:
        try:
            return self._fork(limits)
        except (protocol.Closed, OSError, SandboxError):  # the template may have been killed since it last worked
            self.close()
        try:
            return self._fork(limits)
        except (protocol.Closed, OSError) as error:
            self.close()
            raise SandboxError(f"the sandbox's template cannot start a notebook: {error}") from error

    def _fork(self, limits: Limits) -> Process:
        control = self._template()
        ours, theirs = socket.socketpair()
        read, write = os.pipe()
        try:
            socket.send_fds(control, [json.dumps(limits.as_dict()).encode()], [theirs.fileno(), write])
        except OSError:
            ours.close()
            os.close(read)
            raise
        finally:  # held here too, the other end would never be seen to close
            theirs.close()
            os.close(write)
        process = _WarmProcess(ours, read)
        try:
            control.settimeout(FORK_SECONDS)
            said, process.handles, _, _ = socket.recv_fds(control, 1 << 10, 1)
            if not process.handles:
                raise SandboxError(f"a notebook's process could not be isolated: {said.decode('utf-8', 'replace')}")
            await_ready(ours, FORK_SECONDS)
        except BaseException:
            process.kill()
            raise
        return process

    def _template(self) -> socket.socket:
        if self._child is None:
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._child = _Child(self._setup, theirs, None, sandboxed=True)
            self._control.settimeout(START_SECONDS)
            if self._control.recv(64) != b"ready":
                complaint = self._child.complaint()
                self.close()
                raise SandboxError(f"the sandbox's template did not start: {complaint}")
        return self._control

    def close(self) -> None:
        if self._child is not None:
            self._control.close()
            self._child.kill()
            self._child = None


class _WarmProcess:
    def __init__(self, sock: socket.socket, status: int) -> None:
        self.socket, self._status = sock, status
        self.handles: list[int] = []  # a pidfd of the first process of its namespace, once it is there

    def root(self) -> int:
        return process_of(self.handles[0]) if self.handles else -1

    def kill(self) -> None:
        for handle in self.handles:
            kill_and_wait(handle)
            os.close(handle)
        self.handles = []
        if self._status >= 0:
            os.close(self._status)
            self._status = -1
        self.socket.close()

    def ending(self) -> int | None:
        if not select.select(self.handles, [], [], END_SECONDS)[0]:
            return None
        text = os.read(self._status, 8)
        return int(text) if text else -signal.SIGKILL


class ColdSandbox:
    """Each process is started from nothing, in a bubblewrap of its own, or, when that was said aloud, in none."""

    def __init__(self, setup: Setup, sandboxed: bool) -> None:
        self._setup, self._sandboxed = setup, sandboxed

    def start(self, limits: Limits) -> Process:
        ours, theirs = socket.socketpair()
        child = _Child(self._setup, theirs, limits, self._sandboxed)
        process = _ColdProcess(ours, child)
        try:
            await_ready(ours, START_SECONDS)
        except (protocol.Closed, TimeoutError) as error:
            complaint = child.complaint()
            process.kill()
            raise SandboxError(f"a notebook's process did not start: {complaint or error}") from error
        return process

    def close(self) -> None:
        pass


class _ColdProcess:
    def __init__(self, sock: socket.socket, child: _Child) -> None:
        self.socket, self._child = sock, child

    def root(self) -> int:
        return self._child.root()

    def kill(self) -> None:
        self._child.kill()
        self.socket.close()

    def ending(self) -> int | None:
        try:
            code = self._child.popen.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            return None
        return code if code < 128 else 128 - code


def describe(value: int | None) -> str:
    """How a process ended, in words, from what ``Process.ending`` returned."""
    if value is None:
        return "closed the connection that brings results to the grader"
    if value >= 0:
        return f"ended the Python process (exit code {value})"
    causes = {
        signal.SIGSEGV: "crashed it: it used memory that is not its own",
        signal.SIGABRT: "made a library stop it, as one does when memory runs out",
        signal.SIGKILL: "had it killed, as happens when memory runs out",
    }
    return f"ended the Python process ({signal.Signals(-value).name}): " + causes.get(
        signal.Signals(-value), "it sent that signal"
    )
