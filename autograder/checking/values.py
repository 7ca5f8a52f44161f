"""Values as bytes: what is handed to an answer, and what is looked at of its results elsewhere.

A tree of tagged lists in JSON, and the tensors beside it in safetensors: nothing that runs when it is read. Reading
raises ValueError for whatever is not of this form.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.spec.draw import Chance, Made
from autograder.spec.outputs import Kind, Output
from autograder.spec.probes.common import article, items
from autograder.spec.probes.operations import Larger

Lookup = Callable[[str], Any]


@dataclass(frozen=True)
class Something:
    """Stands for what an answer gave that is no data."""

    kind: str


DEEPEST, MOST_VALUES, LONGEST = 20, 1_000_000, 200
PLAIN = (bool, int, float, str, type(None))


def nothing_named(name: str) -> Any:
    """The lookup where no function of a question can be meant."""
    raise ValueError(f"{name!r} names nothing here")


def pack_values(value: Any) -> bytes:
    """A value as bytes.

    Raises:
        TypeError: something in it is neither data nor a function of the question's.
    """
    from safetensors.torch import save  # an extra: a student's desk packs nothing

    tensors: dict[str, Tensor] = {}
    tree = _tree(value, tensors)
    text = json.dumps(tree).encode()
    return len(text).to_bytes(4, "big") + text + (bytes(save(tensors)) if tensors else b"")


def plain(value: Any, depth: int = 0) -> Any:
    """What an answer gave as far as it is data; of what is not, the kind."""
    if depth > DEEPEST:
        return Something("nested too deep")
    if isinstance(value, Tensor | np.ndarray | Something) or type(value) in PLAIN:
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, range):
        return list(value)
    if isinstance(value, tuple | list):
        parts = [plain(v, depth + 1) for v in items(value)]
        return tuple(parts) if isinstance(value, tuple) else parts
    if isinstance(value, dict):
        return {plain(k, depth + 1): plain(v, depth + 1) for k, v in dict.items(value)}
    return Something(article(value))


def unpack_values(data: bytes, named: Lookup = nothing_named) -> Any:
    """The value in these bytes; `named` finds a function of the question by its name."""
    from safetensors.torch import load

    try:
        length = int.from_bytes(data[:4], "big")
        tree = json.loads(data[4 : 4 + length])
        tensors = load(data[4 + length :]) if len(data) > 4 + length else {}
        return _Reader(tensors, named).value(tree, 0)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, RuntimeError) as error:
        raise ValueError(f"a value cannot be read ({type(error).__name__})") from error
    except Exception as error:  # safetensors has an error of its own
        raise ValueError(f"tensors cannot be read ({type(error).__name__})") from error


def _tree(value: Any, tensors: dict[str, Tensor]) -> Any:
    if type(value) in PLAIN:
        return value
    if isinstance(value, Tensor | np.ndarray):
        return _array(value, tensors)
    if isinstance(value, Larger):
        return ["larger", [[output.name, _tree(args, tensors)] for output, args in value.items()]]
    if isinstance(value, Chance):
        return ["chance", value.seed]
    if isinstance(value, Something):
        return ["something", value.kind[:LONGEST]]
    if isinstance(value, Made):
        return ["made", value.maker.__qualname__, _tree(value.args, tensors)]
    if type(value) in (tuple, list):
        return [type(value).__name__, [_tree(v, tensors) for v in value]]
    if type(value) is dict:
        return ["dict", [[_tree(k, tensors), _tree(v, tensors)] for k, v in value.items()]]
    if callable(value) and "<" not in value.__qualname__:
        return ["named", value.__qualname__]
    raise TypeError(f"{type(value).__name__} is no data: a case holds tensors, numbers, text, and what is made of them")


def _array(value: Any, tensors: dict[str, Tensor]) -> Any:
    """A tensor with the order of its axes in memory, which decides whether `view` can be asked of it."""
    name = str(len(tensors))
    if isinstance(value, np.ndarray):
        tensors[name] = torch.from_numpy(np.ascontiguousarray(value)).clone()
        return ["array", name]
    with torch._C.DisableTorchFunctionSubclass():  # a subclass would be asked what its values are
        own = Tensor.as_subclass(Tensor.detach(value), Tensor).cpu().resolve_conj().resolve_neg()
    strides = own.stride()
    order = sorted(range(own.dim()), key=lambda axis: -strides[axis])
    tensors[name] = own.permute(order).clone(memory_format=torch.contiguous_format)
    return ["tensor", name, order, bool(value.requires_grad)]


class _Reader:
    def __init__(self, tensors: dict[str, Tensor], named: Lookup) -> None:
        self._tensors, self._named, self._count = tensors, named, 0

    def value(self, tree: Any, depth: int) -> Any:
        self._count += 1
        if depth > DEEPEST or self._count > MOST_VALUES:
            raise ValueError("too deep or too long")
        if type(tree) in PLAIN:
            return tree
        tag, *rest = tree
        if tag in ("tuple", "list"):
            parts = [self.value(v, depth + 1) for v in rest[0]]
            return tuple(parts) if tag == "tuple" else parts
        if tag == "dict":
            return {self.value(k, depth + 1): self.value(v, depth + 1) for k, v in rest[0]}
        if tag == "tensor":
            order = [int(axis) for axis in rest[1]]
            found = self._tensors[rest[0]].permute([order.index(axis) for axis in range(len(order))])
            return found.requires_grad_() if rest[2] is True else found
        if tag == "array":
            return self._tensors[rest[0]].numpy()
        return self._of_a_question(tag, rest, depth)

    def _of_a_question(self, tag: str, rest: list[Any], depth: int) -> Any:
        if tag == "chance":
            return Chance(int(rest[0]))
        if tag == "something":
            return Something(str(rest[0])[:LONGEST])
        if tag == "named":
            return self._named(rest[0])
        if tag == "made":
            return Made(self._named(rest[0]), self.value(rest[1], depth + 1))
        if tag == "larger":
            return Larger({Output(str(name), Kind.COUNT): self.value(args, depth + 1) for name, args in rest[0]})
        raise ValueError(f"an unknown tag {tag!r}")
