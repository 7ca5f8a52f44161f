"""Inside the sandbox: IPython without a terminal, whose outputs go to a recorder."""

from __future__ import annotations

import io
import os
import signal
import sys
import tempfile
import threading
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.sandbox.recorder import Recorder, message_of

FRAMES_AT_AN_END = 15
WARMING = ("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('x');", "1", "%matplotlib inline", "1 / 0")


def shorten_tracebacks(error: BaseException | None) -> None:
    """Of a long traceback keep the frames at both ends: IPython takes seconds over the thousand of a recursion."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = []
        step = error.__traceback__
        while step is not None:
            frames.append(step)
            step = step.tb_next
        if len(frames) > 2 * FRAMES_AT_AN_END:
            frames[FRAMES_AT_AN_END - 1].tb_next = frames[-FRAMES_AT_AN_END]
        error = error.__cause__ or error.__context__


class _Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a notebook."""

    encoding = "utf-8"

    def __init__(self, recorder: Recorder, name: str, descriptor: int) -> None:
        self._recorder, self._name, self._descriptor = recorder, name, descriptor

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._recorder.stream(self._name, text)
        return len(text)


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    recorder: Recorder

    def publish(  # type: ignore[no-untyped-def]
        self, data, metadata=None, source=None, *, transient=None, update=False, **kwargs
    ) -> None:
        self.recorder.rich("display_data", data, (transient or {}).get("display_id"), update)

    def clear_output(self, wait: bool = False) -> None:
        self.recorder.forget(wait)


class _ResultHook(DisplayHook):  # type: ignore[misc]
    recorder: Recorder
    source = ""

    def quiet(self) -> bool:
        return bool(DisplayHook.semicolon_at_end_of_expression(self.source))

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        self.recorder.rich("execute_result", format_dict, None, False)

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Shell(InteractiveShell):  # type: ignore[misc]
    """IPython without terminal, history, or event loop of a window system."""

    recorder: Recorder
    display_pub_class = _Publisher
    displayhook_class = _ResultHook
    system = InteractiveShell.system_raw  # there is no terminal to run a command in

    def enable_gui(self, gui: Any = None) -> None:
        pass

    def ask_exit(self) -> None:
        raise SystemExit

    def showtraceback(self, exc_tuple: Any = None, *args: Any, **kwargs: Any) -> None:
        shorten_tracebacks(exc_tuple[1] if exc_tuple else sys.exc_info()[1])
        super().showtraceback(exc_tuple, *args, **kwargs)

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.recorder.error(etype.__name__, message_of(evalue), stb)


class Cells:
    """A notebook's namespace, and the running of code in it.

    Make it before the fork: building IPython's shell takes ten times as long as running a small cell.
    """

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        config.HistoryManager.hist_file = ":memory:"
        config.InteractiveShell.colors = "nocolor"
        self.recorder = Recorder()
        shell: Any = _Shell.instance(config=config)
        self.shell = shell
        self.shell.recorder = self.shell.display_pub.recorder = self.shell.displayhook.recorder = self.recorder
        self.shell.enable_matplotlib("inline")
        self._streams = [_Stream(self.recorder, name, number) for name, number in (("stdout", 1), ("stderr", 2))]
        self._spill = -1

    def warm_up(self) -> None:
        """Run what every notebook does once, so that what IPython and matplotlib load late is there before a fork."""
        for source in WARMING:
            self.run(source)
        self.shell.reset(new_session=True)
        sys.last_type = sys.last_value = sys.last_traceback = None
        self.recorder.clear()

    def open_spill(self) -> None:
        """Send what C code and subprocesses write to descriptors 1 and 2 to a nameless file; reading gives nothing."""
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        with tempfile.TemporaryFile(buffering=0) as file:
            self._spill = os.dup(file.fileno())
        for number in (1, 2):
            os.dup2(self._spill, number)

    def run(self, source: str) -> str:
        """Run one cell; its outputs are then in ``recorder``. Returns ``ok`` or ``error``."""
        self.begin()
        self.shell.displayhook.source = source
        failure: BaseException | None
        try:
            result = self.shell.run_cell(source, store_history=False)
            failure = result.error_before_exec or result.error_in_exec
        except BaseException as error:  # raised by a callback that student code has registered
            failure = error
        self.end(failure)
        return "ok" if failure is None else "error"

    def begin(self) -> None:
        """Empty the recorder; put streams in place, alarm and hooks to rest, whatever the last cell did."""
        signal.alarm(0)
        sys.settrace(None)
        sys.setprofile(None)
        threading.setprofile(None)
        self.recorder.clear()
        sys.stdout, sys.stderr = self._streams

    def end(self, failure: BaseException | None) -> None:
        """Collect what came past ``sys.stdout``, and make sure that a failure shows."""
        signal.alarm(0)  # it may not ring between cells either
        if self._spill >= 0:
            try:
                size = os.lseek(self._spill, 0, os.SEEK_END)
                os.lseek(self._spill, 0, os.SEEK_SET)
                text = os.read(self._spill, min(size, 1 << 20)).decode("utf-8", "replace")
                os.ftruncate(self._spill, 0)
                os.lseek(self._spill, 0, os.SEEK_SET)
                self.recorder.stream("stdout", text)
            except OSError:  # student code may close any descriptor; what it wrote there is then lost, no more
                self._spill = -1
        if failure is not None and not any(o["output_type"] == "error" for o in self.recorder.outputs):
            name, text = type(failure).__name__, message_of(failure)
            self.recorder.error(name, text, [f"{name}: {text}"])
