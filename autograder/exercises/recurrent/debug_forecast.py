"""A forecast too good to be true: its inputs are smoothed with a window that reaches into the future."""

from autograder.spec import Case, Question
from autograder.spec.probes import mended

question = Question(
    cases=lambda draw: [
        Case((draw.normal(12) + 3,), note="twelve values"),
        Case((draw.normal(5),), note="five values"),
        Case((draw.normal(2) + 1,), note="two values"),
        Case((draw.normal(1),), note="one value"),
    ],
    returns=("smoothed",),
    probe=mended().but(device=False),
    gives="`(letter, function)`; the function returns a tensor",
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise


def trailing(series):
    """The mean of each value and the two before it; at the beginning, of those that there are."""
    return torch.stack([series[max(0, t - 2) : t + 1].mean() for t in range(len(series))])


def reference():
    return "A", trailing


exercise = Exercise(question, reference, points=4, shares={"fault": 6})


def centred(series):
    return torch.stack([series[max(0, t - 1) : t + 2].mean() for t in range(len(series))])


exercise.blames(
    trailing,
    {
        "C": (
            "too few years for nine coefficients",
            "Too few years make a forecast worse on years that it has not seen. Is this one worse?",
        ),
        "B": (
            "the fit that is made anew each year",
            "A fit made in 1980 to the years before 1980: which of them could nobody know in 1980?",
            "The AR model without smoothing is fitted anew each year, too. Is its error strange?",
        ),
        "D": ("the naive forecast", "Work it out by hand for one year. Is it the value of the year before?"),
    },
)


@exercise.misconception(
    "takes the result for what smoothing can do",
    "Change the last value of the series and smooth again. Which of the smoothed values may change, if they are known before it?",
    "Would you sell the forecast of a value that you had to look at first?",
)
def believes_it():
    return "E", trailing


@exercise.misconception(
    "leaves the fault in: a value is still averaged with the one after it",
    "What does smoothed[t] change by when series[t + 1] changes?",
)
def still_centred():
    return "A", centred


@exercise.misconception(
    "throws the smoothing out altogether", "The task keeps a mean over three years. Which three are known in year t?"
)
def no_smoothing():
    return "A", lambda series: series.clone()


@exercise.misconception(
    "leaves out the year itself, which is known",
    "In year t, is series[t] known?",
    "Which is the latest of your three years?",
)
def without_today():
    return "A", lambda series: torch.stack([series[max(0, t - 3) : max(t, 1)].mean() for t in range(len(series))])


def filled_with_zeros(series):
    return torch.cat([series.new_zeros(2), series]).unfold(0, 3, 1).mean(-1)


@exercise.misconception(
    "fills up with zeros before the first year",
    "How many years are known in the first one? By how many does your mean divide?",
)
def zeros_in_front():
    return "A", filled_with_zeros


@exercise.misconception(
    "gives back fewer values than it was given", "Which value belongs to the first year of the series?"
)
def shorter():
    return "A", lambda series: series.unfold(0, 3, 1).mean(-1) if len(series) > 2 else series[:0]


@exercise.alternative
def through_cumulated_sums():
    def smoothed(series):
        total = torch.cat([series.new_zeros(1), series.cumsum(0)])
        end = torch.arange(1, len(series) + 1)
        begin = (end - 3).clamp(min=0)
        return (total[end] - total[begin]) / (end - begin)

    return "A", smoothed


@exercise.alternative
def three_shifted_rows():
    def smoothed(series):
        total, count = torch.zeros_like(series), torch.zeros_like(series)
        for back in range(min(3, len(series))):
            total[back:] += series[: len(series) - back]
            count[back:] += 1
        return total / count

    return "a) it looks ahead", smoothed


@exercise.alternative
def year_by_year():
    def smoothed(series):
        known, out = [], []
        for value in series:
            known = [*known, value][-3:]
            out.append(sum(known) / len(known))
        return torch.stack(out)

    return "A", smoothed
