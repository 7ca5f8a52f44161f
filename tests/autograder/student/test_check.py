"""`check` as a notebook calls it: in an IPython shell, by name, and it always comes back with a float."""

import io
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from autograder import check
from autograder.spec import catalogue
from autograder.student import answer_store

RIGHT = "import torch\ndef softmax(z):\n    e = (z - z.amax(-1, keepdim=True)).exp()\n    return e / e.sum(-1, keepdim=True)"


def run(shell, source):
    """The cell's value, its outputs, and what it wrote to stderr."""
    with capture_output() as captured:
        result = shell.run_cell(source, store_history=True)
    assert result.error_before_exec is None and result.error_in_exec is None, result
    return result.result, captured.outputs, captured.stderr


def test_a_right_answer_shows_a_card_and_is_worth_its_points(shell) -> None:
    run(shell, RIGHT)
    value, outputs, stderr = run(shell, "check('softmax')")
    assert value == 4.0 and isinstance(value, float)
    assert stderr == ""
    assert "softmax" in outputs[0].data["text/plain"] and "4 of 4" in outputs[0].data["text/html"]


CELLS = {
    "wrong": "def softmax(z):\n    return z.exp() / z.exp().sum(0)",
    "crashing": "def softmax(z):\n    raise SystemExit",
    "exiting": "def softmax(z):\n    exit()",
    "printing": "import sys\ndef softmax(z):\n    print('x', file=sys.stderr)\n    return z",
    "warning": "import warnings\ndef softmax(z):\n    warnings.warn('x')\n    return z",
    "none": "def softmax(z):\n    pass",
    "a string": "softmax = 'softmax'",
    "deleted": "softmax = 1\ndel softmax",
    "unattempted": "def softmax(z):\n    raise NotImplementedError()",
    "raising strangely": "class Odd(BaseException):\n    def __str__(self):\n        raise ValueError\ndef softmax(z):\n    raise Odd",
}


@pytest.mark.parametrize("name", CELLS)
def test_check_never_raises_and_never_writes_to_stderr(shell, name: str) -> None:
    run(shell, CELLS[name])
    value, outputs, stderr = run(shell, "check('softmax')")
    assert value == 0.0 and isinstance(value, float)
    assert stderr == ""
    assert outputs


def test_a_misspelt_name_is_pointed_out(shell) -> None:
    run(shell, RIGHT.replace("softmax", "soft_max"))
    _, outputs, _ = run(shell, "check('softmax')")
    assert "There is a `soft_max`" in outputs[0].data["text/plain"]


def test_an_unknown_exercise_names_the_nearest(shell) -> None:
    value, outputs, _ = run(shell, "check('sofmax')")
    assert value == 0.0
    assert "Did you mean softmax" in outputs[0].data["text/plain"]
    assert run(shell, "check(None)")[0] == 0.0


def test_an_object_may_be_given(shell) -> None:
    run(shell, RIGHT.replace("softmax", "mine"))
    assert run(shell, "check('softmax', mine)")[0] == 4.0


def test_a_forbidden_name_in_another_cell_is_found(shell) -> None:
    run(shell, "import torch\nhelper = torch.nn.functional.softmax")
    run(shell, "def softmax(z):\n    return helper(z, -1)")
    value, outputs, _ = run(shell, "check('softmax')")
    assert value == 0.0 and "calls torch." in outputs[0].data["text/plain"]


def test_outside_a_notebook_it_prints(capsys) -> None:
    InteractiveShell.clear_instance()
    assert check("softmax", next(iter(catalogue.find("softmax").alternatives.values()))) == 4.0
    assert "4 of 4 points" in capsys.readouterr().out


def test_use_gives_the_readers_own_answer_once_it_has_passed(shell, tmp_path) -> None:
    sys.stdout = stdout = io.StringIO()
    try:
        shell.run_cell("a = use('softmax')")
        shell.run_cell(RIGHT, store_history=True)
        shell.run_cell("check('softmax')", store_history=True)
        shell.run_cell("b = use('softmax')")
    finally:
        sys.stdout = sys.__stdout__
    assert "the reference" in stdout.getvalue() and "softmax: yours" in stdout.getvalue()
    assert shell.user_ns["a"] is catalogue.find("softmax").reference
    assert shell.user_ns["b"] is shell.user_ns["softmax"]
    answer_store._passed.clear()  # a later notebook: another process, the same folder
    again = answer_store.use("softmax")
    assert again is not catalogue.find("softmax").reference
    assert check("softmax", again) == 4.0


def test_a_saved_answer_that_is_broken_gives_way_to_the_reference(shell, tmp_path, capsys) -> None:
    (tmp_path / "softmax.json").write_text("{broken")
    assert answer_store.use("softmax") is catalogue.find("softmax").reference
    assert "cannot be loaded" in capsys.readouterr().out


def test_an_interrupt_ends_the_check_and_judges_nothing(shell) -> None:
    run(shell, "import os, signal\ndef softmax(z):\n    os.kill(os.getpid(), signal.SIGINT)\n    while True: pass")
    value, outputs, _ = run(shell, "check('softmax')")
    assert value == 0.0
    assert "was interrupted. Nothing was judged." in outputs[0].data["text/plain"]


def test_the_card_holds_what_a_report_needs(shell) -> None:
    run(shell, "import torch\ndef softmax(z):\n    return z.exp() / z.exp().sum(0)  # my own")
    _, outputs, _ = run(shell, "check('softmax')")
    html = outputs[0].data["text/html"]
    told = html[html.index("Is this verdict wrong?") :]
    for part in ("exercise: softmax", "seed: 20100", "torch", "def softmax(z):", "0 of 4 points"):
        assert part in told
