"""What every training loop needs and no lesson is about: chance under control, batches, a record of what happened."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Integer, Shaped
from torch import Tensor

from gradschool.seeds import each_seed


def generator(seed: int, device: torch.device | str = "cpu") -> torch.Generator:
    """A source of chance of its own: the same seed gives the same numbers, whatever else draws some."""
    return torch.Generator(device).manual_seed(seed)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Torch's global source of chance starts from `seed` inside, and goes on outside as if nothing had happened.

    For code that takes no generator: `with seeded(0): net = torch.nn.Linear(64, 10)`.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


@contextmanager
def evaluating(net: torch.nn.Module) -> Iterator[None]:
    """The network is in evaluation mode inside; afterwards each of its modules is in the mode in which it came.

    `net.train(net.training)` would not do: it puts a normalisation that was frozen into training with the rest.
    """
    modes = [(module, module.training) for module in net.modules()]
    net.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


def batches(
    x: Shaped[Tensor, "samples ..."], y: Shaped[Tensor, "targets ..."], size: int, generator: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """One epoch: every sample once, in an order drawn from `generator`, `size` at a time; the last may be fewer.

    Raises:
        ValueError: a size below 1, or not as many targets as samples.
    """
    if size < 1 or len(x) != len(y):
        raise ValueError(f"a batch size of at least 1 and one target for each sample; got {size}, {len(x)}, {len(y)}")
    order = torch.randperm(len(x), generator=generator, device=generator.device).to(x.device)
    for indices in torch.split(order, size):
        yield x[indices], y[indices]


def fit(
    net: torch.nn.Module,
    x: Float[Tensor, "samples ..."],
    y: Shaped[Tensor, "targets ..."],
    loss: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    epochs: int,
    size: int = 64,
    seed: int = 0,
) -> None:
    """Mini-batch training in place, for lessons whose subject is something else.

    Args:
        net: called with a batch of `x`.
        loss: takes the network's outputs and the targets of the batch, returns one number.
        optimizer: made for the parameters of `net`.
        epochs: rounds through all samples.
        size: samples in a batch.
        seed: of the order of the samples.
    """
    chance = generator(seed)
    for _ in range(epochs):
        for inputs, targets in batches(x, y, size, chance):
            optimizer.zero_grad()
            loss(net(inputs), targets).backward()  # type: ignore[no-untyped-call]
            optimizer.step()


def accuracy(scores: Float[Tensor, "samples classes"], target: Integer[Tensor, " samples"]) -> float:
    """Share of samples whose largest score is that of their class, from 0 to 1."""
    return (scores.argmax(dim=-1) == target).float().mean().item()


@dataclass
class History:
    """What was measured while training: one list of numbers under each name.

    Example:
        history.record(loss=loss, accuracy=0.9); plotting.loss_curves({"training": history["loss"]})
    """

    values: dict[str, list[float]] = field(default_factory=dict)

    def record(self, **measured: Tensor | float | int) -> None:
        """Append one number under each name; a tensor of one element gives up its graph."""
        for name, value in measured.items():
            self.values.setdefault(name, []).append(float(value.detach() if isinstance(value, Tensor) else value))

    def __getitem__(self, name: str) -> list[float]:
        if name not in self.values:
            raise KeyError(f"nothing was recorded as {name!r}, only {', '.join(self.values) or 'nothing at all'}")
        return self.values[name]


@dataclass(frozen=True)
class Spread:
    """The same experiment over several seeds."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The values' mean."""
        return sum(self.values) / len(self.values)

    def __format__(self, spec: str) -> str:
        """Mean, least and greatest in this format, three significant digits unless given: f"{spread:.2g}"."""
        mean, low, high = (format(v, spec or ".3g") for v in (self.mean, min(self.values), max(self.values)))
        return f"{mean} ({low} to {high} over {len(self.values)} seeds)"

    def __str__(self) -> str:
        return format(self)


def over_seeds(
    experiment: Callable[[int], float], seeds: Sequence[int] = (0, 1, 2), stored: str = "", live: bool = True
) -> Spread:
    """Run an experiment once for each seed: a single run shows luck as much as it shows the method.

    `stored` names what all seeds but the first have given already, without `live` the first one too: see
    `gradschool.seeds`.
    """
    return Spread(tuple(each_seed(lambda seed: float(experiment(seed)), seeds, stored, live)))
