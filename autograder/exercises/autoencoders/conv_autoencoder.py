"""A convolutional autoencoder: two convolutions down to a code, two transposed ones back to the logits of an image."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder.spec import Case, Question
from autograder.spec.probes import module
from gradschool.training import seeded


class Layers(nn.Module):
    """The layers under the names of the task, to draw their parameters: how they are joined is not said."""

    def __init__(self, code, channels, size):
        super().__init__()
        self.inner = (2 * channels, size[0] // 4, size[1] // 4)
        self.down1 = nn.Conv2d(1, channels, 4, stride=2, padding=1)
        self.down2 = nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1)
        self.to_code = nn.Linear(math.prod(self.inner), code)
        self.from_code = nn.Linear(code, math.prod(self.inner))
        self.up1 = nn.ConvTranspose2d(2 * channels, channels, 4, stride=2, padding=1)
        self.up2 = nn.ConvTranspose2d(channels, 1, 4, stride=2, padding=1)


def centred(layer, given):
    """What the layer makes of it, with the layer's bias moved so that the mean of that is 0."""
    layer.bias -= layer(given).mean()
    return layer(given)


def case(draw, batch, code, channels, size, note=""):
    """Constructor's arguments, a state in which every parameter counts, and images and codes to try it on."""
    with seeded(draw.integer(0, 10**6)):
        net = Layers(code, channels, size)
    net.load_state_dict({name: 3 * p + 0.1 for name, p in net.state_dict().items()})
    images, codes = draw.uniform(0, 1, batch, 1, *size), draw.normal(batch, code)
    with torch.no_grad():  # numbers on both sides of 0 in front of every ReLU and in the code, whatever was drawn
        net.double()
        hidden = centred(net.down2, F.relu(centred(net.down1, images)))
        net.to_code.bias -= net.to_code(F.relu(hidden).flatten(1)).mean(dim=0) + 0.5 * (-1) ** torch.arange(code)
        centred(net.up1, F.relu(centred(net.from_code, codes)).view(batch, *net.inner))
    return Case(((code, channels, size), dict(net.state_dict()), [images, codes]), note=note)


def left_out(example, given, note):
    """The case with only so many of the constructor's arguments."""
    build, *others = example.args
    return Case((build[:given], *others), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 3, 2, 4, (8, 8)),
        case(draw, 2, 5, 3, (8, 12), "wider than high"),
        case(draw, 1, 3, 2, (12, 4), "one image, higher than wide"),
    ],
    defaults=lambda draw: [
        left_out(case(draw, 2, 3, 8, (8, 8)), 1, "channels and size left out"),
        left_out(case(draw, 2, 3, 3, (8, 8)), 2, "size left out"),
    ],
    returns=("code", "logits of a code", "logits of an image"),
    probe=module(call=lambda net, given: (net.encode(given[0]), net.decode(given[1]), net(given[0]))).but(device=False),
    gradients=True,
    answer="ConvAutoencoder",
    gives="a tensor from each method",
)

# %% what is right, and what is wrong
from torch import nn

from autograder.spec import Exercise
from autograder.spec.mistakes.networks import LINEAR_DECODER, NOT_BENT, Bending, bent_ends
from gradschool.autoencoders import convolutional

exercise = Exercise(
    question,
    convolutional.ConvAutoencoder,
    points=5,
)


class Base(Bending):
    """The right one in pieces, each of which a mistake replaces."""

    outer_padding = 1

    def __init__(self, code, channels=8, size=(8, 8)):
        super().__init__()
        self.inner = (2 * channels, size[0] // 4, size[1] // 4)
        flat = math.prod(self.inner)
        self.down1 = nn.Conv2d(1, channels, 4, stride=2, padding=1)
        self.down2 = nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1)
        self.to_code = nn.Linear(flat, code)
        self.from_code = nn.Linear(code, flat)
        self.up1 = nn.ConvTranspose2d(2 * channels, channels, 4, stride=2, padding=1)
        self.up2 = nn.ConvTranspose2d(channels, 1, 4, stride=2, padding=self.outer_padding)

    def encode(self, x):
        return self.to_code(torch.flatten(self.bent("down2", self.bent("down1", x)), 1))

    def maps(self, h):
        return h.view(len(h), *self.inner)

    def decode(self, z):
        return self.up2(self.bent("up1", self.maps(self.bent("from_code", z))))

    def forward(self, x):
        return self.decode(self.encode(x))


exercise.mistakes(bent_ends(Base))
wrong = exercise.variants(Base)
wrong(NOT_BENT.told(where="the layers of the encoder"), unbent=("down1", "down2"))
wrong(NOT_BENT.told(where="the second convolution"), unbent=("down2",))
wrong(NOT_BENT.told(where="the first transposed convolution"), unbent=("up1",))
wrong(NOT_BENT.told(where="the dense layer that reads the code"), unbent=("from_code",))
wrong(LINEAR_DECODER, unbent=("from_code", "up1"))
wrong(
    "takes width for height when it turns the row of numbers back into maps",
    "Which of the last two axes of an image is its height?",
    "What does your network do with an image that is wider than high?",
    maps=lambda self, h: h.view(len(h), self.inner[0], self.inner[2], self.inner[1]).transpose(2, 3),
)
wrong(
    "gives images that are two pixels too large",
    "How large is the output of a transposed convolution with kernel 4 and stride 2 on n inputs? What does its padding do?",
    outer_padding=0,
)


@exercise.alternative
class InPieces(Base):
    """As it stands: the mistakes above are built on `Base`, this right answer too."""


@exercise.alternative
class Sequentials(nn.Module):
    """The layers called through chains that share them."""

    def __init__(self, code, channels=8, size=(8, 8)):
        super().__init__()
        height, width = size
        self.shape = (-1, 2 * channels, height // 4, width // 4)
        self.down1 = nn.Conv2d(1, channels, kernel_size=4, stride=2, padding=1)
        self.down2 = nn.Conv2d(channels, 2 * channels, kernel_size=4, stride=2, padding=1)
        self.to_code = nn.Linear(2 * channels * (height // 4) * (width // 4), code)
        self.from_code = nn.Linear(code, 2 * channels * (height // 4) * (width // 4))
        self.up1 = nn.ConvTranspose2d(2 * channels, channels, kernel_size=4, stride=2, padding=1)
        self.up2 = nn.ConvTranspose2d(channels, 1, kernel_size=4, stride=2, padding=1)
        self.act = nn.ReLU()

    def encode(self, x):
        for layer in (self.down1, self.down2):
            x = self.act(layer(x))
        return self.to_code(x.reshape(x.shape[0], -1))

    def decode(self, z):
        return self.up2(self.act(self.up1(self.act(self.from_code(z)).reshape(self.shape))))

    def forward(self, x):
        z = self.encode(x)
        return self.decode(z)


@exercise.alternative
class Functional(nn.Module):
    """Weights of the layers, used through functions."""

    def __init__(self, code, channels=8, size=(8, 8)):
        super().__init__()
        self.grid = [s // 4 for s in size]
        inner = 2 * channels * self.grid[0] * self.grid[1]
        self.down1, self.down2 = nn.Conv2d(1, channels, 4), nn.Conv2d(channels, 2 * channels, 4)
        self.to_code, self.from_code = nn.Linear(inner, code), nn.Linear(code, inner)
        self.up1, self.up2 = nn.ConvTranspose2d(2 * channels, channels, 4), nn.ConvTranspose2d(channels, 1, 4)

    def encode(self, x):
        for layer in (self.down1, self.down2):
            x = F.conv2d(F.pad(x, (1, 1, 1, 1)), layer.weight, layer.bias, stride=2).clamp(min=0)
        return F.linear(x.flatten(start_dim=1), self.to_code.weight, self.to_code.bias)

    def decode(self, z):
        x = torch.relu(self.from_code(z)).unflatten(1, (-1, *self.grid))
        x = F.conv_transpose2d(x, self.up1.weight, self.up1.bias, stride=2)[:, :, 1:-1, 1:-1].relu()
        return F.conv_transpose2d(x, self.up2.weight, self.up2.bias, stride=2)[:, :, 1:-1, 1:-1]

    def forward(self, x):
        return self.decode(self.encode(x))
