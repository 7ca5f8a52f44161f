"""The fast gradient sign method, on small networks that are smooth, so that no sign hangs on rounding."""

from typing import Any

import torch
from torch import nn

from autograder.spec import Case, Question
from autograder.spec.probes import function_of, named, probe


class Net(nn.Module):
    """Two dense layers; pixels whose weights are 0 it does not see."""

    def __init__(self, state):
        super().__init__()
        self.first, self.second = (nn.Parameter(state[name]) for name in ("first", "second"))

    def forward(self, x):
        return torch.tanh(x.flatten(1) @ self.first.T) @ self.second.T


@probe("net", "x", "y", "eps", device=False)
def attacked(answer: Any, args: tuple, returns: Any, gradients: bool) -> dict[str, Any]:
    """What comes back; what is left behind in the network and in the caller's images is watched in any case."""
    state, x, y, eps = args
    return named(function_of(answer)(Net(state), x, y, eps), returns)


def case(draw, shape, classes, eps, note="", blind=0):
    x = draw.uniform(0, 1, *shape)
    x.flatten(1)[:, 1::3] = x.flatten(1)[:, 1::3].round()  # ink and paper: many pixels are exactly 0 or 1
    pixels = x[0].numel()
    state = {"first": draw.normal(7, pixels) / pixels**0.5, "second": draw.normal(classes, 7)}
    state["first"][:, :blind] = 0
    return Case((state, x, draw.integers(0, classes, len(x)), eps), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, (4, 1, 3, 4), 3, 0.1),
        case(draw, (1, 2, 2, 3), 4, 0.3, "one image with two channels"),
        case(draw, (5, 1, 4, 2), 2, 0.05, "some pixels that the network does not see", blind=3),
        case(draw, (3, 1, 2, 2), 3, 0.0, "a step of 0"),
        case(draw, (2, 6), 3, 0.2, "images in rows"),
    ],
    returns=("images",),
    probe=attacked,
)

# %% what is right, and what is wrong
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes import writes_into
from autograder.spec.mistakes.common import same
from gradschool.convolutional import attacks

exercise = Exercise(
    question,
    attacks.fgsm_attack,
    points=4,
)


def slope(net, x, y):
    inputs = x.clone().requires_grad_()
    return torch.autograd.grad(F.cross_entropy(net(inputs), y), inputs)[0]


def right(
    net, x, y, eps, *, gradient=slope, direction=torch.sign, moved=lambda x, step: x + step, cut=lambda x: x.clamp(0, 1)
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    return cut(moved(x, eps * direction(gradient(net, x, y))))


wrong = exercise.variants(right)
wrong(
    "lowers the loss: it helps the network",
    "Does the network's loss on your images rise or fall with eps?",
    "Gradient descent subtracts the gradient. Which way do you want to go here?",
    moved=lambda x, step: x - step,
)
wrong(
    "adds the gradient itself, not its sign",
    "By how much does each pixel of yours change? By how much may it?",
    direction=same,
)
wrong(
    "divides the gradient by its length, where its sign is asked for",
    "By how much does each pixel of yours change? All by the same?",
    direction=lambda g: g / g.flatten(1).norm(dim=1).reshape(-1, *[1] * (g.ndim - 1)),
)
wrong(
    "lets pixels leave the range from 0 to 1",
    "Print the least and the greatest value of your images. Could a camera have taken them?",
    cut=same,
)
wrong(
    "attacks the class that the network says, where the true one is given",
    "What do you pass to the loss as its target, and what is `y` for?",
    gradient=lambda net, x, y: slope(net, x, net(x).argmax(1)),
)
wrong(
    "moves pixels whose gradient is 0 as well",
    "What is the sign of 0? And what does `gradient > 0` say of it?",
    direction=lambda g: torch.where(g > 0, 1.0, -1.0),
)
wrong(
    "returns what is added, not the images",
    "Draw one of your images. Is the digit in it?",
    moved=lambda x, step: step,
    cut=same,
)


@exercise.misconception(
    "leaves gradients behind in the network",
    "Print `p.grad` of the network's parameters after your attack. Who will add to them next?",
    "Which function returns a gradient, in place of storing gradients everywhere?",
)
def leaves_gradients(net, x, y, eps):
    inputs = x.clone().requires_grad_()
    F.cross_entropy(net(inputs), y).backward()
    return right(net, x, y, eps, gradient=lambda *_: inputs.grad)


@exercise.mistake(writes_into("images", "x"))
def in_place(net, x, y, eps):
    return x.copy_(right(net, x, y, eps))


@exercise.alternative
def cleared_afterwards(net, x, y, eps):
    images = x.detach().clone()
    images.requires_grad = True
    F.cross_entropy(net(images), y, reduction="sum").backward()
    for p in net.parameters():
        p.grad = None
    with torch.no_grad():
        images += eps * torch.sign(images.grad)
        return images.clamp_(0, 1).detach()


@exercise.alternative
def image_by_image(net, x, y, eps):
    rows = []
    for image, label in zip(x, y, strict=True):
        delta = torch.zeros_like(image, requires_grad=True)
        scores = net((image + delta)[None])[0]
        loss = scores.logsumexp(0) - scores[label]
        rows.append(image + eps * torch.autograd.grad(loss, delta)[0].sign())
    return torch.stack(rows).clip(0, 1)


@exercise.alternative
def with_func(net, x, y, eps):
    gradient = torch.func.grad(lambda images: F.cross_entropy(net(images), y))(x)
    moved = x + eps * ((gradient > 0).to(x) - (gradient < 0).to(x))
    return torch.minimum(torch.maximum(moved, torch.zeros_like(x)), torch.ones_like(x))
