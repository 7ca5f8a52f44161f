"""Outputs are left out piece by piece: what stays is what parsing would have left."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading import without_outputs
from autograder.grading.without_outputs import TooManyParts, WithoutOutputs


def fed(text: bytes, sizes: random.Random) -> bytes:
    outputs, kept, at = WithoutOutputs(), b"", 0
    while at < len(text):
        size = sizes.choice((1, 2, 3, 10, 100))
        kept += outputs.feed(text[at : at + size])
        at += size
    return kept + outputs.feed(b"", last=True)


def parsed_without(value: Any) -> Any:
    """The same by way of a parser."""
    if isinstance(value, list):
        return [parsed_without(each) for each in value]
    if not isinstance(value, dict):
        return value
    gone = {"outputs": type(value["outputs"])()} if isinstance(value.get("outputs"), list | dict) else {}
    return {key: parsed_without(each) for key, each in value.items()} | gone


TEXT = st.sampled_from(["outputs", '"outputs": [', "\\", '"', "]}", "x", "", "é\n"])
JSON = st.recursive(
    st.none() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.just("outputs") | TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.sampled_from([None, 1]), st.randoms(use_true_random=False))
def test_what_stays_is_what_parsing_would_have_left(value: Any, indent: int | None, sizes: random.Random) -> None:
    text = json.dumps(value, indent=indent).encode()
    assert json.loads(fed(text, sizes)) == parsed_without(value)


@given(st.binary(max_size=80))
def test_what_is_no_json_raises_nothing(text: bytes) -> None:
    fed(text, random.Random(0))


def test_the_outputs_are_gone_through_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(without_outputs, "MOST_MARKS", 10)
    assert WithoutOutputs().feed(b'{"outputs": [' + b"[" * 9) == b'{"outputs": []'
    with pytest.raises(TooManyParts):
        WithoutOutputs().feed(b'{"outputs": [' + b"[" * 11)
