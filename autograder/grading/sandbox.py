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
from typing import Any, Literal, Protocol

from autograder.grading import bubblewrap, protocol
from autograder.grading.bubblewrap import SandboxError
from autograder.grading.limits import Limits

Kind = Literal["warm", "cold", "none"]
START_SECONDS = 120.0  # torch from a cold disk
FORK_SECONDS = 20.0
KILL_SECONDS = 10.0
END_SECONDS = 3.0
DEFAULT_EVIDENCE = "autograder.checking.evidence:gather"
TEMPLATE = ["-m", "autograder.grading.template"]


@dataclass(frozen=True)
class Choice:
    """Which sandbox this machine gives, and why.

    Attributes:
        kind: ``warm`` (one template, a fork in namespaces of its own per notebook), ``cold`` (a sandbox of its own
            per notebook, two seconds slower each), or ``none``.
        reason: one sentence.
    """

    kind: Kind
    reason: str


def choose(wanted: str = "auto") -> Choice:
    """Decide between the sandboxes, by trying.

    Args:
        wanted: ``auto`` takes ``warm`` where nested namespaces are allowed, else ``cold``; ``none`` is never
            chosen, only asked for.

    Raises:
        SandboxError: bubblewrap is missing or does not work here, or what was asked for is forbidden here.
        ValueError: ``wanted`` is not one of the four words.
    """
    if wanted not in ("auto", "warm", "cold", "none"):
        raise ValueError(f"sandbox must be auto, warm, cold or none, got {wanted!r}")
    if wanted == "none":
        return Choice("none", "no sandbox, as asked: submissions can read and change all that this user can")
    worked, said = _try(["-c", "print('started')"], "started")
    if not worked:
        raise SandboxError(
            f"bubblewrap does not start here: {said}. In a container, allow user namespaces and mounts "
            "(for Docker: --privileged, or --cap-add SYS_ADMIN --security-opt seccomp=unconfined)"
        )
    if wanted == "cold":
        return Choice("cold", "a sandbox of its own for each notebook, as asked")
    worked, said = _try(["-m", "autograder.grading.isolate"], "isolated")
    if worked:
        return Choice("warm", "nested namespaces are allowed: one warm template, each notebook isolated in a fork")
    if wanted == "warm":
        raise SandboxError(f"a warm sandbox needs nested namespaces, forbidden here ({said}): use auto")
    return Choice("cold", f"nested namespaces are forbidden here ({said}): each notebook gets a sandbox of its own")


def _try(program: Sequence[str], expected: str) -> tuple[bool, str]:
    command, descriptors = bubblewrap.command(program, tmp_bytes=1 << 20)
    try:
        result = subprocess.run(
            command, pass_fds=descriptors, env={}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return False, str(error)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    said = (result.stdout + result.stderr).strip()
    return result.returncode == 0 and expected in result.stdout, said[-300:]


class Process(Protocol):
    """A notebook's process, ready for its first step."""

    socket: socket.socket

    def kill(self) -> None:
        """End it and everything it has started, now, and return when they are gone. May be called twice."""

    def ending(self) -> int | None:
        """Once its socket has closed: its exit code, or minus the signal that ended it; None if it lives on."""


class Sandbox(Protocol):
    """Where processes come from."""

    def start(self) -> Process:
        """A fresh process; raises SandboxError."""

    def close(self) -> None:
        """Leave nothing behind. May be called twice."""


@dataclass(frozen=True)
class Setup:
    """What every process of a runner is started with."""

    limits: Limits
    evidence: str = DEFAULT_EVIDENCE
    extra: tuple[Path, ...] = ()

    def argument(self, inside: bool, **more: int) -> str:
        """The JSON argument of the template."""
        path = bubblewrap.python_path(inside, self.extra)
        return json.dumps({"limits": self.limits.as_dict(), "evidence": self.evidence, "path": path, **more})


class _Child:
    """A subprocess of ours, with the descriptor it speaks on, and what it complains about."""

    def __init__(self, setup: Setup, key: str, channel: socket.socket, sandboxed: bool) -> None:
        self._handle = -1
        self._complaints = os.memfd_create("complaints")
        argument = setup.argument(sandboxed, **{key: channel.fileno()})
        try:
            if sandboxed:
                self._start_inside(setup, argument, channel.fileno())
            else:
                environment = bubblewrap.ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(bubblewrap.python_path(False))}
                self.popen = self._popen([sys.executable, "-s", *TEMPLATE, argument], [channel.fileno()], environment)
        except BaseException:
            os.close(self._complaints)
            raise
        finally:
            channel.close()

    def _start_inside(self, setup: Setup, argument: str, channel: int) -> None:
        read, write = os.pipe()
        descriptors = [write]
        try:
            command, more = bubblewrap.command(
                [*TEMPLATE, argument], tmp_bytes=setup.limits.tmp_bytes, extra=setup.extra, info=write
            )
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


def kill_and_wait(handle: int) -> None:
    """Kill the process of a pidfd; where it is the first of a PID namespace, return when that is empty."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    select.select([handle], [], [], KILL_SECONDS)


class WarmSandbox:
    """One template inside bubblewrap; a process is a fork of it, with namespaces of its own."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._child: _Child | None = None

    def start(self) -> Process:
        for attempt in (1, 2):  # a template may have been killed since it last worked
            control = self._template()
            ours, theirs = socket.socketpair()
            read, write = os.pipe()
            try:
                socket.send_fds(control, [b"fork"], [theirs.fileno(), write])
                return _WarmProcess(ours, read)
            except (protocol.Closed, OSError, SandboxError) as error:
                ours.close()
                os.close(read)
                self.close()
                if attempt == 2:
                    raise SandboxError(f"the sandbox's template cannot start a notebook: {error}") from error
            finally:
                theirs.close()
                os.close(write)
        raise AssertionError("unreachable")

    def _template(self) -> socket.socket:
        if self._child is None:
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._child = _Child(self._setup, "control", theirs, sandboxed=True)
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
        self.socket, self._status, self._handle = sock, status, -1
        sock.settimeout(FORK_SECONDS)
        message, handles, _, _ = socket.recv_fds(sock, 1 << 12, 1)
        if not message:
            raise protocol.Closed("no answer to a fork")
        if not handles:
            answer = protocol.parse(message[protocol.LENGTHS.size :])
            raise SandboxError(f"a notebook's process could not be isolated: {answer.get('failed')}")
        self._handle = handles[0]

    def kill(self) -> None:
        if self._handle < 0:
            return
        kill_and_wait(self._handle)
        os.close(self._handle)
        os.close(self._status)
        self._handle = -1
        self.socket.close()

    def ending(self) -> int | None:
        if not select.select([self._handle], [], [], END_SECONDS)[0]:
            return None
        text = os.read(self._status, 8)
        return int(text) if text else -signal.SIGKILL


class ColdSandbox:
    """Each process is started from nothing, in a bubblewrap of its own, or, when that was said aloud, in none."""

    def __init__(self, setup: Setup, sandboxed: bool) -> None:
        self._setup, self._sandboxed = setup, sandboxed

    def start(self) -> Process:
        ours, theirs = socket.socketpair()
        child = _Child(self._setup, "notebook", theirs, self._sandboxed)
        process = _ColdProcess(ours, child)
        try:
            header, _ = protocol.receive(ours, 1 << 12, 0, time.monotonic() + START_SECONDS)
        except (protocol.Closed, protocol.Oversize, protocol.Garbled, TimeoutError) as error:
            complaint = child.complaint()
            process.kill()
            raise SandboxError(f"a notebook's process did not start: {complaint or error}") from error
        assert header == {"ready": True}
        return process

    def close(self) -> None:
        pass


class _ColdProcess:
    def __init__(self, sock: socket.socket, child: _Child) -> None:
        self.socket, self._child = sock, child

    def kill(self) -> None:
        self._child.kill()
        self.socket.close()

    def ending(self) -> int | None:
        try:
            code = self._child.popen.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            return None
        return code if code < 128 else 128 - code


def open_sandbox(kind: Kind, setup: Setup) -> Sandbox:
    """The sandbox of that kind."""
    return WarmSandbox(setup) if kind == "warm" else ColdSandbox(setup, sandboxed=kind == "cold")


def describe(value: Any) -> str:
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
