"""What answers earn that compute nothing: zeros, ones, noise of the right shape, or what was handed in.

Each is the reference, whose results are put aside for something else of their kind and shape. Where the reference
changes what it is given, this one changes nothing. No answer of the sort knows anything, so what it earns was given
away.
"""

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from autograder.checking.collect import Handed, collect
from autograder.checking.forbidden import Forbidden
from autograder.checking.judge import judge
from autograder.checking.references import substitutes
from autograder.checking.verdict import Verdict
from autograder.spec import Exercise

Filler = Callable[[Any, list[Tensor]], Any]  # of one right value, and what was handed in, what is given in its place
Fill = Callable[[Any], Any]


def zeros(right: Any, given: list[Tensor]) -> Any:
    """Nothing but zeros."""
    return torch.zeros_like(right) if isinstance(right, Tensor) else type(right)()


def ones(right: Any, given: list[Tensor]) -> Any:
    """Nothing but ones."""
    return torch.ones_like(right) if isinstance(right, Tensor) else type(right)(1)


def noise(right: Any, given: list[Tensor]) -> Any:
    """Numbers drawn anew: whole ones between the least and the largest of the right ones."""
    if isinstance(right, str):
        return "".join(chr(97 + int(i)) for i in torch.randint(26, (len(right),)))
    if not isinstance(right, Tensor):
        return type(right)(torch.randn(()).item() if isinstance(right, float) else torch.randint(2, ()).item())
    if right.is_floating_point() or not right.numel():
        return torch.randn_like(right) if right.is_floating_point() else torch.zeros_like(right)
    least, most = int(right.min()), int(right.max())
    return torch.randint(least, most + 1, right.shape).to(right.dtype)


def inputs(right: Any, given: list[Tensor]) -> Any:
    """The first of the arguments that has this shape; zeros where none has."""
    if isinstance(right, str):
        return ""
    shape = right.shape if isinstance(right, Tensor) else ()
    for tensor in given:
        if tensor.shape == shape:
            same = tensor.clone() if tensor.dtype == getattr(right, "dtype", None) else tensor
            return same if isinstance(right, Tensor) else type(right)(tensor.item())
    return zeros(right, given)


FILLERS: Mapping[str, Filler] = {"zeros": zeros, "ones": ones, "noise": noise, "the inputs": inputs}


def earned(exercise: Exercise, filler: Filler, seed: int) -> Verdict:
    """What the answer of a filler gets for an exercise. It calls the reference, so the guard does not watch it."""
    handed = Handed.drawn(exercise, seed)
    evidence = collect(exercise, filled(exercise.reference, filler), handed, Forbidden(), substitutes(exercise))
    return judge(exercise, evidence, seed)


def filled(reference: Any, filler: Filler) -> Any:
    """The reference, as a function, a class or a value, with its results put aside."""
    if isinstance(reference, type):
        return _filled_class(reference, filler)
    if not callable(reference):
        return _in_place_of(reference, lambda right: filler(right, []), filler)

    def answer(*args: Any, **named: Any) -> Any:
        kept = _copied((args, named))
        given = list(_tensors((args, named)))
        return _in_place_of(reference(*kept[0], **kept[1]), lambda right: filler(right, given), filler)

    answer.__signature__ = inspect.signature(reference)  # type: ignore[attr-defined]
    answer.__name__ = getattr(reference, "__name__", "answer")
    return answer


def _filled_class(reference: type, filler: Filler) -> type:
    """A class with the same methods, each of which gives something else than it should.

    What would be right is asked of an instance out of sight: a network's layers are not there to be found.
    """

    def __init__(self: Any, *args: Any, **named: Any) -> None:
        if issubclass(reference, nn.Module):
            nn.Module.__init__(self)
        object.__setattr__(self, "_hidden", (reference(*args, **named),))

    def method(name: str) -> Callable[..., Any]:
        def instead(self: Any, *args: Any, **named: Any) -> Any:
            kept = _copied((args, named))
            given = list(_tensors((args, named)))
            return _in_place_of(
                getattr(self._hidden[0], name)(*kept[0], **kept[1]), lambda value: filler(value, given), filler
            )

        return instead

    own = [each for each in reference.__mro__ if each.__module__ == reference.__module__]
    names = {name for each in own for name, value in vars(each).items() if inspect.isfunction(value)}
    methods = {name: method(name) for name in names if not name.startswith("_") or name == "__call__"}
    base = nn.Module if issubclass(reference, nn.Module) else object
    return type(reference.__name__, (base,), {"__init__": __init__, **methods})


def _filled_network(network: nn.Module, fill: Fill, filler: Filler) -> nn.Module:
    """A network without layers, which gives something else than it should."""
    empty = nn.Module()
    hidden = (network,)
    forward = lambda *args, **named: _in_place_of(hidden[0](*args, **named), fill, filler)  # noqa: E731
    object.__setattr__(empty, "forward", forward)
    return empty


def _copied(value: Any) -> Any:
    """Arguments of the same values, in which nothing that is changed reaches the caller."""
    try:
        return copy.deepcopy(value)
    except Exception:  # a generator, a tensor with a history, a network that is none of ours
        return value


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple | set):
        for each in value:
            yield from _tensors(each)
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))


def _in_place_of(right: Any, fill: Fill, filler: Filler) -> Any:
    """The same structure with other values in it; a network, a class or a function gives them for its results."""
    if isinstance(right, Tensor | bool | int | float | str):
        return fill(right)
    if isinstance(right, nn.Module):
        return _filled_network(right, fill, filler)
    if isinstance(right, type) or inspect.isfunction(right):
        return filled(right, filler)
    if isinstance(right, tuple) and hasattr(right, "_fields"):
        return type(right)(*(_in_place_of(each, fill, filler) for each in right))
    if isinstance(right, list | tuple):
        return type(right)(_in_place_of(each, fill, filler) for each in right)
    if isinstance(right, dict):
        return {key: _in_place_of(value, fill, filler) for key, value in right.items()}
    if is_dataclass(right) and not isinstance(right, type):
        return replace(right, **{key: _in_place_of(value, fill, filler) for key, value in vars(right).items()})
    if callable(right):
        return lambda *args, **named: _in_place_of(right(*args, **named), fill, filler)
    if isinstance(right, Iterator):
        return (_in_place_of(each, fill, filler) for each in right)
    return right
