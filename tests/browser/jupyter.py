"""A Jupyter server of the test's own on loopback, with nothing of this machine's settings, and a page that talks to it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

SECONDS = 300  # the longest that anything may take, on however busy a machine
Found = TypeVar("Found")


@dataclass(frozen=True)
class Server:
    """Where a running server listens; `url` ends in a slash."""

    url: str
    token: str

    def at(self, path: str) -> str:
        return f"{self.url}{path}{'&' if '?' in path else '?'}token={self.token}"


def environment(home: Path) -> dict[str, str]:
    """Settings, kernels' histories and saved answers in `home`."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "IPYTHON", "PYTEST"))}
    folders = {
        name: str(home / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**ours, **folders, "PATH": path, "HOME": str(home), "OMP_NUM_THREADS": "1"}


@contextlib.contextmanager
def serving(home: Path, cwd: Path, *command: str) -> Iterator[Server]:
    """Run a command that becomes a Jupyter server, on a free port; stop it and its kernels afterwards."""
    options = ["--no-browser", "--allow-root", "--ServerApp.port=0", "--ServerApp.ip=127.0.0.1"]
    home.mkdir(parents=True, exist_ok=True)
    with open(home / "log.txt", "w") as log:
        run = subprocess.Popen(
            [sys.executable, "-m", *command, *options], cwd=cwd, env=environment(home), stdout=log, stderr=log
        )
    try:

        def announced() -> dict | None:
            assert run.poll() is None, (home / "log.txt").read_text()
            for path in (home / "jupyter_runtime_dir").glob("jpserver-*.json"):
                with contextlib.suppress(ValueError):  # half written
                    return json.loads(path.read_text())
            return None

        found = until(announced, lambda: (home / "log.txt").read_text())
        yield Server(found["url"], found["token"])
    finally:
        run.send_signal(signal.SIGTERM)
        try:
            run.wait(SECONDS)
        finally:
            run.kill()


def until(look: Callable[[], Found | None], complain: Callable[[], str]) -> Found:
    """What `look` gives as soon as it gives something."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(complain())
