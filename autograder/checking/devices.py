"""Whether an answer keeps to the device of its inputs, told without a second device.

Followed is every tensor that the answer makes without `device=`: on a GPU it would lie in the CPU's memory. Where it
meets a tensor that comes from the inputs, torch would stop there; where it comes back, the result would lie elsewhere.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from autograder.spec.probes import leaves

MAKERS = frozenset(
    {"arange", "linspace", "logspace", "ones", "zeros", "full", "eye", "empty", "tensor", "as_tensor", "from_numpy"}
    | {"rand", "randn", "randint", "randperm", "tril_indices", "triu_indices", "scalar_tensor", "hann_window"}
    | {"cartesian_prod", "normal"}
)
# These take tensors of two devices: indices may lie in the CPU's memory, shapes and values are read from anywhere.
MIXING = frozenset({"__getitem__", "__setitem__", "__get__", "__set__", "expand_as", "view_as", "reshape_as"})


class Devices(TorchFunctionMode):
    """Follows tensors through the calls of an answer.

    Attributes:
        problem: "mixes", "moves", or "" where none was seen.
        maker: what made the tensor that does not belong: "torch.arange".
    """

    def __init__(self) -> None:
        super().__init__()
        self.problem, self.maker = "", ""
        self._made: dict[int, tuple[Tensor, str]] = {}  # by id; the tensors are kept, so that no id is used again

    def returned(self, value: Any) -> None:
        """Look at what came back."""
        for leaf in leaves(value):
            if not self.problem and id(leaf) in self._made:
                self.problem, self.maker = "moves", self._made[id(leaf)][1]

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        self._follow(getattr(func, "__name__", ""), args, kwargs, result)
        return result

    def _follow(self, name: str, args: Any, kwargs: Any, result: Any) -> None:
        given = leaves([list(args), list(kwargs.values())])
        ours = [tensor for tensor in given if id(tensor) in self._made]
        if not given:
            if name in MAKERS and kwargs.get("device") is None:
                self._keep(leaves(result), f"torch.{name}")
        elif len(ours) < len(given):
            if name in ("copy_", "to", "type_as"):  # as if it had been moved there; on one device `to` gives the same
                self._made.pop(id(args[0]), None)
            elif name not in MIXING and not self.problem:
                large = [tensor for tensor in ours if tensor.dim()]  # torch takes lone numbers from anywhere
                if large:
                    self.problem, self.maker = "mixes", self._made[id(large[0])][1]
        elif self._moved(name, args, kwargs):
            self._made.pop(id(result), None)
        else:
            self._keep(leaves(result), self._made[id(ours[0])][1])

    def _keep(self, tensors: Iterable[Tensor], maker: str) -> None:
        for tensor in tensors:
            self._made[id(tensor)] = tensor, maker

    @staticmethod
    def _moved(name: str, args: Any, kwargs: Any) -> bool:
        told = [*args[1:], *kwargs.values()]
        return name == "to" and any(isinstance(value, torch.device | str) for value in told)
