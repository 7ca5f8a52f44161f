"""Samples of mutants of a reference: two changes at once, and changes of kinds that the diagnosis has not.

Two flaws may hide one another. And an exam whose mistakes are those that the pupil has learnt by heart says nothing.
"""

import ast
import copy
import inspect
import random
import sys
from collections.abc import Callable, Iterator
from functools import partial

from autograder.grader_exam.mutation import Mutant, is_module, made, places, put, replacements, said, spelled
from autograder.spec import Answer

TRIES = 20  # for each mutant wanted: what undoes itself, or what Python refuses, is drawn again

# What an expression may be taken for; `e` is the expression.
TAKEN_FOR = (
    "0", "1", "e.abs()", "e.clamp(min=0)", "e.clamp(-1, 1)", "e.round()", "e.tanh()", "e.exp()", "e ** 2", "e ** 3",
    "1 - e", "1 / e", "2 * e", "e + 1", "e - e.mean()", "e / e.norm()", "e.flip(-1)", "e.flip(0)", "e.roll(1, -1)",
    "e.roll(1, 0)", "e.mT", "e[:1]", "e.cumsum(-1)", "e.mean(-1, keepdim=True)", "e.sort(-1).values",
)  # fmt: skip
LOOPED = ("list(e)[1:]", "list(e)[:-1]", "list(e)[:1]", "list(e)[::-1]", "list(e) * 2")  # what a loop may go over

Place = tuple[ast.stmt, ast.AST]
Options = Callable[[Place], list[ast.AST]]


def double_mutants(reference: Answer, most: int, seed: int) -> Iterator[Mutant]:
    """A sample of the mutants with two mechanical changes, without repetition.

    Args:
        reference: a function or class of `lib/gradschool`.
        most: how many are wanted; a short reference has fewer.
        seed: of the sample.
    """
    return _drawn(reference, most, f"two {seed}", 2, lambda place: replacements(place[1]))


def foreign_mutants(reference: Answer, most: int, seed: int) -> Iterator[Mutant]:
    """The same with one change of a kind that is no slip of the diagnosis: see `TAKEN_FOR`; or a line done twice."""
    return _drawn(reference, most, f"foreign {seed}", 1, _foreign)


def _foreign(place: Place) -> list[ast.AST]:
    statement, node = place
    if isinstance(node, ast.For):
        return [_with_iterable(node, _around(text, node.iter)) for text in LOOPED]
    if node is statement:
        again = isinstance(node, ast.Assign | ast.AugAssign | ast.Expr)
        return [ast.If(ast.Constant(True), [statement, statement], [])] if again else []
    value = isinstance(node, ast.BinOp | ast.Call) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    called = any(isinstance(each, ast.Call) and each.func is node for each in ast.walk(statement))
    if isinstance(node, ast.expr) and value and not called and not is_module(node):
        return [_around(text, node) for text in TAKEN_FOR]
    return []


def _with_iterable(loop: ast.For, iterable: ast.expr) -> ast.For:
    new = copy.copy(loop)
    new.iter = iterable
    return new


def _around(text: str, node: ast.expr) -> ast.expr:
    """An expression, with this one for each `e` in it."""

    class Put(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.expr:
            return copy.deepcopy(node) if name.id == "e" else name

    new: ast.expr = Put().visit(ast.parse(text, mode="eval").body)
    return new


def _drawn(reference: Answer, most: int, seed: str, changes: int, options: Options) -> Iterator[Mutant]:
    name, module = str(reference.__name__), sys.modules[reference.__module__]
    tree = ast.parse(inspect.getsource(module))
    chance, seen = random.Random(f"{module.__name__}.{name} {seed}"), {spelled(tree, name)}
    found = places(tree, name)
    build = partial(made, tree, module, name)
    for _ in range(TRIES * most if len(found) >= changes else 0):
        if not most:
            return
        mutant = _mutant(tree, name, chance, options, chance.sample(found, changes), build)
        if mutant is not None and mutant.source not in seen:
            seen.add(mutant.source)
            most -= 1
            yield mutant


def _mutant(
    tree: ast.Module,
    name: str,
    chance: random.Random,
    options: Options,
    drawn: list[Place],
    build: Callable[[], Answer],
) -> Mutant | None:
    """These places changed, and changed back; None where one cannot be, or where the changes undo one another.

    A later change is looked up after the first is made: its place may be gone, or hold the first one.
    """
    before, changed = [said(statement) for statement, _ in drawn], [statement for statement, _ in drawn]
    done: list[tuple[ast.AST, ast.AST]] = []
    sources = [spelled(tree, name)]
    try:
        for i, (statement, node) in enumerate(drawn):
            there = any(each is node for each in ast.walk(tree))
            new = chance.choice((there and options((statement, node))) or [node])
            put(tree, node, new)
            done.append((node, new))
            changed[i] = new if node is statement and isinstance(new, ast.stmt) else statement
            sources.append(spelled(tree, name))
        answer = build() if len(set(sources)) == len(sources) else None
        after = [_said(statement) for statement in changed]
    finally:
        for node, new in reversed(done):
            put(tree, new, node)
    if answer is None:
        return None
    return Mutant(getattr(drawn[0][1], "lineno", 0), _lines(before), _lines(after), answer, sources[-1])


def _said(statement: ast.stmt) -> str:
    """A statement on one line, and one that is done twice as such."""
    twice = isinstance(statement, ast.If) and len(statement.body) == 2 and statement.body[0] is statement.body[1]
    return f"{said(statement.body[0])} (twice)" if twice and isinstance(statement, ast.If) else said(statement)


def _lines(lines: list[str]) -> str:
    return " | ".join(dict.fromkeys(lines))
