"""The plain recurrent network: one step, a whole sequence, and backpropagation through time.

Parameters have torch's layout: Wih (hidden, inputs), Whh (hidden, hidden), bih and bhh (hidden). Two biases where one
would do, because torch keeps two: their gradients are equal.
"""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from gradschool.checks import check_steps


def rnn_cell(
    x: Float[Tensor, "batch inputs"],
    h: Float[Tensor, "batch hidden"],
    Wih: Float[Tensor, "hidden inputs"],
    Whh: Float[Tensor, "hidden hidden"],
    bih: Float[Tensor, " hidden"],
    bhh: Float[Tensor, " hidden"],
) -> Float[Tensor, "batch hidden"]:
    """One step: h' = tanh(x Wihᵀ + bih + h Whhᵀ + bhh).

    Source: Elman (1990), Finding structure in time; Goodfellow, Bengio & Courville (2016), eq. 10.8 and 10.9.
    """
    return torch.tanh(x @ Wih.T + bih + h @ Whh.T + bhh)


def rnn_forward(
    x: Float[Tensor, "batch time inputs"],
    h0: Float[Tensor, "batch hidden"],
    Wih: Float[Tensor, "hidden inputs"],
    Whh: Float[Tensor, "hidden hidden"],
    bih: Float[Tensor, " hidden"],
    bhh: Float[Tensor, " hidden"],
) -> tuple[Float[Tensor, "batch time hidden"], Float[Tensor, "batch hidden"]]:
    """The same cell at every step of a sequence: (all states, last state).

    What the inputs bring does not depend on the states, so it is one product for all steps, before the loop.

    Raises:
        ValueError: a sequence of no steps.
    """
    check_steps(x)
    from_inputs = x @ Wih.T + (bih + bhh)  # (batch, time, hidden)
    h, states = h0, []
    # Taken apart once: a slice of its own for each step would cost T² on the way back.
    for step in from_inputs.unbind(1):
        h = torch.tanh(step + h @ Whh.T)
        states.append(h)
    return torch.stack(states, dim=1), h


def rnn_backward(
    dout: Float[Tensor, "batch time hidden"],
    x: Float[Tensor, "batch time inputs"],
    h0: Float[Tensor, "batch hidden"],
    out: Float[Tensor, "batch time hidden"],
    Wih: Float[Tensor, "hidden inputs"],
    Whh: Float[Tensor, "hidden hidden"],
) -> tuple[
    Float[Tensor, "batch time inputs"],
    Float[Tensor, "batch hidden"],
    Float[Tensor, "hidden inputs"],
    Float[Tensor, "hidden hidden"],
    Float[Tensor, " hidden"],
]:
    """Backpropagation through time: gradients through `rnn_forward`, from the last step to the first.

    A state is used twice, by the loss (`dout`) and by the next step, and what comes back by both ways adds up. A
    weight is used at every step, and its gradient is the sum over the steps.

    Args:
        dout: gradient with respect to all states as they were put out.
        x, h0, Wih, Whh: as on the way forward.
        out: the states that came out.

    Returns:
        (dx, dh0, dWih, dWhh, db), where db is the gradient of bih and of bhh.

    Source:
        Werbos (1990), Backpropagation through time; Goodfellow, Bengio & Courville (2016), eq. 10.18 to 10.28.
    """
    before = torch.cat([h0.unsqueeze(1), out[:, :-1]], dim=1)  # the state that each step started from
    dz = torch.empty_like(out)  # gradient with respect to the net inputs
    later = torch.zeros_like(h0)  # what comes back from the step after
    for t in reversed(range(out.shape[1])):
        dz[:, t] = (dout[:, t] + later) * (1 - out[:, t] ** 2)
        later = dz[:, t] @ Whh
    dWih = torch.einsum("bth,bti->hi", dz, x)
    dWhh = torch.einsum("bth,btk->hk", dz, before)
    return dz @ Wih, later, dWih, dWhh, dz.sum(dim=(0, 1))


Loss = Callable[[Tensor, Tensor], Tensor]


def truncated_bptt(
    x: Float[Tensor, "batch time inputs"],
    y: Float[Tensor, "batch time targets"],
    h0: Float[Tensor, "batch hidden"],
    weights: Sequence[Float[Tensor, "..."]],
    k: int,
    loss: Loss,
) -> tuple[Float[Tensor, ""], Float[Tensor, "batch hidden"], list[Float[Tensor, "..."]]]:
    """Gradients of a long sequence in pieces of k steps: the state goes on from piece to piece, its gradient does not.

    Args:
        x, y: inputs and targets of the whole sequence.
        h0: the first state.
        weights: [Wih, Whh, bih, bhh].
        k: steps in a piece; the last one may be shorter.
        loss: called as loss(states, targets) with one piece of both; returns a sum over its steps.

    Returns:
        (value, h, grads): the summed loss, the last state, and the gradients of the four weights, summed over the
        pieces.

    Raises:
        ValueError: pieces of less than one step.

    Source:
        Williams & Peng (1990), An efficient gradient-based algorithm for on-line training of recurrent network
        trajectories.
    """
    if k < 1:
        raise ValueError(f"a piece has at least one step; got k = {k}")
    leaves = [w.detach().requires_grad_() for w in weights]
    grads, value, h = [torch.zeros_like(w) for w in weights], x.new_zeros(()), h0
    for xs, ys in zip(torch.split(x, k, dim=1), torch.split(y, k, dim=1), strict=True):
        out, h = rnn_forward(xs, h.detach(), *leaves)
        piece = loss(out, ys)
        found = torch.autograd.grad(piece, leaves)
        grads, value = [a + b for a, b in zip(grads, found, strict=True)], value + piece.detach()
    return value, h.detach(), grads


def gradient_through_time(
    out: Float[Tensor, "batch time hidden"], Whh: Float[Tensor, "hidden hidden"], dh: Float[Tensor, "batch hidden"]
) -> Float[Tensor, "batch time"]:
    """Norm of the gradient with respect to every state, for a loss that looks at the last state alone.

    One step back multiplies by the transposed Jacobian: dL/dh_{t-1} = Whhᵀ (dL/dh_t ⊙ (1 - h_t²)).

    Args:
        out: the states h_1 … h_T.
        Whh: the recurrent weight.
        dh: the gradient with respect to the last state.

    Source:
        Pascanu, Mikolov & Bengio (2013), On the difficulty of training recurrent neural networks, eq. 5.
    """
    norms = [dh.norm(dim=1)]
    for t in reversed(range(1, out.shape[1])):
        dh = (dh * (1 - out[:, t] ** 2)) @ Whh
        norms.append(dh.norm(dim=1))
    return torch.stack(norms[::-1], dim=1)


def spectral_radius(weight: Float[Tensor, "hidden hidden"]) -> float:
    """The largest absolute value among the eigenvalues: the factor by which many products grow a vector."""
    return float(torch.linalg.eigvals(weight).abs().max())


# The same in torch: nn.RNN(inputs, hidden, batch_first=True) holds weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0
# and returns (all states, last state with a leading axis for layers); nn.RNNCell is one step. h.detach() cuts the
# gradient.
