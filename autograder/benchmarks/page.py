"""The report: one Markdown page with a table, the picture of growth beside it, and the machine it was measured on."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

from autograder.benchmarks.growth import Growth, plot
from autograder.benchmarks.pairs import Measured

MET = {True: "met", False: "**missed**", None: ""}


@dataclass
class Findings:
    """All that one run measured; what was left out stays empty."""

    device: torch.device
    threads: int
    rows: list[Measured] = field(default_factory=list)
    memory: dict[str, int] = field(default_factory=dict)
    checks: tuple[float, float] | None = None  # p50, p95
    answers: int = 0
    slowest: list[tuple[str, float]] = field(default_factory=list)
    notebooks: tuple[float, bool] | None = None
    growth: list[Growth] = field(default_factory=list)


def write(findings: Findings, folder: Path) -> Path:
    """Write `bench.md` and `growth.png` into the folder, and return the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    if findings.growth:
        (folder / "growth.png").write_bytes(plot(findings.growth).png())
    return keep(folder / "bench.md", page(findings))


def keep(target: Path, text: str) -> Path:
    """Write a page whole or not at all; returns its path."""
    partial = target.with_name(f"{target.name}.partial")
    partial.write_text(text, encoding="utf-8")
    return partial.replace(target)


def page(f: Findings) -> str:
    """The page as Markdown."""
    parts = ["# The references beside torch", "", machine(f.device, f.threads), ""]
    if f.rows:
        parts += [
            "Times are medians over the rounds; × is the median of a form's time by the peer's in the same round. "
            "The aim is the last form's.",
            "",
            *table(
                ("what", "peer", "its ms", "textbook ms", "×", "fast ms", "×", "aim", ""), [_cells(m) for m in f.rows]
            ),
        ]
    if f.memory:
        parts += ["", *_memory(f.memory)]
    if f.checks:
        parts += ["", *_checks(f.checks, f.answers, f.slowest)]
    if f.notebooks:
        seconds, passed = f.notebooks
        state = "every cell gave what is stored" if passed else "**some cells did not give what is stored**"
        what = "`pytest --nbval` on all of `solutions/`, a notebook for each core at once"
        parts += ["", f"{what}: {seconds / 60:.1f} minutes (aim: 10), {state}."]
    if f.growth:
        parts += ["", "## How cost grows", "", f"![{plot(f.growth).alt}](growth.png)", "", *_exponents(f.growth)]
    return "\n".join(parts) + "\n"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table; a column of numbers is set to the right, the first never."""
    numbers = [i > 0 and any(cells[i][:1].isdigit() for cells in rows) for i in range(len(heads))]
    rule = ["---:" if number else "---" for number in numbers]
    return ["| " + " | ".join(cells) + " |" for cells in (heads, rule, *rows)]


def machine(device: torch.device, threads: int) -> str:
    """Date, processor or card, and versions, in one line."""
    versions = f"torch {torch.__version__}, NumPy {np.__version__}, Python {platform.python_version()}"
    cards = "no CUDA device, so no CUDA figures" if not torch.cuda.is_available() else torch.cuda.get_device_name()
    where = f"{_processor()}, {threads} threads, on the {device.type.upper() if device.type == 'cuda' else 'CPU'}"
    return f"{datetime.now(UTC):%Y-%m-%d}. {where}; {cards}. {platform.system()} {platform.machine()}, {versions}."


def _processor() -> str:
    """The processor's name where Linux tells it, else its kind."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _cells(m: Measured) -> list[str]:
    """One line of the table; a row with one form of ours has it in the column of the aim."""
    row, cells = m.row, []
    times = "" if row.slower else "×"
    for column, name in (("textbook", "textbook"), ("fast", m.last)):
        shown = name in m.seconds and (column == "fast" or name != m.last)
        cells += [_ms(m.median(name)), m.compared(name)] if shown else ["", ""]
    aim = "" if row.aim is None else f"≥ {row.aim:g} faster" if row.slower else f"≤ {row.aim:g}{times}"
    return [row.what, row.peer_name, _ms(m.median("peer")), *cells, aim, MET[m.met]]


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:.3g}" if seconds < 1 else f"{1e3 * seconds:.0f}"


def _memory(memory: dict[str, int]) -> list[str]:
    rise = {name: size / 2**20 for name, size in memory.items()}
    rows = [[name, f"{size:.0f} MiB", f"{size / rise['torch']:.1f}"] for name, size in rise.items()]
    verdict = MET[rise["fast"] <= 4 * rise["torch"]]
    return [
        "Memory beyond the arguments at the height of conv2d forward + backward, AlexNet's conv2, batch 16 "
        f"(aim: ≤ 4× torch's; {verdict}):",
        "",
        *table(("form", "rise", "×"), rows),
    ]


def _checks(times: tuple[float, float], answers: int, slowest: list[tuple[str, float]]) -> list[str]:
    middle, tail = times
    long = ", ".join(f"{name} {1e3 * seconds:.0f}" for name, seconds in slowest)
    return [
        f"Check latency, warm, {answers} answers of all exercises that do not train: p50 {1e3 * middle:.0f} ms "
        f"(aim: 50; {MET[middle <= 0.05]}), p95 {1e3 * tail:.0f} ms (aim: 200; {MET[tail <= 0.2]}). "
        f"Slowest, in ms: {long}."
    ]


def _exponents(found: list[Growth]) -> list[str]:
    forms = list(found[0].seconds)
    rows = [[g.what, g.over, *(f"{g.exponent(form):.2f}" for form in forms), f"{g.power:g}"] for g in found]
    return [
        "The exponent of time over size, from the upper half of the sizes, beside that of the count of operations:",
        "",
        *table(("what", "over", *forms, "operations"), rows),
    ]
