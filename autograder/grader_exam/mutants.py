"""How many mechanical changes to a reference the grader sees, and of how many it can say what they are."""

import ast
import inspect
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial

from autograder.checking.assess import question
from autograder.checking.diagnosis import diagnose
from autograder.checking.judge import judge
from autograder.checking.verdict import Diagnosis, State, Verdict
from autograder.grader_exam.cores import on_each_core
from autograder.grader_exam.drawn_mutation import double_mutants, foreign_mutants
from autograder.grader_exam.mutation import Mutant, made, mutants
from autograder.grader_exam.naming import first_means
from autograder.grader_exam.own_slips import is_own, own_slips
from autograder.spec import Exercise, catalogue


class Origin(StrEnum):
    """Which kind of mutant it is."""

    OTHER = "one change"  # that the diagnosis does not make
    OWN = "one change that the diagnosis makes too"
    TWO = "two changes at once"


@dataclass
class Tally:
    """Of one kind of mutant: how many were tried, and lost points, and what the first diagnosis of these was found by.

    `stopped` are those that lost points and gave nothing to compare: the card tells what they raised, and no more.
    """

    tried: int = 0
    killed: int = 0
    stopped: int = 0
    means: Counter[str] = field(default_factory=Counter)

    @property
    def diagnosed(self) -> int:
        return self.means.total()


@dataclass(frozen=True)
class Told:
    """A mutant that got a diagnosis, and what was said of it, for a person to judge."""

    exercise: str
    origin: Origin
    line: int
    before: str
    after: str
    diagnoses: tuple[str, ...]  # each with its means in front

    def __str__(self) -> str:
        said = "\n    : ".join(self.diagnoses)
        return f"{self.exercise}, line {self.line} ({self.origin}): {self.before}\n    → {self.after}\n    : {said}"


@dataclass
class Survival:
    """Of one exercise: how its mutants fared, by kind; those that lost nothing, and what was said of the others.

    A survivor is a fault of the cases, or it changes nothing that the task asks for: a person has to read it. Those
    with two changes are not listed.
    """

    exercise: str
    tallies: dict[Origin, Tally] = field(default_factory=lambda: {origin: Tally() for origin in Origin})
    survivors: list[Mutant] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    @property
    def tried(self) -> int:
        """Mutants with one change."""
        return sum(self.tallies[origin].tried for origin in (Origin.OTHER, Origin.OWN))

    @property
    def killed(self) -> int:
        """Those of them that lost points."""
        return sum(self.tallies[origin].killed for origin in (Origin.OTHER, Origin.OWN))

    @property
    def diagnosed(self) -> int:
        """Those of these that got a diagnosis."""
        return sum(self.tallies[origin].diagnosed for origin in (Origin.OTHER, Origin.OWN))


def survival(exercise: Exercise, seeds: Sequence[int], sample: int = 0) -> Survival:
    """Judge every mutant of the reference on each seed in turn, until one of them takes points from it.

    A question whose answer is a number has no mutants.

    Args:
        exercise: whose reference is changed.
        seeds: of the cases.
        sample: how many mutants with another kind of change, and how many with two changes, are tried besides.
    """
    if not callable(exercise.reference):
        return Survival(exercise.id)
    name, module = exercise.reference.__name__, sys.modules[exercise.reference.__module__]
    whole = Mutant(0, "", "", made(ast.parse(inspect.getsource(module)), module, name))
    if not _judged(exercise, whole, seeds[0])[0].passed:
        raise RuntimeError(f"{exercise.id}: a copy of the reference fails, so its mutants say nothing")
    found, own = Survival(exercise.id), own_slips(exercise)
    reference = exercise.reference
    for mutant in [*mutants(reference), *foreign_mutants(reference, sample, seeds[0])]:
        origin = Origin.OWN if is_own(mutant.source, name, own) else Origin.OTHER
        if not _try(found, exercise, mutant, origin, seeds):
            found.survivors.append(mutant)
    for mutant in double_mutants(reference, sample, seeds[0]):
        _try(found, exercise, mutant, Origin.OWN if is_own(mutant.source, name, own) else Origin.TWO, seeds)
    return found


def _try(found: Survival, exercise: Exercise, mutant: Mutant, origin: Origin, seeds: Sequence[int]) -> bool:
    """Count one mutant; whether it lost points."""
    tally = found.tallies[origin]
    tally.tried += 1
    seen = (_judged(exercise, mutant, seed) for seed in seeds)
    verdict, diagnoses = next(((v, d) for v, d in seen if not v.passed), (None, []))
    if verdict is None:
        return False
    tally.killed += 1
    tally.stopped += verdict.state is not State.CHECKED
    if diagnoses:
        tally.means[first_means(diagnoses)] += 1
        said = tuple(f"{each.means}: {each.title}" for each in diagnoses)
        found.told.append(Told(exercise.id, origin, mutant.line, mutant.before, mutant.after, said))
    return True


def _judged(exercise: Exercise, mutant: Mutant, seed: int) -> tuple[Verdict, list[Diagnosis]]:
    """The verdict on a mutant, and what the mistake is called; its source is read as a student's is."""
    evidence = question(exercise, mutant.answer, seed)
    evidence.notes.calls = []  # a mutant of a helper leaves the reference itself as it was, which is forbidden
    verdict = judge(exercise, evidence, seed)
    cells = [_renamed(mutant.source, exercise)] if mutant.source else []
    return verdict, diagnose(exercise, evidence, verdict, seed, cells)


def _renamed(source: str, exercise: Exercise) -> str:
    """The source with the name that the task asks for, where the reference has another."""
    name = exercise.reference.__name__
    if name == exercise.answer:
        return source
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            node.name = exercise.answer
    return ast.unparse(tree)


def all_survivals(names: Sequence[str], seeds: Sequence[int], sample: int = 0) -> Iterator[Survival]:
    """`survival` of each, in order, without the answers, which no other process could import."""
    return on_each_core(partial(_told, seeds=seeds, sample=sample), names, OMP_NUM_THREADS="1")


def _told(name: str, seeds: Sequence[int], sample: int) -> Survival:
    found = survival(catalogue.find(name), seeds, sample)
    found.survivors = [replace(mutant, answer=None) for mutant in found.survivors]
    return found


def total(survivals: Iterable[Survival]) -> Survival:
    """All of them as one."""
    whole = Survival("all")
    for one in survivals:
        for origin, tally in one.tallies.items():
            whole.tallies[origin].tried += tally.tried
            whole.tallies[origin].killed += tally.killed
            whole.tallies[origin].stopped += tally.stopped
            whole.tallies[origin].means += tally.means
        whole.survivors += one.survivors
        whole.told += one.told
    return whole


def drawn(survivals: Iterable[Survival], most: int) -> list[Told]:
    """Diagnoses drawn at random, to be judged by a person: of mutants that the diagnosis does not make itself."""
    told = [each for one in survivals for each in one.told if each.origin is not Origin.OWN]
    return random.Random(0).sample(told, min(most, len(told)))
