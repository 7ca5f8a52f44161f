"""One step of training an autoencoder: what it returns, and where the network is afterwards."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import Stage, autoencoder_of, autoencoder_state, training_step


def ready(state, x, kind, momentum, decay):
    """The network is in evaluation mode, and a gradient is left over from someone before."""
    net = autoencoder_of(state)
    net.eval()
    optimizer = torch.optim.SGD(net.parameters(), 0.05, momentum=momentum, weight_decay=decay)
    for p in net.parameters():
        p.grad = torch.ones_like(p)
    return Stage((net, optimizer, x, *kind), {"the network": net})


def case(draw, batch, inputs, hidden, code, kind, momentum=0.0, decay=0.0, note=""):
    state = autoencoder_state(draw, inputs, hidden, code)
    return Case((state, draw.uniform(0, 1, batch, inputs), (kind,), momentum, decay), note=note or kind)


def kind_left_out(draw):
    state, x, _, *others = case(draw, 5, 4, 6, 2, "mse").args
    return Case((state, x, (), *others), note="kind left out")


question = Question(
    cases=lambda draw: [
        case(draw, 6, 5, 7, 3, "mse"),
        case(draw, 6, 5, 7, 3, "bce"),
        case(draw, 4, 4, 6, 2, "mse", momentum=0.9, decay=0.1, note="mse, momentum and weight decay"),
        case(draw, 1, 3, 5, 1, "bce", note="bce, a batch of one"),
    ],
    defaults=lambda draw: [kind_left_out(draw)],
    returns=("loss",),
    probe=training_step(ready, "weights", "x", "kind", "momentum", "decay"),
    uses=("reconstruction_loss",),
)

# %% what is right, and what is wrong
from torch import nn

from autograder.spec import Exercise
from autograder.spec.mistakes import made_in
from autograder.spec.mistakes import training_steps as t
from autograder.spec.mistakes.training_steps import step
from gradschool.autoencoders import steps
from gradschool.autoencoders.reconstruction import reconstruction_loss

exercise = Exercise(
    question,
    steps.train_autoencoder_step,
    points=4,
    shares={
        "the network": 5,
        "loss": 2,
        "the network in training mode": 0.5,
        "the network ran in evaluation mode": 0.5,
    },
)


@step
def right(net, x, kind="mse"):
    return reconstruction_loss(net(x), x, kind)


exercise.mistakes(made_in(right, t.NEVER_CLEARED, t.NOTHING_MOVES, t.MODE_AS_FOUND, t.LOSS_AFTERWARDS))


@exercise.misconception(
    "clears the gradients between backward and step", "What is left of the gradients when the optimizer looks at them?"
)
def cleared_too_late(net, optimizer, x, kind="mse"):
    net.train()
    loss = reconstruction_loss(net(x), x, kind)
    loss.backward()
    optimizer.zero_grad(set_to_none=False)
    optimizer.step()
    return loss.item()


@exercise.mistake(t.DECODER_ALONE)
@step
def decoder_alone(net, x, kind="mse"):
    return reconstruction_loss(net.decode(net.encode(x).detach()), x, kind)


@exercise.misconception("trains on the squared error whatever the kind", "Where in your function is `kind` looked at?")
@step
def kind_not_passed_on(net, x, kind="mse"):
    return reconstruction_loss(net(x), x, "mse")


@exercise.misconception(
    "divides the loss by the number of pixels",
    "Over which axes does `reconstruction_loss` sum, and what does yours do?",
)
@step
def mean_over_pixels(net, x, kind="mse"):
    return reconstruction_loss(net(x), x, kind) / x.shape[1]


@exercise.mistake(t.SWAPPED_IN_THE_LOSS.told(loss="reconstruction_loss"))
@step
def arguments_swapped(net, x, kind="mse"):
    return reconstruction_loss(x, net(x), kind)


@exercise.misconception("takes two steps on the batch", "How often does your function call the optimizer?")
def two_steps(*args):
    first, _ = right(*args), right(*args)
    return first


@exercise.alternative
def gradients_set_to_none(net, optimizer, x, kind="mse"):
    for p in net.parameters():
        p.grad = None
    net.train(True)
    h = net.encode(x)
    loss = reconstruction_loss(net.decode(h), x, kind)
    loss.backward()
    optimizer.step()
    return float(loss.detach())


@exercise.alternative
def by_autograd_grad(net, optimizer, x, kind="mse"):
    net.train()
    loss = reconstruction_loss(net(x), x, kind)
    parameters = list(net.parameters())
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        p.grad = g
    optimizer.step()
    return loss.item()


@exercise.alternative
def in_a_closure(net, optimizer, x, kind="mse"):
    nn.Module.train(net)

    def closure():
        optimizer.zero_grad(set_to_none=False)
        loss = reconstruction_loss(output=net.forward(x), x=x, kind=kind)
        loss.backward()
        return loss

    return optimizer.step(closure).item()
