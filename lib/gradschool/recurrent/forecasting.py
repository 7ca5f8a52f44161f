"""Forecasting a series: windows to learn from, a rolling evaluation that never looks ahead, and what must be beaten."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

Predict = Callable[[Float[Tensor, " past"]], Float[Tensor, ""]]
Fit = Callable[[Float[Tensor, " past"]], Predict]


def sliding_windows(
    series: Float[Tensor, " time"], width: int, horizon: int = 1
) -> tuple[Float[Tensor, "windows width"], Float[Tensor, " windows"]]:
    """Every run of `width` values as an input, and as its target the value `horizon` places after the run's last.

    Raises:
        ValueError: a width or horizon below 1, or a series too short for a single window.
    """
    count = len(series) - width - horizon + 1
    if width < 1 or horizon < 1 or count < 1:
        raise ValueError(f"no window of {width} with a target {horizon} further on fits into {len(series)} values")
    return series.unfold(0, width, 1)[:count], series[width + horizon - 1 :]


def forecast_rolling(
    series: Float[Tensor, " time"], fit: Fit, start: int, every: int = 1
) -> Float[Tensor, " forecasts"]:
    """One-step forecasts of series[start], series[start + 1], …, each from the values before it and from no others.

    The model is fitted to series[:start], and again after every `every` forecasts, each time to all that is known then.

    Args:
        series: the values, oldest first.
        fit: takes the past, returns a function that takes the past and says what comes next.
        start: index of the first value that is forecast, at least 1.
        every: forecasts between two fits.

    Raises:
        ValueError: a start outside of the series, or `every` below 1.

    Source:
        Tashman (2000), Out-of-sample tests of forecasting accuracy: rolling origins.
    """
    if not 0 < start < len(series) or every < 1:
        raise ValueError(f"start is from 1 to {len(series) - 1} and every at least 1; got {start} and {every}")
    forecasts = []
    for now in range(start, len(series)):
        if (now - start) % every == 0:
            predict = fit(series[:now])
        forecasts.append(predict(series[:now]))
    return torch.stack(forecasts)


def naive(past: Float[Tensor, " past"]) -> Predict:
    """A fit that learns nothing: tomorrow is as today. For `forecast_rolling`."""
    return lambda past: past[-1]


def autoregression(order: int) -> Fit:
    """A fit of x_t = c + Σ a_i x_{t-i} with i from 1 to `order`, by least squares; for `forecast_rolling`.

    Raises:
        ValueError: when it is fitted, an order below 1 or a past of no more than `order` values.

    Source:
        Yule (1927), who made it for the sunspots.
    """

    def fit(past: Float[Tensor, " past"]) -> Predict:
        """Coefficients from the past, in a function that forecasts with them."""
        windows, targets = sliding_windows(past, order)
        with_constant = torch.cat([windows, torch.ones_like(windows[:, :1])], dim=1)
        solution = torch.linalg.lstsq(with_constant, targets.unsqueeze(1)).solution.squeeze(1)
        return lambda past: past[-order:] @ solution[:-1] + solution[-1]

    return fit


# The same in torch: series.unfold(0, width, 1) makes the windows without copying a value.
