"""Probes for answers that train: whole runs, and single steps with all that they move."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from autograder.spec.errors import Unusable
from autograder.spec.outputs import Output
from autograder.spec.probes.common import Probe, article, function_of, named, probe


@probe(random=True)
def trained(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[str, Any]:
    """A function that trains, and returns a function that predicts. The last argument is what to predict."""
    function_of(answer)
    predict = answer(*args[:-1])
    if not callable(predict):
        raise Unusable("no predict", f"Your answer returned {article(predict)}, where a function belongs.")
    return named(predict(args[-1]), returns)


def _nothing() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Stage:
    """What a training step works on.

    Attributes:
        arguments: what the answer is called with: networks, optimizers, samples.
        networks: what is looked at after each step, under the names of the card.
        seen: more to look at after each step, by name: whether a gradient reached a network that it must not reach.
    """

    arguments: tuple[Any, ...]
    networks: Mapping[str, nn.Module]
    seen: Callable[[], Mapping[str, Any]] = _nothing


@contextmanager
def _modes(networks: Mapping[str, nn.Module]) -> Iterator[set[str]]:
    """Names of the networks of which a layer runs in evaluation mode meanwhile."""
    evaluated: set[str] = set()

    def watching(name: str) -> Callable[..., None]:
        def look(layer: nn.Module, inputs: Any) -> None:
            if not layer.training:
                evaluated.add(name)

        return look

    handles = [
        layer.register_forward_pre_hook(watching(name))
        for name, network in networks.items()
        for layer in network.modules()
    ]
    try:
        yield evaluated
    finally:
        for handle in handles:
            handle.remove()


def training_step(stage: Callable[..., Stage], *arguments: str, count: int = 2) -> Probe:
    """A function that takes one step of training, called `count` times on the same networks and optimizers.

    A case holds data alone (state dicts, samples, rates): `stage(*args)` builds from it, anew for each answer. Seen
    after each step: what the answer returned, every network's parameters and buffers as one row under the network's
    name, its mode, and whether it ran in evaluation mode meanwhile. Gradients that an answer leaves behind show in the
    next step, if it does not clear them first. `arguments` are the card's words for what a case holds.
    """

    @probe(*arguments, device=False)
    def run(answer: Any, args: tuple[Any, ...], returns: Sequence[str], gradients: bool) -> dict[Output, Any]:
        step, ready = function_of(answer), stage(*args)
        found: dict[Output, Any] = {}
        for i in range(count):
            with _modes(ready.networks) as evaluated:
                returned = step(*ready.arguments)
            outputs = named(returned, returns) if returns else {}
            for name, network in ready.networks.items():
                outputs[name] = torch.cat([t.detach().double().flatten() for t in network.state_dict().values()])
                outputs[f"{name} in training mode"] = network.training
                outputs[f"{name} ran in evaluation mode"] = name in evaluated
            outputs |= ready.seen()
            found |= {Output(name).at(i + 1): value for name, value in outputs.items()}
        return found

    return run
