"""Running a notebook from top to bottom in a kernel of its own."""

import os
import re
import signal
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from traitlets import default

from autograder import own_course

CELL_SECONDS = 600
_running: set[NotebookClient] = set()
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class NotebookFailed(Exception):
    """A cell raised, hung or killed its kernel; the message holds its place, source and traceback."""


@dataclass(frozen=True)
class Setting:
    """Where a notebook runs.

    Attributes:
        name: what it is called where it is told.
        environment: variables besides those that every run has, or in their place.
        python: the interpreter; the course is installed for it.
        startup: what the kernel runs before the first cell.
    """

    name: str = "as published"
    environment: Mapping[str, str] = field(default_factory=dict)
    python: str = sys.executable
    startup: str = ""


AS_PUBLISHED = Setting()


class _OneInterpreter(AsyncKernelManager):
    """Starts the interpreter that runs us or the one named, whatever kernel a user's own settings call `python3`.

    It talks over sockets in the file system: TCP ports are drawn at random, and kernels that start at the same
    moment sometimes draw the same.
    """

    interpreter = sys.executable

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        return [self.interpreter, *super().format_kernel_cmd(extra_arguments)[1:]]

    @default("transport")
    def _no_ports(self) -> str:
        return "ipc"

    @default("ip")
    def _sockets(self) -> str:
        return os.path.join(tempfile.gettempdir(), f"gradschool-{uuid.uuid4().hex[:16]}")

    @default("kernel_spec_manager")
    def _only_the_native_kernel(self) -> KernelSpecManager:
        return KernelSpecManager(parent=self, kernel_dirs=[])


def kernel_environment(home: Path) -> dict[str, str]:
    """The environment that every stored output is made in, and compared in.

    No answers saved by another notebook are seen in `home`, a fresh folder. One thread: sums are taken in the same
    order on every machine, and two notebooks at once do not fight for two cores.
    """
    env = {key: value for key, value in os.environ.items() if key != "MPLBACKEND"}
    return (
        env
        | own_course.environment()
        | {
            "GRADSCHOOL_HOME": str(home),
            "IPYTHONDIR": str(home / "ipython"),  # no start-up files, and no history that two kernels write at once
            "OMP_NUM_THREADS": "1",
            "MKL_NUM_THREADS": "1",
            "PYTHONHASHSEED": "0",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else the debugger of a frozen-module Python prints to stderr
        }
    )


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A fresh folder for one run, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gradschool-") as folder:
        yield Path(folder)


def execute(nb: Any, progress: Callable[[int], None] = lambda cells: None, setting: Setting = AS_PUBLISHED) -> Any:
    """Run every cell of `nb` in a fresh kernel and a fresh folder; outputs are stored in `nb`, which is returned.

    Args:
        nb: the notebook, changed in place. Widget state and timing are not stored.
        progress: called with the number of cells done so far.
        setting: another one than that of the stored outputs.

    Raises:
        NotebookFailed: a cell raised, took over ten minutes, or killed the kernel.
    """

    def cell_done(cell: Any, cell_index: int, **_: Any) -> None:
        progress(cell_index + 1)

    with scratch_folder() as folder:
        home, cwd = folder / "home", folder / "cwd"
        home.mkdir()
        cwd.mkdir()
        first = home / "ipython" / "profile_default" / "startup" / "first.py"
        first.parent.mkdir(parents=True)
        first.write_text(setting.startup)
        client = NotebookClient(
            nb,
            timeout=CELL_SECONDS,
            kernel_manager_class=type("_Interpreter", (_OneInterpreter,), {"interpreter": setting.python}),
            resources={"metadata": {"path": str(cwd)}},
            store_widget_state=False,
            record_timing=False,
            coalesce_streams=True,
            on_cell_complete=cell_done,
        )
        _running.add(client)
        try:
            client.execute(env=kernel_environment(home) | dict(setting.environment))
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise NotebookFailed(_COLOURS.sub("", str(error)).strip()) from error
        finally:
            _running.discard(client)
    return nb


def stop_kernels() -> None:
    """Kill every kernel that runs in a thread of this process; each `execute` then ends with NotebookFailed."""
    for client in list(_running):
        if client.km is not None and client.km.has_kernel:
            os.kill(client.km.provisioner.pid, signal.SIGKILL)
