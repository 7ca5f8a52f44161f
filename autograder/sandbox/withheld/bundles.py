"""What travels when a definition is lent: the withheld definitions that it needs, as source, in an order that runs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from autograder.sandbox.withheld.definitions import Definition, Library, Module
from autograder.sandbox.withheld.graded import Withheld

Bundle = dict[str, Any]


def bundle(library: Library, held: Withheld, wanted: Definition) -> Bundle:
    """Everything withheld that a definition needs.

    Returns:
        ``parts``: module, name and source of each, what is used first coming first; ``stands_for``: by module the
        names in it that are other parts; ``reveals``: the exercises that one of them would answer.
    """
    needed = [d for d in _in_order(library, wanted) if d in held.reveals]
    homes = {home: library.modules[home] for home, _ in needed}
    parts = [[home, name, homes[home].text(homes[home].defined[name])] for home, name in needed]
    aliases = {home: _aliases(library, module, needed) for home, module in homes.items()}
    revealing = [d for d in needed if d in held.answers] + [wanted]
    return {"parts": parts, "stands_for": aliases, "reveals": sorted({e for d in revealing for e in held.reveals[d]})}


def bundles(library: Library, held: Withheld) -> dict[str, Bundle]:
    """The bundle of each withheld definition, by ``module:name``."""
    return {f"{module}:{name}": bundle(library, held, (module, name)) for module, name in held.reveals}


def _in_order(library: Library, wanted: Definition) -> list[Definition]:
    """Definitions reachable from one, each behind those that it uses (but for circles)."""
    found: list[Definition] = []
    seen: set[Definition] = set()

    def visit(definition: Definition) -> None:
        if definition not in seen:
            seen.add(definition)
            for other in sorted(library.uses(definition)):
                visit(other)
            found.append(definition)

    visit(wanted)
    return found


def _aliases(library: Library, module: Module, needed: Collection[Definition]) -> dict[str, Definition]:
    """By a name in a module (or a module's name and an attribute, "windows.patches") the part that it stands for."""
    imported = {name: library.resolve(module, name) for name in module.imported}
    attributes = {f"{name}.{attribute}": library.resolve(module, name, attribute) for name, attribute in module.dotted}
    both = imported | attributes
    return {name: definition for name, definition in both.items() if definition is not None and definition in needed}
