"""What the trusted side makes of bytes that come from a notebook's process."""

import base64
import json
import socket
import struct
import threading
import time
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.sandbox import outputs, protocol
from autograder.sandbox.limits import Limits

PNG = base64.b64encode(outputs.PNG_SIGNATURE + b"rest").decode()
LIMITS = Limits(outputs_per_cell=5, output_bytes_per_cell=1000)


def framed(header: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">II", len(header), len(body)) + header + body


def received(data: bytes, *, hang_up: bool = True, seconds: float = 5) -> tuple[dict[str, Any], bytes]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        if hang_up:
            theirs.shutdown(socket.SHUT_WR)
        return protocol.receive(ours, 1 << 16, 100, time.monotonic() + seconds)


def test_what_is_sent_arrives() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        protocol.send(theirs, {"text": "é\n\0", "seed": 2**300}, b"\0\1")
        assert protocol.receive(ours, 1000, 2, time.monotonic() + 5) == ({"text": "é\n\0", "seed": 2**300}, b"\0\1")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", protocol.Closed),
        (b"\0\0", protocol.Closed),
        (framed(b"{}")[:-1], protocol.Closed),
        (framed(b"{", b""), protocol.Garbled),
        (framed(b"[]"), protocol.Garbled),
        (framed(b"\xff\xfe"), protocol.Garbled),
        (framed(b"[" * 60_000), protocol.Garbled),
        (framed(b'{"a":' * 10_000), protocol.Garbled),
        (framed(b'{"seed":' + b"9" * 50_000 + b"}"), protocol.Garbled),
        (b"\xff" * 8, protocol.Oversize),
        (framed(b"{}", bytes(101)), protocol.Oversize),
    ],
)
def test_bad_messages(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        received(data)


def test_silence_and_dripping_meet_the_deadline() -> None:
    with pytest.raises(TimeoutError):
        received(framed(b"{}")[:-1], hang_up=False, seconds=0.2)
    ours, theirs = socket.socketpair()
    stop = threading.Event()

    def drip() -> None:
        theirs.sendall(struct.pack(">II", 60_000, 0))
        while not stop.wait(0.02):
            theirs.sendall(b" ")

    thread = threading.Thread(target=drip)
    with ours, theirs:
        thread.start()
        try:
            with pytest.raises(TimeoutError):
                protocol.receive(ours, 1 << 16, 0, time.monotonic() + 0.5)
        finally:
            stop.set()
            thread.join()


def test_a_reader_that_never_reads_meets_the_deadline() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(TimeoutError):
        protocol.send(ours, {"source": "x" * 10_000_000}, deadline=time.monotonic() + 0.3)


def stream(text: object = "x", name: object = "stdout") -> dict[str, object]:
    return {"output_type": "stream", "name": name, "text": text}


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (None, outputs.Malformed),
        ({}, outputs.Malformed),
        ([None], outputs.Malformed),
        ([{}], outputs.Malformed),
        ([stream(["x"])], outputs.Malformed),
        ([stream(name="stdin")], outputs.Malformed),
        ([stream(name=[])], outputs.Malformed),
        ([{"output_type": []}], outputs.Malformed),
        ([{"output_type": "display_data", "data": []}], outputs.Malformed),
        ([{"output_type": "display_data", "data": {"text/plain": 1}}], outputs.Malformed),
        ([{"output_type": "display_data", "data": {"image/png": "%"}}], outputs.Malformed),
        ([{"output_type": "display_data", "data": {"image/png": "QUJD"}}], outputs.Malformed),
        ([{"output_type": "error", "ename": "E", "evalue": "", "traceback": "line"}], outputs.Malformed),
        ([{"output_type": "error", "ename": "E", "evalue": "", "traceback": [""] * 5000}], outputs.Malformed),
        ([stream()] * 8, outputs.TooMuch),
        ([stream("x" * 100_000)], outputs.TooMuch),
        ([stream("\ud800")] * 2 + [stream("é" * 40_000)], outputs.TooMuch),
    ],
)
def test_bad_outputs(raw: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        outputs.accepted(raw, LIMITS)


def test_only_known_fields_pass() -> None:
    data = {"text/plain": "a\ud800", "image/png": PNG, "text/html": "<script>", "application/javascript": "x"}
    raw = [{"output_type": "execute_result", "data": data, "metadata": {"isolated": True}, "execution_count": "<b>"}]
    (accepted,) = outputs.accepted(raw, LIMITS)
    assert accepted == {
        "output_type": "execute_result",
        "data": {"text/plain": "a?", "image/png": PNG},
        "metadata": {},
        "execution_count": None,
    }


FIELDS = ["output_type", "name", "text", "ename", "evalue", "traceback", "data", "metadata", "text/plain", "image/png"]
VALUES = ["stream", "error", "display_data", "execute_result", "stdout", PNG, "\ud800", ""]
words = st.sampled_from(FIELDS + VALUES)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=5),
    max_leaves=20,
)
near_outputs = st.lists(
    st.fixed_dictionaries(
        {"output_type": st.sampled_from(["stream", "error", "display_data", "execute_result"])},
        optional={
            "name": st.sampled_from(["stdout", "stderr"]),
            "data": st.dictionaries(st.sampled_from(["text/plain", "image/png"]), words),
            **{key: words | json_values for key in ("text", "ename", "evalue", "metadata")},
            "traceback": st.lists(words, max_size=3),
        },
    ),
    max_size=3,
)


@given(json_values | near_outputs)
def test_whatever_passes_is_nbformat_and_can_be_written(raw: object) -> None:
    try:
        accepted = outputs.accepted(raw, LIMITS)
    except (outputs.Malformed, outputs.TooMuch):
        return
    cell = nbformat.v4.new_code_cell("", outputs=accepted)
    nbformat.validate(nbformat.from_dict(nbformat.v4.new_notebook(cells=[cell])))
    json.dumps(accepted, allow_nan=False, ensure_ascii=False).encode("utf-8")
