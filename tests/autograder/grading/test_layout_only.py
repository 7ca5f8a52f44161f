"""A class goes on when the lines of a lesson are broken anew, and is stopped by any real change."""

import pytest

from autograder.lessons.layout_only import same_but_for_layout

STUB = '''\
def softmax(z):
    """Softmax over the last axis, for any number of leading axes."""
    # YOUR CODE HERE
    raise NotImplementedError("write it yourself, please")'''

RELAID = {
    "nothing": STUB,
    "a docstring over two lines": STUB.replace("last axis, ", "last axis,\n    "),
    "a string in two parts": STUB.replace("yourself, please", 'yourself, " "please'),
    "brackets around": STUB.replace("def softmax(z)", "def softmax(\n    z,\n)"),
    "an empty line": STUB.replace("    # YOUR", "\n    # YOUR"),
    "a comment": STUB.replace("YOUR CODE HERE", "your code goes here"),
}
CHANGED = {
    "a name": STUB.replace("(z)", "(scores)"),
    "a word of the docstring": STUB.replace("last axis", "first axis"),
    "a word of a string": STUB.replace("please", "now"),
    "a space in a string": STUB.replace("yourself, please", "yourself,  please"),
    "a line": STUB.replace("    raise", "    z = 1\n    raise"),
    "no Python": STUB + "\n!ls",
    "nothing left": "",
}


@pytest.mark.parametrize("kind", RELAID)
def test_code_laid_out_anew_is_the_same(kind: str) -> None:
    assert same_but_for_layout("code", STUB, RELAID[kind])
    assert same_but_for_layout("code", RELAID[kind], STUB)


@pytest.mark.parametrize("kind", CHANGED)
def test_other_code_is_not(kind: str) -> None:
    assert not same_but_for_layout("code", STUB, CHANGED[kind])
    assert not same_but_for_layout("code", CHANGED[kind], STUB)


def test_what_is_no_python_is_the_same_to_the_letter_alone() -> None:
    assert same_but_for_layout("code", "!ls  -l", "!ls  -l")
    assert not same_but_for_layout("code", "!ls  -l", "!ls -l")


def test_prose_is_the_same_by_its_words() -> None:
    assert same_but_for_layout("markdown", "Why does it\nchange nothing?", "Why does it change\nnothing?")
    assert not same_but_for_layout("markdown", "Why does it change nothing?", "Why does it change everything?")
