"""The judge: from evidence to a verdict. Runs in the trusted process and alone sets the score.

It recomputes what the reference gives on the same cases, compares arrays, and shares out the points. Tolerances
are not guessed: see `expectation`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.checking.comparison import Comparison, Mutual
from autograder.checking.evidence import Evidence
from autograder.checking.expectation import Expectation, base, expect, is_count, is_gradient
from autograder.exercise import SHARES, Exercise


@dataclass(frozen=True)
class Mismatch:
    """One output that is not what it should be: enough to show where, and to look for the reason."""

    key: str  # "float64/3/result"
    sentence: str  # why it cannot be compared, or "" if it was compared
    expected: NDArray[Any] | None = None
    got: NDArray[Any] | None = None
    wrong: NDArray[np.bool_] | None = None
    asks: str = ""  # what was asked where it is no single number: "at least 10"

    @property
    def case(self) -> int:
        return int(self.key.split("/")[1])

    @property
    def output(self) -> str:
        return self.key.split("/", 2)[2]

    def worst(self) -> tuple[int, ...]:
        """Index of the element furthest off; a NaN or an infinity is further than any number."""
        assert self.expected is not None and self.got is not None and self.wrong is not None
        with np.errstate(all="ignore"):
            off = np.abs(self.got.astype(np.float64) - self.expected.astype(np.float64))
        off = np.where(self.wrong, np.nan_to_num(off, nan=np.inf), -1.0)
        return tuple(int(i) for i in np.unravel_index(int(np.argmax(off)), off.shape))


@dataclass
class Row:
    """One line of the card: a kind of check, whether it passed, and its points."""

    kind: str
    label: str
    points: float
    earned: float
    mismatches: list[Mismatch] = field(default_factory=list)
    sentence: str = ""
    output: str = ""  # of a line on values: which output it is about

    @property
    def passed(self) -> bool:
        return not self.mismatches and not self.sentence


@dataclass
class Verdict:
    """What a check found. `reason` is set when the rows were not reached at all."""

    exercise: str
    points: float
    max_points: float
    rows: list[Row] = field(default_factory=list)
    reason: str = ""
    state: str = "checked"  # or: missing, unattempted, timeout, forbidden, failed
    diagnoses: list[Any] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    answer: str = ""  # the name that the student gave it, where that is not the exercise's

    @property
    def passed(self) -> bool:
        return self.points >= self.max_points


def judge(exercise: Exercise, evidence: Evidence, seed: int) -> Verdict:
    """Compare evidence with the reference on the cases of this seed. Never raises on bad evidence."""
    verdict = Verdict(exercise.id, 0.0, exercise.points, answer=exercise.answer)
    calls = evidence.notes.get("calls") or []
    if evidence.notes.get("missing"):
        verdict.state, verdict.reason = (
            "missing",
            f"There is no `{exercise.answer}` in the notebook. Has its cell been run?",
        )
    elif evidence.notes.get("unattempted"):
        verdict.state, verdict.reason = "unattempted", "Not attempted yet."
    elif calls:
        verdict.state = "forbidden"
        verdict.reason = f"Your answer calls {', '.join(calls)}: build it from tensor operations instead."
    elif evidence.notes.get("timeout"):
        verdict.state = "timeout"
        verdict.reason = f"Your answer was stopped after {exercise.seconds:g} seconds. Does a loop never end?"
    elif not evidence.arrays:
        verdict.state = "failed"
        problems = [*evidence.notes.get("problems", {}).values(), *_untyped(evidence)]
        verdict.reason = problems[0] if problems else "Your answer gave nothing that can be compared."
    else:
        verdict.rows = rows(exercise, evidence, seed)
        # an exact sum of cents: the full score is exactly the full score
        verdict.points = round(sum(row.earned for row in verdict.rows), 2)
    return verdict


def _untyped(evidence: Evidence) -> list[str]:
    return [
        f"Your answer returned {kind}, where a tensor or a number belongs."
        for kind in evidence.notes.get("types", {}).values()
    ]


def forbid(verdict: Verdict, names: Iterable[str]) -> Verdict:
    """The verdict on an answer whose source spells forbidden names: no points, and it says why."""
    names = list(names)
    inside = [name for name in names if name.startswith("autograder.")]
    reason = f"Your answer calls {', '.join(names)}: build it from tensor operations instead."
    if inside:
        reason = f"The notebook reaches into the grader ({', '.join(inside)}): nothing of that belongs in an answer."
    return Verdict(verdict.exercise, 0.0, verdict.max_points, [], reason, "forbidden", [], verdict.flags)


def rows(exercise: Exercise, evidence: Evidence, seed: int) -> list[Row]:
    """All lines of the card. Nothing but right values earns anything for form."""
    expectation = expect(exercise, seed)
    found = [m for key in expectation.arrays if (m := mismatch(exercise, evidence, expectation, key)) is not None]
    types, found = split_types(evidence, expectation, found)
    both = "float32" in exercise.dtypes and expectation.typed
    if found and both and all(_rounded(evidence, expectation, m) for m in found):
        types, found = "With float64 inputs it is right to seven digits only: some number in it is float32.", []
    cases = expectation.cases
    lines: list[Row] = []
    for output in expectation.outputs:
        wrong = [m for m in found if base(m.output) == output and cases.kind(m.case) == "values"]
        lines.append(Row("values", _label(output, len(expectation.outputs)), 0, 0, wrong, output=output))
    if exercise.extremes:
        wrong = [m for m in found if base(m.output) in expectation.outputs and cases.kind(m.case) == "extremes"]
        lines.append(Row("extremes", "Extreme inputs", 0, 0, wrong))
    if any(is_count(key.split("/", 2)[2]) for key in expectation.arrays):
        wrong = [m for m in found if is_count(m.output)]
        lines.append(Row("operations", "Vectorised: as many operations, however large the inputs", 0, 0, wrong))
    if exercise.gradients:
        wrong = [m for m in found if is_gradient(m.output)]
        lines.append(Row("gradients", "Gradients through your code", 0, 0, wrong))
    if any(array.dtype.kind == "f" for array in expectation.arrays.values()) and expectation.typed:
        lines.append(Row("types", "Data type and device kept", 0, 0, sentence=types or _device(evidence)))
    if expectation.has_inputs and not exercise.mutates:
        lines.append(
            Row("inputs", "Inputs left as they were", 0, 0, sentence=_changed(exercise, evidence, expectation))
        )
    return share(exercise, lines)


def share(exercise: Exercise, lines: list[Row]) -> list[Row]:
    """Divide the points among the lines in hundredths, so that they sum to the whole exactly."""
    weights = {**SHARES, **exercise.shares}
    heads = [line.output if line.output in exercise.shares else line.kind for line in lines]
    parts = [weights[head] / heads.count(head) for head in heads]
    gate = all(line.passed for line in lines if line.kind == "values")
    given, so_far = 0.0, 0.0
    for line, part in zip(lines, parts, strict=True):
        so_far += part
        upto = round(exercise.points * so_far / sum(parts), 2)
        line.points, given = round(upto - given, 2), upto
        line.earned = line.points if line.passed and (gate or line.kind == "values") else 0.0
    return lines


def mismatch(exercise: Exercise, evidence: Evidence, expectation: Expectation, key: str) -> Mismatch | None:
    """Compare one array. None if it is right."""
    expected = expectation.arrays[key]
    output = key.split("/", 2)[2]
    place = "/".join(key.split("/")[:2])
    problem = evidence.notes.get("problems", {}).get(f"{place}/gradients" if is_gradient(output) else place)
    got = evidence.arrays.get(key)
    if got is None:
        return Mismatch(key, problem or _absent(output, evidence.notes.get("types", {}).get(key, "")))
    kind, wanted = evidence.notes.get("types", {}).get(key, ""), expectation.types[key]
    if wanted.startswith("tensor") and kind in ("number", "NumPy array", "text"):
        return Mismatch(
            key, f"Your answer returned a {'Python number' if kind == 'number' else kind} where a tensor belongs."
        )
    if wanted == "text":  # one of a list: the card must not say which
        return None if kind == "text" and np.array_equal(got, expected) else Mismatch(key, "It is not this one.")
    if got.shape != expected.shape:
        return Mismatch(key, f"The shape should be {_shape(expected)}; yours is {_shape(got)}.", expected, got)
    if got.dtype.kind not in "fiub":
        return Mismatch(key, f"Numbers of type {got.dtype} cannot be compared.")
    compare = expectation.comparison(key)
    wrong = _wrong(compare, expected, got, tolerance(evidence, expectation, key))
    sentence = compare.says(got) if isinstance(compare, Mutual) and wrong.any() else ""
    asked = getattr(compare, "asks", "")
    return Mismatch(key, sentence, expected, got, wrong, asked) if wrong.any() else None


def tolerance(evidence: Evidence, expectation: Expectation, key: str) -> float:
    """As for the precision asked, unless the answer computed this case in float32: that is the types' line to say."""
    return expectation.tolerance_for(key, "/".join(key.split("/")[:2]) in evidence.single)


def _wrong(compare: Comparison, expected: NDArray[Any], got: NDArray[Any], tolerance: float) -> NDArray[np.bool_]:
    wrong = compare(expected, got, tolerance)
    return np.broadcast_to(np.asarray(wrong, dtype=bool), expected.shape)


def split_types(evidence: Evidence, expectation: Expectation, found: list[Mismatch]) -> tuple[str, list[Mismatch]]:
    """A sentence on data types, and the mismatches that are about more than data types.

    An answer that is right in one precision and raises in the other has fixed a data type somewhere: that costs
    the line on types, not the values.
    """
    broken = {m.key.split("/")[0] for m in found if m.sentence and m.got is None}
    whole = {m.key.split("/")[0] for m in found}
    problems = evidence.notes.get("problems", {})
    for dtype, other in (("float64", "float32"), ("float32", "float64")):
        clash = [
            p
            for k, p in problems.items()
            if k.startswith(dtype) and ("dtype" in p or "same type" in p or "Double" in p)
        ]
        if dtype in broken and other not in whole and clash:
            return f"With {dtype} inputs your answer stops: a tensor in it has a fixed data type.", []
    for key, wanted in expectation.types.items():
        got = evidence.notes.get("types", {}).get(key, "")
        if (
            wanted.startswith("tensor")
            and got.startswith("tensor")
            and got != wanted
            and not any(m.key == key for m in found)
        ):
            return f"For {key.split('/')[0]} inputs the result should be {wanted[7:]}; yours is {got[7:]}.", found
    return "", found


def _rounded(evidence: Evidence, expectation: Expectation, mismatch: Mismatch) -> bool:
    """Whether this float64 array is as good as float32 can be, where float32 itself was right.

    torch makes float32 of `0.1 * (y - 1.0)` for a whole number y: an oversight about data types, not about values.
    """
    if not mismatch.key.startswith("float64/") or mismatch.wrong is None:
        return False
    compare, single = expectation.comparison(mismatch.key), expectation.tolerance_for(mismatch.key, True)
    assert mismatch.expected is not None and mismatch.got is not None
    return not _wrong(compare, mismatch.expected, mismatch.got, single).any()


def _absent(output: str, kind: str) -> str:
    if is_gradient(output):
        return "No gradient reaches the input: the result was cut from the graph (detach, .data, .item or NumPy)."
    whole, item, _ = output.partition("[")
    if item and not kind:
        return f"There is no {output}: `{whole}` should be a list of tensors, as many as the task says."
    return (
        f"Your answer gave {kind} for {output}, where a tensor or a number belongs."
        if kind
        else f"There is no {output}."
    )


def _changed(exercise: Exercise, evidence: Evidence, expectation: Expectation) -> str:
    changed = {i for numbers in evidence.notes.get("changed", {}).values() for i in numbers if isinstance(i, int)}
    if not changed:
        return ""
    names = sorted({expectation.input_name(i) for i in changed})
    return (
        f"Your answer writes into {' and '.join(f'`{n}`' for n in names)}: the caller's tensors must stay as they are."
    )


def _device(evidence: Evidence) -> str:
    device = evidence.notes.get("device")
    if device == "mixes":
        return "On another device your answer mixes devices: a tensor made inside it needs `device=` of the input."
    return "The result is not on the device of the inputs." if device == "moves" else ""


def _label(output: str, count: int) -> str:
    return "Values" if count == 1 else f"Values of `{output}`"


def _shape(array: NDArray[Any]) -> str:
    return str(tuple(array.shape)) if array.ndim else "() — a single number"
