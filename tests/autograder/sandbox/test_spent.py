"""What a notebook's processes have spent: added up, whoever of them spent it."""

import os
import subprocess
import sys
import time

import pytest

from autograder.sandbox.limits import CLOCK
from autograder.sandbox.spent import IDLE, LATEST, SOONEST, Allowance, Spent, spent

BURN = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass\n"
FAMILY = (
    "import subprocess, sys, time\nfor _ in range(2): subprocess.run([sys.executable, '-c', {!r}])\ntime.sleep(100)"
)

before = Spent(100.0, 5.0, {1: 2.0})
KINDS = {
    "computing": (Spent(110.0, 15.0, {1: 2.0}), 10.0),
    "computing on four cores": (Spent(110.0, 45.0, {1: 2.0}), 40.0),
    "waiting": (Spent(109.0, 5.0, {1: 2.0}), 9 / IDLE),
    "waiting for a processor": (Spent(110.0, 6.0, {1: 11.0}), 1.0),
    "a new thread that waits for one": (Spent(110.0, 6.0, {1: 2.0, 2: 9.0}), 1.0),
    "far beyond": (Spent(200.0, 5.0, {1: 102.0}), 100 / CLOCK),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_counts(kind: str) -> None:
    after, seconds = KINDS[kind]
    assert after.since(before) == pytest.approx(seconds)


def test_the_time_of_children_that_have_ended_counts() -> None:
    with subprocess.Popen([sys.executable, "-c", FAMILY.format(BURN.format(0.4))]) as process:
        try:
            for _ in range(600):
                if spent(process.pid).computing >= 0.8:
                    break
                time.sleep(0.1)
            assert spent(process.pid).computing >= 0.8
        finally:
            process.kill()


def test_an_allowance_ends_and_is_asked_often_enough() -> None:
    with subprocess.Popen([sys.executable, "-c", BURN.format(100)]) as process:
        try:
            allowance = Allowance(process.pid, 0.3, 10**9)
            for _ in range(6000):
                left = allowance.left()
                if not left:
                    break
                assert SOONEST <= left <= LATEST
                time.sleep(left)
            assert allowance.left() == 0 and allowance.used() >= 0.3
        finally:
            process.kill()
    assert allowance.used() >= 0.3, "what was spent stays spent once the process is gone"


def test_of_a_process_that_is_gone_the_clock_counts() -> None:
    assert spent(-1).queued == {}
    assert Allowance(-1, 5.0, 10**9).used() < 5.0
    assert spent(os.getpid()).computing > 0


def test_memory_of_all_processes_counts_what_each_took_since_the_step_began() -> None:
    """A process that is new began with its parent's pages; one that has ended holds nothing."""
    then = Spent(0.0, 0.0, memory={1: 100, 2: 300})
    now = Spent(1.0, 0.0, memory={2: 350, 3: 290, 4: 700})
    assert now.taken_since(then) == 50 + 0 + 400
