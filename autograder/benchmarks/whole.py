"""What is measured in processes of its own, or over the whole course: imports, checks, notebooks."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.benchmarks.latency import Timing, percentile, timings
from autograder.benchmarks.pairs import Row, Work
from autograder.lessons.layout import lessons
from autograder.publishing.gates.rerun import rerun
from autograder.spec import Exercise


def import_row() -> Row:
    """`import gradschool` beside `import torch`, each in a new interpreter."""

    def fresh(module: str) -> Work:
        return lambda: subprocess.run([sys.executable, "-c", f"import {module}"], check=True)

    return Row("import gradschool", {"gradschool": fresh("gradschool")}, fresh("torch"), "import torch", 1.3)


def check_times(exercises: Iterable[Exercise], runs: int, step: Callable[[str], None]) -> list[Timing]:
    """How long each answer of each exercise is checked, right ones and wrong ones."""
    found = []
    for exercise in exercises:
        step(f"check {exercise.id}")
        found += timings(exercise, runs)
    return found


def slowest(found: list[Timing], count: int) -> list[tuple[str, float]]:
    """The exercises whose answers take longest, each with its slowest answer's seconds."""
    longest: dict[str, float] = {}
    for t in found:
        longest[t.exercise] = max(t.seconds, longest.get(t.exercise, 0.0))
    return sorted(longest.items(), key=lambda pair: -pair[1])[:count]


def middle_and_tail(found: list[Timing]) -> tuple[float, float]:
    """p50 and p95, in seconds."""
    seconds = [t.seconds for t in found]
    return percentile(seconds, 0.5), percentile(seconds, 0.95)


def notebooks(root: Path) -> tuple[float, bool]:
    """Seconds of `pytest --nbval` on all of `solutions/`, a notebook for each core at once, and whether all agreed."""
    began = time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda lesson: rerun(lesson.solution), lessons(root)))
    return time.perf_counter() - began, not any(found)
