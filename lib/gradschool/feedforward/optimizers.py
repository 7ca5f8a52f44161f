"""Optimizers: many ways down from the same gradient, each as one step on one tensor.

Every step takes the parameter, its gradient, the optimizer's own state and its settings, and returns the new parameter
and the new state; the arguments stay as they are. States start as zeros (a step count as 0). Conventions and defaults
are torch's; where a textbook differs, the docstring says so.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gradschool.differentiation import root


def minibatches(n: int, size: int, generator: torch.Generator) -> list[Int[Tensor, " batch"]]:
    """Indices of one epoch: 0 … n-1 in random order, `size` at a time; the last batch is shorter if it must be.

    Raises:
        ValueError: n below 0 or size below 1.

    Source: Goodfellow, Bengio & Courville (2016), section 8.1.3.
    """
    if n < 0 or size < 1:
        raise ValueError(f"n is at least 0 and size at least 1; got n={n}, size={size}")
    order = torch.randperm(n, generator=generator, device=generator.device)
    return [order[start : start + size] for start in range(0, n, size)]


def sgd_step(p: Float[Tensor, "*shape"], grad: Float[Tensor, "*shape"], lr: float) -> Float[Tensor, "*shape"]:
    """Gradient descent: p - lr g. It is called stochastic where g comes from a mini-batch.

    Source: Robbins & Monro (1951); Goodfellow, Bengio & Courville (2016), algorithm 8.1.
    """
    return p - lr * grad


def momentum_step(
    p: Float[Tensor, "*shape"], grad: Float[Tensor, "*shape"], v: Float[Tensor, "*shape"], lr: float, mu: float = 0.9
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """Step along a running sum of gradients: v ← μ v + g, p ← p - lr v. Returns (p, v).

    The learning rate stays outside the velocity, so that changing it acts at once on the whole of it. Many textbooks
    put it inside (v ← μ v - lr g, p ← p + v): the same path as long as the rate is constant.

    Source: Polyak (1964); Sutskever, Martens, Dahl & Hinton (2013), eq. 1-2.
    """
    v = mu * v + grad
    return p - lr * v, v


def nesterov_step(
    p: Float[Tensor, "*shape"], grad: Float[Tensor, "*shape"], v: Float[Tensor, "*shape"], lr: float, mu: float = 0.9
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """Momentum that looks ahead: v ← μ v + g, p ← p - lr (g + μ v). Returns (p, v).

    This is torch's form, where p is the point ahead at which the next gradient is taken. The textbook's iterates are
    other points of the same run: its look-ahead points are these p.

    Source: Nesterov (1983); Sutskever, Martens, Dahl & Hinton (2013), eq. 3-4, in the variables of Bengio,
    Boulanger-Lewandowski & Pascanu (2013).
    """
    v = mu * v + grad
    return p - lr * (grad + mu * v), v


def adagrad_step(
    p: Float[Tensor, "*shape"],
    grad: Float[Tensor, "*shape"],
    s: Float[Tensor, "*shape"],
    lr: float = 0.01,
    eps: float = 1e-10,
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """A rate of its own for each weight: s ← s + g², p ← p - lr g / (√s + ε). Returns (p, s).

    s only ever grows, so that rarely used weights keep large steps, and all steps shrink.

    Source: Duchi, Hazan & Singer (2011).
    """
    s = s + grad**2
    return p - lr * grad / (root(s) + eps), s


def rmsprop_step(
    p: Float[Tensor, "*shape"],
    grad: Float[Tensor, "*shape"],
    s: Float[Tensor, "*shape"],
    lr: float = 0.01,
    alpha: float = 0.99,
    eps: float = 1e-8,
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """AdaGrad that forgets: s ← α s + (1 - α) g², p ← p - lr g / (√s + ε). Returns (p, s).

    ε stands outside the root, as in torch.

    Source: Tieleman & Hinton (2012), Coursera lecture 6.5; Goodfellow, Bengio & Courville (2016), algorithm 8.5 has ε
    inside.
    """
    s = alpha * s + (1 - alpha) * grad**2
    return p - lr * grad / (root(s) + eps), s


def adam_step(
    p: Float[Tensor, "*shape"],
    grad: Float[Tensor, "*shape"],
    m: Float[Tensor, "*shape"],
    v: Float[Tensor, "*shape"],
    t: int,
    lr: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"], Float[Tensor, "*shape"], int]:
    """Momentum over RMSProp, both corrected for their start at zero.

    m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²,  p ← p - lr m̂ / (√v̂ + ε)
    with m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ), where t counts this step too.

    Args:
        m, v: running means of g and g², uncorrected.
        t: steps taken before this one: 0 in the first.

    Returns:
        (p, m, v, t), the means uncorrected and t one larger.

    Source:
        Kingma & Ba (2015), algorithm 1.
    """
    t = t + 1
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return p - lr * m_hat / (root(v_hat) + eps), m, v, t


def adamw_step(
    p: Float[Tensor, "*shape"],
    grad: Float[Tensor, "*shape"],
    m: Float[Tensor, "*shape"],
    v: Float[Tensor, "*shape"],
    t: int,
    lr: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 0.01,
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"], Float[Tensor, "*shape"], int]:
    """Adam with decoupled weight decay: p shrinks by the factor 1 - lr λ, then takes Adam's step.

    A penalty in the loss would pass through Adam's division, and weights with large gradients would hardly decay.
    Arguments and results are those of `adam_step`.

    Source: Loshchilov & Hutter (2019), algorithm 2.
    """
    return adam_step(p - lr * weight_decay * p, grad, m, v, t, lr, beta1, beta2, eps)


class Optimizer(NamedTuple):
    """A step and the state that it starts from, for a parameter p."""

    step: Callable[..., Any]
    start: Callable[[Tensor], tuple[Any, ...]]

    def move(self, p: Tensor, grad: Tensor, state: Sequence[Any], **settings: float) -> tuple[Tensor, tuple[Any, ...]]:
        """One step from p: the new parameter, and the new state, which is empty where the step keeps none."""
        moved = self.step(p, grad, *state, **settings)
        p, *state = (moved,) if isinstance(moved, Tensor) else moved
        return p, tuple(state)


def _moments(p: Tensor) -> tuple[Tensor, Tensor, int]:
    return torch.zeros_like(p), torch.zeros_like(p), 0


def _one(p: Tensor) -> tuple[Tensor]:
    return (torch.zeros_like(p),)


#: Every optimizer by its name, to be raced: `descend("Adam", gradient, start, 100, lr=0.1)`.
OPTIMIZERS: dict[str, Optimizer] = {
    "SGD": Optimizer(sgd_step, lambda p: ()),
    "momentum": Optimizer(momentum_step, _one),
    "Nesterov": Optimizer(nesterov_step, _one),
    "AdaGrad": Optimizer(adagrad_step, _one),
    "RMSProp": Optimizer(rmsprop_step, _one),
    "Adam": Optimizer(adam_step, _moments),
    "AdamW": Optimizer(adamw_step, _moments),
}


def descend(
    optimizer: str | Optimizer,
    gradient: Callable[[Tensor], Tensor],
    start: Float[Tensor, "*shape"],
    steps: int,
    **settings: float,
) -> Float[Tensor, "points *shape"]:
    """The path of one optimizer: the start and the points after 1 … `steps` steps, from an optimizer's own defaults.

    Args:
        optimizer: one of `OPTIMIZERS` by its name, or another one.
        gradient: takes a point, returns the gradient there.
        settings: lr, mu, beta1 …, by name.

    Raises:
        KeyError: no optimizer of this name.
    """
    chosen = OPTIMIZERS[optimizer] if isinstance(optimizer, str) else optimizer
    p, state = start, chosen.start(start)
    path = [p]
    for _ in range(steps):
        p, state = chosen.move(p, gradient(p), state, **settings)
        path.append(p)
    return torch.stack(path)


# The same in torch.optim: SGD(lr, momentum=mu, nesterov=True), Adagrad(lr), RMSprop(lr, alpha), Adam(lr, betas) and
# AdamW(lr, betas, weight_decay) hold the state of all parameters and change them in place at each step().
