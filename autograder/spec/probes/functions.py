"""Probes for functions and plain values."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from autograder.spec.errors import Unfinished, Unusable
from autograder.spec.outputs import Output, input_gradient
from autograder.spec.probes.common import Probe, article, function_of, leaves, named, probe, projected_gradients


@probe()
def function(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[Any, Any]:
    """A function: what it returns and, if asked, the gradients of a fixed random projection of that."""
    function_of(answer)
    if not gradients:
        return named(answer(*args), returns)
    inputs = [a.requires_grad_() for a in leaves(args) if a.is_floating_point()]
    outputs = named(answer(*args), returns)
    return projected_gradients(outputs, {input_gradient(i): x for i, x in enumerate(inputs)})


# A function for NumPy. Its cases are run in float64, NumPy's own precision; a task that asks for a result in the data
# type of what comes in (`keeps_dtype`) wants both: `function.but(arrays=True)`.
array_function = function.but(arrays=True, dtypes=("float64",))


def packed(layout: str, *parts: int) -> Probe:
    """A function that returns several things, some of which may be tuples or lists, and whether it does.

    The values count by themselves; that the next line can take them apart as `layout` has it ("(out, (h, c))") is one
    more output. `parts` says how many there are in each thing, 0 for one that is no tuple and no list.
    """

    @probe()
    def run(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[Any, Any]:
        returned: list[Any] = []

        def watched(*args: Any) -> Any:
            returned.append(function_of(answer)(*args))
            return returned[-1]

        found = function.run(watched, args, returns, gradients)
        return dict(found) if gradients else {**found, f"packed as {layout}": has_parts(returned[-1], *parts)}

    return run


def has_parts(returned: Any, *parts: int) -> bool:
    """Whether this is a tuple or a list with so many things in each of its places, 0 for a single one."""
    if not isinstance(returned, tuple | list) or len(returned) != len(parts):
        return False
    many = [len(thing) if isinstance(thing, tuple | list) else 0 for thing in returned]
    return many == list(parts)


@probe()
def value(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[str, Any]:
    """A plain value, or a function without arguments that returns it."""
    return named(answer(*args) if callable(answer) else answer, returns)


def steps(state: int | Sequence[int], count: int = 4) -> Probe:
    """An update run several times: what it returns is fed back at each step.

    `state` says which arguments that are: their positions, in the order of what is returned, or so many from the
    first. The remaining arguments come as one list per step, or as one value used at every step.
    """
    places = range(state) if isinstance(state, int) else state

    @probe()
    def run(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[Output, Any]:
        function_of(answer)
        carried = {place: args[place] for place in places}
        seen: dict[Output, Any] = {}
        for step in range(count):
            given = [a[step] if isinstance(a, list) else a for a in args]
            outputs = named(answer(*[carried.get(i, a) for i, a in enumerate(given)]), returns)
            # a copy: an answer may write into its state at the next step, which is for the line on inputs to say
            kept = {name: copied(v) for name, v in outputs.items()}
            seen |= {Output(name).at(step + 1): v for name, v in kept.items()}
            carried = dict(zip(places, outputs.values(), strict=True))
        return seen

    return run


def copied(value: Any) -> Any:
    """A tensor or an array in memory of its own; anything else as it is."""
    if isinstance(value, np.ndarray):
        return value.copy()
    return value.clone() if isinstance(value, Tensor) else value


@probe()
def along(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[str, Any]:
    """A function of a number, called at every number in its first argument: one array, so that the card shows where."""
    function_of(answer)
    seen = [named(answer(x, *args[1:]), returns) for x in args[0]]
    return {name: np.array([float(values[name]) for values in seen]) for name in returns}


def mended(inner: Probe = function) -> Probe:
    """A broken program put right: a function without arguments that returns (fault, function).

    The fault is a letter from the task's list; the mended function is questioned by `inner`.
    """

    def run(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[Any, Any]:
        function_of(answer)
        fault, function = named(answer(), ("fault", "mended")).values()
        if not isinstance(fault, str) or not fault.strip():
            raise Unusable("fault", f'The fault is a letter from the list, such as "A"; yours is {article(fault)}.')
        letter = {Output("fault"): fault.strip()[0].upper()}
        try:
            return letter | inner.observed(function, args, returns, gradients)
        except Exception as error:  # the letter counts by itself
            raise Unfinished(letter, error) from error

    return inner.but(run=run, undrawn=("fault",))
