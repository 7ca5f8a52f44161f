"""Small changes of a definition, the likeliest first: what a person is likely to have written otherwise.

Source:
    Singh, Gulwani & Solar-Lezama (2013), Automated feedback generation for introductory programming assignments.
"""

from collections.abc import Iterator

from autograder.checking.diagnosis.edits.additions import additions
from autograder.checking.diagnosis.edits.calls import calls, drawn_in
from autograder.checking.diagnosis.edits.edit import Edit, Kind, applied
from autograder.checking.diagnosis.edits.names import names
from autograder.checking.diagnosis.edits.operators import operators
from autograder.checking.diagnosis.edits.sites import Block, Definition, Site, sites
from autograder.checking.diagnosis.edits.statements import statements

__all__ = ["Definition", "Edit", "Kind", "applied", "edits"]

OF_AN_EXPRESSION = (operators, names, calls, drawn_in, additions)


def edits(definition: Definition) -> list[Edit]:
    """Every small change of a function, or of the methods of a class, the likeliest first.

    The definition is not changed: see `applied`. Its nodes need their lines, as `ast.parse` gives them.
    """
    found = [edit for place in sites(definition) for edit in _at(place)]
    return sorted(found, key=lambda edit: edit.cost)


def _at(place: Site | Block) -> Iterator[Edit]:
    if isinstance(place, Block):
        yield from statements(place)
        return
    for operator in OF_AN_EXPRESSION:
        for kind, cost, new, about in operator(place):
            yield Edit(kind, place.node, (place.slot.put(new, place.node),), cost, about)
