"""An answer that a notebook defines in two ways: what each of them would get, for the instructor to see.

The one that stands last before the check is judged, as at the desk. The others are questioned right behind the cells
that define them, on cases of another seed, so that nothing is seen there that the judged one is asked.
"""

from collections.abc import Callable, Mapping, Sequence

from autograder.checking.assess import verdict_on
from autograder.checking.packing import unpack
from autograder.sandbox.steps import Step, StepResult
from autograder.spec import catalogue

MOST = 3  # readings of one answer


class Readings:
    """The further checks of a notebook's answers.

    Args:
        cells: by exercise the ids of the cells that define its answer, where they differ.
        steps: what is done anyhow, in order.
        seed_of: the seed of an exercise.

    Attributes:
        steps: those, and the further checks.
    """

    def __init__(
        self, cells: Mapping[str, Sequence[str]], steps: Sequence[Step], seed_of: Callable[[str], int]
    ) -> None:
        self._by_cell: dict[str, list[Step]] = {}
        self._judged: dict[str, str] = {}
        self._seeds = seed_of
        run = [step.cell for step in steps]
        checks = {step.exercise: i for i, step in enumerate(steps) if step.kind == "check"}
        self._cells = {e: [name for name in some if name in run] for e, some in cells.items() if e in checks}
        for exercise, some in self._cells.items():
            before = [name for name in some if run.index(name) < checks[exercise]]
            self._judged[exercise] = max(before or some, key=run.index)
            for name in [name for name in some if name != self._judged[exercise]][: MOST - 1]:
                self._by_cell.setdefault(name, []).append(
                    Step("check", _name(exercise, name), exercise=exercise, seed=seed_of(exercise) + 1)
                )
        self.steps = [each for step in steps for each in (step, *self._by_cell.get(step.cell, []))]

    def flags(self, exercise: str, results: Mapping[str, StepResult]) -> list[str]:
        """What the instructor is told of an exercise's readings; nothing where there is only one."""
        some = self._cells.get(exercise, [])
        if len(some) < 2:
            return []
        judged = self._judged[exercise]
        others = [self._told(exercise, name, results) for name in some if name != judged]
        named = f"`{catalogue.find(exercise).answer}` is defined in {len(some)} cells, and not the same way"
        return [f"{named}: the one in {judged} was judged, the last that is run before the check; " + "; ".join(others)]

    def _told(self, exercise: str, cell: str, results: Mapping[str, StepResult]) -> str:
        result = results.get(_name(exercise, cell))
        spec = catalogue.find(exercise)
        points = 0.0
        if result is None:
            return f"the one in {cell} was not tried"
        if result.status == "ok":
            try:
                points = verdict_on(spec, unpack(result.evidence), self._seeds(exercise) + 1, []).points
            except ValueError:  # evidence that cannot be read
                points = 0.0
        return f"the one in {cell} would get {points:g} of {spec.points:g}"


def _name(exercise: str, cell: str) -> str:
    return f"{exercise} as in {cell}"
