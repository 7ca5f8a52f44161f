"""The device is CUDA where there is one; importing the package costs no more than torch."""

import subprocess
import sys

import pytest
import torch

import gradschool


@pytest.mark.parametrize(("available", "kind"), [(True, "cuda"), (False, "cpu")])
def test_cuda_where_there_is_one(available, kind, monkeypatch):
    monkeypatch.delenv("GRADSCHOOL_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    assert gradschool.device().type == kind


@pytest.fixture
def apple(monkeypatch):
    monkeypatch.delenv("GRADSCHOOL_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)


def test_on_an_apple_computer_it_is_the_cpu_unless_asked(apple, monkeypatch):
    assert gradschool.device() == torch.device("cpu")
    monkeypatch.setenv("GRADSCHOOL_DEVICE", "mps")
    assert gradschool.device() == torch.device("mps")


@pytest.mark.parametrize("told", ["cuda", "tpu", "cuda:0"])
def test_a_device_that_is_not_here_is_a_sentence(apple, monkeypatch, told):
    monkeypatch.setenv("GRADSCHOOL_DEVICE", told)
    with pytest.raises(
        ValueError, match=f"GRADSCHOOL_DEVICE is '{told}', which torch does not find here. It finds: cpu, mps"
    ):
        gradschool.device()


def test_the_package_is_light_to_import():
    heavy = {"matplotlib", "sklearn", "ipywidgets", "pooch", "IPython", "nbgrader"}
    # the submodule has the function's name, and must not take its place
    code = "import sys, gradschool, gradschool.device; print(gradschool.device(), *sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    device, *modules = answer.stdout.split()
    assert device in ("cpu", "cuda")
    assert not {m.partition(".")[0] for m in modules} & heavy
