"""How many numbers a dense layer of 64 inputs and 32 units learns."""

from autograder.spec import Question
from autograder.spec.probes import value

question = Question(
    probe=value,
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.layers import BIASES_NOT_COUNTED
from gradschool.feedforward import layers

INPUTS, UNITS = 64, 32

exercise = Exercise(question, layers.count_parameters([INPUTS, UNITS]), points=1)


@exercise.mistake(BIASES_NOT_COUNTED)
def no_biases():
    return INPUTS * UNITS


@exercise.misconception("has one bias for the whole layer", "Do all units have to fire at the same threshold?")
def one_bias():
    return INPUTS * UNITS + 1


@exercise.misconception(
    "has one bias for each input, not for each unit", "Is the bias added where a signal comes in, or to a unit's sum?"
)
def bias_per_input():
    return INPUTS * UNITS + INPUTS


@exercise.misconception(
    "counts the units and the inputs, not what connects them", "How many numbers does one unit hold?"
)
def counts_units():
    return INPUTS + UNITS


@exercise.misconception("gives every unit a single weight", "How many inputs does each unit weigh?")
def one_weight_each():
    return UNITS + UNITS


@exercise.alternative
def weights_and_biases():
    return INPUTS * UNITS + UNITS


@exercise.alternative
def one_more_input():
    return float((INPUTS + 1) * UNITS)


@exercise.alternative
def unit_by_unit():
    return sum(INPUTS + 1 for _ in range(UNITS))
