"""Optimizers against torch.optim: the same gradients, fifty steps, parameter and state compared after each."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool.feedforward import optimizers as opt

# name in OPTIMIZERS, our settings, torch's optimizer with the same ones, torch's names for our state
PAIRS = {
    "SGD": ({"lr": 0.05}, lambda p: torch.optim.SGD(p, lr=0.05), ()),
    "momentum": (
        {"lr": 0.05, "mu": 0.8},
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8),
        ("momentum_buffer",),
    ),
    "Nesterov": (
        {"lr": 0.05, "mu": 0.8},
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True),
        ("momentum_buffer",),
    ),
    "AdaGrad": ({"lr": 0.3}, lambda p: torch.optim.Adagrad(p, lr=0.3), ("sum",)),
    "RMSProp": ({"lr": 0.05, "alpha": 0.9}, lambda p: torch.optim.RMSprop(p, lr=0.05, alpha=0.9), ("square_avg",)),
    "Adam": (
        {"lr": 0.1, "beta1": 0.8, "beta2": 0.95, "eps": 1e-3},
        lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.8, 0.95), eps=1e-3),
        ("exp_avg", "exp_avg_sq", "step"),
    ),
    "AdamW": (
        {"lr": 0.1, "weight_decay": 0.3},
        lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.3),
        ("exp_avg", "exp_avg_sq", "step"),
    ),
}


def loss(p):
    """Curved differently everywhere, so that a wrong state shows."""
    scale = torch.arange(1, p.numel() + 1, dtype=p.dtype).reshape(p.shape)
    return (scale * p**2).sum() / 2 + (3 * p).sin().sum()


def gradient(p):
    leaf = p.detach().clone().requires_grad_()
    return torch.autograd.grad(loss(leaf), leaf)[0]


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 2e-4)], ids=str)
def test_path_and_state_are_torchs(name, dtype, tolerance, normal):
    settings, make, state_names = PAIRS[name]
    p = normal(0, 2, 3, dtype=dtype)
    state = opt.OPTIMIZERS[name].start(p)
    theirs = p.clone().requires_grad_()
    optimizer = make([theirs])
    for _ in range(50):
        p, state = opt.OPTIMIZERS[name].move(p, gradient(p), state, **settings)
        optimizer.zero_grad()
        loss(theirs).backward()
        optimizer.step()
        assert_close(p, theirs.detach(), rtol=0, atol=tolerance)
        for ours, key in zip(state, state_names, strict=True):
            expected = torch.as_tensor(optimizer.state[theirs][key])
            assert_close(torch.as_tensor(ours), expected, rtol=tolerance, atol=tolerance, check_dtype=False)


@pytest.mark.parametrize("name", ["AdaGrad", "RMSProp", "Adam", "AdamW"])
def test_the_defaults_are_torchs(name, normal):
    make = {"AdaGrad": torch.optim.Adagrad, "RMSProp": torch.optim.RMSprop}.get(name) or getattr(torch.optim, name)
    start = normal(1, 4)
    theirs = start.clone().requires_grad_()
    optimizer = make([theirs])
    for _ in range(12):
        theirs.grad = gradient(theirs)
        optimizer.step()
    assert_close(opt.descend(name, gradient, start, 12)[-1], theirs.detach(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", PAIRS)
def test_a_step_leaves_its_arguments_and_a_zero_gradient_moves_nothing(name, normal):
    p, grad = normal(2, 3), normal(3, 3)
    state = opt.OPTIMIZERS[name].start(p)
    kept = [t.clone() for t in (p, grad, *state) if isinstance(t, torch.Tensor)]
    opt.OPTIMIZERS[name].step(p, grad, *state, lr=0.1)
    assert_close([t for t in (p, grad, *state) if isinstance(t, torch.Tensor)], kept, rtol=0, atol=0)
    if name != "AdamW":
        assert torch.equal(opt.OPTIMIZERS[name].move(p, 0 * grad, state, lr=0.1)[0], p)


def test_nesterovs_points_are_the_textbooks_look_ahead_points(normal):
    lr, mu = 0.05, 0.8
    theta, velocity = normal(4, 3), torch.zeros(3, dtype=torch.float64)
    ahead = []
    for _ in range(20):  # Sutskever et al. (2013), eq. 3-4
        ahead.append(theta + mu * velocity)
        velocity = mu * velocity - lr * gradient(theta + mu * velocity)
        theta = theta + velocity
    ours = opt.descend("Nesterov", gradient, normal(4, 3), 19, lr=lr, mu=mu)
    assert_close(ours, torch.stack(ahead), rtol=0, atol=1e-12)


def test_adams_first_step_is_the_sign_of_the_gradient(normal):
    grad = 10.0 ** torch.arange(-3, 4, dtype=torch.float64)
    zeros = torch.zeros_like(grad)
    p, _, _, t = opt.adam_step(zeros, grad, zeros, zeros, 0, lr=0.1)
    assert_close(p, torch.full_like(grad, -0.1), rtol=1e-4, atol=0)
    assert t == 1


def test_decoupled_decay_is_not_a_penalty(normal):
    p, grad = torch.tensor([1.0, 1.0]), torch.tensor([100.0, 0.01])
    zeros = torch.zeros(2)
    decayed = opt.adamw_step(p, grad, zeros, zeros, 0, lr=0.1, weight_decay=0.5)[0]
    plain = opt.adam_step(p, grad, zeros, zeros, 0, lr=0.1)[0]
    assert_close(plain - decayed, torch.full((2,), 0.05))  # lr λ p, whatever the gradient


@given(n=st.integers(0, 60), size=st.integers(1, 20), seed=st.integers(0, 999))
def test_minibatches_are_an_epoch(n, size, seed):
    batches = opt.minibatches(n, size, torch.Generator().manual_seed(seed))
    assert sorted(i for batch in batches for i in batch.tolist()) == list(range(n))
    assert len(batches) == -(-n // size)
    assert all(len(batch) == size for batch in batches[:-1])


def test_minibatches_follow_their_generator_and_no_other():
    generator = torch.Generator().manual_seed(0)
    before = torch.get_rng_state()
    first, second = (torch.cat(opt.minibatches(40, 7, generator)) for _ in range(2))
    assert torch.equal(before, torch.get_rng_state())
    assert not torch.equal(first, second)
    assert torch.equal(first, torch.cat(opt.minibatches(40, 7, torch.Generator().manual_seed(0))))


@pytest.mark.parametrize(("n", "size"), [(-1, 2), (5, 0)])
def test_impossible_batches_are_refused(n, size):
    with pytest.raises(ValueError, match="size at least 1"):
        opt.minibatches(n, size, torch.Generator())


def test_a_step_of_ones_own_can_descend(normal):
    start = normal(5, 3)
    halved = opt.OPTIMIZERS["SGD"]._replace(step=lambda p, grad, lr: p - lr * grad / 2)  # returns no tuple, as sgd_step
    assert_close(opt.descend(halved, gradient, start, 9, lr=0.1), opt.descend("SGD", gradient, start, 9, lr=0.05))
    listed = opt.OPTIMIZERS["momentum"]._replace(step=lambda *a, **s: list(opt.momentum_step(*a, **s)))
    assert_close(opt.descend(listed, gradient, start, 9, lr=0.1), opt.descend("momentum", gradient, start, 9, lr=0.1))
