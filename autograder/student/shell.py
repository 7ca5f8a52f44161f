"""The notebook around a check: its shell, the cells that were run in it, its name."""

import os
import sys
from pathlib import PurePath, PureWindowsPath
from typing import Any

from autograder.student.plain import RUN_AS_IT_STANDS, plain

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def shell() -> Any:
    """IPython's shell if there is one; never imports IPython only to learn that there is none."""
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    return get_ipython()


def run_cells() -> list[str]:
    """The cells that were run, in their order, as Python: what stands below `%%time` is the notebook's as well."""
    here = shell()
    if here is None:
        return []
    parsed = here.user_ns.get("In", [])
    raw = getattr(here.history_manager, "input_hist_raw", [])
    raw = raw if len(raw) == len(parsed) else parsed
    pairs = zip(parsed, raw, strict=True)
    return [_as_python(was, typed) for was, typed in pairs if isinstance(was, str) and isinstance(typed, str)]


def _as_python(parsed: str, typed: str) -> str:
    if RUN_AS_IT_STANDS.match(typed):
        try:
            return plain(typed)[0]
        except UNREADABLE:
            pass
    return parsed


def notebook_name() -> str:
    """The file's name, where the program around the notebook tells it; else ""."""
    here = shell()
    told = here.user_ns.get("__vsc_ipynb_file__") if here is not None else None  # VS Code
    told = told or os.environ.get("JPY_SESSION_NAME", "")  # Jupyter's servers
    path = PureWindowsPath(str(told)) if "\\" in str(told) else PurePath(str(told))
    return path.name if path.suffix == ".ipynb" else ""
