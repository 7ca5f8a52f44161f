"""Two small networks for steps of a game: what moves, in which mode they are left, and how far gradients flow.

A case holds data alone: state dicts (`generator_state`, `discriminator_state`), samples, noise, rates. A spec's stage
makes a `Duel` of the states and hands it, with its optimizers, to `training_step`.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from autograder.spec.draw import Draw

State = dict[str, Tensor]


def generator_state(draw: Draw, latent: int, hidden: int, features: int) -> State:
    """A generator with batch normalisation, so that its mode shows in what it makes and in what it remembers."""
    return {
        "0.weight": draw.normal(hidden, latent),
        "0.bias": draw.normal(hidden),
        "1.weight": draw.uniform(0.5, 1.5, hidden),
        "1.bias": draw.normal(hidden),
        "1.running_mean": draw.normal(hidden),
        "1.running_var": draw.uniform(0.5, 2, hidden),
        "1.num_batches_tracked": torch.tensor(3),
        "3.weight": draw.normal(features, hidden),
        "3.bias": draw.normal(features),
    }


def discriminator_state(draw: Draw, features: int, hidden: int) -> State:
    """A discriminator whose batch normalisation has no memory: what shares a batch matters, not what comes first."""
    return {
        "0.weight": draw.normal(hidden, features),
        "0.bias": draw.normal(hidden),
        "1.weight": draw.uniform(0.5, 1.5, hidden),
        "1.bias": draw.normal(hidden),
        "3.weight": draw.normal(1, hidden),
        "3.bias": draw.normal(1),
    }


class Duel:
    """A generator and a discriminator, built from their states and left as sampling and an earlier step leave them.

    Both are in evaluation mode, and gradients of an earlier step lie in every parameter. `normalised=False` leaves
    batch normalisation out (its entries in the states are not used), where it must not matter how often samples are
    made.
    """

    def __init__(self, generator: State, discriminator: State, normalised: bool = True):
        self.generator = _net(generator, memory=True, normalised=normalised)
        self.discriminator = _net(discriminator, memory=False, normalised=normalised)
        self.networks: Mapping[str, nn.Module] = {"generator": self.generator, "discriminator": self.discriminator}
        self._reached: set[str] = set()
        for name, network in self.networks.items():
            for i, parameter in enumerate(network.parameters()):
                parameter.grad = torch.full_like(parameter, 0.3 * (i + 1))
                parameter.register_hook(lambda _, name=name: self._reached.add(name))  # type: ignore[no-untyped-call]

    def seen(self) -> dict[str, Any]:
        """Whether gradients were computed for the generator since the last look, and whether all take any."""
        reached, self._reached = self._reached, set()
        parameters = [p for network in self.networks.values() for p in network.parameters()]
        return {
            "gradients reach the generator": "generator" in reached,
            "every parameter can learn": all(p.requires_grad for p in parameters),
        }


def _net(state: State, memory: bool, normalised: bool) -> nn.Module:
    (hidden, inputs), (outputs, _) = state["0.weight"].shape, state["3.weight"].shape
    between = nn.BatchNorm1d(hidden, track_running_stats=memory) if normalised else nn.Identity()
    last = [] if memory else [nn.Flatten(0)]  # a discriminator's logits are (batch,)
    net = nn.Sequential(nn.Linear(inputs, hidden), between, nn.Tanh(), nn.Linear(hidden, outputs), *last)
    net.to(state["0.weight"].dtype).load_state_dict(state, strict=normalised)
    return net.eval()
