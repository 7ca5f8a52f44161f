"""Answers for NumPy: they are handed arrays, and judged as those for torch are."""

import numpy as np
import pytest
import torch

from autograder.checking.assess import assess, verdict_on
from autograder.checking.collect import Handed, collect
from autograder.checking.forbidden import Forbidden, concept_of
from autograder.publishing.rules import told
from autograder.spec import Case, Exercise, Question
from autograder.spec.probes import array_function, function, steps

SEED = 3


def made(reference, probe=array_function, **settings) -> Exercise:
    cases = settings.pop(
        "cases", lambda draw: [draw.normal(3, 4), Case((np.arange(6.0),), note="an array of the spec's")]
    )
    exercise = Exercise(Question(cases=cases, probe=probe, **settings), reference, points=4)
    exercise.named("doubled")
    return exercise


def doubled(x):
    return 2 * x


EXERCISE = made(doubled)


def verdict(answer, exercise: Exercise = EXERCISE):
    return assess(exercise, answer, SEED, [])


def said(answer, exercise: Exercise = EXERCISE) -> str:
    found = verdict(answer, exercise)
    rows = [sentence for row in found.rows for sentence in (row.sentence, *(m.sentence for m in row.mismatches))]
    return " ".join([found.reason, *rows])


def test_an_answer_is_handed_arrays_and_may_return_arrays() -> None:
    seen = []

    def answer(x):
        seen.append(type(x))
        return x + x

    assert verdict(answer).passed
    assert set(seen) == {np.ndarray}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda x: torch.from_numpy(2 * x), "returned a tensor where a NumPy array belongs"),
        (lambda x: float(x.sum()), "returned a Python number where a NumPy array belongs"),
        (lambda x: (2 * x).astype(int), "holds whole numbers (int64), where real numbers belong"),
        (lambda x: (2 * x).tolist(), "where an array or a number belongs"),
        (lambda x: 2 * x[:1], "The shape should be"),
        (lambda x: None, "Your answer returned None"),
    ],
    ids=["tensor", "number", "whole", "list", "shape", "none"],
)
def test_another_kind_of_result_is_named(answer, sentence: str) -> None:
    assert sentence in said(answer)
    assert verdict(answer).points == 0


def test_an_answer_that_writes_into_its_array_is_seen() -> None:
    def answer(x):
        x *= 2
        return x.copy()

    found = verdict(answer)
    assert 0 < found.points < 4 and "writes into `x`" in said(answer)


def test_what_is_to_be_new_in_memory_may_be_no_view() -> None:
    exercise = made(lambda x: x.copy(), fresh=["result"])
    assert verdict(lambda x: x + 0, exercise).passed
    assert "hands back the memory of `x`" in said(lambda x: x[...], exercise)
    assert "no array that came in is handed back" in told(exercise)


def test_data_types_are_kept_where_the_task_asks() -> None:
    exercise = made(doubled, function.but(arrays=True), keeps_dtype=True)
    assert verdict(lambda x: x + x, exercise).passed
    assert "For float32 inputs your result is float64" in said(lambda x: x.astype(float) * 2, exercise)


def test_updates_keep_what_an_answer_writes_over() -> None:
    exercise = made(
        lambda w, g: w - g, steps(1).but(arrays=True), cases=lambda draw: [(draw.normal(3), draw.normals(4, 3))]
    )

    def in_place(w, g):
        w -= g
        return w

    found = verdict(in_place, exercise)
    assert all(row.passed for row in found.rows if row.kind == "values")


def test_chance_comes_as_a_generator_of_numpys() -> None:
    exercise = made(lambda n, rng: rng.normal(size=n), cases=lambda draw: [(4, draw.chance()), (7, draw.chance())])
    assert verdict(lambda n, rng: rng.standard_normal(n), exercise).passed
    assert verdict(lambda n, rng: rng.uniform(size=n), exercise).points == 0


def test_a_crash_names_the_shapes_of_arrays() -> None:
    scope: dict = {"np": np}
    exec(compile("def answer(x):\n    y = np.ones((7, 9))\n    return x @ y\n", "<cell>", "exec"), scope)
    assert "`y` is (7, 9)" in said(scope["answer"])


def test_a_function_of_a_library_is_forbidden_by_its_dotted_name() -> None:
    exercise = made(lambda x: x.cumsum(-1), forbids=["numpy.cumulative_sum"])
    found = assess(
        exercise, lambda x: np.cumulative_sum(x, axis=-1), SEED, ["import numpy as np\ndoubled = np.cumulative_sum"]
    )
    assert found.points == 0 and "numpy.cumulative_sum: build it from array operations" in found.reason
    assert "`numpy.cumulative_sum`" in told(exercise)
    with pytest.raises(KeyError):
        concept_of("cumulative_sum")


def test_gradients_and_arrays_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="gradients= asks for those of tensors"):
        Question(probe=array_function, gradients=True)


def test_evidence_travels() -> None:
    from autograder.checking.packing import pack, unpack

    evidence = unpack(pack(collect(EXERCISE, lambda x: x + x, Handed.drawn(EXERCISE, SEED), Forbidden(), {})))
    assert verdict_on(EXERCISE, evidence, SEED, []).passed


def test_the_task_speaks_of_arrays() -> None:
    assert told(EXERCISE).startswith("**What counts.** Returns an array.")
