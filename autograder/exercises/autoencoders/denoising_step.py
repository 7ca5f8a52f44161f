"""One step of training a denoising autoencoder: noise drawn once, for the input alone, the target clean."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import Stage, autoencoder_of, autoencoder_state, training_step


def corrupt(x, generator):
    """Additive noise, and some pixels lost: a corruption that can be told from its absence."""
    noisy = x + 0.3 * torch.randn(x.shape, generator=generator).to(x)
    return noisy * (torch.rand(x.shape, generator=generator) > 0.2)


def ready(state, x, kind, generator):
    """The network is in evaluation mode, and a gradient is left over from someone before."""
    net = autoencoder_of(state)
    net.eval()
    optimizer = torch.optim.SGD(net.parameters(), 0.05)
    for p in net.parameters():
        p.grad = torch.ones_like(p)
    return Stage((net, optimizer, x, corrupt, generator, *kind), {"the network": net})


def case(draw, batch, inputs, hidden, code, kind, note=""):
    state = autoencoder_state(draw, inputs, hidden, code)
    return Case((state, draw.uniform(0, 1, batch, inputs), (kind,), draw.chance()), note=note or kind)


def kind_left_out(draw):
    state, x, _, chance = case(draw, 5, 4, 6, 2, "mse").args
    return Case((state, x, (), chance), note="kind left out")


question = Question(
    cases=lambda draw: [
        case(draw, 6, 5, 7, 3, "mse"),
        case(draw, 6, 5, 7, 3, "bce"),
        case(draw, 8, 6, 9, 8, "mse", "mse, a code longer than the input"),
        case(draw, 3, 4, 6, 2, "bce", "bce, a small batch"),
    ],
    defaults=lambda draw: [kind_left_out(draw)],
    returns=("loss",),
    probe=training_step(ready, "weights", "x", "kind", "generator", count=3),
    uses=("reconstruction_loss",),
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import made_in
from autograder.spec.mistakes import training_steps as t
from autograder.spec.mistakes.training_steps import step
from gradschool.autoencoders import steps
from gradschool.autoencoders.reconstruction import reconstruction_loss

exercise = Exercise(
    question,
    steps.denoising_step,
    points=4,
    shares={
        "the network": 5,
        "loss": 2,
        "the network in training mode": 0.5,
        "the network ran in evaluation mode": 0.5,
    },
)


@step
def right(net, x, corrupt, generator, kind="mse"):
    return reconstruction_loss(net(corrupt(x, generator)), x, kind)


exercise.mistakes(made_in(right, t.NEVER_CLEARED, t.MODE_AS_FOUND))


@exercise.misconception(
    "asks for the noisy image back",
    "What is the network rewarded for, if its target holds the noise?",
    "Which of the two images, x and its noisy copy, is the input, and which the target?",
)
@step
def noisy_target(net, x, corrupt, generator, kind="mse"):
    noisy = corrupt(x, generator)
    return reconstruction_loss(net(noisy), noisy, kind)


@exercise.misconception("never uses the noisy image", "What does your network get to see: x, or its noisy copy?")
@step
def clean_input(net, x, corrupt, generator, kind="mse"):
    corrupt(x, generator)
    return reconstruction_loss(net(x), x, kind)


@exercise.misconception(
    "sends the clean image in and asks for a noisy one",
    "Which way round is the task: from noisy to clean, or from clean to noisy?",
)
@step
def the_wrong_way_round(net, x, corrupt, generator, kind="mse"):
    return reconstruction_loss(net(x), corrupt(x, generator), kind)


@exercise.misconception(
    "draws a second noise for the target",
    "How often does your function call `corrupt`? Which of the results should be clean?",
)
@step
def noise_on_both(net, x, corrupt, generator, kind="mse"):
    return reconstruction_loss(net(corrupt(x, generator)), corrupt(x, generator), kind)


@exercise.mistake(t.SAME_NOISE_EACH_STEP)
@step
def the_same_noise_each_time(net, x, corrupt, generator, kind="mse"):
    return reconstruction_loss(net(corrupt(x, generator.manual_seed(0))), x, kind)


@exercise.misconception("makes a generator of its own", "What is `generator` for? Who uses it in your function?")
@step
def a_generator_of_its_own(net, x, corrupt, generator, kind="mse"):
    return reconstruction_loss(net(corrupt(x, torch.Generator().manual_seed(1))), x, kind)


@exercise.misconception(
    "spoils the code, not the image",
    "What does `corrupt` get in your function: what goes into the network, or what is inside?",
)
@step
def noise_on_the_code(net, x, corrupt, generator, kind="mse"):
    return reconstruction_loss(net.decode(corrupt(net.encode(x), generator)), x, kind)


@exercise.misconception(
    "asks for the noise, not for the image",
    "What should the network put out in the task: what was added, or what was there before?",
)
@step
def noise_as_target(net, x, corrupt, generator, kind="mse"):
    noisy = corrupt(x, generator)
    return reconstruction_loss(net(noisy), noisy - x, kind)


@exercise.misconception(
    "adds noise to the noisy image again", "How often is each image corrupted on its way into your network?"
)
@step
def corrupted_twice(net, x, corrupt, generator, kind="mse"):
    return reconstruction_loss(net(corrupt(corrupt(x, generator), generator)), x, kind)


@exercise.alternative
def line_by_line(net, optimizer, x, corrupt, generator, kind="mse"):
    noisy = corrupt(x, generator)
    net.train()
    output = net.decode(net.encode(noisy))
    loss = reconstruction_loss(output, x, kind)
    for p in net.parameters():
        p.grad = None
    loss.backward()
    optimizer.step()
    return float(loss)


@exercise.alternative
def noise_without_a_graph(net, optimizer, x, corrupt, generator, kind="mse"):
    optimizer.zero_grad(set_to_none=False)
    net.train(mode=True)
    with torch.no_grad():
        noisy = corrupt(x.clone(), generator)
    loss = reconstruction_loss(net(noisy), x.detach(), kind=kind)
    torch.autograd.backward(loss)
    optimizer.step()
    return loss.detach().item()


@exercise.alternative
def in_a_closure(net, optimizer, x, corrupt, generator, kind="mse"):
    net.train()
    noisy = corrupt(x, generator=generator)

    def closure():
        optimizer.zero_grad()
        loss = reconstruction_loss(net(noisy), x, kind)
        loss.backward()
        return loss

    return optimizer.step(closure).item()
