"""Outputs that come out of the sandbox: read with suspicion, rebuilt field by field, refused when malformed."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from autograder.sandbox.limits import Limits

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SLACK = 1 << 16  # an error, and the note that something was cut, come on top of the bound
MAX_TRACEBACK_LINES = 1000


# Sequences by which a terminal is moved, coloured or told to copy, and characters that no page shows.
CONTROL = re.compile(
    r"\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)


class Malformed(Exception):
    """Not a list of outputs as nbformat 4 knows them."""


class TooMuch(Exception):
    """More outputs than the limits allow."""


def accepted(raw: object, limits: Limits) -> list[dict[str, Any]]:
    """Outputs in nbformat 4's form, of streams, errors, plain text and PNG pictures only, nothing shared with ``raw``.

    Raises:
        Malformed: a type, a field or a picture is not what it should be.
        TooMuch: more records or more bytes than ``limits`` allow.
    """
    if not isinstance(raw, list):
        raise Malformed("outputs are not a list")
    if len(raw) > limits.outputs_per_cell + 2:
        raise TooMuch("too many outputs")
    budget = _Budget(limits.output_bytes_per_cell + SLACK)
    return [_output(record, budget) for record in raw]


class _Budget:
    def __init__(self, left: int) -> None:
        self._left = left

    def text(self, value: object) -> str:
        """``value`` if it is a string that still fits, without lone surrogates, which no file could hold."""
        if not isinstance(value, str):
            raise Malformed("text is not a string")
        data = value.encode("utf-8", "replace")
        self._left -= len(data)
        if self._left < 0:
            raise TooMuch("too many bytes of output")
        return CONTROL.sub("", data.decode("utf-8"))


def within(some: list[dict[str, Any]], left: int, limits: Limits) -> tuple[list[dict[str, Any]], int]:
    """What of a cell's outputs still fits into a notebook, and how many bytes are left then. An error is always kept.

    Only the first cell that is cut says so.
    """
    kept: list[dict[str, Any]] = []
    for output in some:
        size = _size(output)
        if size <= left or output["output_type"] == "error":
            kept.append(output)
            left = max(0, left - size)
        elif left > 0:
            note = f"\n[cut here: of one notebook {limits.output_bytes_per_submission:,} bytes are kept]\n"
            kept.append({"output_type": "stream", "name": "stdout", "text": note})
            left = 0
    return kept, left


def _size(output: dict[str, Any]) -> int:
    told = [output.get("text", ""), *output.get("data", {}).values(), *output.get("traceback", [])]
    return sum(len(text.encode()) for text in told) + sum(len(output.get(name, "")) for name in ("ename", "evalue"))


def _output(record: object, budget: _Budget) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise Malformed("an output is not an object")
    kind = record.get("output_type")
    if kind == "stream":
        if record.get("name") not in ("stdout", "stderr"):
            raise Malformed("a stream has no name")
        return {"output_type": "stream", "name": record["name"], "text": budget.text(record.get("text"))}
    if kind == "error":
        lines = record.get("traceback")
        if not isinstance(lines, list) or len(lines) > MAX_TRACEBACK_LINES:
            raise Malformed("a traceback is not a short list")
        named = {name: budget.text(record.get(name)) for name in ("ename", "evalue")}
        return {"output_type": "error", **named, "traceback": [budget.text(line) for line in lines]}
    if kind in ("display_data", "execute_result"):
        output: dict[str, Any] = {"output_type": kind, "metadata": {}, "data": dict(_data(record.get("data"), budget))}
        if kind == "execute_result":
            output["execution_count"] = None
        return output
    raise Malformed("an output of unknown type")


def _data(raw: object, budget: _Budget) -> Iterator[tuple[str, str]]:
    if not isinstance(raw, dict):
        raise Malformed("data are not an object")
    for mime in ("text/plain", "image/png"):
        if mime not in raw:
            continue
        value = budget.text(raw[mime])
        if mime == "image/png":
            try:
                picture = base64.b64decode("".join(value.split()), validate=True)
            except (binascii.Error, ValueError) as error:
                raise Malformed("a picture is not base64") from error
            if not picture.startswith(PNG_SIGNATURE):
                raise Malformed("a picture is not a PNG")
        yield mime, value
