"""The stage for a step of a game sees where gradients arrive, what may still learn, and starts from leftovers."""

import torch

from autograder.spec.draw import Draw
from autograder.spec.probes import Duel, discriminator_state, generator_state


def duel(**settings):
    draw = Draw(1)
    return Duel(generator_state(draw, 3, 4, 2), discriminator_state(draw, 2, 5), **settings), draw


def loss(game, noise, cut):
    made = game.generator(noise)
    return game.discriminator(made.detach() if cut else made).sum()


def test_gradients_that_reach_the_generator_are_seen_once():
    game, draw = duel()
    loss(game, draw.normal(4, 3), cut=True).backward()
    assert game.seen() == {"gradients reach the generator": False, "every parameter can learn": True}
    loss(game, draw.normal(4, 3), cut=False).backward()
    assert game.seen()["gradients reach the generator"]
    assert not game.seen()["gradients reach the generator"]


def test_a_gradient_asked_for_by_name_does_not_reach_the_other_network():
    game, draw = duel()
    torch.autograd.grad(loss(game, draw.normal(4, 3), cut=False), list(game.discriminator.parameters()))
    assert not game.seen()["gradients reach the generator"]


def test_a_network_left_frozen_is_seen():
    game, _ = duel()
    game.discriminator.requires_grad_(False)
    assert not game.seen()["every parameter can learn"]


def test_it_starts_in_evaluation_with_gradients_of_an_earlier_step():
    game, draw = duel()
    for network in game.networks.values():
        assert not network.training
        assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())
    assert game.discriminator(game.generator(draw.normal(4, 3))).shape == (4,)


def test_without_normalisation_samples_can_be_made_any_number_of_times():
    game, draw = duel(normalised=False)
    noise, before = draw.normal(4, 3), {n: t.clone() for n, t in game.generator.state_dict().items()}
    game.generator.train()
    assert torch.equal(game.generator(noise), game.generator(noise))
    assert all(torch.equal(t, before[n]) for n, t in game.generator.state_dict().items())
