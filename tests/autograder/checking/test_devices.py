"""What would stop on a GPU is told without one: tensors made beside the inputs are followed through the calls."""

import pytest
import torch

from autograder.checking.devices import Devices

X = torch.tensor([[1.0, 2.0], [3.0, 4.0]])

MIXES = {
    "torch.ones": lambda x: x + torch.ones(2),
    "torch.arange": lambda x: x * (2 * torch.arange(2)).view(1, 2),
    "torch.tensor": lambda x: x @ torch.tensor(x.tolist()),
    "torch.eye": lambda x: torch.cat([x, torch.eye(2)]),
    "torch.zeros": lambda x: torch.where(x > 1, x, torch.zeros(2, 2)),
}
FINE = {
    "device given": lambda x: x + torch.ones(2, device=x.device),
    "like": lambda x: torch.ones_like(x) + x.new_zeros(2),
    "moved": lambda x: x + torch.ones(2).to(x.device),
    "moved with a tensor": lambda x: x + torch.ones(2).to(x),
    "a lone number": lambda x: x * torch.tensor(2.0),
    "an index": lambda x: x[torch.arange(2)],
    "a shape": lambda x: x.flatten().view_as(torch.zeros(2, 2)),
    "numbers": lambda x: x * float(torch.ones(2).sum()),
}


def seen(answer):
    devices = Devices()
    with devices:
        result = answer(X)
    devices.returned(result)
    return devices.problem, devices.maker


@pytest.mark.parametrize("maker", MIXES)
def test_tensors_made_on_the_cpu_are_seen_where_they_meet_the_inputs(maker):
    assert seen(MIXES[maker]) == ("mixes", maker)


@pytest.mark.parametrize("name", FINE)
def test_what_runs_on_a_gpu_too_is_left_alone(name):
    assert seen(FINE[name]) == ("", "")


def test_a_result_that_stays_on_the_cpu_is_seen():
    assert seen(lambda x: torch.zeros(3) + 1) == ("moves", "torch.zeros")
    assert seen(lambda x: [x, torch.arange(3)]) == ("moves", "torch.arange")
