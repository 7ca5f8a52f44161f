"""DCGAN's discriminator: built, loaded with the reference's weights, and asked in both modes."""

import torch
import torch.nn.functional as F

from autograder.spec import Case, Question
from autograder.spec.probes import module, normalised, weights_and_statistics


def both_modes(net, inputs):
    """What a training step says and remembers, and what is said afterwards."""
    said = net.train()(*inputs)
    memory = torch.cat([b.flatten().to(said) for b in net.buffers()])
    return {"logits in training": said, "running statistics": memory, "logits in evaluation": net.eval()(*inputs)}


def state(draw, width):
    """Weights large enough for every activation to matter."""
    shapes = {"down1.weight": (width, 1, 4, 4), "down1.bias": (width,)}
    shapes |= {"down2.weight": (2 * width, width, 4, 4), **normalised("norm2", 2 * width)}
    return weights_and_statistics(draw, shapes | {"score.weight": (1, 2 * width, 4, 4), "score.bias": (1,)})


def case(draw, batch, width, note):
    """Constructor's arguments, a state, and images; of several images some get a negative logit, whatever was drawn."""
    weights, x = state(draw, width), draw.uniform(-1, 1, batch, 1, 16, 16)
    if batch > 1:
        h = F.leaky_relu(F.conv2d(x, weights["down1.weight"], weights["down1.bias"], 2, 1), 0.2)
        h = F.conv2d(h, weights["down2.weight"], None, 2, 1)
        h = F.batch_norm(h, None, None, weights["norm2.weight"], weights["norm2.bias"], training=True)
        logits = F.conv2d(F.leaky_relu(h, 0.2), weights["score.weight"], weights["score.bias"])
        weights["score.bias"] = weights["score.bias"] - logits.mean()
    return Case(((width,), weights, [x]), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 5, 3, "a batch of five"),
        case(draw, 2, 2, "another width"),
        case(draw, 1, 4, "a batch of one"),
    ],
    defaults=lambda draw: [
        Case(((), state(draw, 32), [draw.uniform(-1, 1, 2, 1, 16, 16)]), note="built with the default size"),
    ],
    returns=("logits in training", "running statistics", "logits in evaluation"),
    probe=module(call=both_modes).but(arguments=("built with", "parameters", "x"), dtypes=("float64",), device=False),
    gradients=["x", "parameters"],
    arguments=("built with", "parameters", "x"),
    gives="from `forward` one logit for each image, in training mode and in evaluation mode",
    answer="DCGANDiscriminator",
)

# %% what is right, and what is wrong
from torch import nn

from autograder.spec import Exercise
from autograder.spec.mistakes import two_networks as two
from autograder.spec.mistakes.common import same
from autograder.spec.mistakes.networks import ACTIVATES_BEFORE_NORMALISING, RETURNS_PROBABILITIES
from gradschool.adversarial import dcgan

exercise = Exercise(question, dcgan.DCGANDiscriminator, points=5, shares={"running statistics": 1})


class Right(nn.Module):
    """The layers under the names of the task; what is done with them differs."""

    leaky, last = staticmethod(two.leaky), staticmethod(torch.flatten)

    def __init__(self, width=32):
        super().__init__()
        self.down1 = nn.Conv2d(1, width, 4, stride=2, padding=1)
        self.down2 = nn.Conv2d(width, 2 * width, 4, stride=2, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(2 * width)
        self.score = nn.Conv2d(2 * width, 1, 4)

    def second(self, h):
        return self.leaky(self.norm2(h))

    def forward(self, x):
        return self.last(self.score(self.second(self.down2(self.leaky(self.down1(x))))))


wrong = exercise.variants(Right)
wrong(two.NO_LEAK, leaky=F.relu)
wrong(two.SMALL_LEAK, leaky=F.leaky_relu)
wrong(
    RETURNS_PROBABILITIES.hinted(
        "Between which bounds do your scores lie?", "What does the loss do to its input first?"
    ),
    last=lambda logits: torch.sigmoid(logits.flatten()),
)
wrong(ACTIVATES_BEFORE_NORMALISING, second=lambda self, h: self.norm2(self.leaky(h)))
wrong(two.NOT_NORMALISED, second=lambda self, h: self.leaky(h))
wrong(
    "has no rectifier after the second convolution",
    "What stands between `norm2` and `score` in your `forward`, and what in the task?",
    second=lambda self, h: self.norm2(h),
)
wrong(
    "keeps the axes of channels and pixels, of length one",
    "Which shape should the logits of five images have? Which have yours?",
    last=same,
)
wrong(
    "loses the batch axis when the batch holds a single image",
    "What does `squeeze()` do with a tensor of shape (1, 1, 1, 1)?",
    "Which axes should go, and which one must stay even if it has length one?",
    last=torch.squeeze,
)


@exercise.misconception(
    "rectifies its verdict",
    "Your last function cuts or flattens negative logits. How does a network say that an image is generated?",
)
class RectifiedVerdict(Right):
    def last(self, logits):
        return self.leaky(logits).flatten()


@exercise.alternative
class AsLayers(Right):
    def __init__(self, width=32):
        super().__init__(width)
        self.act = nn.LeakyReLU(0.2, inplace=True)

    def forward(self, x):
        h = self.act(self.down1(x))
        h = self.act(self.norm2(self.down2(h)))
        return self.score(h).view(-1)


@exercise.alternative
class ByProduct(Right):
    """At 4×4 a convolution with a kernel of 4 is a dense layer."""

    def forward(self, x):
        h = self.down1(x)
        h = torch.maximum(h, 0.2 * h)
        h = self.norm2(self.down2(h))
        h = torch.where(h > 0, h, 0.2 * h)
        return h.flatten(1) @ self.score.weight.flatten() + self.score.bias


@exercise.alternative
class Squeezed(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.score = nn.Conv2d(width * 2, 1, kernel_size=4, stride=1, padding=0)
        self.norm2 = nn.BatchNorm2d(width * 2)
        self.down2 = nn.Conv2d(width, width * 2, kernel_size=4, stride=2, padding=1, bias=False)
        self.down1 = nn.Conv2d(1, width, kernel_size=4, stride=2, padding=1)

    def forward(self, x):
        h = nn.functional.leaky_relu(self.down1(x), negative_slope=0.2)
        h = nn.functional.leaky_relu(self.norm2(self.down2(h)), negative_slope=0.2)
        return self.score(h)[:, 0, 0, 0]
