"""The judge: from evidence to a verdict. Runs in the trusted process and alone sets the score.

It recomputes what the reference gives on the same cases, compares arrays, and shares out the points. Tolerances
are not guessed: see `expectation`.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.checking.evidence import ARRAY, IN_GRAPH, Evidence
from autograder.checking.expectation import Expectation, Expected, expect
from autograder.checking.form import advice, left_behind, other_defaults, other_precision
from autograder.checking.keys import DOUBLE, SINGLE, Key, Place
from autograder.checking.verdict import Mismatch, Row, State, Verdict
from autograder.spec import Exercise
from autograder.spec.comparison import Mutual, Within
from autograder.spec.exercise import SHARES
from autograder.spec.outputs import Kind, Output


def judge(exercise: Exercise, evidence: Evidence, seed: int) -> Verdict:
    """Compare evidence with the reference on the cases of this seed. Never raises on bad evidence."""
    verdict = Verdict(exercise.id, 0.0, exercise.points, answer=exercise.answer)
    stopped = _not_reached(exercise, evidence, seed)
    if stopped is not None:
        verdict.state, verdict.reason = stopped
        return verdict
    expectation = expect(exercise, seed)
    found = mismatches(evidence, expectation)
    stopping = fixed_type(evidence, found)
    verdict.rows = rows(exercise, expectation, evidence, [m for m in found if m.key.dtype != stopping])
    verdict.advice = advice(evidence, expectation, stopping)
    # an exact sum of cents: the full score is exactly the full score
    verdict.points = round(sum(row.earned for row in verdict.rows), 2)
    return verdict


def _not_reached(exercise: Exercise, evidence: Evidence, seed: int) -> tuple[State, str] | None:
    """Why there is nothing to compare, if there is nothing."""
    notes = evidence.notes
    if notes.missing:
        return State.MISSING, f"There is no `{exercise.answer}` in the notebook. Has its cell been run?"
    if notes.unattempted:
        return State.UNATTEMPTED, "Not attempted yet."
    if notes.calls:
        return State.FORBIDDEN, _calls(notes.calls, exercise.probe.arrays)
    if notes.timeout:
        return State.TIMEOUT, f"Your answer was stopped after {exercise.seconds:g} seconds. Does a loop never end?"
    if not evidence.arrays:
        lists = expect(exercise, seed).containers
        arrays = exercise.probe.arrays
        untyped = (
            f"Your answer returned {kind}, where {_wanted(lists.get(key.output, ''), arrays)} belongs."
            for key, kind in notes.types.items()
        )
        problems = [*notes.problems.values(), *notes.gradient_problems.values(), *untyped]
        return State.FAILED, problems[0] if problems else "Your answer gave nothing that can be compared."
    return None


def _wanted(container: str, arrays: bool = False) -> str:
    if container:
        return f"{container} of {_several(arrays)}"
    return "an array or a number" if arrays else "a tensor or a number"


def _several(arrays: bool) -> str:
    return "arrays" if arrays else "tensors"


def _calls(names: Iterable[str], arrays: bool = False) -> str:
    return f"Your answer calls {', '.join(names)}: build it from {'array' if arrays else 'tensor'} operations instead."


def forbid(verdict: Verdict, names: Iterable[str], arrays: bool = False) -> Verdict:
    """The verdict on an answer whose source spells forbidden names: no points, and it says why."""
    names = list(names)
    inside = [name for name in names if name.startswith("autograder.")]
    reason = _calls(names, arrays)
    if inside:
        reason = f"The notebook reaches into the grader ({', '.join(inside)}): nothing of that belongs in an answer."
    return Verdict(verdict.exercise, 0.0, verdict.max_points, [], reason, State.FORBIDDEN, [], verdict.flags)


def mismatches(evidence: Evidence, expectation: Expectation) -> list[Mismatch]:
    """All that is not as expected."""
    found = [m for e in expectation.expected.values() if (m := mismatch(evidence, e)) is not None]
    return found + out_of_place(evidence, expectation)


def rows(exercise: Exercise, expectation: Expectation, evidence: Evidence, found: list[Mismatch]) -> list[Row]:
    """All lines of the card. Nothing but right values earns anything for form, or for what stands beside them."""
    cases = expectation.cases
    values = [m for m in found if m.key.output.kind is Kind.VALUE]
    headings = expectation.headings
    lines: list[Row] = []
    for heading in headings:
        wrong = [m for m in values if m.key.output.heading == heading and m.case < cases.first_extreme]
        beside = heading in exercise.beside or expectation.is_flag(heading)
        lines.append(Row("values", _label(heading, len(headings)), wrong, output=heading, beside=beside))
    if exercise.extremes:
        wrong = [m for m in values if cases.extreme(m.case)]
        lines.append(Row("extremes", "Extreme inputs", wrong))
    if exercise.defaults:
        wrong = [m for m in values if cases.left_out(m.case)]
        lines.append(
            Row("defaults", "Arguments left out", wrong, sentence=other_defaults(evidence, expectation, wrong))
        )
    if expectation.counts:
        wrong = [m for m in found if m.key.is_count]
        lines.append(Row("operations", "Vectorised: as many operations, however large the inputs", wrong))
    if exercise.gradients:
        wrong = [m for m in found if m.key.is_gradient]
        lines.append(Row("gradients", "Gradients through your code", wrong))
    if exercise.keeps_dtype:
        lines.append(Row("types", "Data type kept", sentence=other_precision(evidence, expectation)))
    if expectation.has_inputs:
        lines.append(Row("inputs", "Inputs left as they were", sentence=left_behind(evidence, expectation)))
    return share(exercise, lines)


def share(exercise: Exercise, lines: list[Row]) -> list[Row]:
    """Divide the points among the lines in hundredths, so that they sum to the whole exactly."""
    weights = {**SHARES, **exercise.shares}
    heads = [line.output if line.output in exercise.shares else line.kind for line in lines]
    parts = [weights[head] / heads.count(head) for head in heads]
    gate = all(line.passed for line in lines if line.kind == "values")
    main = [line.passed for line in lines if line.kind == "values" and not line.beside]
    some = any(main) or not main  # without any, what stands beside it tells nothing: a wrong answer gives it too
    given, so_far = 0.0, 0.0
    for line, part in zip(lines, parts, strict=True):
        so_far += part
        upto = round(exercise.points * so_far / sum(parts), 2)
        line.points, given = round(upto - given, 2), upto
        earns = gate or (line.kind == "values" and (some or not line.beside))
        line.earned = line.points if line.passed and earns else 0.0
    return lines


def mismatch(evidence: Evidence, expected: Expected) -> Mismatch | None:
    """Compare one array. None if it is right."""
    key, notes = expected.key, evidence.notes
    problems = notes.gradient_problems if key.is_gradient else notes.problems
    got, kind = evidence.arrays.get(key), notes.types.get(key, "")
    if got is None:
        stopped = problems.get(key.place) or notes.problems.get(key.place)
        slow = "Your answer was stopped here: it is slow." if key.place in notes.slow else ""
        whole = notes.types.get(replace(key, output=replace(key.output, item=None)), "")
        absent = _absent(expected, kind, _tensors(evidence, key.place), whole)
        return Mismatch(key, stopped or slow or absent)
    if expected.type == "text":  # one of a list: the card must not say which
        right = kind == "text" and np.array_equal(got, expected.array)
        return None if right else Mismatch(key, "It is not this one.")
    if sentence := other_kind(expected, got, kind):
        return Mismatch(key, sentence)
    if got.shape != expected.array.shape:
        sentence = f"The shape should be {_shape(expected.array)}; yours is {_shape(got)}."
        return Mismatch(key, sentence, expected.array, got)
    compare = expected.compare
    wrong = wrong_elements(expected, got, tolerance(evidence, expected))
    sentence = compare.says(expected.array, got) if isinstance(compare, Mutual) and wrong.any() else ""
    asked = compare.asks if isinstance(compare, Within) else ""
    return Mismatch(key, sentence, expected.array, got, wrong, asked) if wrong.any() else None


CLASHES = ("dtype", "same type", "Double")  # words of torch where tensors of two precisions meet
KINDS = {"f": "real numbers", "i": "whole numbers", "u": "whole numbers", "b": "truth values"}


def other_kind(expected: Expected, got: NDArray[Any], kind: str) -> str:
    """A sentence where the result is another kind of thing than the task asks for; "" where it is that kind.

    A number and a tensor without axes are one kind. Which precision real numbers have is no matter.
    """
    if got.dtype.kind not in KINDS:
        return f"Numbers of type {got.dtype} cannot be compared."
    if sentence := _other_holder(expected, kind):
        return sentence
    if kind.endswith(IN_GRAPH) and expected.detached:
        return "Your answer returned a tensor that still carries its graph, where a value without history belongs."
    wanted, given = KINDS[expected.array.dtype.kind], KINDS[got.dtype.kind]
    if wanted != given and (expected.is_tensor or expected.is_array) and expected.array.ndim and got.ndim:
        return f"Your answer holds {given} ({got.dtype}), where {wanted} belong."
    return ""


def _other_holder(expected: Expected, kind: str) -> str:
    """A sentence where numbers with axes come back as another kind of thing: an array, a tensor, a lone number."""
    if not expected.array.ndim or not (expected.is_tensor or expected.is_array):
        return ""
    got = ARRAY if kind.startswith(ARRAY) else "tensor" if kind.startswith("tensor") else kind
    wanted = "tensor" if expected.is_tensor else ARRAY
    if got == wanted or got not in ("number", ARRAY, "tensor", "text"):
        return ""
    return f"Your answer returned a {'Python number' if got == 'number' else got} where a {wanted} belongs."


def fixed_type(evidence: Evidence, found: list[Mismatch]) -> str:
    """The precision in which an answer stops since a tensor in it has the other one; "" if there is none.

    It is right in the other one: which data type a tensor has costs nothing.
    """
    notes, wrong = evidence.notes, {m.key.dtype for m in found}
    said = [(place.dtype, why) for each in (notes.problems, notes.gradient_problems) for place, why in each.items()]
    for dtype in (DOUBLE, SINGLE):
        clash = any(d == dtype and any(words in why for words in CLASHES) for d, why in said)
        if clash and wrong == {dtype} and all(m.got is None for m in found):
            return dtype
    return ""


def out_of_place(evidence: Evidence, expectation: Expectation) -> list[Mismatch]:
    """What is there and should not be: entries too many, lists for tuples."""
    return [*too_many(evidence, expectation), *other_containers(evidence, expectation)]


def too_many(evidence: Evidence, expectation: Expectation) -> list[Mismatch]:
    """Lists of tensors that hold more than they should: one entry of each that is one too many."""
    counts: dict[tuple[Place, Output], int] = {}
    for key in expectation.expected:
        if key.output.item is not None and key.output.kind is Kind.VALUE:
            whole = key.place, replace(key.output, item=None)
            counts[whole] = max(counts.get(whole, 0), key.output.item + 1)
    found = []
    for (place, output), count in counts.items():
        if Key(place, output.part(count)) in evidence.notes.types:
            last = Key(place, output.part(count - 1))
            found.append(Mismatch(last, f"`{output}` should hold {count} tensors; yours holds more."))
    return found


def other_containers(evidence: Evidence, expectation: Expectation) -> list[Mismatch]:
    """Lists where tuples are asked, and the other way round."""
    found = []
    for key, kind in evidence.notes.types.items():
        wanted = expectation.containers.get(key.output)
        if wanted and kind in ("a list", "a tuple") and kind != wanted:
            first = Key(key.place, key.output.part(0))
            found.append(Mismatch(first, f"Your answer returned {kind} for `{key.output}`, where {wanted} belongs."))
    return found


def tolerance(evidence: Evidence, expected: Expected) -> float:
    """As for the precision in which the answer computed: float32, where it brought that in by itself."""
    return expected.tolerance(expected.key.place in evidence.single or evidence.notes.single)


def wrong_elements(expected: Expected, got: NDArray[Any], tolerance: float) -> NDArray[np.bool_]:
    """True where an array of the right shape is wrong."""
    wrong = expected.compare(expected.array, got, tolerance)
    return np.broadcast_to(np.asarray(wrong, dtype=bool), expected.array.shape)


def _tensors(evidence: Evidence, place: Place) -> bool:
    """Whether a run gave tensors, through which a gradient could have flowed."""
    return any(kind.startswith("tensor") for key, kind in evidence.notes.types.items() if key.place == place)


def _absent(expected: Expected, kind: str, tensors: bool, whole: str) -> str:
    output, one, several = (
        expected.key.output,
        _wanted("", expected.is_array),
        "arrays" if expected.is_array else "tensors",
    )
    if output.kind is Kind.GRADIENT and not tensors:
        return "No gradient reaches the input."
    if output.kind is Kind.GRADIENT:
        return "No gradient reaches the input: the result was cut from the graph (detach, .data, .item or NumPy)."
    if output.item is not None and not kind:
        list_of = Output(output.name, step=output.step)
        if whole and whole not in ("a list", "a tuple"):
            return f"Your answer gave {whole} for `{list_of}`, where a list of {several} belongs."
        return f"`{list_of}` should be a list of {several}, as many as the task says; yours has no `{output}`."
    return (
        f"Your answer gave {kind} for `{output}`, where {one} belongs."
        if kind
        else f"Your answer gave nothing for `{output}`."
    )


def _label(output: str, count: int) -> str:
    return "Values" if count == 1 else f"Values of `{output}`"


def _shape(array: NDArray[Any]) -> str:
    return str(tuple(array.shape)) if array.ndim else "() — a single number"
