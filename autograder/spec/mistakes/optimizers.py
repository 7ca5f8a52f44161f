"""Steps of optimizers: the direction, the rate, and what is handed on to the next step.

A step is `step(p, grad, *state, lr, *settings)`. It returns the new p and the new state, or p alone.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from autograder.spec.mistakes.common import writes_into
from autograder.spec.mistakes.mistake import Mistake, Wrong

Step = Callable[..., Any]

UPHILL = Mistake(
    "uphill",
    "climbs the slope",
    (
        "In which direction does the gradient point: to a greater loss, or to a smaller one?",
        "In the first step, should a weight with a positive gradient grow or shrink?",
    ),
)
NO_LEARNING_RATE = Mistake(
    "no-learning-rate",
    "does not use the learning rate",
    ("What should happen when lr is 0?", "What should change when lr is halved?"),
)
UNIT_LENGTH = Mistake(
    "unit-length",
    "takes steps of one length, however steep it is",
    ("How far should a step go where the gradient is nearly zero?",),
)
PARAMETER_SCALED = Mistake(
    "parameter-scaled",
    "scales the parameter as well as the gradient",
    ("Where should the parameter be after a step with a gradient of zero?",),
)
ONLY_THE_CHANGE = Mistake(
    "only-the-change",
    "returns the change, not the new parameter",
    ("Where should the parameter be when the gradient is zero? What do you return there?",),
)
MEAN_OF_THE_GRADIENT = Mistake(
    "mean-of-the-gradient",
    "moves every weight by the mean of the gradient",
    (
        "Which weights does the second entry of the gradient speak about?",
        "Over what was the mean taken already, before the gradient came to you?",
    ),
)
STATE_UNCHANGED = Mistake(
    "state-unchanged",
    "returns the {state} that it was given",
    ("How should the {state} at step 2 differ from that at step 1?",),
)
STATE_FIRST = Mistake(
    "state-first",
    "returns the {state} first",
    ("In which order does the task list what is to be returned?",),
)
RATE_INSIDE = Mistake(
    "rate-inside",
    "keeps the learning rate inside the velocity, as many textbooks do",
    (
        "The rate falls to a tenth between two steps. Which part of your velocity still moves at the old rate?",
        "In which of the two lines of the task does lr stand?",
    ),
)
RATE_INSIDE_DOWNHILL = Mistake(
    "rate-inside-downhill",
    "keeps a velocity that points downhill and contains the learning rate, as many textbooks do",
    ("What sign has the velocity of the task after one step from rest, and which factors does it contain?",),
)
MEAN_OF_GRADIENTS = Mistake(
    "mean-of-gradients",
    "averages the gradients, where the task sums them up",
    ("With a gradient that is always 1 and μ = 0.9, where does the task's velocity settle, and where does yours?",),
)
FADES_THE_GRADIENT = Mistake(
    "fades-the-gradient",
    "fades the new gradient, not the old velocity",
    ("After a hundred steps without any gradient, how fast should it still be moving?",),
)
VELOCITY_FORGOTTEN = Mistake(
    "velocity-forgotten",
    "forgets the velocity between steps",
    ("What is handed on to the next step as `v`, and does it still know the gradients before this one?",),
)
EPS_INSIDE_ROOT = Mistake(
    "eps-inside-root",
    "puts ε inside the root",
    ("Where nothing has been collected yet and ε = 0.01, what do you divide by? What does the task divide by?",),
)
NO_ROOT = Mistake(
    "no-root",
    "divides by the squares themselves, without a root",
    ("Multiply the loss by 10. What should happen to the first step, and what happens to yours?",),
)
NO_EPS = Mistake(
    "no-eps",
    "divides zero by zero where a weight has had no gradient yet",
    (
        "What is s, and what is the gradient, of a weight whose feature has not occurred so far?",
        "Which of the task's arguments do you not use?",
    ),
)
OLD_SQUARES = Mistake(
    "old-squares",
    "divides by the squares before this step's gradient entered them",
    ("In the first step s is 0. What do you divide by?",),
)
STORES_THE_ROOT = Mistake(
    "stores-the-root",
    "returns the root of what it has collected",
    ("The next step adds a square to what you return. To what should it be added?",),
)
SIZES_FOR_SQUARES = Mistake(
    "sizes-for-squares",
    "collects the gradients' sizes, not their squares",
    ("Gradients of 3 and -4 have come. What does the task's s hold of them, and what does yours?",),
)
ONE_SUM_FOR_ALL = Mistake(
    "one-sum-for-all",
    "collects one number for all weights",
    (
        "One weight's gradients are a hundred times another's. Should they share a rate?",
        "Which shape does the task give to s?",
    ),
)


def of_descent(each: Callable[[Step], Step] = lambda step: step, tiny: float = 1e-12) -> list[Wrong]:
    """Of plain descent: `each` makes an answer of a step that moves one tensor; `tiny` is added to lengths."""
    return [
        (UPHILL, each(lambda p, grad, lr: p + lr * grad)),
        (NO_LEARNING_RATE, each(lambda p, grad, lr: p - grad)),
        (UNIT_LENGTH, each(lambda p, grad, lr: p - lr * grad / (grad.norm() + tiny))),
        (PARAMETER_SCALED, each(lambda p, grad, lr: lr * (p - grad))),
        (ONLY_THE_CHANGE, each(lambda p, grad, lr: -lr * grad)),
        (MEAN_OF_THE_GRADIENT, each(lambda p, grad, lr: p - lr * grad.mean())),
    ]


def with_state(step: Step, state: str) -> list[Wrong]:
    """Of any step that has a state, from the right one."""

    def uphill(p: Tensor, *rest: Any) -> Any:
        moved, *new = step(p, *rest)
        return 2 * p - moved, *new

    def unchanged(p: Tensor, grad: Tensor, *rest: Any) -> Any:
        moved, *new = step(p, grad, *rest)
        return moved, *rest[: len(new)]

    def state_first(*args: Any) -> Any:
        moved, *new = step(*args)
        return *new, moved

    return [
        (UPHILL, uphill),
        (STATE_UNCHANGED.told(state=state), unchanged),
        (STATE_FIRST.told(state=state), state_first),
    ]


def of_velocity(direction: Callable[[Any, Tensor, float], Any]) -> list[Wrong]:
    """Of a step along `direction(grad, v, mu)`, where v is the new velocity: `step(p, grad, v, lr, mu)`."""

    def step(
        p: Tensor, grad: Tensor, v: Tensor, lr: float, mu: float,
        velocity: Callable[..., Tensor] = lambda grad, v, mu: mu * v + grad,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        v = velocity(grad, v, mu)
        return p - lr * direction(grad, v, mu), v

    def rate_inside(p: Tensor, grad: Tensor, v: Tensor, lr: float, mu: float) -> tuple[Tensor, Tensor]:
        v = mu * v + lr * grad
        return p - direction(lr * grad, v, mu), v

    def rate_inside_downhill(p: Tensor, grad: Tensor, v: Tensor, lr: float, mu: float) -> tuple[Tensor, Tensor]:
        v = mu * v - lr * grad
        return p - direction(lr * grad, -v, mu), v

    def forgotten(p: Tensor, grad: Tensor, v: Tensor, lr: float, mu: float) -> tuple[Tensor, Tensor]:
        return step(p, grad, v, lr, mu)[0], grad

    return [
        *with_state(step, "velocity"),
        (RATE_INSIDE, rate_inside),
        (RATE_INSIDE_DOWNHILL, rate_inside_downhill),
        (MEAN_OF_GRADIENTS, partial(step, velocity=lambda grad, v, mu: mu * v + (1 - mu) * grad)),
        (FADES_THE_GRADIENT, partial(step, velocity=lambda grad, v, mu: v + mu * grad)),
        (VELOCITY_FORGOTTEN, forgotten),
        (writes_into("velocity", "v"), partial(step, velocity=lambda grad, v, mu: v.mul_(mu).add_(grad))),
    ]


def with_divisor(step: Step) -> list[Wrong]:
    """Of a step that divides by `divisor(squares, eps)`, a setting of `step`: √squares + ε is right."""
    return [
        (EPS_INSIDE_ROOT, partial(step, divisor=lambda s, eps: (s + eps).sqrt())),
        (NO_ROOT, partial(step, divisor=lambda s, eps: s + eps)),
    ]


def of_squares(fold: Callable[..., Tensor], state: str) -> list[Wrong]:
    """Of a step that divides by the root of s, the fold of all squares: `fold(s, square, *decay)` is the new s."""

    def step(
        p: Tensor, grad: Tensor, s: Tensor, lr: float, *rest: float, measure: Callable[[Tensor], Tensor] = torch.square,
        divisor: Callable[[Tensor, float], Tensor] = lambda s, eps: s.sqrt() + eps, old: bool = False,
        kept: Callable[[Tensor], Tensor] = lambda s: s,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        *decay, eps = rest
        new = fold(s, measure(grad), *decay)
        return p - lr * grad / divisor(s if old else new, eps), kept(new)

    return [
        *with_state(step, state),
        *with_divisor(step),
        (NO_EPS, partial(step, divisor=lambda s, eps: s.sqrt())),
        (OLD_SQUARES, partial(step, old=True)),
        (STORES_THE_ROOT, partial(step, kept=torch.sqrt)),
        (SIZES_FOR_SQUARES, partial(step, measure=torch.abs)),
        (ONE_SUM_FOR_ALL, partial(step, measure=lambda grad: grad.square().sum())),
    ]
