"""The harness: several functions that do the same, run in turn, so that whatever slows the machine slows them all."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch

Work = Callable[[], Any]
SHORTEST = 2e-3  # seconds that one sample takes at least: quick work is repeated within it
FEWEST, MOST = 5, 21  # rounds


@dataclass(frozen=True)
class Row:
    """One line of the table, before it is measured.

    Attributes:
        what: the work, with its shape.
        forms: ours, by name: the textbook form, then the fast one. The aim is the last one's.
        peer: what it is compared with.
        peer_name: how the table calls that.
        aim: the most that the last form may take, in times of the peer's; None where nothing is asked.
        slower: the aim is about the peer: it must take at least `aim` times as long as the last form.
        parts: the peer is slow, and does one of so many equal parts of the work; its time counts so many times.
    """

    what: str
    forms: Mapping[str, Work]
    peer: Work
    peer_name: str
    aim: float | None
    slower: bool = False
    parts: int = 1


@dataclass(frozen=True)
class Measured:
    """Seconds of every form and of the peer in every round."""

    row: Row
    seconds: dict[str, list[float]] = field(default_factory=dict)  # by form, the peer as "peer"

    def median(self, name: str) -> float:
        return statistics.median(self.seconds[name])

    def ratio(self, name: str) -> float:
        """The median over the rounds of a form's time by the peer's of the same round."""
        return statistics.median(a / b for a, b in zip(self.seconds[name], self.seconds["peer"], strict=True))

    def compared(self, name: str) -> str:
        """How many times the peer's time; or, where the peer is to be slower, how many times faster."""
        ratio = self.ratio(name)
        return f"{1 / ratio:.0f} faster" if self.row.slower else f"{ratio:.2f}"

    @property
    def last(self) -> str:
        return list(self.row.forms)[-1]

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None where there is none."""
        if self.row.aim is None:
            return None
        ratio = self.ratio(self.last)
        return 1 / ratio >= self.row.aim if self.row.slower else ratio <= self.row.aim


def measure(row: Row, budget: float, device: torch.device) -> Measured:
    """Run a row's forms and its peer in turn, for about `budget` seconds, but never fewer than five rounds.

    Every one runs once before it is timed, and a quick one several times within a sample.
    """
    works = {**row.forms, "peer": row.peer}
    repeats = {name: _repeats(work, device) for name, work in works.items()}
    seconds: dict[str, list[float]] = {name: [] for name in works}
    began = time.perf_counter()
    for done in _rounds():
        for name, work in works.items():
            whole = row.parts if name == "peer" else 1
            seconds[name].append(whole * _timed(work, repeats[name], device))
        if done >= FEWEST and time.perf_counter() - began > budget:
            break
    bare = replace(row, forms=dict.fromkeys(row.forms, _done), peer=_done)
    return Measured(bare, seconds)


def _done() -> None:
    """In place of work that has been measured, so that its tensors do not outlive it: AlexNet's alone are gigabytes."""


def _rounds() -> Iterator[int]:
    return iter(range(1, MOST + 1))


def _repeats(work: Work, device: torch.device) -> int:
    _timed(work, 1, device)
    return max(1, int(SHORTEST / max(_timed(work, 1, device), 1e-7)))


def _timed(work: Work, repeats: int, device: torch.device) -> float:
    """Seconds that one call takes, until the device is done with it."""
    _finish(device)
    began = time.perf_counter()
    for _ in range(repeats):
        work()
    _finish(device)
    return (time.perf_counter() - began) / repeats


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()
