"""Early stopping with patience, on sequences of validation losses."""

import math

from autograder.spec import Case, Question
from autograder.spec.probes import methods


def case(note, patience, min_delta, losses):
    """Losses as far as training goes on: what is said after the stop is nobody's business."""
    return Case(((patience, min_delta), losses), note=note)


def noisy(draw, patience, min_delta):
    """A loss that falls, with setbacks shorter than the patience, and then no more."""
    best, losses = 2.0, []
    for fall in range(6):
        best -= min_delta + float(draw.uniform(0.01, 0.2, 1))
        setbacks = draw.integer(0, patience) if fall < 5 else patience
        losses += [best, *(best + draw.uniform(-0.9 * min_delta, 0.3, setbacks)).tolist()]
    return case("a noisy loss", patience, min_delta, losses)


question = Question(
    cases=lambda draw: [
        case("always better", 2, 0.0, [1.0, 0.8, 0.7, 0.6, 0.5]),
        case("worse after the third epoch", 3, 0.0, [1.0, 0.8, 0.7, 0.75, 0.8, 0.85]),
        case("patience of one", 1, 0.0, [1.0, 0.9, 0.95]),
        case("up and down, and better in the end", 2, 0.0, [1.0, 1.1, 0.9, 1.0, 0.8, 0.9, 0.7, 0.8, 0.6]),
        case("falls after a peak, never below its best", 3, 0.0, [0.5, 1.0, 0.9, 0.8]),
        case("level", 2, 0.0, [0.5, 0.5, 0.5]),
        case("better by less than min_delta", 2, 0.1, [1.0, 0.95, 0.92]),
        case("slowly better, in sum by more than min_delta", 3, 0.1, [1.0, 0.96, 0.92, 0.88, 0.84, 0.8, 0.76, 0.7]),
        case("rises by less than min_delta", 2, 0.1, [1.0, 1.05, 1.09]),
        case("better by next to nothing", 2, 0.0, [1.0, 1 - 1e-6, 1 - 2e-6, 1 - 3e-6, 1 - 4e-6]),
        noisy(draw, 3, 0.0),
        noisy(draw, 5, 0.02),
    ],
    extremes=lambda draw: [
        case("a loss that is not a number", 2, 0.0, [1.0, 0.9, math.nan, math.nan]),
        case("not a number at the start", 2, 0.0, [math.nan, 1.0, 0.9, 0.95, 0.95]),
        case("nothing but that", 3, 0.1, [math.nan, math.nan, math.nan]),
        case("infinite at the start", 2, 0.1, [math.inf, 1.0, 0.8, 0.85, 0.85]),
    ],
    defaults=lambda draw: [
        Case(((2,), [1.0, 1 - 1e-6, 1 - 2e-6, 1 - 3e-6, 1 - 3e-6, 1 - 2e-6]), note="min_delta left out"),
    ],
    bears="losses that are not a number (`nan`) or infinite",
    gives="`True` or `False` from `step`",
    probe=methods("step"),
    answer="EarlyStopping",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.feedforward import regularisation

exercise = Exercise(question, regularisation.EarlyStopping, points=4)


class Stopping:
    """The right way; what is better than the best loss so far is for others to get wrong."""

    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta, self.best, self.bad = patience, min_delta, math.inf, 0

    def better(self, loss):
        return loss < self.best - self.min_delta

    def step(self, loss):
        if self.better(loss):
            self.best, self.bad = loss, 0
        else:
            self.bad += 1
        return self.bad >= self.patience


@exercise.misconception(
    "waits one epoch too long", "With a patience of one, after how many bad epochs should it say True?"
)
class OneTooMany(Stopping):
    def step(self, loss):
        super().step(loss)
        return self.bad > self.patience


@exercise.misconception(
    "counts bad epochs in all, not in a row", "What should an epoch that is better than all before do to the count?"
)
class NeverReset(Stopping):
    def step(self, loss):
        bad = self.bad + (not self.better(loss))
        super().step(loss)
        self.bad = bad
        return bad >= self.patience


@exercise.misconception(
    "compares with the epoch before, not with the best one",
    "After a peak the loss falls from 1.0 to 0.9. It was 0.5 once. Is 0.9 better?",
)
class ThanTheLast(Stopping):
    def step(self, loss):
        stop, self.best = super().step(loss), loss
        return stop


@exercise.misconception(
    "takes a loss as good as the best for a better one", "Does training still pay when the loss stays level?"
)
class LevelIsBetter(Stopping):
    def better(self, loss):
        return loss <= self.best - self.min_delta


@exercise.misconception(
    "forgives a loss that rises by less than min_delta",
    "Is a loss that is worse by 0.05 an improvement, when min_delta is 0.1?",
    "On which side of the best loss does the bar lie?",
)
class OnTheOtherSide(Stopping):
    def step(self, loss):
        best = min(self.best, loss)
        self.bad = 0 if loss < self.best + self.min_delta else self.bad + 1
        self.best = best
        return self.bad >= self.patience


@exercise.misconception("ignores min_delta", "Is a loss that is better by a millionth worth another epoch?")
class NoDelta(Stopping):
    def better(self, loss):
        return loss < self.best


@exercise.misconception(
    "lowers the bar at every small improvement, and so never sees many of them add up",
    "The loss falls by 0.04 in each epoch, and min_delta is 0.1. Is it better than the best after three of them?",
    "When should the loss to beat be replaced?",
)
class BarMoves(Stopping):
    def step(self, loss):
        best = min(self.best, loss)
        stop, self.best = super().step(loss), best
        return stop


@exercise.misconception(
    "takes a loss that is not a number for a better one", "What does Python say to nan > 1, and to nan < 1?"
)
class NanIsBetter(Stopping):
    def better(self, loss):
        return not loss >= self.best - self.min_delta


@exercise.alternative
class WithNone:
    def __init__(self, patience, min_delta=0.0):
        self.patience = patience
        self.min_delta = min_delta
        self.best = None
        self.count = 0

    def step(self, loss):
        if not math.isnan(loss) and (self.best is None or self.best - loss > self.min_delta):
            self.best = loss
            self.count = 0
            return False
        self.count += 1
        return self.count == self.patience


@exercise.misconception(
    "takes the first loss for the best, also where it is not a number",
    "Which comparisons with nan are true? After a first loss of nan, which loss is ever better than your best?",
)
class FirstIsBest:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.best, self.count = None, 0

    def step(self, loss):
        if self.best is None or loss < self.best - self.min_delta:
            self.best, self.count = loss, 0
        else:
            self.count += 1
        return self.count >= self.patience


@exercise.alternative
class CountsDown:
    def __init__(self, patience, min_delta=0.0):
        self.full = self.left = patience
        self.bar = float("inf")
        self.delta = min_delta

    def step(self, loss):
        if loss < self.bar:
            self.bar, self.left = loss - self.delta, self.full
        else:
            self.left -= 1
        return self.left <= 0


@exercise.alternative
class KeepsTheHistory:
    def __init__(self, patience, min_delta=0.0):
        self.patience, self.min_delta, self.losses = patience, min_delta, []

    def step(self, loss):
        self.losses.append(loss)
        best, since = float("inf"), 0
        for past in self.losses:
            if past < best - self.min_delta:
                best, since = past, 0
            else:
                since += 1
        return since >= self.patience
