"""A training script whose loss falls, and stays above that of principal components: its encoder never learns."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import Stage, autoencoder_of, autoencoder_state, mended, training_step


def ready(state, x):
    net = autoencoder_of(state)
    return Stage((net, torch.optim.SGD(net.parameters(), 0.02), x), {"the network": net})


def case(draw, batch, inputs, hidden, code, note=""):
    state = autoencoder_state(draw, inputs, hidden, code)
    return Case((state, draw.normal(batch, inputs)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 8, 5, 7, 3),
        case(draw, 5, 4, 6, 2, "a small batch"),
        case(draw, 1, 4, 5, 1, "a single sample"),
    ],
    returns=("loss", "codes"),
    probe=mended(training_step(ready, "weights", "x", count=2)),
    detached=("codes",),
    gives="the letter and the mended function, in this order",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.autoencoders.reconstruction import reconstruction_loss


def step(net, optimizer, x):
    optimizer.zero_grad()
    h = net.encode(x)
    loss = reconstruction_loss(net.decode(h), x)
    loss.backward()
    optimizer.step()
    return loss.item(), h.detach()


def reference():
    return "D", step


exercise = Exercise(
    question,
    reference,
    points=4,
    shares={
        "fault": 7,
        "the network": 5,
        "the network in training mode": 0,
        "the network ran in evaluation mode": 0,
        "loss": 0.5,
        "codes": 0.5,
    },
)


def broken(net, optimizer, x):
    optimizer.zero_grad()
    h = net.encode(x).detach()
    loss = reconstruction_loss(net.decode(h), x)
    loss.backward()
    optimizer.step()
    return loss.item(), h


exercise.blames(
    step,
    {
        "A": (
            "the learning rate",
            "The loss has levelled out long before the end. What would a rate that is too small look like?",
        ),
        "B": (
            "a code that is too short",
            "How many numbers does the plane of principal components keep of each image, and how large is its error?",
        ),
        "C": (
            "the loss",
            "Both errors in the printed line are computed by the same function. Could it favour one of them?",
        ),
        "E": ("gradients that pile up", "Which line clears the gradients? For whom are there any?"),
    },
)


@exercise.misconception(
    "leaves the fault in: the encoder stays as it was",
    "Compare the encoder's weights before and after a step of your function.",
    "Which codes does the decoder get in it, and which are only kept for the picture?",
)
def still_broken():
    return "D", broken


def encoder_alone(net, optimizer, x):
    optimizer.zero_grad()
    h = net.encode(x)
    with torch.no_grad():
        kept = [p.clone() for p in net.decoder.parameters()]
    loss = reconstruction_loss(net.decode(h), x)
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for p, before in zip(net.decoder.parameters(), kept, strict=True):
            p.copy_(before)
    return loss.item(), h.detach()


@exercise.misconception(
    "trains the encoder now, and no longer the decoder", "Which of the weights move in a step of your function?"
)
def only_the_encoder():
    return "D", encoder_alone


@exercise.alternative
def detached_for_the_picture():
    def mended(net, optimizer, x):
        codes = net.encode(x)
        loss = reconstruction_loss(net.decode(codes), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item(), codes.detach()

    return "d", mended


@exercise.alternative
def encoded_twice():
    def mended(net, optimizer, x):
        with torch.no_grad():
            seen = net.encode(x)
        optimizer.zero_grad()
        loss = reconstruction_loss(net(x), x)
        loss.backward()
        optimizer.step()
        return float(loss.detach()), seen

    return "D: no gradient reaches the encoder", mended


@exercise.alternative
def by_autograd_grad():
    def mended(net, optimizer, x):
        h = net.encode(x)
        loss = ((net.decode(h) - x) ** 2).sum() / len(x)
        parameters = list(net.parameters())
        for p, g in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            p.grad = g
        optimizer.step()
        return loss.item(), h.detach().clone()

    return "D", mended
