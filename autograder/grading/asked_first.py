"""A question that borrows references is asked behind those that they would answer."""

from collections.abc import Sequence

from autograder.sandbox.steps import Step
from autograder.sandbox.withheld.tree import loans
from autograder.spec import catalogue


def asked_first(steps: Sequence[Step]) -> list[Step]:
    """The same steps, in which each check stands behind those of the exercises that what it borrows would answer.

    A notebook has them in this order already, unless a student moved cells.
    """
    ordered = list(steps)
    for _ in steps:  # each turn moves one; borrowing knows no circles
        moved = next((move for i, step in enumerate(ordered) if (move := _behind(i, step, ordered))), None)
        if moved is None:
            break
        place, last = moved
        ordered.insert(last, ordered.pop(place))
    return ordered


def _behind(place: int, step: Step, steps: Sequence[Step]) -> tuple[int, int] | None:
    """Where a check stands and where it has to; None if it is behind all that it waits for."""
    if step.kind != "check":
        return None
    waits = answered_by_loans(step.exercise)
    later = [i for i, other in enumerate(steps) if i > place and other.kind == "check" and other.exercise in waits]
    return (place, later[-1]) if later else None


def answered_by_loans(exercise: str) -> set[str]:
    """The exercises that the references lent to an answer of this one would answer."""
    known = loans()
    borrowed = (known["references"].get(name) for name in catalogue.question(exercise).uses)
    return {each for name in borrowed if name for each in known["bundles"][name]["reveals"]} - {exercise}
