"""The judge: from evidence to a verdict. Runs in the trusted process and alone sets the score.

It recomputes what the reference gives on the same cases, compares arrays, and shares out the points. Tolerances
are not guessed: see `expectation`.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.checking.evidence import Evidence
from autograder.checking.expectation import Expectation, Expected, expect
from autograder.checking.keys import DOUBLE, SINGLE
from autograder.checking.verdict import Mismatch, Row, State, Verdict
from autograder.spec import Exercise
from autograder.spec.comparison import Mutual, Within
from autograder.spec.exercise import SHARES
from autograder.spec.outputs import Kind, Output


def judge(exercise: Exercise, evidence: Evidence, seed: int) -> Verdict:
    """Compare evidence with the reference on the cases of this seed. Never raises on bad evidence."""
    verdict = Verdict(exercise.id, 0.0, exercise.points, answer=exercise.answer)
    stopped = _not_reached(exercise, evidence)
    if stopped is not None:
        verdict.state, verdict.reason = stopped
        return verdict
    verdict.rows = rows(exercise, evidence, seed)
    # an exact sum of cents: the full score is exactly the full score
    verdict.points = round(sum(row.earned for row in verdict.rows), 2)
    return verdict


def _not_reached(exercise: Exercise, evidence: Evidence) -> tuple[State, str] | None:
    """Why there is nothing to compare, if there is nothing."""
    notes = evidence.notes
    if notes.missing:
        return State.MISSING, f"There is no `{exercise.answer}` in the notebook. Has its cell been run?"
    if notes.unattempted:
        return State.UNATTEMPTED, "Not attempted yet."
    if notes.calls:
        return State.FORBIDDEN, _calls(notes.calls)
    if notes.timeout:
        return State.TIMEOUT, f"Your answer was stopped after {exercise.seconds:g} seconds. Does a loop never end?"
    if not evidence.arrays:
        untyped = (f"Your answer returned {k}, where a tensor or a number belongs." for k in notes.types.values())
        problems = [*notes.problems.values(), *notes.gradient_problems.values(), *untyped]
        return State.FAILED, problems[0] if problems else "Your answer gave nothing that can be compared."
    return None


def _calls(names: Iterable[str]) -> str:
    return f"Your answer calls {', '.join(names)}: build it from tensor operations instead."


def forbid(verdict: Verdict, names: Iterable[str]) -> Verdict:
    """The verdict on an answer whose source spells forbidden names: no points, and it says why."""
    names = list(names)
    inside = [name for name in names if name.startswith("autograder.")]
    reason = _calls(names)
    if inside:
        reason = f"The notebook reaches into the grader ({', '.join(inside)}): nothing of that belongs in an answer."
    return Verdict(verdict.exercise, 0.0, verdict.max_points, [], reason, State.FORBIDDEN, [], verdict.flags)


def rows(exercise: Exercise, evidence: Evidence, seed: int) -> list[Row]:
    """All lines of the card. Nothing but right values earns anything for form."""
    expectation = expect(exercise, seed)
    expected = expectation.expected
    found = [m for e in expected.values() if (m := mismatch(evidence, e)) is not None]
    types, found = split_types(evidence, expectation, found)
    both = SINGLE in exercise.probe.dtypes and expectation.typed
    if found and both and all(_rounded(expected[m.key], m) for m in found):
        types, found = "With float64 inputs it is right to seven digits only: some number in it is float32.", []
    extreme = expectation.cases.extreme
    values = [m for m in found if m.key.output.kind is Kind.VALUE]
    lines: list[Row] = []
    for heading in expectation.headings:
        wrong = [m for m in values if m.key.output.heading == heading and not extreme(m.case)]
        lines.append(Row("values", _label(heading, len(expectation.headings)), wrong, output=heading))
    if exercise.extremes:
        wrong = [m for m in values if m.key.output.heading in expectation.headings and extreme(m.case)]
        lines.append(Row("extremes", "Extreme inputs", wrong))
    if expectation.counts:
        wrong = [m for m in found if m.key.is_count]
        lines.append(Row("operations", "Vectorised: as many operations, however large the inputs", wrong))
    if exercise.gradients:
        wrong = [m for m in found if m.key.is_gradient]
        lines.append(Row("gradients", "Gradients through your code", wrong))
    if expectation.real and expectation.typed:
        lines.append(Row("types", "Data type and device kept", sentence=types or _device(evidence)))
    if expectation.has_inputs and not exercise.mutates:
        lines.append(Row("inputs", "Inputs left as they were", sentence=_changed(evidence, expectation)))
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


def mismatch(evidence: Evidence, expected: Expected) -> Mismatch | None:
    """Compare one array. None if it is right."""
    key, notes = expected.key, evidence.notes
    problems = notes.gradient_problems if key.is_gradient else notes.problems
    got, kind = evidence.arrays.get(key), notes.types.get(key, "")
    if got is None:
        return Mismatch(key, (problems.get(key.place) or notes.problems.get(key.place) or _absent(key.output, kind)))
    if expected.is_tensor and kind in ("number", "NumPy array", "text"):
        what = "Python number" if kind == "number" else kind
        return Mismatch(key, f"Your answer returned a {what} where a tensor belongs.")
    if expected.type == "text":  # one of a list: the card must not say which
        right = kind == "text" and np.array_equal(got, expected.array)
        return None if right else Mismatch(key, "It is not this one.")
    if got.shape != expected.array.shape:
        sentence = f"The shape should be {_shape(expected.array)}; yours is {_shape(got)}."
        return Mismatch(key, sentence, expected.array, got)
    if got.dtype.kind not in "fiub":
        return Mismatch(key, f"Numbers of type {got.dtype} cannot be compared.")
    compare = expected.compare
    wrong = wrong_elements(expected, got, tolerance(evidence, expected))
    sentence = compare.says(got) if isinstance(compare, Mutual) and wrong.any() else ""
    asked = compare.asks if isinstance(compare, Within) else ""
    return Mismatch(key, sentence, expected.array, got, wrong, asked) if wrong.any() else None


def tolerance(evidence: Evidence, expected: Expected) -> float:
    """As for the precision asked, unless the answer computed this case in float32: that is the types' line to say."""
    return expected.tolerance(expected.key.place in evidence.single)


def wrong_elements(expected: Expected, got: NDArray[Any], tolerance: float) -> NDArray[np.bool_]:
    """True where an array of the right shape is wrong."""
    wrong = expected.compare(expected.array, got, tolerance)
    return np.broadcast_to(np.asarray(wrong, dtype=bool), expected.array.shape)


def split_types(evidence: Evidence, expectation: Expectation, found: list[Mismatch]) -> tuple[str, list[Mismatch]]:
    """A sentence on data types, and the mismatches that are about more than data types.

    An answer that is right in one precision and raises in the other has fixed a data type somewhere: that costs
    the line on types, not the values.
    """
    broken = {m.key.dtype for m in found if m.sentence and m.got is None}
    whole = {m.key.dtype for m in found}
    notes = evidence.notes
    problems = [
        (place.dtype, said) for each in (notes.problems, notes.gradient_problems) for place, said in each.items()
    ]
    for dtype, other in ((DOUBLE, SINGLE), (SINGLE, DOUBLE)):
        clash = any(d == dtype and ("dtype" in p or "same type" in p or "Double" in p) for d, p in problems)
        if dtype in broken and other not in whole and clash:
            return f"With {dtype} inputs your answer stops: a tensor in it has a fixed data type.", []
    wrong = {m.key for m in found}
    for key, expected in expectation.expected.items():
        got, wanted = notes.types.get(key, ""), expected.type
        if expected.is_tensor and got.startswith("tensor") and got != wanted and key not in wrong:
            return f"For {key.dtype} inputs the result should be {wanted[7:]}; yours is {got[7:]}.", found
    return "", found


def _rounded(expected: Expected, mismatch: Mismatch) -> bool:
    """Whether this float64 array is as good as float32 can be, where float32 itself was right.

    torch makes float32 of `0.1 * (y - 1.0)` for a whole number y: an oversight about data types, not about values.
    """
    if mismatch.key.dtype != DOUBLE or mismatch.wrong is None:
        return False
    assert mismatch.got is not None
    return not wrong_elements(expected, mismatch.got, expected.tolerance(single=True)).any()


def _absent(output: Output, kind: str) -> str:
    if output.kind is Kind.GRADIENT:
        return "No gradient reaches the input: the result was cut from the graph (detach, .data, .item or NumPy)."
    if output.item is not None and not kind:
        whole = Output(output.name, step=output.step)
        return f"There is no {output}: `{whole}` should be a list of tensors, as many as the task says."
    return (
        f"Your answer gave {kind} for {output}, where a tensor or a number belongs."
        if kind
        else f"There is no {output}."
    )


def _changed(evidence: Evidence, expectation: Expectation) -> str:
    changed = {i for numbers in evidence.notes.changed.values() for i in numbers if isinstance(i, int)}
    if not changed:
        return ""
    names = sorted({expectation.input_name(i) for i in changed})
    return (
        f"Your answer writes into {' and '.join(f'`{n}`' for n in names)}: the caller's tensors must stay as they are."
    )


def _device(evidence: Evidence) -> str:
    if evidence.notes.device == "mixes":
        return "On another device your answer mixes devices: a tensor made inside it needs `device=` of the input."
    return "The result is not on the device of the inputs." if evidence.notes.device == "moves" else ""


def _label(output: str, count: int) -> str:
    return "Values" if count == 1 else f"Values of `{output}`"


def _shape(array: NDArray[Any]) -> str:
    return str(tuple(array.shape)) if array.ndim else "() — a single number"
