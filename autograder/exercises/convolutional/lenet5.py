"""LeNet-5 with average pooling and tanh, C3 fully connected, dense output."""

import math

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import close
from autograder.spec.probes import asked_again, module, with_biases


def state(draw, classes):
    """Weights of such a size that tanh bends, and no two alike."""
    dense = {"f6": (84, 120), "output": (classes, 84)}
    shapes = with_biases(c1=(6, 1, 5, 5), c3=(16, 6, 5, 5), c5=(120, 16, 5, 5), **dense)
    return {n: draw.normal(*s) * (1.5 / math.prod(s[1:]) ** 0.5 if len(s) > 1 else 0.3) for n, s in shapes.items()}


def case(draw, classes, batch, note):
    return Case(((classes,), state(draw, classes), (draw.normal(batch, 1, 32, 32),)), note=note)


def far(draw, *shape):
    """Thousands, of either sign."""
    return 1e3 * draw.uniform(1, 5, *shape) * torch.where(draw.uniform(0, 1, *shape) < 0.5, -1.0, 1.0).double()


question = Question(
    cases=lambda draw: [
        case(draw, 10, 3, "three digits"),
        case(draw, 10, 1, "a batch of one"),
        case(draw, 26, 2, "26 classes"),
    ],
    extremes=lambda draw: [
        Case(((10,), state(draw, 10), (far(draw, 2, 1, 32, 32),)), compare=close, note="grey values in the thousands")
    ],
    defaults=lambda draw: [Case(((), state(draw, 10), (draw.normal(2, 1, 32, 32),)), note="no number of classes")],
    bears="grey values in the thousands, of either sign",
    probe=module(call=asked_again).but(device=False),
    gradients=True,
    answer="LeNet5",
)

# %% what is right, and what is wrong
import torch.nn.functional as F
from torch import nn

from autograder.spec import Exercise
from autograder.spec.mistakes.common import same
from autograder.spec.mistakes.networks import ANOTHER_ACTIVATION, NOT_BENT, RETURNS_PROBABILITIES, Bending
from autograder.spec.mistakes.pooling import TAKES_THE_LARGEST
from gradschool.convolutional import lenet

exercise = Exercise(
    question,
    lenet.LeNet5,
    points=6,
)


class Variant(Bending):
    """LeNet-5 as students write it, with what they get wrong as attributes."""

    bend = staticmethod(torch.tanh)
    pool = staticmethod(lambda h: F.avg_pool2d(h, 2))
    last = staticmethod(same)
    pools_first = False

    def __init__(self, classes=10):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, classes)

    def forward(self, x):
        for name in ("c1", "c3"):
            x = self.bend(self.pool(getattr(self, name)(x))) if self.pools_first else self.pool(self.bent(name, x))
        return self.last(self.output(self.bent("f6", self.bent("c5", x).flatten(1))))


wrong = exercise.variants(Variant)
wrong(TAKES_THE_LARGEST.told(window="window"), pool=lambda h: F.max_pool2d(h, 2))
wrong(ANOTHER_ACTIVATION.told(wrong="ReLU", right="tanh"), bend=torch.relu)
wrong(ANOTHER_ACTIVATION.told(wrong="the sigmoid", right="tanh"), bend=torch.sigmoid)
wrong(
    "bends with the paper's 1.7159 tanh(2z/3), where tanh itself is asked",
    "How large does your activation get?",
    bend=lambda h: 1.7159 * torch.tanh(2 * h / 3),
)
wrong(RETURNS_PROBABILITIES, last=lambda h: h.softmax(dim=1))
wrong("bends the scores, too", "How large can a score of yours be? How sure can the network get?", last=torch.tanh)
wrong(NOT_BENT.told(where="its convolutions"), unbent=("c1", "c3", "c5"))
wrong(NOT_BENT.told(where="C5"), unbent=("c5",))
wrong(NOT_BENT.told(where="F6"), unbent=("f6",))
wrong(
    "pools before it bends",
    "Is the mean of tanh the tanh of the mean? Which of the two does the table ask for?",
    pools_first=True,
)


@exercise.alternative
class AsLayers(Variant):
    def __init__(self, classes=10):
        super().__init__(classes)
        self.activation, self.pooling, self.flat = nn.Tanh(), nn.AvgPool2d(2, stride=2), nn.Flatten()

    def forward(self, x):
        for layer in (self.c1, self.c3):
            x = self.pooling(self.activation(layer(x)))
        x = self.flat(self.activation(self.c5(x)))
        return self.output(self.activation(self.f6(x)))


@exercise.alternative
class MeansByHand(Variant):
    def pool(self, h):
        return (h[..., ::2, ::2] + h[..., 1::2, ::2] + h[..., ::2, 1::2] + h[..., 1::2, 1::2]) / 4


@exercise.alternative
class C5AsAProduct(Variant):
    def forward(self, x):
        h = F.adaptive_avg_pool2d(self.bend(self.c1(x)), 14)
        h = F.adaptive_avg_pool2d(self.bend(self.c3(h)), 5)
        h = F.linear(h.reshape(len(h), -1), self.c5.weight.reshape(120, -1), self.c5.bias).tanh()
        return F.linear(F.linear(h, self.f6.weight, self.f6.bias).tanh(), self.output.weight, self.output.bias)
