"""Inside the sandbox: keep what a cell shows, in nbformat's terms and within bounds."""

from __future__ import annotations

import base64
import re
from typing import Any

KEPT_MIME_TYPES = ("text/plain", "image/png")
MAX_TRACEBACK = 20_000  # characters; the end is kept, where the message stands
MAX_TRACEBACK_LINES = 1000
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def message_of(error: BaseException) -> str:
    """Its message; student code may define an exception that cannot be printed."""
    try:
        return str(error)
    except BaseException:
        return "(its message cannot be printed)"


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
