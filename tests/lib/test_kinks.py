"""Gradients where a function has a corner or a root of 0: finite, and those that torch or a limit gives."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from gradschool.adversarial import game, wasserstein
from gradschool.autoencoders import variational
from gradschool.convolutional import boxes, detection_metrics, hog, pooling
from gradschool.differentiation import root
from gradschool.feedforward import activations, clipping, losses, optimizers
from gradschool.recurrent import bags


def slopes(f, *tensors):
    leaves = [t.clone().requires_grad_() for t in tensors]
    return torch.autograd.grad(f(*leaves).sum(), leaves)


def test_clipping_leaves_zero_gradients_and_their_slopes_alone():
    zeros = [torch.zeros(2, 2), torch.zeros(3)]
    found = slopes(lambda a, b: torch.cat([g.flatten() for g in clipping.clip_by_global_norm([a, b], 1.0)[0]]), *zeros)
    assert_close(found, (torch.ones(2, 2), torch.ones(3)))
    short = [torch.tensor([0.3, 0.0]), torch.zeros(3)]
    found = slopes(lambda a, b: torch.cat(clipping.clip_by_global_norm([a, b], 1.0)[0]), *short)
    assert_close(found, (torch.ones(2), torch.ones(3)))
    long = torch.tensor([3.0, 4.0, 0.0], dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda g: clipping.clip_by_global_norm([g], 2.0)[0][0], long)


def test_the_root_of_0_is_flat():
    x = torch.tensor([0.0, 4.0, torch.inf, torch.nan])
    assert_close(root(x), x.sqrt(), rtol=0, atol=0, equal_nan=True)
    assert slopes(root, x)[0][:2].tolist() == [0, 0.25]


@pytest.mark.parametrize("step", [optimizers.adagrad_step, optimizers.rmsprop_step], ids=lambda f: f.__name__)
def test_steps_are_differentiable_at_a_zero_gradient(step):
    zeros = torch.zeros(3)
    to_p, to_grad, to_state = slopes(lambda p, g, s: step(p, g, s, lr=0.1)[0], torch.ones(3), zeros, zeros)
    assert_close(to_p, torch.ones(3))
    assert to_grad.isfinite().all() and to_state.tolist() == [0, 0, 0]


@pytest.mark.parametrize("step", [optimizers.adam_step, optimizers.adamw_step], ids=lambda f: f.__name__)
def test_adam_is_differentiable_at_a_zero_gradient(step):
    zeros = torch.zeros(3)
    found = slopes(lambda p, g, m, v: step(p, g, m, v, 0)[0], torch.ones(3), zeros, zeros, zeros)
    assert all(slope.isfinite().all() for slope in found)


def test_jensen_shannon_where_an_outcome_never_comes():
    """With respect to q, the slope at p = 0 is ½ log(q / m) = ½ log 2; at q = 0 it would be -∞, and is finite."""
    p, q = torch.tensor([0.0, 0.5, 0.5, 0.0]).double(), torch.tensor([0.5, 0.5, 0.0, 0.0]).double()
    to_p, to_q = slopes(game.js_divergence, p, q)
    assert_close(to_q[0], torch.tensor(math.log(2) / 2).double())
    assert to_p.isfinite().all() and to_q.isfinite().all()
    some = torch.tensor([0.3, 0.7]).double().requires_grad_(), torch.tensor([0.6, 0.4]).double().requires_grad_()
    assert torch.autograd.gradcheck(game.js_divergence, some)
    assert torch.autograd.gradgradcheck(game.js_divergence, some)


def test_the_same_distribution_twice_is_a_minimum():
    p = torch.tensor([0.2, 0.3, 0.5])
    assert_close(slopes(game.js_divergence, p, p), (torch.zeros(3), torch.zeros(3)))
    zeros = torch.zeros(1, 3)
    assert_close(slopes(variational.kl_divergence, zeros, zeros), (zeros, zeros))


def test_histograms_of_flat_images():
    x = torch.zeros(1, 1, 8, 8)
    x[..., 5, 6] = 1
    (found,) = slopes(lambda x: hog.hog(x, 4), x)
    assert found.isfinite().all() and found.abs().sum() > 0
    (found,) = slopes(lambda x: hog.hog(x, 4), torch.zeros(1, 1, 8, 8))
    assert (found == 0).all()


def test_of_equal_values_the_first_gets_the_gradient():
    ties = torch.tensor([[[[1.0, 3.0], [3.0, 3.0]]]])
    first = torch.tensor([[[[0.0, 1.0], [0.0, 0.0]]]])
    assert_close(slopes(pooling.global_max_pool, ties), (first,))
    assert_close(slopes(lambda x: F.adaptive_max_pool2d(x, 1), ties), (first,))
    assert_close(slopes(lambda x: pooling.max_pool2d(x, 2)[0], ties), (first,))


CORNERS = {
    "relu": (activations.relu, F.relu, 0.0),
    "leaky_relu": (activations.leaky_relu, F.leaky_relu, 0.0),
    "clipped_relu, below": (activations.clipped_relu, F.relu6, 0.0),
    "clipped_relu, above": (activations.clipped_relu, F.relu6, 6.0),
    "sigmoid": (activations.sigmoid, torch.sigmoid, 0.0),
    "tanh": (activations.tanh, torch.tanh, 0.0),
    "absolute_loss": (lambda z: losses.absolute_loss(z, 0 * z), lambda z: F.l1_loss(z, 0 * z), 0.0),
    "huber_loss": (lambda z: losses.huber_loss(z, 0 * z), lambda z: F.huber_loss(z, 0 * z), 0.0),
    "huber_loss, corner": (lambda z: losses.huber_loss(z, 0 * z), lambda z: F.huber_loss(z, 0 * z), 1.0),
    "hinge_loss": (lambda z: losses.hinge_loss(z, torch.ones_like(z)), lambda z: F.relu(1 - z).mean(), 1.0),
    "generator_loss": (game.generator_loss, lambda z: F.softplus(-z).mean(), 0.0),
}


@pytest.mark.parametrize("name", CORNERS)
def test_corners_have_torchs_slope(name):
    ours, theirs, z = CORNERS[name]
    there = torch.full((3,), z, dtype=torch.float64)
    assert_close(slopes(ours, there), slopes(theirs, there))


def test_nothing_to_share_and_nothing_to_scale():
    flat = torch.zeros(1, 4)
    empty = torch.zeros(1, 2, 2)
    words = torch.zeros(2, 3)
    for found in (
        slopes(boxes.iou, flat, flat),
        slopes(boxes.shape_iou, flat[:, :2], flat[:, :2]),
        slopes(detection_metrics.dice_score, empty, empty),
        slopes(game.optimal_discriminator, flat, flat),
        slopes(lambda b: bags.tf_idf(b, torch.ones(3)), words),
        slopes(lambda w: wasserstein.gradient_penalty(lambda x: x @ w, torch.ones(2, 3), torch.zeros(2, 3), torch.ones(2, 1)), torch.zeros(3)),
    ):  # fmt: skip
        assert all(slope.isfinite().all() for slope in found)
