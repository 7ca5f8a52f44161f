"""One concept of the course as libraries offer it: the names in Python and the operations beneath them.

`names` are dotted paths as a notebook may spell them; a path ending in a class stands for its calls and methods too.
`operations` are what PyTorch's dispatcher runs, whatever the road taken (`torch.ops`, a module, `torch.jit`). List
one only where nothing else runs it: `linear` ends in the same `mm` as the product a student writes.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Concept:
    names: tuple[str, ...]
    operations: tuple[str, ...] = ()


def spelled(name: str, *more: str, special: bool = False) -> tuple[str, ...]:
    """The usual four spellings of a function in torch, and any others."""
    spellings = (
        f"torch.{name}",
        f"torch.Tensor.{name}",
        f"torch.nn.functional.{name}",
        f"torch.{name}_",
        f"torch.Tensor.{name}_",
    )
    return (*spellings, *((f"torch.special.{name}",) if special else ()), *more)
