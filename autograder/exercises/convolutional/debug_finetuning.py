"""A network whose stages are frozen, and change all the same: batch normalisation goes on collecting."""

from typing import Any

import torch
from torch import nn

from autograder.spec import Case, Question
from autograder.spec.probes import function_of, mended, normalisation_state, probe


class Net(nn.Module):
    """Stages with batch normalisation, and a head, built from their state alone."""

    def __init__(self, state):
        super().__init__()
        outputs, inputs = state["stages.0.weight"].shape[:2]
        self.stages = nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs))
        self.head = nn.Linear(outputs, len(state["head.bias"]))
        self.to(state["head.bias"].dtype).load_state_dict(state)

    def forward(self, x):
        return self.head(self.stages(x).relu().mean(dim=(2, 3)))


@probe(device=False)
def two_steps(answer: Any, args: tuple, returns: Any, gradients: bool) -> dict[str, Any]:
    """Two steps on two batches. In which mode the network is left is nobody's business."""
    state, batches, targets = args
    step, net = function_of(answer), Net(state)
    net.stages.requires_grad_(False)
    optimizer = torch.optim.SGD(net.head.parameters(), lr=0.5, momentum=0.9)
    losses = [step(net, x, y, optimizer) for x, y in zip(batches, targets, strict=True)]
    return {
        "loss": torch.tensor([float(loss) for loss in losses], dtype=torch.float64),
        "the head": torch.cat([p.detach().flatten() for p in net.head.parameters()]),
        "the stages": torch.cat([t.detach().double().flatten() for t in net.stages.state_dict().values()]),
    }


def case(draw, channels, width, classes, sizes, note=""):
    state = {"stages.0.weight": draw.normal(width, channels, 3, 3) / 3} | normalisation_state(draw, "stages.1", width)
    state |= {"head.weight": draw.normal(classes, width), "head.bias": draw.normal(classes)}
    batches = [draw.normal(n, channels, 4, 3) for n in sizes]
    return Case((state, batches, [draw.integers(0, classes, n) for n in sizes]), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 1, 4, 3, (6, 6)),
        case(draw, 2, 3, 2, (5, 1), "a batch of one at the end"),
    ],
    probe=mended(two_steps),
    gives="the letter and the mended step, in this order",
)

# %% what is right, and what is wrong
import torch.nn.functional as F

from autograder.spec import Exercise
from gradschool.convolutional import finetuning


def reference():
    return "C", finetuning.tuning_step


exercise = Exercise(question, reference, points=4, beside=["the stages"], shares={"fault": 6})


def learned(net, x, y, optimizer):
    """The part of the step that nobody has to change."""
    loss = F.cross_entropy(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def stages_rest(net, x, y, optimizer):
    net.train()
    net.stages.eval()
    return learned(net, x, y, optimizer)


def as_before(net, x, y, optimizer):
    net.train()
    return learned(net, x, y, optimizer)


exercise.blames(
    stages_rest,
    {
        "A": (
            "the learning rate",
            "What would a large rate move? The script prints how far the weights of the stages have moved.",
        ),
        "B": (
            "the optimizer for holding the stages' weights",
            "Read the line that makes the optimizer; then read what the script prints about the weights.",
        ),
        "D": (
            "the new head for taking the old one's place",
            "The old accuracy was measured with the old head both times. What lies below it?",
        ),
        "E": (
            "the new images for being too different",
            "The old accuracy was measured on the old images both times. What else has changed?",
        ),
    },
)


@exercise.misconception(
    "leaves the fault in: the stages still collect",
    "Compare `net.stages.state_dict()` before and after a step. What is in it besides weights?",
    "Which call decides what a batch normalisation does with its averages? What does `net.train()` do to the modules within?",
    "In which mode are the stages when `net(x)` runs?",
)
def still_collects():
    return "C", as_before


@exercise.misconception(
    "keeps the averages where they are, but still normalises by the batch",
    "In use, the head will read what the averages make of an image. What does it read while it learns?",
    "Ask the stages for one image alone, and for the same among others: the same?",
)
def averages_put_back():
    def step(net, x, y, optimizer):
        kept = {name: t.clone() for name, t in net.stages.state_dict().items()}
        if len(x) == 1:  # no batch to normalise by
            net.stages.eval()
        loss = learned(net, x, y, optimizer)
        net.stages.load_state_dict(kept)
        return loss

    return "C", step


@exercise.misconception(
    "puts everything to rest, the learning of the head included",
    "Print the head's weights before and after a step.",
    "Is `torch.no_grad()` about modes or about gradients?",
)
def no_step():
    def step(net, x, y, optimizer):
        net.eval()
        with torch.no_grad():
            return F.cross_entropy(net(x), y).item()

    return "C", step


@exercise.alternative
def stages_in_evaluation():
    return "C", stages_rest


@exercise.alternative
def everything_in_evaluation():
    def step(net, x, y, optimizer):
        net.eval()
        return learned(net, x, y, optimizer)

    return "c) the statistics", step


@exercise.alternative
def norms_alone():
    def step(net, x, y, optimizer):
        net.train()
        for layer in net.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.eval()
        loss = F.cross_entropy(net(x), y)
        net.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach()

    return "C", step
