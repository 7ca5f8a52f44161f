"""A learning rate that falls by a factor at each full so many steps."""

from autograder.spec import Case, Question
from autograder.spec.probes import along

question = Question(
    cases=lambda draw: [
        (list(range(14)), 0.4, 0.3, 4),
        Case((list(range(6)), 1.0, 0.5, 1), note="at every step"),
        (list(range(0, 100, 10)), 0.02, 0.1, 30),
        (list(range(30)), draw.uniform(0.1, 1).item(), draw.uniform(0.3, 0.9).item(), draw.integer(5, 9)),
    ],
    gives="a number",
    probe=along.but(dtypes=("float64",)),
    forbids=["schedules"],
)

# %% what is right, and what is wrong
import math

from autograder.spec import Exercise
from gradschool.feedforward import schedules

exercise = Exercise(question, schedules.step_decay, points=2)


@exercise.misconception(
    "falls a little at every step, not in stairs", "How many full times have `every` steps passed at t = every - 1?"
)
def no_floor(t, lr, drop, every):
    return lr * drop ** (t / every)


@exercise.misconception(
    "counts its steps from 1", "How many steps have been taken at t = 0? At which t does the rate fall first?"
)
def counts_from_one(t, lr, drop, every):
    return lr * drop ** ((t + 1) // every)


@exercise.misconception("falls one step late", "At t = every, have `every` steps passed, or not yet?")
def one_late(t, lr, drop, every):
    return lr * drop ** (max(t - 1, 0) // every)


@exercise.misconception("falls only once", "What is the rate after 3 · every steps?")
def once(t, lr, drop, every):
    return lr * drop if t >= every else lr


@exercise.misconception(
    "goes back to the first rate after the step at which it fell", "At t = every + 1, should the rate be that of t = 0?"
)
def falls_for_one_step(t, lr, drop, every):
    return lr * drop ** (t // every) if t % every == 0 else lr


@exercise.misconception(
    "takes `drop` for the share that is lost, not for the share that stays",
    "With drop = 0.1, is the second rate 0.9 or 0.1 of the first?",
)
def share_lost(t, lr, drop, every):
    return lr * (1 - drop) ** (t // every)


@exercise.misconception(
    "multiplies where the task takes a power",
    "With drop = 0.5, what are the first four rates in the task, and in yours?",
)
def linear(t, lr, drop, every):
    return lr * drop * (t // every) if t >= every else lr


@exercise.misconception("falls at every step", "For how many steps does the first rate last?")
def at_every_step(t, lr, drop, every):
    return lr * drop**t


@exercise.misconception(
    "rounds up, so that it falls right after the first step", "How many full times have `every` steps passed at t = 1?"
)
def rounds_up(t, lr, drop, every):
    return lr * drop ** math.ceil(t / every)


@exercise.alternative
def with_floor(t, lr, drop, every):
    return lr * math.pow(drop, math.floor(t / every))


@exercise.alternative
def with_a_loop(t, lr, drop, every):
    rate = lr
    for step in range(1, t + 1):
        if step % every == 0:
            rate *= drop
    return rate


@exercise.alternative
def recursive(t, lr, drop, every):
    return lr if t < every else drop * recursive(t - every, lr, drop, every)
