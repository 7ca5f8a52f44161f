"""The one reader of sources that nobody vouches for."""

import ast

import pytest

from autograder.untrusted.magics import without_magics
from autograder.untrusted.python import (
    DEEPEST,
    LONGEST,
    Unreadable,
    flat,
    is_deep,
    names_from_outside,
    parsed,
    walked,
    written,
)

MAGICS = {
    "a line": ("%matplotlib inline\nx = 1", "pass\nx = 1"),
    "the shell": ("!ls -l\nx = 1", "pass\nx = 1"),
    "help": ("torch?\n?torch", "pass\npass"),
    "assigned": ("x = %time 1\ny = !ls", "x = None\ny = None"),
    "inside a block": ("if z:\n    %time\n    !ls", "if z:\n    pass\n    pass"),
    "a statement that is timed": ("%time x = f(1)", "x = f(1)"),
    "a statement that is timed with options": ("%timeit -n1 -r 3 f(1)", "f(1)"),
    "a cell that is timed": ("\n%%time\nx = 1", "\n\nx = 1"),
    "another language": ("%%bash\nls", ""),
    "prompts": (">>> x = 1\n... x", "x = 1\nx"),
    "numbered prompts": ("In [1]: x = 1", "x = 1"),
    "all of it indented": ("    x = 1\n    y = 2", "x = 1\ny = 2"),
    "plain Python": ("x = a % b\ny = not a", "x = a % b\ny = not a"),
}


@pytest.mark.parametrize("case", MAGICS)
def test_magics_are_taken_out_line_by_line(case: str) -> None:
    source, plain = MAGICS[case]
    assert without_magics(source) == plain
    assert ast.dump(parsed(source)) == ast.dump(ast.parse(plain))


def test_a_cell_of_python_is_left_as_it_is() -> None:
    text = 'x = """\n%magic\n!shell\n"""\n'
    assert ast.unparse(parsed(text)) == ast.unparse(ast.parse(text))


UNREADABLE = {
    "no Python": ("x = = 1", "no Python", False),
    "a null": ("x\0", "no Python", False),
    "no Python behind a magic": ("%time\nx = = 1", "no Python", True),
    "too long": ("x" * (LONGEST + 1), f"longer than {LONGEST:,} characters", True),
    "parentheses": ("(" * 250 + ")" * 250, "no Python", False),
    "too deep for the parser": ("-" * 20_000 + "1", "nested too deeply", True),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_says_why(case: str) -> None:
    source, why, could_run = UNREADABLE[case]
    with pytest.raises(Unreadable) as refused:
        parsed(source)
    assert str(refused.value) == why
    assert refused.value.could_run == could_run


def test_a_deep_tree_is_walked_and_neither_flat_nor_written() -> None:
    source = "def f(x):\n    y = g(x)\n    return h(y)" + " + 0" * 700
    tree = parsed(source)
    assert is_deep(tree) and sum(isinstance(node, ast.BinOp) for node in walked(tree)) == 700
    assert names_from_outside(tree.body[0]) == {"g", "h"}
    for refused in (lambda: flat(source), lambda: written(tree)):
        with pytest.raises(Unreadable, match="nested too deeply"):
            refused()


def test_what_people_write_is_not_deep() -> None:
    assert not is_deep(parsed("x = " + " + ".join(["a"] * (DEEPEST - 5))))
    assert names_from_outside(parsed("def f(x):\n    y = g(x)\n    return [y for x in z]").body[0]) == {"g", "z"}
