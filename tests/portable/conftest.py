"""A Python as on Windows: without Unix's modules and names, and with a terminal of cp1252."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BEGIN = "import without_unix; without_unix.take_away()\n"
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def windows(tmp_path: Path) -> Run:
    """Run lines of Python in a folder of their own, in a process that has nothing of Unix."""

    def run(code: str, encoding: str = "cp1252", **more: str) -> "subprocess.CompletedProcess[bytes]":
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]),
            "PYTHONIOENCODING": encoding,
            "PYTHONWARNDEFAULTENCODING": "1",  # a file that is opened in the system's own encoding is said
            "GRADSCHOOL_HOME": str(tmp_path / "kept"),
            **more,
        }
        return subprocess.run(
            [sys.executable, "-c", BEGIN + code], cwd=tmp_path, env=environment, capture_output=True, timeout=280
        )

    return run
