"""The basic block of a residual network, in training and in evaluation."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import both_modes, module, normalisation_state


def case(draw, build, shape, note=""):
    inputs, outputs, stride = (*build, 1)[:3]
    batch, height, width = shape
    state = {"conv1.weight": draw.normal(outputs, inputs, 3, 3) / (9 * inputs) ** 0.5}
    state |= normalisation_state(draw, "bn1", outputs)
    state |= {"conv2.weight": draw.normal(outputs, outputs, 3, 3) / (9 * outputs) ** 0.5}
    state |= normalisation_state(draw, "bn2", outputs)
    if stride != 1 or inputs != outputs:
        state["shortcut.0.weight"] = draw.normal(outputs, inputs, 1, 1)
        state |= normalisation_state(draw, "shortcut.1", outputs)
    return Case((build, state, [draw.normal(batch, inputs, height, width)]), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, (3, 3, 1), (4, 5, 4), "as many channels as before"),
        case(draw, (2, 3, 3), (3, 7, 8), "stride 3"),
        case(draw, (2, 4, 2), (3, 6, 5), "twice the channels, half the size"),
        case(draw, (3, 2, 1), (2, 3, 4), "fewer channels, same size"),
        case(draw, (4, 4, 2), (2, 5, 6), "same channels, half the size"),
    ],
    defaults=lambda draw: [
        case(draw, (3, 3), (3, 4, 5), "no stride, as many channels as before"),
        case(draw, (2, 3), (2, 5, 4), "no stride, more channels"),
    ],
    returns=("training", "evaluation"),
    probe=module(call=both_modes).but(device=False),
    gradients=True,
    gives="a tensor",
    answer="ResidualBlock",
)

# %% what is right, and what is wrong
import torch.nn.functional as F
from torch import nn

from autograder.spec import Exercise
from autograder.spec.mistakes.networks import ACTIVATES_BEFORE_NORMALISING, NOT_BENT
from gradschool.convolutional.residual import ResidualBlock

exercise = Exercise(
    question,
    ResidualBlock,
    points=5,
)


class Parts(nn.Module):
    """The layers under the names of the task, joined in the right way, with what students get wrong as attributes."""

    strides = (True, False)  # which of the two convolutions takes the stride

    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        first, second = (stride if takes else 1 for takes in self.strides)
        self.conv1, self.bn1 = nn.Conv2d(inputs, outputs, 3, first, 1, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = nn.Conv2d(outputs, outputs, 3, second, 1, bias=False), nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def first(self, x):
        return F.relu(self.bn1(self.conv1(x)))

    def second(self, h):
        return self.bn2(self.conv2(h))

    def residual(self, x):
        return self.second(self.first(x))

    def joined(self, residual, short):
        return F.relu(residual + short)

    def forward(self, x):
        return self.joined(self.residual(x), self.shortcut(x))


wrong = exercise.variants(Parts)
wrong(
    "adds the shortcut after the last ReLU",
    "Can your block's output be negative? Can it ever take anything away from its input?",
    "In the formula, what stands inside the outer ReLU?",
    joined=lambda self, residual, short: F.relu(residual) + short,
)
wrong(NOT_BENT.told(where="the sum"), joined=lambda self, residual, short: residual + short)
wrong(NOT_BENT.told(where="its first convolution"), first=lambda self, x: self.bn1(self.conv1(x)))
wrong(
    "has no shortcut",
    "Set all weights of the two convolutions to 0. What should come out of the block, and what does?",
    joined=lambda self, residual, short: F.relu(residual),
)
wrong(
    "normalises the sum, shortcut included",
    "The shortcut should be the identity. Is it, if a normalisation comes after the sum?",
    second=lambda self, h: self.conv2(h),
    joined=lambda self, residual, short: F.relu(self.bn2(residual + short)),
)
wrong(
    "gives the stride to the second convolution",
    "At which size does your second convolution work, and at which should it?",
    strides=(False, True),
)
wrong(ACTIVATES_BEFORE_NORMALISING, first=lambda self, x: self.bn1(F.relu(self.conv1(x))))
wrong(
    "has a ReLU at the end of both ways before they meet",
    "How could the residual ever lower a value of the input?",
    joined=lambda self, residual, short: F.relu(F.relu(residual) + F.relu(short)),
)


@exercise.misconception(
    "overwrites x, and so starts its shortcut behind the first convolution",
    "What is called `x` in your last line: what the block was given?",
    "How many convolutions does your shortcut go around?",
)
class ShortcutStartsTooLate(Parts):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__(inputs, outputs, stride)
        self.same = stride == 1 and inputs == outputs

    def forward(self, x):
        h = self.first(x)
        return F.relu(self.second(h) + (h if self.same else self.shortcut(x)))


@exercise.misconception(
    "normalises by the batch in evaluation too",
    "Ask your block for one image alone, then for the same among others, in evaluation. Are the outputs the same?",
    "Who tells `F.batch_norm` in which mode it is? And `nn.BatchNorm2d`?",
)
class AlwaysTraining(Parts):
    def forward(self, x):
        for layer in self.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.train()
                layer.momentum = 0.0
        return super().forward(x)


@exercise.alternative
class AsAFormula(Parts):
    def forward(self, x):
        return torch.relu(self.shortcut(x) + self.residual(x))


@exercise.alternative
class AddedInPlace(Parts):
    def forward(self, x):
        out = self.conv1(x)
        out = self.bn1(out).relu_()
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        return out.clamp(min=0)


@exercise.alternative
class WithIdentity(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, kernel_size=3, stride=stride, padding="valid", bias=False)
        self.conv2 = nn.Conv2d(outputs, outputs, kernel_size=3, padding="same", bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity()
        self.act, self.pad = nn.ReLU(), nn.ZeroPad2d(1)
        if inputs != outputs or stride > 1:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        identity = self.shortcut(x)
        h = self.act(self.bn1(self.conv1(self.pad(x))))
        return self.act(torch.stack([identity, self.bn2(self.conv2(h))]).sum(dim=0))


@exercise.alternative
class ProjectionFromASubsampledImage(Parts):
    """A 1×1 window with a stride reads every second pixel: take those first."""

    def forward(self, x):
        short = x
        if len(self.shortcut):
            stride = self.shortcut[0].stride[0]
            weight = self.shortcut[0].weight[:, :, 0, 0]
            short = self.shortcut[1](torch.einsum("oc,bchw->bohw", weight, x[:, :, ::stride, ::stride]))
        return F.relu(self.residual(x) + short)
