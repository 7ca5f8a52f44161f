"""What is to be done in a notebook's process, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["ok", "error", "timeout", "died", "flooded", "not run"]


@dataclass(frozen=True)
class Step:
    """One thing to do in a notebook's process.

    Attributes:
        kind: ``run`` executes ``source``; ``check`` gathers evidence for ``exercise``.
        cell: the cell's id, given back in the result.
        source: code of a ``run`` step.
        exercise: id of the exercise of a ``check`` step.
        seed: seed of a ``check`` step; its cases are drawn from it on the trusted side. The process never gets it.
    """

    kind: Literal["run", "check"]
    cell: str
    source: str = ""
    exercise: str = ""
    seed: int = 0


@dataclass
class StepResult:
    """What became of a step.

    Attributes:
        cell: the step's.
        status: ``ok``; ``error`` (an exception); ``timeout``, ``died`` and ``flooded`` (it ran too long, ended
            its process or broke the channel, sent more than allowed); ``not run`` (the submission's time was used up).
        outputs: nbformat 4 outputs, plain text and PNG only; empty where the process was killed.
        evidence: what the check's gathering returned, untrusted bytes; None for a ``run`` step or without any.
        seconds: what the step has spent of its bounds; see ``spent``.
        reason: a sentence for the student; empty when ``ok``.
    """

    cell: str
    status: Status
    outputs: list[dict[str, Any]] = field(default_factory=list)
    evidence: bytes | None = None
    seconds: float = 0.0
    reason: str = ""
