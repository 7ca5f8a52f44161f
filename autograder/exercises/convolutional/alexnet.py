"""AlexNet: parameters and shapes of the whole network on the meta device, numbers of a narrow one, its dropout."""

import math

from autograder.spec import Case, Question
from autograder.spec.probes import architecture, asked_again, dropped, module, probe, with_biases

NARROW = 1 / 16


@probe(device=False, dtypes=("float64",))
def observed(answer, args, returns, gradients):
    """Three kinds of case: (build, shape) asks for shapes, (build, state, inputs) for numbers, in evaluation mode,
    (build, state, images, "training") for dropout."""
    if len(args) == 2:
        return {} if gradients else architecture(answer, args, returns, gradients)
    if len(args) == 4:
        return dropped(answer, *args[:3], dense_layers=3)
    return module(call=lambda net, inputs: asked_again(net.eval(), inputs))(answer, args, returns, gradients)


def state(draw, classes, groups, side):
    """Weights that make normalisation bite: sums of squares in the thousands."""
    last = ((((side - 11) // 4 + 1 - 3) // 2 + 1 - 3) // 2 + 1 - 3) // 2 + 1
    shapes = with_biases(
        conv1=(6, 3, 11, 11),
        conv2=(16, 6 // groups, 5, 5),
        conv3=(24, 16, 3, 3),
        conv4=(24, 24 // groups, 3, 3),
        conv5=(16, 24 // groups, 3, 3),
        fc6=(256, 16 * last**2),
        fc7=(256, 256),
        fc8=(classes, 256),
    )
    grow = {"conv1.weight": 8.0, "conv2.weight": 4.0}
    return {
        n: draw.normal(*s) * (grow.get(n, 1.4) / math.prod(s[1:]) ** 0.5 if len(s) > 1 else 0.3)
        for n, s in shapes.items()
    }


def narrow(draw, classes, groups, side, batch, note):
    images = 8 * draw.normal(batch, 3, side, side)
    return Case(((classes, groups, NARROW, side), state(draw, classes, groups, side), (images,)), note=note)


question = Question(
    cases=lambda draw: [
        Case(((1000, 1, 1.0, 227), (2, 3, 227, 227)), note="the whole network, one tower"),
        Case(((1000, 2, 1.0, 227), (2, 3, 227, 227)), note="the whole network, two groups"),
        Case(((10, 1, 1 / 8, 67), (3, 3, 67, 67)), note="an eighth of the width, images of 67×67"),
        Case(((5, 2, 1 / 4, 99), (1, 3, 99, 99)), note="a quarter of the width, images of 99×99"),
        narrow(draw, 7, 1, 67, 2, "numbers of a narrow network"),
        narrow(draw, 4, 2, 83, 1, "numbers of a narrow network with two groups"),
        Case(
            ((5, 1, NARROW, 67), state(draw, 5, 1, 67), 8 * draw.normal(8, 3, 67, 67), "training"), note="in training"
        ),
    ],
    defaults=lambda draw: [
        Case(((), (1, 3, 227, 227)), note="no arguments"),
        Case(((10,), (1, 3, 227, 227)), note="classes alone"),
        Case(((10, 2), (1, 3, 227, 227)), note="classes and groups"),
        Case(((10, 1, 1 / 8), (1, 3, 227, 227)), note="all but the side"),
    ],
    glimpse=lambda draw: narrow(draw, 3, 1, 67, 1, ""),
    returns=("scores",),
    gives="a tensor of scores",
    probe=observed,
    answer="AlexNet",
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F
from torch import nn

from autograder.spec import Exercise
from autograder.spec.mistakes.networks import ANOTHER_ACTIVATION, NOT_BENT, RETURNS_PROBABILITIES, Bending
from autograder.spec.mistakes.pooling import TAKES_THE_MEAN
from gradschool.convolutional import alexnet

exercise = Exercise(
    question,
    alexnet.AlexNet,
    points=8,
    shares={"parameters": 3, "scores": 6, "dropout": 2},
)

LAYERS = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8")


class Variant(Bending):
    """AlexNet as students write it, with what they get wrong as class attributes and methods."""

    stride, first_padding, second_padding, grouped, fifth = 4, 0, 2, (2, 4, 5), 256
    alpha, k, window, bias, probability = 5e-4, 2.0, 5, True, 0.5

    def __init__(self, classes=1000, groups=1, width=1.0, side=227):
        super().__init__()
        c = [3, *(int(width * n) for n in (96, 256, 384, 384, self.fifth))]
        kernels = {1: (11, self.first_padding), 2: (5, self.second_padding), 3: (3, 1), 4: (3, 1), 5: (3, 1)}
        for i, (kernel, padding) in kernels.items():
            g = groups if i in self.grouped else 1
            stride = self.stride if i == 1 else 1
            layer = nn.Conv2d(c[i - 1], c[i], kernel, stride, padding, groups=g, bias=self.bias)
            setattr(self, f"conv{i}", layer)
        units = int(width * 4096)
        with torch.device("meta"):
            flat = self.features(torch.empty(1, 3, side, side), shapes_only=True)
        self.fc6, self.fc7, self.fc8 = nn.Linear(flat, units), nn.Linear(units, units), nn.Linear(units, classes)
        self.drop = nn.Dropout(self.probability)

    def normalise(self, h):
        return F.local_response_norm(h, self.window, alpha=self.alpha, beta=0.75, k=self.k)

    def pool(self, h):
        return F.max_pool2d(h, 3, stride=2)

    def front(self, h):
        return self.pool(self.normalise(self.bend(h)))

    def features(self, x, shapes_only=False):
        convolutions = [getattr(self, f"conv{i}") for i in range(1, 6)]
        if shapes_only:
            convolutions = [
                nn.Conv2d(
                    c.in_channels, c.out_channels, c.kernel_size, c.stride, c.padding, groups=c.groups, device="meta"
                )
                for c in convolutions
            ]
        first, second, *middle, fifth = convolutions
        h = self.front(second(self.front(first(x))))
        for layer in middle:
            h = layer(h) if "conv3" in self.unbent else self.bend(layer(h))
        h = self.pool(self.bend(fifth(h)))
        return h[0].numel() if shapes_only else h.flatten(1)

    def forward(self, x):
        h = self.bent("fc6", self.drop(self.features(x)))
        return self.fc8(self.bent("fc7", self.drop(h)))


wrong = exercise.variants(Variant)
wrong(
    "gives torch the paper's α as it stands",
    "What does torch do with `alpha` before it multiplies by it? (The formula is in nn.LocalResponseNorm's documentation.)",
    alpha=1e-4,
)
wrong(
    "normalises with k = 1, torch's default",
    "What is the denominator of the normalisation where all channels are 0? What does the task say of k?",
    k=1.0,
)
wrong(
    "leaves local response normalisation out",
    "What stands between the ReLU and the pooling of the first two convolutions?",
    normalise=lambda self, h: h,
)
wrong(
    "normalises after pooling, not before it",
    "In which order does the table name the two?",
    front=lambda self, h: self.normalise(self.pool(self.bend(h))),
)
wrong(
    "normalises before the ReLU",
    "Whose activities does the normalisation let compete: those before the ReLU, or those behind it?",
    front=lambda self, h: self.pool(self.bend(self.normalise(h))),
)
wrong(
    "pools windows that do not overlap",
    "How far apart are the windows of 3×3 in the task, and how far in yours?",
    pool=lambda self, h: F.max_pool2d(h, 3, ceil_mode=True),
)
wrong("pools windows of 2×2", "How large are the windows in the task?", pool=lambda self, h: F.max_pool2d(h, 2))
wrong(TAKES_THE_MEAN, pool=lambda self, h: F.avg_pool2d(h, 3, 2))
wrong(NOT_BENT.told(where="a dense layer"), unbent=("fc6", "fc7"))
wrong(NOT_BENT.told(where="conv3 and conv4"), unbent=("conv3", "conv4"))
wrong(ANOTHER_ACTIVATION.told(wrong="tanh", right="ReLU"), bend=torch.tanh)
wrong(
    "groups all convolutions behind the first, the third among them",
    "Which convolution of the paper sees the maps of both GPUs?",
    grouped=(2, 3, 4, 5),
)
wrong("ignores `groups`", "How many input channels has a kernel of `conv2`, with groups=2?", grouped=())
wrong(
    "pads the first convolution by 2, which belongs to images of 224",
    "How large are the maps of `conv1` for images of 227, in the table and in your network?",
    first_padding=2,
)
wrong(
    "does not pad the second convolution",
    "How large are the maps of `conv2` in the table, and how large in yours?",
    second_padding=0,
)
wrong("has convolutions without biases", "How many numbers are missing from your count?", bias=False)


@exercise.mistake(RETURNS_PROBABILITIES)
class EndsInSoftmax(Variant):
    def forward(self, x):
        return super().forward(x).softmax(dim=1)


@exercise.misconception(
    "gives fc6 256·6·6 inputs (times the width), whatever the side of the images",
    "How large are the last maps for images of 67×67? What does `side` change in your class?",
)
class FixedSide(Variant):
    def __init__(self, classes=1000, groups=1, width=1.0, side=227):
        super().__init__(classes, groups, width, side)
        self.fc6 = nn.Linear(int(width * 256) * 6 * 6, int(width * 4096))


@exercise.misconception(
    "drops units in evaluation, too",
    "Ask your network twice for the same image, in evaluation mode. Does it say the same?",
    "What does `F.dropout` take for granted, unless it is told the mode?",
)
class DropsAlways(Variant):
    def forward(self, x):
        h = self.bend(self.fc6(F.dropout(self.features(x))))
        return self.fc8(self.bend(self.fc7(F.dropout(h))))


@exercise.alternative
class InALoop(Variant):
    pass


@exercise.alternative
class AsLayers(Variant):
    def __init__(self, classes=1000, groups=1, width=1.0, side=227):
        super().__init__(classes, groups, width, side)
        self.relu, self.pooling = nn.ReLU(), nn.MaxPool2d(kernel_size=3, stride=2)
        self.lrn = nn.LocalResponseNorm(size=5, alpha=5e-4, k=2)

    def forward(self, x):
        for layer in (self.conv1, self.conv2):
            x = self.pooling(self.lrn(self.relu(layer(x))))
        for layer in (self.conv3, self.conv4, self.conv5):
            x = self.relu(layer(x))
        x = torch.flatten(self.pooling(x), start_dim=1)
        for layer in (self.fc6, self.fc7):
            x = self.relu(layer(self.drop(x)))
        return self.fc8(x)


wrong(
    "drops another share of the units than the task says",
    "How many of four units does your network drop in training? How many should it?",
    probability=0.3,
)


@exercise.misconception(
    "has no dropout",
    "In training mode, ask your network twice for the same image. What should differ?",
    "What stands in the table behind `fc6` and `fc7`?",
)
class DropsNothing(Variant):
    def forward(self, x):
        return self.fc8(self.bent("fc7", self.bent("fc6", self.features(x))))


@exercise.alternative
class NormalisedByHand(Variant):
    def normalise(self, h):
        squares = F.pad(h**2, (0, 0, 0, 0, 2, 2)).unfold(1, 5, 1).sum(dim=-1)
        return h / (2 + 1e-4 * squares) ** 0.75

    def bend(self, h):
        return h.clamp(min=0)


@exercise.misconception(
    "drops units behind the dense layers, where the table has dropout in front of them",
    "Which numbers does `fc6` read in training: all that the last pooling leaves?",
)
class DropsBehindTheDenseLayers(Variant):
    def forward(self, x):
        h = self.drop(self.bend(self.fc6(self.features(x))))
        return self.fc8(self.drop(self.bend(self.fc7(h))))
