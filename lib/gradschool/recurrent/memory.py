"""How far back does a recurrent network remember? Two tasks that ask, and several networks trained side by side.

The adding task and the copy task are those of Hochreiter and Schmidhuber (1997, experiments 4 and 2c). One step of a
small network is so little work that most of the time goes into starting it; so networks of several seeds run as one,
with a leading axis for the seed.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

Kind = Literal["RNN", "LSTM", "GRU"]
GATES: dict[Kind, int] = {"RNN": 1, "LSTM": 4, "GRU": 3}
#: Mean squared error of the answer 1 on the adding task: the variance of a sum of two uniform numbers.
ADDING_BASELINE = 1 / 6


class Sequences(NamedTuple):
    """Inputs, and what is asked about them at the last step."""

    x: Float[Tensor, "*many time inputs"]
    y: Shaped[Tensor, "..."]


def adding_task(n: int, length: int, generator: torch.Generator) -> Sequences:
    """Numbers uniform in [0, 1), two of them marked, one in each half; the answer is the sum of the two.

    Returns:
        x of shape (n, length, 2), the number and the mark at each step, and y of shape (n, 1), in float64.

    Raises:
        ValueError: fewer than two steps.
    """
    if length < 2:
        raise ValueError(f"two steps are marked, so there are two at least; got {length}")
    values = torch.rand(n, length, generator=generator, dtype=torch.float64)
    half = length // 2
    marks = torch.zeros_like(values)
    for low, high in ((0, half), (half, length)):
        marks.scatter_(1, torch.randint(low, high, (n, 1), generator=generator), 1.0)
    return Sequences(torch.stack([values, marks], dim=2), (values * marks).sum(dim=1, keepdim=True))


def copy_task(n: int, delay: int, generator: torch.Generator, symbols: int = 8) -> Sequences:
    """One of so many symbols, then a blank for `delay` steps; the answer is the symbol.

    Returns:
        x of shape (n, delay + 1, symbols + 1), one-hot with the blank last, and y of shape (n,), the symbol's number.
    """
    y = torch.randint(symbols, (n,), generator=generator)
    shown = torch.cat([y.unsqueeze(1), torch.full((n, delay), symbols)], dim=1)
    return Sequences(torch.nn.functional.one_hot(shown, symbols + 1).double(), y)


class Networks(NamedTuple):
    """Recurrent networks with a linear readout of the last state, stacked along a first axis."""

    kind: Kind
    weights: list[Float[Tensor, "networks ..."]]  # Wih, Whh, bih, bhh, and the readout's weight and bias

    def __call__(self, x: Float[Tensor, "networks batch time inputs"]) -> Float[Tensor, "networks batch outputs"]:
        """What each network says after the last step of its own batch."""
        h = _last_state(self.kind, x, *self.weights[:4])
        return torch.baddbmm(self.weights[5].unsqueeze(1), h, self.weights[4].mT)


def initial_networks(
    kind: Kind, inputs: int, hidden: int, outputs: int, seeds: Sequence[int], forget_bias: float = 0.0
) -> Networks:
    """One network for each seed, drawn as torch draws its own, in float64; `forget_bias` is added for an LSTM."""
    gates = GATES[kind] * hidden
    shapes = (gates, inputs), (gates, hidden), (gates,), (gates,), (outputs, hidden), (outputs,)
    chances = [torch.Generator().manual_seed(seed) for seed in seeds]
    weights = [
        torch.stack([(2 * torch.rand(s, generator=g, dtype=torch.float64) - 1) / hidden**0.5 for g in chances])
        for s in shapes
    ]
    if kind == "LSTM":
        weights[2][:, hidden : 2 * hidden] += forget_bias
    return Networks(kind, weights)


def _last_state(kind: Kind, x: Tensor, Wih: Tensor, Whh: Tensor, bih: Tensor, bhh: Tensor) -> Tensor:
    """The states after the last step, (networks, batch, hidden), from states of zeros."""
    networks, batch, time, _ = x.shape
    bias = bih if kind == "GRU" else bih + bhh
    hidden = Whh.shape[2]
    h = x.new_zeros(networks, batch, hidden)
    if kind == "LSTM":  # tanh(z) = 2 σ(2z) - 1: with the candidate's rows doubled, one sigmoid serves all four blocks
        twice = torch.ones(4 * hidden, dtype=x.dtype, device=x.device)
        twice[2 * hidden : 3 * hidden] = 2
        Wih, Whh, bias = Wih * twice.unsqueeze(1), Whh * twice.unsqueeze(1), bias * twice
    from_inputs = (torch.einsum("nbti,ngi->tnbg", x, Wih) + bias.unsqueeze(1)).unbind(0)
    c, recurrent, own = torch.zeros_like(h), Whh.mT.contiguous(), bhh.unsqueeze(1)
    for t in range(time):
        if kind == "RNN":
            h = torch.tanh(torch.baddbmm(from_inputs[t], h, recurrent))
        elif kind == "LSTM":
            i, f, g, o = torch.sigmoid(torch.baddbmm(from_inputs[t], h, recurrent)).chunk(4, dim=2)
            c = f * c + i * (2 * g - 1)
            h = o * torch.tanh(c)
        else:
            (x_gates, x_n), (h_gates, h_n) = (
                torch.split(v, [2 * hidden, hidden], dim=2) for v in (from_inputs[t], torch.baddbmm(own, h, recurrent))
            )
            r, z = torch.sigmoid(x_gates + h_gates).chunk(2, dim=2)
            n = torch.tanh(x_n + r * h_n)
            h = n + z * (h - n)
    return h


Loss = Callable[[Tensor, Tensor], Tensor]


def train_side_by_side(
    networks: Networks,
    draw: Callable[[int, torch.Generator], Sequences],
    loss: Loss,
    steps: int,
    batch: int = 32,
    lr: float = 1e-2,
    clip: float = 1.0,
    seed: int = 0,
) -> Networks:
    """Train every network with Adam on fresh samples of its own, the gradient of each clipped to the norm `clip`.

    Args:
        draw: makes samples: draw(n, generator).
        loss: takes all outputs and targets of one network, returns their mean.

    Returns:
        New networks; those given stay as they are.
    """
    weights = [w.clone().requires_grad_() for w in networks.weights]
    trained, many = Networks(networks.kind, weights), len(weights[0])
    optimizer = torch.optim.Adam(weights, lr)
    chance = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        x, y = draw(many * batch, chance)
        out = trained(x.reshape(many, batch, *x.shape[1:]))
        value = many * loss(out.flatten(0, 1), y)  # so that each network's gradient is that of its own mean
        grads = torch.autograd.grad(value, weights)
        norms = torch.stack([g.flatten(1).norm(dim=1) for g in grads]).norm(dim=0)  # (networks,)
        scale = (clip / norms).clamp(max=1.0)
        for w, g in zip(weights, grads, strict=True):
            w.grad = g * scale.reshape(-1, *[1] * (g.ndim - 1))
        optimizer.step()
    return Networks(networks.kind, [w.detach() for w in weights])
