"""The upper half of a spec stands alone: no reference is within its reach, and it asks what the whole asks."""

import inspect
import json
import subprocess
import sys
from collections.abc import Hashable, Iterator

import pytest

from autograder.checking.collect import Handed, collect
from autograder.checking.evidence import Evidence
from autograder.checking.forbidden import Forbidden
from autograder.checking.references import substitutes
from autograder.spec import Exercise, catalogue

SEEDS = (1, 2**62 + 12345)
EXERCISES = {exercise.id: exercise for exercise in catalogue.all_exercises()}


def drawn(question) -> list[str]:
    """A digest of every case of a question, and of its glimpse."""
    import hashlib

    from autograder.spec import Case
    from autograder.spec.draw import Draw
    from autograder.spec.probes import leaves

    cases = question.drawn(1).all
    if question.glimpse:
        cases = [*cases, Case.of(question.glimpse(Draw(1)))]
    tensors = [[leaf.numpy().tobytes() for leaf in leaves(case.args)] for case in cases]
    return [
        f"{case.note}: {hashlib.sha256(b'/'.join(found)).hexdigest()}"
        for case, found in zip(cases, tensors, strict=True)
    ]


ALONE = f"""
import json, sys

refused = json.loads(sys.argv[1])

class NothingThatIsRight:
    def find_spec(self, name, path=None, target=None):
        if name in refused or (name + ".").startswith("autograder.exercises."):
            raise ImportError(name + " tells what is right")

sys.meta_path.insert(0, NothingThatIsRight())

{inspect.getsource(drawn)}

def found(what, *args):
    try:
        return what(*args)
    except Exception as error:
        return type(error).__name__ + ": " + str(error)

from autograder.spec import catalogue

told = {{name: found(lambda: drawn(catalogue.question(name))) for name in catalogue.entries()}}
print(json.dumps([told, found(catalogue.find, "softmax"), found(__import__, refused[0])]))
"""


def test_every_question_is_asked_where_no_reference_can_be_imported() -> None:
    homes = {getattr(exercise.reference, "__module__", "") for exercise in EXERCISES.values()}
    refused = sorted(home for home in homes if home.startswith("gradschool."))
    assert len(refused) > 50
    done = subprocess.run([sys.executable, "-c", ALONE, json.dumps(refused)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told, whole, reference = json.loads(done.stdout)
    assert "tells what is right" in whole and "tells what is right" in reference, "the wall stands"
    assert told == {name: drawn(exercise) for name, exercise in EXERCISES.items()}


def kinds(exercise: Exercise) -> Iterator[Hashable]:
    """What makes an exercise another kind of question than others."""
    run = exercise.probe.run
    yield "probe", getattr(run, "__module__", ""), getattr(run, "__qualname__", type(run).__name__)
    yield "gradients", "some" if not isinstance(exercise.gradients, bool) else exercise.gradients
    yield "several outputs", len(exercise.returns) > 1
    for setting in ("extremes", "glimpse", "uses", "defaults", "fresh"):
        yield setting, bool(getattr(exercise, setting))


def sample() -> list[str]:
    """Few exercises that hold every kind."""
    left = {kind for exercise in EXERCISES.values() for kind in kinds(exercise)}
    chosen = []
    for name, exercise in EXERCISES.items():
        if exercise.alternatives and left & set(kinds(exercise)):
            left -= set(kinds(exercise))
            chosen.append(name)
    assert not left
    return chosen


def told(evidence: Evidence) -> tuple[object, ...]:
    arrays = {key: (array.dtype, array.shape, array.tobytes()) for key, array in evidence.arrays.items()}
    return arrays, evidence.notes, evidence.single


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", sample())
def test_the_upper_half_alone_gathers_the_same_evidence(name: str, seed: int) -> None:
    exercise, question = catalogue.find(name), catalogue.question(name)
    assert type(question) is not type(exercise)
    answer, lent = next(iter(exercise.alternatives.values())), substitutes(exercise)
    whole = collect(exercise, answer, Handed.drawn(exercise, seed), Forbidden(), lent)
    assert whole.arrays and not whole.notes.problems
    assert told(collect(question, answer, Handed.drawn(question, seed), Forbidden(), lent)) == told(whole)
