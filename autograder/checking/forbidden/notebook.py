"""The names of a notebook's cells: what was imported, what was defined, and which dotted path an expression spells."""

import ast
from collections.abc import Iterable, Iterator

from autograder.untrusted.python import walked

MOST_PARTS = 50  # of a dotted path


class Notebook:
    """Top-level names of all cells; a later definition replaces an earlier one.

    Attributes:
        imports: by name the dotted path that it stands for.
        definitions: by name what it is defined as.
    """

    def __init__(self, trees: Iterable[ast.Module]) -> None:
        self.imports: dict[str, str] = {}
        self.definitions: dict[str, list[ast.AST]] = {}
        for tree in trees:
            for node in _at_the_top(tree):
                self._add(node)

    def path(self, node: ast.AST) -> str:
        """The dotted path that an expression spells, imports and other names for it resolved; "" if it is no path."""
        parts: list[str] = []
        followed = set[str]()
        while True:
            while isinstance(node, ast.Attribute) and len(parts) < MOST_PARTS:
                parts.append(node.attr)
                node = node.value
            if not isinstance(node, ast.Name):
                return ".".join(["?", *reversed(parts)]) if parts else ""
            root, value = self.imports.get(node.id), self._other_name(node.id)
            if root is not None or value is None or not parts or node.id in followed:
                return ".".join([root or node.id, *reversed(parts)])
            followed.add(node.id)  # nn = torch.nn; two names for one another lead nowhere
            node = value

    def _other_name(self, name: str) -> ast.AST | None:
        found = self.definitions.get(name, [])
        return found[0] if len(found) == 1 and isinstance(found[0], ast.Name | ast.Attribute) else None

    def _add(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._import(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.definitions[node.name] = [node]
            self.imports.pop(node.name, None)
            for inner in walked(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    self._import(inner)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for part in walked(*targets):
                if isinstance(part, ast.Name):
                    self.definitions[part.id] = [node.value]

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if isinstance(node, ast.ImportFrom):
                self.imports[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            else:
                first = alias.name.split(".")[0]
                self.imports[alias.asname or first] = alias.name if alias.asname else first


def _at_the_top(tree: ast.Module) -> Iterator[ast.AST]:
    """Nodes in their order, those inside of functions and classes left out."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += reversed(list(ast.iter_child_nodes(node)))
