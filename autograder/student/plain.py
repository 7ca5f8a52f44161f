"""A cell of the reader's own as plain Python, line for line, with the names that it makes and needs."""

import ast
import re
import symtable

# These cell magics run the cell in the notebook's own names.
RUN_AS_IT_STANDS = re.compile(r"\A\s*%%(?:time|capture|prun)\b[^\n]*\n")


def plain(source: str) -> tuple[str, list[ast.stmt]]:
    """A cell as Python, line for line, and its statements.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it cannot be read.
    """
    while RUN_AS_IT_STANDS.match(source):
        source = RUN_AS_IT_STANDS.sub("\n", source)  # a line for a line: places in the cell are told by number
    try:
        return source, ast.parse(source).body
    except SyntaxError:
        source = _without_magics(source)
        return source, ast.parse(source).body


def _without_magics(source: str) -> str:
    """The cell as IPython would run it. Raises SyntaxError where IPython cannot tell."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        transformed: str = TransformerManager().transform_cell(source)
    except Exception as problem:  # whatever it meets in a text that is no cell
        raise SyntaxError(str(problem)) from None
    return transformed


def names(source: str) -> tuple[set[str], set[str]]:
    """Names that a piece of code makes, and names that it needs, also when what it defines is called."""
    top = symtable.symtable(source, "cell", "exec")
    makes = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    needs, tables = set[str](), [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        needs |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and (table is top or s.is_global())}
    return makes, needs
