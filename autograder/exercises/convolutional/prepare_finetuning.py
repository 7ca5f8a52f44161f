"""A trained network made ready for another task: frozen, with a new head, and an optimizer for what may learn."""

from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from autograder.spec import Case, Question
from autograder.spec.errors import Unfinished, Unusable
from autograder.spec.outputs import Output
from autograder.spec.probes import article, function_of, probe


class Net(nn.Module):
    """A trained network as the task describes it, built from its state alone."""

    def __init__(self, state):
        super().__init__()
        stages = []
        while f"stages.{len(stages)}.0.weight" in state:
            outputs, inputs, k, _ = state[f"stages.{len(stages)}.0.weight"].shape
            stages.append(nn.Sequential(nn.Conv2d(inputs, outputs, k, padding=k // 2), nn.Tanh()))
        self.stages = nn.Sequential(*stages)
        self.head = nn.Linear(state["head.weight"].shape[1], state["head.weight"].shape[0])
        self.to(state["head.weight"].dtype).load_state_dict(state)

    def forward(self, x):
        return self.head(self.stages(x).mean(dim=(2, 3)))


@probe("state", "x", "y", "the new head's first weight", "lr", device=False)
def looked_at(answer: Any, args: tuple, returns: Any, gradients: bool) -> dict[str, Any]:
    """What the answer made of the network; and where two steps with its optimizer lead from a head of our own."""
    state, x, y, weight, lr = args
    net = Net(state)
    old = net.head
    for p in net.parameters():  # as the first task's training leaves it
        p.requires_grad_(True)
    optimizer = function_of(answer)(net, len(weight), lr)
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise Unusable("optimizer", f"Your function returned {article(optimizer)}, where an optimizer belongs.")
    if not isinstance(net.head, nn.Linear):
        raise Unusable("head", f"`net.head` is {article(net.head)} afterwards, where an nn.Linear belongs.")
    seen = {
        "head": torch.tensor([net.head.in_features, net.head.out_features, int(net.head is not old)]),
        "bytes that a weight of the head has more than before": torch.tensor(
            [net.head.weight.element_size() - old.weight.element_size()]
        ),
        "frozen": torch.tensor([not p.requires_grad for p in net.parameters()]),
        "rates": torch.tensor([rate(optimizer, p) if p.requires_grad else 0.0 for p in net.parameters()]),
    }
    if net.head.weight.shape == weight.shape:
        with torch.no_grad():
            net.head.weight.copy_(weight)
            if net.head.bias is not None:
                net.head.bias.zero_()
        try:
            for _ in range(2):
                optimizer.zero_grad()
                F.cross_entropy(net(x), y).backward()
                optimizer.step()
        except RuntimeError as error:
            raise Unfinished({Output(name): found for name, found in seen.items()}, error) from error
        seen["after two steps"] = torch.cat([t.detach().flatten() for t in net.state_dict().values()])
    return seen


def rate(optimizer, parameter):
    """The learning rate with which an optimizer moves a parameter; 0 if it does not hold it."""
    found = [g["lr"] for g in optimizer.param_groups if any(p is parameter for p in g["params"])]
    return float(found[0]) if found else 0.0


def case(draw, widths, classes, note=""):
    """Widths: channels of the image and of each stage; classes: of the old task and of the new one."""
    state = {}
    for i, (inputs, outputs) in enumerate(pairwise(widths)):
        state[f"stages.{i}.0.weight"] = draw.normal(outputs, inputs, 3, 3) / 3
        state[f"stages.{i}.0.bias"] = draw.normal(outputs)
    old, new = classes
    state |= {"head.weight": draw.normal(old, widths[-1]), "head.bias": draw.normal(old)}
    x, y = draw.normal(6, widths[0], 4, 3), draw.integers(0, new, 6)
    return Case((state, x, y, draw.normal(new, widths[-1]), 0.1 + 0.1 * draw.integer(1, 5)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, (1, 3, 4, 2), (5, 3)),
        case(draw, (2, 2, 3), (2, 4), "two stages, more classes than before"),
        case(draw, (1, 4, 2, 3, 5), (3, 3), "as many classes as before"),
    ],
    probe=looked_at,
    gives="the optimizer",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.comparison import exact
from gradschool.convolutional import finetuning

exercise = Exercise(
    question,
    finetuning.prepare_finetuning,
    points=5,
    beside=["bytes that a weight of the head has more than before"],
    compare={"head": exact, "frozen": exact},
)


def fresh_head(net, classes):
    old = net.head
    return nn.Linear(old.in_features, classes).to(old.weight.device, old.weight.dtype)


def groups(net, lr, share=0.1, stage=-1):
    return [{"params": net.head.parameters(), "lr": lr}, {"params": net.stages[stage].parameters(), "lr": share * lr}]


def prepared(net, classes, lr, *, head=fresh_head, stage=-1, share=0.1, freeze=True, momentum=0.9):
    """The right way, with what students get wrong as settings."""
    net.requires_grad_(not freeze)
    net.head = head(net, classes).requires_grad_()
    net.stages[stage].requires_grad_()
    return torch.optim.SGD(groups(net, lr, share, stage), momentum=momentum)


wrong = exercise.variants(prepared)
wrong(
    "gives the last stage the rate of the head",
    "Which of the two has to start from nothing, and which would be spoiled by large steps?",
    share=1.0,
)
wrong(
    "keeps the old head if the number of classes happens to be the same",
    "The old head's third output meant the third class of the old task. What does it mean in the new one?",
    head=lambda net, n: net.head if n == net.head.out_features else fresh_head(net, n),
)
wrong(
    "lets the first stage learn, and freezes the others",
    "Which stage knows edges, as every task needs them, and which is most about the old classes?",
    stage=0,
)
wrong(
    "leaves the momentum out",
    "Compare your steps with the task's optimizer: what does the second step remember?",
    momentum=0.0,
)


@exercise.misconception(
    "makes the optimizer while the old head is still there: the new one never learns",
    "Which tensors does an optimizer hold: those that `net` has now, or those that it had when the optimizer was made?",
    "In which order do your lines stand?",
)
def optimizer_first(net, classes, lr):
    optimizer = prepared(net, classes, lr, head=lambda net, classes: net.head)
    net.head = fresh_head(net, classes)
    return optimizer


@exercise.misconception(
    "freezes nothing", "Print `p.requires_grad` for every parameter. Which of them should say False?"
)
def freezes_nothing(net, classes, lr):
    optimizer = prepared(net, classes, lr, freeze=False)
    optimizer.add_param_group({"params": net.stages[:-1].parameters(), "lr": lr / 10})
    return optimizer


@exercise.misconception(
    "freezes the new head as well",
    "Print `p.requires_grad` of the head's parameters. In which order do your lines freeze and replace?",
)
def freezes_the_head(net, *rest):
    optimizer = prepared(net, *rest)
    net.head.requires_grad_(False)
    return optimizer


@exercise.misconception(
    "freezes the last stage too",
    "Which part of the old network should go on learning, if slowly?",
    "How many groups does your optimizer need?",
)
def head_alone(net, *rest):
    optimizer = prepared(net, *rest)
    net.stages.requires_grad_(False)
    return optimizer


@exercise.misconception(
    "gives the small rate to the head and the large one to the last stage",
    "Which of the two has to start from nothing, and which would be spoiled by large steps?",
)
def rates_swapped(net, classes, lr):
    return prepared(net, classes, lr / 10, share=10.0)


@exercise.misconception(
    "makes a head of float32, whatever data type the network has",
    "Which data type has `nn.Linear(3, 2).weight`? Which has `net.head.weight` in a network of float64?",
)
def head_in_single(net, classes, lr):
    return prepared(net, classes, lr, head=lambda net, classes: nn.Linear(net.head.in_features, classes))


@exercise.alternative
def by_hand(net, classes, lr):
    for p in net.parameters():
        p.requires_grad = False
    for p in net.stages[-1].parameters():
        p.requires_grad = True
    net.head = fresh_head(net, classes)
    return torch.optim.SGD(groups(net, lr), lr=lr, momentum=0.9)


@exercise.alternative
def stage_by_stage(net, classes, lr):
    for stage in net.stages[:-1]:
        stage.requires_grad_(False)
    weight = net.head.weight
    net.head = nn.Linear(weight.shape[1], classes).to(weight)
    optimizer = torch.optim.SGD(net.head.parameters(), lr=lr, momentum=0.9)
    optimizer.add_param_group({"params": list(net.stages[-1].parameters()), "lr": lr / 10})
    return optimizer


@exercise.alternative
def frozen_ones_held_too(net, classes, lr):
    """An optimizer may hold what has no gradient: it leaves it alone."""
    net.head = fresh_head(net, classes)
    frozen = [p.requires_grad_(False) for stage in net.stages[:-1] for p in stage.parameters()]
    return torch.optim.SGD([*groups(net, lr), {"params": frozen, "lr": lr}], momentum=0.9)


@exercise.alternative
def chosen_by_name(net, classes, lr):
    net.head = fresh_head(net, classes)
    last = f"stages.{len(net.stages) - 1}."
    learns = []
    for name, p in net.named_parameters():
        p.requires_grad = name.startswith(("head.", last))
        if p.requires_grad:
            learns.append({"params": [p], "lr": lr if name.startswith("head.") else 0.1 * lr})
    return torch.optim.SGD(learns, lr=1.0, momentum=0.9)
