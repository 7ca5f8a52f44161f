"""The pictures of the lessons, each with its numbers in words."""

import numpy as np

from gradschool.plotting import Picture, picture
from numerics import integration
from numerics.integration import Array

TRUTH = 2.0  # the area of the sine from 0 to pi


def samples(pieces: int) -> tuple[Array, Array, float]:
    """Points from 0 to pi, the sine there, and the distance of the points."""
    x = np.linspace(0, np.pi, pieces + 1)
    return x, np.sin(x), np.pi / pieces


def error(rule: str, pieces: int) -> float:
    """How far a rule of `integration` is from the area of the sine."""
    _, y, h = samples(pieces)
    return abs(float(getattr(integration, rule)(y, h)) - TRUTH)


def lines(pieces: int) -> Picture:
    """The sine, and straight lines over so many pieces of it."""
    x, y, h = samples(pieces)
    figure, (axes,) = picture()
    smooth = np.linspace(0, np.pi, 200)
    axes.plot(smooth, np.sin(smooth), label="sin x")
    axes.plot(x, y, "o-", label="straight lines")
    axes.fill_between(x, y, alpha=0.2)
    area = float(integration.trapezoid(y, h))
    axes.set(xlabel="x", ylabel="y", title=f"area {area:.4f}, error {abs(area - TRUTH):.4f}")
    axes.legend()
    figure.alt = f"{pieces} straight lines below sin x: area {area:.4f}, error {abs(area - TRUTH):.4f}"
    return figure


def journey(speeds: Array, places: Array) -> Picture:
    """Speeds, second by second, and how far the car has come."""
    figure, (above, below) = picture(rows=2, height=2.2, sharex=True)
    above.plot(speeds, "o-")
    above.set(ylabel="speed, m/s")
    below.plot(places, "s--")
    below.set(xlabel="seconds", ylabel="distance, m")
    figure.alt = f"Fastest: {speeds.max():.1f} m/s. After {len(speeds) - 1} seconds: {places[-1]:.1f} m"
    return figure


def errors(pieces: list[int]) -> Picture:
    """The errors of two rules against the width of the pieces, on logarithmic axes."""
    figure, (axes,) = picture()
    said = []
    for rule, mark in (("trapezoid", "o-"), ("simpson", "s--")):
        found = [error(rule, n) for n in pieces]
        axes.loglog([np.pi / n for n in pieces], found, mark, label=rule)
        said.append(f"{rule} {found[0]:.1e} to {found[-1]:.1e}")
    axes.set(xlabel="h", ylabel="error")
    axes.legend()
    figure.alt = f"Errors from {pieces[0]} to {pieces[-1]} pieces: {', '.join(said)}"
    return figure
