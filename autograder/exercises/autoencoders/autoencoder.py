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
    gives="a tensor from each method",
)

# %% what is right, and what is wrong
from torch import nn

from autograder.spec import Exercise
from autograder.spec.mistakes.common import same
from autograder.spec.mistakes.networks import ANOTHER_ACTIVATION, LINEAR_DECODER, bent_ends
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
    """The right way, with what students get wrong as attributes: what bends within each stack, and at its end."""

    bend_encoder = bend_decoder = staticmethod(torch.relu)
    end = staticmethod(same)

    def __init__(self, sizes):
        super().__init__()
        self.encoder, self.decoder = stack(sizes), stack(sizes[::-1])

    def bent(self, layers, x, bend):
        for layer in layers[:-1]:
            x = layer(x) if isinstance(layer, nn.Linear) else bend(x)
        return self.end(layers[-1](x))

    def encode(self, x):
        return self.bent(self.encoder, x, self.bend_encoder)

    def decode(self, h):
        return self.bent(self.decoder, h, self.bend_decoder)

    def forward(self, x):
        return self.decode(self.encode(x))


exercise.mistakes(bent_ends(Layers))
wrong = exercise.variants(Layers)
wrong(
    "has a ReLU after every layer, on code and output, too",
    "What comes after the last layer of each stack?",
    end=torch.relu,
)
wrong(
    "has no activations at all",
    "What can layers without an activation between them do that one layer cannot?",
    "To which autoencoder of this notebook does yours come down?",
    bend_encoder=same,
    bend_decoder=same,
)
wrong(ANOTHER_ACTIVATION.told(wrong="tanh", right="ReLU"), bend_encoder=torch.tanh, bend_decoder=torch.tanh)
wrong(LINEAR_DECODER, bend_decoder=same)


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
