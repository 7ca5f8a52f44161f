"""How the trusted process and a notebook's process talk: framed messages over a stream socket.

A message is two lengths (big-endian, four bytes each), a JSON object, and raw bytes. The side that grades trusts
nothing that comes back: it bounds both lengths before it reads on, and reads against a deadline. Students' code can
reach the socket of its own process, which is accepted: evidence is judged by its value.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any, Protocol


class Patience(Protocol):
    """How long to wait, where that is not a moment on the clock."""

    def left(self) -> float:
        """Seconds to wait before it is asked again; 0 where no more is to be waited."""


Deadline = float | Patience | None  # a moment on ``time.monotonic()``'s clock; None waits for ever
LENGTHS = struct.Struct(">II")
CHUNK = 1 << 16


class Garbled(Exception):
    """What arrived is not a message."""


class Oversize(Exception):
    """A message is longer than its receiver allows."""


class Closed(Exception):
    """The other side is gone."""


def send(sock: socket.socket, header: dict[str, Any], body: bytes = b"", deadline: Deadline = None) -> None:
    """Send one message.

    Args:
        sock: a connected stream socket.
        header: anything JSON can say; a lone surrogate in a string becomes a question mark.
        body: raw bytes that follow.
        deadline: until when to wait.

    Raises:
        TimeoutError: the other side did not read in time.
        Closed: the other side is gone.
    """
    text = json.dumps(header, ensure_ascii=False).encode("utf-8", "replace")
    left = memoryview(LENGTHS.pack(len(text), len(body)) + text + body)
    while left:
        _arm(sock, deadline)
        try:
            left = left[sock.send(left) :]
        except TimeoutError:  # it may not be time yet: `_arm` says so
            continue
        except OSError as error:
            raise Closed(str(error)) from error


def receive(
    sock: socket.socket, max_header: int, max_body: int, deadline: Deadline = None
) -> tuple[dict[str, Any], bytes]:
    """Receive one message; memory in use never exceeds the two bounds by more than one chunk.

    Raises:
        TimeoutError: it was not complete at the deadline.
        Oversize: it announces more than ``max_header`` or ``max_body`` bytes.
        Garbled: it is not a JSON object.
        Closed: the other side is gone.
    """
    header_length, body_length = LENGTHS.unpack(_exactly(sock, LENGTHS.size, deadline))
    if header_length > max_header or body_length > max_body:
        raise Oversize(f"{header_length} + {body_length} bytes announced, {max_header} + {max_body} allowed")
    text = _exactly(sock, header_length, deadline)
    body = _exactly(sock, body_length, deadline)
    return parse(text), body


def parse(text: bytes) -> dict[str, Any]:
    """The JSON object in ``text``; raises Garbled if there is none."""
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Garbled(f"not JSON: {type(error).__name__}") from error
    if not isinstance(header, dict):
        raise Garbled("not a JSON object")
    return header


def _exactly(sock: socket.socket, length: int, deadline: Deadline) -> bytes:
    data = bytearray()
    while len(data) < length:
        _arm(sock, deadline)
        try:
            chunk = sock.recv(min(CHUNK, length - len(data)))
        except TimeoutError:  # it may not be time yet: `_arm` says so
            continue
        except OSError as error:
            raise Closed(str(error)) from error
        if not chunk:
            raise Closed("end of stream")
        data += chunk
    return bytes(data)


def _arm(sock: socket.socket, deadline: Deadline) -> None:
    if deadline is None:
        sock.settimeout(None)
        return
    left = deadline - time.monotonic() if isinstance(deadline, int | float) else deadline.left()
    if left <= 0:
        raise TimeoutError
    sock.settimeout(left)
