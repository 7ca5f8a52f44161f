"""An autoencoder of dense layers that mirror each other, ReLU between them, none on the code or the output."""

from itertools import pairwise

import torch

from autograder.spec import Case, Question
from autograder.spec.errors import Unusable
from autograder.spec.probes import article, module


def layers_of(name, sizes, draw):
    """Weights and biases of a stack under the names of nn.Sequential, where every other entry is a ReLU."""
    found = {}
    for i, (inputs, outputs) in enumerate(pairwise(sizes)):
        found[f"{name}.{2 * i}.weight"] = draw.normal(outputs, inputs)
        found[f"{name}.{2 * i}.bias"] = draw.normal(outputs)
    return found


def called(net, inputs):
    """Code, decoded code and output of a network, each of which must be a tensor."""
    found = net.encode(inputs[0]), net.decode(inputs[1]), net(inputs[0])
    for name, value in zip(("encode", "decode", "forward"), found, strict=True):
        if not isinstance(value, torch.Tensor):
            raise Unusable("not a tensor", f"`{name}` should return one tensor; yours returned {article(value)}.")
    return found


def case(draw, batch, *sizes, note=""):
    state = layers_of("encoder", sizes, draw) | layers_of("decoder", sizes[::-1], draw)
    return Case(((list(sizes),), state, [draw.normal(batch, sizes[0]), 2 * draw.normal(batch, sizes[-1])]), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 8, 6, 5, 3),
        case(draw, 8, 7, 6, 5, 4, note="four sizes"),
        case(draw, 9, 5, 4, note="no hidden layer"),
        case(draw, 6, 4, 6, 7, note="a code longer than the input"),
        case(draw, 5, 4, 4, 4, note="all layers equally wide"),
        case(draw, 1, 5, 3, 1, note="a batch of one, a code of one"),
    ],
    returns=("code", "decoded", "output"),
    probe=module(call=called),
    gradients=True,
    answer="Autoencoder",
)

# %% what is right, and what is wrong
from torch import nn

from autograder.spec import Exercise
from gradschool.autoencoders import networks

exercise = Exercise(
    question,
    networks.Autoencoder,
    points=5,
    shares={"output": 3},
)


def stack(sizes):
    layers = [layer for a, b in pairwise(sizes) for layer in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


class Layers(nn.Module):
    """What the wrong answers below have in common: the layers of the task."""

    def __init__(self, sizes):
        super().__init__()
        self.encoder, self.decoder = stack(sizes), stack(sizes[::-1])

    def encode(self, x):
        return self.encoder(x)

    def decode(self, h):
        return self.decoder(h)

    def forward(self, x):
        return self.decode(self.encode(x))


@exercise.misconception(
    "has a ReLU on its code",
    "What share of your codes is 0?",
    "Between which layers does the task put an activation? Is the code between two layers of one stack?",
)
class ReluOnTheCode(Layers):
    def encode(self, x):
        return torch.relu(self.encoder(x))


@exercise.misconception(
    "has a ReLU on its output",
    "For binary cross-entropy the output are logits. Which of them can yours never be?",
)
class ReluOnTheOutput(Layers):
    def decode(self, h):
        return torch.relu(self.decoder(h))


@exercise.misconception(
    "has a ReLU after every layer, on code and output, too",
    "What comes after the last layer of each stack?",
)
class ReluEverywhere(Layers):
    def encode(self, x):
        return torch.relu(self.encoder(x))

    def decode(self, h):
        return torch.relu(self.decoder(h))


@exercise.misconception(
    "has a sigmoid on its output",
    "`reconstruction_loss` takes logits for bce. What does it do to what your network puts out?",
)
class SigmoidOnTheOutput(Layers):
    def decode(self, h):
        return torch.sigmoid(self.decoder(h))


class OnlyDense(Layers):
    """Goes through the stacks and leaves out some of the activations."""

    def through(self, layers, x, activations):
        for layer in layers:
            if isinstance(layer, nn.Linear) or activations:
                x = layer(x)
        return x


@exercise.misconception(
    "has no activations at all",
    "What can layers without an activation between them do that one layer cannot?",
    "To which autoencoder of this notebook does yours come down?",
)
class NoActivations(OnlyDense):
    def encode(self, x):
        return self.through(self.encoder, x, False)

    def decode(self, h):
        return self.through(self.decoder, h, False)


@exercise.misconception(
    "bends its layers with tanh",
    "Which activation does the task put between the layers?",
    "What is the largest value behind one of yours?",
)
class TanhBetween(OnlyDense):
    def through(self, layers, x, activations):
        dense = [layer for layer in layers if isinstance(layer, nn.Linear)]
        for layer in dense[:-1]:
            x = torch.tanh(layer(x))
        return dense[-1](x)

    def encode(self, x):
        return self.through(self.encoder, x, True)

    def decode(self, h):
        return self.through(self.decoder, h, True)


@exercise.misconception(
    "has activations in its encoder and none in its decoder", "Compare your two stacks layer by layer."
)
class LinearDecoder(OnlyDense):
    def decode(self, h):
        return self.through(self.decoder, h, False)


@exercise.misconception("lets no gradient reach its encoder", "Which of your lines takes the code out of the graph?")
class DetachedCode(Layers):
    def forward(self, x):
        return self.decode(self.encode(x).detach())


@exercise.misconception(
    "returns the code from `forward`, not the output for it", "Which shape should the output of `net(x)` have?"
)
class ForwardGivesTheCode(Layers):
    def forward(self, x):
        return self.encode(x)


@exercise.alternative
class InALoop(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        down, up = [], []
        for i in range(len(sizes) - 1):
            down += [nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU()]
            up = [nn.Linear(sizes[i + 1], sizes[i]), nn.ReLU(), *up]
        down.pop()
        up.pop()
        self.encoder, self.decoder = nn.Sequential(*down), nn.Sequential(*up)

    def encode(self, x):
        return self.encoder(x)

    def decode(self, h):
        return self.decoder(h)

    def forward(self, x):
        h = self.encode(x)
        return self.decode(h)


@exercise.alternative
class Appended(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.encoder, self.decoder = nn.Sequential(), nn.Sequential()
        for part, widths in ((self.encoder, list(sizes)), (self.decoder, list(sizes)[::-1])):
            for position, (a, b) in enumerate(pairwise(widths)):
                if position:
                    part.append(nn.ReLU(inplace=True))
                part.append(nn.Linear(a, b))

    def encode(self, x):
        return self.encoder(x)

    def decode(self, h):
        return self.decoder(h)

    def forward(self, x):
        return self.decoder(self.encoder(x))


@exercise.alternative
class MatricesByHand(Layers):
    def through(self, layers, x):
        dense = [layer for layer in layers if isinstance(layer, nn.Linear)]
        for layer in dense[:-1]:
            x = (x @ layer.weight.T + layer.bias).clamp(min=0)
        return torch.addmm(dense[-1].bias, x, dense[-1].weight.T)

    def encode(self, x):
        return self.through(self.encoder, x)

    def decode(self, h):
        return self.through(self.decoder, h)
