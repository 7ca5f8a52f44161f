"""How many mechanical changes to a reference the grader sees."""

import ast
import inspect
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from autograder.checking.assess import question
from autograder.checking.diagnosis import diagnose
from autograder.checking.judge import judge
from autograder.grader_exam.cores import on_each_core
from autograder.grader_exam.mutation import Mutant, made, mutants
from autograder.spec import Answer, Exercise, catalogue


@dataclass
class Survival:
    """Of one exercise: how many mutants were tried, lost points, got a diagnosis; and those that lost nothing.

    A survivor is a fault of the cases, or it changes nothing that the task asks for: a person has to read it.
    """

    exercise: str
    tried: int = 0
    killed: int = 0
    diagnosed: int = 0
    survivors: list[Mutant] = field(default_factory=list)


def survival(exercise: Exercise, seeds: Sequence[int]) -> Survival:
    """Judge every mutant of the reference on each seed in turn, until one of them takes points from it.

    A question whose answer is a number has no mutants.
    """
    if not callable(exercise.reference):
        return Survival(exercise.id)
    module = sys.modules[exercise.reference.__module__]
    whole = made(ast.parse(inspect.getsource(module)), module, exercise.reference.__name__)
    if not _judged(exercise, whole, seeds[0])[0]:
        raise RuntimeError(f"{exercise.id}: a copy of the reference fails, so its mutants say nothing")
    found = Survival(exercise.id)
    for mutant in mutants(exercise.reference):
        found.tried += 1
        seen = (_judged(exercise, mutant.answer, seed) for seed in seeds)
        diagnosed = next((diagnosed for passed, diagnosed in seen if not passed), None)
        if diagnosed is None:
            found.survivors.append(mutant)
        else:
            found.killed += 1
            found.diagnosed += diagnosed
    return found


def _judged(exercise: Exercise, answer: Answer, seed: int) -> tuple[bool, bool]:
    """Whether an answer gets all points, and whether it gets a diagnosis."""
    evidence = question(exercise, answer, seed)
    evidence.notes.calls = []  # a mutant of a helper leaves the reference itself as it was, which is forbidden
    verdict = judge(exercise, evidence, seed)
    return verdict.passed, bool(diagnose(exercise, evidence, verdict, seed))


def all_survivals(names: Sequence[str], seeds: Sequence[int]) -> Iterator[Survival]:
    """`survival` of each, in order, without the answers, which no other process could import."""
    return on_each_core(partial(_told, seeds=seeds), names, OMP_NUM_THREADS="1")


def _told(name: str, seeds: Sequence[int]) -> Survival:
    found = survival(catalogue.find(name), seeds)
    found.survivors = [replace(mutant, answer=None) for mutant in found.survivors]
    return found
