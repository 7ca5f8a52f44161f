"""Folders that are written to, and what in them or in the settings stands in the way."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.doctor.findings import Finding

LEAST_FREE = 200 * 2**20  # bytes: notebooks with their outputs, and what torch and Jupyter keep for themselves
OURS = ("torch", "numpy", "matplotlib", "PIL", "sklearn", "scipy", "IPython", "ipywidgets", "gradschool", "autograder")


def folders() -> Iterator[Finding]:
    """The folders that JupyterLab and Python write to: there, writable, and not full."""
    good = True
    for name, folder in _written().items():
        there = next((p for p in (folder, *folder.parents) if p.exists()), folder)
        if not there.is_dir() or not os.access(there, os.W_OK):
            good = False
            yield Finding(False, f"{name}, {folder}, cannot be written", CURES[name])
        elif (free := shutil.disk_usage(there).free) < LEAST_FREE:
            good = False
            cure = f"make room on that disk: {LEAST_FREE >> 20} MB at least"
            yield Finding(False, f"{name}, {folder}, is on a disk with {free >> 20} MB left", cure)
    if good:
        yield Finding(True, "the folders that are written to have room")


CURES = {
    "the folder for temporary files": "name another one in the environment variable TMPDIR (Windows: TEMP)",
    "your own folder": "name another one in the environment variable HOME (Windows: USERPROFILE)",
    "Jupyter's folder": "name another one in the environment variable JUPYTER_DATA_DIR",
    "Jupyter's folder of what runs": "name another one in the environment variable JUPYTER_RUNTIME_DIR",
}


def _written() -> dict[str, Path]:
    try:
        temporary = tempfile.gettempdir()
    except OSError:  # none can be written
        temporary = os.environ.get("TMPDIR") or os.sep
    places = [temporary, os.path.expanduser("~")]
    with contextlib.suppress(ImportError):  # told by another look
        from jupyter_core.paths import jupyter_data_dir, jupyter_runtime_dir

        places += [jupyter_data_dir(), jupyter_runtime_dir()]
    return {name: Path(place) for name, place in zip(CURES, places, strict=False)}


def shadows() -> Iterator[Finding]:
    """Files here that Python would import in place of what the course needs."""
    names = {*OURS, *getattr(sys, "stdlib_module_names", ())}
    here = Path.cwd()
    found = sorted(path.name for path in here.glob("*.py") if path.stem in names)
    if found:
        seen = f"{', '.join(found)} in {here}: notebooks there import this instead of the package of that name"
        yield Finding(False, seen, "give the file another name")


def settings() -> Iterator[Finding]:
    """Environment variables that change what Python or the course does."""
    if home := os.environ.get("PYTHONHOME"):
        yield Finding(False, f"PYTHONHOME is {home}: Python takes its own modules from there", "unset it", needed=False)
    if more := os.environ.get("PYTHONPATH"):
        yield Finding(False, f"PYTHONPATH is {more}: packages there come first", "unset it", needed=False)
    scale = os.environ.get("GRADSCHOOL_SCALE", "1").strip()
    if not scale.isdecimal() or int(scale) < 1:
        yield Finding(False, f"GRADSCHOOL_SCALE is {scale!r}, which is no whole number from 1", "unset it")
    kept = os.environ.get("GRADSCHOOL_HOME")
    if kept and Path(kept).exists() and not os.access(kept, os.W_OK):
        seen = f"GRADSCHOOL_HOME is {kept}, which cannot be written: answers that pass are not kept"
        yield Finding(False, seen, "unset it, or name a folder of your own", needed=False)
