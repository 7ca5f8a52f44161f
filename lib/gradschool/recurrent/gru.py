"""The gated recurrent unit, in torch's form and in the three others that are in print.

Parameters have torch's layout: the rows of Wih (3 hidden, inputs), Whh (3 hidden, hidden), bih and bhh (3 hidden)
belong to the reset gate r, the update gate z and the candidate n, in this order.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from gradschool.checks import check_steps


def gru_cell(
    x: Float[Tensor, "batch inputs"],
    h: Float[Tensor, "batch hidden"],
    Wih: Float[Tensor, "gates inputs"],
    Whh: Float[Tensor, "gates hidden"],
    bih: Float[Tensor, " gates"],
    bhh: Float[Tensor, " gates"],
) -> Float[Tensor, "batch hidden"]:
    """One step in torch's form: reset after the product, and z keeps the old state.

    r and z are sigmoids; n = tanh(x Winᵀ + bin + r ⊙ (h Whnᵀ + bhn)); h' = (1 - z) ⊙ n + z ⊙ h.

    Source: Cho et al. (2014), eq. 5 to 8, where the reset stands before the product; torch.nn.GRU's documentation.
    """
    xr, xz, xn = (x @ Wih.T + bih).chunk(3, dim=1)
    hr, hz, hn = (h @ Whh.T + bhh).chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + r * hn)
    return (1 - z) * n + z * h


def gru_forward(
    x: Float[Tensor, "batch time inputs"],
    h0: Float[Tensor, "batch hidden"],
    Wih: Float[Tensor, "gates inputs"],
    Whh: Float[Tensor, "gates hidden"],
    bih: Float[Tensor, " gates"],
    bhh: Float[Tensor, " gates"],
) -> tuple[Float[Tensor, "batch time hidden"], Float[Tensor, "batch hidden"]]:
    """The cell at every step of a sequence: (all states, last state).

    Raises:
        ValueError: a sequence of no steps.

    Source: Cho et al. (2014), Learning phrase representations using RNN encoder–decoder.
    """
    check_steps(x)
    h, states = h0, []
    for step in x.unbind(1):
        h = gru_cell(step, h, Wih, Whh, bih, bhh)
        states.append(h)
    return torch.stack(states, dim=1), h


def _reset_before(x: Tensor, h: Tensor, Wih: Tensor, Whh: Tensor, bih: Tensor, bhh: Tensor) -> tuple[Tensor, Tensor]:
    """z and n where the reset gate meets the state before the product."""
    hidden = h.shape[1]
    xr, xz, xn = (x @ Wih.T + bih).chunk(3, dim=1)
    hr, hz = (h @ Whh[: 2 * hidden].T + bhh[: 2 * hidden]).chunk(2, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    return z, torch.tanh(xn + (r * h) @ Whh[2 * hidden :].T + bhh[2 * hidden :])


def gru_cell_mirrored(
    x: Tensor, h: Tensor, Wih: Tensor, Whh: Tensor, bih: Tensor, bhh: Tensor
) -> Float[Tensor, "batch hidden"]:
    """Reset after the product; z lets the candidate in: h' = (1 - z) ⊙ h + z ⊙ n."""
    xr, xz, xn = (x @ Wih.T + bih).chunk(3, dim=1)
    hr, hz, hn = (h @ Whh.T + bhh).chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    return (1 - z) * h + z * torch.tanh(xn + r * hn)


def gru_cell_reset_before(
    x: Tensor, h: Tensor, Wih: Tensor, Whh: Tensor, bih: Tensor, bhh: Tensor
) -> Float[Tensor, "batch hidden"]:
    """Reset before the product, and z keeps the old state: h' = (1 - z) ⊙ n + z ⊙ h.

    Source: Cho et al. (2014), Learning phrase representations using RNN encoder–decoder, eq. 7 and 8.
    """
    z, n = _reset_before(x, h, Wih, Whh, bih, bhh)
    return (1 - z) * n + z * h


def gru_cell_reset_before_mirrored(
    x: Tensor, h: Tensor, Wih: Tensor, Whh: Tensor, bih: Tensor, bhh: Tensor
) -> Float[Tensor, "batch hidden"]:
    """Reset before the product, and z lets the candidate in: h' = (1 - z) ⊙ h + z ⊙ n.

    Source: Chung, Gulcehre, Cho & Bengio (2014), Empirical evaluation of gated recurrent neural networks, eq. 5 to 8.
    """
    z, n = _reset_before(x, h, Wih, Whh, bih, bhh)
    return (1 - z) * h + z * n


#: The four forms in print, by what differs: what z weighs, and whether the reset stands before or after the product.
VARIANTS: dict[str, Callable[..., Tensor]] = {
    "z keeps the old state, reset after the product (torch)": gru_cell,
    "z lets the new one in, reset after the product": gru_cell_mirrored,
    "z keeps the old state, reset before the product (Cho et al.)": gru_cell_reset_before,
    "z lets the new one in, reset before the product (Chung et al.)": gru_cell_reset_before_mirrored,
}

# The same in torch: nn.GRUCell is one step, nn.GRU(inputs, hidden, batch_first=True) a sequence: (all states, last
# state).
