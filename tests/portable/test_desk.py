"""What a student runs works where Unix's modules, names and encodings are missing."""

import json
from pathlib import Path

import pytest

from .conftest import Run

RIGHT = "def softmax(x):\n    # größer ✓\n    e = (x - x.amax(-1, keepdim=True)).exp()\n    return e / e.sum(-1, keepdim=True)\n"
NOTEBOOK = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(history_length=0)
shell.history_manager.enabled = False
def cell(source):
    done = shell.run_cell(source, store_history=True)
    done.raise_error()
    return done.result
cell("import torch\\nfrom autograder import check, use, progress\\nfrom gradschool.widgets import explore, predict")
"""
WRONG = {
    "endless": "def softmax(x):\n    while True: pass\n",
    "endless, and swallows what stops it": (
        "def softmax(x):\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass\n"
    ),
    "asleep": "def softmax(x):\n    import time\n    while True: time.sleep(0.05)\n",
}


def ours_without_encoding(stderr: bytes) -> list[str]:
    """Our files that open another in the system's own encoding."""
    said = [line for line in stderr.decode().splitlines() if "EncodingWarning" in line]
    return [line for line in said if "site-packages" not in line or "autograder" in line]


def test_it_is_taken_away(windows: Run) -> None:
    done = windows("import os, signal, sys\nprint(hasattr(signal, 'SIGALRM'), hasattr(os, 'fork'))\nimport fcntl")
    assert done.stdout.split() == [b"False", b"False"]
    assert b"No module named 'fcntl'" in done.stderr


def test_answers_are_checked_used_and_kept(windows: Run, tmp_path: Path) -> None:
    """The card of a right and of a wrong answer, in a notebook's shell; the files in UTF-8."""
    lines = [
        f"cell({RIGHT!r})",
        "assert cell(\"check('softmax')\") == 4.0",
        "assert cell(\"use('softmax')\") is shell.user_ns['softmax']",
        "cell('def softmax(x): return x.exp() / x.exp().sum(0)')",
        "assert cell(\"check('softmax')\") == 0.0",
        "cell(\"predict('How many?', lambda: 3.0).commit(2)\")",
        "cell('print(progress())')",
        "cell('from gradschool import plotting')",
        "cell('def draw(k):\\n    shown, _ = plotting.picture()\\n    shown.alt = str(k)\\n    return shown')",
        "cell('explore(draw, k=(1, 3))').controls['k'].value = 2",
    ]
    done = windows(NOTEBOOK + "\n".join(lines))
    assert done.returncode == 0, done.stderr.decode()
    assert not ours_without_encoding(done.stderr)
    [kept] = tmp_path.glob("kept/**/softmax.json")
    assert "größer ✓" in json.loads(kept.read_text(encoding="utf-8"))["source"]


@pytest.mark.parametrize("kind", WRONG)
def test_an_answer_that_does_not_end_is_stopped_by_a_thread(windows: Run, kind: str) -> None:
    lines = [
        "import sys, threading",
        f"cell({WRONG[kind]!r})",
        "from autograder.spec import catalogue",
        "catalogue.find('softmax').seconds = 0.3",
        "assert cell(\"check('softmax')\") == 0.0",
        "assert sys.gettrace() is None",
        "assert not [t for t in threading.enumerate() if 'time limit' in t.name]",
        f"cell({RIGHT!r})",
        "assert cell(\"check('softmax')\") == 4.0, 'the next check is as ever'",
    ]
    done = windows(NOTEBOOK + "\n".join(lines), encoding="utf-8")
    assert done.returncode == 0, done.stderr.decode()
    assert "was stopped after 0.3 seconds" in done.stdout.decode(), done.stdout.decode()


def test_a_terminal_of_another_encoding_shows_a_card(windows: Run) -> None:
    """Outside a notebook a card is printed, with ✓ in it."""
    done = windows(f"import torch\nfrom autograder import check, use\n{RIGHT}\nassert check('softmax') == 4.0")
    assert done.returncode == 0, done.stderr.decode()
    assert b"softmax: 4 of 4 points" in done.stdout


LAB = """
import subprocess, sys
from autograder import cli
started = []
class Popen:
    def __init__(self, command, env=None, **more): started.append((command, env))
    def wait(self): return 3
    def terminate(self): pass
subprocess.Popen = Popen
sys.argv = ["gradschool", "lab", "--course", r"{course}", "--work", "w\\u00f6rk", "--port", "9000"]
try:
    cli.run()
except SystemExit as end:
    assert end.code == 3, end.code
[(command, env)] = started
assert command[:3] == [sys.executable, "-m", "jupyterlab"] and command[-2:] == ["--port", "9000"], command
assert any("root_dir" in part and "w\\u00f6rk" in part for part in command)
"""


def test_the_lab_starts_jupyterlab_and_ends_as_it_does(windows: Run, root: Path, tmp_path: Path) -> None:
    done = windows(LAB.replace("{course}", str(root)))
    assert done.returncode == 0, done.stderr.decode()
    assert not ours_without_encoding(done.stderr)
    start = tmp_path / "wörk" / "start.ipynb"
    assert "0 of 175 exercises right" in start.read_text(encoding="utf-8")
    assert len(list((tmp_path / "wörk").glob("unit*/*.ipynb"))) == 23
