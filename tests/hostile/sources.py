"""Sources that nobody would write, by a seed: a grammar of Python, and what breaks readers of it."""

import random
from collections.abc import Callable

NAMES = ("softmax", "z", "torch", "left", "right", "e", "x", "check", "np", "__globals__", "ſ", "変数")
ATOMS = ("z", "0", "1e309", "'s'", "b'\\xff'", "...", "[]", "{}", "None", "torch.softmax(z, -1)", "f'{z!r:>{x}}'", "-1")


def cells(seed: int) -> list[str]:
    """The sources of a notebook's cells; the same seed gives the same. They are mostly short, and a megabyte at most."""
    chance = random.Random(seed)
    pieces = [chance.choice(KINDS)(chance) for _ in range(chance.choice((1, 2, 3, 8)))]
    if chance.random() < 0.6:
        return pieces
    text = chance.choice(("\n", "\n\n", ";", "\n    ", "\r\n")).join(pieces)
    if chance.random() < 0.2:
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(("\x00", "\ud800", "\x0c", "(", "'''", "\\", "\t", "\ufeff", "🐍")) + text[at:]
    return [text[:1_000_000]]


def _times(chance: random.Random) -> int:
    return chance.choice((1, 2, 10, 90, 200, 700, 3000, 20_000)) if chance.random() < 0.15 else chance.randrange(1, 60)


def _expression(chance: random.Random, depth: int = 3) -> str:
    if depth == 0 or chance.random() < 0.3:
        return chance.choice(ATOMS + NAMES)
    inner = [_expression(chance, depth - 1) for _ in range(2)]
    return chance.choice(
        (
            "({} + {})", "{}.{}", "{}[{}]", "{}({})", "(lambda z: {})({})", "[{} for e in {}]", "({} if {} else 0)",
            "{{{}: {}}}", "(x := {}) @ {}", "not {} < {}", "f'{{{}}}' + {}", "*{}, {}", "(yield {}) and {}",
        )
    ).format(*inner)  # fmt: skip


def _statement(chance: random.Random) -> str:
    a, b, name = _expression(chance), _expression(chance), chance.choice(NAMES)
    return chance.choice(
        (
            f"def softmax(z):\n    return {a}", f"def softmax(z):\n    return {a}", f"{name} = {a}", f"{name} = {name}.x", f"{name}.y = {a}", f"{a}",
            f"import torch as {name}", f"from {name} import *", f"class {name}:\n    def f(self):\n        return {a}",
            f"try:\n    {name} = {a}\nexcept {b}:\n    pass", f"for {name} in {a}:\n    {b}", f"global {name}",
            f"match {a}:\n    case {{'x': {name}}}:\n        pass", f"with {a} as {name}:\n    {b}", f"del {name}",
            f"async def {name}(*a, z={a}, **k):\n    await {b}", f"@{name}\ndef softmax(z): return {a}", f"if {a}: {b}",
        )
    )  # fmt: skip


def _deep(chance: random.Random) -> str:
    n = _times(chance)
    return chance.choice(
        (
            "(" * n + "z" + ")" * n, "z" + " + 0" * n, "z" + ".a" * n, "-" * n + "1", "[" * n, "z" + "[0]" * n,
            "z" + "()" * n, "lambda: " * n + "z", "not " * n + "z", "x = " * n + "1", "f'{" * min(n, 200) + "z",
            "if z:\n" + "".join(" " * i + "if z:\n" for i in range(1, min(n, 150))), "{" * n + ":", "1 if z else " * n + "0",
            "def softmax(z):\n    return z" + " + 0" * n, "a" + " := a" * n, "z" + " < z" * n, "z" + " and z" * n,
            "def f():\n" + "".join(" " * i + "def f():\n" for i in range(1, min(n, 150))), "await " * n, "*" * n + "a",
        )
    )  # fmt: skip


def _long(chance: random.Random) -> str:
    n = _times(chance) * chance.choice((1, 5))
    return chance.choice(
        (
            "x," * n, "x;" * n, "x\n" * n, "!" * n, "?" * n, "%magic\n" * n, "!ls\n" * n, "x = %time \n" * n, "%%time\n" * n,
            "x = " + ", ".join(f"a{i}" for i in range(n)), "\n".join(f"a{i} = a{i + 1}.b" for i in range(min(n, 3000))),
            "'" + "\\" * n, '"""' * n, "# " + "é" * n, "def softmax(z): return z\n" * min(n, 2000), "In [1]: x\n" * n,
            "from torch import *\n" * min(n, 5000), " " * n + "x", "\n" * n, "x " * n, ">>> x\n" * n, "@x\n" * min(n, 3000),
            "a = b = c = " * min(n, 3000) + "torch.softmax", "import " + ".".join("a" * min(n, 3000)), "1" * n, "0x" + "f" * n,
            "x = [" + "torch.softmax, " * min(n, 10_000) + "]", "{'a':" * min(n, 90) + "1", "x: " * min(n, 90) + "int",
        )
    )  # fmt: skip


KINDS: tuple[Callable[[random.Random], str], ...] = (_statement, _statement, _statement, _deep, _long, _expression)
