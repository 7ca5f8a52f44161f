"""The trusted side of a step: what its process is told at the start, and what it gets when it asks.

Cases are drawn here, from a seed that never leaves; a definition of the library is lent if nothing that it would
answer is still to be asked in this notebook.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from autograder.checking.collect import Handed
from autograder.checking.references import forbidden_in
from autograder.checking.values import pack_values
from autograder.sandbox.steps import Step
from autograder.sandbox.withheld.tree import loans
from autograder.spec import catalogue

Reply = tuple[dict[str, Any], bytes]
REFUSED: Reply = ({"refused": True}, b"")


class Serving:
    """Answers what a notebook's process asks while it does one step.

    Args:
        step: what it does.
        pending: exercises whose evidence is still to be taken in this notebook, that of this step among them.
    """

    def __init__(self, step: Step, pending: frozenset[str]) -> None:
        self._step, self._pending = step, pending

    def told(self) -> dict[str, Any]:
        """What the process is told at the start of the step."""
        if self._step.kind != "check":
            return {"source": self._step.source}
        forbidden = forbidden_in(catalogue.find(self._step.exercise))
        return {
            "exercise": self._step.exercise,
            "cases": len(self._handed.all),
            "names": sorted(forbidden.names),
            "operations": sorted(forbidden.operations),
        }

    def reply(self, ask: Mapping[str, Any]) -> Reply:
        """What it gets. It may ask for anything: what is not there, or may not be lent, is refused."""
        if ask["ask"] == "case" and self._step.kind == "check":
            return self._case(ask.get("number"))
        if ask["ask"] == "lend":
            return self._loan(ask.get("exercise"), ask.get("definition"))
        return REFUSED

    @cached_property
    def _handed(self) -> Handed:
        return Handed.drawn(catalogue.find(self._step.exercise), self._step.seed)

    def _case(self, number: Any) -> Reply:
        if number == -1:
            return {}, pack_values(self._handed.first().args)
        if type(number) is not int or not 0 <= number < len(self._handed.all):
            return REFUSED
        return {}, pack_values(self._handed.all[number].args)

    def _loan(self, exercise: Any, definition: Any) -> Reply:
        known = loans()
        wanted = known["references"].get(exercise) if isinstance(exercise, str) else definition
        bundle = known["bundles"].get(wanted) if isinstance(wanted, str) else None
        if bundle is None or self._pending & set(bundle["reveals"]):
            return REFUSED
        return bundle, b""
