"""The keyboard's interrupt during a check: it ends the check, also where the answer catches every exception."""

import _thread
import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

from autograder.checking.context import CHECK_FILES
from autograder.spec.errors import Interrupted

AGAIN = 0.25  # seconds until the answer is interrupted once more

_running: list["_Check"] = []  # checks that can be interrupted, the innermost last


class _Check:
    """What one interrupt sets going. `asked` once it came, `ended` once the check is over."""

    def __init__(self) -> None:
        self.asked, self.ended = threading.Event(), threading.Event()
        self._repeating: threading.Thread | None = None

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """Raise where the answer runs; the check's own frames are left to end in order once it was raised."""
        ours = frame is not None and frame.f_code.co_filename in CHECK_FILES
        if self.ended.is_set() or (self.asked.is_set() and ours):
            return
        if not self.asked.is_set():
            self.asked.set()
            self._repeating = threading.Thread(target=self._repeat, args=(threading.get_ident(),), daemon=True)
            self._repeating.start()
        elif frame is not None:  # the answer has caught the first one
            self._stop_at_every_line(frame)
        raise Interrupted

    def end(self) -> None:
        self.ended.set()
        if self._repeating is not None:
            self._repeating.join()

    def _repeat(self, thread: int) -> None:
        while not self.ended.wait(AGAIN):
            if hasattr(signal, "pthread_kill"):
                signal.pthread_kill(thread, signal.SIGINT)  # ends a sleep as well
            else:
                _thread.interrupt_main()

    @staticmethod
    def _stop_at_every_line(frame: FrameType) -> None:
        def stop(frame: FrameType, event: str, arg: Any) -> Any:
            if frame.f_code.co_filename in CHECK_FILES:
                return None
            if event == "line":
                raise Interrupted
            return stop

        sys.settrace(stop)
        above: FrameType | None = frame
        while above is not None and above.f_code.co_filename not in CHECK_FILES:
            above.f_trace = stop
            above = above.f_back


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Have the keyboard's interrupt end a check (`Interrupted`), not the answer alone: that is what it is meant for."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    check, tracer = _Check(), sys.gettrace()
    previous = signal.signal(signal.SIGINT, check.interrupt)
    _running.append(check)
    try:
        yield
    finally:
        check.end()
        _running.remove(check)
        if check.asked.is_set():
            sys.settrace(tracer)
        signal.signal(signal.SIGINT, previous)


def give_way() -> None:
    """Raise `Interrupted` if that was asked for: an answer may have caught it, and returned."""
    if _running and _running[-1].asked.is_set():
        raise Interrupted
