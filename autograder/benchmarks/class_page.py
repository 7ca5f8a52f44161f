"""The report on grading: one Markdown page with a table, and a picture of how cost grows with the class."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import torch

from autograder.benchmarks.grading import Run, together
from autograder.benchmarks.growth import Growth, plot
from autograder.benchmarks.latency import percentile
from autograder.benchmarks.page import MET, keep, machine, table

AIM, LEAST = 8.0, 5.0  # submissions per minute, in times of stock nbgrader's


@dataclass
class Findings:
    """What one run measured: the batches of either, in turn, and classes of several sizes graded by ours."""

    unit: str
    notebooks: int  # 0: all of them
    workers: int
    stock: list[Run] = field(default_factory=list)
    ours: list[Run] = field(default_factory=list)
    classes: list[Run] = field(default_factory=list)


def write(found: Findings, folder: Path) -> Path:
    """Write `grading.md`, with `grading.png` where there are several classes; return the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    if len(found.classes) > 1:
        (folder / "grading.png").write_bytes(plot([growth(found)]).png())
    return keep(folder / "grading.md", page(found))


def page(found: Findings) -> str:
    """The page as Markdown."""
    rows = []
    if found.stock:
        rows += [_cells("stock nbgrader, no sandbox", together(found.stock))]
        rows += [_cells(f"ours, sandboxed, {found.workers} at once", together(found.ours))]
    rows += [_cells(f"ours, a class of {run.submissions}", run) for run in found.classes]
    heads = ("", "submissions", "per minute", "p50 s", "p95 s", "processor s each", "peak memory, all processes")
    which = {0: "all notebooks", 1: "the first notebook"}.get(found.notebooks, f"the first {found.notebooks} notebooks")
    parts = [
        *(f"# Grading {found.unit}", "", machine(torch.device("cpu"), os.cpu_count() or 1), ""),
        f"Each submission is {which} of the unit, cut down to the cells that both run; p50 and p95 are of one "
        "submission. Stock nbgrader grades one after the other, which is how it works.",
        *("", *table(heads, rows)),
    ]
    if found.stock:
        parts += ["", _ratios(found)]
    if len(found.classes) > 1:
        cost = growth(found)
        parts += ["", f"![{plot([cost]).alt}](grading.png)", ""]
        parts += [f"Time of a class grows with its size to the power of {cost.exponent('ours'):.2f}."]
    return "\n".join(parts) + "\n"


def _ratios(found: Findings) -> str:
    stock, ours = together(found.stock), together(found.ours)
    times = stock.wall / ours.wall
    by_round = ", ".join(f"{s.wall / o.wall:.1f}" for s, o in zip(found.stock, found.ours, strict=True))
    least = "" if times >= AIM else f"; at least {LEAST:g}: {MET[times >= LEAST]}"
    return (
        f"Submissions per minute: **{times:.1f} times stock** "
        f"(aim: {AIM:g}; {MET[times >= AIM]}{least}; by round: {by_round}). "
        f"Processor seconds: {stock.cpu / ours.cpu:.1f} times fewer."
    )


def growth(found: Findings) -> Growth:
    """Wall-clock minutes of classes, against their size."""
    sizes = tuple(run.submissions for run in found.classes)
    seconds = {"ours": [run.wall for run in found.classes]}
    return Growth(f"grading {found.unit}", "students", 1.0, sizes, seconds, form="ours", unit=("minutes", 1 / 60))


def _cells(name: str, run: Run) -> list[str]:
    return [
        *(name, str(run.submissions), f"{60 * run.submissions / run.wall:.1f}"),
        *(f"{percentile(run.seconds, 0.5):.2f}", f"{percentile(run.seconds, 0.95):.2f}"),
        *(f"{run.cpu / run.submissions:.2f}", f"{run.peak / 1e9:.2f} GB"),
    ]
