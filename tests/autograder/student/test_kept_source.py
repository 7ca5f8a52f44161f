"""Which statements of a notebook make an answer: run by themselves they give it again."""

from typing import Any

import pytest

from autograder.student.kept_source import kept_source
from autograder.student.loading import NotLoaded, load, load_what_runs

# By kind the cells that were run, what `answer` gives called with 3, and what must not be among the statements.
KINDS: dict[str, tuple[list[str], Any, list[str]]] = {
    "helpers and imports": (
        ["import math\nSCALE = 2", "def helper(x):\n    return SCALE * x", "def unrelated(): return math.pi",
         "def answer(x):\n    return helper(x)"],
        6, ["unrelated", "math"],
    ),
    "a decorator": (
        ["import functools", "@functools.lru_cache(\n    maxsize=None)\ndef answer(x):\n    return x"], 3, [],
    ),
    "a decorator of its own": (
        ["def twice(f):\n    return lambda x: 2 * f(x)", "@twice\ndef answer(x):\n    return x"], 6, [],
    ),
    "a dataclass": (
        ["from __future__ import annotations\nfrom dataclasses import dataclass",
         "@dataclass\nclass answer:\n    x: int\n    def __eq__(self, other): return self.x == other"],
        3, [],
    ),
    "a star import": (["from math import *", "def answer(x):\n    return floor(x + pi)"], 6, []),
    "added to in place": (["TABLE = [1]", "TABLE += [2]", "TABLE.append(4)", "def answer(x):\n    return sum(TABLE) + x"], 10, []),
    "an entry set later": (["TABLE = {}", "def answer(x):\n    return TABLE[x]", "TABLE[3] = 'c'"], "c", []),
    "filled in a loop": (["T = []", "for i in range(4):\n    T.append(i)", "def answer(x): return T[x]"], 3, []),
    "a class in parts": (
        ["class answer:\n    def __init__(self, x): self.x = x", "class answer(answer):\n    def __eq__(self, o): return self.x == o"],
        3, [],
    ),
    "a method added later": (
        ["class answer:\n    def __init__(self, x): self.x = x", "answer.__eq__ = lambda self, o: self.x == o"], 3, [],
    ),
    "setattr": (
        ["class answer:\n    def __init__(self, x): self.x = x", "setattr(answer, '__eq__', lambda self, o: self.x == o)"], 3, [],
    ),
    "under %%time": (["%%time\ndef answer(x):\n    return x"], 3, ["%%time"]),
    "under two magics": (["%%capture\n%%time\ndef answer(x):\n    return x"], 3, ["%%"]),
    "beside a line magic": (["x = 1\n%matplotlib inline\ndef answer(x):\n    return x"], 3, ["matplotlib"]),
    "under a condition": (["if True:\n    def answer(x):\n        return x\nelse:\n    answer = None"], 3, []),
    "two on a line": (["größe = 1; answer = lambda x: x * größe"], 3, []),
    "the last version": (["def answer(x):\n    return 'first'", "def answer(x):\n    return x"], 3, ["first"]),
    "a version that another keeps": (
        ["def f(x):\n    return x", "import functools\nanswer = functools.partial(f)", "def f(x):\n    return 'later'"], 3, [],
    ),
    "a helper changed since": (["def f(x): return 1", "def answer(x): return f(x)", "def f(x): return x"], 3, ["return 1"]),
    "built by a helper that changed": (
        ["def build(): return helper()", "def helper(): return 3", "N = build()", "def helper(): return 4", "def answer(x): return N"],
        3, [],
    ),
    "deleted and written again": (["def answer(x): return 1", "del answer", "def answer(x): return x"], 3, []),
    "comments and layout stay": (["def answer(x):  # mine\n    return (x +\n            0)"], 3, []),
    "what was only looked at stays behind": (
        ["def answer(x):\n    return x", "print(answer(3))\nassert answer(1) == 1\n[answer(i) for i in range(3)]"], 3,
        ["print", "assert", "range"],
    ),
    "a cell that cannot be read": (["def broken(:", "def answer(x):\n    return x"], 3, ["broken"]),
    "a walrus": (["if (limit := 3): pass", "def answer(x): return limit"], 3, []),
    "a tuple": (["a, answer = 1, lambda x: x"], 3, []),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_statements_give_the_answer_again(kind: str) -> None:
    cells, value, absent = KINDS[kind]
    statements = kept_source("answer", cells)
    answer, source = load_what_runs(statements, "answer", "some")
    assert source == "\n".join(statements) + "\n", "all of them run"
    assert answer(3) == value
    assert load(source, "answer", "some")(3) == value, "and once more, from the text"
    assert [text for text in absent if text in source] == []


def test_they_are_as_they_were_written() -> None:
    cell = "def answer(x):  # mine\n\n    '''Says  why.'''\n    return (x +\n            0)   # done"
    assert kept_source("answer", [cell]) == [cell.removesuffix("   # done")]


def test_an_answer_that_no_cell_defines_has_no_source() -> None:
    assert kept_source("answer", ["x = 1", "exec('answer = 1')"]) == []


def test_a_statement_that_had_failed_in_its_cell_is_left_out() -> None:
    statements = kept_source("answer", ["answer = undefined", "def answer(x): return x"])
    statements = ["answer = undefined", *statements]
    assert load_what_runs(statements, "answer", "some")[1] == "def answer(x): return x\n"


def test_what_is_missing_is_said() -> None:
    with pytest.raises(NotLoaded, match="NameError: name 'made_by_a_magic' is not defined"):
        load_what_runs(kept_source("answer", ["answer = made_by_a_magic"]), "answer", "some")
    with pytest.raises(NotLoaded, match="no statement defines `answer`"):
        load("x = 1", "answer", "some")
    with pytest.raises(NotLoaded, match="SystemExit"):
        load("raise SystemExit", "answer", "some")
