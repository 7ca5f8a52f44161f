"""Whether two versions of a cell differ in layout alone: a class goes on when the lines of a lesson are broken anew."""

import ast
import hashlib
from functools import lru_cache

from autograder.untrusted.python import FAILS, parsed, walked


def same_but_for_layout(cell_type: str, ours: str, theirs: str) -> bool:
    """Whether two sources say the same.

    Code: one tree, so that comments, empty lines and parentheses that change nothing may differ, and the spaces and
    line breaks of a docstring; in any other string they are what the program works on. Prose: the same words.
    """
    return ours == theirs or without_layout(cell_type, ours) == without_layout(cell_type, theirs)


@lru_cache(maxsize=4096)
def without_layout(cell_type: str, source: str) -> str:
    """What two sources that differ in layout alone have in common: of prose the words, of code a digest of its tree.

    What is no Python keeps every letter.
    """
    if cell_type != "code":
        return " ".join(source.split())
    try:
        return hashlib.sha256(_tree(source).encode("utf-8", "replace")).hexdigest()
    except FAILS:  # no Python, or too deep
        return source


def _tree(source: str) -> str:
    tree = parsed(source, magics=False)  # two that say the same but for these do not
    for node in walked(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text)) as docstring):
                docstring.value = " ".join(text.split())
    return ast.dump(tree)
