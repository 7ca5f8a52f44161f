"""Read an answer's source, and what it calls of the student's other cells, for forbidden names.

This reading runs where the submission is trusted with nothing, so it needs only text.
"""

import ast
import functools
import symtable
from dataclasses import dataclass, field

DYNAMIC = {"getattr", "eval", "exec", "__import__", "compile", "globals", "vars", "importlib.import_module"}
# The grader's own modules, but for what a lesson imports of them: no answer needs those.
PUBLIC = {"autograder.check", "autograder.use", "autograder.progress"}
# Anywhere in a notebook, rare in honest work: roads into the process that gathers the evidence, and out of its sight.
ROADS = {
    *("sys.modules", "sys._getframe", "sys.setprofile", "sys.settrace", "threading.setprofile", "inspect.stack"),
    *("inspect.currentframe", "gc.get_objects", "gc.get_referrers", "os.fork", "os.write", "os.dup2", "os.closerange"),
    *("subprocess", "multiprocessing", "ctypes", "safetensors", "socket", "torch.overrides", "torch._C"),
}


@dataclass
class Reading:
    """`certain`: forbidden names that the answer spells out. `doubtful`: places a person should look at."""

    certain: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)


def read(answer: str, sources: list[str], names: set[str]) -> Reading:
    """Follow `answer` (a name) through the cells' `sources` and list the forbidden `names` it reaches."""
    try:
        return _follow(answer, sources, names)
    except RecursionError:  # an expression nested a thousand deep: nothing a person wrote
        return Reading(doubtful=["cannot be read: nested too deeply"])


def _follow(answer: str, sources: list[str], names: set[str]) -> Reading:
    notebook, around = _read_notebook(tuple(sources))
    reading = Reading(list(around.certain), list(around.doubtful))
    waiting, visited = [answer], set()
    while waiting:
        name = waiting.pop()
        if name in visited:
            continue
        visited.add(name)
        for node in notebook.definitions.get(name, []):
            waiting += _look(node, notebook, names, reading)
    reading.certain = sorted(set(reading.certain))
    reading.doubtful = sorted(set(reading.doubtful))
    return reading


@functools.lru_cache(maxsize=2)
def _read_notebook(sources: tuple[str, ...]) -> tuple["_Notebook", Reading]:
    """The names of all cells, and what none of them should spell. A notebook has a dozen answers, read one by one."""
    notebook, around = _Notebook(), Reading()
    trees = [tree for source in sources if (tree := _parse(source)) is not None]
    for tree in trees:
        notebook.visit(tree)
    for tree in trees:
        _look_around(tree, notebook, around)
    return notebook, around


def _parse(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    try:  # magics and shell lines
        from IPython.core.inputtransformer2 import TransformerManager

        plain: str = TransformerManager().transform_cell(source)
        return ast.parse(plain)
    except Exception:  # whatever cannot be parsed cannot have run either
        return None


class _Notebook(ast.NodeVisitor):
    """Top-level names of all cells: what was imported, what was defined (a later definition replaces an earlier)."""

    def __init__(self) -> None:
        self.imports: dict[str, str] = {}
        self.definitions: dict[str, list[ast.AST]] = {}

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.imports[alias.asname or alias.name.split(".")[0]] = (
                alias.name if alias.asname else alias.name.split(".")[0]
            )

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self.imports[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.definitions[node.name] = [node]
        self.imports.pop(node.name, None)
        self._local_imports(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.definitions[node.name] = [node]
        self.imports.pop(node.name, None)
        self._local_imports(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Name):
                    self.definitions[part.id] = [node.value]

    def _local_imports(self, node: ast.AST) -> None:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Import):
                self.visit_Import(inner)
            elif isinstance(inner, ast.ImportFrom):
                self.visit_ImportFrom(inner)

    def path(self, node: ast.AST) -> str:
        """The dotted path that an expression spells, imports resolved; "" if it is no path."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ".".join(["?", *reversed(parts)]) if parts else ""
        root = self.imports.get(node.id)
        if root is None and len(self.definitions.get(node.id, [])) == 1 and parts:
            value = self.definitions[node.id][0]
            if isinstance(value, ast.Name | ast.Attribute):  # nn = torch.nn
                root = self.path(value) or None
        return ".".join([root or node.id, *reversed(parts)])


def _look_around(tree: ast.Module, notebook: _Notebook, reading: Reading) -> None:
    """Note what a cell spells that has to do with the grading itself, whichever answer it serves."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            paths = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            paths = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            paths = [notebook.path(node)] if isinstance(node, ast.Attribute) else []
        for path in paths:
            if path.startswith("autograder.") and not any(f"{path}.".startswith(f"{known}.") for known in PUBLIC):
                reading.certain.append(path)
            reading.doubtful += [f"uses {road}" for road in ROADS if path == road or path.startswith(f"{road}.")]


def _look(node: ast.AST, notebook: _Notebook, names: set[str], reading: Reading) -> list[str]:
    """Note what one definition spells; return the student's own names that it uses."""
    own = [name for name in _names_from_outside(node) if name in notebook.definitions]
    methods = {name.rpartition(".")[2] for name in names if name.startswith("torch.Tensor.")}
    for inner in ast.walk(node):
        if not isinstance(inner, ast.Name | ast.Attribute):
            continue
        path = notebook.path(inner)
        canonical = path.replace("np.", "numpy.", 1) if path.startswith("np.") else path
        if canonical in names:
            reading.certain.append(canonical)
        elif (
            isinstance(inner, ast.Attribute)
            and inner.attr in methods
            and not canonical.startswith(("self.", "gradschool."))
        ):
            reading.doubtful.append(f"calls a method named {inner.attr}")
        elif canonical in DYNAMIC or canonical.startswith(("torch.ops.", "torch.jit.", "importlib.")):
            reading.doubtful.append(f"uses {canonical}")
    return own


def _names_from_outside(node: ast.AST) -> list[str]:
    """Names that a definition takes from the notebook; its own variables are not among them."""
    tables, found = [symtable.symtable(ast.unparse(node), "answer", "exec")], set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        outside = table.get_type() == "module"
        found |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and (outside or s.is_global())}
    return sorted(found)
