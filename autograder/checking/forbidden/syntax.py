"""Read an answer's source, and what it calls of the student's other cells, for forbidden names.

This reading runs where the submission is trusted with nothing, so it needs only text. What is certain stays certain
whatever else the notebook holds; what cannot be read is doubtful at least.
"""

import ast
import functools
from dataclasses import dataclass, field

from autograder.checking.forbidden.notebook import Notebook
from autograder.checking.forbidden.roads import roads
from autograder.untrusted.python import FAILS, Unreadable, names_from_outside, parsed, walked

DYNAMIC = {
    *("getattr", "eval", "exec", "__import__", "compile", "globals", "vars", "importlib.import_module", "get_ipython"),
}
MOST_NOTES, LONGEST_NOTE = 20, 200  # of one answer


@dataclass
class Reading:
    """`certain`: forbidden names that the answer spells out. `doubtful`: places a person should look at."""

    certain: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)

    def sorted(self) -> "Reading":
        """Each once, in order, shortened."""
        return Reading(_few(self.certain), _few(self.doubtful))


def read(answer: str, sources: list[str], names: set[str]) -> Reading:
    """Follow `answer` (a name) through the cells' `sources` and list the forbidden `names` it reaches."""
    notebook, around = _read_notebook(tuple(sources))
    reading = Reading(list(around.certain), list(around.doubtful))
    waiting, visited, looked_at = [answer], set[str](), set[int]()
    while waiting:
        name = waiting.pop()
        if name in visited:
            continue
        visited.add(name)
        for node in notebook.definitions.get(name, []):
            if id(node) not in looked_at:  # many names may have one value
                looked_at.add(id(node))
                waiting += _followed(node, notebook, names, reading)
    return reading.sorted()


@functools.lru_cache(maxsize=2)
def _read_notebook(sources: tuple[str, ...]) -> tuple[Notebook, Reading]:
    """The names of all cells, and what none of them should spell. A notebook has a dozen answers, read one by one."""
    around, trees = Reading(), list[ast.Module]()
    for source in sources:
        try:
            trees.append(parsed(source))
        except Unreadable as problem:  # of what is no Python at all nothing ran
            around.doubtful += [f"holds a cell that cannot be read: it is {problem}"] * problem.could_run
    notebook = Notebook(trees)
    for tree in trees:
        for certain, said in roads(tree, notebook):
            (around.certain if certain else around.doubtful).append(said)
    return notebook, around.sorted()


def _followed(node: ast.AST, notebook: Notebook, names: set[str], reading: Reading) -> list[str]:
    """Note what one definition spells; return the student's own names that it uses."""
    try:
        _look(node, notebook, names, reading)
        return sorted(name for name in names_from_outside(node) if name in notebook.definitions)
    except FAILS:
        reading.doubtful.append("cannot be read to its end")
        return []


def _look(node: ast.AST, notebook: Notebook, names: set[str], reading: Reading) -> None:
    methods = {name.rpartition(".")[2] for name in names if name.startswith("torch.Tensor.")}
    for inner in walked(node):
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


def _few(notes: list[str]) -> list[str]:
    """Notes sorted, each once; of very many those at the start, and how many there are."""
    found = sorted({note if len(note) <= LONGEST_NOTE else f"{note[:LONGEST_NOTE]}…" for note in notes})
    return found if len(found) <= MOST_NOTES else [*found[:MOST_NOTES], f"and {len(found) - MOST_NOTES} more"]
