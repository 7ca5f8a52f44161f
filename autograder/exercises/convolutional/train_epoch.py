"""One epoch of training a classifier of images: two epochs are watched, with all that they move."""

import torch
from torch import nn

from autograder.spec import Case, Question
from autograder.spec.probes import Stage, training_step


def network():
    """A convolution, batch normalisation that shows the mode, and a readout."""
    return nn.Sequential(
        nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(12, 4)
    )


def state(draw):
    """Weights drawn for this seed; running statistics as if it had been trained before."""
    shapes = {n: p.shape for n, p in network().state_dict().items() if p.is_floating_point()}
    drawn = {n: 0.4 * draw.normal(*s) for n, s in shapes.items()}
    return drawn | {"1.running_var": draw.uniform(0.5, 2, 3), "1.num_batches_tracked": torch.tensor(0)}


def stage(state, x, y, size, generator, lr):
    net = network().to(x.dtype)
    net.load_state_dict(state)
    net.eval()  # as `scores_of` or a look at the validation set leaves it
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.5)
    for p in net.parameters():
        p.grad = torch.full_like(p, 0.3)  # left behind by someone else
    return Stage((net, optimizer, x, y, size, generator), {"net": net})


def case(draw, n, size, lr, note):
    return Case((state(draw), draw.normal(n, 1, 6, 6), draw.labels(4, n), size, draw.chance(), lr), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 12, 4, 0.1, "three batches"),
        case(draw, 11, 4, 0.2, "a short batch at the end"),
        case(draw, 5, 16, 0.2, "one batch"),
        case(draw, 3, 1, 0.05, "one image at a time"),
        case(draw, 9, 4, 0.1, "a last batch of one"),
    ],
    returns=("loss",),
    probe=training_step(stage),
    forbids=["training_loop"],
)

# %% what is right, and what is wrong
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes import made_in
from autograder.spec.mistakes import training_steps as t
from gradschool import training as common
from gradschool.convolutional import training

exercise = Exercise(
    question,
    training.train_epoch,
    points=5,
    # a share for each name that a step is watched under: what the epoch moved counts most
    shares={"net": 6, "loss": 3, "net in training mode": 1},
)


def mean_over_samples(losses, sizes):
    return sum(a * b for a, b in zip(losses, sizes, strict=True)) / sum(sizes)


def epoch(
    net, optimizer, x, y, size, generator,
    *, modes=True, batches=None, scores=lambda z: z, mean=mean_over_samples, **habits,
):  # fmt: skip
    """One epoch, with what students get wrong as settings."""
    if modes:
        net.train()
    losses, sizes = [], []
    for images, classes in batches or common.batches(x, y, size, generator):
        losses.append(t.descend(F.cross_entropy(scores(net(images)), classes), optimizer, **habits))
        sizes.append(len(images))
    return mean(losses, sizes)


wrong = exercise.variants(epoch)
wrong(
    "averages the batches' mean losses, and so lets a sample of the short batch count for more",
    "Batches of 4, 4 and 3: how much does one sample of the last batch weigh in your mean?",
    mean=lambda losses, sizes: sum(losses) / len(losses),
)
wrong(
    "weighs the short batch as if it were full",
    "The last batch has 3 images, the others 4. By what do you multiply its mean loss?",
    mean=lambda losses, sizes: sum(losses) * sizes[0] / sum(sizes),
)
wrong(t.LAST_BATCH, mean=lambda losses, sizes: losses[-1])
wrong(t.SUMMED_OVER_BATCHES, mean=lambda losses, sizes: sum(losses))
wrong(
    "divides the sum of the batches' mean losses by the number of samples",
    "`F.cross_entropy` is a mean already. Over what?",
    mean=lambda losses, sizes: sum(losses) / sum(sizes),
)
wrong(t.PROBABILITIES_TO_THE_LOSS.told(loss="F.cross_entropy"), scores=lambda z: z.softmax(dim=1))
exercise.mistakes(made_in(epoch, t.NEVER_CLEARED, t.NOTHING_MOVES, t.MODE_AS_FOUND))


@exercise.misconception(
    "clears the gradients once for the epoch, not for each batch",
    "The first batch is right. Which gradients does the second step use?",
)
def cleared_once(net, optimizer, *rest):
    optimizer.zero_grad()
    return epoch(net, optimizer, *rest, clear="never")


@exercise.mistake(
    t.LOSS_AFTERWARDS.hinted(
        "With which weights is each sample's loss to be taken?", "How many times does your network see each image?"
    )
)
def measured_afterwards(net, optimizer, x, y, *rest):
    epoch(net, optimizer, x, y, *rest)
    with torch.no_grad():
        return F.cross_entropy(net(x), y).item()


@exercise.misconception(
    "leaves out the last batch when it is short", "11 images, 4 at a time: how many of them does your network see?"
)
def drops_the_last(net, optimizer, x, y, size, generator):
    whole = [b for b in common.batches(x, y, size, generator) if len(b[0]) == min(size, len(x))]
    return epoch(net, optimizer, x, y, size, generator, batches=whole)


@exercise.misconception(
    "takes the images in their order, epoch after epoch",
    "What is `generator` for?",
    "What does `batches` give you that slices do not?",
)
def never_shuffled(net, optimizer, x, y, size, generator):
    whole = list(zip(x.split(size), y.split(size), strict=True))
    return epoch(net, optimizer, x, y, size, generator, batches=whole)


@exercise.misconception(
    "adds up the gradients of the whole epoch and takes a single step",
    "How many steps should an epoch of 12 images in batches of 4 take?",
)
def one_step(net, optimizer, *rest):
    optimizer.zero_grad()
    loss = epoch(net, optimizer, *rest, clear="never", moves=False)
    optimizer.step()
    return loss


@exercise.misconception(
    "leaves the network in evaluation mode", "Which mode does the task ask for when the epoch is over?"
)
def evaluation_at_the_end(net, *rest):
    loss = epoch(net, *rest)
    net.eval()
    return loss


@exercise.alternative
def weighed_by_size(net, optimizer, x, y, size, generator):
    net.train(True)
    total, seen = torch.zeros((), dtype=x.dtype), 0
    for images, classes in common.batches(x, y, size, generator):
        for p in net.parameters():
            p.grad = None
        log_p = net(images).log_softmax(dim=1)
        loss = F.nll_loss(log_p, classes)
        loss.backward()
        optimizer.step()
        total, seen = total + loss.detach() * len(images), seen + len(images)
    return total / seen


@exercise.alternative
def sums_and_divides(net, optimizer, x, y, size, generator):
    net.train()
    criterion = nn.CrossEntropyLoss(reduction="sum")
    losses = []
    for images, classes in common.batches(x, y, size, generator):
        optimizer.zero_grad(set_to_none=False)
        total = criterion(net(images), classes)
        (total / len(classes)).backward()
        optimizer.step()
        losses.append(total.item())
    return sum(losses) / len(x)


@exercise.alternative
def own_order(net, optimizer, x, y, size, generator):
    net.train()
    order = torch.randperm(len(x), generator=generator)
    each = []
    for start in range(0, len(x), size):
        rows = order[start : start + size]
        losses = F.cross_entropy(net(x[rows]), y[rows], reduction="none")
        optimizer.zero_grad()
        losses.mean().backward()
        optimizer.step()
        each.append(losses.detach())
    return torch.cat(each).mean().item()


@exercise.alternative
def cleared_at_the_end_and_before(net, optimizer, x, y, size, generator):
    net.train()
    optimizer.zero_grad()
    total = 0.0
    for images, classes in common.batches(x, y, size, generator):
        loss = F.cross_entropy(net(images), classes)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total = total + len(images) * float(loss)
    return total / len(x)
