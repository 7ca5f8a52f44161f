"""Reconstruct first, then classify with the same encoder: two short trainings, seen by the weights that they leave."""

from functools import partial

import torch
from torch import nn

from autograder.spec import Case, Question
from autograder.spec.probes import Stage, training_step
from gradschool.training import seeded

PIXELS, HIDDEN, CODE, CLASSES = 6, 7, 3, 4


def networks():
    encoder = nn.Sequential(nn.Linear(PIXELS, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, CODE))
    return encoder, nn.Linear(CODE, PIXELS), nn.Linear(CODE, CLASSES)


def stage(states, images, x, y, steps, lr):
    """Three small networks and gradient descent with momentum, which no phase may hand to the next."""
    nets = [net.to(x.dtype) for net in networks()]
    for net, state in zip(nets, states, strict=True):
        net.load_state_dict(state)
    make = partial(torch.optim.SGD, lr=lr, momentum=0.9)
    named = dict(zip(("encoder", "decoder", "head"), nets, strict=True))
    return Stage((*nets, images, x, y, steps, make), named)


def case(draw, unlabelled, labelled, steps, note=""):
    with seeded(draw.integer(0, 10**6)):
        states = [{n: 1.5 * p.detach().double() for n, p in net.state_dict().items()} for net in networks()]
    images, x = draw.normal(unlabelled, PIXELS), draw.normal(labelled, PIXELS)
    return Case((states, images, x, draw.labels(CLASSES, labelled), steps, 0.1), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 12, 5, (4, 3)),
        case(draw, 9, 6, (2, 5), "fewer steps of the first phase than of the second"),
        case(draw, 8, 4, (1, 1), "one step each"),
    ],
    returns=("reconstruction", "classification"),
    probe=training_step(stage, count=1),
)

# %% what is right, and what is wrong
import copy

import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes import made_in
from autograder.spec.mistakes import training_steps as t
from gradschool.autoencoders import pretraining

exercise = Exercise(
    question,
    pretraining.pretrain_and_finetune,
    points=5,
    shares={
        f"{name} {mode}": 0.2
        for name in ("encoder", "decoder", "head")
        for mode in ("in training mode", "ran in evaluation mode")
    },
)


def reconstruct(encoder, decoder, images):
    return F.mse_loss(decoder(encoder(images)), images)


def classify(encoder, head, x, y):
    return F.cross_entropy(head(encoder(x)), y)


def parameters(*nets):
    return [p for net in nets for p in net.parameters()]


def descend(loss_of, optimizer, steps, **habits):
    """The loss of the last step; an optimizer that is a function is made anew in each."""
    losses = [t.descend(loss_of(), optimizer() if callable(optimizer) else optimizer, **habits) for _ in range(steps)]
    return losses[-1] if losses else float("nan")


def phases(
    encoder, decoder, head, images, x, y, steps, make_optimizer,
    *, first="encoder decoder", second="encoder head", classify=classify, anew=False, **habits,
):  # fmt: skip
    """The right way, with what students get wrong as settings; `first` and `second` say what learns in each phase."""
    nets = {"encoder": encoder, "decoder": decoder, "head": head}

    def optimizer(names):
        weights = parameters(*(nets[name] for name in names.split()))
        return (lambda: make_optimizer(weights)) if anew else make_optimizer(weights)

    return (
        descend(lambda: reconstruct(encoder, decoder, images), optimizer(first), steps[0], **habits),
        descend(lambda: classify(encoder, head, x, y), optimizer(second), steps[1], **habits),
    )


wrong = exercise.variants(phases)
wrong(t.DECODER_ALONE, first="decoder")
wrong(
    "leaves the encoder as it is in the second phase",
    "Which parameters does your second optimizer know?",
    "What is the difference between fine-tuning and a classifier on fixed features?",
    second="head",
)
wrong(
    t.PROBABILITIES_TO_THE_LOSS.told(loss="cross_entropy"),
    classify=lambda encoder, head, x, y: F.cross_entropy(head(encoder(x)).softmax(1), y),
)
wrong(
    "makes a new optimizer in every step, which forgets its momentum each time",
    "What does an optimizer remember from step to step? Where in your code is it made?",
    anew=True,
)
exercise.mistakes(made_in(phases, t.NEVER_CLEARED))


@exercise.misconception(
    "uses one optimizer for both phases, whose momentum goes on in the direction of the first",
    "What does an optimizer remember from step to step? Should the classifier's first step know of it?",
)
def one_optimizer(encoder, decoder, head, images, x, y, steps, make_optimizer):
    optimizer = make_optimizer(parameters(encoder, decoder, head))
    return phases(encoder, decoder, head, images, x, y, steps, lambda weights: optimizer)


@exercise.misconception(
    "pretrains on the labelled samples only",
    "How many images are there without labels? Which of your lines looks at them?",
)
def labelled_only(encoder, decoder, head, images, x, *rest):
    return phases(encoder, decoder, head, x, x, *rest)


@exercise.misconception(
    "classifies first and reconstructs afterwards",
    "Which phase comes last, and what is the encoder good for after it?",
)
def the_wrong_order(encoder, decoder, head, images, x, y, steps, make_optimizer):
    def phase(*steps):
        return phases(encoder, decoder, head, images, x, y, steps, make_optimizer)

    second = phase(0, steps[1])[1]
    return phase(steps[0], 0)[0], second


@exercise.misconception("skips the first phase", "What should the encoder have learned before it sees the first label?")
def no_pretraining(encoder, decoder, head, images, x, y, steps, make_optimizer):
    first = reconstruct(encoder, decoder, images).item()
    return first, phases(encoder, decoder, head, images, x, y, (0, steps[1]), make_optimizer)[1]


@exercise.misconception(
    "goes on reconstructing in the second phase: the decoder learns on, beside the head",
    "Which loss does the second phase descend, according to the task?",
)
def both_losses(encoder, decoder, head, images, x, y, *rest):
    def both(*given):  # its number is the classification's, its gradient that of both
        more = reconstruct(encoder, decoder, images)
        return classify(*given) + more - more.detach()

    return phases(encoder, decoder, head, images, x, y, *rest, second="encoder decoder head", classify=both)


@exercise.misconception(
    "trains a copy of the encoder, and leaves the one it was given as it is",
    "The caller holds an encoder, too. Has that one changed when you return?",
)
def copied(encoder, *rest):
    return phases(copy.deepcopy(encoder), *rest)


@exercise.misconception(
    "takes as many steps in each phase as the other should have", "Which of the two numbers in `steps` comes first?"
)
def steps_exchanged(encoder, decoder, head, images, x, y, steps, make_optimizer):
    return phases(encoder, decoder, head, images, x, y, steps[::-1], make_optimizer)


@exercise.alternative
def two_loops(encoder, decoder, head, images, x, y, steps, make_optimizer):
    optimizer = make_optimizer([*encoder.parameters(), *decoder.parameters()])
    for _ in range(steps[0]):
        optimizer.zero_grad()
        reconstruction = (decoder(encoder(images)) - images).pow(2).mean()
        reconstruction.backward()
        optimizer.step()
    optimizer = make_optimizer([*encoder.parameters(), *head.parameters()])
    for _ in range(steps[1]):
        optimizer.zero_grad()
        classification = nn.CrossEntropyLoss()(head(encoder(x)), y)
        classification.backward()
        optimizer.step()
    return reconstruction.detach(), classification.item()


@exercise.alternative
def as_chains(encoder, decoder, head, images, x, y, steps, make_optimizer):
    autoencoder, classifier = nn.Sequential(encoder, decoder), nn.Sequential(encoder, head)
    found = []
    for net, given, target, loss_of, count in (
        (autoencoder, images, images, nn.MSELoss(), steps[0]),
        (classifier, x, y, nn.CrossEntropyLoss(), steps[1]),
    ):
        optimizer = make_optimizer(list(net.parameters()))
        for _ in range(count):
            loss = loss_of(net(given), target)
            net.zero_grad()
            loss.backward()
            optimizer.step()
        found.append(float(loss))
    return found


@exercise.alternative
def gradients_set_by_hand(encoder, decoder, head, images, x, y, steps, make_optimizer):
    def phase(nets, loss_of, count):
        weights = parameters(*nets)
        optimizer = make_optimizer(weights)
        for _ in range(count):
            loss = loss_of()
            for w, g in zip(weights, torch.autograd.grad(loss, weights), strict=True):
                w.grad = g
            optimizer.step()
        return loss.detach()

    return (
        phase((encoder, decoder), lambda: reconstruct(encoder, decoder, images), steps[0]),
        phase((encoder, head), lambda: classify(encoder, head, x, y), steps[1]),
    )
