"""A module's source with stubs in place of what is withheld."""

from __future__ import annotations

import ast
from collections.abc import Collection

from autograder.sandbox.withheld.definitions import Module, Statement

FUNCTION = """def {name}(*args, **kwargs):
    from autograder.sandbox.lending import borrowed

    return borrowed({module!r}, {name!r})(*args, **kwargs)
"""
CLASS = """class {name}{bases}:
    def __new__(cls, *args, **kwargs):
        from autograder.sandbox.lending import borrowed

        return borrowed({module!r}, {name!r})(*args, **kwargs)
"""


def redacted(module: Module, names: Collection[str]) -> str:
    """The source of a module in which each of these functions and classes asks for itself when it is called."""
    lines = module.source.split("\n")
    for statement in sorted(module.statements, key=lambda s: -s.first):
        if statement.works and statement.binds[0] in names:
            lines[statement.first : statement.last] = _stub(module.name, statement).split("\n")
    return "\n".join(lines)


def _stub(module: str, statement: Statement) -> str:
    node, name = statement.node, statement.binds[0]
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(ast.unparse(base) for base in node.bases)
        return CLASS.format(module=module, name=name, bases=f"({bases})" if bases else "")
    return FUNCTION.format(module=module, name=name)
