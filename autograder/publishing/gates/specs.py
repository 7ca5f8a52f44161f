"""Gate: a spec is whole. Each thing that it lacks is a sentence; no answer is run but the reference."""

import contextlib
import inspect
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from autograder.checking.expectation import expect
from autograder.checking.forbidden import concept_of
from autograder.publishing.gates.sources import TO_WRITE, to_write
from autograder.spec import Exercise, catalogue
from autograder.spec.errors import ReferenceFails

SEED = 1
LEAST = 3  # of wrong answers, and of right ones beside the reference
# Whose defaults no case leaves out, each with its reason.
NOT_LEFT_OUT: Mapping[str, str] = MappingProxyType({})


def unfinished(exercise: Exercise) -> list[str]:
    """What is still missing in a spec, or says what cannot be; an empty list where it is whole."""
    return [f"{exercise.id}: {what}" for what in _lacks(exercise)]


def _lacks(exercise: Exercise) -> Iterator[str]:
    for kind, found, how in (
        ("misconceptions", len(exercise.misconceptions), "wrong answers of students, by `@exercise.misconception`"),
        ("alternatives", len(exercise.alternatives), "other right answers, by `@exercise.alternative`"),
    ):
        if found < LEAST:
            yield f"at least three {kind}; it has {found}. Add {how}."
    titles = Counter(misconception.title for misconception in exercise.misconceptions)
    for title, count in titles.items():
        if count > 1:
            yield f"{count} misconceptions are called {title!r}: say in each title what that one does."
    if not exercise.points > 0:
        yield f"it is worth {exercise.points:g} points: give it more than 0."
    for name in exercise.uses:
        if name not in catalogue.entries():
            yield f"`uses` names {name!r}, and no exercise is called that."
    yield from _forbidden(exercise)
    yield from _unwritten(exercise)
    yield from _cases(exercise)


def _forbidden(exercise: Exercise) -> Iterator[str]:
    for name in exercise.forbids:
        try:
            concept_of(name)
        except KeyError:
            yield (
                f"`forbids` names {name!r}, which is no concept of checking/forbidden/concepts, and no dotted name of "
                "a library's such as numpy.trapezoid."
            )


def _cases(exercise: Exercise) -> Iterator[str]:
    if not exercise.drawn(SEED).all:
        yield "it has no cases: `cases=` draws what the answer is called with."
        return
    if exercise.extremes and not exercise.bears:
        yield "its extremes have no words: `bears=` says for the task what they are."
    named = with_defaults(exercise)
    if named and not exercise.defaults and exercise.id not in NOT_LEFT_OUT:
        yield f"no case leaves out what has a default ({', '.join(named)}): `defaults=` draws such cases."
    if exercise.defaults and not named:
        yield "`defaults=` draws cases, and no argument of its reference has a default."
    try:
        expect(exercise, SEED)
    except ReferenceFails as problem:
        yield str(problem)


def _unwritten(exercise: Exercise) -> Iterator[str]:
    """Lines of the spec and of its reference that an author is to go on with."""
    files = [catalogue.entry(exercise.id).path] if exercise.id in catalogue.entries() else []
    with contextlib.suppress(TypeError, OSError):  # a plain value has no file
        files.append(Path(inspect.getsourcefile(inspect.unwrap(exercise.reference)) or ""))
    for path in dict.fromkeys(file for file in files if file.is_file()):
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if TO_WRITE in line:
                yield f"{path}:{n}: {to_write(line)}"


def written(exercise: Exercise) -> bool:
    """Whether the reference does what its own cases ask: without that nothing can be judged."""
    try:
        return bool(expect(exercise, SEED).expected)
    except ReferenceFails:
        return False


def with_defaults(exercise: Exercise) -> list[str]:
    """Arguments of the reference that may be left out: where it is built, and where a network is called."""
    calls = [exercise.reference, getattr(exercise.reference, "forward", None)]
    signatures = [inspect.signature(call) for call in calls if callable(call)]
    return [p.name for found in signatures for p in found.parameters.values() if p.default is not p.empty]
