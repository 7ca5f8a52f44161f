"""Pictures of attention, of what it is worth, and of words as vectors."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
from jaxtyping import Float
from torch import Tensor

from gradschool.plotting import COLORS, DASHES, MARKERS, STYLE, Picture, picture


def alignment(
    weights: Float[Tensor, "written read"], written: Sequence[str], read: Sequence[str], title: str = "", alt: str = ""
) -> Picture:
    """Where each written token looked: a row for each, a column for each token read; dark is a weight near 1."""
    figure, (axes,) = picture(width=max(3.0, 0.32 * len(read) + 1.6), height=max(2.4, 0.28 * len(written) + 1.3))
    shown = axes.imshow(weights.tolist(), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set(xlabel="read", ylabel="written", title=title, xticks=range(len(read)), yticks=range(len(written)))
    axes.set_xticklabels([letter.replace(" ", "␣") for letter in read])
    axes.set_yticklabels(list(written))
    axes.grid(False)
    figure.colorbar(shown, label="weight", shrink=0.8)
    where = ", ".join(f"{token} at place {int(row.argmax()) + 1}" for token, row in zip(written, weights, strict=True))
    figure.alt = alt or f"{title + ': ' if title else ''}where each written token looked most: {where}"
    return figure


def by_length(
    lengths: Sequence[int], runs: Mapping[str, Float[Tensor, "seeds lengths"]], ylabel: str, trained: int, alt: str = ""
) -> Picture:
    """A measure against the sequences' length, a thin line for each seed; lengths beyond `trained` are marked."""
    figure, (axes,) = picture(width=5.6, height=3.2)
    with mpl.rc_context(STYLE):
        for i, (name, seeds) in enumerate(runs.items()):
            for j, row in enumerate(seeds.tolist()):
                axes.plot(
                    lengths, row, color=COLORS[i], linestyle=DASHES[i], marker=MARKERS[i], markersize=4, linewidth=1.2,
                    label=name if j == 0 else None,
                )  # fmt: skip
        if lengths[-1] > trained:
            axes.axvspan(trained + 0.5, lengths[-1] + 0.5, color="0.92", linewidth=0, zorder=0)
            right = lengths[-1] + 0.45  # beside the last points, where no line runs
            axes.annotate("longer than any seen", (right, 0.7), fontsize="small", rotation=90, va="center", ha="right")
        axes.set(xlabel="length", ylabel=ylabel, ylim=(-0.03, 1.03))
        axes.legend(fontsize="small")
    means = "; ".join(f"{name}, {ylabel} at the longest: {float(s[:, -1].mean()):.2f}" for name, s in runs.items())
    figure.alt = alt or means
    return figure


def words_in_the_plane(
    points: Float[Tensor, "words 2"],
    words: Sequence[str],
    groups: Sequence[int],
    xlabel: str,
    ylabel: str,
    alt: str = "",
) -> Picture:
    """Words as points of the plane, each group in its own colour and marker."""
    figure, (axes,) = picture(width=6.4, height=4.6)
    with mpl.rc_context(STYLE):
        for (x, y), word, group in zip(points.tolist(), words, groups, strict=True):
            color, marker = COLORS[group % len(COLORS)], MARKERS[group % len(MARKERS)]
            axes.plot(x, y, marker, color=color, markersize=5, linestyle="none")
            axes.annotate(word, (x, y), (4, 2), textcoords="offset points", fontsize="small", color=color)
        axes.set(xlabel=xlabel, ylabel=ylabel)
        axes.margins(0.12)
    figure.alt = alt or f"{len(words)} words in the plane: {', '.join(words)}"
    return figure
