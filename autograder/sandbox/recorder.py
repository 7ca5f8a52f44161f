"""Inside the sandbox: run cells in IPython and keep what they show, in nbformat's terms and within bounds."""

from __future__ import annotations

import base64
import io
import os
import re
import signal
import sys
import tempfile
import threading
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

KEPT_MIME_TYPES = ("text/plain", "image/png")
MAX_TRACEBACK = 20_000  # characters; the end is kept, where the message stands
MAX_TRACEBACK_LINES = 1000
FRAMES_AT_AN_END = 15
WARMING = ("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('x');", "1", "%matplotlib inline", "1 / 0")
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def message_of(error: BaseException) -> str:
    """Its message; student code may define an exception that cannot be printed."""
    try:
        return str(error)
    except BaseException:
        return "(its message cannot be printed)"


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


class Recorder:
    """Outputs of the cell that runs now. Past either bound it keeps one note and drops the rest.

    Attributes:
        max_outputs: records kept of one cell.
        max_bytes: UTF-8 bytes of text and base64 kept of one cell. An error comes on top, ``MAX_TRACEBACK`` long
            at most: it is what a reader of a flooded cell needs.
    """

    def __init__(self) -> None:
        self.max_outputs, self.max_bytes = 100, 1 << 20
        self.clear()

    def clear(self) -> None:
        """Begin a new cell."""
        self.outputs: list[dict[str, Any]] = []
        self._ids: list[str | None] = []
        self._left = self.max_bytes
        self._full = False
        self._clear_at_next = False

    def stream(self, name: str, text: str) -> None:
        """Text written to ``stdout`` or ``stderr``; joins on to the record before if it is the same stream."""
        text = "" if self._full else self._fitting(text)
        if not text:
            return
        self._clear_if_asked()
        if self.outputs and self.outputs[-1]["output_type"] == "stream" and self.outputs[-1]["name"] == name:
            self.outputs[-1]["text"].append(text)
        else:
            self._add({"output_type": "stream", "name": name, "text": [text]}, None)
        if self._left <= 0:
            self._cut()

    def rich(self, output_type: str, data: dict[str, Any], display_id: str | None, update: bool) -> None:
        """A displayed object or a cell's value; of its forms only plain text and PNG are kept."""
        if self._full:
            return
        kept: dict[str, str] = {}
        for mime in KEPT_MIME_TYPES:
            value = data.get(mime)
            if isinstance(value, bytes):
                value = base64.b64encode(value).decode()
            if not isinstance(value, str):
                continue
            if mime == "text/plain":
                kept[mime] = self._fitting(value)
            elif len(value) <= self._left:  # half a picture is none
                self._left -= len(value)
                kept[mime] = value
        if self._left <= 0:
            self._cut()
        record: dict[str, Any] = {"output_type": output_type, "metadata": {}, "data": kept}
        if output_type == "execute_result":
            record["execution_count"] = None
        if update:
            for i, known in enumerate(self._ids):
                if known == display_id and "data" in self.outputs[i]:
                    self.outputs[i]["data"] = kept
        elif kept:
            self._add(record, display_id)

    def error(self, ename: str, evalue: str, traceback: list[str]) -> None:
        """An exception that ended the cell."""
        lines = ANSI.sub("", "\n".join(traceback)[-MAX_TRACEBACK:]).split("\n")[-MAX_TRACEBACK_LINES:]
        self.outputs = [o for o in self.outputs if o["output_type"] != "error"]
        self._ids = self._ids[: len(self.outputs)]
        evalue = ANSI.sub("", evalue[:2000])
        self.outputs.append({"output_type": "error", "ename": ename[:200], "evalue": evalue, "traceback": lines})
        self._ids.append(None)

    def forget(self, wait: bool) -> None:
        """IPython's ``clear_output``: what was shown goes, what was spent of the bounds stays spent."""
        if wait:
            self._clear_at_next = True
        else:
            self.outputs, self._ids = [], []

    def taken(self) -> list[dict[str, Any]]:
        """The records of the cell, streams joined."""
        return [{**o, "text": "".join(o["text"])} if o["output_type"] == "stream" else o for o in self.outputs]

    def _add(self, record: dict[str, Any], display_id: str | None) -> None:
        self._clear_if_asked()
        if len(self.outputs) >= self.max_outputs:
            self._cut()
        elif not self._full:
            self.outputs.append(record)
            self._ids.append(display_id)

    def _clear_if_asked(self) -> None:
        if self._clear_at_next:
            self.outputs, self._ids, self._clear_at_next = [], [], False

    def _fitting(self, text: str) -> str:
        data = text[: self._left].encode("utf-8", "replace")[: self._left]
        self._left -= len(data)
        return data.decode("utf-8", "ignore")

    def _cut(self) -> None:
        if self._full:
            return
        self._full = True
        note = f"\n[cut here: of one cell {self.max_outputs} outputs and {self.max_bytes:,} bytes are kept]\n"
        self.outputs.append({"output_type": "stream", "name": "stdout", "text": [note]})
        self._ids.append(None)


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
