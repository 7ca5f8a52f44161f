"""Small changes of a definition, the likeliest first: what a person is likely to have written otherwise.

Source:
    Singh, Gulwani & Solar-Lezama (2013), Automated feedback generation for introductory programming assignments.
"""

from collections.abc import Iterator

from autograder.checking.diagnosis.edits.additions import additions, signs
from autograder.checking.diagnosis.edits.calls import calls, drawn_in, options
from autograder.checking.diagnosis.edits.edit import Edit, Kind, applied
from autograder.checking.diagnosis.edits.everywhere import Groups
from autograder.checking.diagnosis.edits.names import names
from autograder.checking.diagnosis.edits.operators import operators
from autograder.checking.diagnosis.edits.parentheses import parentheses
from autograder.checking.diagnosis.edits.sites import Definition, Site, sites
from autograder.checking.diagnosis.edits.statements import statements

__all__ = ["ANY_COST", "Definition", "Edit", "Kind", "applied", "edits"]

OF_AN_EXPRESSION = (operators, parentheses, names, calls, drawn_in, options, signs)
ANY_COST, CHEAPEST_ADDITION = 100, 3


def edits(definition: Definition, most: int = ANY_COST) -> list[Edit]:
    """Every small change of a function, or of the methods of a class, that costs `most` or less; likely ones first.

    What is written several times may be changed everywhere: that is one edit too. The definition itself is not changed:
    see `applied`. Its nodes need their lines, as `ast.parse` gives them.
    """
    found: list[Edit] = []
    groups = Groups()
    for place in sites(definition):
        if isinstance(place, Site):
            found += _of_an_expression(place, groups, most >= CHEAPEST_ADDITION)
        else:
            found += statements(place)
    cheap = [edit for edit in (*found, *groups.edits()) if edit.cost <= most]
    return sorted(cheap, key=lambda edit: edit.cost)


def _of_an_expression(site: Site, groups: Groups, more: bool) -> Iterator[Edit]:
    kinds = (*OF_AN_EXPRESSION, additions) if more else OF_AN_EXPRESSION
    new = (each for operator in kinds for each in operator(site))
    for i, (kind, cost, replacement, about) in enumerate(new):
        edit = Edit(kind, site.node, (site.slot.put(replacement),), cost, about)
        groups.add(site, i, edit, replacement)
        yield edit
