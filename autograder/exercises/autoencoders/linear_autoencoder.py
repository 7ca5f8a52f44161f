"""The linear autoencoder: two matrices, without biases, with `encode` and `decode`."""

import torch

from autograder.spec import Case, Question
from autograder.spec.errors import Unusable
from autograder.spec.probes import article, module


def called(net, inputs):
    """Code, decoded code and output of a network, each of which must be a tensor."""
    found = net.encode(inputs[0]), net.decode(inputs[1]), net(inputs[0])
    for name, value in zip(("encode", "decode", "forward"), found, strict=True):
        if not isinstance(value, torch.Tensor):
            raise Unusable("not a tensor", f"`{name}` should return one tensor; yours returned {article(value)}.")
    return found


def case(draw, batch, inputs, code, note=""):
    state = {"encoder.weight": draw.normal(code, inputs), "decoder.weight": draw.normal(inputs, code)}
    return Case(((inputs, code), state, [draw.normal(batch, inputs), draw.normal(batch, code)]), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 5, 6, 2),
        case(draw, 4, 3, 3, "a code as long as the input"),
        case(draw, 3, 4, 7, "a code longer than the input"),
        case(draw, 1, 5, 1, "a batch of one, a code of one"),
    ],
    returns=("code", "decoded", "reconstruction"),
    probe=module(call=called),
    gradients=True,
    answer="LinearAutoencoder",
    gives="a tensor from each method",
)

# %% what is right, and what is wrong
from torch import nn

from autograder.spec import Exercise
from autograder.spec.mistakes.networks import bent_ends
from gradschool.autoencoders import networks

exercise = Exercise(
    question,
    networks.LinearAutoencoder,
    points=3,
    shares={"reconstruction": 3},
)


class Layers(nn.Module):
    """What the wrong answers below have in common: the two layers of the task."""

    def __init__(self, inputs, code):
        super().__init__()
        self.encoder = nn.Linear(inputs, code, bias=False)
        self.decoder = nn.Linear(code, inputs, bias=False)

    def encode(self, x):
        return self.encoder(x)

    def decode(self, h):
        return self.decoder(h)

    def forward(self, x):
        return self.decode(self.encode(x))


exercise.mistakes(bent_ends(Layers))
wrong = exercise.variants(Layers)
wrong(
    "decodes with the encoder's matrix transposed, and never uses the decoder's",
    "Which of your two layers does nothing?",
    decode=lambda self, h: h @ self.encoder.weight,
)
wrong(
    "subtracts the batch's mean itself",
    "What does your network say of a batch of one?",
    "The task says who centres the data. Who is it?",
    encode=lambda self, x: self.encoder(x - x.mean(dim=0)),
)
wrong(
    "returns the reconstruction from `encode`",
    "How many numbers should `encode` return for each sample?",
    encode=lambda self, x: self.decoder(self.encoder(x)),
    forward=lambda self, x: self.encode(x),
)


@exercise.alternative
class WithMatrices(nn.Module):
    def __init__(self, inputs, code):
        super().__init__()
        self.encoder, self.decoder = nn.Module(), nn.Module()
        self.encoder.weight = nn.Parameter(torch.randn(code, inputs) / inputs**0.5)
        self.decoder.weight = nn.Parameter(torch.randn(inputs, code) / code**0.5)

    def encode(self, x):
        return x @ self.encoder.weight.T

    def decode(self, h):
        return h @ self.decoder.weight.T

    def forward(self, x):
        return self.decode(self.encode(x))


@exercise.alternative
class InOneProduct(Layers):
    def forward(self, x):
        return x @ (self.decoder.weight @ self.encoder.weight).T


@exercise.alternative
class WithEinsum(Layers):
    def encode(self, x):
        return torch.einsum("bi,ci->bc", x, self.encoder.weight)

    def decode(self, h):
        return torch.einsum("bc,ic->bi", h, self.decoder.weight)


@exercise.alternative
class LayersCalledInForward(nn.Module):
    def __init__(self, inputs, code):
        super().__init__()
        self.decoder = nn.Linear(in_features=code, out_features=inputs, bias=False)
        self.encoder = nn.Linear(in_features=inputs, out_features=code, bias=False)
        self.encode, self.decode = self.encoder.forward, self.decoder.forward

    def forward(self, x):
        return self.decoder(self.encoder(x))
