"""Pictures of language models and forecasts."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from jaxtyping import Float
from torch import Tensor

from gradschool.plotting import COLORS, DASHES, MARKERS, STYLE, Picture, picture


def next_token(
    before: Float[Tensor, " vocabulary"], after: Float[Tensor, " vocabulary"], names: Sequence[str], title: str = ""
) -> Picture:
    """Two distributions over the same tokens, side by side: at temperature 1, and as it is drawn from.

    Args:
        before, after: probabilities from 0 to 1.
        names: what to write under each token.
    """
    figure, (axes,) = picture(width=5.6, height=2.8)
    places = range(len(names))
    with mpl.rc_context(STYLE):
        axes.bar([p - 0.2 for p in places], before.tolist(), 0.38, color="0.75", label="temperature 1, all tokens")
        axes.bar([p + 0.2 for p in places], after.tolist(), 0.38, color=COLORS[0], label="drawn from")
        axes.set(xlabel="token", ylabel="probability", ylim=(0, 1), title=title, xticks=list(places))
        axes.set_xticklabels(list(names))
        axes.legend(fontsize="small")
    shown = ", ".join(f"{name} {p:.2f}" for name, p in zip(names, after.tolist(), strict=True))
    figure.alt = f"{title + ': ' if title else ''}probabilities drawn from: {shown}"
    return figure


def learning(
    steps: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    levels: Mapping[str, float],
    ylabel: str,
    alt: str,
    xlabel: str = "step",
) -> Picture:
    """Losses measured while training, and level lines for what they are to be compared with.

    Args:
        steps: when the losses were measured.
        curves: losses by name, as many as there are steps.
        levels: losses of other models by name; each is written at the right end of its line.
        alt: the sentence for who cannot see it.
    """
    figure, (axes,) = picture(width=6.0, height=3.4)
    with mpl.rc_context(STYLE):
        for i, (name, values) in enumerate(curves.items()):
            axes.plot(steps, values, color=COLORS[i], linestyle="-", marker=MARKERS[i], markersize=4, label=name)
        for i, (name, level) in enumerate(levels.items()):
            axes.axhline(level, color="0.35", linestyle=DASHES[1 + i % 4], linewidth=1.2)
            axes.annotate(
                name, (1, level), xycoords=("axes fraction", "data"), xytext=(3, 0), textcoords="offset points",
                va="center", fontsize="small", color="0.25", annotation_clip=False,
            )  # fmt: skip
        axes.set(xlabel=xlabel, ylabel=ylabel)
        axes.legend(fontsize="small")
    figure.alt = alt
    return figure


def forecasts(
    years: Sequence[int],
    truth: Float[Tensor, " years"],
    said: Mapping[str, Float[Tensor, " years"]],
    ylabel: str,
    alt: str = "",
) -> Picture:
    """A series and what was forecast for each of its years, and below it the errors.

    Args:
        years, truth: when, and what was observed.
        said: forecasts by the name of who made them.
        alt: the sentence for who cannot see it; the mean absolute errors unless given.
    """
    figure, (above, below) = picture(rows=2, width=7.6, height=2.4, sharex=True)
    errors = {name: float((values - truth).abs().mean()) for name, values in said.items()}
    with mpl.rc_context(STYLE):
        above.plot(years, truth.tolist(), color="black", linestyle="-", marker="o", markersize=3, label="observed")
        for i, (name, values) in enumerate(said.items()):
            style: dict[str, Any] = {"color": COLORS[i], "linestyle": DASHES[i % 4], "linewidth": 1.4}
            above.plot(years, values.tolist(), label=name, **style)
            below.plot(years, (values - truth).tolist(), **style)
        above.set(ylabel=ylabel)
        below.set(xlabel="year", ylabel="forecast − observed")
        below.axhline(0, color="black", linewidth=0.8, linestyle="-")
        figure.legend(loc="outside right upper", fontsize="small", frameon=False)
    told = ", ".join(f"{name} {error:.3g}" for name, error in errors.items())
    figure.alt = alt or f"forecasts from {years[0]} to {years[-1]}; mean absolute error: {told}"
    return figure


def series(years: Sequence[int], values: Float[Tensor, " years"], ylabel: str, start: int | None = None) -> Picture:
    """A yearly series; where the years to be forecast begin is marked."""
    figure, (axes,) = picture(width=7.6, height=2.4)
    with mpl.rc_context(STYLE):
        axes.plot(years, values.tolist(), color=COLORS[0], linestyle="-", linewidth=1.2)
        if start is not None:
            axes.axvspan(start, years[-1], color=COLORS[5], alpha=0.2, linewidth=0)
            axes.annotate("to be forecast", (start, 1), xycoords=("data", "axes fraction"), fontsize="small")
        axes.set(xlabel="year", ylabel=ylabel)
    low, high = float(values.min()), float(values.max())
    marked = f"; to be forecast from {start} on" if start is not None else ""
    figure.alt = f"{ylabel} from {years[0]} to {years[-1]}, between {low:.3g} and {high:.3g}{marked}"
    return figure
