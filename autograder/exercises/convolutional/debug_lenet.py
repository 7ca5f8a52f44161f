"""A LeNet that learns, but not with its convolutions: they lie in a plain list, where no optimizer finds them."""

import torch
import torch.nn.functional as F
from torch import nn

from autograder.spec import Case, Question
from autograder.spec.errors import Unusable
from autograder.spec.probes import class_of, mended, probe


@probe(device=False)
def observed(answer, args, returns, gradients):
    """What does not depend on how the parameters are named: how many an optimizer gets and moves, and the scores."""
    class_of(answer)
    x, y, fill = args
    net = answer()
    if not isinstance(net, nn.Module):
        raise Unusable("not a module", "Your class does not inherit from torch.nn.Module.")
    net.to(x.dtype)
    own = list(net.parameters())
    if not own:
        raise Unusable("no parameters", "Your network has no parameters: an optimizer would find nothing to train.")
    before = [p.detach().clone() for p in own]
    optimizer = torch.optim.SGD(own, lr=0.1)
    F.cross_entropy(net(x), y).backward()
    optimizer.step()
    moved = sum(p.numel() for p, b in zip(own, before, strict=True) if not torch.equal(p.detach(), b))
    with torch.no_grad():
        for p in own:  # one value for all weights: the scores then say which layers there are, whatever their names
            p.fill_(fill / (p[0].numel() if p.ndim > 1 else 1))
        scores = net(x)
    return {
        "parameters that an optimizer gets": sum(p.numel() for p in own),
        "parameters that a step moves": moved,
        "scores with all weights alike": scores,
    }


question = Question(
    cases=lambda draw: [
        Case((draw.normal(4, 1, 32, 32), draw.labels(10, 4), float(draw.uniform(0.7, 1.3))), note="four digits"),
        Case((draw.normal(1, 1, 32, 32) + 0.5, draw.labels(10, 1), float(draw.uniform(1.5, 2))), note="a batch of one"),
    ],
    returns=("network",),
    probe=mended(observed),
    gives="the letter and the mended class, in this order",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise


class Mended(nn.Module):
    """The notebook's network, put right."""

    def __init__(self):
        super().__init__()
        self.convolutions = nn.ModuleList([nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5), nn.Conv2d(16, 120, 5)])
        self.dense = nn.Linear(120, 84)
        self.output = nn.Linear(84, 10)

    def forward(self, x):
        h = F.avg_pool2d(torch.tanh(self.convolutions[0](x)), 2)
        h = F.avg_pool2d(torch.tanh(self.convolutions[1](h)), 2)
        h = torch.tanh(self.convolutions[2](h)).flatten(1)
        return self.output(torch.tanh(self.dense(h)))


def reference():
    return "B", Mended


exercise = Exercise(question, reference, points=4, shares={"fault": 6})


exercise.blames(
    Mended,
    {
        "A": ("the learning rate", "The loss falls steadily. What does not change in the whole training, at any rate?"),
        "C": (
            "the activation",
            "The network before this one had the same tanh. Which line of its class has no counterpart here?",
        ),
        "D": ("the pooling", "How would pooling explain that filters are the same before and after training?"),
        "E": (
            "the number of training images",
            "How many of the network's numbers does the optimizer know? Count them.",
        ),
    },
)


class StillAList(Mended):
    def __init__(self):
        super().__init__()
        hidden = [nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5), nn.Conv2d(16, 120, 5)]
        del self.convolutions
        self.convolutions = hidden

    def forward(self, x):
        for layer in self.convolutions:
            layer.to(x.dtype)
        return super().forward(x)


class OneLeftOut(Mended):
    def __init__(self):
        super().__init__()
        last = [self.convolutions[2].requires_grad_(False)]
        self.convolutions = self.convolutions[:2]
        self.last = last

    def forward(self, x):
        h = F.avg_pool2d(torch.tanh(self.convolutions[0](x)), 2)
        h = F.avg_pool2d(torch.tanh(self.convolutions[1](h)), 2)
        h = torch.tanh(self.last[0].to(x.dtype)(h)).flatten(1)
        return self.output(torch.tanh(self.dense(h)))


class Pieces(Mended):
    def forward(self, x):
        h = x
        for layer in self.convolutions[:2]:
            h = F.avg_pool2d(layer(h), 2)
        h = torch.tanh(self.convolutions[2](h)).flatten(1)
        return self.output(torch.tanh(self.dense(h)))


class WithoutGradient(Mended):
    def forward(self, x):
        with torch.no_grad():
            h = F.avg_pool2d(torch.tanh(self.convolutions[0](x)), 2)
            h = F.avg_pool2d(torch.tanh(self.convolutions[1](h)), 2)
            h = torch.tanh(self.convolutions[2](h)).flatten(1)
        return self.output(torch.tanh(self.dense(h)))


@exercise.misconception(
    "still keeps the convolutions where `net.parameters()` does not look",
    "Print `sum(p.numel() for p in net.parameters())`. Which layers are in it?",
    "What does `nn.Module` look at when a name is given to something: a tensor, a module, a list?",
)
def list_stays():
    return "B", StillAList


@exercise.misconception(
    "shows the optimizer two of the three convolutions",
    "Print `sum(p.numel() for p in net.parameters())`. How many should there be?",
)
def one_left_out():
    return "B", OneLeftOut


@exercise.misconception(
    "loses the tanh behind the first two convolutions",
    "Apart from the fault, the network should stay what it is. Compare the two `forward`s line by line.",
)
def tanh_lost():
    return "B", Pieces


@exercise.misconception(
    "lets no gradient through the convolutions",
    "After `backward`, what is `p.grad` for each parameter?",
)
def no_gradient():
    return "B", WithoutGradient


@exercise.alternative
def module_list():
    return "b", Mended


@exercise.alternative
def named_layers():
    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.c1, self.c3, self.c5 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5), nn.Conv2d(16, 120, 5)
            self.f6, self.out = nn.Linear(120, 84), nn.Linear(84, 10)

        def forward(self, x):
            h = F.avg_pool2d(self.c1(x).tanh(), 2)
            h = F.avg_pool2d(self.c3(h).tanh(), 2)
            return self.out(self.f6(self.c5(h).tanh().flatten(1)).tanh())

    return "B: the optimizer does not know the convolutions", Network


@exercise.alternative
def a_chain():
    class Network(nn.Sequential):
        def __init__(self):
            super().__init__(
                *(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2)),
                *(nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)),
            )

    return "B", Network


@exercise.alternative
def registered_one_by_one():
    class Network(Mended):
        def __init__(self):
            nn.Module.__init__(self)
            self.convolutions = [nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5), nn.Conv2d(16, 120, 5)]
            for i, layer in enumerate(self.convolutions):
                self.add_module(f"convolution{i}", layer)
            self.dense, self.output = nn.Linear(120, 84), nn.Linear(84, 10)

    return "B", Network
