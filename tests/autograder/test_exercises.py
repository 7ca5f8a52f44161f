"""The grader graded: every wrong answer must lose points and be named, every right one must get them all."""

import pytest

from autograder.checking.evidence import collect
from autograder.checking.forbidden import CONCEPTS
from autograder.checking.judge import Verdict, judge
from autograder.spec import catalogue
from autograder.spec.draw import Draw
from autograder.spec.exercise import Exercise
from autograder.student.check import DESK_SEED, verdict_on

# The desk's; two of a class run in `make soak`, and `gradschool rates` goes over as many as one likes.
SEEDS = (DESK_SEED, *(pytest.param(seed, marks=pytest.mark.soak) for seed in (1, 2**62 + 12345)))

EXERCISES = catalogue.all_exercises()
MISTAKES = [pytest.param(e, m, id=f"{e.id}-{m.name}") for e in EXERCISES for m in e.misconceptions]
OTHERS = [pytest.param(e, name, a, id=f"{e.id}-{name}") for e in EXERCISES for name, a in e.alternatives.items()]


def told(verdict: Verdict) -> str:
    rows = [(r.label, r.sentence, [(m.key, m.sentence) for m in r.mismatches]) for r in verdict.rows if not r.passed]
    return f"{verdict.points} of {verdict.max_points}; {verdict.state} {verdict.reason} {rows}"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_the_reference_gets_all_points(exercise: Exercise, seed: int) -> None:
    evidence = collect(exercise, exercise.reference, seed)
    if callable(exercise.reference) and exercise.cases(Draw(seed)):
        assert evidence.notes.pop("calls"), "the guard must know the reference by its code"
    verdict = judge(exercise, evidence, seed)
    assert verdict.passed, told(verdict)
    assert sum(row.points for row in verdict.rows) == pytest.approx(exercise.points)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("exercise", "name", "answer"), OTHERS)
def test_a_right_answer_written_another_way_gets_all_points(exercise: Exercise, name: str, answer, seed: int) -> None:
    verdict = verdict_on(exercise, answer, seed, [])
    assert verdict.passed, told(verdict)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("exercise", "misconception"), MISTAKES)
def test_a_wrong_answer_loses_points_and_is_named(exercise: Exercise, misconception, seed: int) -> None:
    verdict = verdict_on(exercise, misconception.answer, seed, [])
    assert not verdict.passed, "this wrong answer gets full points"
    named = [d.misconception for d in verdict.diagnoses]
    assert named == [misconception.name], (
        f"diagnosed as {named}: {[d.title for d in verdict.diagnoses]}; {told(verdict)}"
    )


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_the_spec_is_whole(exercise: Exercise) -> None:
    assert len(exercise.misconceptions) >= 3
    assert len(exercise.alternatives) >= 3
    assert set(exercise.forbids) <= set(CONCEPTS)
    assert all(use in catalogue.places() for use in exercise.uses)
    assert exercise.drawn(DESK_SEED).all
    titles = [m.title for m in exercise.misconceptions]
    assert len(set(titles)) == len(titles)


def test_ids_are_unique_whatever_their_case() -> None:
    ids = [path.stem.lower() for path in catalogue.EXERCISES.glob("*/*.py") if path.stem != "__init__"]
    assert sorted(set(ids)) == sorted(ids)
