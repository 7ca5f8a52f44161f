"""The interpreter and the system."""

from __future__ import annotations

import platform
import socket
import struct
import sys
from collections.abc import Iterator

from autograder.doctor.findings import OLDEST, Finding


def python() -> Iterator[Finding]:
    """The interpreter."""
    here = f"Python {platform.python_version()} ({sys.executable})"
    if sys.version_info < OLDEST:
        needed = ".".join(map(str, OLDEST))
        cure = f"install Python {needed} or newer and make an environment with it: python{needed} -m venv .venv"
        yield Finding(False, f"{here} is too old: the course needs {needed} or newer; nothing else was looked at", cure)
    elif struct.calcsize("P") < 8:
        yield Finding(False, f"{here} has 32 bits, for which there is no PyTorch", "install a Python of 64 bits")
    else:
        yield Finding(True, here)


def system() -> Iterator[Finding]:
    """The system, and whether a program can reach another one on this machine."""
    name = {"Darwin": "macOS", "": "an unknown system"}.get(platform.system(), platform.system())
    also = {"Windows": "; grading a class needs Linux, which WSL2 brings", "macOS": "; grading a class needs Linux"}
    yield Finding(True, f"{name} on {platform.machine() or 'an unknown processor'}{also.get(name, '')}")
    try:
        with socket.socket() as listening, socket.socket() as asking:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            asking.settimeout(5)
            asking.connect(listening.getsockname())
    except OSError as error:
        cure = "JupyterLab talks to your browser at 127.0.0.1: allow that in the firewall or the security program"
        yield Finding(False, f"127.0.0.1 cannot be reached: {error}", cure)
