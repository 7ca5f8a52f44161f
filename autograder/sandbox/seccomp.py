"""Inside the sandbox: system calls that notebooks need are allowed (``calls``), all others are refused.

So there is no memory that no limit counts (memfd, System V memory and semaphores), no namespace or mount anew, no
socket of an odd kind, and none of the kernel's more dangerous corners (tracing, keys, bpf, io_uring). It is a second
wall, behind the namespaces: where the processor is one that this file does not know, it is left out. See seccomp(2).
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

from autograder.sandbox.calls import ALLOWED, FIRST_OF_THE_NEW, SOCKETS, UNKNOWN
from autograder.sandbox.namespaces import EVERY_NAMESPACE, libc

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # operations of classic BPF on 32-bit words
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data, both machines little-endian
X32 = 0x40000000  # a second numbering of the same calls on x86-64

CLONE, SOCKET, SOCKETPAIR = (56, 220), (41, 198), (53, 199)
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def program(machine: str) -> bytes:
    """The filter, as the kernel reads it, for ``x86_64`` or ``aarch64``; raises KeyError for another machine."""
    column, architecture = MACHINES[machine]
    lines = [
        _line(LOAD, ARCHITECTURE),
        *_unless(EQUAL, architecture, errno.EPERM),
        _line(LOAD, NUMBER),
        *_if(AT_LEAST, X32, errno.EPERM),
        # newer than this file: a library takes an older one. The flags of clone3 lie in memory, out of a filter's sight
        *_if(AT_LEAST, FIRST_OF_THE_NEW, errno.ENOSYS),
    ]
    for numbers in UNKNOWN.values():
        if (number := numbers[column]) is not None:
            lines += _if(EQUAL, number, errno.ENOSYS)
    for numbers in (SOCKET, SOCKETPAIR):
        lines += _when(numbers[column], _only(SOCKETS, errno.EAFNOSUPPORT))
    lines += _when(CLONE[column], [_line(LOAD, FIRST_ARGUMENT), *_if(ANY_BIT, EVERY_NAMESPACE, errno.EPERM), _ALLOWED])
    for calls in ALLOWED.values():
        for numbers in calls.values():
            if (number := numbers[column]) is not None:
                lines += [_line(EQUAL, number, 0, 1), _ALLOWED]
    return b"".join([*lines, _line(RETURN, REFUSE | errno.EPERM)])


def install() -> bool:
    """Put the filter on this process and all it will start. Returns whether that could be done."""
    try:
        code = program(platform.machine())
    except KeyError:
        return False
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    loaded = _Program(len(code) // 8, code)
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(loaded), 0, 0) == 0)


def _line(operation: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", operation, then, otherwise, value)


def _if(comparison: int, value: int, error: int) -> list[bytes]:
    return [_line(comparison, value, 0, 1), _line(RETURN, REFUSE | error)]


def _unless(comparison: int, value: int, error: int) -> list[bytes]:
    return [_line(comparison, value, 1, 0), _line(RETURN, REFUSE | error)]


def _when(number: int, then: list[bytes]) -> list[bytes]:
    """What is decided of one call, by what ends in a decision."""
    return [_line(EQUAL, number, 0, len(then)), *then]


def _only(values: tuple[int, ...], error: int) -> list[bytes]:
    """The call is allowed if its first argument is one of these."""
    allowed = [line for value in values for line in (_line(EQUAL, value, 0, 1), _ALLOWED)]
    return [_line(LOAD, FIRST_ARGUMENT), *allowed, _line(RETURN, REFUSE | error)]


_ALLOWED = _line(RETURN, ALLOW)
