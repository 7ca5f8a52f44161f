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
    told: str = (
        ""  # the names in the words of a task, where listing them all says less: "the optimizers of `torch.optim`"
    )

    @property
    def words(self) -> str:
        """What a task says may not be called: names as a student types them, without where they stand."""
        if self.told:
            return self.told
        short = [name.rpartition(".")[2].rstrip("_") for name in self.names]
        functions = {name.lower().replace("_", ""): name for name in reversed(short) if not name[0].isupper()}
        classes = {name.lower(): name for name in reversed(short) if name[0].isupper()}
        kept = {**classes, **functions}  # `softmax` stands for `Softmax` too
        return ", ".join(f"`{name}`" for name in dict.fromkeys(kept[n.lower().replace("_", "")] for n in short))


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
