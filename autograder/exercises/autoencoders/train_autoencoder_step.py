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
    return Stage((net, optimizer, x, kind), {"the network": net})


def case(draw, batch, inputs, hidden, code, kind, momentum=0.0, decay=0.0, note=""):
    state = autoencoder_state(draw, inputs, hidden, code)
    return Case((state, draw.uniform(0, 1, batch, inputs), kind, momentum, decay), note=note or kind)


question = Question(
    cases=lambda draw: [
        case(draw, 6, 5, 7, 3, "mse"),
        case(draw, 6, 5, 7, 3, "bce"),
        case(draw, 4, 4, 6, 2, "mse", momentum=0.9, decay=0.1, note="mse, momentum and weight decay"),
        case(draw, 1, 3, 5, 1, "bce", note="bce, a batch of one"),
    ],
    returns=("loss",),
    probe=training_step(ready, "weights", "x", "kind", "momentum", "decay"),
    forbids=["mse_loss", "binary_cross_entropy"],
    uses=("reconstruction_loss",),
)

# %% what is right, and what is wrong
from torch import nn

from autograder.spec import Exercise
from gradschool.autoencoders import steps
from gradschool.autoencoders.reconstruction import reconstruction_loss

exercise = Exercise(
    question,
    steps.train_autoencoder_step,
    points=4,
    shares={"the network": 5, "loss": 2, "the network in training mode": 0.5},
)


@exercise.misconception(
    "does not clear the gradients, so that those of earlier steps are added",
    "What does backward do with a gradient that is there already?",
)
def gradients_pile_up(net, optimizer, x, kind="mse"):
    net.train()
    loss = reconstruction_loss(net(x), x, kind)
    loss.backward()
    optimizer.step()
    return loss.item()


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


@exercise.misconception(
    "leaves the network in evaluation mode", "How would dropout or batch normalisation know that this is training?"
)
def still_evaluating(net, optimizer, x, kind="mse"):
    optimizer.zero_grad()
    loss = reconstruction_loss(net(x), x, kind)
    loss.backward()
    optimizer.step()
    return loss.item()


@exercise.misconception(
    "trains its decoder alone",
    "Compare the encoder's weights before and after a step.",
    "Which gradient gets past `detach`, `.data` or `no_grad`?",
)
def decoder_alone(net, optimizer, x, kind="mse"):
    net.train()
    optimizer.zero_grad()
    with torch.no_grad():
        h = net.encode(x)
    loss = reconstruction_loss(net.decode(h), x, kind)
    loss.backward()
    optimizer.step()
    return loss.item()


@exercise.misconception(
    "returns the loss after the step, not the one that made it",
    "How often does your function send the batch through the network?",
)
def loss_after_the_step(net, optimizer, x, kind="mse"):
    net.train()
    optimizer.zero_grad()
    reconstruction_loss(net(x), x, kind).backward()
    optimizer.step()
    return reconstruction_loss(net(x), x, kind).item()


@exercise.misconception("trains on the squared error whatever the kind", "Where in your function is `kind` looked at?")
def kind_not_passed_on(net, optimizer, x, kind="mse"):
    net.train()
    optimizer.zero_grad()
    loss = reconstruction_loss(net(x), x, "mse")
    loss.backward()
    optimizer.step()
    return loss.item()


@exercise.misconception(
    "divides the loss by the number of pixels",
    "Over which axes does `reconstruction_loss` sum, and what does yours do?",
)
def mean_over_pixels(net, optimizer, x, kind="mse"):
    net.train()
    optimizer.zero_grad()
    loss = reconstruction_loss(net(x), x, kind) / x.shape[1]
    loss.backward()
    optimizer.step()
    return loss.item()


@exercise.misconception(
    "hands output and images to the loss in the wrong order",
    "The squared error does not care which of the two comes first. Does the cross-entropy?",
)
def arguments_swapped(net, optimizer, x, kind="mse"):
    net.train()
    optimizer.zero_grad()
    loss = reconstruction_loss(x, net(x), kind)
    loss.backward()
    optimizer.step()
    return loss.item()


@exercise.misconception(
    "never takes the step", "Which line of yours changes a weight?", "What does `backward` compute, and what not?"
)
def no_step(net, optimizer, x, kind="mse"):
    net.train()
    optimizer.zero_grad()
    loss = reconstruction_loss(net(x), x, kind)
    loss.backward()
    return loss.item()


@exercise.misconception("takes two steps on the batch", "How often does your function call the optimizer?")
def two_steps(net, optimizer, x, kind="mse"):
    net.train()
    for i in range(2):
        optimizer.zero_grad()
        loss = reconstruction_loss(net(x), x, kind)
        first = first if i else loss.item()
        loss.backward()
        optimizer.step()
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
