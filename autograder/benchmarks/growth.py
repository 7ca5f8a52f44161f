"""How cost grows with size, against the power law that the count of operations gives."""

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass

import matplotlib as mpl
import torch
import torch.nn.functional as F
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter
from torch import nn

from autograder.benchmarks.layers import numbers
from autograder.benchmarks.pairs import Row, Work, measure
from gradschool import fast
from gradschool.convolutional import convolution
from gradschool.plotting import COLORS, MARKERS, STYLE, Picture, picture
from gradschool.recurrent import lstm


@dataclass(frozen=True)
class Growth:
    """Seconds of each form at each size.

    Attributes:
        what: the work, for the panel's title.
        over: what grows, for the axis.
        power: the exponent by which the count of operations grows.
        form: whose last point the law is drawn through.
        unit: of the times drawn: its name, and how many of it are a second.
    """

    what: str
    over: str
    power: float
    sizes: tuple[int, ...]
    seconds: dict[str, list[float]]
    form: str = "fast"
    unit: tuple[str, float] = ("ms", 1e3)

    def exponent(self, form: str) -> float:
        """The slope of log time over log size, least squares over the upper half of the sizes.

        Below that, what a call costs however little it does hides the law.
        """
        half = len(self.sizes) // 2
        x = [math.log(size) for size in self.sizes[half:]]
        y = [math.log(second) for second in self.seconds[form][half:]]
        return statistics.linear_regression(x, y).slope


def growths(device: torch.device, budget: float, step: Callable[[str], None]) -> list[Growth]:
    """Forward and backward of conv2d over image size and over channels, of the LSTM over time.

    Args:
        budget: seconds for each size.
        step: called with a few words before each size is measured.
    """
    found = []
    for what, over, power, sizes, row_of in (
        ("conv2d, 16 → 16 channels, batch 8", "height and width", 2.0, (8, 16, 32, 64, 128), _side),
        ("conv2d, images of 16×16, batch 8", "channels, in and out", 2.0, (8, 16, 32, 64, 128, 256), _channels),
        ("LSTM, batch 16, 64 units", "steps of time", 1.0, (8, 16, 32, 64, 128, 256), _time),
    ):
        seconds: dict[str, list[float]] = {}
        for size in sizes:
            step(f"{what}: {size}")
            measured = measure(row_of(size, device), budget, device)
            for name in measured.seconds:
                seconds.setdefault("torch" if name == "peer" else name, []).append(measured.median(name))
        found.append(Growth(what, over, power, sizes, seconds))
    return found


def _side(size: int, device: torch.device) -> Row:
    return _conv(16, size, device)


def _channels(size: int, device: torch.device) -> Row:
    return _conv(size, 16, device)


def _conv(channels: int, side: int, device: torch.device) -> Row:
    x = numbers(8, channels, side, side, device=device, grad=True)
    w = numbers(channels, channels, 3, 3, device=device, grad=True)
    dout = torch.ones_like(x).detach()

    def work(f: Callable[..., torch.Tensor]) -> Work:
        return lambda: torch.autograd.grad(f(x, w, None, 1, 1), (x, w), dout)

    forms = {"textbook": work(convolution.conv2d), "fast": work(fast.conv2d)}
    return Row("", forms, work(F.conv2d), "torch", None)


def _time(steps: int, device: torch.device) -> Row:
    layer = nn.LSTM(64, 64, batch_first=True).to(device)
    x, zeros = numbers(16, steps, 64, device=device, grad=True), torch.zeros(16, 64, device=device)
    weights, dout = list(layer.parameters()), torch.ones(16, steps, 64, device=device)

    def work(f: Callable[..., tuple[torch.Tensor, ...]]) -> Work:
        return lambda: torch.autograd.grad(f(x, zeros, zeros, *weights)[0], (x, *weights), dout)

    forms = {"textbook": work(lstm.lstm_forward), "fast": work(fast.lstm_forward)}
    return Row("", forms, work(lambda t, *_: layer(t)), "torch", None)


def plot(found: list[Growth]) -> Picture:
    """A panel for each growth: measured times, and the law through the fast form's last point."""
    figure, panels = picture(columns=len(found), width=4.4, height=3.6)
    with mpl.rc_context(STYLE):
        for axes, growth in zip(panels, found, strict=True):
            unit, each = growth.unit
            for i, (form, seconds) in enumerate(growth.seconds.items()):
                label = f"{form}: {growth.exponent(form):.2f}"
                axes.plot(growth.sizes, [each * s for s in seconds], color=COLORS[i], marker=MARKERS[i], label=label)
            end, last = growth.sizes[-1], each * growth.seconds[growth.form][-1]
            law = [last * (size / end) ** growth.power for size in growth.sizes]
            axes.plot(growth.sizes, law, color="0.6", linestyle=":", label=f"expected: {growth.power:g}")
            axes.set(xscale="log", yscale="log", xlabel=growth.over, ylabel=unit, title=growth.what)
            axes.set_xticks(growth.sizes)
            axes.xaxis.set_major_formatter(ScalarFormatter())
            axes.xaxis.set_minor_locator(LogLocator(subs=()))
            axes.xaxis.set_minor_formatter(NullFormatter())
            axes.yaxis.set_minor_locator(LogLocator(subs=(2, 5)))
            axes.yaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_minor_formatter("{x:g}")
            axes.legend(title="time ∝ size to the power of", fontsize="small", title_fontsize="small")
    figure.alt = "; ".join(
        f"{g.what}, exponents over {g.over}: "
        + ", ".join(f"{form} {g.exponent(form):.2f}" for form in g.seconds)
        + f", expected {g.power:g}"
        for g in found
    )
    return figure
