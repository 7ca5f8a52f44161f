"""nbgrader's Validate answers on a slow machine too, or says where to look."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from autograder.commands.lab import SETTINGS
from autograder.nbgrader_plugin.validate import SECONDS, STOPPED, give_time

ASKED = """
import json
from nbgrader.server_extensions.validate_assignment.handlers import ValidateAssignmentHandler
print(json.dumps(ValidateAssignmentHandler.load_config(None).Execute))
"""


def test_the_desk_gives_as_much_time_as_the_course(tmp_path: Path) -> None:
    """What the button reads where `gradschool lab` was started, and no nbgrader_config.py lies."""
    settings = os.environ | {"JUPYTER_CONFIG_PATH": str(SETTINGS), "JUPYTER_CONFIG_DIR": str(tmp_path / "none")}
    done = subprocess.run([sys.executable, "-c", ASKED], cwd=tmp_path, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    config = Config()
    give_time(config)
    assert json.loads(done.stdout) == config.Execute == {"timeout": SECONDS, "error_on_timeout": STOPPED}


def test_who_sets_another_time_keeps_it() -> None:
    config = Config()
    config.Execute.timeout = 900
    give_time(config)
    assert config.Execute.timeout == 900


def test_a_cell_that_is_stopped_says_where_the_time_is_set(tmp_path: Path) -> None:
    mark = {"grade": True, "solution": False, "locked": True, "points": 1, "schema_version": 3, "grade_id": "slow"}
    notebook = new_notebook(
        cells=[
            new_code_cell(
                "import time\nwhile True:\n    time.sleep(0.1)", metadata={"nbgrader": mark | {"cell_type": "code"}}
            )
        ]
    )
    nbformat.write(notebook, tmp_path / "slow.ipynb")
    (tmp_path / "nbgrader_config.py").write_text(
        "from autograder.nbgrader_plugin.patches import bind\nc = get_config()\nc.Execute.timeout = 1\nbind(c)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "validate", "slow.ipynb"], cwd=tmp_path, capture_output=True, text=True
    )
    for line in STOPPED["traceback"]:
        assert line in done.stdout, done.stdout + done.stderr
