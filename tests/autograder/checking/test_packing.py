"""Evidence travels as plain arrays and comes out as it went in; whatever else arrives is refused or left out."""

import contextlib
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import save

from autograder.checking.assess import question
from autograder.checking.evidence import FLOAT32, Evidence, Notes
from autograder.checking.keys import DOUBLE, SINGLE, Key, Place
from autograder.checking.packing import LONGEST, LONGEST_CALL, LONGEST_DEVICE, MOST_CALLS, key_of, pack, packed, unpack
from autograder.checking.world import Aspect, Change
from autograder.spec.outputs import Kind, Output

from . import toys

text = st.text(max_size=20) | st.just("a lone \ud800")
names = (
    st.sampled_from(["", "result", "notes", "a/b", "w[0]", "p after step 1", '["float64", 0]', "β̂", "\0", "🎲"]) | text
)
places = st.builds(Place, st.sampled_from([DOUBLE, SINGLE]) | text, st.integers(-(2**70), 2**70))
outputs = st.builds(Output, names, st.sampled_from(Kind), st.integers(), st.none() | st.integers())
keys = st.builds(Key, places, outputs)
arrays = hnp.arrays(
    st.sampled_from([np.float64, np.float32, np.float16, np.int64, np.int8, np.uint8, np.uint64, np.bool_]).map(
        np.dtype
    ),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3),
)
changes = st.builds(Change, st.integers(), st.sampled_from(Aspect), text)
notes = st.builds(
    Notes,
    *(st.booleans(),) * 3,
    problems=st.dictionaries(places, text, max_size=3),
    gradient_problems=st.dictionaries(places, text, max_size=3),
    changed=st.dictionaries(places, st.sets(changes, min_size=1, max_size=3), max_size=3),
    maker=text,
    single=st.booleans(),
    slow=st.sets(places, max_size=3),
    defaults=st.dictionaries(text, text, max_size=3),
    calls=st.lists(text, max_size=MOST_CALLS),
    device=st.text(max_size=LONGEST_DEVICE),
)


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    found = Evidence(draw(st.dictionaries(keys, arrays, max_size=4)), draw(notes))
    for key, kind in draw(st.dictionaries(keys, text | st.just(FLOAT32), max_size=4)).items():
        found.note_type(key, kind)
    return found


def same(one: Evidence, other: Evidence) -> bool:
    """To the last bit."""
    arrays = [{k: (a.dtype, a.shape, a.tobytes()) for k, a in e.arrays.items()} for e in (one, other)]
    return arrays[0] == arrays[1] and one.notes == other.notes and one.single == other.single


@given(evidence())
def test_what_is_packed_comes_out_again(evidence: Evidence) -> None:
    assert same(unpack(pack(evidence)), evidence)


@pytest.mark.parametrize("exercise", [toys.means(), toys.two_outputs(), toys.update(), toys.layer(), toys.count()])
def test_so_does_what_an_answer_did(exercise) -> None:
    for answer in (exercise.reference, lambda *args: args[0], 3.0, lambda *args: [args[0], args[0]]):
        found = question(exercise, answer, 1)
        assert same(unpack(pack(found)), found)


@given(keys, keys)
@example(Key(Place(DOUBLE, 1), Output("w", item=1)), Key(Place(DOUBLE, 1), Output("w[1]")))
@example(Key(Place(DOUBLE, 1), Output("w", step=1)), Key(Place(DOUBLE, 1), Output("w after step 1")))
@example(Key(Place(DOUBLE, 1), Output("w")), Key(Place(DOUBLE, 1), Output("w", item=0)))
def test_different_keys_are_spelled_differently(one: Key, other: Key) -> None:
    assert key_of(packed(one)) == one
    assert (packed(one) == packed(other)) == (one == other)


def test_arrays_that_hold_no_numbers_stay_behind() -> None:
    key, words = Key(Place(DOUBLE, 0), Output("a")), Key(Place(DOUBLE, 0), Output("b"))
    sent = Evidence({key: np.ones(2), words: np.array(["x"])})
    assert set(unpack(pack(sent)).arrays) == {key}


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_evidence_or_refused(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(unpack(data), Evidence)


def written(notes: Any, **others: np.ndarray) -> bytes:
    return bytes(save({"notes": np.frombuffer(json.dumps(notes).encode(), dtype=np.uint8), **others}))


def test_missing_oversized_and_malformed_evidence_say_so() -> None:
    with pytest.raises(ValueError, match="no evidence"):
        unpack(None)
    with pytest.raises(ValueError, match="at most"):
        unpack(b"x" * 100, most=50)
    with pytest.raises(ValueError, match="cannot be read"):
        unpack(bytes(save({"array": np.zeros(2, np.uint8)})))
    with pytest.raises(ValueError, match="cannot be read"):
        unpack(bytes(save({"notes": np.frombuffer(b"{", dtype=np.uint8)})))
    for other in ([], None, "notes", 3):
        with pytest.raises(ValueError, match="no notes"):
            unpack(written(other))


GOOD = ["float64", 3, "value", 2, None, "p"]
NO_KEYS = (
    *("", "p", "float64/3/p", "[", "{}", "[]", "null", "3", "[" * 10_000, "[" + "9" * 5000 + "]"),
    *(json.dumps(GOOD[:n]) for n in range(6)),
    json.dumps([*GOOD, 1]),
    *(
        json.dumps([*GOOD[:i], wrong, *GOOD[i + 1 :]])
        for i, wrongs in enumerate(
            [(64, None, ["float64"]), ("3", 3.0, True, None), ("values", 0, None, []), ("2", 2.0, False, None),
             ("0", 0.0, True, [0]), (None, 5, ["p"])]
        )
        for wrong in wrongs
    ),
)  # fmt: skip


@pytest.mark.parametrize("spelling", NO_KEYS, ids=lambda spelling: spelling[:40])
def test_what_spells_no_key_is_left_out(spelling: str) -> None:
    assert key_of(json.dumps(GOOD)) == Key(Place(DOUBLE, 3), Output("p", step=2))
    assert key_of(spelling) is None
    came = unpack(written({"types": [[spelling, FLOAT32]]}, **{spelling: np.ones(2)}))
    assert same(came, Evidence())


@given(st.recursive(st.none() | st.booleans() | st.floats() | text, lambda inner: st.lists(inner, max_size=6)))
def test_a_note_names_its_key_by_a_string_alone(anything: Any) -> None:
    came = unpack(written({"types": [[anything, FLOAT32], [packed(key_of(json.dumps(GOOD))), 3], GOOD, 7]}))
    assert same(came, Evidence()) or isinstance(anything, str)


def test_notes_are_cut_to_what_can_be_shown() -> None:
    place, key = Place(DOUBLE, 0), Key(Place(DOUBLE, 0), Output("a"))
    long = "x" * 10_000
    came = unpack(
        written(
            {
                "problems": [["float64", 0, long], ["float64", 1, 3]],
                "gradient_problems": [["float64", 0, long], ["float64", 1, 3]],
                "types": [[packed(key), long]],
                "changed": [["float64", 0, [[0, "values", long], [1, "?", "a"], 2]], ["float64", 1, "all"]],
                "maker": long,
                "slow": [["float64", 1, True], 3],
                "defaults": {"a": long, "b": 3},
                "calls": [long] * 100,
                "device": long,
                "other": 1,
            }
        )
    )
    expected = Notes(
        problems={place: long[:LONGEST]},
        gradient_problems={place: long[:LONGEST]},
        types={key: long[:LONGEST]},
        changed={place: {Change(0, Aspect.VALUES, long[:LONGEST_CALL])}},
        maker=long[:LONGEST_CALL],
        slow={Place(DOUBLE, 1)},
        defaults={"a": long[:LONGEST_CALL]},
        calls=[long[:LONGEST_CALL]] * MOST_CALLS,
        device=long[:LONGEST_DEVICE],
    )
    assert came.notes == expected
    assert (LONGEST, LONGEST_CALL, MOST_CALLS, LONGEST_DEVICE) == (500, 100, 20, 20)


@pytest.mark.parametrize(
    "odd",
    [
        *({name: value} for name in ("missing", "unattempted", "timeout") for value in ("yes", 1, [True], None, "true")),
        *({name: "all"} for name in ("problems", "gradient_problems", "changed", "types", "calls")),
        *({name: {"float64/0": "x"}} for name in ("problems", "gradient_problems", "changed", "types", "calls")),
        *({name: [value]} for name in ("problems", "gradient_problems", "changed")
          for value in (None, 3, [], ["float64", 0], ["float64", "0", "x"], ["float64", True, "x"], [64, 0, "x"], {"a": 1})),
        {"calls": [1, None, ["x"]]}, {"device": ["mixes"]}, {"single": [["float64", 0]]},
        {"defaults": [["a", "b"]]}, {"maker": 3}, {"slow": "all"},
    ],
)  # fmt: skip
def test_notes_of_another_kind_are_none(odd: dict[str, Any]) -> None:
    assert same(unpack(written(odd)), Evidence())
