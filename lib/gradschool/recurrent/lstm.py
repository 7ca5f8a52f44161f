"""Long short-term memory: the cell, its backward pass, a whole sequence, both directions, several layers.

Parameters have torch's layout: the rows of Wih (4 hidden, inputs), Whh (4 hidden, hidden), bih and bhh (4 hidden)
belong to the input gate i, the forget gate f, the candidate g and the output gate o, in this order.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from gradschool.checks import check_steps

Parameters = Sequence[Float[Tensor, "..."]]  # Wih, Whh, bih, bhh


def _gates(z: Float[Tensor, "batch gates"]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """i, f, g, o from the net inputs of all four."""
    i, f, g, o = z.chunk(4, dim=1)
    return torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)


def lstm_cell(
    x: Float[Tensor, "batch inputs"],
    h: Float[Tensor, "batch hidden"],
    c: Float[Tensor, "batch hidden"],
    Wih: Float[Tensor, "gates inputs"],
    Whh: Float[Tensor, "gates hidden"],
    bih: Float[Tensor, " gates"],
    bhh: Float[Tensor, " gates"],
) -> tuple[Float[Tensor, "batch hidden"], Float[Tensor, "batch hidden"]]:
    """One step: c' = f ⊙ c + i ⊙ g and h' = o ⊙ tanh(c'). Returns (h', c').

    All four gates are one product with the stacked weights.

    Source: Hochreiter & Schmidhuber (1997), with the forget gate of Gers, Schmidhuber & Cummins (2000).
    """
    i, f, g, o = _gates(x @ Wih.T + bih + h @ Whh.T + bhh)
    c = f * c + i * g
    return o * torch.tanh(c), c


def lstm_cell_backward(
    dh: Float[Tensor, "batch hidden"],
    dc: Float[Tensor, "batch hidden"],
    x: Float[Tensor, "batch inputs"],
    h: Float[Tensor, "batch hidden"],
    c: Float[Tensor, "batch hidden"],
    Wih: Float[Tensor, "gates inputs"],
    Whh: Float[Tensor, "gates hidden"],
    bih: Float[Tensor, " gates"],
    bhh: Float[Tensor, " gates"],
) -> tuple[
    Float[Tensor, "batch inputs"],
    Float[Tensor, "batch hidden"],
    Float[Tensor, "batch hidden"],
    Float[Tensor, "gates inputs"],
    Float[Tensor, "gates hidden"],
    Float[Tensor, " gates"],
]:
    """Gradients through one step of `lstm_cell`; the gates are worked out again from its arguments.

    Args:
        dh, dc: gradients with respect to the new state h' and the new cell c'. What a later step sends back is in both.
        x, h, c, Wih, Whh, bih, bhh: what the cell was called with.

    Returns:
        (dx, dh, dc, dWih, dWhh, db) with respect to those; db belongs to bih and to bhh.

    Source:
        Greff et al. (2017), LSTM: a search space odyssey, appendix A, without peepholes.
    """
    i, f, g, o = _gates(x @ Wih.T + bih + h @ Whh.T + bhh)
    t = torch.tanh(f * c + i * g)
    dc = dc + dh * o * (1 - t**2)
    dz = torch.cat([dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2), dh * t * o * (1 - o)], dim=1)
    return dz @ Wih, dz @ Whh, dc * f, dz.T @ x, dz.T @ h, dz.sum(dim=0)


def lstm_forward(
    x: Float[Tensor, "batch time inputs"],
    h0: Float[Tensor, "batch hidden"],
    c0: Float[Tensor, "batch hidden"],
    Wih: Float[Tensor, "gates inputs"],
    Whh: Float[Tensor, "gates hidden"],
    bih: Float[Tensor, " gates"],
    bhh: Float[Tensor, " gates"],
) -> tuple[Float[Tensor, "batch time hidden"], Float[Tensor, "batch hidden"], Float[Tensor, "batch hidden"]]:
    """The cell at every step of a sequence: (all states h, last h, last c).

    The inputs of all steps meet Wih in one product before the loop; inside it stays what depends on the state.

    Raises:
        ValueError: a sequence of no steps.
    """
    check_steps(x)
    from_inputs = x @ Wih.T + (bih + bhh)  # (batch, time, gates)
    h, c, states = h0, c0, []
    # Taken apart once: a slice of its own for each step would cost T² on the way back.
    for step in from_inputs.unbind(1):
        i, f, g, o = _gates(step + h @ Whh.T)
        c = f * c + i * g
        h = o * torch.tanh(c)
        states.append(h)
    return torch.stack(states, dim=1), h, c


def _from_zero(x: Tensor, parameters: Parameters) -> tuple[Tensor, Tensor, Tensor]:
    """`lstm_forward` from a state and a cell of zeros."""
    zeros = x.new_zeros(x.shape[0], parameters[1].shape[1])
    out: tuple[Tensor, Tensor, Tensor] = lstm_forward(x, zeros, zeros, *parameters)
    return out


def bidirectional(
    x: Float[Tensor, "batch time inputs"], forward: Parameters, backward: Parameters
) -> tuple[Float[Tensor, "batch time both"], Float[Tensor, "batch both"]]:
    """Two LSTMs read a sequence, one from each end: (all states, last states), the forward one's first in both.

    At step t stand the forward state, which has seen x_1 … x_t, and the backward state, which has seen x_T … x_t. The
    last state of the backward reading therefore belongs to step 1. Both start from zeros.

    Args:
        forward, backward: Wih, Whh, bih, bhh of the two.

    Source:
        Schuster & Paliwal (1997), Bidirectional recurrent neural networks.
    """
    there, h_there, _ = _from_zero(x, forward)
    back, h_back, _ = _from_zero(x.flip(1), backward)
    return torch.cat([there, back.flip(1)], dim=2), torch.cat([h_there, h_back], dim=1)


def stacked(
    x: Float[Tensor, "batch time inputs"], layers: Sequence[Parameters]
) -> tuple[
    Float[Tensor, "batch time hidden"], Float[Tensor, "layers batch hidden"], Float[Tensor, "layers batch hidden"]
]:
    """LSTMs on top of each other: each layer reads all states of the one below. All start from zeros.

    Args:
        layers: Wih, Whh, bih, bhh of each layer, the lowest first; all of one width.

    Returns:
        (out, h, c): all states of the top layer, and the last h and c of every layer, the lowest first.

    Raises:
        ValueError: no layers.

    Source:
        Graves, Mohamed & Hinton (2013), Speech recognition with deep recurrent neural networks, eq. 11.
    """
    if not layers:
        raise ValueError("stacked needs at least one layer; got none")
    ends = []
    for parameters in layers:
        x, *end = _from_zero(x, parameters)
        ends.append(end)
    h, c = (torch.stack(last) for last in zip(*ends, strict=True))
    return x, h, c


def initial_lstm(
    inputs: int, hidden: int, generator: torch.Generator, forget_bias: float = 0.0, dtype: torch.dtype = torch.float64
) -> list[Tensor]:
    """Wih, Whh, bih, bhh drawn as torch draws them, uniform within ±1/√hidden; `forget_bias` is added to f's bias.

    With a bias of 1 or more the forget gate starts open, and what the cell holds fades slowly from the first step of
    training on.

    Source: Gers, Schmidhuber & Cummins (2000); Jozefowicz, Zaremba & Sutskever (2015), section 2.2.
    """
    shapes = (4 * hidden, inputs), (4 * hidden, hidden), (4 * hidden,), (4 * hidden,)
    parameters = [
        (2 * torch.rand(s, generator=generator, dtype=dtype, device=generator.device) - 1) / hidden**0.5 for s in shapes
    ]
    parameters[2][hidden : 2 * hidden] += forget_bias
    return parameters


# The same in torch: nn.LSTM(inputs, hidden, num_layers, bidirectional=True, batch_first=True) returns (out, (h, c))
# with h and c of shape (layers · directions, batch, hidden); nn.LSTMCell is one step. Nothing sets its forget bias:
# one line of yours does.
