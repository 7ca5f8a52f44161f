"""What of a notebook's outputs is kept: so many bytes of all cells together, and nothing that moves a terminal."""

from typing import Any

import pytest

from autograder.sandbox.limits import Limits
from autograder.sandbox.outputs import accepted, within

LIMITS = Limits(output_bytes_per_submission=1000)
SHOWN = {
    "colours": ("\x1b[31mred\x1b[0m", "red"),
    "a title": ("a\x1b]0;owned\x07b", "ab"),
    "a clipboard": ("a\x1b]52;c;cHduZWQ=\x1b\\b", "ab"),
    "a sequence without an end": ("a\x1b]52;c", "a"),
    "control characters": ("a\x00\x01\x08\x0b\x7f\x9bb", "ab"),
    "a bar that is drawn over, and lines": ("10 %\r20 %\n\tdone", "10 %\r20 %\n\tdone"),
    "many scripts": ("é 三 🐍", "é 三 🐍"),
}


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


@pytest.mark.parametrize("kind", SHOWN)
def test_control_characters_are_taken_out(kind: str) -> None:
    text, kept = SHOWN[kind]
    error = {"output_type": "error", "ename": text, "evalue": text, "traceback": [text]}
    told = accepted([stream(text), error], LIMITS)
    assert told[0]["text"] == kept
    assert (told[1]["ename"], told[1]["evalue"], told[1]["traceback"]) == (kept, kept, [kept])


def test_of_a_notebook_so_much_is_kept_and_one_cell_says_so() -> None:
    left, said = LIMITS.output_bytes_per_submission, []
    for _ in range(5):
        kept, left = within([stream("x" * 400)], left, LIMITS)
        said.append([output["text"] for output in kept])
    assert said[:2] == [["x" * 400]] * 2 and said[3:] == [[], []]
    assert "of one notebook 1,000 bytes are kept" in said[2][0]


def test_an_error_is_kept_beyond_the_bound() -> None:
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["line"]}
    assert within([stream("x"), error], 0, LIMITS) == ([error], 0)
