"""The pictures of the class page."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.ticker import MaxNLocator

from autograder.report.results import Results
from autograder.report.statistics import Mistake, Question
from gradschool.plotting import COLORS, MARKERS, STYLE, Picture, picture

MOST_MISTAKES = 25
DOUBTFUL = 0.1  # a question that discriminates less says little
CLEAR = 0.08  # names nearer to one another than this, in discrimination, cannot be read
LONGEST = 80  # characters of a mistake's title on a picture


def scores(results: Results) -> Picture:
    """How many students have how many points."""
    totals = np.array(list(results.totals().values()))
    figure, (axes,) = picture(width=6.0, height=2.6)
    with mpl.rc_context(STYLE):
        axes.hist(totals, bins=np.linspace(0, results.most, 21).tolist(), color=COLORS[0], edgecolor="white")
        axes.axvline(float(np.median(totals)), color=COLORS[1], linestyle="--", label=f"median {np.median(totals):.3g}")
        axes.set(xlabel=f"points of {results.most:g}", ylabel="students")
        axes.yaxis.set_major_locator(MaxNLocator("auto", integer=True))
        axes.legend()
    low, middle, high = np.quantile(totals, [0.25, 0.5, 0.75])
    figure.alt = f"points of {len(totals)} students: median {middle:.3g}, half of them between {low:.3g} and {high:.3g}"
    return figure


def commonest(mistakes: Sequence[Mistake]) -> Picture:
    """The mistakes that the class holds, the commonest on top, as bars of students."""
    shown = list(mistakes[:MOST_MISTAKES])
    figure, (axes,) = picture(width=9.5, height=0.6 + 0.27 * max(len(shown), 1))
    with mpl.rc_context(STYLE):
        bars = axes.barh(range(len(shown)), [m.count for m in shown], color=COLORS[0], height=0.7)
        axes.bar_label(bars, [f"{m.count}" for m in shown], padding=3, fontsize=8)
        axes.set_yticks(range(len(shown)), [f"{m.question}: {shortened(m.title)}" for m in shown], fontsize=8)
        axes.invert_yaxis()
        axes.set(xlabel="students")
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
        axes.grid(axis="y", visible=False)
    first = f"; most often, {shown[0].count} times, {shown[0].question} {shown[0].title}" if shown else ""
    figure.alt = f"the {len(shown)} commonest of {len(mistakes)} mistakes{first}"
    return figure


def shortened(title: str) -> str:
    return title if len(title) <= LONGEST else title[: LONGEST - 1].rsplit(" ", 1)[0] + " …"


def _apart(told: Sequence[Question]) -> list[Question]:
    """The questions to look at, the worst first; one whose name would lie on another's is named in the table only."""
    doubtful = sorted((q for q in told if (q.discrimination or 0.0) < DOUBTFUL), key=lambda q: q.discrimination or 0.0)
    named: list[Question] = []
    for q in doubtful:
        if all(abs((q.discrimination or 0.0) - (n.discrimination or 0.0)) > CLEAR for n in named):
            named.append(q)
    return named


def difficulty(questions: Sequence[Question]) -> Picture:
    """Each question: how hard it was, and whether it tells who knows the rest."""
    told = [q for q in questions if q.discrimination is not None]
    figure, (axes,) = picture(width=6.0, height=3.4)
    with mpl.rc_context(STYLE):
        x, y = [q.difficulty for q in told], [q.discrimination or 0.0 for q in told]
        axes.plot(x, y, MARKERS[0], color=COLORS[0], markersize=5, linestyle="none")
        for q in _apart(told):
            place, left = (q.difficulty, q.discrimination or 0.0), q.difficulty > 0.7
            shift, side = ((-4, 4), "right") if left else ((4, 4), "left")
            axes.annotate(q.name, place, xytext=shift, textcoords="offset points", fontsize=7, ha=side)
        axes.axhline(0, color="black", linewidth=0.8)
        axes.set(xlabel="mean share of the points", ylabel="discrimination", xlim=(-0.03, 1.03))
        axes.set_ylim(min([-0.1, *y]) - 0.05, 1.0)
    doubtful = sum((q.discrimination or 0) < DOUBTFUL for q in told)
    figure.alt = f"mean share and discrimination of {len(told)} questions; {doubtful} discriminate below {DOUBTFUL}"
    return figure
