"""Inside the sandbox: borrow a withheld definition of the library from the trusted side, which may refuse.

A stub in the library (`withheld.redacted`) asks for itself when it is called. What is lent is run from its source, in
modules of its own; nothing of it stays in the library that other code imports.
"""

from __future__ import annotations

import importlib
import types
from collections.abc import Callable, Mapping
from typing import Any

Ask = Callable[[dict[str, Any]], dict[str, Any]]
_ask: list[Ask] = []  # the way to the trusted side, once there is one


class Withheld(RuntimeError):
    """What was called would answer a question of this notebook that is still to be asked."""


def connect(ask: Ask) -> None:
    """Say how the trusted side is asked."""
    _ask[:] = [ask]


def borrowed(module: str, name: str) -> Any:
    """A definition of the library, by its module and name.

    Raises:
        Withheld: it would answer a question that is still to be asked.
    """
    if not _ask:
        raise Withheld(f"{module}.{name} is not lent here")
    return made(_ask[0]({"ask": "lend", "definition": f"{module}:{name}"}), f"`{module}.{name}`")


def reference_of(exercise: str) -> Any:
    """The reference of an exercise; raises Withheld as `borrowed` does."""
    if not _ask:
        raise Withheld(f"the reference of {exercise} is not lent here")
    return made(_ask[0]({"ask": "lend", "exercise": exercise}), f"the reference of {exercise}")


def made(answer: Mapping[str, Any], what: str) -> Any:
    """What the trusted side's reply lends."""
    if "parts" not in answer:
        raise Withheld(f"{what} is not lent while a question that it answers is still to be asked")
    homes = {home: _copy_of(home) for home, _, _ in answer["parts"]}
    for home, _, source in answer["parts"]:
        for each in homes.values():
            _refer(each, answer["stands_for"], homes)
        exec(compile(source, f"<lent {home}>", "exec"), vars(homes[home]))
    for each in homes.values():
        _refer(each, answer["stands_for"], homes)
    home, name, _ = answer["parts"][-1]  # what was asked for; before it what that needs
    return getattr(homes[home], name)


def _copy_of(name: str) -> types.ModuleType:
    """A module with what the library's own holds: records and constants are the same, stubs wait to be replaced."""
    copy = types.ModuleType(name)
    vars(copy).update(vars(importlib.import_module(name)))
    return copy


def _refer(module: types.ModuleType, aliases: Mapping[str, Any], homes: Mapping[str, types.ModuleType]) -> None:
    """Have the names in a module that are parts of the loan stand for these, as far as they are made."""
    for spelled, (home, name) in aliases.get(module.__name__, {}).items():
        found = vars(homes[home]).get(name)
        first, _, attribute = spelled.partition(".")
        if not attribute:
            setattr(module, first, found)
        elif (held := vars(module).get(first)) is not homes[home]:
            if isinstance(held, types.ModuleType) and held.__name__ == home:
                setattr(module, first, homes[home])
            elif found is not None:  # an attribute of a package that passes its modules' names on
                passing = types.ModuleType(getattr(held, "__name__", first))
                vars(passing).update(vars(held) if held is not None else {})
                setattr(passing, attribute, found)
                setattr(module, first, passing)
