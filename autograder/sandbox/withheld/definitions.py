"""The library as definitions that use each other, read from its source; nothing of it is run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

Definition = tuple[str, str]  # a module's dotted name, and a name that it defines
RECORDS = ("dataclass", "NamedTuple", "TypedDict", "Protocol", "Enum", "Exception", "Error")  # of classes that hold


@dataclass(frozen=True)
class Statement:
    """One statement at a module's top: the names that it binds, and its first and last line (from 0, past the last)."""

    node: ast.stmt
    binds: tuple[str, ...]
    first: int
    last: int

    @property
    def works(self) -> bool:
        """Whether it is a function, or a class that is more than a record."""
        if isinstance(self.node, ast.ClassDef):
            about = [*self.node.decorator_list, *self.node.bases]
            return not any(record in ast.unparse(node) for node in about for record in RECORDS)
        return isinstance(self.node, ast.FunctionDef)


@dataclass
class Module:
    """A module's source, its statements, and what its imported names stand for."""

    name: str
    path: Path
    source: str
    statements: list[Statement] = field(default_factory=list)
    imported: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    @cached_property
    def defined(self) -> dict[str, Statement]:
        return {name: s for s in self.statements for name in s.binds}

    @cached_property
    def dotted(self) -> frozenset[tuple[str, str]]:
        """Attributes of imported names, as the source spells them."""
        nodes = [n for s in self.statements for n in ast.walk(s.node)]
        pairs = ((n.value.id, n.attr) for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name))
        return frozenset(pair for pair in pairs if pair[0] in self.imported)

    def text(self, statement: Statement) -> str:
        """The source of a statement, decorators included."""
        return "\n".join(self.source.split("\n")[statement.first : statement.last])


class Library:
    """All modules of some packages.

    Args:
        packages: folders of packages, by their dotted name.
    """

    def __init__(self, packages: Mapping[str, Path]) -> None:
        self.modules = {
            name: _read(name, path) for package, folder in packages.items() for name, path in _files(package, folder)
        }
        self._uses: dict[Definition, frozenset[Definition]] = {}

    def statement(self, definition: Definition) -> Statement | None:
        """The statement that makes a definition; None for what is not defined in the library."""
        module = self.modules.get(definition[0])
        return module.defined.get(definition[1]) if module else None

    def definitions(self) -> Iterator[Definition]:
        """Every definition of the library."""
        for name, module in self.modules.items():
            for defined in module.defined:
                yield name, defined

    def works(self, definition: Definition) -> bool:
        """Whether it is a function, or a class that is more than a record."""
        statement = self.statement(definition)
        return statement is not None and statement.works

    def uses(self, definition: Definition) -> frozenset[Definition]:
        """The definitions of the library that one names."""
        if definition not in self._uses:
            statement = self.statement(definition)
            module = self.modules[definition[0]]
            self._uses[definition] = frozenset(self._named(module, statement) if statement else ())
        return self._uses[definition]

    def reachable(self, start: Iterable[Definition], stop: frozenset[Definition] = frozenset()) -> set[Definition]:
        """What `start` uses, directly or not, itself included; nothing is followed beyond what is in `stop`."""
        found: set[Definition] = set()
        waiting = list(start)
        while waiting:
            definition = waiting.pop()
            if definition in found:
                continue
            found.add(definition)
            if definition not in stop:
                waiting += self.uses(definition)
        return found

    def resolve(self, module: Module, name: str, attribute: str | None = None) -> Definition | None:
        """What a name (or an attribute of one that stands for a module) is in a module of the library."""
        if name in module.defined:
            return module.name, name
        if name not in module.imported:
            return None
        home, original = module.imported[name]
        if original is None:  # a module
            return self._found(home, attribute) if attribute else None
        if f"{home}.{original}" in self.modules:  # from gradschool.convolutional import windows
            return self._found(f"{home}.{original}", attribute) if attribute else None
        return self._found(home, original)

    def _found(self, home: str, name: str) -> Definition | None:
        """Where a name of a module is defined, through what the module passes on."""
        module = self.modules.get(home)
        return self.resolve(module, name) if module else None

    def _named(self, module: Module, statement: Statement) -> Iterator[Definition]:
        for node in ast.walk(statement.node):
            found = None
            if isinstance(node, ast.Name):
                found = self.resolve(module, node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found = self.resolve(module, node.value.id, node.attr)
            if found is not None:
                yield found


def _files(package: str, folder: Path) -> Iterator[tuple[str, Path]]:
    if folder.is_file():  # a module by itself
        yield package, folder
        return
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        yield ".".join([package, *(p for p in parts if p != "__init__")]), path


def _read(name: str, path: Path) -> Module:
    source = path.read_text(encoding="utf-8")
    module = Module(name, path, source)
    for node in _top(ast.parse(source).body):
        if isinstance(node, ast.Import):
            for alias in node.names:
                module.imported[alias.asname or alias.name] = (alias.name, None)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                module.imported[alias.asname or alias.name] = (node.module, alias.name)
        elif names := _bound(node):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1
            module.statements.append(Statement(node, names, first, node.end_lineno or node.lineno))
    return module


def _top(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements at the top, those inside of `if TYPE_CHECKING` and `try` too."""
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            yield from _top(node.body)
        else:
            yield node


def _bound(node: ast.stmt) -> tuple[str, ...]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return (node.name,)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return tuple(n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name))
