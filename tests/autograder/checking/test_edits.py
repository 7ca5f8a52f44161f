"""Small changes of a definition: they are what they say, Python takes them, and the tree is as it was after each."""

import ast
import warnings

import pytest

from autograder.checking.diagnosis.edits import Edit, Kind, applied, edits

FUNCTION = '''
def softmax(z, out, eps=1e-5):
    """Rows that sum to one."""
    shifted = z - z.max(dim=-1)[0]
    for i in range(len(z)):
        shifted[i, 1:] *= 2
        out.add_(shifted[i] @ z[i])
    if eps > 0 and out is not None:
        shifted = -shifted + 1
    with torch.no_grad():
        out = torch.where(z > 0, z, out)
    return shifted / shifted.sum(dim=-1), out
'''
CLASS = """
class Counter:
    def __init__(self, patience):
        self.patience = patience
        self.count = 0

    def step(self, loss):
        self.count = 0 if loss < 1.0 else self.count + 1
        return self.count > self.patience
"""
LAMBDA = """
def scaled(f, a):
    g = lambda x, k=2: k * f(x - a)
    return g
"""


def definition(source: str) -> ast.FunctionDef | ast.ClassDef:
    found = ast.parse(source).body[0]
    assert isinstance(found, ast.FunctionDef | ast.ClassDef)
    return found


def after(source: str) -> dict[str, Edit]:
    """What each edit makes of a definition, as source."""
    tree, found = definition(source), {}
    for edit in edits(tree):
        with applied(edit):
            found.setdefault(ast.unparse(tree), edit)
    return found


@pytest.mark.parametrize("source", [FUNCTION, CLASS, LAMBDA])
def test_python_takes_every_edit_and_each_is_undone(source: str) -> None:
    tree = definition(source)
    before = ast.dump(tree, include_attributes=True)
    found = edits(tree)
    assert len(found) > 100
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for edit in found:
            with applied(edit):
                compile(ast.Module([tree], []), "answer", "exec")
            assert getattr(edit.node, "lineno", 0) == edit.line
    assert ast.dump(tree, include_attributes=True) == before


def test_what_is_undone_is_undone_after_an_error_too() -> None:
    tree = definition(CLASS)
    before = ast.dump(tree)
    with pytest.raises(KeyError), applied(edits(tree)[0]):
        assert ast.dump(tree) != before
        raise KeyError
    assert ast.dump(tree) == before


def test_the_likeliest_come_first() -> None:
    costs = [edit.cost for edit in edits(definition(FUNCTION))]
    assert costs == sorted(costs)
    assert len(set(costs)) > 3
    cheap = [edit.cost for edit in edits(definition(FUNCTION), 2)]
    assert cheap == [cost for cost in costs if cost <= 2]


def body(line: str) -> str:
    return f"def f(x, y, t, mu=0.9):\n    {line}"


CHANGED = [
    ("return x + y", "return x - y", Kind.OPERATOR),
    ("return x - y", "return y - x", Kind.OPERANDS),
    ("return x < y", "return x <= y", Kind.COMPARISON),
    ("return x and y", "return x or y", Kind.CONDITION),
    ("return 1 if t else 0", "return 0 if t else 1", Kind.CONDITION),
    ("return -x", "return x", Kind.SIGN),
    ("return x ** 2", "return x ** 3", Kind.NUMBER),
    ("return x ** 0.1", "return x ** 0.9", Kind.NUMBER),
    ("return f(x, train=True)", "return f(x, train=False)", Kind.FLAG),
    ("return x.sum(dim=0)", "return x.sum(dim=-1)", Kind.AXIS),
    ("return x.sum(dim=0)", "return x.sum()", Kind.AXIS),
    ("return x.sum(0)", "return x.sum(1)", Kind.AXIS),
    ("return x.mean()", "return x.mean(dim=-1, keepdim=True)", Kind.AXIS),
    ("return x.max()", "return x.amax(dim=-1, keepdim=True)", Kind.AXIS),
    ("return x.mean((2, 3))", "return x.mean((0, 2, 3))", Kind.AXIS),
    ("return x.sum(dim=1)", "return x.sum(dim=1, keepdim=True)", Kind.KEEPDIM),
    ("return x.sum(dim=1, keepdim=True)", "return x.sum(dim=1)", Kind.KEEPDIM),
    ("return x.var(dim=0)", "return x.var(dim=0, correction=0)", Kind.DIVISOR),
    ("return F.mse_loss(x, y)", "return F.mse_loss(x, y, reduction='sum')", Kind.ARGUMENTS),
    ("return x.sum()", "return x.mean()", Kind.FUNCTION),
    ("return torch.tanh(x)", "return torch.sigmoid(x)", Kind.FUNCTION),
    ("return x * x", "return x * y", Kind.VARIABLE),
    ("return x[1:]", "return x[:-1]", Kind.INDEX),
    ("return range(t)", "return range(t - 1)", Kind.INDEX),
    ("return x[t]", "return x[t + 1]", Kind.INDEX),
    ("return x.var()", "return x.var().sqrt()", Kind.MISSING_CALL),
    ("return x @ y", "return x @ y.mT", Kind.MISSING_CALL),
    ("return x.sqrt()", "return x", Kind.EXTRA_CALL),
    ("return x / 2 + y", "return x / 2", Kind.EXTRA_TERM),
    ("return x", "return x * 0.5", Kind.MISSING_TERM),
    ("return x", "return x * t", Kind.MISSING_TERM),
    ("return x", "return 1 - x", Kind.MISSING_TERM),
    ("return x.sum()", "return x.sum() / len(y)", Kind.DIVISOR),
    ("return torch.where(t, x, y)", "return torch.where(t, y, x)", Kind.ARGUMENTS),
    ("return f(x, y)", "return f(y, x)", Kind.ARGUMENTS),
    ("return x, y", "return y, x", Kind.RESULTS),
    ("return x / y * t", "return x / (y * t)", Kind.PARENTHESES),
    ("return 1 - x ** t", "return (1 - x) ** t", Kind.PARENTHESES),
    ("return mu * (x + y)", "return mu * x + y", Kind.PARENTHESES),
    ("return x * y * t", "return x - y * t", Kind.OPERATOR),
    ("return x.sqrt() + y", "return (x + y).sqrt()", Kind.PARENTHESES),
    ("return torch.log(x + y)", "return torch.log(x) + y", Kind.PARENTHESES),
    ("return x.mean().sqrt()", "return x.sqrt().mean()", Kind.CALLS),
    ("x += y\n    return x", "x = x + y\n    return x", Kind.IN_PLACE),
    ("return x.add_(y)", "return x.add(y)", Kind.IN_PLACE),
    ("x.add_(y)\n    return x", "x = x.add(y)\n    return x", Kind.IN_PLACE),
    ("x[0] = 1\n    return x", "x = x.clone()\n    x[0] = 1\n    return x", Kind.IN_PLACE),
    ("x = y\n    t = x\n    return t", "t = x\n    x = y\n    return t", Kind.ORDER),
    ("x = y\n    return x", "pass\n    return x", Kind.LINE),
    ("for i in t:\n        x = i\n        y = x\n    return y", "for i in t:\n        x = i\n    y = x\n    return y",
     Kind.INDENTATION),
    ("for i in t:\n        x = i\n    y = x\n    return y", "for i in t:\n        x = i\n        y = x\n    return y",
     Kind.INDENTATION),
    ("return x.mean(1) + y.mean(1)", "return x.mean(0) + y.mean(0)", Kind.AXIS),
    ("a = x ** (t + 1)\n    return a / (t + 1)", "a = x ** t\n    return a / t", Kind.EXTRA_TERM),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "right", "kind"), CHANGED)
def test_a_slip_is_one_edit_away(wrong: str, right: str, kind: Kind) -> None:
    found = after(body(wrong))
    wanted = ast.unparse(definition(body(right)))
    assert wanted in found
    assert found[wanted].kind is kind


def test_a_default_is_edited_as_one() -> None:
    found = after("def f(x, mu=0.99):\n    return mu * x")
    assert found["def f(x, mu=0.9):\n    return mu * x"].kind is Kind.DEFAULT


def test_what_is_written_twice_is_one_edit_with_two_lines() -> None:
    found = after(body("a = x.mean(1)\n    b = y.mean(1)\n    return a, b"))
    both = found[ast.unparse(definition(body("a = x.mean(0)\n    b = y.mean(0)\n    return a, b")))]
    assert both.lines == (2, 3)
    assert both.cost > found[ast.unparse(definition(body("a = x.mean(0)\n    b = y.mean(1)\n    return a, b")))].cost


def test_a_missing_copy_stands_where_the_argument_is_written_into() -> None:
    found = after("def f(x, y):\n    while x:\n        y = y + x.pop()\n    return y")
    copied = found["def f(x, y):\n    x = list(x)\n    while x:\n        y = y + x.pop()\n    return y"]
    assert (copied.kind, copied.line) == (Kind.IN_PLACE, 3)


def test_neither_docstring_nor_annotation_is_touched() -> None:
    source = 'def f(x: Tensor[0]) -> Tensor[1]:\n    """Adds 1."""\n    y: List[2] = x\n    return y'
    for changed in after(source):
        assert "x: Tensor[0]) -> Tensor[1]" in changed and '"""Adds 1."""' in changed


def test_the_size_of_what_is_made_is_not_multiplied() -> None:
    assert not any("randn(x *" in changed or "randn(x +" in changed for changed in after(body("return randn(x)")))
