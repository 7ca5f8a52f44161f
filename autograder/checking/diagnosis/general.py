"""What can be said of an output that no known mistake explains: facts on the cases that were run, never a cause.

Where it stops, where its numbers belong, what they look like, and which cases are right. The most telling of these is
the title; what else was seen comes as a first hint, a question as the last one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.checking.diagnosis.condition import Condition, condition, separated
from autograder.checking.diagnosis.crashes import Crashes
from autograder.checking.diagnosis.elsewhere import elsewhere, moved
from autograder.checking.diagnosis.known import Answer
from autograder.checking.diagnosis.wrong import Wrong
from autograder.checking.expectation import Expectation
from autograder.checking.feedback.words import number
from autograder.checking.form import other_defaults
from autograder.checking.keys import DOUBLE
from autograder.checking.patterns import pattern, weak
from autograder.checking.patterns.common import NOTHING, Found, in_list
from autograder.checking.verdict import Diagnosis, Means, Mismatch
from autograder.spec.outputs import Kind, Output

MOST_NAMED = 4  # outputs in a sentence


def general_diagnoses(
    answer: Answer, expectation: Expectation, mismatches: Sequence[Mismatch], explained: Wrong
) -> list[Diagnosis]:
    """What was seen where no misconception explains it: one diagnosis for all outputs of which the same was seen.

    Args:
        answer: the student's, with what is right of it.
        expectation: what is right.
        mismatches: what is wrong and not explained.
        explained: outputs that are explained, of which nothing more is said.
    """
    sentence = other_defaults(answer.evidence, expectation, _left_out_alone(expectation, mismatches))
    if sentence:
        return [Diagnosis(sentence, means=Means.CONDITION)]
    crashes = Crashes(answer.evidence, expectation)
    # where a mistake has a name, what else stops may come of it: the line of the card says so
    found = crashes.diagnoses() if not explained and crashes.concern(mismatches) else []
    seen: dict[Diagnosis, list[Output]] = {}
    groups = _by_output(mismatches, explained)
    for name, pool in _lists(groups).items():
        said = _of_output(name, pool, answer, expectation, crashes, whole_list=True)
        if said is not None:
            seen[said] = [o for o in groups if in_list(o)[0] == name]
            groups = {o: m for o, m in groups.items() if in_list(o)[0] != name}
    for output, group in groups.items():
        said = _of_output(output, group, answer, expectation, crashes)
        if said is not None:
            seen.setdefault(said, []).append(output)
    found += [_of_outputs(said, outputs, expectation) for said, outputs in seen.items()]
    return found or ([] if explained else _right_beside_wrong(groups, answer, expectation))


def _left_out_alone(expectation: Expectation, mismatches: Sequence[Mismatch]) -> list[Mismatch]:
    """What is wrong, if that is so only on cases that leave arguments out."""
    values = [m for m in mismatches if m.key.output.kind is Kind.VALUE]
    return values if all(expectation.cases.left_out(m.case) for m in values) else []


def _by_output(mismatches: Sequence[Mismatch], explained: Wrong) -> Mapping[Output, list[Mismatch]]:
    """What was compared, by output: gradients where no value is wrong, and of an update its first wrong step."""
    found: dict[Output, list[Mismatch]] = {}
    for each in mismatches:
        output = each.key.output
        if output not in explained and each.got is not None and output.kind is not Kind.COUNT:
            found.setdefault(output, []).append(each)
    if any(output.kind is not Kind.GRADIENT for output in found) or explained:
        found = {o: m for o, m in found.items() if o.kind is not Kind.GRADIENT}  # wrong values have wrong gradients
    first = min((m.key.output.step for m in mismatches if m.key.output.step), default=0)
    return {o: m for o, m in found.items() if o.step in (0, first)}  # what is wrong later may come of that


def _lists(groups: Mapping[Output, list[Mismatch]]) -> dict[Output, list[Mismatch]]:
    """Lists of which several tensors are wrong, with all that is wrong of them."""
    pools: dict[Output, list[list[Mismatch]]] = {}
    for output, group in groups.items():
        name, item = in_list(output)
        if item is not None and output.kind is Kind.VALUE:
            pools.setdefault(name, []).append(group)
    return {name: [m for group in pool for m in group] for name, pool in pools.items() if len(pool) > 1}


def _right_beside_wrong(
    groups: Mapping[Output, list[Mismatch]], answer: Answer, expectation: Expectation
) -> list[Diagnosis]:
    """Where nothing else is known: which outputs are right on all cases, and which are not."""
    wrong = {key.output.heading for key, so in answer.right.items() if not so}
    told = {o.heading for key, e in expectation.expected.items() if not _yes_or_no(e.array) for o in [key.output]}
    fine = [h for h in expectation.headings if h not in wrong and h in told]
    bad = [h for h in expectation.headings if h in {o.heading for o in groups}]
    if not fine or not bad or len(fine) > MOST_NAMED or len(bad) > MOST_NAMED:
        return []
    hint = f"Which of your lines make {_listed(bad)}, and nothing else?"
    return [
        Diagnosis(
            f"{_listed(bad)} {_be(bad)} wrong; {_listed(fine)} {_be(fine)} right.", (hint,), means=Means.CONDITION
        )
    ]


def _yes_or_no(array: NDArray[Any]) -> bool:
    return array.dtype.kind in "bu" and array.ndim < 2


def _be(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _listed(names: Sequence[str]) -> str:
    coded = [f"`{name}`" for name in names]
    return coded[0] if len(coded) == 1 else f"{', '.join(coded[:-1])} and {coded[-1]}"


def _of_output(
    output: Output,
    group: Sequence[Mismatch],
    answer: Answer,
    expectation: Expectation,
    crashes: Crashes,
    whole_list: bool = False,
) -> Diagnosis | None:
    """What was seen of one output, without its name."""
    said = next((m.sentence for m in group if m.sentence and m.wrong is not None), "")  # of what chance made
    if said and all(m.expected is not None and m.expected.dtype.kind != "f" for m in group):
        return None
    title, question = pattern(group, expectation) if whole_list else _numbers(output, group, answer, expectation)
    if whole_list:
        return Diagnosis(title, (question,) if question else ()) if not weak(title) else None
    seen = observed(output, group)
    if seen and weak(title):
        title, question = seen, ""
    where = _condition(output, group, answer, expectation, crashes)
    if where is not None and weak(title):
        return Diagnosis(where.sentence(_verb(title)), (where.question(),), means=Means.CONDITION)
    if not title:
        return None
    hints = ([where.sentence()] if where is not None else []) + [question]
    return Diagnosis(title, tuple(hint for hint in hints if hint))


def observed(output: Output, group: Sequence[Mismatch]) -> str:
    """Of what a probe saw and gave a name in words ("share of ones"): what it is and what it should be."""
    worst = min(group, key=lambda m: m.case)
    if " " not in output.name or output.step or worst.expected is None or worst.got is None or worst.got.size != 1:
        return ""
    expected, got = worst.expected.flat[0], worst.got.flat[0]
    if worst.expected.dtype.kind == "b":
        so = "Expected, and not so in your answer" if expected else "So in your answer, and not expected"
        return f"{so}: {output}."
    return f"The {output}: {number(got)}; expected {number(expected)}." if not worst.asks else ""


def _verb(title: str) -> str:
    """What a weak title says is wrong, as the sentence on the cases says it."""
    return next((f"gives {kind}" for kind in ("NaN", "infinity") if f"gives {kind}" in title), "is wrong")


def _numbers(output: Output, group: Sequence[Mismatch], answer: Answer, expectation: Expectation) -> Found:
    """What the numbers are, or look like."""
    keys = [m.key for m in group]
    keys = [key for key in keys if key.dtype == DOUBLE] or keys
    found = elsewhere(output, keys, answer.evidence, expectation)
    arrays = answer.evidence.arrays
    pairs = [(expectation.expected[key].array, arrays[key]) for key in keys if key in arrays]
    if found == NOTHING and len({key.case for key in keys}) > 1:
        found = moved(pairs)
    return found if found != NOTHING else pattern(group, expectation)


def _condition(
    output: Output, group: Sequence[Mismatch], answer: Answer, expectation: Expectation, crashes: Crashes
) -> Condition | None:
    """On which cases it is wrong; of those on which it stops, nothing is said here."""
    bad = {m.case for m in group if m.got is not None and not np.isfinite(m.got.astype(float)).all()}
    found = condition(output, answer.right, expectation)
    if found is not None and not crashes.cases:
        return found
    fine = {key.case for key, so in answer.right.items() if key.output == output and so}
    wrong = {m.case for m in group}
    return separated(fine - wrong - crashes.cases, wrong, expectation) if wrong and wrong != bad else found


def _of_outputs(said: Diagnosis, outputs: Sequence[Output], expectation: Expectation) -> Diagnosis:
    """The same with the names of the outputs in front, where there are others."""
    names = list(dict.fromkeys(_names(outputs, expectation)))
    if (
        not names
        or said.title.startswith(("The ", "Expected, ", "So in "))
        or any(f"`{o.name}`" in said.title for o in outputs)
    ):
        return said
    where = f"{' and '.join(names)}: " if len(names) < 3 else f"{names[0]} and {len(names) - 1} others: "
    return Diagnosis(where + said.title, said.hints, means=said.means)


def _names(outputs: Sequence[Output], expectation: Expectation) -> Iterator[str]:
    every = set(expectation.headings)
    headings = {o.heading for o in outputs if o.kind is Kind.VALUE}
    if len(every) > 1 and headings < every:
        yield from (f"`{o.heading}`" for o in outputs if o.heading in every)
