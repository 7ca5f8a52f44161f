"""What the probes share: matching what came out with its names, and differentiating through it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from autograder.spec.errors import Unusable
from autograder.spec.outputs import DRAWN, Output

Seen = dict[Output, Any]


class Run(Protocol):
    """Calls `answer` with one case's arguments and names what came out; a bare name is that of a value.

    `gradients` asks for derivatives as well; a run without any ignores it.
    """

    def __call__(
        self, answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool
    ) -> Mapping[Any, Any]: ...


@dataclass(frozen=True)
class Probe:
    """How a kind of answer is questioned.

    Attributes:
        run: calls the answer on one case.
        arguments: what the card calls a case's arguments, where they are others than the reference's.
        device: whether to test on the meta device that the result stays on the device of the inputs.
        dtypes: precisions in which the cases are run.
        random: the answer draws or trains: it is run in float32 alone, and its device is not tested.
        conclude: what follows from `DRAWN`, of what the run gives, and the arguments; called where the answer is not,
            if a class is graded.
        undrawn: names of values that `run` gives beside `DRAWN`.
        arrays: the answer is one for NumPy: it is handed arrays where a case holds tensors, and may return arrays.
    """

    run: Run
    arguments: tuple[str, ...] = ()
    device: bool = True
    dtypes: tuple[str, ...] = ("float64", "float32")
    random: bool = False
    conclude: Callable[[Any, tuple[Any, ...]], Mapping[Any, Any]] | None = None
    undrawn: tuple[str, ...] = ()
    arrays: bool = False

    def __post_init__(self) -> None:
        if self.arrays:
            object.__setattr__(self, "device", False)
        if self.random:
            object.__setattr__(self, "device", False)
            object.__setattr__(self, "dtypes", ("float32",))

    def __call__(self, answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> Seen:
        """What the answer does on one case."""
        return self.concluded(self.observed(answer, args, returns, gradients), args)

    def observed(self, answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> Seen:
        """The same before anything is concluded from what was drawn."""
        args = as_arrays(args) if self.arrays else args
        return {Output.of(name): value for name, value in self.run(answer, args, returns, gradients).items()}

    def concluded(self, seen: Mapping[Output, Any], args: tuple[Any, ...]) -> Seen:
        """What was seen, with what follows from what was drawn in its place."""
        found = dict(seen)
        if self.conclude is not None and DRAWN in found:
            found |= {Output.of(name): value for name, value in self.conclude(found.pop(DRAWN), args).items()}
        return found

    def but(self, **changes: Any) -> "Probe":
        """The same with other settings: `function.but(device=False)`."""
        return replace(self, **changes)


def probe(
    *arguments: str, device: bool = True, dtypes: tuple[str, ...] = ("float64", "float32"), random: bool = False
) -> Callable[[Run], Probe]:
    """Make a probe of the decorated function; see `Probe` for the settings."""
    return lambda run: Probe(run, arguments, device, dtypes, random)


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
        many = "1 value" if len(returned) == 1 else f"{len(returned)} values"
        raise Unusable("count", f"Your answer returned {many}, where {len(returns)} belong: {', '.join(returns)}.")
    return dict(zip(returns, returned, strict=True))


def projected_gradients(outputs: Mapping[Any, Any], inputs: Mapping[Output, Tensor]) -> dict[Output, Tensor | None]:
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


def as_arrays(value: Any) -> Any:
    """The same tuples, lists and dicts with NumPy's arrays in place of tensors, in the same memory, and its generators.

    What lies in the same memory shows, in the tensors of the case, what an answer has written into its arrays.
    """
    if isinstance(value, Tensor):
        return value.numpy() if value.ndim else value.numpy()[()]
    if isinstance(value, torch.Generator):
        return np.random.default_rng(value.initial_seed())
    if isinstance(value, tuple | list):
        return type(value)(as_arrays(item) for item in value)
    if isinstance(value, dict):
        return type(value)({key: as_arrays(item) for key, item in value.items()})
    return value


def as_tensors(value: Any) -> Any:
    """The same with tensors in place of NumPy's arrays and numbers, in memory of their own: how a case holds them."""
    if isinstance(value, np.ndarray | np.number | np.bool_):
        return torch.from_numpy(np.array(value, order="C"))
    if isinstance(value, tuple | list):
        return type(value)(as_tensors(item) for item in value)
    if isinstance(value, dict):
        return type(value)({key: as_tensors(item) for key, item in value.items()})
    return value


def leaves(value: Any) -> list[Tensor]:
    """All tensors in nested tuples, lists and dicts, in order."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return [leaf for item in items(value) for leaf in leaves(item)]
    return []


def items(value: tuple[Any, ...] | list[Any]) -> Sequence[Any]:
    """What a tuple or a list holds; a class of the answer's own may say otherwise, and never come to an end."""
    plain: Sequence[Any] = (tuple if isinstance(value, tuple) else list).__getitem__(value, slice(None))  # type: ignore[index]
    return plain


def flattened(value: Any) -> Tensor:
    """All tensors in a value as one row of float64."""
    return torch.cat([torch.zeros(0).double(), *(leaf.detach().double().flatten() for leaf in leaves(value))])


def article(value: Any) -> str:
    """'a float', 'an int': the type of a value, for a sentence."""
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def function_of(answer: Any) -> Callable[..., Any]:
    """The answer itself. Raises Unusable where it cannot be called."""
    if not callable(answer):
        raise Unusable("not callable", f"Your answer is {article(answer)}, where a function belongs.")
    return answer  # type: ignore[no-any-return]


def class_of(answer: Any) -> type:
    """The answer itself. Raises Unusable where it is no class."""
    if not isinstance(answer, type):
        raise Unusable("not a class", f"Your answer is {article(answer)}, where a class belongs.")
    return answer
