"""The command line that starts a Python program inside bubblewrap, with nothing in sight but what Python needs."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from autograder import exercise_folders, own_course
from autograder.sandbox.namespaces import SCRATCH
from autograder.sandbox.withheld.tree import library_folder, tree

HOUSE = Path("/gradschool")  # where our own packages appear inside
COURSE = HOUSE / "course"  # and where a course of a teacher's own: its specs and references, nothing else of it
INSTALL = "install it with `apt-get install bubblewrap` (Debian, Ubuntu) or `dnf install bubblewrap` (Fedora, RHEL)"
SYSTEM = (
    *("/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/local/bin", "/usr/local/lib"),
    *("/usr/share/zoneinfo", "/usr/share/fonts", "/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime"),
)
ROOT_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
PREFIX_PARTS = ("bin", "lib", "lib32", "lib64", "pyvenv.cfg")
# User numbers that systemd keeps for short-lived services: nobody else's, and mapped in any container.
FREE_USERS = range(61184, 65520)
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": SCRATCH,
    "TMPDIR": SCRATCH,
    "LANG": "C.UTF-8",
    "MPLBACKEND": "agg",
    "MPLCONFIGDIR": f"{SCRATCH}/matplotlib",
    "IPYTHONDIR": f"{SCRATCH}/ipython",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
}


class SandboxError(RuntimeError):
    """The sandbox cannot be had; the message says why and what to do."""


def executable() -> str:
    """Path of bubblewrap.

    Raises:
        SandboxError: it is not installed, or too old to bound the size of a tmpfs (before 0.7).
    """
    path = shutil.which("bwrap")
    if path is None:
        raise SandboxError(f"bubblewrap (bwrap) is missing, and answers are graded inside it only: {INSTALL}")
    usage = subprocess.run([path, "--help"], capture_output=True, text=True, check=False).stdout
    if "--size" not in usage:
        raise SandboxError("bubblewrap is older than 0.7 and cannot bound the size of a folder: install a newer one")
    return path


def our_packages() -> list[Path]:
    """Folders of ``autograder`` and ``gradschool`` on this machine, whole, with what is right: never shown inside."""
    return [Path(__file__).resolve().parents[1], library_folder()]


def inside_name(i: int) -> Path:
    """Where the i-th folder of a teacher's own exercises appears inside."""
    return HOUSE / "exercises" / str(i)


def course_folders() -> list[tuple[Path, Path]]:
    """What a course of a teacher's own shows inside: folders of this machine, each with its place there."""
    course = own_course.own_course()
    if course is None:
        return []
    inside, parts = tree() / "inside" / "course", {"exercises": course.exercises, "lib": course.references}
    return [(inside / name, COURSE / name) for name, folder in parts.items() if folder is not None]


def library_path() -> list[str]:
    """The part of ``sys.path`` that is Python's library and installed packages, in its order."""
    library = {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    names = {"site-packages", "dist-packages", "lib-dynload"}
    return [p for p in sys.path if p and (Path(p).name in names or os.path.realpath(p) in library)]


def python_path(inside: bool, extra: Sequence[Path] = ()) -> list[str]:
    """What ``sys.path`` is to be in the sandbox (or, unsandboxed, outside): ours first, then the libraries."""
    references = [place if inside else folder for folder, place in course_folders() if place.name == "lib"]
    if inside:
        ours = [str(HOUSE), str(HOUSE / "lib"), *(str(HOUSE / "extra" / str(i)) for i in range(len(extra)))]
    else:
        ours = [str(tree() / "inside"), str(tree() / "inside" / "lib"), *map(str, extra)]
    return ours + [str(folder) for folder in references] + library_path()


def command(
    program: Sequence[str], *, tmp_bytes: int, extra: Sequence[Path] = (), info: int | None = None
) -> tuple[list[str], list[int]]:
    """How to start ``program``, arguments of this Python interpreter, in a sandbox.

    All namespaces are new; there is no network; the environment is cleared. As an ordinary user the program runs
    as user 65534 of a user namespace. Root of the host would stay root in such a namespace, so for root there is
    none and the program runs as a real other user without privileges.

    Args:
        program: arguments of the interpreter, such as ``["-m", "package.module"]``.
        tmp_bytes: size of the folder for temporary files and of ``/dev/shm``.
        extra: folders put on the program's ``sys.path``, read-only.
        info: descriptor on which bubblewrap tells the process number of what it started.

    Returns:
        The command, and the descriptors to pass on to it; the caller closes those once it has started.
    """
    start = [executable(), "--args"]
    root = os.geteuid() == 0
    user = random.SystemRandom().choice(FREE_USERS) if root else 65534
    accounts = {
        "/etc/passwd": f"student:x:{user}:{user}::{SCRATCH}:/bin/sh\n",
        "/etc/group": f"student:x:{user}:\n",
        "/etc/hosts": "127.0.0.1 localhost\n",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }
    course = own_course.own_course()
    if course is not None and course_folders():
        accounts[str(COURSE / own_course.FILE)] = course.told_inside()
    descriptors = {path: memory_file(text.encode()) for path, text in accounts.items()}
    options = [*_namespaces(root, user), *_devices(tmp_bytes), *_folders(extra)]
    for path, descriptor in descriptors.items():
        options += ["--perms", "0444", "--ro-bind-data", str(descriptor), path]
    options += ["--remount-ro", "/", "--remount-ro", "/dev", "--chdir", "/", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        options += ["--setenv", name, value]
    # never the last option: an empty text at the end is none to bubblewrap
    options += ["--setenv", own_course.VARIABLE, str(COURSE) if course_folders() else ""]
    options += ["--setenv", "PYTHONPATH", str(HOUSE)]
    if own := [str(inside_name(i)) for i in range(len(exercise_folders.named()))]:
        options += ["--setenv", exercise_folders.VARIABLE, os.pathsep.join(own)]
    options += ["--info-fd", str(info)] if info is not None else []
    # The options name folders of this machine, and a process's command line can be read: pass them unseen.
    hidden = memory_file("\0".join(options).encode())
    drop = _drop_root(user) if root else []
    python = [os.path.realpath(sys.executable), "-s", *program]
    return [*start, str(hidden), "--", *drop, *python], [hidden, *descriptors.values()]


def memory_file(data: bytes) -> int:
    """Descriptor of a nameless file that holds ``data``, to be read from its start."""
    descriptor = os.memfd_create("gradschool", 0)
    os.write(descriptor, data)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _namespaces(root: bool, user: int) -> list[str]:
    always = ["--die-with-parent", "--new-session", "--hostname", "gradschool"]
    if not root:
        return ["--unshare-all", "--uid", str(user), "--gid", str(user), *always]
    unshare = [f"--unshare-{name}" for name in ("pid", "net", "ipc", "uts", "cgroup-try")]
    wanted = [x for name in ("SETUID", "SETGID", "SETPCAP") for x in ("--cap-add", f"CAP_{name}")]
    return [*unshare, "--cap-drop", "ALL", *wanted, *always]


def _drop_root(user: int) -> list[str]:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise SandboxError("setpriv (from util-linux) is missing: install util-linux, or do not grade as root")
    ids = [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    return [setpriv, *ids, "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]


def _devices(tmp_bytes: int) -> list[str]:
    private = ["--perms", "1777", "--size", str(tmp_bytes), "--tmpfs"]
    return ["--proc", "/proc", "--dev", "/dev", *private, SCRATCH, *private, "/dev/shm"]


def _folders(extra: Sequence[Path]) -> list[str]:
    """Read-only mounts, each parent named with its mode: bubblewrap makes an implied one for its own user alone."""
    inside = tree() / "inside"
    mounts = [(p, p) for p in _without_nested(_wanted())]
    mounts += [(inside / name, HOUSE / name) for name in ("autograder", "lib")]
    mounts += [(Path(folder).resolve(), HOUSE / "extra" / str(i)) for i, folder in enumerate(extra)]
    mounts += [(inside / "exercises" / str(i), inside_name(i)) for i in range(len(exercise_folders.named()))]
    mounts += course_folders()
    options, made = [], {Path("/"), Path("/dev")}
    for source, place in mounts:
        for parent in reversed(place.parents):
            if parent not in made:
                options += ["--perms", "0755", "--dir", str(parent)]
                made.add(parent)
        options += ["--ro-bind", str(source), str(place)]
    for link in ROOT_LINKS:
        if os.path.islink(link):
            options += ["--symlink", os.readlink(link), link]
        elif os.path.isdir(link):
            options += ["--ro-bind", link, link]
    if not any(Path("/tmp") in place.parents for _, place in mounts):
        options += ["--symlink", SCRATCH, "/tmp"]
    for project in _exposed([place for _, place in mounts]):
        options += ["--perms", "0755", "--tmpfs", str(project), "--remount-ro", str(project)]
    return options


def _wanted() -> Iterator[Path]:
    """Everything on this machine that the interpreter needs, by the paths under which it looks for it."""
    real = Path(os.path.realpath(sys.executable))
    prefixes = [real.parents[1], Path(sys.base_prefix), Path(sys.base_exec_prefix), Path(sys.prefix)]
    for path in [Path(p) for p in SYSTEM] + [prefix / part for prefix in prefixes for part in PREFIX_PARTS]:
        if path.exists():
            yield path
    yield from (Path(p) for p in library_path() if Path(p).exists())


def _without_nested(paths: Iterable[Path]) -> list[Path]:
    """Each path once, and none that another one, mounted under its own name, shows already."""
    unique = sorted(set(paths))
    return [p for p in unique if not any(q in p.parents for q in unique)]


def _exposed(shown: Sequence[Path]) -> list[Path]:
    """What has to be hidden: our packages among installed ones, else the project; the course's folder with solutions.

    Only where something that is shown holds it.
    """
    project, course = our_packages()[0].parent, own_course.own_course()
    installed = project.name in ("site-packages", "dist-packages")
    projects = [project] if not installed else []
    projects += [course.root] if course is not None and course.root not in projects else []
    hidden = [project for project in projects if any(place in project.parents for place in shown)]
    return hidden + (our_packages() if installed else [])
