"""StyleGAN's mapping network."""

from autograder.spec import Case, Question
from autograder.spec.probes import module


def case(draw, batch, latent, width, depth, note=""):
    state = {}
    for i in range(depth):
        outputs = width if i == depth - 1 else latent
        state[f"layers.{i}.weight"] = draw.normal(outputs, latent)
        state[f"layers.{i}.bias"] = draw.normal(outputs)
    return Case(((latent, width, depth), state, (3 * draw.away_from_zero(batch, latent, gap=0.6),)), note=note)


def left_out(case):
    """The same case, built without its depth."""
    (latent, width, _), *others = case.args
    return Case(((latent, width), *others), note=case.note)


question = Question(
    cases=lambda draw: [
        case(draw, 4, 3, 5, 3),
        case(draw, 3, 4, 4, 1, "a single layer"),
        case(draw, 1, 2, 3, 2, "a batch of one"),
        case(draw, 5, 5, 2, 5, "five layers"),
    ],
    defaults=lambda draw: [left_out(case(draw, 3, 4, 2, 3, "`depth` left out"))],
    probe=module(),
    gradients=["z", "parameters"],
    arguments=("built with", "parameters", "z"),
    gives="from `forward` one style for each row of noise",
    answer="MappingNetwork",
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F
from torch import nn

from autograder.spec import Exercise
from autograder.spec.mistakes import two_networks as two
from autograder.spec.mistakes.common import same
from autograder.spec.mistakes.networks import NOT_BENT
from gradschool.adversarial import style

exercise = Exercise(
    question,
    style.MappingNetwork,
    points=4,
    noise=3e-7,  # the ε that keeps a z of zeros finite may be left out
)


class Layers(nn.Module):
    """The layers under the task's names; what is done with them differs."""

    leaky = staticmethod(two.leaky)

    def __init__(self, latent, style, depth=3):
        super().__init__()
        sizes = [latent] * depth + [style]
        self.layers = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(depth))

    def normal(self, z):
        return z / (z.square().mean(1, keepdim=True) + 1e-8).sqrt()

    def forward(self, z):
        h = self.normal(z)
        for layer in self.layers:
            h = self.leaky(layer(h))
        return h


wrong = exercise.variants(Layers)
wrong(two.NO_LEAK, leaky=F.relu)
wrong(two.SMALL_LEAK, leaky=F.leaky_relu)
wrong(NOT_BENT.told(where="any layer"), leaky=same)
wrong(
    "takes the noise as it comes, without putting it on its sphere",
    "Feed z and 2 z. Should the style differ?",
    normal=lambda self, h: same(h),
)
wrong(
    "divides by the length of z, not by the root of its mean square",
    "For a z of 512 numbers of size 1, how large are they after your division? How large after the task's?",
    normal=lambda self, z: z / z.norm(dim=1, keepdim=True),
)
wrong(
    "normalises over the batch",
    "Feed one z alone, then among others. Is its style the same?",
    normal=lambda self, z: z / (z.square().mean(0, keepdim=True) + 1e-8).sqrt(),
)
wrong(
    "centres z as well, as layer normalisation does",
    "Is there a mean in the task's formula that is taken away?",
    normal=lambda self, z: F.layer_norm(z, z.shape[1:], eps=1e-8),
)


@exercise.misconception(
    "leaves out the last activation",
    "Which signs can your style have? After how many layers does the task place a leaky ReLU?",
)
class LastOneBare(Layers):
    def forward(self, z):
        h = self.normal(z)
        for layer in self.layers[:-1]:
            h = self.leaky(layer(h))
        return self.layers[-1](h)


@exercise.alternative
class Unrolled(Layers):
    def forward(self, z):
        h = z * torch.rsqrt(torch.mean(z * z, dim=1, keepdim=True) + 1e-8)
        for layer in self.layers:
            a = h @ layer.weight.T + layer.bias
            h = torch.maximum(a, 0.2 * a)
        return h


@exercise.alternative
class ByLength(Layers):
    def forward(self, z):
        h = z * z.shape[1] ** 0.5 / z.norm(dim=1, keepdim=True)
        for layer in self.layers:
            h = nn.LeakyReLU(0.2)(layer(h))
        return h


@exercise.alternative
class WithAddmm(Layers):
    def forward(self, z):
        h = torch.einsum("bl,b->bl", z, (z.pow(2).sum(1) / z.shape[1] + 1e-8).pow(-0.5))
        for layer in self.layers:
            h = torch.addmm(layer.bias, h, layer.weight.T)
            h = torch.where(h >= 0, h, h / 5)
        return h
