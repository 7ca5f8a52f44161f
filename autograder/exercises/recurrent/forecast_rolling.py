"""Rolling evaluation: what each fit and each forecast was allowed to see is written down, beside the forecasts."""

import torch

from autograder.spec import Case, Question
from autograder.spec.errors import Unusable
from autograder.spec.probes import function_of, named, probe


@probe("series", "start", "every", device=False)
def observed(answer, args, returns, gradients):
    """The forecasts, and how far the fits and the forecasts saw: a fit's ordinal number tells which one forecast.

    Fits after the last forecast are not looked at.
    """
    series, start, *every = args
    told = {"fits see": [], "forecasts see": [], "forecasts are made by fit": []}

    def fit(past):
        number = len(told["fits see"])
        told["fits see"].append(seen(past, series))
        slope = torch.as_tensor(past).mean() * 0.1

        def predict(past):
            told["forecasts see"].append(seen(past, series))
            told["forecasts are made by fit"].append(number)
            return past[-1] + slope + 0.01 * number

        return predict

    found = named(function_of(answer)(series, fit, start, *every), returns)
    told["fits see"] = told["fits see"][: 1 + max(told["forecasts are made by fit"], default=-1)]
    return found | {name: torch.tensor(numbers) for name, numbers in told.items()}


def seen(past, series):
    """How many values there are, if it is the series' beginning; -1 for anything else."""
    if not isinstance(past, torch.Tensor) or past.ndim != 1 or not len(past):
        raise Unusable("past", "`fit` and `predict` take a piece of the series: a tensor with one axis, not empty.")
    return len(past) if len(past) <= len(series) and torch.equal(past, series[: len(past)]) else -1


question = Question(
    cases=lambda draw: [
        Case((draw.normal(12), 5, 1), note="fitted anew each time"),
        Case((draw.normal(14), 4, 3), note="fitted anew after three forecasts"),
        Case((draw.normal(11), 3, 4), note="eight forecasts, every four"),
        Case((draw.normal(9), 6, 20), note="fitted once"),
        Case((draw.normal(6), 5, 2), note="the last value alone"),
        Case((draw.normal(7), 1, 2), note="from the second value on"),
    ],
    defaults=lambda draw: [(draw.normal(8), 4)],
    returns=("forecasts",),
    probe=observed,
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.recurrent import forecasting

exercise = Exercise(
    question,
    forecasting.forecast_rolling,
    points=4,
    beside=["fits see", "forecasts see", "forecasts are made by fit"],
    shares={"fits see": 2, "forecasts see": 2, "forecasts are made by fit": 1},
)


def rolling(
    series, fit, start, every=1, *, fitted=lambda s, t: s[:t], shown=lambda s, t, fit_at: s[:t],
    anew=lambda i, start, every: i % every == 0,
):  # fmt: skip
    """The loop, with what students get wrong as settings: what is seen at t, when the last fit was at `fit_at`."""
    forecasts, fit_at = [], start
    for t in range(start, len(series)):
        if t == start or anew(t - start, start, every):
            fit_at = t
            predict = fit(fitted(series, t))
        forecasts.append(predict(shown(series, t, fit_at)))
    return torch.stack(forecasts)


wrong = exercise.variants(rolling)
wrong(
    "shows the forecast the very value that it is to forecast",
    "When series[t] is forecast, what is the index of the last value known?",
    "Does `series[:t + 1]` hold series[t]?",
    shown=lambda s, t, fit_at: s[: t + 1],
)
wrong(
    "fits to a past that ends one value too late",
    "At the time of the fit, is series[t] known?",
    fitted=lambda s, t: s[: t + 1],
)
wrong(
    "fits to the whole series, the future included",
    "What does the fit know of the years that it is tested on?",
    fitted=lambda s, t: s,
)
wrong("fits once and never again", "What should happen after `every` forecasts?", anew=lambda i, start, every: False)
wrong("fits anew before each forecast", "What is `every` for?", anew=lambda i, start, every: True)
wrong(
    "counts from the beginning of the series when to fit anew, not from the first forecast",
    "After which forecast is the second fit due?",
    anew=lambda i, start, every: (i + start) % every == 0,
)
wrong(
    "forecasts from the values that the last fit saw, and from no newer ones",
    "Between two fits new values arrive. Who sees them?",
    shown=lambda s, t, fit_at: s[:fit_at],
)


@exercise.misconception(
    "goes on from its own forecasts where the true values are known by then",
    "When 1950 is forecast, is the value of 1949 still a forecast?",
)
def on_its_own_forecasts(series, fit, start, every=1):
    known, forecasts = series[:start], []
    for i in range(len(series) - start):
        if i % every == 0:
            predict = fit(series[: start + i])
        forecasts.append(predict(known))
        known = torch.cat([known, forecasts[-1].reshape(1)])
    return torch.stack(forecasts)


@exercise.misconception(
    "leaves out the last value of the series", "How many forecasts belong to a series of 12 values from index 5 on?"
)
def last_one_missing(series, fit, start, every=1):
    return rolling(series[:-1], fit, start, every) if len(series) > start + 1 else series[start:]


@exercise.misconception(
    "starts one value late", "Which value is the first to be forecast: series[start], or the one after it?"
)
def starts_late(series, fit, start, every=1):
    return rolling(series, fit, start + 1, every) if len(series) > start + 1 else series[start:]


@exercise.alternative
def block_by_block(series, fit, start, every=1):
    forecasts = series.new_zeros(len(series) - start)
    for block in range(start, len(series), every):
        predict = fit(series[:block].clone())
        for t in range(block, min(block + every, len(series))):
            forecasts[t - start] = predict(series[:t])
    return forecasts


@exercise.alternative
def fitted_after_the_forecasts(series, fit, start, every=1):
    """The last fit may come after the last forecast, where nobody asks it."""
    predict, said = fit(series[:start]), []
    for t in range(start, len(series)):
        said.append(predict(series[:t]))
        if len(said) % every == 0:
            predict = fit(series[: t + 1])
    return torch.stack(said)


@exercise.alternative
def counting_down(series, fit, start, every=1):
    left, found = 0, []
    for t in range(start, len(series)):
        past = torch.narrow(series, 0, 0, t)
        if left == 0:
            model, left = fit(past), every
        left -= 1
        found.append(model(past).reshape(1))
    return torch.cat(found)


@exercise.alternative
def with_a_generator(series, fit, start, every=1):
    def forecasts():
        model = None
        for i, t in enumerate(range(start, len(series))):
            model = fit(series[:t]) if i % every == 0 else model
            yield float(model(series[:t]))

    return torch.tensor(list(forecasts()), dtype=series.dtype)
