"""Pictures of what becomes of a gradient, or of an error, with distance in time."""

from collections.abc import Mapping, Sequence

from jaxtyping import Float
from torch import Tensor

from gradschool.plotting import COLORS, DASHES, MARKERS, Picture, picture


def against_distance(
    norms: Mapping[str, Float[Tensor, "*runs time"]], ylabel: str = "gradient's norm, last step = 1", alt: str = ""
) -> Picture:
    """Norms at every step, drawn against the distance from the last step, on a logarithmic scale.

    Args:
        norms: for each name one row of norms, first step first, or several rows, one for each run. All are divided by
            their last entry.
    """
    figure, (axes,) = picture(width=6.2, height=3.4)
    ends = []
    for i, (name, values) in enumerate(norms.items()):
        rows = values.reshape(-1, values.shape[-1])
        rows = (rows / rows[:, -1:]).flip(1)
        for k, row in enumerate(rows.numpy()):
            label = name if k == 0 else None
            axes.plot(row, color=COLORS[i % len(COLORS)], linestyle=DASHES[i % len(DASHES)], linewidth=1.4, label=label)
        ends.append(f"{name} {_power(rows[:, -1].log10().mean().item())}")
    axes.set(yscale="log", xlabel="steps back from the last", ylabel=ylabel)
    axes.axhline(1.0, color="0.5", linewidth=0.8, linestyle="-")
    axes.legend(fontsize="small")
    back = rows.shape[1] - 1
    figure.alt = alt or f"{ylabel}, {back} steps back: {', '.join(ends)}"
    return figure


def error_against(
    results: Mapping[str, Mapping[int, Sequence[float]]],
    baseline: tuple[str, float],
    xlabel: str,
    ylabel: str,
    log: bool = False,
    alt: str = "",
) -> Picture:
    """Errors of several competitors against one whole number: each run a point, the median joined by a line.

    Args:
        results: for each name {number: errors of the runs}.
        baseline: name and error of the simplest competitor, drawn as a level line.
        log: a logarithmic axis for the errors.
    """
    figure, (axes,) = picture(width=6.4, height=3.6)
    told = []
    for i, (name, by_number) in enumerate(results.items()):
        color, marker = COLORS[i % len(COLORS)], MARKERS[i % len(MARKERS)]
        medians = {n: sorted(errors)[len(errors) // 2] for n, errors in by_number.items()}
        shift = 1 + 0.012 * (i - len(results) / 2)  # points of different names beside each other
        for n, errors in by_number.items():
            axes.plot([n * shift] * len(errors), errors, marker, color=color, markersize=5, alpha=0.7)
        xs = [n * shift for n in medians]
        axes.plot(xs, list(medians.values()), color=color, linestyle=DASHES[i % len(DASHES)], label=name)
        told.append(f"{name} {', '.join(f'{v:.2g} at {n}' for n, v in medians.items())}")
    axes.axhline(baseline[1], color="0.4", linewidth=1.2, linestyle=":", label=baseline[0])
    numbers = sorted({n for by_number in results.values() for n in by_number})
    axes.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
    axes.set_xticks(numbers, [str(n) for n in numbers])
    axes.minorticks_off()
    figure.legend(loc="outside right upper", fontsize="small", frameon=False)
    figure.alt = alt or f"{ylabel} against {xlabel}, medians: {'; '.join(told)}"
    return figure


def _power(exponent: float) -> str:
    return f"10^{round(exponent)}"
