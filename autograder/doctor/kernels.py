"""What JupyterLab starts for a notebook: the kernel called `python3`, which any program may have installed anew."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.doctor.findings import Finding

NAME = "python3"  # of the notebooks' kernel


def kernel() -> Iterator[Finding]:
    """The kernel that the notebooks ask for."""
    from jupyter_core.paths import jupyter_path

    cure = f"{Path(sys.executable).name} -m ipykernel install --sys-prefix --name {NAME}"
    for folder in map(Path, jupyter_path("kernels")):
        file = folder / NAME / "kernel.json"
        if not file.is_file():
            continue
        try:
            command = str(json.loads(file.read_text(encoding="utf-8"))["argv"][0])
        except (OSError, ValueError, LookupError, TypeError) as error:
            yield Finding(
                False, f"the kernel's file {file} cannot be read ({type(error).__name__})", f"delete it, or: {cure}"
            )
            return
        yield _judged(file, command, cure)
        return
    if importlib.util.find_spec("ipykernel") is None:
        yield Finding(False, f"there is no kernel {NAME!r}, and ipykernel is missing", "pip install ipykernel")


def _judged(file: Path, command: str, cure: str) -> Finding:
    if Path(command).name == command and command.startswith("python"):  # JupyterLab's own Python takes its place
        return Finding(True, f"kernel {NAME} ({file})")
    if shutil.which(command) is None:
        return Finding(False, f"kernel {NAME} ({file}) starts {command}, which is not there", cure)
    same = Path(command).exists() and Path(command).absolute().parent == Path(sys.executable).absolute().parent
    seen = f"kernel {NAME} ({file})" + ("" if same else f" starts another Python, {command}")
    return Finding(same, seen, f"if the course is not installed there: {cure}", needed=False)
