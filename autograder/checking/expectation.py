"""What the reference gives on the cases of a seed, and how near an answer must come to it.

The expected array is the reference run in float64. Two things measure how far an honest float32 answer may stray
from it on the very same case: the reference's own error in float32, and what rounding the inputs to float32 alone
does to the result. The tolerance is a multiple of the larger, with a floor of some machine epsilons of the values'
size; in float64 it shrinks with the machine epsilon.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from autograder.checking.arguments import Arguments, arguments_of, left_out
from autograder.checking.collect import defaults_of, observe, write
from autograder.checking.context import quiet
from autograder.checking.evidence import ARRAY, Evidence
from autograder.checking.keys import DOUBLE, SINGLE, Key, Place
from autograder.checking.tensors import round_to_single
from autograder.checking.world import Aspect, Change, changeable
from autograder.spec import Case, Cases, Exercise
from autograder.spec.comparison import Comparison, usual
from autograder.spec.errors import ReferenceFails
from autograder.spec.outputs import INPUT, Kind, Output
from autograder.spec.probes import leaves

# How many times further from the truth than the reference a right answer may lie. Most stay below a tenth of this, but
# on one seed in hundreds a sum happens to be small, or the reference happens to round well.
STRAY = 128
# In float64 there is room: what is wrong is wrong by far more. So much is allowed where the reference happens not to
# round at all, or where degrees, or differences of nearly equal numbers, carry the rounding of larger ones.
STRAY_DOUBLE = 2048
# A gradient this much smaller than the case's largest is what rounding leaves of a zero, say of a bias before a
# normalisation: how much it leaves hangs on the order of the sums, and on the processor.
NOTHING = 1e-12
EPSILON = {DOUBLE: float(np.finfo(np.float64).eps), SINGLE: float(np.finfo(np.float32).eps)}


@dataclass(frozen=True)
class Expected:
    """One array that is right.

    Attributes:
        key: which one it is.
        array: what the reference gives.
        type: what kind of thing it is there: "tensor float64", "number", "text".
        slack: how far a right answer may stray, in machine epsilons.
        compare: what counts as equal.
        noise: relative error allowed beyond that of rounding.
        detached: whether it may not carry a graph.
    """

    key: Key
    array: NDArray[Any]
    type: str
    slack: float
    compare: Comparison
    noise: float = 0.0
    detached: bool = False

    def tolerance(self, single: bool) -> float:
        """For an answer in the precision asked, or for one that computed in float32."""
        rounding = self.slack * EPSILON[SINGLE if single else self.key.dtype]
        if not single and self.key.dtype == DOUBLE:
            rounding *= STRAY_DOUBLE / STRAY
        return max(rounding, self.noise * largest(self.array)) if self.noise else rounding

    @property
    def is_tensor(self) -> bool:
        return self.type.startswith("tensor")

    @property
    def is_array(self) -> bool:
        """Whether it is an array of NumPy's."""
        return self.type.startswith(ARRAY)


@dataclass(frozen=True, eq=False)  # compared and hashed by identity
class Expectation:
    """All that is right on one seed.

    Attributes:
        cases: the cases of the seed.
        expected: what the reference gives, by key.
        names: of the inputs that gradients are taken with respect to, in order.
        containers: what holds the outputs that are several things: "a list".
        allowed: what the reference leaves otherwise in what it is handed: argument and respect.
        defaults: of the reference's arguments, as written.
        arguments: of each case, by name.
        left_out: names of the arguments that each case leaves out.
    """

    cases: Cases
    expected: dict[Key, Expected]
    names: tuple[str, ...]
    containers: Mapping[Output, str] = field(default_factory=dict)
    allowed: frozenset[tuple[int, Aspect]] = frozenset()
    defaults: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[Arguments, ...] = ()
    left_out: tuple[tuple[str, ...], ...] = ()

    @property
    def headings(self) -> list[str]:
        """What the answer returns, gradients through it and counts of its operations apart: a line of the card each."""
        values = (key.output for key in self.expected if key.output.kind is Kind.VALUE)
        return list(dict.fromkeys(output.heading for output in values))

    def is_flag(self, heading: str) -> bool:
        """Whether a line of the card is about a mere yes or no."""
        keys = (key for key in self.expected if key.output.kind is Kind.VALUE and key.output.heading == heading)
        arrays = [self.expected[key].array for key in keys]
        return all(array.dtype.kind == "b" and array.size == 1 for array in arrays)

    @property
    def counts(self) -> bool:
        """Whether operations are counted."""
        return any(key.is_count for key in self.expected)

    @property
    def real(self) -> bool:
        """Whether there is a real number among what is expected."""
        return any(e.array.dtype.kind == "f" for e in self.expected.values())

    @property
    def has_inputs(self) -> bool:
        """Whether an answer is handed something that it could leave otherwise."""
        return any(changeable(value) for case in self.cases.all for value in case.args)

    def input_name(self, i: int) -> str:
        return self.names[i] if 0 <= i < len(self.names) else f"input {i}"

    def words_for(self, output: Output) -> str:
        """An output in the words of the task: the gradient with respect to `z`."""
        if output.kind is not Kind.GRADIENT:
            return f"`{output}`"
        name = self.input_name(output.item) if output.name == INPUT and output.item is not None else output.name
        return f"the gradient with respect to `{name}`"


@lru_cache(maxsize=256)
def expect(exercise: Exercise, seed: int) -> Expectation:
    """The expectation for a seed, computed once. Raises ReferenceFails if the reference itself fails on a case."""
    cases = exercise.drawn(seed)
    found: dict[Key, Expected] = {}
    containers: dict[Output, str] = {}
    allowed: set[tuple[int, Aspect]] = set()
    with quiet():
        for i, case in enumerate(cases.all):
            runs = _runs(exercise, case)
            for expected in _on_case(exercise, case, i, runs):
                found[expected.key] = expected
            containers |= {output: kind for output, kind in runs[0].types.items() if kind in ("a list", "a tuple")}
            allowed |= {(change.argument, change.aspect) for run in runs for change in run.changed}
    arguments = tuple(arguments_of(exercise, case) for case in cases.all)
    names, defaults = _input_names(exercise, arguments), defaults_of(exercise.reference)
    missing = tuple(tuple(left_out(exercise, case)) for case in cases.all)
    return Expectation(cases, found, names, containers, frozenset(allowed), defaults, arguments, missing)


@dataclass(frozen=True)
class _Run:
    """What the reference gives on one case."""

    arrays: dict[Output, NDArray[Any]]
    types: dict[Output, str]
    changed: frozenset[Change]


def _on_case(exercise: Exercise, case: Case, i: int, runs: tuple[_Run, _Run, _Run]) -> list[Expected]:
    truth, rounded, single = runs
    gradients = (array for output, array in truth.arrays.items() if output.kind is Kind.GRADIENT)
    steepest = max(map(largest, gradients), default=0.0)
    found = []
    for output in truth.arrays:
        is_gradient = output.kind is Kind.GRADIENT
        if case.compare and is_gradient:
            continue  # a case with a comparison of its own speaks of values alone
        slack = _slack(truth.arrays[output], rounded.arrays.get(output), single.arrays.get(output))
        if is_gradient and largest(truth.arrays[output]) < NOTHING * steepest:
            slack = max(slack, STRAY * steepest)
        for dtype, values, types in ((DOUBLE, truth, truth), (SINGLE, rounded, single)):
            if dtype in exercise.probe.dtypes and output in values.arrays:
                key, array = Key(Place(dtype, i), output), values.arrays[output]
                compare = case.compare or exercise.compare.get(output) or usual(array)
                kind = types.types.get(output, "")
                detached = kind == "number" or output.name in exercise.detached
                found.append(Expected(key, array, kind, slack, compare, exercise.noise, detached))
    return found


def _runs(exercise: Exercise, case: Case) -> tuple[_Run, _Run, _Run]:
    """The reference on one case: in float64, in float64 on inputs rounded to float32, and in float32."""
    if exercise.truth is not None:
        told = Evidence()
        for name, value in exercise.truth(*case.args).items():
            write(told, Key(Place(DOUBLE, 0), Output.of(name)), value)
        same = _by_output(told)
        return same, same, same
    if not any(leaf.is_floating_point() for leaf in leaves(case.args)):  # shapes, counts, chance: no precision in them
        same = _run(exercise, case, DOUBLE)
        return same, same, same
    rounded = Case(round_to_single(case.args))
    return _run(exercise, Case(case.args), DOUBLE), _run(exercise, rounded, DOUBLE), _run(exercise, case, SINGLE)


def _run(exercise: Exercise, case: Case, dtype: str) -> _Run:
    evidence = Evidence()
    observe(evidence, exercise, exercise.reference, case, Place(dtype, 0))
    if said := [*evidence.notes.problems.values(), *evidence.notes.gradient_problems.values()]:
        raise ReferenceFails(f"the reference of `{exercise.id}` fails on one of its own cases: {said[0]}")
    if not evidence.notes.types:
        module = getattr(exercise.reference, "__module__", "its module")
        raise ReferenceFails(f"the reference of `{exercise.id}` is still to be written, in {module}.")
    return _by_output(evidence)


def _by_output(evidence: Evidence) -> _Run:
    types = {key.output: kind for key, kind in evidence.notes.types.items()}
    changed = frozenset(change for changes in evidence.notes.changed.values() for change in changes)
    return _Run({key.output: array for key, array in evidence.arrays.items()}, types, changed)


def _slack(truth: NDArray[Any], rounded: NDArray[Any] | None, single: NDArray[Any] | None) -> float:
    """Tolerance in units of machine epsilon."""
    if truth.dtype.kind != "f" or truth.size == 0:
        return 0.0
    with np.errstate(all="ignore"):
        size = largest(truth)
        strays = [0.0]
        if rounded is not None and rounded.shape == truth.shape:
            strays.append(largest(rounded - truth))
            if single is not None and single.shape == truth.shape:
                strays.append(largest(single.astype(np.float64) - rounded))
    size = size or 1.0  # where zero is right, an honest sum may leave a rounding error of what it summed
    return STRAY * max(size, max(strays) / EPSILON[SINGLE])


def largest(numbers: NDArray[Any]) -> float:
    """The greatest absolute value among the finite ones."""
    return float(np.max(np.abs(numbers), where=np.isfinite(numbers), initial=0.0))


def _input_names(exercise: Exercise, arguments: Sequence[Arguments]) -> tuple[str, ...]:
    """A name for every input that may have a gradient: the argument's own, with an index where it is a list.

    Of a class these are the inputs of its call, whatever they hold; of a function, the tensors of real numbers.
    """
    if not arguments:
        return ()
    names, called = [], isinstance(exercise.reference, type)
    for name, value in arguments[0].items():
        found = [i for i, leaf in enumerate(leaves(value)) if called or leaf.is_floating_point()]
        names += [name] if isinstance(value, torch.Tensor) and found else [f"{name}[{i}]" for i in found]
    return tuple(names)
