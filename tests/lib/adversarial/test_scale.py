"""One environment variable says how large the training demonstrations are."""

import pytest
import torch

from gradschool.adversarial.scale import scale


def test_as_printed_on_the_cpu_unless_told(monkeypatch):
    monkeypatch.delenv("GRADSCHOOL_SCALE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert (scale().times, scale().device.type) == (1, "cpu")


@pytest.mark.parametrize(("gpu", "kind"), [(True, "cuda"), (False, "cpu")])
def test_larger_on_a_gpu_where_there_is_one(gpu, kind, monkeypatch):
    monkeypatch.setenv("GRADSCHOOL_SCALE", "4")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    assert (scale().times, scale().device.type) == (4, kind)


@pytest.mark.parametrize("told", ["0", "-2", "1.5", "large", ""])
def test_anything_else_is_a_sentence(told, monkeypatch):
    monkeypatch.setenv("GRADSCHOOL_SCALE", told)
    with pytest.raises(ValueError, match="whole number from 1"):
        scale()
