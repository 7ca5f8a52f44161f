"""Inside the sandbox: put the calling process into namespaces of its own, then give up every privilege.

``bubblewrap`` has shut the outer door already; this shuts each notebook of one template off from the others. Linux
only; the calls that Python's standard library lacks go through libc. See namespaces(7), user_namespaces(7),
mount(2), capabilities(7).

Run as a script it tries all of it once, prints ``isolated`` and ends with 0, or ends with 1 and says what failed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Mapping

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
EVERY_NAMESPACE = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 1 << 14, 1 << 18
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
CAPABILITY_VERSION_3 = 0x20080522
SCRATCH = "/scratch"  # the folder for temporary files; /tmp may hold parts of a Python installation
INODES = 20_000  # a tmpfs counts bytes of content only: a million empty files would cost the host's memory too

libc = ctypes.CDLL(None, use_errno=True)


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def _checked(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _mount(kind: str | None, where: str, flags: int, options: str = "") -> None:
    type_ = kind.encode() if kind else None
    result = libc.mount(b"none", where.encode(), type_, ctypes.c_ulong(flags), options.encode() or None)
    _checked(result, f"mount {kind or 'private'} on {where}")


def enter_namespaces(tmp_bytes: int) -> None:
    """New user, PID, mount, UTS, IPC and network namespaces, with private writable folders of ``tmp_bytes`` each.

    The process itself stays outside the new PID namespace: the first child it forks is number 1 there, and killing
    that one kills everything in it. A fresh ``/proc`` cannot be mounted here, and the old one shows the other
    notebooks' processes, so an empty read-only folder covers it; the terminals in ``/dev/pts`` are covered likewise.

    Raises:
        OSError: the kernel or its configuration forbids a step; the message names the step.
    """
    user, group = os.getuid(), os.getgid()
    _checked(libc.unshare(EVERY_NAMESPACE), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    _mount(None, "/", MS_REC | MS_PRIVATE)
    for folder in (SCRATCH, "/dev/shm"):
        _mount("tmpfs", folder, MS_NOSUID | MS_NODEV, f"size={tmp_bytes},nr_inodes={INODES},mode=1777")
    for folder in ("/dev/pts", "/proc"):
        _mount("tmpfs", folder, MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,nr_inodes=1,mode=555")


def drop_privileges() -> None:
    """Give up every capability for good, in the bounding and ambient sets too, and forbid gaining any by exec."""
    capability = 0
    while libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0:
        capability += 1
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header, none = _CapabilityHeader(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    _checked(libc.capset(ctypes.byref(header), none), "capset")
    _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def be_killed_first() -> None:
    """When memory runs out, let the kernel end this process, and what it starts, before anything else."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def die_with_parent() -> None:
    """Be killed when the process that started this one ends."""
    _checked(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "die with parent")


def hide_from_debuggers() -> None:
    """Let no other process of this user trace this one or read its memory."""
    _checked(libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "dumpable")


def set_limits(limits: Mapping[str, float], mapped_bytes: int) -> None:
    """Set the resource limits of ``Limits`` on this process; ``mapped_bytes`` is what its libraries have mapped."""
    bounds = {
        resource.RLIMIT_AS: int(limits["memory_bytes"]) + mapped_bytes,
        resource.RLIMIT_FSIZE: int(limits["file_bytes"]),
        resource.RLIMIT_NOFILE: int(limits["open_files"]),
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_CORE: 0,
    }
    if _kernel() >= (5, 14):
        bounds[resource.RLIMIT_NPROC] = int(limits["processes"])
    for which, bound in bounds.items():
        hard = resource.getrlimit(which)[1]
        bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(which, (bound, bound))


def mapped_bytes() -> int:
    """Address space this process has mapped now; 0 where ``/proc`` cannot tell."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _kernel() -> tuple[int, int]:
    major, minor = os.uname().release.split(".")[:2]
    return int(major), int("".join(c for c in minor if c.isdigit()) or 0)


def main() -> int:
    """Try everything once and say how it went."""
    try:
        enter_namespaces(1 << 20)
        child = os.fork()
        if child == 0:
            hide_from_debuggers()
            drop_privileges()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status != 0:
            raise OSError(f"the first process of the new namespaces ended with status {status}")
    except OSError as error:
        print(error)
        return 1
    print("isolated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
