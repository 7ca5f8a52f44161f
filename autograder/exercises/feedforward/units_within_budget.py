"""How many units the hidden layer of a network 1 → h → 1 may have with at most 300 parameters."""

from autograder.spec import Question
from autograder.spec.probes import value

question = Question(
    probe=value,
)

# %% what is right, and what is wrong
from collections.abc import Callable

from autograder.spec import Exercise
from autograder.spec.mistakes.layers import BIASES_NOT_COUNTED
from gradschool.feedforward import layers

BUDGET = 300


def most(cost: Callable[[int], int]) -> int:
    """The largest number of units whose cost is within the budget."""
    return max(h for h in range(1, BUDGET) if cost(h) <= BUDGET)


exercise = Exercise(question, most(lambda h: layers.count_parameters([1, h, 1])), points=2)


@exercise.mistake(BIASES_NOT_COUNTED)
def no_biases():
    return most(lambda h: h + h)


@exercise.misconception(
    "forgets the bias of the output",
    "The output is a unit too: what does it add to its weighted sum?",
    "How many parameters has your network in all?",
)
def unbiased_output():
    return most(lambda h: 3 * h)


@exercise.misconception(
    "gives the hidden units no biases", "If every hidden unit's kink lies at x = 0, how many different kinks are there?"
)
def unbiased_hidden():
    return most(lambda h: 2 * h + 1)


@exercise.misconception(
    "counts circles, not arrows", "How many numbers belong to one hidden unit, coming in and going out?"
)
def counts_units():
    return most(lambda h: 1 + h + 1)


@exercise.misconception(
    "connects the hidden units with one another",
    "Which layer does a hidden unit listen to?",
    "Does the number of parameters grow like h, or like h squared?",
)
def hidden_to_hidden():
    return most(lambda h: layers.count_parameters([1, h, h, 1]))


@exercise.alternative
def by_division():
    return (BUDGET - 1) // 3


@exercise.alternative
def by_trying():
    h = 1
    while 2 * (h + 1) + (h + 1) + 1 <= BUDGET:
        h += 1
    return h


@exercise.alternative
def as_a_float():
    return float(most(lambda h: (1 + 1) * h + (h + 1) * 1))
