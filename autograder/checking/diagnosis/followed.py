"""Right answers with something behind them, or behind one of their layers, that the task does not have."""

import ast
import inspect
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from autograder.checking.diagnosis.altered import Change, Changed
from autograder.checking.diagnosis.source import definition_of, functions
from autograder.spec import Exercise
from autograder.spec.probes.common import items

Follow = Callable[[Tensor], Tensor]

LAST: tuple[tuple[str, Follow], ...] = (
    ("a ReLU", torch.relu),
    ("a sigmoid", torch.sigmoid),
    ("a tanh", torch.tanh),
    ("a softmax over the last axis", partial(torch.softmax, dim=-1)),
    ("a logarithm of softmax over the last axis", partial(torch.log_softmax, dim=-1)),
    ("a logarithm", torch.log),
    ("an exponential", torch.exp),
    ("a square root", torch.sqrt),
    ("a square", torch.square),
    ("a cut to 0 … 1", partial(torch.clamp, min=0, max=1)),
    ("a cut to -1 … 1", partial(torch.clamp, min=-1, max=1)),
    ("a division by its largest value", lambda x: x / x.max()),
    ("a division by its sum", lambda x: x / x.sum()),
    ("a division by its sum along the last axis", lambda x: x / x.sum(-1, keepdim=True)),
    ("a shift of its mean to 0", lambda x: x - x.mean()),
    ("a rounding", torch.round),
)
BETWEEN = LAST[:3]


def followed(exercise: Exercise) -> Iterator[Change]:
    """All of them: behind the result, and, of a network, behind and instead of each of its layers."""
    reference = exercise.reference
    if isinstance(reference, type) and issubclass(reference, nn.Module):
        yield from _networks(reference)
    elif callable(reference) and not isinstance(reference, type):
        yield from _functions(reference, exercise.returns)


def _functions(reference: Callable[..., Any], returns: Sequence[str]) -> Iterator[Change]:
    for place, output in enumerate(returns):
        about = f"`{output}`" if len(returns) > 1 else "its result"
        for words, follow in LAST:
            answer = Changed(reference, result=partial(_with_one_changed, place, follow))
            yield Change(f"puts {words} behind {about}, which the task does not", _asks(about), answer)


def exchanged(exercise: Exercise) -> Iterator[Change]:
    """Two results in each other's place."""
    reference, returns = exercise.reference, exercise.returns
    if isinstance(reference, type) or not callable(reference):
        return
    for i, first in enumerate(returns):
        for j, second in enumerate(returns[i + 1 :], i + 1):
            title = f"returns `{first}` in the place of `{second}`, and `{second}` in the place of `{first}`"
            hint = f"In which order does the task list {', '.join(f'`{name}`' for name in returns)}?"
            yield Change(title, (hint,), Changed(reference, result=partial(_with_two_exchanged, i, j)))


def _with_two_exchanged(i: int, j: int, returned: Any) -> Any:
    parts = list(items(returned))
    parts[i], parts[j] = parts[j], parts[i]
    return tuple(parts)


def _with_one_changed(place: int, follow: Follow, returned: Any) -> Any:
    """What was returned, with something done to one thing of it, or to the only one."""
    if not isinstance(returned, tuple | list):
        return _applied(follow, returned)
    return tuple(_applied(follow, part) if i == place else part for i, part in enumerate(items(returned)))


def _applied(follow: Follow, value: Any) -> Any:
    return follow(value) if isinstance(value, Tensor) and value.is_floating_point() else value


def _asks(about: str) -> tuple[str, ...]:
    return (f"What is the last thing that the task does to {about}?",)


def _networks(reference: type[nn.Module]) -> Iterator[Change]:
    for words, follow in LAST[:6]:
        forward = _behind(reference.forward, follow)
        changed = type(reference.__name__, (reference,), {"forward": forward})
        yield Change(f"puts {words} behind its last layer, which the task does not", _asks("the output"), changed)
    for layer in _layers(reference):
        for words, follow in BETWEEN:
            title = f"puts {words} behind `{layer}`, which the task does not"
            yield Change(title, _layer_asks(layer), _hooked(reference, layer, follow))
        yield Change(f"leaves out what `{layer}` does", _layer_asks(layer), _hooked(reference, layer, None))


def _layer_asks(layer: str) -> tuple[str, ...]:
    return (f"What comes into `{layer}` in the task, and what is done with what comes out?",)


def _behind(forward: Callable[..., Any], follow: Follow) -> Callable[..., Any]:
    def followed_forward(self: Any, *args: Any) -> Any:
        return _with_one_changed(0, follow, forward(self, *args))

    return followed_forward


def _layers(reference: type[nn.Module]) -> list[str]:
    """What a network's constructor stores on `self` from `nn`."""
    definition = definition_of(reference)
    made = functions(definition).get("__init__") if definition is not None else None
    found = []
    for node in ast.walk(made) if made is not None else ():
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            found += [t.attr for t in node.targets if isinstance(t, ast.Attribute)]
    return found


def _hooked(reference: type[nn.Module], layer: str, follow: Follow | None) -> type[nn.Module]:
    """The network with something behind one of its layers, or with nothing in its place."""

    def instead(module: nn.Module, given: Any, came: Any) -> Any:
        if follow is not None:
            return _with_one_changed(0, follow, came)
        same = isinstance(came, Tensor) and isinstance(given[0], Tensor) and given[0].shape == came.shape
        return given[0] if same else came

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        reference.__init__(self, *args, **kwargs)
        child = getattr(self, layer, None)
        if isinstance(child, nn.Module):
            child.register_forward_hook(instead)

    init.__signature__ = inspect.signature(reference.__init__)  # type: ignore[attr-defined]
    return type(reference.__name__, (reference,), {"__init__": init})
