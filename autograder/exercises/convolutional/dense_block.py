"""DenseNet's block: every layer reads all that came before it."""

from autograder.spec import Case, Question
from autograder.spec.probes import both_modes, module, normalisation_state


def case(draw, build, shape, note=""):
    inputs, growth, layers = build
    batch, height, width = shape
    state = {}
    for i in range(layers):
        channels = inputs + i * growth
        state |= normalisation_state(draw, f"layers.{i}.0", channels)
        state[f"layers.{i}.2.weight"] = draw.normal(4 * growth, channels, 1, 1) / channels**0.5
        state |= normalisation_state(draw, f"layers.{i}.3", 4 * growth)
        state[f"layers.{i}.5.weight"] = draw.normal(growth, 4 * growth, 3, 3) / (36 * growth) ** 0.5
    return Case((build, state, [draw.normal(batch, inputs, height, width)]), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, (3, 2, 3), (3, 4, 5)),
        case(draw, (2, 3, 2), (2, 5, 3), "growth larger than the input"),
        case(draw, (4, 1, 1), (4, 3, 2), "a single layer"),
        case(draw, (2, 1, 5), (2, 3, 3), "five layers"),
    ],
    returns=("training", "evaluation"),
    probe=module(call=both_modes).but(device=False),
    gradients=True,
    gives="a tensor",
    answer="DenseBlock",
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F
from torch import nn

from autograder.spec import Exercise
from autograder.spec.mistakes.networks import ACTIVATES_BEFORE_NORMALISING, NOT_BENT
from gradschool.convolutional.dense import DenseBlock

exercise = Exercise(
    question,
    DenseBlock,
    points=5,
)


class Layers(nn.Module):
    """The layers under the names of the task, joined in the right way, with what students get wrong as attributes."""

    order = range(6)  # in which a layer's parts follow each other

    def __init__(self, inputs, growth, layers):
        super().__init__()
        self.inputs = inputs
        self.layers = nn.ModuleList(self.layer(inputs + i * growth, growth) for i in range(layers))

    def layer(self, inputs, growth):
        return nn.Sequential(
            *(nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, 4 * growth, 1, bias=False)),
            *(nn.BatchNorm2d(4 * growth), nn.ReLU(), nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)),
        )

    def joined(self, x, new):
        return torch.cat([x, new], dim=1)

    def result(self, x):
        return x

    def forward(self, x):
        for layer in self.layers:
            new = x
            for part in self.order:
                new = layer[part](new)
            x = self.joined(x, new)
        return self.result(x)


wrong = exercise.variants(Layers)
wrong(
    "puts what is new before what was there",
    "Channel 0 of the block's output: whose should it be?",
    "The weights of layer 2 count on an order. Which does the task state?",
    joined=lambda self, x, new: torch.cat([new, x], dim=1),
)
wrong(
    "returns what the layers made, and loses what came in",
    "How many channels should leave the block? Count those that came in.",
    result=lambda self, x: x[:, self.inputs :],
)
wrong(
    "returns what its last layer made alone",
    "What does the layer after the block read: the last layer, or everything?",
    result=lambda self, x: x[:, -self.layers[-1][5].out_channels :],
)
wrong(NOT_BENT.told(where="the normalisation before a 3×3 convolution"), order=(0, 1, 2, 3, 5))
wrong(NOT_BENT.told(where="the normalisation before a 1×1 convolution"), order=(0, 2, 3, 4, 5))
wrong(
    "activates what each layer adds",
    "Is a new channel ever negative? Where does the task put the ReLU: before or after a convolution?",
    order=(0, 1, 2, 3, 4, 5, 4),
)
wrong(ACTIVATES_BEFORE_NORMALISING, order=(1, 0, 2, 4, 3, 5))
wrong(
    "writes its ReLU into what it has joined, so that later readers find the old channels cut off at 0",
    "What does the second layer read of the block's input: the input, or what the first layer left of it?",
    "What does `inplace=True` write into?",
    joined=lambda self, x, new: torch.cat([F.relu(x), new], dim=1),
)


@exercise.alternative
class ListOfFeatures(Layers):
    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(torch.cat(features, dim=1)))
        return torch.cat(features, 1)


@exercise.alternative
class WrittenIntoOneTensor(Layers):
    def forward(self, x):
        parts = x
        for norm, relu, reduce, norm2, relu2, conv in self.layers:
            new = conv(relu2(norm2(reduce(relu(norm(parts))))))
            grown = x.new_zeros(len(x), parts.shape[1] + new.shape[1], *x.shape[2:])
            grown[:, : parts.shape[1]], grown[:, parts.shape[1] :] = parts, new
            parts = grown
        return parts


@exercise.alternative
class ByRecursion(Layers):
    def forward(self, x, start=0):
        if start == len(self.layers):
            return x
        return self.forward(torch.hstack([x, self.layers[start](x)]), start + 1)


@exercise.alternative
class InTheClassicalOrderOfDefinition(nn.Module):
    def __init__(self, inputs, growth, layers):
        super().__init__()
        self.layers = nn.ModuleList()
        for _ in range(layers):
            narrow = 4 * growth
            layer = nn.Sequential(
                nn.BatchNorm2d(inputs), nn.ReLU(inplace=True), nn.Conv2d(inputs, narrow, 1, bias=False)
            )
            layer += nn.Sequential(nn.BatchNorm2d(narrow), nn.ReLU(inplace=True))
            layer.append(nn.Conv2d(narrow, growth, 3, 1, 1, bias=False))
            self.layers.append(layer)
            inputs += growth

    def forward(self, x):
        for layer in self.layers:
            x = torch.concatenate((x, layer(x)), dim=-3)
        return x
