"""DCGAN's generator: built, loaded with the reference's weights, and asked for images in both modes."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import module, normalised, weights_and_statistics


def both_modes(net, inputs):
    """What a training step makes and remembers, and what is made afterwards."""
    made = net.train()(*inputs)
    memory = torch.cat([b.flatten().to(made) for b in net.buffers()])
    return {"images in training": made, "running statistics": memory, "images in evaluation": net.eval()(*inputs)}


def state(draw, latent, width):
    """Weights large enough for every activation to matter."""
    shapes = {"up1.weight": (latent, 2 * width, 4, 4), **normalised("norm1", 2 * width)}
    shapes |= {"up2.weight": (2 * width, width, 4, 4), **normalised("norm2", width)}
    shapes |= {"up3.weight": (width, 1, 4, 4), "up3.bias": (1,)}
    return weights_and_statistics(draw, shapes)


def case(draw, batch, latent, width, note):
    return Case(((latent, width), state(draw, latent, width), [draw.normal(batch, latent)]), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 5, 4, 3, "a batch of five"),
        case(draw, 2, 6, 2, "another width"),
        case(draw, 1, 3, 4, "a batch of one"),
    ],
    defaults=lambda draw: [
        Case(((), state(draw, 32, 32), [draw.normal(2, 32)]), note="built with the default sizes"),
        Case(((5,), state(draw, 5, 32), [draw.normal(2, 5)]), note="built with `latent` alone"),
    ],
    returns=("images in training", "running statistics", "images in evaluation"),
    probe=module(call=both_modes).but(arguments=("built with", "parameters", "z"), dtypes=("float64",), device=False),
    gradients=["z", "parameters"],
    arguments=("built with", "parameters", "z"),
    gives="from `forward` one image for each row of noise, in training mode and in evaluation mode",
    answer="DCGANGenerator",
)

# %% what is right, and what is wrong
import torch.nn.functional as F
from torch import nn

from autograder.spec import Exercise
from autograder.spec.mistakes import two_networks as two
from autograder.spec.mistakes.common import same
from autograder.spec.mistakes.networks import ACTIVATES_BEFORE_NORMALISING, NOT_BENT
from gradschool.adversarial import dcgan

exercise = Exercise(question, dcgan.DCGANGenerator, points=5, shares={"running statistics": 1})


class Right(nn.Module):
    """The layers under the names of the task; what is done with them differs."""

    relu, last = staticmethod(torch.relu), staticmethod(torch.tanh)

    def __init__(self, latent=32, width=32):
        super().__init__()
        self.up1 = nn.ConvTranspose2d(latent, 2 * width, 4, bias=False)
        self.norm1 = nn.BatchNorm2d(2 * width)
        self.up2 = nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.up3 = nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1)

    def hidden(self, h, norm):
        return self.relu(norm(h))

    def forward(self, z):
        h = self.hidden(self.up1(z[:, :, None, None]), self.norm1)
        return self.last(self.up3(self.hidden(self.up2(h), self.norm2)))


wrong = exercise.variants(Right)
wrong(
    "squashes the grey values to (0, 1), not to (-1, 1)",
    "Which grey value is the darkest that your generator can make? Which is the darkest in the data of the task?",
    last=torch.sigmoid,
)
wrong(
    "does not squash its grey values",
    "Can your generator make a pixel of 3? What does the task say of its range?",
    last=same,
)
wrong(
    "puts a ReLU in front of the tanh",
    "What is the darkest grey value that comes out of your last two functions?",
    "After which layers does the task put a ReLU?",
    last=lambda x: torch.tanh(torch.relu(x)),
)
wrong(
    "has the discriminator's leaky ReLU", "Which of the two networks has which rectifier in the task?", relu=two.leaky
)
wrong(ACTIVATES_BEFORE_NORMALISING, hidden=lambda self, h, norm: norm(self.relu(h)))
wrong(two.NOT_NORMALISED, hidden=lambda self, h, norm: self.relu(h))
wrong(
    "normalises one of its two hidden layers only",
    "How many batch normalisations does the task name, and where?",
    hidden=lambda self, h, norm: self.relu(norm(h) if norm is self.norm1 else h),
)
wrong(NOT_BENT.told(where="any layer"), relu=same)


@exercise.misconception(
    "does not take the border off: its images are too large",
    "With stride 2, kernel 4 and no padding, what becomes of 4×4? (n - 1) · stride - 2 · padding + kernel.",
)
class NoPadding(Right):
    def __init__(self, latent=32, width=32):
        super().__init__(latent, width)
        self.up2.padding = self.up3.padding = (0, 0)


@exercise.alternative
class AsLayers(Right):
    def __init__(self, latent=32, width=32):
        super().__init__(latent, width)
        self.act, self.squash = nn.ReLU(inplace=True), nn.Tanh()

    def forward(self, z):
        h = z.reshape(z.shape[0], z.shape[1], 1, 1)
        for up, norm in ((self.up1, self.norm1), (self.up2, self.norm2)):
            h = self.act(norm(up(h)))
        return self.squash(self.up3(h))


@exercise.alternative
class Functional(Right):
    """The first layer as a product: at 1×1 a transposed convolution is a dense layer."""

    def forward(self, z):
        h = torch.einsum("bl,lchw->bchw", z, self.up1.weight)
        h = self.norm1(h).clamp(min=0)
        h = F.conv_transpose2d(h, self.up2.weight, stride=2, padding=1)
        h = self.norm2(h).clamp(min=0)
        x = F.conv_transpose2d(h, self.up3.weight, self.up3.bias, stride=2, padding=1)
        return 2 * torch.sigmoid(2 * x) - 1


class Block(nn.Module):
    def forward(self, h, up, norm):
        return torch.relu(norm(up(h)))


@exercise.alternative
class OwnBlocks(nn.Module):
    def __init__(self, latent=32, width=32):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(2 * width), nn.BatchNorm2d(width)
        self.up1 = nn.ConvTranspose2d(latent, width * 2, kernel_size=4, stride=1, padding=0, bias=False)
        self.up2 = nn.ConvTranspose2d(width * 2, width, kernel_size=(4, 4), stride=(2, 2), padding=(1, 1), bias=False)
        self.up3 = nn.ConvTranspose2d(width, 1, 4, 2, 1)
        self.block = Block()

    def forward(self, z):
        h = self.block(z.unsqueeze(-1).unsqueeze(-1), self.up1, self.norm1)
        return self.up3(self.block(h, self.up2, self.norm2)).tanh()
