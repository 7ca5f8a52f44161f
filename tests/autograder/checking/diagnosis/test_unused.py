"""An argument that an answer never reads, though every right answer does."""

import pytest

from autograder.checking.diagnosis.unused import unused
from autograder.spec import catalogue


def titles(exercise_id: str, source: str) -> list[str]:
    return [title for title, _ in unused(catalogue.find(exercise_id), ["x = 1", source])]


def test_an_argument_never_read_is_told() -> None:
    source = "def adain(x, scale, shift, eps=1e-5):\n    return x * scale[:, :, None, None] + shift[:, :, None, None]"
    assert titles("adain", source) == ["never uses `eps`"]


def test_a_value_of_its_own_is_told() -> None:
    source = "def leaky_relu(z, slope=0.01):\n    slope = 0.2\n    return z.clamp(min=0) + slope * z.clamp(max=0)"
    assert titles("leaky_relu", source) == ["gives `slope` another value before it reads it"]


@pytest.mark.parametrize(
    "source",
    [
        "def leaky_relu(z, slope=0.01):\n    slope = float(slope)\n    return z + slope",
        "def leaky_relu(z, slope=0.01):\n    return (lambda: z * slope)()",
        "def leaky_relu(z, slope=0.01):\n    return eval('z * slope')",
        "def leaky_relu(z, slope=0.01):\n    if z.ndim:\n        slope = slope * 2\n    return z * slope",
        "def another(z, slope=0.01):\n    return z",
        "def leaky_relu(z, slope",
        "leaky_relu = lambda z, slope=0.01: z",
        "\0",
    ],
)
def test_nothing_is_told_of_an_argument_that_is_read_or_of_what_cannot_be_read(source: str) -> None:
    assert titles("leaky_relu", source) == []


def test_the_last_definition_counts() -> None:
    first = "def leaky_relu(z, slope=0.01):\n    return z"
    second = "%timeit 1\ndef leaky_relu(z, slope=0.01):\n    return z * slope"
    assert [t for t, _ in unused(catalogue.find("leaky_relu"), [first, second])] == []


def test_methods_of_a_class_are_read_one_by_one() -> None:
    source = (
        "class EarlyStopping:\n"
        "    def __init__(self, patience=3, min_delta=0.0):\n        self.patience = patience\n"
        "    def step(self, loss):\n        return False\n"
    )
    assert "never uses `min_delta`" in titles(
        "early_stopping", source.replace("EarlyStopping", _answer("early_stopping"))
    )


def _answer(exercise_id: str) -> str:
    return catalogue.find(exercise_id).answer
