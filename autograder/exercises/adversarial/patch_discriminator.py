"""PatchDiscriminator: a map of scores, one for every patch."""

from autograder.spec import Case, Question
from autograder.spec.probes import both_modes, module


def case(draw, batch, channels, width, height, wide, note=""):
    state = {
        "down.weight": 0.4 * draw.normal(width, channels, 4, 4),
        "down.bias": draw.normal(width),
        "mix.weight": 0.3 * draw.normal(2 * width, width, 3, 3),
        "mix.bias": draw.normal(2 * width),
        "score.weight": draw.normal(1, 2 * width, 1, 1),
        "score.bias": draw.normal(1),
    }
    return Case(((channels, width), state, (draw.normal(batch, channels, height, wide),)), note=note)


def built_with(arguments, case):
    """The same case with other arguments of the constructor."""
    return Case((arguments, *case.args[1:]), note=case.note)


question = Question(
    cases=lambda draw: [
        case(draw, 2, 1, 3, 16, 16),
        case(draw, 3, 3, 2, 8, 12, "a colour image of 8×12 pixels"),
        case(draw, 1, 1, 2, 6, 6, "a batch of one"),
    ],
    defaults=lambda draw: [
        built_with((3,), case(draw, 2, 3, 16, 4, 6, "`width` left out")),
        built_with((), case(draw, 1, 1, 16, 6, 4, "both left out")),
    ],
    returns=("scores in training", "scores in evaluation"),
    probe=module(call=both_modes),
    gradients=["x", "parameters"],
    arguments=("built with", "parameters", "x"),
    gives="from `forward` one score for each patch, in training mode as in evaluation mode",
    answer="PatchDiscriminator",
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F
from torch import nn

from autograder.spec import Exercise
from autograder.spec.mistakes import two_networks as two
from autograder.spec.mistakes.common import same
from autograder.spec.mistakes.networks import ACTIVATES_BEFORE_NORMALISING, RETURNS_PROBABILITIES
from gradschool.adversarial import translation

exercise = Exercise(question, translation.PatchDiscriminator, points=4)


class Layers(nn.Module):
    """The three layers under the task's names; what is done with them differs."""

    leaky, normal = staticmethod(two.leaky), staticmethod(F.instance_norm)

    def __init__(self, channels=1, width=16):
        super().__init__()
        self.down = nn.Conv2d(channels, width, 4, stride=2, padding=1)
        self.mix = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.score = nn.Conv2d(2 * width, 1, 1)

    def forward(self, x):
        return self.score(self.leaky(self.normal(self.mix(self.leaky(self.down(x))))))


wrong = exercise.variants(Layers)
wrong(two.NO_LEAK, leaky=F.relu)
wrong(two.SMALL_LEAK, leaky=F.leaky_relu)
wrong(two.NOT_NORMALISED, normal=same)
wrong(
    "normalises over the batch, not over each image",
    "Judge one image alone, then the same image among others. Is the verdict the same?",
    normal=lambda h: F.batch_norm(h, None, None, training=True),
)
wrong(
    ACTIVATES_BEFORE_NORMALISING,
    forward=lambda self, x: self.score(self.normal(self.leaky(self.mix(self.leaky(self.down(x)))))),
)
wrong(
    "normalises after the first layer, too",
    "What does instance normalisation take away from each channel? What would it take away of an image's brightness?",
    forward=lambda self, x: self.score(self.leaky(self.normal(self.mix(self.leaky(self.normal(self.down(x))))))),
)


@exercise.misconception(
    "gives one number for each image",
    "Which shape does the task ask for? How many patches does your answer judge?",
)
class OneVerdict(Layers):
    def forward(self, x):
        return super().forward(x).mean(dim=(2, 3), keepdim=True)


@exercise.mistake(
    RETURNS_PROBABILITIES.hinted(
        "Between which bounds do your scores lie?", "What does the loss do to its input first?"
    )
)
class Probabilities(Layers):
    def forward(self, x):
        return super().forward(x).sigmoid()


@exercise.alternative
class WithModules(nn.Module):
    def __init__(self, channels=1, width=16):
        super().__init__()
        self.down = nn.Conv2d(channels, width, 4, 2, 1)
        self.mix = nn.Conv2d(width, 2 * width, kernel_size=3, padding="same")
        self.score = nn.Conv2d(2 * width, 1, kernel_size=1)
        self.norm, self.act = nn.InstanceNorm2d(2 * width), nn.LeakyReLU(0.2)

    def forward(self, x):
        return self.score(self.act(self.norm(self.mix(self.act(self.down(x))))))


@exercise.alternative
class NormalisedByHand(Layers):
    def forward(self, x):
        h = self.down(x)
        h = self.mix(torch.where(h > 0, h, 0.2 * h))
        h = (h - h.mean((2, 3), keepdim=True)) / (h.var((2, 3), correction=0, keepdim=True) + 1e-5).sqrt()
        return self.score(torch.where(h > 0, h, 0.2 * h))


@exercise.alternative
class ScoreAsAProduct(Layers):
    def forward(self, x):
        h = F.leaky_relu(F.instance_norm(self.mix(F.leaky_relu(self.down(x), 0.2))), 0.2)
        return torch.einsum("bchw,oc->bohw", h, self.score.weight[:, :, 0, 0]) + self.score.bias[:, None, None]
