"""How to question an answer: `probe(answer, args) -> {name: value}`.

This is all that differs between kinds of exercise. Reference, misconceptions, alternatives and students' answers
all go through the same probe, so a probe is also where a kind of exercise says what it observes.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from autograder.checking.problems import Unusable


class Probe(Protocol):
    """Calls `answer` with one case's arguments and names what came out.

    `gradients` asks for derivatives as well; a probe without any ignores it.
    """

    def __call__(
        self, answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool
    ) -> dict[str, Any]: ...


def function(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[str, Any]:
    """A function: what it returns and, if asked, the gradients of a fixed random projection of that."""
    if not callable(answer):
        raise Unusable("not callable", f"Your answer is {article(answer)}, where a function belongs.")
    if not gradients:
        return named(answer(*args), returns)
    inputs = [a.requires_grad_() for a in leaves(args) if a.is_floating_point()]
    outputs = named(answer(*args), returns)
    return projected_gradients(outputs, {f"gradient {i}": x for i, x in enumerate(inputs)})


def value(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[str, Any]:
    """A plain value, or a function without arguments that returns it."""
    return named(answer(*args) if callable(answer) else answer, returns)


def steps(state: int | Sequence[int], count: int = 4) -> Probe:
    """An update run several times: what it returns is fed back at each step.

    `state` says which arguments that are: their positions, in the order of what is returned, or so many from the
    first. The remaining arguments come as one list per step, or as one value used at every step.
    """
    places = range(state) if isinstance(state, int) else state

    def run(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[str, Any]:
        if not callable(answer):
            raise Unusable("not callable", f"Your answer is {article(answer)}, where a function belongs.")
        carried = {place: args[place] for place in places}
        seen: dict[str, Any] = {}
        for step in range(count):
            given = [a[step] if isinstance(a, list) else a for a in args]
            outputs = named(answer(*[carried.get(i, a) for i, a in enumerate(given)]), returns)
            # a copy: an answer may write into its state at the next step, which is for the line on inputs to say
            kept = {name: v.clone() if isinstance(v, Tensor) else v for name, v in outputs.items()}
            seen |= {f"{name} after step {step + 1}": v for name, v in kept.items()}
            carried = dict(zip(places, outputs.values(), strict=True))
        return seen

    return run


def along(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[str, Any]:
    """A function of a number, called at every number in its first argument: one array, so that the card shows where."""
    if not callable(answer):
        raise Unusable("not callable", f"Your answer is {article(answer)}, where a function belongs.")
    seen = [named(answer(x, *args[1:]), returns) for x in args[0]]
    return {name: np.array([float(values[name]) for values in seen]) for name in returns}


def module(*, call: Callable[[Any, Any], Any] | None = None) -> Probe:
    """A class: built, loaded strictly with the reference's parameters, then called.

    A case is `(build, state, inputs)`: arguments of the constructor, a state dict, and the inputs of the call.
    """

    def run(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[str, Any]:
        if not isinstance(answer, type):
            raise Unusable("not a class", f"Your answer is {article(answer)}, where a class belongs.")
        build, state, inputs = args
        built = answer(*build)
        load(built, state)
        inputs = [x.requires_grad_() if gradients and x.is_floating_point() else x for x in inputs]
        outputs = named(call(built, inputs) if call else built(*inputs), returns)
        if not gradients:
            return outputs
        wanted = {f"gradient {i}": x for i, x in enumerate(inputs) if x.requires_grad}
        return projected_gradients(outputs, wanted | {f"gradient of {n}": p for n, p in built.named_parameters()})

    return run


def methods(name: str) -> Probe:
    """A class with a state: built, then one method called again and again; what the calls returned, as one array.

    A case is `(build, inputs)`: arguments of the constructor, and the argument of each call.
    """

    def run(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[str, Any]:
        if not isinstance(answer, type):
            raise Unusable("not a class", f"Your answer is {article(answer)}, where a class belongs.")
        build, inputs = args
        built = answer(*build)
        returned = [getattr(built, name)(x) for x in inputs]
        if any(not isinstance(r, bool | int | float | Tensor) for r in returned):
            kinds = ", ".join(sorted({type(r).__name__ for r in returned}))
            raise Unusable("method", f"`{name}` should return True or False at every call; yours returned {kinds}.")
        return {returns[0]: torch.tensor([bool(r) for r in returned])}

    vars(run)["arguments"] = ["built with", f"{name} called with"]
    return run


Look = Callable[[dict[str, Any], tuple[Any, ...]], dict[str, Any]]


def draws(look: Look | None = None, many: int = 100) -> Probe:
    """A function that draws from a `torch.Generator` among its arguments.

    Seen are its results, or what `look(results, args)` finds in them, where the results themselves are chance; and
    `generator_used`: whether the same generator gives the same results and, where these have `many` elements or more,
    another generator others.
    """

    def run(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[str, Any]:
        generators = [a for a in args if isinstance(a, torch.Generator)]
        seeds = [g.initial_seed() for g in generators]

        def call(shift: int) -> dict[str, Any]:
            for generator, seed in zip(generators, seeds, strict=True):
                generator.manual_seed(seed + shift)
            found = function(answer, args, returns, False)
            return {n: list(v) if isinstance(v, Iterator) else v for n, v in found.items()}  # a generator draws late

        first, again, other = (flattened(call(shift)) for shift in (0, 0, 1))
        used = torch.equal(first, again) and (first.numel() < many or not torch.equal(first, other))
        outputs = call(0)
        return (look(outputs, args) if look else outputs) | {"generator_used": used}

    return run


def flattened(value: Any) -> Tensor:
    """All tensors in a value as one row of float64."""
    return torch.cat([torch.zeros(0).double(), *(leaf.detach().double().flatten() for leaf in leaves(value))])


def trained(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[str, Any]:
    """A function that trains, and returns a function that predicts. The last argument is what to predict."""
    if not callable(answer):
        raise Unusable("not callable", f"Your answer is {article(answer)}, where a function belongs.")
    predict = answer(*args[:-1])
    if not callable(predict):
        raise Unusable("no predict", f"Your answer returned {article(predict)}, where a function belongs.")
    return named(predict(args[-1]), returns)


def mended(inner: Probe = function) -> Probe:
    """A broken program put right: a function without arguments that returns (fault, function).

    The fault is a letter from the task's list; the mended function is questioned by `inner`.
    """

    def run(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[str, Any]:
        if not callable(answer):
            raise Unusable("not callable", f"Your answer is {article(answer)}, where a function belongs.")
        fault, function = named(answer(), ("fault", "mended")).values()
        if not isinstance(fault, str) or not fault.strip():
            raise Unusable("fault", f'The fault is a letter from the list, such as "A"; yours is {article(fault)}.')
        return {"fault": fault.strip()[0].upper()} | inner(function, args, returns, gradients)

    return run


def load(built: Any, state: dict[str, Tensor]) -> None:
    """Put the reference's parameters into a student's module, or say which names and shapes do not fit."""
    if not isinstance(built, torch.nn.Module):
        raise Unusable("not a module", "Your class does not inherit from torch.nn.Module.")
    for tensor in state.values():
        if tensor.is_floating_point():
            built.to(tensor.dtype)
            break
    try:
        built.load_state_dict(state, strict=True)
    except RuntimeError as error:
        detail = " ".join(line.strip() for line in str(error).splitlines()[1:3])
        raise Unusable(
            "parameters", f"The names or shapes of your parameters are not those of the task. {detail}"
        ) from None


def named(returned: Any, returns: Sequence[str]) -> dict[str, Any]:
    """Match what an answer returned with the names of what it should return."""
    if returned is None:
        raise Unusable("none", "Your answer returned None. Is a return statement missing?")
    if len(returns) == 1:
        if isinstance(returned, tuple):
            raise Unusable("tuple", f"Your answer returned a tuple of {len(returned)}, where one value belongs.")
        return {returns[0]: returned}
    if isinstance(returned, dict):
        if set(returned) != set(returns):
            raise Unusable(
                "names", f"Your answer returned a dict with {sorted(map(str, returned))}; expected {list(returns)}."
            )
        return {name: returned[name] for name in returns}
    if not isinstance(returned, tuple | list):
        raise Unusable(
            "not a tuple", f"Your answer returned {article(returned)}, where {' and '.join(returns)} belong."
        )
    if len(returned) != len(returns):  # a tuple inside the tuple, such as a cache, counts as its parts
        returned = [part for item in returned for part in (item if isinstance(item, tuple | list) else [item])]
    if len(returned) != len(returns):
        raise Unusable(
            "count", f"Your answer returned {len(returned)} values, where {len(returns)} belong: {', '.join(returns)}."
        )
    return dict(zip(returns, returned, strict=True))


def projected_gradients(outputs: dict[str, Any], inputs: dict[str, Tensor]) -> dict[str, Tensor | None]:
    """Gradients of sum(output * weights) with fixed weights: one scalar that every output element moves.

    None where no gradient reaches the input.
    """
    terms = [(o * projection(o)).sum() for o in outputs.values() if isinstance(o, Tensor) and o.requires_grad]
    if not terms:
        return dict.fromkeys(inputs)
    found = torch.autograd.grad(torch.stack(terms).sum(), list(inputs.values()), allow_unused=True)
    return dict(zip(inputs, found, strict=True))


def projection(output: Tensor) -> Tensor:
    """Fixed irregular weights of the output's shape, of size around 1 and never equal."""
    return torch.linspace(1, 2, output.numel(), dtype=output.dtype).mul(12.9898).sin().reshape(output.shape)


def leaves(value: Any) -> list[Tensor]:
    """All tensors in nested tuples, lists and dicts, in order."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return [leaf for item in value for leaf in leaves(item)]
    return []


def article(value: Any) -> str:
    """'a float', 'an int': the type of a value, for a sentence."""
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"
