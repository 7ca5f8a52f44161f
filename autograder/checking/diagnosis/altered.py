"""The reference called otherwise than asked: arguments exchanged, replaced, cut, turned round.

Source:
    Singh, Gulwani & Solar-Lezama (2013), Automated feedback generation for introductory programming assignments,
    whose error models are rules of this kind.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from autograder.checking.diagnosis.source import Definition
from autograder.spec import Answer, Exercise
from autograder.spec.mistakes.common import same


@dataclass(frozen=True)
class Change:
    """A right answer changed: the title reads on from "Your `softmax` …".

    `fits` tells whether a student's source can have this change; None where nothing speaks against it.
    """

    title: str
    hints: tuple[str, ...]
    answer: Answer
    fits: Callable[[Definition], bool] | None = None


Arguments = dict[str, Any]
Alter = Callable[[Arguments], Arguments]


class Changed:
    """A function that is called with other arguments than it is given, or whose result is changed."""

    def __init__(
        self, function: Callable[..., Any], arguments: Alter | None = None, result: Callable[[Any], Any] = same
    ) -> None:
        self._function, self._arguments, self._result = function, arguments, result
        self.__signature__ = inspect.signature(function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        bound = self.__signature__.bind(*args, **kwargs)
        bound.apply_defaults()
        if self._arguments is not None:
            bound.arguments.update(self._arguments(dict(bound.arguments)))
        return self._result(self._function(*bound.args, **bound.kwargs))


def altered(exercise: Exercise, seed: int) -> list[Change]:
    """All of them, the plainest first. None for a class, or where a case's arguments are not the function's."""
    reference = exercise.reference
    if isinstance(reference, type) or not callable(reference):
        return []
    kinds = _kinds(exercise, seed)
    found = []
    for (condition, subject), alter in (*_exchanged(kinds), *_replaced(kinds), *_scaled(kinds)):
        hints = (f"What does your code do with {subject}, and what does the task do with it?",)
        found.append(Change(f"gives what would be right if {condition}", hints, Changed(reference, alter)))
    return found


Told = tuple[str, str]  # a condition, and what the question is about


def _kinds(exercise: Exercise, seed: int) -> dict[str, list[Any]]:
    """By argument of the reference, its values over the cases; only arguments that every case gives."""
    names = list(inspect.signature(exercise.reference).parameters)
    cases = [case.args for case in exercise.drawn(seed).all]
    fewest = min(map(len, cases))
    spelled = exercise.argument_names()
    return {} if spelled != names else {name: [args[i] for args in cases] for i, name in enumerate(names[:fewest])}


def _exchanged(kinds: Mapping[str, list[Any]]) -> Iterator[tuple[Told, Alter]]:
    """Two arguments of one kind exchanged, or one taken for the other as well."""
    names = list(kinds)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            if not _alike(kinds[a], kinds[b]):
                continue
            both = f"`{a}` and `{b}`"
            yield (f"{both} were exchanged", both), lambda given, a=a, b=b: {a: given[b], b: given[a]}  # type: ignore[misc]
            yield (f"`{b}` were `{a}`", f"`{b}`"), lambda given, a=a, b=b: {b: _copy(given[a])}  # type: ignore[misc]
            yield (f"`{a}` were `{b}`", f"`{a}`"), lambda given, a=a, b=b: {a: _copy(given[b])}  # type: ignore[misc]


def _scaled(kinds: Mapping[str, list[Any]]) -> Iterator[tuple[Told, Alter]]:
    """One argument combined with another: multiplied by it, divided by it, one added to the other."""
    for a, first in kinds.items():
        for b, second in kinds.items():
            if a == b or not _combines(first, second):
                continue
            for words, change in COMBINED:
                told = words.format(f"`{a}`", f"`{b}`"), f"`{a}`"
                yield told, lambda given, a=a, b=b, change=change: {a: _each(change, given[a], given[b])}  # type: ignore[misc]


COMBINED: tuple[tuple[str, Callable[[Any, Any], Any]], ...] = (
    ("{} were multiplied by {}", lambda a, b: a * b),
    ("{} were divided by {}", lambda a, b: a / b),
    ("{} were multiplied by one minus {}", lambda a, b: a * (1 - b)),
    ("{1} were added to {0}", lambda a, b: a + b),
    ("{1} were subtracted from {0}", lambda a, b: a - b),
)


def _combines(first: list[Any], second: list[Any]) -> bool:
    """Whether the one can be combined with the other in every case, element by element."""
    real = all(_is_real(a) and _kind(a) for a in first)
    return real and all(_kind(b) == "number" or _kind(a) == _kind(b) for a, b in zip(first, second, strict=True))


def _is_real(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_real(item) for item in value)
    return value.is_floating_point() if isinstance(value, Tensor) else isinstance(value, float)


def _each(change: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    if not isinstance(a, list | tuple):
        return change(a, b)
    others = b if isinstance(b, list | tuple) else [b] * len(a)
    return [change(x, y) for x, y in zip(a, others, strict=True)]


def _alike(first: list[Any], second: list[Any]) -> bool:
    return all(_kind(a) == _kind(b) != "" for a, b in zip(first, second, strict=True))


def _kind(value: Any) -> str:
    """What may stand in place of what."""
    if isinstance(value, Tensor):
        return f"tensor {value.dtype} {tuple(value.shape)}"
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list | tuple) and value and all(isinstance(item, Tensor) for item in value):
        return "tensors " + " ".join(str(tuple(item.shape)) for item in value)
    return ""


def _copy(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else value


def _replaced(kinds: Mapping[str, list[Any]]) -> Iterator[tuple[Told, Alter]]:
    """One argument made another."""
    for name, values in kinds.items():
        for words, change in _rules(values):
            told = words.format(f"`{name}`"), f"`{name}`"
            yield told, lambda given, name=name, change=change: {name: change(given[name])}  # type: ignore[misc]


Rule = tuple[str, Callable[[Any], Any]]

NUMBERS: tuple[Rule, ...] = (
    ("{} were 0", lambda n: type(n)(0)),
    ("{} were 1", lambda n: type(n)(1)),
    ("{} were one larger", lambda n: n + 1),
    ("{} were one smaller", lambda n: n - 1),
    ("{} were negative", lambda n: -n),
    ("{} were twice as large", lambda n: 2 * n),
    ("{} were half as large", lambda n: n / 2),
    ("{} were squared", lambda n: n * n),
    ("{} were one minus itself", lambda n: 1 - n),
    ("{} were its square root", lambda n: n**0.5),
    ("{} were one divided by itself", lambda n: 1 / n),
)
FLAGS: tuple[Rule, ...] = (
    ("{} were True", lambda flag: True),
    ("{} were False", lambda flag: False),
    ("{} were the other way round", lambda flag: not flag),
)
TENSORS: tuple[Rule, ...] = (
    ("{} were 0", torch.zeros_like),
    ("{} were 1", torch.ones_like),
    ("{} had the other sign", torch.neg),
    ("{} were its absolute value", torch.abs),
    ("{} were squared", torch.square),
    ("{} were twice as large", lambda t: 2 * t),
    ("{} were half as large", lambda t: t / 2),
    ("{} were one minus itself", lambda t: 1 - t),
    ("the sigmoid of {} stood in its place", torch.sigmoid),
    ("the exponential of {} stood in its place", torch.exp),
    ("the tanh of {} stood in its place", torch.tanh),
    ("{} were not negative: 0 in place of what is below", torch.relu),
    ("{} were rounded", torch.round),
)
AXES: tuple[Rule, ...] = (
    ("{} were transposed", lambda t: t.mT.contiguous()),
    ("{} were turned round along its last axis", lambda t: t.flip(-1)),
    ("{} were turned round along its first axis", lambda t: t.flip(0)),
    ("{} were moved by one along its first axis", lambda t: t.roll(1, 0)),
    ("{} were moved by one along its last axis", lambda t: t.roll(1, -1)),
)
LISTS: tuple[Rule, ...] = (
    ("the last entry of {} were missing", lambda items: items[:-1]),
    ("the first entry of {} were missing", lambda items: items[1:]),
    ("{} were turned round", lambda items: items[::-1]),
    ("the last entry of {} were there twice", lambda items: [*items, items[-1]]),
    ("the last entry of {} were 0", lambda items: [*items[:-1], 0 * items[-1]]),
    ("the first entry of {} were 0", lambda items: [0 * items[0], *items[1:]]),
    ("all entries of {} were 0", lambda items: [0 * item for item in items]),
    ("{} held its first entry alone", lambda items: items[:1]),
    ("{} held its last entry alone", lambda items: items[-1:]),
)
WHOLE: tuple[Rule, ...] = (
    ("each number in {} were one larger", lambda t: t + 1),
    ("each number in {} were one smaller", lambda t: t - 1),
    ("{} were moved by one along its last axis", lambda t: t.roll(1, -1)),
    ("{} were turned round along its last axis", lambda t: t.flip(-1)),
)


def _rules(values: list[Any]) -> tuple[Rule, ...]:
    """What can be done to an argument that has these values."""
    if all(isinstance(v, bool) for v in values):
        return FLAGS
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return NUMBERS
    if all(isinstance(v, Tensor) and v.is_floating_point() for v in values):
        axes = AXES if all(v.ndim >= 2 for v in values) else AXES[1:2] if all(v.ndim for v in values) else ()
        return TENSORS + axes
    if all(isinstance(v, Tensor) and v.ndim and v.dtype == torch.int64 for v in values):
        return WHOLE
    if all(isinstance(v, list | tuple) for v in values):
        return LISTS
    return ()
