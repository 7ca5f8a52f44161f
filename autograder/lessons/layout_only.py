"""Whether two versions of a cell differ in layout alone: a class goes on when the lines of a lesson are broken anew."""

import ast


def same_but_for_layout(cell_type: str, ours: str, theirs: str) -> bool:
    """Whether two sources say the same.

    Code: one tree, so that comments, empty lines and parentheses that change nothing may differ, and the spaces and
    line breaks of a docstring; in any other string they are what the program works on. Prose: the same words.
    """
    if ours == theirs:
        return True
    if cell_type != "code":
        return ours.split() == theirs.split()
    try:
        return _tree(ours) == _tree(theirs)
    except (SyntaxError, ValueError):  # what is no Python has no tree, and is the same only to the letter
        return False


def _tree(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text)) as docstring):
                docstring.value = " ".join(text.split())
    return ast.dump(tree)
