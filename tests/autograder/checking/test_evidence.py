"""Evidence travels as plain arrays, and whatever arrives is either that or a ValueError."""

import contextlib
import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from autograder.checking.evidence import Evidence, collect, pack, tidy, unpack
from autograder.checking.judge import judge

from . import toys

NOTHING = np.frombuffer(b"{}", dtype=np.uint8)


def test_what_is_packed_comes_out_again() -> None:
    evidence = collect(toys.means(), toys.row_means, 1)
    again = unpack(pack(evidence))
    assert again.arrays.keys() == evidence.arrays.keys()
    assert all(
        np.array_equal(again.arrays[k], v) and again.arrays[k].dtype == v.dtype for k, v in evidence.arrays.items()
    )
    assert judge(toys.means(), again, 1).rows == judge(toys.means(), evidence, 1).rows or again.notes["calls"]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_evidence_or_refused(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(unpack(data), Evidence)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KINDS = ("missing", "unattempted", "timeout", "problems", "types", "changed", "calls", "device")


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(KINDS), json_values), st.integers(0, 5))
def test_any_notes_lead_to_a_verdict_and_to_no_points(notes: dict, kept: int) -> None:
    honest = collect(toys.means(), lambda x: x.sum(-1) * 0, 1)
    arrays = dict(list(honest.arrays.items())[:kept])
    packed = bytes(save({"notes": np.frombuffer(json.dumps(notes).encode(), dtype=np.uint8), **arrays}))
    verdict = judge(toys.means(), unpack(packed), 1)
    assert verdict.points == 0


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64, np.uint8, np.bool_])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (1, 1, 1, 1, 1)])
def test_forged_arrays_of_any_form_are_judged(dtype, shape) -> None:
    honest = collect(toys.means(), toys.row_means, 1)
    forged = Evidence({key: np.zeros(shape, dtype) for key in honest.arrays}, {})
    assert judge(toys.means(), unpack(pack(forged)), 1).points == 0


def test_missing_oversized_and_malformed_evidence_say_so() -> None:
    with pytest.raises(ValueError, match="no evidence"):
        unpack(None)
    with pytest.raises(ValueError, match="at most"):
        unpack(b"x" * 100, most=50)
    with pytest.raises(ValueError, match="cannot be read"):
        unpack(bytes(save({"array": NOTHING})))


def test_results_that_lie_are_taken_by_their_bytes() -> None:
    class Agreeable(torch.Tensor):
        def __eq__(self, other):
            return torch.tensor(True)

        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return torch.tensor(0.0)

    evidence = collect(toys.means(), lambda x: x.sum(-1).detach().as_subclass(Agreeable), 1)
    assert judge(toys.means(), evidence, 1).points == 0


def test_notes_are_cut_to_what_can_be_shown() -> None:
    kept = tidy({"problems": {"a": "x" * 10_000, "b": 3}, "calls": ["c"] * 100, "missing": "yes", "other": 1})
    assert len(kept["problems"]["a"]) == 500 and "b" not in kept["problems"]
    assert len(kept["calls"]) == 20 and "missing" not in kept and "other" not in kept
