"""A pytest plugin for nbval: cells run with history, as they do in JupyterLab.

nbval leaves it off, and then `In` stays empty, where `check` finds the source of an answer.
"""

from typing import Any

from nbval.kernel import RunningKernel


def _execute(self: Any, cell_input: str, allow_stdin: bool | None = None) -> Any:
    return self.kc.execute(cell_input, allow_stdin=allow_stdin, stop_on_error=False)


RunningKernel.execute_cell_input = _execute
