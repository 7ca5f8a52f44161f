"""After the card: one more line on where the mistake is, unless it is turned off or stopped."""

import os
import signal
import time
from typing import Any

import pytest
from IPython.utils.capture import capture_output

from autograder.checking.assess import question, verdict_on
from autograder.checking.diagnosis.place import SECONDS
from autograder.spec import catalogue
from autograder.student import check, place

WRONG = "def momentum_step(p, grad, v, lr, mu=0.9):\n    v = mu * (v + grad)\n    return p - lr * v, v"
TOLD = "With one change on line 2 (what is computed first) your answer would be right."


@pytest.fixture(autouse=True)
def nameless(monkeypatch: pytest.MonkeyPatch) -> None:
    """No mistake has a name."""
    monkeypatch.delenv(place.VARIABLE, raising=False)
    judged = check.verdict_on

    def without_diagnosis(*args: Any) -> Any:
        verdict = judged(*args)
        verdict.diagnoses = []
        return verdict

    monkeypatch.setattr(check, "verdict_on", without_diagnosis)


def shown(shell, answer: str = WRONG) -> list[dict[str, str]]:
    """What the check of an answer shows, one thing after the other."""
    shell.run_cell(answer, store_history=True)
    with capture_output() as captured:
        result = shell.run_cell("check('momentum_step')", store_history=True)
    assert result.error_in_exec is None and captured.stderr == ""
    return [output.data for output in captured.outputs if "text/html" in output.data]


def test_the_card_comes_first_and_then_the_place(shell) -> None:
    card, where = shown(shell)
    assert "momentum_step" in card["text/plain"] and "would be right" not in card["text/html"]
    assert TOLD in where["text/plain"] and TOLD in where["text/html"]
    assert "Look at `mu * (v + grad)`." in where["text/plain"]
    assert "mu * v + grad" not in where["text/plain"] + where["text/html"]


def test_a_right_answer_and_one_that_nothing_mends_have_a_card_alone(shell) -> None:
    assert len(shown(shell, WRONG.replace("(v + grad)", "v + grad"))) == 1
    assert len(shown(shell, "def momentum_step(p, grad, v, lr, mu=0.9):\n    return torch.ones(2), torch.ones(3)")) == 1


def test_a_source_that_is_nested_too_deep_is_left_alone() -> None:
    exercise = catalogue.find("momentum_step")
    source = f"def momentum_step(p, grad, v, lr, mu=0.9):\n    v = v{' + grad' * 600}\n    return p - lr * v, v"
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(source, names)
    evidence = question(exercise, names["momentum_step"], 1)
    verdict = verdict_on(exercise, evidence, 1, [source])
    verdict.diagnoses = []
    assert place.place_of(exercise, evidence, verdict, 1, [source], names) is None


@pytest.mark.parametrize(("told", "seconds"), [("", SECONDS), ("off", 0.0), ("0", 0.0), ("-1", 0.0), ("0.5", 0.5)])
def test_the_setting(told: str, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(place.VARIABLE, told)
    assert place.seconds() == seconds


def test_turned_off_nothing_is_searched(shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(place.VARIABLE, "off")
    monkeypatch.setattr(place, "find_place", lambda *args: pytest.fail("it was searched for"))
    assert len(shown(shell)) == 1


def test_an_interrupt_leaves_the_card(shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
        pytest.fail("it went on")

    monkeypatch.setattr(place, "find_place", interrupted)
    (card,) = shown(shell)
    assert "momentum_step" in card["text/plain"]
