"""Reconstruction losses and steps of training against torch's own, and what the values mean."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool.autoencoders.corruption import gaussian_noise
from gradschool.autoencoders.networks import Autoencoder
from gradschool.autoencoders.reconstruction import reconstruction_loss
from gradschool.autoencoders.steps import denoising_step, train_autoencoder_step
from gradschool.training import generator, seeded

THEIRS = {"mse": F.mse_loss, "bce": F.binary_cross_entropy_with_logits}


@pytest.mark.parametrize("kind", THEIRS)
@pytest.mark.parametrize("shape", [(5, 7), (1, 3), (4, 1, 3, 2)], ids=str)
def test_losses_and_their_gradients_are_torchs_summed_over_pixels(kind, shape, normal):
    output, x = normal(0, *shape).requires_grad_(), normal(1, *shape).sigmoid()
    ours, theirs = reconstruction_loss(output, x, kind), THEIRS[kind](output, x, reduction="sum") / len(x)
    assert_close(ours, theirs)
    assert_close(torch.autograd.grad(ours, output), torch.autograd.grad(theirs, output))


def test_the_gradient_of_both_is_an_error():
    output, x = (
        torch.tensor([[0.3, -1.0]], dtype=torch.float64, requires_grad=True),
        torch.tensor([[0.2, 0.9]]).double(),
    )
    (by_squares,) = torch.autograd.grad(reconstruction_loss(output, x, "mse"), output)
    (by_entropy,) = torch.autograd.grad(reconstruction_loss(output, x, "bce"), output)
    assert_close(by_squares, 2 * (output - x).detach())
    assert_close(by_entropy, (output.sigmoid() - x).detach())


def test_logits_of_ten_thousand_are_finite():
    output = torch.tensor([[1e4, -1e4, 1e4, -1e4]], requires_grad=True)
    loss = reconstruction_loss(output, torch.tensor([[1.0, 0.0, 0.0, 1.0]]), "bce")
    assert loss == 2e4
    assert_close(torch.autograd.grad(loss, output)[0], torch.tensor([[0.0, 0.0, 1.0, -1.0]]))


@given(x=st.floats(0.01, 0.99))
def test_a_perfect_reconstruction_of_a_grey_pixel_costs_its_entropy(x):
    grey = torch.full((1, 1), x, dtype=torch.float64)
    entropy = torch.distributions.Bernoulli(grey).entropy().sum()
    assert_close(reconstruction_loss(grey.logit(), grey, "bce"), entropy)
    assert reconstruction_loss(grey, grey, "mse") == 0


def test_other_kinds_are_refused():
    with pytest.raises(ValueError, match='kind is "mse" or "bce"'):
        reconstruction_loss(torch.zeros(2, 3), torch.zeros(2, 3), "l1")


def trained_by(step, *args, kind="mse"):
    """Parameters and losses after three steps from the same start."""
    with seeded(0):
        net = Autoencoder([6, 5, 2]).double()
    net.eval()
    optimizer = torch.optim.Adam(net.parameters(), 0.01)
    x = torch.rand(8, 6, generator=generator(1)).double()
    losses = [step(net, optimizer, x, *args, kind) for _ in range(3)]
    assert net.training
    return losses, [p.detach() for p in net.parameters()]


@pytest.mark.parametrize("kind", THEIRS)
def test_a_step_is_what_torch_would_do(kind):
    def by_hand(net, optimizer, x, kind):
        net.train()
        optimizer.zero_grad()
        loss = THEIRS[kind](net(x), x, reduction="sum") / len(x)
        loss.backward()
        optimizer.step()
        return loss.item()

    assert_close(trained_by(train_autoencoder_step, kind=kind), trained_by(by_hand, kind=kind))


def test_without_noise_denoising_is_reconstruction_and_with_it_noise_is_drawn_anew():
    seen = []

    def corrupt(x, chance):
        seen.append(gaussian_noise(x, 0.1, chance))
        return seen[-1]

    plain = trained_by(train_autoencoder_step)
    clean = trained_by(denoising_step, lambda x, chance: x, generator(0))
    noisy = trained_by(denoising_step, corrupt, generator(0))
    assert_close(plain, clean)
    assert len(seen) == 3 and not torch.equal(seen[0], seen[1])
    assert noisy[0][0] != clean[0][0]


def test_the_target_is_clean():
    """With noise that wipes the input out, the best answer is the mean of the clean images."""
    net = torch.nn.Linear(3, 3).double()
    optimizer = torch.optim.SGD(net.parameters(), 0.2)
    x = torch.rand(6, 3, generator=generator(0)).double()
    for _ in range(200):
        denoising_step(net, optimizer, x, lambda x, chance: torch.zeros_like(x), generator(0))
    assert_close(net.bias.detach(), x.mean(dim=0))
