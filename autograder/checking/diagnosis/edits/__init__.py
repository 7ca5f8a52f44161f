"""Small changes of a definition, the likeliest first: what a person is likely to have written otherwise.

Source:
    Singh, Gulwani & Solar-Lezama (2013), Automated feedback generation for introductory programming assignments.
"""

import ast
from collections.abc import Iterator

from autograder.checking.diagnosis.edits.additions import additions
from autograder.checking.diagnosis.edits.calls import calls, drawn_in
from autograder.checking.diagnosis.edits.edit import Edit, Kind, applied, together
from autograder.checking.diagnosis.edits.names import names
from autograder.checking.diagnosis.edits.operators import operators
from autograder.checking.diagnosis.edits.parentheses import parentheses
from autograder.checking.diagnosis.edits.sites import Block, Definition, Site, sites
from autograder.checking.diagnosis.edits.statements import statements

__all__ = ["Definition", "Edit", "Kind", "applied", "edits"]

OF_A_CALL = (Kind.AXIS, Kind.KEEPDIM, Kind.DIVISOR)
OF_AN_EXPRESSION = (operators, parentheses, names, calls, drawn_in, additions)


MOST_TOGETHER = 3  # of the cost of what is done in several places at once


def edits(definition: Definition) -> list[Edit]:
    """Every small change of a function, or of the methods of a class, the likeliest first.

    What is written several times may be changed everywhere: that is one edit too. The definition itself is not changed:
    see `applied`. Its nodes need their lines, as `ast.parse` gives them.
    """
    found: list[Edit] = []
    alike: dict[str, list[list[Edit]]] = {}
    for place in sites(definition):
        here = list(_at(place))
        found += here
        if isinstance(place, Site):
            for key, part in _comparable(place, here):
                alike.setdefault(key, []).append(part)
    for group in alike.values():
        if len(group) > 1 and len({len(part) for part in group}) == 1:
            found += [together(each) for each in zip(*group, strict=True) if each[0].cost < MOST_TOGETHER]
    return sorted(found, key=lambda edit: edit.cost)


def _at(place: Site | Block) -> Iterator[Edit]:
    if isinstance(place, Block):
        yield from statements(place)
        return
    for operator in OF_AN_EXPRESSION:
        for kind, cost, new, about in operator(place):
            yield Edit(kind, place.node, (place.slot.put(new),), cost, about)


def _comparable(site: Site, here: list[Edit]) -> Iterator[tuple[str, list[Edit]]]:
    """The edits of an expression, under a key that it shares with those that are written alike, or called alike."""
    node, role = site.node, f"{site.called}{site.index}{site.whole}{site.default}"
    if here and not isinstance(node, ast.Name):
        yield f"{role} {ast.dump(node)}", here
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        of_the_call = [edit for edit in here if edit.kind in OF_A_CALL]
        if of_the_call:
            given = [ast.dump(each) for each in (*node.args, *node.keywords)]
            yield f"{role} .{node.func.attr} {given}", of_the_call
