"""GoogLeNet's module: four ways side by side, joined along the channels."""

from autograder.spec import Case, Question
from autograder.spec.probes import module


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
    probe=module().but(device=False),
    gradients=True,
    answer="InceptionModule",
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F
from torch import nn

from autograder.spec import Exercise
from gradschool.convolutional.inception import InceptionModule

exercise = Exercise(
    question,
    InceptionModule,
    points=5,
)


class Ways(nn.Module):
    """The six convolutions under the names of the task; how they are joined is for the answers below to say."""

    def __init__(self, inputs, c1, reduce3, c3, reduce5, c5, pool):
        super().__init__()
        self.one = nn.Conv2d(inputs, c1, 1)
        self.reduce3, self.three = nn.Conv2d(inputs, reduce3, 1), nn.Conv2d(reduce3, c3, 3, padding=1)
        self.reduce5, self.five = nn.Conv2d(inputs, reduce5, 1), nn.Conv2d(reduce5, c5, 5, padding=2)
        self.project = nn.Conv2d(inputs, pool, 1)

    def ways(self, x):
        return [
            F.relu(self.one(x)),
            F.relu(self.three(F.relu(self.reduce3(x)))),
            F.relu(self.five(F.relu(self.reduce5(x)))),
            F.relu(self.project(F.max_pool2d(x, 3, stride=1, padding=1))),
        ]


@exercise.misconception(
    "has no ReLU between the 1×1 convolutions and the larger windows",
    "Two convolutions in a row without anything between them: what could one convolution not do of that?",
    "After which convolutions does the task want a ReLU?",
)
class NoReluInside(Ways):
    def forward(self, x):
        one, _, _, pool = self.ways(x)
        return torch.cat([one, F.relu(self.three(self.reduce3(x))), F.relu(self.five(self.reduce5(x))), pool], 1)


@exercise.misconception(
    "has no ReLU at the end of its ways",
    "Is any number of your output negative? Should one be?",
)
class NoReluAtTheEnd(Ways):
    def forward(self, x):
        pooled = F.max_pool2d(x, 3, stride=1, padding=1)
        three, five = self.three(F.relu(self.reduce3(x))), self.five(F.relu(self.reduce5(x)))
        return torch.cat([self.one(x), three, five, self.project(pooled)], 1)


@exercise.misconception(
    "has no ReLU after the convolution that follows the pooling",
    "Which of your four ways can still give negative numbers?",
)
class PoolWithoutRelu(Ways):
    def forward(self, x):
        pooled = F.max_pool2d(x, 3, stride=1, padding=1)
        return torch.cat([*self.ways(x)[:3], self.project(pooled)], 1)


@exercise.misconception(
    "joins the four ways in another order",
    "In which order does the task list them? The next layer's weights count on it.",
)
class AnotherOrder(Ways):
    def forward(self, x):
        one, three, five, pool = self.ways(x)
        return torch.cat([pool, one, three, five], 1)


@exercise.misconception(
    "pools after the 1×1 convolution, not before it",
    "Follow the fourth way in the drawing: what happens to x first?",
    "Is the maximum of sums the same as the sum of maxima?",
)
class PoolsLast(Ways):
    def forward(self, x):
        return torch.cat([*self.ways(x)[:3], F.max_pool2d(F.relu(self.project(x)), 3, stride=1, padding=1)], 1)


@exercise.misconception(
    "takes the mean of each neighbourhood where the module takes the maximum",
    "Which pooling does the task ask for in the fourth way?",
)
class MeanPooling(Ways):
    def forward(self, x):
        pooled = F.avg_pool2d(x, 3, stride=1, padding=1)
        return torch.cat([*self.ways(x)[:3], F.relu(self.project(pooled))], 1)


@exercise.misconception(
    "leaves the pooling out of the fourth way",
    "The fourth way has no larger window of its own. How does it see a pixel's neighbours?",
)
class NoPooling(Ways):
    def forward(self, x):
        return torch.cat([*self.ways(x)[:3], F.relu(self.project(x))], 1)


@exercise.misconception(
    "pools zeros beyond the border, which beat negative inputs",
    "With which number must the border be padded, so that it is never the largest?",
    "Does your network pad before it pools, or does the pooling?",
)
class ZerosBeyondTheBorder(Ways):
    def forward(self, x):
        pooled = F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 3, stride=1)
        return torch.cat([*self.ways(x)[:3], F.relu(self.project(pooled))], 1)


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
