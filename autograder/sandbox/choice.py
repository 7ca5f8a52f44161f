"""Which sandbox this machine gives to student code, found out by trying."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.sandbox import bubblewrap
from autograder.sandbox.bubblewrap import SandboxError
from autograder.sandbox.processes import ColdSandbox, Sandbox, Setup, WarmSandbox

Kind = Literal["warm", "cold", "none"]


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
            "(for Docker: --privileged, or --cap-add SYS_ADMIN --security-opt seccomp=unconfined); "
            "on Ubuntu from 23.10 ordinary users need `sysctl kernel.apparmor_restrict_unprivileged_userns=0`"
        )
    if wanted == "cold":
        return Choice("cold", "a sandbox of its own for each notebook, as asked")
    worked, said = _try(["-m", "autograder.sandbox.namespaces"], "isolated")
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


def open_sandbox(kind: Kind, setup: Setup) -> Sandbox:
    """The sandbox of that kind."""
    return WarmSandbox(setup) if kind == "warm" else ColdSandbox(setup, sandboxed=kind == "cold")
