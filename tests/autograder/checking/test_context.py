"""A check leaves the notebook as it found it, and always comes back."""

import os
import random
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.checking import context
from autograder.checking.assess import assess
from autograder.checking.context import quiet, substituted, time_limit
from autograder.checking.references import substitutes
from autograder.checking.verdict import State
from autograder.spec.errors import TimeLimit

from . import toys


def busy(x):
    while True:
        pass


def swallows(x):
    while True:
        try:
            while True:
                pass
        except BaseException:  # what a bare except catches
            pass


def sleeps(x):
    while True:
        time.sleep(0.05)


def recurses(x):
    return recurses(x)


@pytest.mark.parametrize("answer", [busy, swallows, sleeps])
def test_an_endless_answer_is_stopped(answer) -> None:
    exercise = toys.means(seconds=0.3)
    assert assess(exercise, answer, 1, []).state is State.TIMEOUT
    assert sys.gettrace() is None
    assert assess(exercise, toys.row_means, 1, []).state is State.FORBIDDEN, "the next check is as ever"


def test_endless_recursion_is_an_error_like_others() -> None:
    assert "RecursionError" in assess(toys.means(), recurses, 1, []).reason


def test_waiting_for_a_busy_machine_is_not_computing() -> None:
    with time_limit(0.2):
        time.sleep(0.4)  # longer than the limit, and nothing was computed


def test_nor_is_waiting_for_a_processor_waiting(monkeypatch) -> None:
    began = time.monotonic()
    monkeypatch.setattr(context, "queued", lambda: time.monotonic() - began)  # as if others had it all the time
    with time_limit(0.1):
        time.sleep(0.5)  # more than three times the limit


@pytest.mark.skipif(not Path("/proc/thread-self/schedstat").exists(), reason="the system does not say")
def test_a_thread_without_a_processor_queues() -> None:
    """Beside another that is always busy, on one and the same processor."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})  # the other inherits it
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        before, computed = context.queued(), time.thread_time()
        while time.thread_time() < computed + 0.3:
            pass
        assert context.queued() > before + 0.03
    finally:
        other.kill()
        other.wait()
        os.sched_setaffinity(0, allowed)


def test_computing_is_counted() -> None:
    with pytest.raises(TimeLimit), time_limit(0.1):
        busy(None)


def test_chance_and_settings_are_put_back() -> None:
    def meddles(x):
        random.seed(1)
        np.random.seed(1)
        torch.manual_seed(1)
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        warnings.warn("noise", stacklevel=1)
        print("noise")
        print("noise", file=sys.stderr)
        return x.mean(-1)

    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    assess(toys.means(), meddles, 1, [])
    after = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    assert before == after
    assert torch.get_default_dtype() == torch.float32 and torch.is_grad_enabled()


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    def noisy(x):
        print("out")
        print("err", file=sys.stderr)
        return x.mean(-1)

    assess(toys.means(), noisy, 1, [])
    assert capfd.readouterr() == ("", "")


def test_references_are_lent_for_the_time_of_a_check() -> None:
    scope = {"relu": "mine"}
    exec("def answer(z):\n    return relu(z)", scope)
    exercise = toys.means(uses=("softmax",))
    with quiet(), substituted(scope["answer"], substitutes(exercise)):
        assert callable(scope["softmax"])
    assert "softmax" not in scope and scope["relu"] == "mine"
