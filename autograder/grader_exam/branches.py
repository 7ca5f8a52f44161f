"""Whether an exercise's cases take each branch of its reference both ways: a rule that no case asks for is no rule."""

import inspect
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from autograder.checking.collect import observe
from autograder.checking.context import quiet
from autograder.checking.evidence import Evidence
from autograder.checking.keys import DOUBLE, SINGLE, Place
from autograder.own_course import packages
from autograder.spec import Exercise

SEED = 1
# Branches that no case of an exercise may take, by the line's text: each with its reason.
NEVER: Mapping[tuple[str, str], str] = MappingProxyType({})


def function_of(exercise: Exercise) -> Any:
    """The reference's code, a function or a class with its methods; None where it lies in no package of references."""
    reference = inspect.unwrap(exercise.reference) if callable(exercise.reference) else None
    library = getattr(reference, "__module__", "").partition(".")[0]
    return reference if library in ("gradschool", *packages()) else None


def untaken(exercise: Exercise) -> list[str]:
    """Lines of the reference after which the cases go one way alone. Needs the package `coverage`."""
    return [f"{exercise.id}: {line}" for line in _untaken(exercise)] if function_of(exercise) is not None else []


def _untaken(exercise: Exercise) -> Iterator[str]:
    from coverage import Coverage

    reference = function_of(exercise)
    lines, first = inspect.getsourcelines(reference)
    file = str(inspect.getsourcefile(reference))
    watching = Coverage(branch=True, data_file=None, include=[file], config_file=False)
    with quiet():
        cases = exercise.drawn(SEED).all
        watching.start()
        try:
            for i, case in enumerate(cases):
                dtype = DOUBLE if DOUBLE in exercise.probe.dtypes else SINGLE
                observe(Evidence(), exercise, exercise.reference, case, Place(dtype, i))
        finally:
            watching.stop()
    for line, targets in watching._analyze(file).missing_branch_arcs().items():
        text = lines[line - first].strip() if first <= line < first + len(lines) else ""
        ends = [lines[t - first].strip() if first <= t < first + len(lines) else "" for t in targets]
        if text and not all(end.startswith("raise ") for end in ends) and (exercise.id, text) not in NEVER:
            yield f"no case leads from `{text}` (line {line} of {file}) to line {', '.join(map(str, targets))}."
