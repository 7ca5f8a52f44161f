"""DCGAN's initial weights, drawn in place in a network of many kinds of layers, judged by their distributions."""

import torch
from torch import nn

from autograder.spec import Case, Question, chance
from autograder.spec.probes import function_of, probe


def network():
    """Layers of every kind, some of them deep inside, all parameters far from what they should become."""
    net = nn.Sequential(
        nn.Conv2d(8, 100, 8),
        nn.BatchNorm2d(100),
        nn.LeakyReLU(0.2),
        nn.Sequential(
            nn.ConvTranspose2d(100, 32, 4, bias=False),
            nn.Sequential(nn.BatchNorm2d(1000), nn.Conv2d(40, 20, 8, bias=False)),
            nn.ConvTranspose2d(20, 10, 3),
        ),
        nn.Linear(400, 100),
        nn.BatchNorm1d(1000),
        nn.Tanh(),
    )
    with torch.no_grad():
        for i, tensor in enumerate([*net.parameters(), *net.buffers()]):
            tensor.fill_(3 + i)
    return net


def of(net, *kinds):
    return [layer for layer in net.modules() if isinstance(layer, kinds)]


def row(tensors):
    return torch.cat([t.detach().flatten() for t in tensors])


def independent(weights):
    """Whether no filter of a layer, no place of its filters, and no layer repeats another."""
    rows = [w.flatten(1) for w in weights]
    across = torch.stack([r.flatten()[:5000] for r in rows if r.numel() >= 5000])
    return not any(chance.related(r) for r in (across, *rows, *(r.T for r in rows if r.shape[1] < 600)))


@probe(random=True)
def observed(answer, args, returns, gradients):
    function_of(answer)
    (source,) = args
    seed = source.initial_seed()

    def drawn(seed):
        net = network()
        before = list(net.parameters())
        returned = answer(net, torch.Generator().manual_seed(seed))
        del returned  # in place: what is returned is nobody's business
        return net, before

    (net, before), (again, _), (other, _) = drawn(seed), drawn(seed), drawn(seed + 1)
    norms, layers = of(net, nn.BatchNorm1d, nn.BatchNorm2d), of(net, nn.Conv2d, nn.ConvTranspose2d, nn.Linear)
    return {
        "weights of convolutions": row(c.weight for c in of(net, nn.Conv2d)),
        "weights of transposed convolutions": row(c.weight for c in of(net, nn.ConvTranspose2d)),
        "weights of dense layers": row(c.weight for c in of(net, nn.Linear)),
        "scales of batch normalisation": row(n.weight for n in norms),
        "shifts of batch normalisation": row(n.bias for n in norms),
        "biases": row(c.bias for c in layers if c.bias is not None),
        "running statistics": row(net.buffers()),
        "weights know nothing of each other": independent([c.weight.detach() for c in layers]),
        "weights and scales are normal": chance.normal(row(c.weight for c in layers) / 0.02)
        and chance.normal((row(n.weight for n in norms) - 1) / 0.02),
        "the network keeps its parameters": all(a is b for a, b in zip(before, net.parameters(), strict=True))
        and all(p.requires_grad for p in net.parameters())
        and net.training,
        "generator_used": torch.equal(row(net.parameters()), row(again.parameters()))
        and not torch.equal(row(net.parameters()), row(other.parameters())),
    }


question = Question(
    cases=lambda draw: [Case((draw.chance(),))],
    probe=observed,
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.comparison import same_distribution
from autograder.spec.mistakes import IGNORES_THE_GENERATOR
from autograder.spec.mistakes.chance import UNIFORM_FOR_NORMAL
from gradschool.adversarial import dcgan

distributed = same_distribution("They are not distributed as they should be.")

exercise = Exercise(
    question,
    dcgan.init_dcgan_weights,
    points=3,
    beside=["running statistics"],
    compare={
        "weights of convolutions": distributed,
        "weights of transposed convolutions": distributed,
        "weights of dense layers": distributed,
        "scales of batch normalisation": distributed,
    },
    shares={"running statistics": 0.5},
)

WEIGHTED = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)


def normal(weight, std, generator):
    weight.normal_(0, std, generator=generator)


def uniform(weight, std, generator):
    weight.uniform_(-std * 3**0.5, std * 3**0.5, generator=generator)


@torch.no_grad()
def initialise(
    net, generator, *, std=0.02, scale=lambda weight, std, generator: weight.normal_(1, std, generator=generator),
    weighted=WEIGHTED, norms=NORMS, draw=normal, found=nn.Module.modules, biases=True, buffers=False, own_chance=True,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    generator = generator if own_chance else None
    for layer in found(net):
        if isinstance(layer, weighted):
            draw(layer.weight, std, generator)
        elif isinstance(layer, norms):
            scale(layer.weight, std, generator)
        if biases and isinstance(layer, (*weighted, *norms)) and layer.bias is not None:
            layer.bias.zero_()
    for buffer in net.buffers() if buffers else ():
        buffer.zero_()


wrong = exercise.variants(initialise)
wrong(
    "takes 0.02 for the variance",
    "Draw a thousand weights. What is their standard deviation, and what should it be?",
    std=0.02**0.5,
)
wrong(
    "draws the scales of batch normalisation around 0",
    "What does a batch normalisation with a scale of 0 let through?",
    scale=normal,
)
wrong(
    "sets every scale to exactly 1",
    "Which distribution does the task give for the scales of batch normalisation?",
    scale=lambda weight, std, generator: weight.fill_(1),
)
wrong(
    "leaves transposed convolutions as they are",
    "Print the types of the generator's layers. Is a transposed convolution an instance of nn.Conv2d?",
    weighted=(nn.Conv2d, nn.Linear),
)
wrong(
    "does not look into networks within the network",
    "What does `net.children()` give for a network that holds another one?",
    "Which method of a module finds every layer, however deep?",
    found=nn.Module.children,
)
wrong(
    "leaves biases and shifts as they are",
    "Which parameters of a layer are no weights? What does the task say of them?",
    biases=False,
)
wrong(
    "leaves batch normalisation as it is",
    "Which parameters does a batch normalisation have, and where should they start?",
    norms=(),
)
wrong(UNIFORM_FOR_NORMAL, draw=uniform)
wrong(
    "wipes out the running statistics",
    "A running variance of 0: what does a batch normalisation do with it in evaluation?",
    "Are the buffers of a layer among what the task asks you to draw?",
    buffers=True,
)
wrong(IGNORES_THE_GENERATOR, own_chance=False)


@exercise.misconception(
    "draws every parameter alike, biases and scales too",
    "Is a bias a weight? Around which value should a scale lie?",
)
@torch.no_grad()
def all_alike(net, generator):
    for parameter in net.parameters():
        parameter.normal_(0, 0.02, generator=generator)


@exercise.alternative
def with_init(net, generator):
    def draw(layer):
        kind = type(layer).__name__
        if "Conv" in kind or kind == "Linear":
            nn.init.normal_(layer.weight, 0.0, 0.02, generator=generator)
        if "BatchNorm" in kind:
            nn.init.normal_(layer.weight, 1.0, 0.02, generator=generator)
        if getattr(layer, "bias", None) is not None:
            nn.init.constant_(layer.bias, 0.0)

    return net.apply(draw)


@exercise.alternative
def by_name(net, generator):
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if name.endswith("bias"):
                parameter.copy_(torch.zeros_like(parameter))
            else:
                centre = 1.0 if parameter.ndim == 1 else 0.0
                parameter.copy_(centre + 0.02 * torch.randn(parameter.shape, generator=generator))


@exercise.alternative
def recursively(net, generator):
    for child in net.children():
        recursively(child, generator)
    if isinstance(net, NORMS):
        net.weight.data = torch.normal(1.0, 0.02, net.weight.shape, generator=generator)
        net.bias.data.fill_(0)
    elif hasattr(net, "weight"):
        net.weight.data = torch.normal(0.0, 0.02, tuple(net.weight.shape), generator=generator)
        if net.bias is not None:
            net.bias.data.fill_(0)
