"""A training script whose loss stays at log 10: images and labels are shuffled apart."""

import torch

from autograder.spec import Case, Question
from autograder.spec.chance import shuffled
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws, mended


def look(results, args):
    """Every sample has its own number as its label here, so that a pair that was torn apart shows."""
    x, y = args[:2]
    try:
        pairs = [(xs, ys) for xs, ys in results["batches"]]
        seen_x, seen_y = torch.cat([xs for xs, _ in pairs]), torch.cat([ys for _, ys in pairs])
        sizes = torch.tensor([len(ys) for _, ys in pairs])
    except (TypeError, ValueError, RuntimeError):
        raise Unusable(
            "batches", "Your function should return or yield pairs (images, labels), batch by batch."
        ) from None
    if seen_x.shape != x.shape or seen_y.shape != y.shape:
        return {"batch sizes": sizes}
    position = torch.full((int(max(y.max(), seen_y.max())) + 1,), -1)
    position[y] = torch.arange(len(y))
    return {
        "batch sizes": sizes,
        "labels that lie beside their own image": (seen_x[:, 0].round().long() == seen_y).sum(),
        "labels, sorted": seen_y.sort().values,
        "a new order": not torch.equal(seen_y, y) and (len(y) < 100 or shuffled(position[seen_y].tolist())),
    }


def case(draw, n, size, note):
    y = draw.permutation(n)
    return Case((torch.stack([y.double(), draw.normal(n)], dim=1), y, size, draw.chance()), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 40, 8, "whole batches"),
        case(draw, 50, 16, "a shorter batch at the end"),
        case(draw, 30, 64, "one batch"),
        case(draw, 200, 16, "many samples"),
    ],
    returns=("batches",),
    probe=mended(draws(look)),
    gives="the letter and the mended function, in this order",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool import training


def reference():
    return "A", training.batches


exercise = Exercise(
    question,
    reference,
    points=4,
    beside=["batch sizes", "labels that lie beside their own image"],
    shares={"fault": 8, "batch sizes": 0.5, "generator_used": 0.5},
)


def together(x, y, size, generator):
    order = torch.randperm(len(x), generator=generator)
    return [(x[i], y[i]) for i in order.split(size)]


def apart(x, y, size, generator):
    return [
        (x[i], y[j])
        for i, j in zip(
            torch.randperm(len(x), generator=generator).split(size),
            torch.randperm(len(y), generator=generator).split(size),
            strict=True,
        )
    ]


exercise.blames(
    together,
    {
        "C": (
            "the learning rate",
            "With a rate that is too large the loss jumps, with one too small it creeps. What does this one do?",
            "log 10 = 2.303. What does a network say of every image, to get this loss?",
        ),
        "B": (
            "the initial weights",
            "The notebook drew these weights by He's rule. What would you see in the first layer's gradients if they were at fault?",
        ),
        "D": ("the loss", "What would a correct cross-entropy be for ten classes and a network that knows nothing?"),
        "E": (
            "a network that is too small",
            "Train the same network on batches that you cut yourself, without any shuffling. What does its loss do?",
        ),
    },
)


@exercise.misconception(
    "leaves the fault in: images and labels still part",
    "Draw one order. How many orders does your function draw?",
)
def still_apart():
    return "A", apart


@exercise.misconception(
    "mends it by not shuffling any more",
    "Pairs stay together now. What else should a new epoch bring?",
)
def in_order():
    return "A", lambda x, y, size, generator: list(zip(x.split(size), y.split(size), strict=True))


def images_only(x, y, size, generator):
    order = torch.randperm(len(x), generator=generator)
    return [(x[i], ys) for i, ys in zip(order.split(size), y.split(size), strict=True)]


@exercise.misconception(
    "shuffles the images and leaves the labels in their order",
    "Which label stands beside the first image of your first batch?",
)
def labels_stay():
    return "A", images_only


@exercise.alternative
def one_order():
    return "A", together


@exercise.alternative
def shuffled_first():
    def epoch(x, y, size, generator):
        order = torch.randperm(len(x), generator=generator)
        x, y = x[order], y[order]
        for start in range(0, len(x), size):
            yield x[start : start + size], y[start : start + size]

    return "a", epoch


@exercise.alternative
def the_same_chance_twice():
    def epoch(x, y, size, generator):
        state = generator.get_state()
        x = x[torch.randperm(len(x), generator=generator)]
        generator.set_state(state)
        y = y[torch.randperm(len(y), generator=generator)]
        return list(zip(x.split(size), y.split(size), strict=True))

    return "A: images and labels are shuffled apart", epoch
