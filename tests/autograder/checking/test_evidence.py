"""Evidence is judged by its arrays: whatever they are said to be, and whatever the notes beside them say."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from autograder.checking.assess import question
from autograder.checking.evidence import Evidence
from autograder.checking.judge import judge
from autograder.checking.packing import pack, packed, unpack

from . import toys

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
WRONG = question(toys.means(), lambda x: x.sum(-1) * 0, 1)
places = st.sampled_from([[p.dtype, p.case] for p in {key.place for key in WRONG.arrays}])
keys = st.sampled_from([packed(key) for key in WRONG.arrays])
well_formed = {
    "problems": st.lists(st.tuples(places, json_values).map(lambda e: [*e[0], e[1]]), max_size=3),
    "gradient_problems": st.lists(st.tuples(places, json_values).map(lambda e: [*e[0], e[1]]), max_size=3),
    "changed": st.lists(st.tuples(places, json_values).map(lambda e: [*e[0], e[1]]), max_size=3),
    "types": st.lists(st.tuples(keys, json_values).map(list), max_size=3),
}
KINDS = (*well_formed, "missing", "unattempted", "timeout", "calls", "device", "passed", "points")
any_notes = st.fixed_dictionaries(
    {}, optional={kind: well_formed.get(kind, json_values) | json_values for kind in KINDS}
)


@settings(max_examples=300, deadline=None)
@given(any_notes, st.integers(0, 5))
def test_any_notes_lead_to_a_verdict_and_to_no_points(notes: dict, kept: int) -> None:
    arrays = {packed(key): array for key, array in list(WRONG.arrays.items())[:kept]}
    written = bytes(save({"notes": np.frombuffer(json.dumps(notes).encode(), dtype=np.uint8), **arrays}))
    assert judge(toys.means(), unpack(written), 1).points == 0


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64, np.uint8, np.bool_])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (1, 1, 1, 1, 1)])
def test_forged_arrays_of_any_form_are_judged(dtype, shape) -> None:
    honest = question(toys.means(), toys.row_means, 1)
    forged = Evidence({key: np.zeros(shape, dtype) for key in honest.arrays})
    assert judge(toys.means(), unpack(pack(forged)), 1).points == 0


def test_what_is_packed_is_judged_alike_when_it_comes_out_again() -> None:
    exercise = toys.means()
    for answer in (lambda x: x.sum(-1) / x.shape[-1], lambda x: x.sum(-1), lambda x: x.detach().float().mean(-1)):
        evidence = question(exercise, answer, 1)
        here, there = judge(exercise, evidence, 1), judge(exercise, unpack(pack(evidence)), 1)
        assert [repr(row) for row in there.rows] == [repr(row) for row in here.rows] != []
        assert (there.points, there.state) == (here.points, here.state)


def test_results_that_lie_are_taken_by_their_bytes() -> None:
    class Agreeable(torch.Tensor):
        def __eq__(self, other):
            return torch.tensor(True)

        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return torch.tensor(0.0)

    evidence = question(toys.means(), lambda x: x.sum(-1).detach().as_subclass(Agreeable), 1)
    assert judge(toys.means(), evidence, 1).points == 0
