"""What an answer does beside computing leaves the notebook as it was; a call in another form is understood."""

import signal
import threading
from typing import Any

import pytest
from IPython.utils.capture import capture_output

from autograder.student.points import Points

WRONG = "def softmax(z):\n    {}\n    return z"
RIGHT = "import torch\ndef softmax(z):\n    e = (z - z.amax(-1, keepdim=True)).exp()\n    return e / e.sum(-1, keepdim=True)"


def checked(shell, source: str, call: str = "check('softmax')") -> tuple[Any, list[Any], str]:
    """The value of a check, what was displayed, and all that was written."""
    shell.run_cell(source, store_history=True)
    with capture_output() as captured:
        result = shell.run_cell(call, store_history=True)
    assert result.error_before_exec is None and result.error_in_exec is None, result
    cards = [o for o in captured.outputs if o.data.get("text/html")]
    return (
        result.result,
        cards,
        captured.stdout.replace(f"Out[{shell.execution_count - 1}]: {result.result!r}", "") + captured.stderr,
    )


SIDES = {
    "prints": "print('noise')",
    "warns": "import warnings; warnings.warn('noise')",
    "displays": "from IPython.display import display, HTML; display(HTML('noise'))",
    "plots": "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
    "shows a widget": "import ipywidgets; from IPython.display import display; display(ipywidgets.IntSlider())",
}


@pytest.mark.parametrize("name", SIDES)
def test_nothing_but_cards_is_shown(shell, name: str) -> None:
    value, cards, written = checked(shell, WRONG.format(SIDES[name]))
    assert value == 0 and "noise" not in written
    assert len(cards) <= 2 and all("gradschool-card" in card.data["text/html"] for card in cards)


def test_figures_of_the_answer_are_closed_and_others_stay(shell) -> None:
    shell.run_cell("import matplotlib; matplotlib.use('agg'); import matplotlib.pyplot as plt; mine = plt.figure()")
    checked(shell, WRONG.format("import matplotlib.pyplot as plt; plt.figure()"))
    plt = shell.user_ns["plt"]
    assert plt.get_fignums() == [shell.user_ns["mine"].number]
    plt.close("all")


ENDS = {
    "exit": "exit()",
    "quit": "quit()",
    "sys.exit": "import sys; sys.exit(3)",
    "os._exit": "import os; os._exit(3)",
}


@pytest.mark.parametrize("name", ENDS)
def test_an_answer_that_ends_the_kernel_is_told_so_and_does_not(shell, name: str) -> None:
    before = getattr(shell, "exit_now", None)
    _, cards, _ = checked(shell, WRONG.format(ENDS[name]))
    assert "Your answer called exit." in cards[0].data["text/plain"]
    assert getattr(shell, "exit_now", None) == before
    assert "ask_exit" not in vars(shell)


def test_an_answer_that_asks_the_keyboard_is_told_so(shell) -> None:
    asked = __builtins__["input"] if isinstance(__builtins__, dict) else __builtins__.input
    _, cards, _ = checked(shell, WRONG.format("input('number? ')"))
    assert "Your answer calls `input`." in cards[0].data["text/plain"]
    assert (__builtins__["input"] if isinstance(__builtins__, dict) else __builtins__.input) is asked


@pytest.mark.parametrize("call", ["check(softmax)", "check(' Softmax ')", "check('softmax')"])
def test_the_name_is_found_in_other_forms(shell, call: str) -> None:
    assert checked(shell, RIGHT, call)[0] == 4


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ("check()", 'takes the name of an exercise in quotes, as in `check("softmax")`; got nothing.'),
        ("check(3)", "got an int."),
        ("check([1])", "got a list."),
        ("check(torch.ones(2))", "got a Tensor."),
        ("check('sofmax')", "Did you mean softmax"),
        ("check(print)", "There is no exercise called 'print'."),
    ],
)
def test_a_call_that_names_no_exercise_is_told_what_to_type(shell, call: str, sentence: str) -> None:
    value, (card,), _ = checked(shell, "pass", call)
    assert value == 0 and isinstance(value, float)
    assert sentence in card.data["text/plain"]


def test_points_are_a_number_that_pages_do_not_show() -> None:
    points = Points(2.5)
    assert points == 2.5 and repr(points) == "2.5" and points + 1 == 3.5
    assert points._repr_mimebundle_() == {"text/plain": "2.5", "text/html": ""}


@pytest.mark.parametrize(
    "body",
    [
        "while True:\n        try:\n            time.sleep(0.05)\n        except BaseException:\n            pass",
        "try:\n        time.sleep(60)\n    except BaseException:\n        pass",
        "try:\n        time.sleep(60)\n    except BaseException as e:\n        raise ValueError from e",
    ],
)
def test_an_interrupt_that_the_answer_catches_ends_the_check(shell, body: str) -> None:
    main, handler = threading.get_ident(), signal.getsignal(signal.SIGINT)
    pressed = threading.Timer(0.5, signal.pthread_kill, (main, signal.SIGINT))
    shell.run_cell("import time")
    pressed.start()
    _, (card,), _ = checked(shell, WRONG.format(body))
    pressed.join()
    assert "was interrupted. Nothing was judged." in card.data["text/plain"]
    assert signal.getsignal(signal.SIGINT) is handler
    assert checked(shell, RIGHT)[0] == 4, "and the next check runs as ever"
