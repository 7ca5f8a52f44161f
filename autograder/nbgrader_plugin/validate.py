"""nbgrader's Validate, on machines that are slower than it thinks: stock gives a cell 30 seconds, imports included.

The desk has the same in `publishing/lab/nbgrader_config.json`, for folders in which no nbgrader_config.py lies.
"""

from typing import Any

SECONDS = 300  # for each cell; a whole lesson runs in 40 on a usual machine
STOPPED = {
    "ename": "CellTimeoutError",
    "evalue": "",
    "traceback": [
        "Validate stopped this cell, which ran longer than it waits for one.",  # it cuts lines at 83 characters
        "That says nothing of your answers: run all cells, and read the checks.",
        "How long it waits: c.Execute.timeout in nbgrader_config.py",
    ],
}


def give_time(config: Any) -> None:
    """Let each cell run longer, unless the config says how long; and say where that is set."""
    if "timeout" not in config.Execute:
        config.Execute.timeout = SECONDS
    config.Execute.error_on_timeout = STOPPED
