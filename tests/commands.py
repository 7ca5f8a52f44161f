"""Commands as they are typed, for tests of what they do."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


def run(*command: str | Path, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 240) -> str:
    """What a command printed and logged, in one text. It has to succeed, and is given nothing to read.

    Args:
        command: the words of the command.
        cwd: where it is typed.
        env: variables besides those of the tests.
        timeout: seconds.
    """
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
