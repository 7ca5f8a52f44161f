"""Steps of the game: against the same step written with torch's loss, and what must not move, flow or change."""

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from gradschool.adversarial import steps


def players(seed=0, dtype=torch.float64):
    with torch.random.fork_rng():
        torch.manual_seed(seed)  # no bias before a normalisation: Adam would walk along its rounding errors
        first, last = nn.Linear(3, 5, bias=False), nn.Linear(5, 2)
        generator = nn.Sequential(first, nn.BatchNorm1d(5), nn.ReLU(), last)
        first, last = nn.Linear(2, 6, bias=False), nn.Linear(6, 1)
        discriminator = nn.Sequential(first, nn.BatchNorm1d(6), nn.LeakyReLU(0.2), last)
    return generator.to(dtype).eval(), discriminator.to(dtype).eval()


def optimizers(generator, discriminator, lr=0.1):
    return [torch.optim.Adam(net.parameters(), lr=lr, betas=(0.5, 0.999)) for net in (generator, discriminator)]


def weights(net):
    return {n: p.detach().clone() for n, p in net.named_parameters()}


def cross_entropy(logits, label):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def test_the_discriminators_step_is_torchs_and_the_generator_feels_nothing(normal):
    generator, discriminator = players()
    theirs, judge = copy.deepcopy(generator).train(), copy.deepcopy(discriminator).train()
    before, optimizer = weights(generator), optimizers(generator, discriminator)[1]
    for p in discriminator.parameters():
        p.grad = torch.ones_like(p)  # left by a generator's step
    loss = steps.discriminator_step(generator, discriminator, optimizer, normal(1, 6, 2), normal(2, 4, 3))
    expected = cross_entropy(judge(normal(1, 6, 2)), 1.0) + cross_entropy(judge(theirs(normal(2, 4, 3)).detach()), 0.0)
    expected.backward()
    optimizers(theirs, judge)[1].step()
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    assert_close(dict(discriminator.state_dict()), dict(judge.state_dict()))
    assert_close(weights(generator), before, rtol=0, atol=0)
    assert all(p.grad is None and p.requires_grad for p in generator.parameters())
    assert generator.training and discriminator.training


def test_the_generators_step_passes_through_a_discriminator_that_stays(normal):
    generator, discriminator = players()
    theirs, judge = copy.deepcopy(generator).train(), copy.deepcopy(discriminator).train()
    before, optimizer = weights(discriminator), optimizers(generator, discriminator)[0]
    for p in generator.parameters():
        p.grad = torch.ones_like(p)
    loss = steps.generator_step(generator, discriminator, optimizer, normal(2, 4, 3))
    expected = cross_entropy(judge(theirs(normal(2, 4, 3))), 1.0)
    expected.backward()
    optimizers(theirs, judge)[0].step()
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    assert_close(dict(generator.state_dict()), dict(theirs.state_dict()))
    assert_close(weights(discriminator), before, rtol=0, atol=0)
    assert all(p.requires_grad for p in discriminator.parameters())
    assert generator.training and discriminator.training


@pytest.mark.parametrize("target", [1.0, 0.9, 0.7])
def test_the_smoothed_loss_is_cross_entropy_with_that_label(target, normal):
    real, fake = normal(0, 5).requires_grad_(), normal(1, 4).requires_grad_()
    ours = steps.smoothed_discriminator_loss(real, fake, target)
    theirs = cross_entropy(real, target) + cross_entropy(fake, 0.0)
    assert_close(ours, theirs)
    assert_close(torch.autograd.grad(ours, (real, fake)), torch.autograd.grad(theirs, (real, fake)))


def test_an_epoch_without_smoothing_is_the_two_steps_in_turn(normal):
    batches = [(normal(i, n, 2), normal(i + 10, n, 3), normal(i + 20, n, 3)) for i, n in enumerate((5, 5, 3))]
    ours, theirs = players(), players()
    g_loss_d_loss = steps.train_gan_epoch(*ours, *optimizers(*ours), batches, target=1.0)
    g_optimizer, d_optimizer = optimizers(*theirs)
    losses = [
        (steps.discriminator_step(*theirs, d_optimizer, real, zd), steps.generator_step(*theirs, g_optimizer, zg))
        for real, zd, zg in batches
    ]
    for ours_, theirs_ in zip(ours, theirs, strict=True):
        assert_close(dict(ours_.state_dict()), dict(theirs_.state_dict()))
    assert g_loss_d_loss == pytest.approx([sum(part) / 3 for part in zip(*losses, strict=True)])


def test_an_epoch_needs_a_batch():
    nets = players()
    with pytest.raises(ValueError, match="at least one batch"):
        steps.train_gan_epoch(*nets, *optimizers(*nets), [])
