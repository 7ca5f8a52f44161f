"""A seeded mutator of notebooks: what careless tools, broken disks and curious hands make of one.

The same seed gives the same bytes. Half of the mutants are changed in their structure alone, so that they stay JSON,
the others in their bytes as well.
"""

import copy
import json
import random
from collections.abc import Callable
from typing import Any

Json = Any
ODD: tuple[Json, ...] = (
    *(
        None,
        True,
        0,
        -1,
        10**30,
        1e308,
        float("nan"),
        "",
        "\ud800",
        "\x00",
        "code",
        "markdown",
        "raw",
        "softmax-answer",
    ),
    *(
        "relu-answer",
        "softmax",
        "../../x",
        "<script>PWNED()</script>",
        [],
        {},
        [[]],
        [None],
        {"": {}},
        ["a\n", 7],
        "x" * 3000,
    ),
    *({"nbgrader": {"grade_id": "relu-answer"}}, {"source": "relu = 1", "cell_type": "code"}),
)
KEYS = (
    "source",
    "cell_type",
    "metadata",
    "nbgrader",
    "grade_id",
    "id",
    "cells",
    "worksheets",
    "outputs",
    "tags",
    "points",
)


def mutant(notebook: Json, seed: int) -> bytes:
    """The notebook, changed in one to eight places of its structure and, every other time, of its bytes."""
    chance = random.Random(seed)
    changed = json.loads(json.dumps(notebook))
    for _ in range(chance.randint(1, 8)):
        changed = chance.choice(STRUCTURE)(changed, chance)
    data = json.dumps(changed, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    if chance.random() < 0.5:
        for _ in range(chance.randint(1, 4)):
            data = chance.choice(BYTES)(data, chance)
    return data


def _places(value: Json) -> list[tuple[Json, Any]]:
    """Every place in a structure: its holder, and the key or index under which it lies there."""
    found: list[tuple[Json, Any]] = []
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        found += [(holder, key) for key in keys]
        waiting += [holder[key] for key in keys]
    return found


def _somewhere(value: Json, chance: random.Random) -> tuple[Json, Any]:
    """A place, cells as likely as all that they hold together."""
    cells = value.get("cells") if isinstance(value, dict) else None
    if isinstance(cells, list) and cells and chance.random() < 0.4:
        return cells, chance.randrange(len(cells))
    return chance.choice(_places(value) or [([value], 0)])


def _replace(value: Json, chance: random.Random) -> Json:
    holder, key = _somewhere(value, chance)
    holder[key] = copy.deepcopy(chance.choice(ODD))
    return value


def _delete(value: Json, chance: random.Random) -> Json:
    holder, key = _somewhere(value, chance)
    del holder[key]
    return value


def _copy(value: Json, chance: random.Random) -> Json:
    """One part over another."""
    (holder, key), (other, name) = _somewhere(value, chance), _somewhere(value, chance)
    holder[key] = json.loads(json.dumps(other[name])) if name in other or isinstance(other, list) else None
    return value


def _double(value: Json, chance: random.Random) -> Json:
    holder, key = _somewhere(value, chance)
    if isinstance(holder, list):
        holder.insert(chance.randrange(len(holder) + 1), json.loads(json.dumps(holder[key])))
    else:
        holder[chance.choice(KEYS)] = json.loads(json.dumps(holder[key]))
    return value


def _shuffle(value: Json, chance: random.Random) -> Json:
    lists = [holder[key] for holder, key in _places(value) if isinstance(holder[key], list)]
    if lists:
        chance.shuffle(chance.choice(lists))
    return value


def _wrap(value: Json, chance: random.Random) -> Json:
    holder, key = _somewhere(value, chance)
    deep = holder[key]
    for _ in range(chance.choice((1, 2, 50, 300))):
        deep = [deep] if chance.random() < 0.5 else {chance.choice(KEYS): deep}
    holder[key] = deep
    return value


def _text(value: Json, chance: random.Random) -> Json:
    """A line less, a line more, characters exchanged: in some text."""
    texts = [(holder, key) for holder, key in _places(value) if isinstance(holder[key], str) and holder[key]]
    if texts:
        holder, key = chance.choice(texts)
        letters = list(holder[key])
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(len(letters) + 1)
            letters[at : at + chance.randrange(3)] = chance.choice(
                ("", "\n", " ", "(", "\t", "\ud800", "é", "0", "'", "\x1b[31m")
            )
        holder[key] = "".join(letters)
    return value


def _top(value: Json, chance: random.Random) -> Json:
    """Rarely, something else altogether in the notebook's place."""
    return copy.deepcopy(chance.choice(ODD)) if chance.random() < 0.1 else value


STRUCTURE: tuple[Callable[[Json, random.Random], Json], ...] = (
    *(_replace, _replace, _delete, _copy, _double, _shuffle, _wrap, _text, _text, _top),
)


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start + chance.choice((1, 10, 10**6)) :]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start : start + chance.randrange(200)] * chance.choice((2, 100)) + data[start:]


def _insert(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    odd = (b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"\\ud800", b"[" * 5000, b"9" * 6000, b"NaN", b"\r\n", b"}")
    return data[:start] + chance.choice(odd) + data[start:]


def _recode(data: bytes, chance: random.Random) -> bytes:
    return data.decode("utf-8", "replace").encode(
        chance.choice(("utf-16", "utf-32", "latin-1", "utf-7", "utf-8-sig")), "replace"
    )


BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (_flip, _flip, _flip, _cut, _repeat, _insert, _recode)
