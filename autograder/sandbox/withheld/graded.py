"""Which definitions of the library are withheld, and which exercises each of them would answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.sandbox.withheld.alike import ALIKE
from autograder.sandbox.withheld.definitions import Definition, Library

if TYPE_CHECKING:
    from autograder.spec import Exercise

SECOND_FORMS = "gradschool.fast"


@dataclass(frozen=True)
class Withheld:
    """What is not in the library that a student's process sees.

    Attributes:
        reveals: by definition the ids of the exercises that it would answer, or help to.
        answers: those of them that answer one: the others only help.
        references: the definition of each exercise's reference, by the exercise's id.
    """

    reveals: Mapping[Definition, frozenset[str]]
    answers: frozenset[Definition]
    references: Mapping[str, Definition]


def withheld(library: Library, exercises: Iterable[Exercise]) -> Withheld:
    """Find what is to be withheld.

    These are the graded references, their second forms, what computes the same under another name (`ALIKE`), and
    what only these use.
    """
    references = {e.id: found for e in exercises if (found := definition_of(e.reference, library)) is not None}
    reveals: dict[Definition, set[str]] = {}
    for exercise, definition in references.items():
        reveals.setdefault(definition, set()).add(exercise)
    for definition in library.definitions():
        if definition[0].startswith(SECOND_FORMS) and library.works(definition) and definition[1] in references:
            reveals.setdefault(definition, set()).add(definition[1])
    for definition, alike in ALIKE.items():
        if library.statement(definition) is not None:
            reveals.setdefault(definition, set()).update(alike)
    own = frozenset(reveals)
    helpers = _helpers(library, own)
    for definition in own:
        for helper in library.reachable(library.uses(definition), own) & helpers:
            reveals.setdefault(helper, set()).update(reveals[definition])
    return Withheld({d: frozenset(ids) for d, ids in reveals.items()}, own, references)


def _helpers(library: Library, own: frozenset[Definition]) -> set[Definition]:
    """Functions and classes that nothing but withheld definitions uses."""
    used = {d for d in library.reachable(own) if library.works(d)} - own
    free = {d for d in library.definitions() if d not in own and d not in used}
    return used - library.reachable(free, own)


def definition_of(reference: object, library: Library) -> Definition | None:
    """Where the library defines a reference; None for a plain value, or for what a spec defines itself."""
    module, name = getattr(reference, "__module__", None), getattr(reference, "__qualname__", "")
    definition = (str(module), str(name).partition(".")[0])
    return definition if library.statement(definition) is not None else None
