"""The course's `nbgrader_config.py`, and the tools that nbgrader calls by their bare names."""

import os
import sys
from pathlib import Path

from traitlets.config.loader import Config, PyFileConfigLoader


def load_config(root: Path) -> Config:
    """The course's `nbgrader_config.py`, as every nbgrader command reads it."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()


def put_tools_on_path() -> None:
    """Let nbgrader find `alembic`, which it calls by its bare name: it lies beside our interpreter."""
    ours = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath)
    if ours not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([ours, path])
