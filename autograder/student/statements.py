"""Which statements of a notebook a name depends on, read off the cells that were run."""

import ast
import re
import symtable
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

DEFINES = re.compile(r"^\s*(?:(?:async\s+)?def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE)


@dataclass(frozen=True)
class Statement:
    """One statement of a cell: its text without layout and comments, the names it changes, the globals it reads."""

    text: str
    changes: frozenset[str]
    reads: frozenset[str]


@lru_cache(maxsize=2000)
def statements(source: str, whole: bool = True) -> tuple[Statement, ...]:
    """The top-level statements of a cell.

    Args:
        source: Python as IPython runs it, magics turned into calls.
        whole: False where the cell stopped with an error: what it defines may not be what the notebook holds.
    """
    mark = "" if whole else "# stopped\n"
    try:
        return tuple(_statement(node, mark) for node in ast.parse(source).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        names = frozenset(a or b for a, b in DEFINES.findall(source))
        return (Statement(f"# cannot be read\n{source}", names, frozenset()),)


def _statement(node: ast.stmt, mark: str) -> Statement:
    text = ast.unparse(node)
    reads, changes = set[str](), set[str]()
    tables = [symtable.symtable(text, "cell", "exec")]
    top = tables[0]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        reads |= {s.get_name() for s in table.get_symbols() if s.is_global() or (table is top and s.is_referenced())}
    changes |= {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    changes |= {root for part in ast.walk(node) if (root := _root(part))}
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        changes.add("*")
    return Statement(mark + text, frozenset(changes), frozenset(reads))


def _root(node: ast.AST) -> str:
    """The name whose object an assignment or a `del` changes: `net` for `net.bias[0] = 1`."""
    if not isinstance(node, ast.Attribute | ast.Subscript | ast.Name) or isinstance(node.ctx, ast.Load):
        return ""
    if isinstance(node, ast.Name):
        return node.id if isinstance(node.ctx, ast.Del) else ""
    below: ast.expr = node
    while isinstance(below, ast.Attribute | ast.Subscript):
        below = below.value
    return below.id if isinstance(below, ast.Name) else ""


def needed(name: str, cells: Iterable[tuple[Statement, ...]], apart_from: frozenset[str]) -> dict[str, list[str]]:
    """What the notebook says of a name and of all names that it depends on: for each the statements that change it.

    Args:
        cells: the statements of each cell, in the order in which the cells were run last.
        apart_from: names that are left out.
    """
    all_of_them = [statement for cell in cells for statement in cell]
    found: dict[str, list[str]] = {}
    waiting = [name]
    while waiting:
        wanted = waiting.pop()
        if wanted in found or (wanted in apart_from and wanted != name):
            continue
        own = [statement for statement in all_of_them if wanted in statement.changes]
        found[wanted] = list(dict.fromkeys(statement.text for statement in reversed(own)))
        waiting += [read for statement in own for read in statement.reads]
    return found
