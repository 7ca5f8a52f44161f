"""Run a notebook's steps in the sandbox and bring back what each cell showed and each check's evidence.

The trusted side. It imports nothing that student code could have touched, waits for nothing without a deadline, and
reads nothing without a bound. A step that kills its process, or never ends, costs that step alone: a fresh process
replays the others without it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from autograder.sandbox import outputs, protocol
from autograder.sandbox.choice import Choice, choose, open_sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.processes import DEFAULT_EVIDENCE, Process, Setup, describe
from autograder.sandbox.spent import TOGETHER, Allowance
from autograder.sandbox.steps import Status, Step, StepResult

if TYPE_CHECKING:
    from autograder.sandbox.serving import Serving

MOST_ASKED = 10_000  # questions of a process to the trusted side in one step

Serves = Callable[[Step, frozenset[str]], "Serving"]


def _serving(step: Step, pending: frozenset[str]) -> Serving:
    from autograder.sandbox.serving import Serving  # torch, when the first step is done

    return Serving(step, pending)


class Runner:
    """Runs notebooks one after the other; use one per thread, and close it, best by ``with``.

    Args:
        limits: what a submission may use, unless ``run`` is told otherwise.
        sandbox: ``auto``, ``warm``, ``cold`` or ``none``; see ``sandbox.choose``. ``choice`` says what was taken.
        evidence: ``module:function`` called in the sandbox as ``f(exercise, namespace, trusted) -> bytes``.
        extra: folders that join ``sys.path`` there, read-only.
        serving: makes what answers a process's questions in a step, from the step and the exercises still to be asked.

    Raises:
        SandboxError: there is no sandbox to be had here; the message says what to do.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        sandbox: str = "auto",
        *,
        evidence: str = DEFAULT_EVIDENCE,
        extra: Sequence[Path] = (),
        serving: Serves | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.choice: Choice = choose(sandbox)
        self._serving = serving or _serving
        self._sandbox = open_sandbox(self.choice.kind, Setup(evidence, tuple(extra)))

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the sandbox; nothing is left behind."""
        self._sandbox.close()

    def run(self, steps: Sequence[Step], limits: Limits | None = None) -> list[StepResult]:
        """Run the steps of one notebook in their order.

        Args:
            steps: cells to run and checks to gather evidence for.
            limits: for this notebook, where it needs other ones than the runner's.

        Returns:
            One result per step, in the order of ``steps``.

        Raises:
            SandboxError: no process could be started; never because of what a step does.
        """
        return _Submission(limits or self.limits, steps, self._serving).run(self._sandbox.start)


class _Submission:
    """The state of one call of ``Runner.run``."""

    def __init__(self, limits: Limits, steps: Sequence[Step], serving: Serves) -> None:
        self._limits, self._steps, self._serving = limits, steps, serving
        self._results: list[StepResult | None] = [None] * len(steps)
        self._dropped: set[int] = set()
        self._left = limits.seconds_per_submission
        self._output_left = limits.output_bytes_per_submission

    def run(self, start: Callable[[Limits], Process]) -> list[StepResult]:
        for _ in range(self._limits.replays + 1):
            if not self._plan() or self._left <= 0:
                break
            process = start(self._limits)
            try:
                self._attempt(process)
            finally:
                process.kill()
        if self._left <= 0:
            why = f"other cells used up the {self._limits.seconds_per_submission:g} seconds for a whole notebook"
        else:
            why = f"other cells ended the Python process more than {self._limits.replays} times"
        return [
            result or StepResult(step.cell, "not run", reason=f"This cell was not run: {why}.")
            for step, result in zip(self._steps, self._results, strict=True)
        ]

    def _attempt(self, process: Process) -> None:
        """Run what is still to be run in one process, until all is done, it has died, or time is up."""
        for index in self._plan():
            if self._left <= 0:
                return
            serving = self._serving(self._steps[index], self._pending())
            allowance = Allowance(
                process.root(), min(self._limits.seconds_per_cell, self._left), self._limits.memory_bytes
            )
            result, alive = _exchange(process, self._steps[index], index, serving, allowance, self._limits)
            result.seconds = allowance.used()
            self._left -= result.seconds
            if not alive:
                self._results[index] = result
                self._dropped.add(index)
                return
            if self._results[index] is None:  # a replayed cell keeps what it first showed
                result.outputs, self._output_left = outputs.within(result.outputs, self._output_left, self._limits)
                self._results[index] = result

    def _pending(self) -> frozenset[str]:
        """Exercises whose evidence is still to be taken."""
        both = zip(self._steps, self._results, strict=True)
        return frozenset(step.exercise for step, result in both if step.kind == "check" and result is None)

    def _plan(self) -> list[int]:
        """Steps of the next attempt: what has no result yet, and every cell before it that must be there again."""
        pending = [i for i, result in enumerate(self._results) if result is None]
        if not pending:
            return []
        again = [i for i, step in enumerate(self._steps) if step.kind == "run" and i not in self._dropped]
        return sorted({*pending, *(i for i in again if i < pending[-1])})


def _exchange(
    process: Process, step: Step, index: int, serving: Serving, allowance: Allowance, limits: Limits
) -> tuple[StepResult, bool]:
    """Have ``process`` do one step. Returns the result, and whether the process can go on.

    A reply counts only with the step's number and a nonce drawn for this request: nothing sent earlier can pass
    for it. Anything else that arrives is the student's code writing where it should not, and ends the process.
    """
    nonce = secrets.token_hex(16)
    stamp = {"step": index, "nonce": nonce}
    request = stamp | {"kind": step.kind} | serving.told()
    # JSON writes a control character, one byte of output, as six
    max_header = 6 * (limits.output_bytes_per_cell + outputs.SLACK)
    status: Status
    try:
        protocol.send(process.socket, request, deadline=allowance)
        for _ in range(MOST_ASKED):
            reply, evidence = protocol.receive(process.socket, max_header, limits.evidence_bytes, allowance)
            if reply.get("step") != index or reply.get("nonce") != nonce:
                raise protocol.Garbled("a reply that nobody asked for")
            if "ask" not in reply:
                break
            protocol.send(process.socket, *serving.reply(reply), deadline=allowance)
        else:
            raise protocol.Garbled("it asked without end")
        shown = outputs.accepted(reply.get("outputs"), limits)
        return _result(step, reply.get("status"), shown, evidence), True
    except TimeoutError:
        status, reason = ("died", _too_large(limits)) if allowance.full else ("timeout", _too_long(limits))
    except (protocol.Oversize, outputs.TooMuch):
        status, reason = "flooded", "This cell sent more output than is allowed."
    except (protocol.Garbled, outputs.Malformed):
        status, reason = "died", "This cell wrote into the connection that brings results to the grader."
    except protocol.Closed:
        status, reason = "died", f"This cell {describe(process.ending())}."
    return StepResult(step.cell, status, reason=reason), False


def _result(step: Step, status: object, shown: list[dict[str, Any]], evidence: bytes) -> StepResult:
    """A result from a reply whose outputs were accepted."""
    if status == "ok":
        return StepResult(step.cell, "ok", shown, evidence if step.kind == "check" else None)
    if status == "error":
        errors = [o for o in shown if o["output_type"] == "error"]
        what = f"{errors[-1]['ename']}: {errors[-1]['evalue']}"[:300] if errors else "an exception"
        return StepResult(step.cell, "error", shown, reason=f"This cell raised {what}")
    if status == "flooded" and step.kind == "check":
        return StepResult(step.cell, "flooded", shown, reason="The answer returned more data than a check may send.")
    raise protocol.Garbled("an unknown status")


def _too_large(limits: Limits) -> str:
    most = TOGETHER * limits.memory_bytes / 1e9
    return f"This cell was stopped: its processes together held more than {most:.3g} GB of memory."


def _too_long(limits: Limits) -> str:
    one, all_of_them = limits.seconds_per_cell, limits.seconds_per_submission
    return f"This cell was stopped: a cell may run {one:g} seconds, a whole notebook {all_of_them:g}."
