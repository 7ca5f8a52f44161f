"""Take away what only Unix has: from modules and from `os` and `signal`. Run in a process of its own.

Other people's packages are imported before, for on Linux they may use what Linux has; ours are imported afterwards.
"""

import importlib
import os
import signal
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec

MODULES = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "readline", "crypt", "spwd")
OS = (
    *("fork", "forkpty", "execve", "execv", "execvp", "geteuid", "getuid", "getegid", "getgid", "setsid", "killpg"),
    *("uname", "sched_getaffinity", "sched_setaffinity", "getpgid", "setpgid", "mkfifo", "statvfs", "wait", "chown"),
    *("getloadavg", "sysconf", "pidfd_open", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_DIRECTORY", "posix_spawn"),
)
SIGNAL = (
    *("SIGALRM", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGHUP", "SIGCHLD", "SIGPIPE", "SIGQUIT", "setitimer", "getitimer"),
    *("alarm", "ITIMER_REAL", "pause", "sigwait", "pthread_kill", "pthread_sigmask", "pidfd_send_signal"),
)
OTHERS = (
    "torch",
    "numpy",
    "matplotlib.pyplot",
    "IPython",
    "ipywidgets",
    "sklearn.svm",
    "scipy.signal",
    "nbformat",
    "platformdirs",
)


class Missing(MetaPathFinder):
    """Says of Unix's modules that they are not there."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if fullname in MODULES:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


def take_away() -> None:
    """Leave this process with no more than Windows and macOS have in common."""
    for name in OTHERS:
        importlib.import_module(name)
    for name in MODULES:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, Missing())
    for module, names in ((os, OS), (signal, SIGNAL)):
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
