"""What a cell spells that has to do with the grading itself, whichever answer it serves.

None of it is needed for an answer, and little of it is met in honest work: the instructor gets a note.
"""

import ast
from collections.abc import Iterator

from autograder.checking.forbidden.notebook import Notebook
from autograder.untrusted.python import walked

# The grader's own modules, but for what a lesson imports of them: no answer needs those.
PUBLIC = {"autograder.check", "autograder.use", "autograder.progress"}
# Roads into the process that gathers the evidence, and out of its sight.
ROADS = {
    *("sys.modules", "sys._getframe", "sys.setprofile", "sys.settrace", "threading.setprofile", "inspect.stack"),
    *("inspect.currentframe", "inspect.getsource", "inspect.getsourcefile", "inspect.getfile", "gc.get_objects"),
    *("gc.get_referrers", "gc.get_referents", "os.fork", "os.write", "os.dup2", "os.closerange", "subprocess"),
    *("multiprocessing", "ctypes", "safetensors", "socket", "torch.overrides", "torch._C", "runpy", "marshal"),
    *("importlib.util", "importlib.machinery", "pkgutil", "linecache", "code", "codeop", "dis", "types.FunctionType"),
    *("builtins.exec", "builtins.eval", "builtins.compile", "builtins.__import__", "builtins.__dict__"),
    *("types.CodeType", "operator.attrgetter", "operator.methodcaller"),
}
# Attributes that lead from what a notebook is handed to what lies behind it.
INNER = {
    *("__globals__", "__code__", "__closure__", "__builtins__", "__subclasses__", "__loader__", "__traceback__"),
    *("__wrapped__", "__getattribute__", "f_back", "f_globals", "f_locals", "f_builtins", "f_code", "tb_frame"),
    *("tb_next", "gi_frame", "cr_frame", "ag_frame", "gi_code", "cr_code", "cell_contents", "func_globals"),
}
FILES = {"__file__", "__path__", "__spec__"}  # of the course's modules
# Built-in functions by which a source, or a name, is made while it runs.
MADE = {"exec", "eval", "compile", "__import__"}


def roads(tree: ast.Module, notebook: Notebook) -> Iterator[tuple[bool, str]]:
    """What one cell spells of the grading: whether it is certain, and what it is."""
    for node in walked(tree):
        for path in _paths(node, notebook):
            if path.startswith("autograder.") and not any(f"{path}.".startswith(f"{known}.") for known in PUBLIC):
                yield True, path
            for end in _prefixes(path):
                if end in ROADS:
                    yield False, f"uses {end}"
        if said := _inner(node, notebook):
            yield False, f"uses {said}"


def _paths(node: ast.AST, notebook: Notebook) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return [notebook.path(node)] if isinstance(node, ast.Attribute) else []


def _prefixes(path: str) -> Iterator[str]:
    """A path as far as its first, second and third part: no road is longer."""
    parts = path.split(".", 3)[:3]
    return (".".join(parts[: i + 1]) for i in range(len(parts)))


def _inner(node: ast.AST, notebook: Notebook) -> str:
    """What a node names that lies behind things; "" for all else."""
    if isinstance(node, ast.Attribute):
        ours = node.attr in FILES and notebook.path(node).startswith(("gradschool.", "autograder."))
        return node.attr if node.attr in INNER or ours else ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):  # as getattr takes them
        return node.value if node.value in INNER else ""
    if isinstance(node, ast.Name) and node.id in MADE and node.id not in notebook.definitions:
        return node.id
    return ""
