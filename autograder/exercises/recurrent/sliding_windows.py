"""Windows of a series with the value that is to be forecast from each."""

from autograder.spec import Case, Question

question = Question(
    cases=lambda draw: [
        (draw.normal(9), 3, 1),
        (draw.normal(12), 4, 2),
        (draw.normal(11), 2, 4),
        (draw.normal(8), 3, 3),
        Case((draw.normal(6), 1, 1), note="windows of one value"),
        Case((draw.normal(5), 4, 1), note="a single window"),
    ],
    defaults=lambda draw: [(draw.normal(7), 3)],
    returns=("inputs", "targets"),
    gradients=True,
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes.common import same
from gradschool.recurrent import forecasting

exercise = Exercise(question, forecasting.sliding_windows, points=3)


def windows(series, width, horizon=1, *, late=0, step=1, short=0, inputs=same, targets=same):
    """The right way, with what students get wrong as settings: targets that come late, windows that stand apart."""
    ends = series[width + horizon - 1 + late :]
    count = max(min(len(ends), len(series) - width - horizon + 1) - short, 1)
    return inputs(series.unfold(0, width, 1)[:count:step]), targets(ends[:count:step])


wrong = exercise.variants(windows)
wrong(
    "leaves out the last window",
    "Which is the last target that the series has? Is it among yours?",
    "How many windows of 4 fit into 5 values when one more must follow each?",
    short=1,
)
wrong(
    "takes the window's own last value for the target: the answer stands in the question",
    "For the first window, which index does its last value have, and which your target?",
    late=-1,
)
wrong("counts the horizon from 0", "With `horizon=1`, how many values lie between a window and its target?", late=1)
wrong(
    "turns every window round, the latest value first",
    "In which order do the values of a window come in the series?",
    inputs=lambda rows: rows.flip(1),
)
wrong(
    "makes each target a row of one number",
    "Which shape does the task give for the targets?",
    "What is the shape of a prediction (n,) minus a target (n, 1)?",
    targets=lambda ends: ends.unsqueeze(1),
)
wrong(
    "returns the windows transposed",
    "Which axis counts the windows, and which the places in a window?",
    inputs=lambda rows: rows.T,
)


@exercise.misconception(
    "always forecasts the very next value",
    "What should `horizon=2` change?",
    "Which index has the target two places after the window's last?",
)
def horizon_ignored(series, width, horizon=1):
    return windows(series, width, 1)


@exercise.misconception(
    "cuts the series into pieces that do not overlap",
    "By how many places is the second window further on than the first?",
)
def apart(series, width, horizon=1):
    return windows(series, width, horizon, step=width)


@exercise.misconception(
    "returns all values up to the horizon as targets",
    "How many numbers is a single window to be compared with?",
)
def all_up_to_the_horizon(series, width, horizon=1):
    whole = series.unfold(0, width + horizon, 1)
    return whole[:, :width], whole[:, width:]


@exercise.alternative
def window_by_window(series, width, horizon=1):
    count = len(series) - width - horizon + 1
    inputs = torch.stack([series[i : i + width] for i in range(count)])
    return inputs, torch.stack([series[i + width + horizon - 1] for i in range(count)])


@exercise.alternative
def by_indices(series, width, horizon=1):
    start = torch.arange(len(series) - width - horizon + 1, device=series.device)
    return series[start[:, None] + torch.arange(width, device=series.device)], series[start + width + horizon - 1]


@exercise.alternative
def column_by_column(series, width, horizon=1):
    count = len(series) - width - horizon + 1
    return torch.stack([series[i : i + count] for i in range(width)], dim=1), series[-count:]


@exercise.alternative
def one_run_for_both(series, width, horizon=1):
    whole = series.unfold(0, width + horizon, 1)
    return whole[:, :width], whole[:, -1]
