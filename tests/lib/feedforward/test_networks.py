"""The small networks of the lessons are torch's, with any function between the layers."""

import torch
from torch.testing import assert_close

from gradschool.feedforward.networks import Apply, two_layers
from gradschool.training import seeded


def test_two_layers_are_torchs_own_of_the_same_seed():
    x = torch.randn(5, 3, generator=torch.Generator().manual_seed(1)).double()
    with seeded(7):
        theirs = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)).double()
    assert_close(two_layers(3, 4, 2, torch.tanh, seed=7)(x), theirs(x), rtol=0, atol=0)


def test_gradients_pass_through_an_applied_function():
    z = torch.tensor([0.5, -2.0], requires_grad=True)
    Apply(lambda z: z**3)(z).sum().backward()
    assert_close(z.grad, torch.tensor([0.75, 12.0]))
