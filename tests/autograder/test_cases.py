"""The cases of every exercise take each branch of its reference both ways: a rule that no case asks for is no rule."""

import inspect
from collections.abc import Iterator

import pytest
from coverage import Coverage

from autograder.checking.collect import DTYPES, observe
from autograder.checking.context import quiet
from autograder.checking.evidence import Evidence
from autograder.checking.keys import DOUBLE, SINGLE, Place
from autograder.spec import Exercise, catalogue

SEED = 1
# Branches that no case of an exercise may take, by the line's text: each with its reason.
NEVER: dict[tuple[str, str], str] = {}


def function_of(exercise: Exercise) -> object | None:
    """The reference's code: a function, or a class whose methods are looked at."""
    reference = inspect.unwrap(exercise.reference) if callable(exercise.reference) else None
    inside = reference is not None and getattr(reference, "__module__", "").startswith("gradschool")
    return reference if inside else None


def untaken(exercise: Exercise) -> Iterator[str]:
    """Lines of the reference after which the cases go one way alone."""
    reference = function_of(exercise)
    lines, first = inspect.getsourcelines(reference)
    file = inspect.getsourcefile(reference)
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
        leads_to_error = all(
            first <= t < first + len(lines) and lines[t - first].strip().startswith("raise ") for t in targets
        )
        if text and not leads_to_error and (exercise.id, text) not in NEVER:
            yield f"{exercise.id}: `{text}` (line {line}) never leads to line {targets}"


def with_defaults(exercise: Exercise) -> list[str]:
    """Arguments of the reference that may be left out: where it is built, and where a network is called."""
    calls = [exercise.reference, getattr(exercise.reference, "forward", None)]
    signatures = [inspect.signature(call) for call in calls if callable(call)]
    return [p.name for found in signatures for p in found.parameters.values() if p.default is not p.empty]


# Whose defaults no case leaves out, each with its reason.
NOT_LEFT_OUT: dict[str, str] = {}


@pytest.mark.parametrize("exercise", catalogue.all_exercises(), ids=lambda exercise: exercise.id)
def test_arguments_with_a_default_are_left_out_by_some_case(exercise: Exercise) -> None:
    asked = bool(with_defaults(exercise)) and exercise.id not in NOT_LEFT_OUT
    assert bool(exercise.defaults) == asked, with_defaults(exercise)


assert set(DTYPES) == {DOUBLE, SINGLE}
EXERCISES = [e for e in catalogue.all_exercises() if function_of(e) is not None and e.truth is None]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_every_branch_of_the_reference_is_taken_both_ways(exercise: Exercise) -> None:
    found = list(untaken(exercise))
    assert not found, "\n".join(found)
