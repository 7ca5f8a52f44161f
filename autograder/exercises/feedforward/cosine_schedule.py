"""A learning rate that warms up on a straight line and comes down on half a cosine."""

from autograder.spec import Case, Question
from autograder.spec.probes import along

question = Question(
    cases=lambda draw: [
        (list(range(21)), 20, 4, 0.8, 0.2),
        Case((list(range(17, 40)), 20, 4, 0.8, 0.2), note="the end, and after it"),
        Case((list(range(13)), 10, 0, 0.5, 0.0), note="no warm-up"),
        Case((list(range(8)), 5, 4, 0.1, 0.01), note="one step down"),
        (list(range(0, 110, 5)), 100, draw.integer(3, 9), draw.uniform(0.5, 1).item(), draw.uniform(0.01, 0.1).item()),
    ],
    defaults=lambda draw: [Case((list(range(21)), 20, 4, 0.8), note="lo left out")],
    gives="a number",
    probe=along.but(dtypes=("float64",)),
    forbids=["schedules"],
)

# %% what is right, and what is wrong
import math

import numpy as np

from autograder.spec import Exercise
from gradschool.feedforward import schedules

exercise = Exercise(question, schedules.cosine_schedule, points=4)


def warm(t, warmup, hi):
    return hi * t / warmup


def half_cosine(x, hi, lo):
    return lo + (hi - lo) * (1 + math.cos(math.pi * x)) / 2


def schedule(t, T, warmup, hi, lo, rise=warm, fall=half_cosine):
    return rise(t, warmup, hi) if t < warmup else fall(min((t - warmup) / (T - warmup), 1), hi, lo)


@exercise.misconception(
    "lets the cosine run from t = 0, under the warm-up", "What is your rate at t = warmup? What should it be?"
)
def no_offset(t, T, warmup, hi, lo=0.0):
    return warm(t, warmup, hi) if t < warmup else half_cosine(min(t / T, 1), hi, lo)


@exercise.misconception(
    "gives the cosine T steps of its own, after the warm-up", "What is your rate at t = T? What should it be?"
)
def full_length(t, T, warmup, hi, lo=0.0):
    return warm(t, warmup, hi) if t < warmup else half_cosine(min((t - warmup) / T, 1), hi, lo)


@exercise.misconception("rises again after the end", "What should the rate be at t = T + 1, and at t = 2 T?")
def rises_again(t, T, warmup, hi, lo=0.0):
    return warm(t, warmup, hi) if t < warmup else half_cosine((t - warmup) / (T - warmup), hi, lo)


@exercise.misconception("falls to zero after the end", "What should the rate be at t = T + 1, and at t = 2 T?")
def nothing_after_the_end(t, T, warmup, hi, lo=0.0):
    return 0.0 if t > T else schedule(t, T, warmup, hi, lo)


@exercise.misconception(
    "swings between hi and -hi: the cosine was not lifted to 0 … 1",
    "Between which two numbers does a cosine run, and between which should its weight run?",
)
def not_lifted(*args):
    return schedule(*args, fall=lambda x, hi, lo: lo + (hi - lo) * math.cos(math.pi * x))


@exercise.misconception(
    "adds lo to a cosine that is hi high already", "What is your rate at its highest? What should it be?"
)
def too_high(*args):
    return schedule(*args, fall=lambda x, hi, lo: lo + hi * (1 + math.cos(math.pi * x)) / 2)


@exercise.misconception("comes down on a quarter of a cosine's wave", "How steep should the curve be at its end?")
def quarter_wave(*args):
    return schedule(*args, fall=lambda x, hi, lo: lo + (hi - lo) * math.cos(math.pi / 2 * x))


@exercise.misconception("warms up from lo, where the task starts from 0", "What is the rate at t = 0 in the task?")
def warms_up_from_lo(t, T, warmup, hi, lo=0.0):
    return schedule(t, T, warmup, hi, lo, rise=lambda t, warmup, hi: lo + (hi - lo) * t / warmup)


@exercise.misconception(
    "counts the warm-up from 1", "What is the rate at t = 0 in the task? At which t does it reach hi?"
)
def warm_up_from_one(*args):
    return schedule(*args, rise=lambda t, warmup, hi: hi * (t + 1) / warmup)


@exercise.misconception("does not warm up", "What is the rate at t = 0, when warmup is 4?")
def no_warm_up(t, T, warmup, hi, lo=0.0):
    return half_cosine(min(max(t - warmup, 0) / (T - warmup), 1), hi, lo)


@exercise.misconception(
    "comes down on a straight line", "How steep is a cosine at its top, in its middle, and at its bottom?"
)
def straight(*args):
    return schedule(*args, fall=lambda x, hi, lo: hi + (lo - hi) * x)


@exercise.misconception(
    "warms up to 1, whatever hi is", "What is your rate one step before the end of the warm-up, and one step after it?"
)
def warms_up_to_one(*args):
    return schedule(*args, rise=lambda t, warmup, hi: t / warmup)


@exercise.alternative
def three_branches(t, T, warmup, hi, lo=0.0):
    if t < warmup:
        return t * hi / warmup
    if t >= T:
        return lo
    angle = math.pi * (t - warmup) / (T - warmup)
    return 0.5 * (hi + lo) + 0.5 * (hi - lo) * math.cos(angle)


@exercise.alternative
def as_a_square(t, T, warmup, hi, lo=0.0):
    if t < warmup:
        return hi * (t / warmup)
    progress = max(0.0, min(1.0, (t - warmup) / (T - warmup)))
    return lo + (hi - lo) * math.cos(math.pi / 2 * progress) ** 2


@exercise.alternative
def in_numpy(t, T, warmup, hi, lo=0.0):
    if warmup > 0 and t < warmup:
        return np.interp(t, [0, warmup], [0, hi])
    return lo + (hi - lo) * (1 + np.cos(np.pi * np.clip((t - warmup) / (T - warmup), 0, 1))) / 2
