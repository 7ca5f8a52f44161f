"""A spec with what it takes from the families of mistakes written into it: a cell must not reach into the grader."""

import ast
import importlib
import importlib.util
import inspect

FAMILIES = "autograder.spec.mistakes"


def with_families(source: str) -> list[str]:
    """Source of the families that `source` imports, and of itself; families' names have their module's before them."""
    wanted: dict[str, str] = {}
    own = _inlined(source, "", wanted)
    done: dict[str, str] = {}
    for module in wanted:
        _add(module, done)
    return ["\n".join(done.values()), own]


def _add(module: str, done: dict[str, str]) -> None:
    """Add the source of a family after that of the families which it imports."""
    wanted: dict[str, str] = {}
    text = _inlined(inspect.getsource(importlib.import_module(module)), _prefix(module), wanted)
    for needed in wanted:
        if needed not in done:
            _add(needed, done)
    done[module] = text


def _prefix(module: str) -> str:
    return f"{module.rpartition('.')[2]}_"


def _inlined(source: str, prefix: str, wanted: dict[str, str]) -> str:
    """Without imports from families: their names are spelled as they will be defined. Adds modules to `wanted`."""
    tree = ast.parse(source)
    names = {name: f"{prefix}{name}" for name in _defined(tree)} if prefix else {}
    modules: dict[str, str] = {}
    for node in [*tree.body]:
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(FAMILIES):
            continue
        tree.body.remove(node)
        for alias in node.names:
            path = f"{node.module}.{alias.name}"
            if node.module == FAMILIES and importlib.util.find_spec(path):
                modules[alias.asname or alias.name] = _wish(path, wanted)
            else:
                home = inspect.getmodule(getattr(importlib.import_module(str(node.module)), alias.name))
                module = home.__name__ if home and home.__name__.startswith(FAMILIES) else str(node.module)
                names[alias.asname or alias.name] = _wish(module, wanted) + alias.name
    return ast.unparse(_Renamed(names, modules).visit(tree))


def _wish(module: str, wanted: dict[str, str]) -> str:
    return wanted.setdefault(module, _prefix(module))


def _defined(tree: ast.Module) -> set[str]:
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    targets = [t for node in tree.body if isinstance(node, ast.Assign) for t in node.targets]
    return functions | {t.id for t in targets if isinstance(t, ast.Name)}


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: dict[str, str], modules: dict[str, str]) -> None:
        self.names, self.modules = names, modules

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id in self.modules:
            return ast.Name(self.modules[node.value.id] + node.attr, node.ctx)
        self.generic_visit(node)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.name = self.names.get(node.name, node.name)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        self.generic_visit(node)
        node.name = self.names.get(node.name, node.name)
        return node
