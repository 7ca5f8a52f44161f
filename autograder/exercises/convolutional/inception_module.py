"""GoogLeNet's module: four ways side by side, joined along the channels."""

from autograder.spec import Case, Question
from autograder.spec.probes import asked_again, module


def case(draw, build, shape, note=""):
    inputs, c1, reduce3, c3, reduce5, c5, pool = build
    windows = {
        "one": (c1, inputs, 1),
        "reduce3": (reduce3, inputs, 1),
        "three": (c3, reduce3, 3),
        "reduce5": (reduce5, inputs, 1),
        "five": (c5, reduce5, 5),
        "project": (pool, inputs, 1),
    }
    state = {}
    for name, (outputs, channels, k) in windows.items():
        state[f"{name}.weight"] = draw.normal(outputs, channels, k, k) / (channels * k * k) ** 0.5
        state[f"{name}.bias"] = draw.normal(outputs)
    batch, height, width = shape
    return Case((build, state, [draw.normal(batch, inputs, height, width)]), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, (3, 4, 2, 5, 3, 2, 3), (2, 6, 5)),
        case(draw, (4, 3, 3, 3, 3, 3, 3), (1, 7, 4), "all ways equally wide, a batch of one"),
        case(draw, (2, 1, 1, 2, 1, 1, 1), (3, 1, 2), "images smaller than the windows"),
    ],
    probe=module(call=asked_again).but(device=False),
    gradients=True,
    answer="InceptionModule",
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F
from torch import nn

from autograder.spec import Exercise
from autograder.spec.mistakes.common import same
from autograder.spec.mistakes.networks import NOT_BENT, Bending
from autograder.spec.mistakes.pooling import TAKES_THE_MEAN, ZEROS_WIN
from gradschool.convolutional.inception import InceptionModule

exercise = Exercise(
    question,
    InceptionModule,
    points=5,
)


class Ways(Bending):
    """The six convolutions under the names of the task, joined in the right way, with mistakes as attributes."""

    pool = staticmethod(lambda x: F.max_pool2d(x, 3, stride=1, padding=1))
    order = (0, 1, 2, 3)

    def __init__(self, inputs, c1, reduce3, c3, reduce5, c5, pool):
        super().__init__()
        self.one = nn.Conv2d(inputs, c1, 1)
        self.reduce3, self.three = nn.Conv2d(inputs, reduce3, 1), nn.Conv2d(reduce3, c3, 3, padding=1)
        self.reduce5, self.five = nn.Conv2d(inputs, reduce5, 1), nn.Conv2d(reduce5, c5, 5, padding=2)
        self.project = nn.Conv2d(inputs, pool, 1)

    def fourth(self, x):
        return self.bent("project", self.pool(x))

    def ways(self, x):
        three, five = self.bent("reduce3", x), self.bent("reduce5", x)
        return [self.bent("one", x), self.bent("three", three), self.bent("five", five), self.fourth(x)]

    def forward(self, x):
        ways = self.ways(x)
        return torch.cat([ways[i] for i in self.order], dim=1)


wrong = exercise.variants(Ways)
wrong(NOT_BENT.told(where="the 1×1 convolutions before larger windows"), unbent=("reduce3", "reduce5"))
wrong(NOT_BENT.told(where="its ways"), unbent=("one", "three", "five", "project"))
wrong(NOT_BENT.told(where="the convolution that follows the pooling"), unbent=("project",))
wrong(
    "joins the four ways in another order",
    "In which order does the task list them? The next layer's weights count on it.",
    order=(3, 0, 1, 2),
)
wrong(
    "pools after the 1×1 convolution, not before it",
    "Follow the fourth way in the drawing: what happens to x first?",
    "Is the maximum of sums the same as the sum of maxima?",
    fourth=lambda self, x: self.pool(self.bent("project", x)),
)
wrong(TAKES_THE_MEAN, pool=lambda x: F.avg_pool2d(x, 3, stride=1, padding=1))
wrong(
    "leaves the pooling out of the fourth way",
    "The fourth way has no larger window of its own. How does it see a pixel's neighbours?",
    pool=same,
)
wrong(ZEROS_WIN, pool=lambda x: F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 3, stride=1))


@exercise.alternative
class ReluOnceAtTheEnd(Ways):
    def forward(self, x):
        three, five = self.three(self.reduce3(x).clamp(min=0)), self.five(self.reduce5(x).clamp(min=0))
        pooled = nn.MaxPool2d(3, 1, 1)(x)
        return torch.cat([self.one(x), three, five, self.project(pooled)], dim=-3).clamp(min=0)


@exercise.alternative
class WrittenIntoOneTensor(Ways):
    def forward(self, x):
        parts = self.ways(x)
        out = x.new_empty(len(x), sum(p.shape[1] for p in parts), *x.shape[2:])
        start = 0
        for part in parts:
            out[:, start : start + part.shape[1]] = part
            start += part.shape[1]
        return out


@exercise.alternative
class PoolByUnfolding(Ways):
    def forward(self, x):
        padded = F.pad(x, (1, 1, 1, 1), value=float("-inf"))
        pooled = padded.unfold(2, 3, 1).unfold(3, 3, 1).amax(dim=(-1, -2))
        return torch.cat([*self.ways(x)[:3], torch.relu(self.project(pooled))], dim=1)


@exercise.alternative
class ReductionsAsOneConvolution(Ways):
    """Both 1×1 reductions and the first way look at the same pixel: one convolution does all three."""

    def forward(self, x):
        layers = self.one, self.reduce3, self.reduce5
        weight, bias = torch.cat([m.weight for m in layers]), torch.cat([m.bias for m in layers])
        sizes = [len(m.bias) for m in layers]
        one, three, five = F.conv2d(x, weight, bias).relu().split(sizes, dim=1)
        return torch.cat([one, self.three(three).relu(), self.five(five).relu(), self.ways(x)[3]], dim=1)
