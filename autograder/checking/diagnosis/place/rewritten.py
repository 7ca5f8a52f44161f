"""The student's own definitions, run again with one of them changed, in a copy of the notebook's names."""

import ast
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from types import CodeType
from typing import Any

from autograder.checking.diagnosis.edits import Definition
from autograder.checking.diagnosis.source import statements

FILE = "<your answer, changed>"


class Rewritten:
    """The definition of an answer, and those of its cell that it leads to.

    Attributes:
        definitions: by name, in the order of the cell; their trees may be changed and put back.
    """

    def __init__(self, name: str, definitions: Mapping[str, Definition], names: Mapping[str, Any]) -> None:
        self._name, self.definitions = name, definitions
        self._names = dict(names)
        self._codes = {each: _compiled(definition) for each, definition in definitions.items()}

    def lend(self, references: Mapping[str, Any]) -> None:
        """Put references in place of earlier answers."""
        self._names |= references

    def answer(self, changed: str = "") -> Any:
        """The answer, with the definition called `changed` as its tree is now. Raises what running it raises."""
        space = dict(self._names)
        for name, code in self._codes.items():
            exec(_compiled(self.definitions[name]) if name == changed else code, space)
        return space[self._name]

    @contextlib.contextmanager
    def kept(self, changed: str) -> Iterator[None]:
        """Take this definition as its tree is now; after that as it was."""
        before = self._codes[changed]
        try:
            self._codes[changed] = _compiled(self.definitions[changed])
            yield
        finally:
            self._codes[changed] = before


def _compiled(definition: Definition) -> CodeType:
    return compile(ast.Module([definition], []), FILE, "exec", dont_inherit=True)


def reached(name: str, cells: Sequence[str]) -> dict[str, Definition]:
    """The last definition of a name at the top of a cell, with those of the cell that it leads to, in their order."""
    for cell in reversed(cells):
        found = {s.name: s for s in statements(cell) if isinstance(s, ast.FunctionDef | ast.ClassDef)}
        if name in found:
            needed, waiting = set[str](), [name]
            while waiting:
                each = waiting.pop()
                if each in found and each not in needed:
                    needed.add(each)
                    waiting += [n.id for n in ast.walk(found[each]) if isinstance(n, ast.Name)]
            return {each: definition for each, definition in found.items() if each in needed}
    return {}
