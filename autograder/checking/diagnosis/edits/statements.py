"""Changes of lines: left out, in another order, in or out of a loop, in place or not; and of what is returned."""

import ast
from collections.abc import Iterator

from autograder.checking.diagnosis.edits.build import attribute, called, method, name
from autograder.checking.diagnosis.edits.edit import Change, Edit, Kind, Slot
from autograder.checking.diagnosis.edits.sites import Block

DEFINING = ast.FunctionDef | ast.ClassDef
LOOPS = ast.For | ast.While | ast.With | ast.If
# Methods of lists, dicts and sets that change them.
WRITING = {"append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort", "update"}
FURTHEST = 3  # lines over which one is moved


def statements(block: Block) -> Iterator[Edit]:
    """All of these for one list of statements."""
    for i, statement in enumerate(block.statements):
        slot = block.slot(i)
        if not isinstance(statement, ast.Return | DEFINING) and not _documents(statement):
            yield Edit(Kind.LINE, statement, (slot.put(ast.Pass()),), 2)
        if isinstance(statement, ast.Return) and statement.value is not None:
            yield from _results(statement, statement.value)
        yield from _assigned(statement, slot)
        if isinstance(statement, ast.If):
            yield from _turned(statement)
    yield from _moved(block)
    yield from _indented(block)
    if block.owner is None:
        yield from _copied(block)
        yield from _returned(block)


def _documents(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _results(statement: ast.Return, value: ast.expr) -> Iterator[Edit]:
    """Two of the results exchanged, one left out, the result as a tuple or a list."""
    if isinstance(value, ast.Tuple | ast.List):
        made, parts = type(value), value.elts
        for i in range(len(parts)):
            for j in range(i + 1, len(parts)):
                turned = [*parts]
                turned[i], turned[j] = turned[j], turned[i]
                yield _returning(statement, made(turned, ast.Load()), 1)
            rest = [*parts[:i], *parts[i + 1 :]]
            yield _returning(statement, rest[0] if len(rest) == 1 else made(rest, ast.Load()), 3)
    else:
        for container in ("tuple", "list"):
            yield _returning(statement, ast.Call(name(container), [value], []), 4)
        yield _returning(statement, ast.Tuple([value], ast.Load()), 5)


def _returning(statement: ast.Return, value: ast.expr, cost: int) -> Edit:
    return Edit(Kind.RESULTS, statement, (Slot(statement, "value").put(value),), cost)


def _assigned(statement: ast.stmt, slot: Slot) -> Iterator[Edit]:
    """`x += y` as `x = x + y`, as `x -= y`, as `x = y`; `x = x + y` as `x += y`; `x.add_(y)` as `x = x.add(y)`."""
    for kind, cost, new in _assigned_otherwise(statement):
        yield Edit(kind, statement, (slot.put(new),), cost)


def _assigned_otherwise(statement: ast.stmt) -> Iterator[tuple[Kind, int, ast.stmt]]:
    if isinstance(statement, ast.AugAssign):
        target = statement.target
        for other in (ast.Add, ast.Sub, ast.Mult, ast.Div):
            if not isinstance(statement.op, other):
                yield Kind.OPERATOR, 1, ast.AugAssign(target, other(), statement.value)
        yield Kind.IN_PLACE, 2, ast.Assign([target], statement.value)
        if isinstance(target, ast.Name | ast.Attribute):
            whole = ast.BinOp(_read(target), statement.op, statement.value)
            yield Kind.IN_PLACE, 1, ast.Assign([target], whole)
    elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name | ast.Attribute):
        named = statement.targets[0]
        yield Kind.IN_PLACE, 3, ast.AugAssign(named, ast.Add(), statement.value)
        yield Kind.IN_PLACE, 4, ast.Assign([_element(named)], statement.value)
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if called(call).endswith("_") and isinstance(owner, ast.Name):
            plain = ast.Call(attribute(owner, called(call).rstrip("_")), call.args, call.keywords)
            yield Kind.IN_PLACE, 1, ast.Assign([ast.Name(owner.id, ast.Store())], plain)


def _read(target: ast.Name | ast.Attribute) -> ast.expr:
    return name(target.id) if isinstance(target, ast.Name) else attribute(target.value, target.attr)


def _element(target: ast.Name | ast.Attribute) -> ast.expr:
    """`x[...]`: all that is in it, as something to be written into."""
    return ast.Subscript(_read(target), ast.Constant(...), ast.Store())


def _turned(statement: ast.If) -> Iterator[Edit]:
    """The two branches exchanged; one of them always taken."""
    negated = ast.UnaryOp(ast.Not(), statement.test)
    for new in (negated, ast.Constant(True), ast.Constant(False)):
        cost = 2 if new is negated else 3
        yield Edit(Kind.CONDITION, statement, (Slot(statement, "test").put(new),), cost)


def _moved(block: Block) -> Iterator[Edit]:
    """A line some lines further down, or up."""
    lines = block.statements
    for i in range(len(lines)):
        for j in range(i + 1, min(i + FURTHEST + 1, len(lines))):
            if any(isinstance(each, DEFINING | ast.Return) or _documents(each) for each in lines[i : j + 1]):
                break
            down = [*lines[:i], *lines[i + 1 : j + 1], lines[i], *lines[j + 1 :]]
            yield Edit(Kind.ORDER, lines[i], (Change(block.holder, block.field, down),), _cost(lines[i : j + 1]))
            if j > i + 1:
                up = [*lines[:i], lines[j], *lines[i:j], *lines[j + 1 :]]
                yield Edit(Kind.ORDER, lines[j], (Change(block.holder, block.field, up),), 3)


def _cost(lines: list[ast.stmt]) -> int:
    """Two plain lines are likelier exchanged than a loop or a branch and a line."""
    if len(lines) > 2:
        return 3
    return 2 if any(isinstance(line, LOOPS) for line in lines) else 1


def _indented(block: Block) -> Iterator[Edit]:
    """The last line of a loop's body after the loop, the first one before it; the line after a loop inside it."""
    lines = block.statements
    for i, statement in enumerate(lines):
        if isinstance(statement, LOOPS) and len(statement.body) > 1:
            last, first = statement.body[-1], statement.body[0]
            shorter = Change(statement, "body", statement.body[:-1])
            after = Change(block.holder, block.field, [*lines[: i + 1], last, *lines[i + 1 :]])
            yield Edit(Kind.INDENTATION, last, (shorter, after), 2)
            later = Change(statement, "body", statement.body[1:])
            before = Change(block.holder, block.field, [*lines[:i], first, *lines[i:]])
            yield Edit(Kind.INDENTATION, first, (later, before), 2)
        if isinstance(statement, LOOPS) and i + 1 < len(lines):
            follower = lines[i + 1]
            longer = Change(statement, "body", [*statement.body, follower])
            rest = Change(block.holder, block.field, [*lines[: i + 1], *lines[i + 2 :]])
            yield Edit(Kind.INDENTATION, follower, (longer, rest), 2)
        if isinstance(statement, LOOPS) and i > 0 and not _documents(lines[i - 1]):
            leader = lines[i - 1]
            longer = Change(statement, "body", [leader, *statement.body])
            rest = Change(block.holder, block.field, [*lines[: i - 1], *lines[i:]])
            yield Edit(Kind.INDENTATION, leader, (longer, rest), 3)
        if isinstance(statement, ast.With):
            yield Edit(Kind.LINE, statement, (block.slot(i).put_all(statement.body),), 2)


def _copied(block: Block) -> Iterator[Edit]:
    """An argument copied before anything is done with it."""
    lines = block.statements
    start = 1 if lines and _documents(lines[0]) else 0
    if start >= len(lines):
        return
    for argument in block.scope.arguments:
        for copy in (method(name(argument), "clone"), ast.Call(name("list"), [name(argument)], [])):
            new = ast.Assign([ast.Name(argument, ast.Store())], copy)
            change = Change(block.holder, block.field, [*lines[:start], new, *lines[start:]])
            first = _first_written(lines[start:], argument)
            if first is not None:
                yield Edit(Kind.IN_PLACE, first, (change,), 3)


def _returned(block: Block) -> Iterator[Edit]:
    """A result where there is none."""
    lines = block.statements
    if not isinstance(block.holder, ast.FunctionDef) or block.holder.name == "__init__":
        return
    if any(isinstance(node, ast.Return) and node.value for line in lines for node in ast.walk(line)):
        return
    of_self = [attribute(name("self"), each) for each in block.scope.attributes]
    for value in (*map(name, block.scope.names), *of_self):
        change = Change(block.holder, block.field, [*lines, ast.Return(value)])
        yield Edit(Kind.RESULTS, lines[-1], (change,), 2)


def _first_written(lines: list[ast.stmt], argument: str) -> ast.expr | ast.stmt | None:
    """Where an argument is written into first or, where that cannot be seen, the first line that speaks of it."""
    nodes = [node for line in lines for node in ast.walk(line)]
    written = [node for node in nodes if isinstance(node, ast.expr | ast.stmt) and _writes_into(node, argument)]
    if written:
        return min(written, key=lambda node: node.lineno)
    spoken = [line for line in lines if any(_is(node, argument) for node in ast.walk(line))]
    return spoken[0] if spoken else None


def _is(node: ast.AST, argument: str) -> bool:
    return isinstance(node, ast.Name) and node.id == argument


def _writes_into(node: ast.AST, argument: str) -> bool:
    if isinstance(node, ast.AugAssign):
        return _is(node.target, argument)
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Store | ast.Del) and _is(node.value, argument)
    called_on = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is(node.func.value, argument)
    return called_on and isinstance(node, ast.Call) and (called(node) in WRITING or called(node).endswith("_"))
