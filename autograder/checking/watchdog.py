"""A limit on an answer's time where the system has no alarm, as on Windows: a thread that raises in the answer's own.

Python lets one thread raise an exception in another (`PyThreadState_SetAsyncExc`). It comes between two steps of Python
code, so a call that is stuck inside C ends only when it returns, as with an alarm.
"""

import contextlib
import ctypes
import sys
import threading
import time
from collections.abc import Collection, Iterator
from types import FrameType
from typing import Any

from autograder.spec.errors import TimeLimit


def stop_every_line(check_files: Collection[str]) -> Any:
    """A trace function that raises TimeLimit at every line, except in the check's files: they must put things back."""

    def stop(frame: FrameType, event: str, arg: Any) -> Any:
        if frame.f_code.co_filename in check_files:
            return None
        if event == "line":  # not at "exception": raising there is swallowed by the same handler, and ends the tracing
            raise TimeLimit
        return stop

    return stop


def trace_from(frame: FrameType | None, check_files: Collection[str], tracer: Any) -> None:
    """Have this thread trace a frame and those that called it, up to the first of the check's own."""
    sys.settrace(tracer)
    while frame is not None and frame.f_code.co_filename not in check_files:
        frame.f_trace = tracer
        frame = frame.f_back


@contextlib.contextmanager
def time_limit_by_thread(seconds: float, again: float, check_files: Collection[str]) -> Iterator[None]:
    """Raise TimeLimit in this thread after `seconds` of computing, or of waiting three times as long.

    What another thread has computed cannot be asked on every system, so all of the process counts, and the clock has to
    have run as long: a busy machine must not fail a right answer.

    Args:
        again: seconds after which it is looked again, since the first interruption may have been swallowed.
        check_files: names of the files whose frames are left to end in order.
    """
    watch = _Watch(seconds, again, check_files)
    tracer = sys.gettrace()
    watch.thread.start()
    try:
        yield
    finally:
        try:
            watch.end()  # a last interruption may come just here: all is put back all the same
        finally:
            watch.end()
            sys.settrace(tracer)
            watch.thread.join()


class _Watch:
    """Looks after the thread that makes it, from one of its own."""

    def __init__(self, seconds: float, again: float, check_files: Collection[str]) -> None:
        self._seconds, self._again, self._check_files = seconds, again, check_files
        self._target = threading.get_ident()
        self._computed, self._began = time.process_time(), time.monotonic()
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._interrupted = False
        self.thread = threading.Thread(target=self._run, name="time limit of a check", daemon=True)

    def end(self) -> None:
        """Raise nothing any more, not even what was raised and has not come yet."""
        with self._lock:
            self._ended.set()
            _raise_in(self._target, None)

    def _run(self) -> None:
        wait = self._seconds
        while not self._ended.wait(wait):
            wait = self._again
            with self._lock:
                if not self._ended.is_set() and self._over() and not (self._interrupted and self._in_check()):
                    _raise_in(self._target, self._stop_all() if self._interrupted else TimeLimit)
                    self._interrupted = True

    def _over(self) -> bool:
        """Whether the time is up; both clocks of a system may be coarse, hence the millisecond."""
        clock, computed = time.monotonic() - self._began, time.process_time() - self._computed
        return clock >= 3 * self._seconds or min(clock, computed) >= self._seconds - 1e-3

    def _in_check(self) -> bool:
        """Whether the answer is on its way out; a second one here would keep the check from putting things back."""
        frame = sys._current_frames().get(self._target)
        return frame is not None and frame.f_code.co_filename in self._check_files

    def _stop_all(self) -> type[TimeLimit]:
        """For an answer that swallowed the first: an exception that has its own thread stop at every line.

        It does so where it is made, which is in the thread that it is raised in.
        """
        check_files = self._check_files

        class StopsAll(TimeLimit):
            def __init__(self) -> None:
                super().__init__()
                trace_from(sys._getframe(1), check_files, stop_every_line(check_files))

        return StopsAll


def _raise_in(thread: int, exception: type[BaseException] | None) -> None:
    """Have a thread raise an exception at its next step; None takes back one that has not come yet."""
    what = ctypes.py_object(exception) if exception is not None else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), what)
