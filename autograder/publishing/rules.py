"""What a task says of how it is judged, in words made from its spec: nothing costs points that is not said.

Each rule of a spec has its sentence here, and a task's own text says none of them again (`gates/rules.py`).
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from numpy.typing import NDArray

from autograder.checking.collect import observe, write
from autograder.checking.context import quiet
from autograder.checking.evidence import IN_GRAPH, Evidence
from autograder.checking.forbidden import concept_of
from autograder.checking.keys import DOUBLE, SINGLE, Key, Place
from autograder.checking.world import changeable
from autograder.lessons.cells import ANSWER, WHAT_COUNTS, grade_id, is_code, is_solution
from autograder.spec import Exercise, catalogue
from autograder.spec.outputs import INPUT, Kind, Output
from autograder.spec.probes import larger_versions, leaves, value
from autograder.spec.question import Question

HEADING = WHAT_COUNTS
SEED = 0


def tell(nb: Any) -> Any:
    """End the task of every answer in a notebook with what counts; return the notebook.

    A task is the last text before the answer that is headed `Exercise`, or else the last text before it.
    """
    for cell, exercise in tasks(nb):
        if said := told(exercise):
            cell.source = f"{cell.source.rstrip()}\n\n{said}"
    return nb


def tasks(nb: Any) -> Iterator[tuple[Any, Exercise]]:
    """The text cell that asks for each answer, with its exercise."""
    for i, cell in enumerate(nb.cells):
        name = grade_id(cell)
        if is_solution(cell) and is_code(cell) and name.endswith(ANSWER):
            exercise = catalogue.find(name.removesuffix(ANSWER))
            texts = [text for text in reversed(nb.cells[:i]) if text.cell_type == "markdown"]
            heading = f"Exercise: `{exercise.answer}`"
            task = next((text for text in texts if heading in text.source), texts[0] if texts else None)
            if task is not None:
                yield task, exercise


@cache
def told(exercise: Exercise) -> str:
    """The paragraph that ends a task."""
    sentences = rules(exercise).values()
    return " ".join([HEADING, *sentences]) if sentences else ""


def rules(exercise: Exercise) -> dict[str, str]:
    """The sentences, each by the setting of the spec that it tells."""
    return dict(_rules(exercise))


def _rules(exercise: Exercise) -> Iterator[tuple[str, str]]:
    evidence = _of_the_reference(exercise)
    if returned := _returned(exercise, evidence):
        yield "returns", returned
    if exercise.forbids:
        names = ", ".join(dict.fromkeys(concept_of(name).words for name in exercise.forbids))
        yield "forbids", f"Not from a library, in any spelling: {names}."
    if exercise.extremes:
        yield "extremes", f"It also holds for {exercise.bears}."
    if exercise.defaults:
        yield "defaults", "An argument that is left out has the value in the first line."
    if exercise.gradients:
        yield "gradients", f"Gradients flow through your code to {_differentiable(exercise, evidence)}."
    if counted := _counted(exercise):
        yield "operations", f"No loop over the {counted}: more of them take no more tensor operations."
    if exercise.detached:
        yield "detached", f"{_listed(exercise.detached)} carries no graph."
    if exercise.keeps_dtype:
        yield "keeps_dtype", "The result has the data type of what comes in."
    if exercise.fresh:
        handed = "array" if exercise.probe.arrays else "tensor"
        yield "fresh", f"{_new(exercise)} new in memory: no {handed} that came in is handed back."
    if any(changeable(value) for value in exercise.drawn(SEED).all[0].args):
        but = ", but for what the task changes" if evidence.notes.changed else ""
        yield "inputs", f"What your code is given stays as it was{but}."


def _of_the_reference(exercise: Exercise) -> Evidence:
    """What the reference does on the first case."""
    evidence, place = Evidence(), Place(DOUBLE if DOUBLE in exercise.probe.dtypes else SINGLE, 0)
    with quiet():
        if exercise.truth is None:
            observe(evidence, exercise, exercise.reference, exercise.first(SEED), place)
        else:
            for name, found in exercise.truth(*exercise.drawn(SEED).all[0].args).items():
                write(evidence, Key(place, Output.of(name)), found)
    return evidence


def _returned(exercise: Exercise, evidence: Evidence) -> str:
    """What kind of thing comes back."""
    if exercise.gives:
        return f"Returns {exercise.gives}."
    if exercise.probe.run is value.run:
        return ""
    kinds = {name: kind for name, kind in _kinds(exercise, evidence).items() if name in exercise.returns}
    if len(exercise.returns) == 1:
        return f"Returns {kinds[exercise.returns[0]]}." if kinds else ""
    if any("[" in name for name in exercise.returns):
        whole = dict.fromkeys(name.partition("[")[0] for name in exercise.returns)
        return f"Returns {_listed(whole)}, each a tuple or a list." if len(whole) > 1 else "Returns a tuple or a list."
    if kinds and len(set(kinds.values())) == 1 and len(kinds) == len(exercise.returns):
        return f"Returns {_listed(exercise.returns)}, in this order: {_plural(next(iter(kinds.values())))}."
    parts = [f"`{name}`, {kinds[name]}" if name in kinds else f"`{name}`" for name in exercise.returns]
    if any(name in kinds for name in exercise.returns):
        return f"Returns, in this order: {'; '.join(parts)}."
    return f"Returns {', '.join(parts[:-1])} and {parts[-1]}, in this order."


def _plural(kind: str) -> str:
    """Several of a kind: "numbers (or tensors without axes)"."""
    return re.sub(r"\ba(?:n)? (whole |truth )?(number|tensor|array|value|list|tuple|string)\b", r"\1\2s", kind)


def _kinds(exercise: Exercise, evidence: Evidence) -> dict[str, str]:
    """Each thing that comes out, by its name, in words."""
    words: dict[str, str] = {}
    for key, kind in evidence.notes.types.items():
        array = evidence.arrays.get(key)
        if key.output.kind is Kind.VALUE and key.output.item is None:
            words.setdefault(key.output.name, _kind(kind, array, bool(exercise.gradients), exercise.probe.arrays))
    return words


def _kind(kind: str, array: NDArray[Any] | None, differentiable: bool, arrays: bool) -> str:
    holder = "an array" if arrays else "a tensor"
    if array is None:
        return f"{kind} of {holder.split()[-1]}s" if kind in ("a list", "a tuple") else kind
    if kind == "text":
        return "a string"
    if array.ndim:
        return {"i": f"{holder} of whole numbers", "b": f"{holder} of truth values"}.get(array.dtype.kind, holder)
    if differentiable and kind.startswith("tensor"):  # a number carries no gradient
        return "a tensor without axes"
    alone = {"b": "a truth value", "i": "a whole number"}.get(array.dtype.kind, "a number")
    if arrays:
        return f"{alone} (or an array without axes)"
    graph = "" if kind.endswith(IN_GRAPH) or kind.startswith("tensor") else " and without a graph"
    return f"{alone} (or a tensor without axes{graph})"


def _differentiable(exercise: Exercise, evidence: Evidence) -> str:
    if not isinstance(exercise.gradients, bool):
        return _listed(exercise.gradients)
    if isinstance(exercise.reference, type) or exercise.probe.arguments:  # a case holds more than the arguments
        gradients = {key.output.name for key in evidence.notes.types if key.output.kind is Kind.GRADIENT}
        found = ["the inputs"] * (INPUT in gradients) + ["the parameters"] * bool(gradients - {INPUT})
        return " and ".join(found) or "every real input"
    names = exercise.argument_names()
    first = exercise.drawn(SEED).all[0].args
    real = [n for n, v in zip(names, first, strict=False) if any(t.is_floating_point() for t in leaves(v))]
    return _listed(real) if real and len(real) == len(set(real)) else "every real input"


def _counted(exercise: Question) -> str:
    found = [
        str(output.name).removeprefix("operations for more ")
        for case in exercise.drawn(SEED).all
        for arg in case.args
        if larger_versions(arg)
        for output in arg
    ]
    return " and the ".join(dict.fromkeys(found))


def _new(exercise: Question) -> str:
    if tuple(exercise.returns) == ("result",):
        return "The result is"
    if any("[" in name for name in exercise.fresh):
        return "What comes back is"
    return f"{_listed(exercise.fresh)} {'is' if len(exercise.fresh) == 1 else 'are'}"


def _listed(names: Iterable[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
