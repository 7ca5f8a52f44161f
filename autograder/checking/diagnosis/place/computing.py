"""Whether a definition only computes, so that it may be run again, changed: it opens no file and starts nothing.

What is allowed is listed, all else is not: a changed line may do what its writer never meant.
"""

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from types import FunctionType, ModuleType
from typing import Any

from autograder.checking.diagnosis.edits import Definition
from autograder.checking.diagnosis.source import statements

MODULES = {
    "torch", "numpy", "math", "cmath", "random", "itertools", "functools", "collections", "operator", "statistics",
    "copy", "heapq", "bisect", "string", "re", "fractions", "decimal", "typing", "dataclasses", "scipy", "gradschool",
    "einops", "warnings", "enum", "abc", "numbers",
}  # fmt: skip
BUILTINS = {
    "abs", "all", "any", "bool", "bytes", "callable", "chr", "complex", "dict", "divmod", "enumerate", "filter",
    "float", "format", "frozenset", "getattr", "hasattr", "hash", "id", "int", "isinstance", "issubclass", "iter",
    "len", "list", "map", "max", "min", "next", "object", "ord", "pow", "print", "property", "range", "repr",
    "reversed", "round", "set", "setattr", "slice", "sorted", "staticmethod", "classmethod", "str", "sum", "super",
    "tuple", "type", "zip",
}  # fmt: skip
# What reaches beyond computing from the modules that are allowed.
REACHING = {
    "save", "savez", "savez_compressed", "savetxt", "load", "loadtxt", "genfromtxt", "fromfile", "tofile", "memmap",
    "hub", "jit", "ops", "utils", "distributed", "multiprocessing", "ctypeslib", "compile", "onnx", "package",
    "io", "f2py", "testing", "distutils", "classes", "library", "export", "serialization", "DataSource", "open",
    "set_num_threads", "set_num_interop_threads", "cuda", "mps", "set_default_dtype", "set_default_device", "fork",
    "share_memory_", "from_file", "dump", "dumps", "datasets", "backends", "profiler", "data_file", "_C", "seterr",
}  # fmt: skip
PLAIN = ("__init__", "__name__", "__class__", "__len__", "__call__", "__version__", "__doc__")
DATA = {int, float, bool, complex, str, bytes, list, tuple, dict, set, frozenset, range, slice, type(None)}
LEADING_OUT = ast.Global | ast.Nonlocal | ast.AsyncFunctionDef | ast.Await | ast.Yield | ast.YieldFrom


def only_computes(definitions: Mapping[str, Definition], names: Mapping[str, Any], cells: Sequence[str]) -> bool:
    """Whether definitions use nothing but what computes, nor do the notebook's functions that they lead to.

    Args:
        definitions: of the answer and of its helpers.
        names: of the notebook, with what they stand for.
        cells: the notebook's code, in which its other functions are looked up.
    """
    others = _definitions(cells)
    seen, waiting = set(definitions), list(definitions.values())
    while waiting:
        definition = waiting.pop()
        if not _plain(definition):
            return False
        for name in _from_outside(definition):
            if name in others and name in names and _is_of(names[name], names.get("__name__")):
                if name not in seen:
                    seen.add(name)
                    waiting.append(others[name])
            elif not _harmless(name, names):
                return False
    return True


def _definitions(cells: Sequence[str]) -> dict[str, Definition]:
    return {s.name: s for cell in cells for s in statements(cell) if isinstance(s, ast.FunctionDef | ast.ClassDef)}


def _plain(definition: Definition) -> bool:
    """Whether nothing in it is spelled that reaches beyond computing."""
    return all(_plain_node(node) for node in ast.walk(definition))


def _plain_node(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        paths = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        parts = {part for path in [*paths, *(alias.name for alias in node.names)] for part in path.split(".")}
        return all(path.split(".")[0] in MODULES for path in paths) and not REACHING & parts
    if isinstance(node, ast.Attribute):
        return node.attr not in REACHING and (not node.attr.startswith("__") or node.attr in PLAIN)
    return not isinstance(node, LEADING_OUT)


def _from_outside(definition: Definition) -> Iterator[str]:
    """Names that are read in it and given a value nowhere in it."""
    nodes = list(ast.walk(definition))
    own = {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    own |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    own |= {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    own |= {n.name for n in nodes if isinstance(n, ast.ExceptHandler) and n.name}
    imports = (alias for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for alias in n.names)
    own |= {(alias.asname or alias.name).split(".")[0] for alias in imports}
    yield from sorted({n.id for n in nodes if isinstance(n, ast.Name)} - own)


def _is_of(value: Any, module: Any) -> bool:
    """Whether a function or a class was defined in this module: the notebook."""
    return isinstance(value, FunctionType | type) and value.__module__ == module


def _harmless(name: str, names: Mapping[str, Any]) -> bool:
    """Whether what a name stands for computes, or is data."""
    if name not in names:
        return name in BUILTINS or not hasattr(builtins, name) or _is_error(getattr(builtins, name))
    value = names[name]
    if isinstance(value, ModuleType):
        parts = value.__name__.split(".")
        return parts[0] in MODULES and not REACHING.intersection(parts)
    if type(value) in DATA:
        return True
    told = getattr(value, "__module__", None) if callable(value) else None
    root = (told or type(value).__module__).split(".")[0]
    return name in BUILTINS if root == "builtins" else root in MODULES


def _is_error(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)
