"""How many numbers a network 64 → 32 → 16 → 10 learns."""

from autograder.spec import Question
from autograder.spec.probes import value

question = Question(
    probe=value,
)

# %% what is right, and what is wrong
import math
from itertools import pairwise

import torch

from autograder.spec import Exercise
from autograder.spec.mistakes.layers import BIASES_NOT_COUNTED
from gradschool.feedforward import layers

SIZES = [64, 32, 16, 10]

exercise = Exercise(question, layers.count_parameters(SIZES), points=2)

PAIRS = list(pairwise(SIZES))


@exercise.mistake(BIASES_NOT_COUNTED)
def no_biases():
    return sum(a * b for a, b in PAIRS)


@exercise.misconception(
    "gives the inputs biases as well",
    "Draw the network as columns of circles: which columns compute something, and which only holds the data?",
)
def biased_inputs():
    return sum(a * b for a, b in PAIRS) + sum(SIZES)


@exercise.misconception("leaves out the layer that gives the scores", "How many arrows lead to the ten scores?")
def no_output_layer():
    return layers.count_parameters(SIZES[:-1])


@exercise.misconception(
    "has one bias for each layer, not for each unit", "Do all units of a layer share one threshold?"
)
def one_bias_per_layer():
    return sum(a * b + 1 for a, b in PAIRS)


@exercise.misconception("gives the output layer no biases", "Is the last layer a dense layer like the others?")
def unbiased_output():
    return layers.count_parameters(SIZES) - SIZES[-1]


@exercise.misconception(
    "connects every layer with all later ones",
    "Does the second layer see the input, or only what the first made of it?",
)
def all_to_all():
    return sum(a * b for i, a in enumerate(SIZES) for b in SIZES[i + 1 :]) + sum(SIZES[1:])


@exercise.misconception("multiplies all the widths", "Are the layers' counts to be multiplied, or added?")
def product():
    return math.prod(SIZES)


@exercise.alternative
def layer_by_layer():
    return 64 * 32 + 32 + 32 * 16 + 16 + 16 * 10 + 10


@exercise.alternative
def ask_torch():
    net = torch.nn.Sequential(*[torch.nn.Linear(a, b) for a, b in PAIRS])
    return sum(p.numel() for p in net.parameters())


@exercise.alternative
def one_more_input_each():
    return float(sum((a + 1) * b for a, b in PAIRS))
