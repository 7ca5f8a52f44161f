"""What the reference gives on the cases of a seed, and how near an answer must come to it.

The expected array is the reference run in float64. Two things measure how far an honest float32 answer may stray
from it on the very same case: the reference's own error in float32, and what rounding the inputs to float32 alone
does to the result. The tolerance is a multiple of the larger, with a floor of some machine epsilons of the values'
size; in float64 it shrinks with the machine epsilon.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from autograder.checking.comparison import Comparison, usual
from autograder.checking.evidence import Evidence, observe, write
from autograder.checking.isolation import quiet
from autograder.checking.probes import COUNTED, leaves
from autograder.exercise import Case, Cases, Exercise

# How many times further from the truth than the reference a right answer may lie. Most stay below a tenth of this, but
# on one seed in hundreds a sum happens to be small, or the reference happens to round well.
STRAY = 128
# A gradient this much smaller than the case's largest is what rounding leaves of a zero, say of a bias before a
# normalisation: how much it leaves hangs on the order of the sums, and on the processor.
NOTHING = 1e-12
EPSILON = {"float64": float(np.finfo(np.float64).eps), "float32": float(np.finfo(np.float32).eps)}


@dataclass(frozen=True)
class Expectation:
    """Expected arrays and types by name; `slack` is the tolerance in float32, in units of float32's epsilon."""

    cases: Cases
    arrays: dict[str, NDArray[Any]]
    types: dict[str, str]
    slack: dict[str, float]
    compare: dict[str, Comparison]
    names: tuple[str, ...]  # of the input tensors, in order
    noise: float = 0.0  # relative error allowed beyond that of rounding

    @property
    def outputs(self) -> list[str]:
        """Names of what the answer returns, gradients through it and counts of its operations apart."""
        found = dict.fromkeys(base(key.split("/", 2)[2]) for key in self.arrays)
        return [name for name in found if not is_gradient(name) and not is_count(name)]

    @property
    def has_inputs(self) -> bool:
        return bool(self.names)

    @property
    def typed(self) -> bool:
        """Whether some output is a floating-point tensor, so that its data type says something."""
        return self.has_inputs and any(kind.startswith("tensor float") for kind in self.types.values())

    def input_name(self, i: int) -> str:
        return self.names[i] if 0 <= i < len(self.names) else f"input {i}"

    def comparison(self, key: str) -> Comparison:
        """What counts as equal here: the case's own comparison, else the output's, else the usual."""
        case, output = key.split("/", 2)[1:]
        return self.cases.all[int(case)].compare or self.compare.get(output) or usual(self.arrays[key])

    def tolerance_for(self, key: str, single: bool) -> float:
        """Tolerance for an array under this name, for an answer in the precision asked or one in float32."""
        rounding = self.slack[key] * EPSILON["float32" if single else key.split("/")[0]]
        return max(rounding, self.noise * largest(self.arrays[key])) if self.noise else rounding


def base(output: str) -> str:
    """The name of an output without the step at which it was seen."""
    return output.split(" after step ")[0]


def is_gradient(output: str) -> bool:
    """Whether an array was found by differentiating through the answer (see `probes.projected_gradients`)."""
    return output.startswith(("gradient of ", "gradient "))


def _of_gradient(name: str) -> bool:
    return is_gradient(name.split("/", 2)[2])


def is_count(output: str) -> bool:
    """Whether an array holds counts of operations (see `probes.operations`)."""
    return output.startswith(COUNTED)


@lru_cache(maxsize=256)
def expect(exercise: Exercise, seed: int) -> Expectation:
    """The expectation for a seed, computed once. Raises RuntimeError if the reference itself fails on a case."""
    cases = exercise.drawn(seed)
    arrays, types, slack = {}, {}, {}
    with quiet():
        for i, case in enumerate(cases.all):
            truth, rounded, single = _runs(exercise, case)
            steepest = max((largest(array) for name, array in truth.arrays.items() if _of_gradient(name)), default=0.0)
            for name in truth.arrays:
                if case.compare and _of_gradient(name):
                    continue  # a case with a comparison of its own speaks of values alone
                unit = _slack(truth.arrays[name], rounded.arrays.get(name), single.arrays.get(name))
                if _of_gradient(name) and largest(truth.arrays[name]) < NOTHING * steepest:
                    unit = max(unit, STRAY * steepest)
                for dtype, expected, typed in (("float64", truth, truth), ("float32", rounded, single)):
                    if dtype in exercise.dtypes and name in expected.arrays:
                        key = f"{dtype}/{i}/{name.split('/', 2)[2]}"
                        arrays[key], slack[key] = expected.arrays[name], unit
                        types[key] = typed.notes["types"].get(name, "")
    names = _input_names(exercise, cases)
    return Expectation(cases, arrays, types, slack, dict(exercise.compare), names, exercise.noise)


def _runs(exercise: Exercise, case: Case) -> tuple[Evidence, Evidence, Evidence]:
    """The reference on one case: in float64, in float64 on inputs rounded to float32, and in float32."""
    if exercise.truth is not None:
        told = Evidence()
        for name, value in exercise.truth(*case.args).items():
            write(told, f"x/0/{name}", value)
        return told, told, told
    if not any(leaf.is_floating_point() for leaf in leaves(case.args)):  # shapes, counts, chance: no precision in them
        same = _run(exercise, case, torch.float64)
        return same, same, same
    runs = [(case.args, torch.float64), (round_to_single(case.args), torch.float64), (case.args, torch.float32)]
    truth, rounded, single = (_run(exercise, Case(args), dtype) for args, dtype in runs)
    return truth, rounded, single


def round_to_single(value: Any) -> Any:
    """A case's arguments with every floating-point tensor rounded to float32, chance untouched."""
    if isinstance(value, torch.Tensor):
        return value.float().double() if value.is_floating_point() else value
    if isinstance(value, tuple | list):
        return type(value)(round_to_single(v) for v in value)
    return {k: round_to_single(v) for k, v in value.items()} if isinstance(value, dict) else value


def _run(exercise: Exercise, case: Case, dtype: torch.dtype) -> Evidence:
    evidence = Evidence()
    observe(evidence, exercise, exercise.reference, case, dtype, "x/0")
    if evidence.notes.get("problems") or "types" not in evidence.notes:
        raise RuntimeError(
            f"{exercise.id}: the reference fails on one of its own cases: {evidence.notes.get('problems')}"
        )
    return evidence


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
    return STRAY * max(size, max(strays) / EPSILON["float32"])


def largest(numbers: NDArray[Any]) -> float:
    """The greatest absolute value among the finite ones."""
    return float(np.max(np.abs(numbers), where=np.isfinite(numbers), initial=0.0))


def _input_names(exercise: Exercise, cases: Cases) -> tuple[str, ...]:
    """A name for every input tensor: the argument's own, with an index where it is a list."""
    if not cases.all:
        return ()
    names = []
    arguments = exercise.argument_names()
    for i, value in enumerate(cases.all[0].args):
        name = arguments[i] if i < len(arguments) else f"input {i}"
        found = leaves(value)
        names += [name] if isinstance(value, torch.Tensor) else [f"{name}[{j}]" for j in range(len(found))]
    return tuple(names)
