"""What a check runs in: chance, settings, output, time, and earlier answers, apart from the notebook around it."""

import contextlib
import io
import random
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch

from autograder.checking.watchdog import stop_every_line, time_limit_by_thread, trace_from
from autograder.spec.errors import TimeLimit

# Frames of the check itself, which must be left to end in order when an answer is stopped.
CHECK_FILES = {str(path) for room in ("checking", "spec") for path in (Path(__file__).parents[1] / room).rglob("*.py")}
CHECK_FILES |= {contextlib.__file__, signal.__file__}


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing printed, no warning shown, and every global source of chance and setting as it was before."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    dtype, device, grad = torch.get_default_dtype(), torch.get_default_device(), torch.is_grad_enabled()
    sink = io.StringIO()
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
            warnings.simplefilter("ignore")
            torch.set_default_dtype(torch.float32)
            torch.set_default_device(None)
            with torch.inference_mode(False), torch.enable_grad(), np.errstate(all="warn"):
                yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
        torch.set_default_dtype(dtype)
        if device.type != "cpu":
            torch.set_default_device(device)
        torch.set_grad_enabled(grad)


def queued() -> float:
    """Seconds for which this thread could have run and had no processor; 0 where the system does not say."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Interrupt Python code after `seconds` of computing, or of waiting three times as long.

    Computing is counted, not the clock, and waiting for a processor is not waiting: a busy machine must not fail a
    right answer. Code that swallows the first interruption is stopped at every line.

    A call that is stuck inside C ends only when it returns. Outside the main thread there are no signals, hence
    no limit: the sandbox has its own. Where the system has no alarm, a thread looks after it (`watchdog`).
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    again = min(0.3, max(0.02, seconds / 2))
    if not hasattr(signal, "setitimer"):
        with time_limit_by_thread(seconds, again, CHECK_FILES):
            yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        if ended:
            return
        signal.setitimer(signal.ITIMER_REAL, again)  # look again: it may not be time yet, or this may be swallowed
        if interrupted and frame is not None and frame.f_code.co_filename in CHECK_FILES:
            return  # it is on its way out; a second one here would keep it from putting things back
        if time.thread_time() - computed < seconds and time.monotonic() - queued() - began < 3 * seconds:
            return
        if interrupted:
            trace_from(frame, CHECK_FILES, stop_every_line(CHECK_FILES))
        interrupted.append(True)
        raise TimeLimit

    interrupted: list[bool] = []
    ended: list[bool] = []
    tracer = sys.gettrace()
    computed, began = time.thread_time(), time.monotonic() - queued()
    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        try:
            ended.append(True)  # a last interruption may come just here: all is put back all the same
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            sys.settrace(tracer)
            signal.signal(signal.SIGALRM, previous)


@contextlib.contextmanager
def substituted(answer: Any, references: Mapping[str, Any]) -> Iterator[None]:
    """Put references, by name, in place of the student's own earlier functions: a mistake is paid for once."""
    members = [answer, *vars(answer).values()] if isinstance(answer, type) else [answer]
    scope: dict[str, Any] | None = next((m.__globals__ for m in members if hasattr(m, "__globals__")), None)
    if not references or scope is None:
        yield
        return
    before = {name: scope[name] for name in references if name in scope}
    scope.update(references)
    try:
        yield
    finally:
        for name in references:
            scope.pop(name, None)
        scope.update(before)
