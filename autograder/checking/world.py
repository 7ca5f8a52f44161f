"""What a call leaves behind in what it was handed.

Everything is as it was, but for what the task allows: values, lists and dicts, gradients, `requires_grad`, modes of
networks, their parameters. What the reference changes is allowed; the judge compares the two.
"""

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from types import FunctionType
from typing import Any

import numpy as np
from torch import Tensor, nn

from autograder.checking.tensors import same
from autograder.spec.probes import leaves
from autograder.spec.probes.common import items

CALLED = 100  # and on: numbers of what a probe has built itself and calls the answer with
DEEPEST = 6  # of lists in lists: a list may hold itself
MOST_PARTS = 5000


class Aspect(StrEnum):
    """In which respect something handed to an answer is no longer what it was."""

    VALUES = "values"
    CONTENTS = "contents"  # what a list, a dict or a set holds
    REQUIRES_GRAD = "requires_grad"
    GRAD = "grad"
    MODE = "mode"
    MODE_DURING = "mode during the call"
    PARAMETERS = "parameters"  # others in place of a network's own
    HANDED_BACK = "handed back"  # a result that is to be new shares its memory


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One thing that a call left otherwise: which argument, counted from 0, in which respect, and which part of it."""

    argument: int
    aspect: Aspect
    name: str  # "sizes", "net.bn1": in the words of the answer's own first line


class World:
    """A picture of values before a call, to be compared with what they are after it."""

    def __init__(self, arguments: Sequence[tuple[int, str, Any]]) -> None:
        self._before = [
            (argument, part, _state(part.value)) for argument, name, value in arguments for part in _parts(name, value)
        ]

    @property
    def known(self) -> set[int]:
        """Ids of all that is looked at."""
        return {id(part.value) for _, part, _ in self._before}

    def changes(self) -> set[Change]:
        """How the same objects differ from what they were."""
        return {
            Change(argument, aspect, part.name)
            for argument, part, state in self._before
            for aspect in _differences(part.value, state)
        }


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    value: Any


def _parts(name: str, value: Any, depth: int = 0) -> Iterator[_Part]:
    """The value and what it holds, each under a name."""
    if depth > DEEPEST:
        return
    if isinstance(value, nn.Module):
        yield _Part(name, value)
        for key, tensor in [*value.named_parameters(), *value.named_buffers()][:MOST_PARTS]:
            yield _Part(f"{name}.{key}", tensor)
    elif isinstance(value, dict):
        yield _Part(name, value)
        for key, item in list(dict.items(value))[:MOST_PARTS]:
            yield from _parts(f"{name}[{key!r}]", item, depth + 1)
    elif isinstance(value, list | tuple):
        yield _Part(name, value)
        plain = (list if isinstance(value, list) else tuple).__getitem__(value, slice(MOST_PARTS))  # type: ignore[index]
        for i, item in enumerate(plain):
            yield from _parts(f"{name}[{i}]", item, depth + 1)
    elif isinstance(value, Tensor | set | np.ndarray):
        yield _Part(name, value)


def _state(value: Any) -> Any:
    """As much of a value as is compared."""
    if isinstance(value, Tensor):
        return value.detach().clone(), value.requires_grad, None if value.grad is None else value.grad.clone()
    if isinstance(value, nn.Module):
        modes = {name: module.training for name, module in value.named_modules()}
        return modes, {name: id(parameter) for name, parameter in value.named_parameters()}
    return value.copy() if isinstance(value, list | dict | set | np.ndarray) else None


def _differences(value: Any, state: Any) -> Iterator[Aspect]:
    if isinstance(value, Tensor):
        values, requires_grad, grad = state
        if not same(value.detach(), values):
            yield Aspect.VALUES
        if value.requires_grad != requires_grad:
            yield Aspect.REQUIRES_GRAD
        now = value.grad  # one that was cleared does no harm: who trains clears it anyway
        if now is not None and bool(now.any()) and (grad is None or not same(now, grad)):
            yield Aspect.GRAD
    elif isinstance(value, nn.Module):
        modes, parameters = state
        if {name: module.training for name, module in value.named_modules()} != modes:
            yield Aspect.MODE
        if {name: id(parameter) for name, parameter in value.named_parameters()} != parameters:
            yield Aspect.PARAMETERS
    elif isinstance(value, np.ndarray):
        if value.shape != state.shape or not np.array_equal(value, state, equal_nan=value.dtype.kind in "fc"):
            yield Aspect.VALUES
    elif isinstance(value, set):
        if value != state:
            yield Aspect.CONTENTS
    elif isinstance(value, dict):
        if list(value) != list(state) or not all(_as_before(value[key], item) for key, item in state.items()):
            yield Aspect.CONTENTS
    elif isinstance(value, list) and (len(value) != len(state) or not all(map(_as_before, value, state))):
        yield Aspect.CONTENTS


def _as_before(now: Any, before: Any) -> bool:
    """The same object or, of numbers and text, an equal one."""
    plain = isinstance(before, bool | int | float | str | bytes)
    return now is before or (plain and type(now) is type(before) and now == before)


def watched(answer: Any, seen: set[Change], known: set[int]) -> Any:
    """A function that does what the answer does and notes in `seen` how each call leaves what it was handed.

    Args:
        answer: the student's function; a class comes back as it is.
        seen: where changes are noted.
        known: ids of objects that are looked at elsewhere.
    """
    if isinstance(answer, type) or not callable(answer):
        return answer
    names = parameter_names(answer)

    @functools.wraps(answer, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        given = [*enumerate(args), *((len(args) + i, v) for i, v in enumerate(kwargs.values()))]
        told = [
            (CALLED + i, names[i] if i < len(names) else f"argument {i + 1}", value)
            for i, value in given
            if id(value) not in known
        ]
        world = World(told)
        with _modes_during(told, seen):
            returned = answer(*args, **kwargs)
        seen.update(world.changes())
        return _with_functions_watched(returned, seen, known)

    return call


def _with_functions_watched(returned: Any, seen: set[Change], known: set[int]) -> Any:
    """A function that an answer returns, alone or in a tuple, is watched in its turn."""
    if type(returned) is tuple:
        return tuple(_with_functions_watched(item, seen, known) for item in returned)
    return watched(returned, seen, known) if isinstance(returned, FunctionType | functools.partial) else returned


def changeable(value: Any) -> bool:
    """Whether a call can leave something otherwise in an argument of a case."""
    if isinstance(value, tuple):
        return any(changeable(item) for item in value)
    return isinstance(value, Tensor | np.ndarray | list | dict | set)


def handed_back(results: Mapping[str, Any], arguments: Sequence[tuple[int, str, Any]]) -> set[Change]:
    """Which arguments lie in the memory of results that are to be new."""
    ours = {pointer for value in results.values() for pointer in _memory(value)}
    return {Change(i, Aspect.HANDED_BACK, name) for i, name, value in arguments if not ours.isdisjoint(_memory(value))}


def _memory(value: Any) -> set[int]:
    """Where the numbers of all tensors and arrays in a value lie; empty ones lie nowhere."""
    if isinstance(value, np.ndarray):
        whole = value
        while isinstance(whole.base, np.ndarray):
            whole = whole.base
        return {whole.__array_interface__["data"][0]} if value.size else set()
    if isinstance(value, tuple | list) and not leaves(value):
        return {place for item in items(value)[:MOST_PARTS] for place in _memory(item) if item is not value}
    return {t.untyped_storage().data_ptr() for t in leaves(value) if t.numel()}


def parameter_names(function: Any) -> list[str]:
    """Names of the positional parameters, as far as they can be told."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


@contextmanager
def _modes_during(arguments: Sequence[tuple[int, str, Any]], seen: set[Change]) -> Iterator[None]:
    """Note networks that run in a mode in which they did not come."""
    handles = []

    def looking(argument: int, name: str, came: bool) -> Callable[..., None]:
        def look(module: nn.Module, inputs: Any) -> None:
            if module.training != came:
                seen.add(Change(argument, Aspect.MODE_DURING, name))

        return look

    try:
        for argument, name, value in arguments:
            if isinstance(value, nn.Module):
                for key, module in value.named_modules():
                    look = looking(argument, f"{name}.{key}" if key else name, module.training)
                    handles.append(module.register_forward_pre_hook(look))
        yield
    finally:
        for handle in handles:
            handle.remove()
