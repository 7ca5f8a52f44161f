"""The device is CUDA where there is one; importing the package costs no more than torch."""

import subprocess
import sys

import pytest
import torch

import gradschool


@pytest.mark.parametrize(("available", "kind"), [(True, "cuda"), (False, "cpu")])
def test_cuda_where_there_is_one(available, kind, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    assert gradschool.device().type == kind


def test_the_package_is_light_to_import():
    heavy = {"matplotlib", "sklearn", "ipywidgets", "pooch", "IPython", "nbgrader"}
    # the submodule has the function's name, and must not take its place
    code = "import sys, gradschool, gradschool.device; print(gradschool.device(), *sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    device, *modules = answer.stdout.split()
    assert device in ("cpu", "cuda")
    assert not {m.partition(".")[0] for m in modules} & heavy
