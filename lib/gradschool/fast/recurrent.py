"""LSTM and GRU for speed: one node in the graph for a whole sequence, with its backward pass written out.

Left to autograd, every step of the textbook loop is a dozen nodes, and the gradient of the weights is a small product
for each step, added up. Here the loops, forward and back, hold only what depends on the step before: one product and
the gates. The gradient of the weights is one product at the end, over all steps at once.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from gradschool.checks import check_steps
from gradschool.differentiation import autocast_type, by_autograd, in_full, transformed
from gradschool.precision import wide
from gradschool.recurrent import gru, lstm


def lstm_forward(
    x: Float[Tensor, "batch time inputs"],
    h0: Float[Tensor, "batch hidden"],
    c0: Float[Tensor, "batch hidden"],
    Wih: Float[Tensor, "gates inputs"],
    Whh: Float[Tensor, "gates hidden"],
    bih: Float[Tensor, " gates"],
    bhh: Float[Tensor, " gates"],
) -> tuple[Float[Tensor, "batch time hidden"], Float[Tensor, "batch hidden"], Float[Tensor, "batch hidden"]]:
    """`lstm.lstm_forward`: arguments, errors and results as there; under autocast all of it in float32."""
    if transformed():
        return lstm.lstm_forward(x, h0, c0, Wih, Whh, bih, bhh)
    if autocast_type(x):
        with torch.autocast(x.device.type, enabled=False):
            return lstm_forward(*_in_32_bits(x, h0, c0, Wih, Whh, bih, bhh))
    check_steps(x)
    states, c = _LSTM.apply(x, h0, c0, Wih, Whh, bih, bhh)  # type: ignore[no-untyped-call]
    return states, states[:, -1], c


def gru_forward(
    x: Float[Tensor, "batch time inputs"],
    h0: Float[Tensor, "batch hidden"],
    Wih: Float[Tensor, "gates inputs"],
    Whh: Float[Tensor, "gates hidden"],
    bih: Float[Tensor, " gates"],
    bhh: Float[Tensor, " gates"],
) -> tuple[Float[Tensor, "batch time hidden"], Float[Tensor, "batch hidden"]]:
    """`gru.gru_forward`: arguments, errors and results as there; under autocast all of it in float32."""
    if transformed():
        return gru.gru_forward(x, h0, Wih, Whh, bih, bhh)
    if autocast_type(x):
        with torch.autocast(x.device.type, enabled=False):
            return gru_forward(*_in_32_bits(x, h0, Wih, Whh, bih, bhh))
    check_steps(x)
    states: Tensor = _GRU.apply(x, h0, Wih, Whh, bih, bhh)  # type: ignore[no-untyped-call]
    return states, states[:, -1]


def _in_32_bits(*tensors: Tensor) -> list[Tensor]:
    """Where 16-bit numbers may be among them. Only the products would be faster in 16 bits, and here they are small."""
    return [wide(t) for t in tensors]


def _from_inputs(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    """What the inputs of all steps bring to the gates: (time, batch, gates), so that a step lies in one piece."""
    return torch.addmm(b, x.transpose(0, 1).flatten(0, 1), W.mT).view(x.shape[1], x.shape[0], len(W))


def _through_inputs(dz: Tensor, x: Tensor, W: Tensor, wanted: tuple[bool, ...]) -> tuple[Tensor | None, Tensor | None]:
    """Gradients of x and W from those of `_from_inputs`."""
    rows = dz.flatten(0, 1)
    dx = (rows @ W).view(x.shape[1], x.shape[0], x.shape[2]).transpose(0, 1) if wanted[0] else None
    return dx, rows.mT @ x.transpose(0, 1).flatten(0, 1) if wanted[1] else None


class _LSTM(torch.autograd.Function):
    """Kept for the way back: the four gates, the cells and the states of all steps."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, h0: Tensor, c0: Tensor, Wih: Tensor, Whh: Tensor, bih: Tensor, bhh: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What the textbook form gives; keeps what the way back needs."""
        hidden = h0.shape[1]
        gates = _from_inputs(x, Wih, bih + bhh)  # (time, batch, 4 hidden); each step's become i, f, g, o in place
        cells = torch.cat([c0.unsqueeze(0), gates.new_empty(len(gates), *c0.shape)])  # c_0 … c_T
        states = torch.cat([h0.unsqueeze(0), gates.new_empty(len(gates), *h0.shape)])
        W = Whh.mT.contiguous()
        for t, z in enumerate(gates):
            z.addmm_(states[t], W)
            i, f, g, o = z.chunk(4, dim=1)
            z[:, : 2 * hidden].sigmoid_()
            g.tanh_()
            o.sigmoid_()
            c = torch.mul(f, cells[t], out=cells[t + 1]).addcmul_(i, g)
            torch.tanh(c, out=states[t + 1]).mul_(o)
        ctx.save_for_backward(x, h0, c0, Wih, Whh, bih, bhh, gates, cells, states)
        return states[1:].transpose(0, 1), cells[-1].clone()

    @staticmethod
    @in_full
    def backward(ctx: Any, dstates: Tensor, dlast: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of the arguments, in their order; None for those that have none."""
        *given, gates, cells, states = ctx.saved_tensors
        if torch.is_grad_enabled():  # a gradient's gradient is wanted
            f = lambda *given: lstm.lstm_forward(*given)[::2]  # noqa: E731
            return by_autograd(f, given, (dstates, dlast), ctx.needs_input_grad)
        x, _, _, Wih, Whh, _, _ = given
        dz = torch.empty_like(gates)  # gradient with respect to the net inputs of the gates
        dh, dc = torch.zeros_like(states[0]), dlast.clone()
        slopes = _slopes(gates)
        tanh_c = cells[1:].tanh()
        for t in reversed(range(len(gates))):
            i, f, g, o = gates[t].chunk(4, dim=1)
            dh = dh + dstates[:, t]
            dc = dc.addcmul(dh * o, 1 - tanh_c[t] ** 2)
            di, df, dg, do = dz[t].chunk(4, dim=1)
            torch.mul(dc, g, out=di)
            torch.mul(dc, cells[t], out=df)
            torch.mul(dc, i, out=dg)
            torch.mul(dh, tanh_c[t], out=do)
            dz[t].mul_(slopes[t])
            dh, dc = dz[t] @ Whh, dc * f
        needs = ctx.needs_input_grad
        dx, dWih = _through_inputs(dz, x, Wih, (needs[0], needs[3]))
        dWhh = dz.flatten(0, 1).mT @ states[:-1].flatten(0, 1) if needs[4] else None
        db = dz.sum(dim=(0, 1))
        return dx, dh, dc, dWih, dWhh, db, db.clone()


def _slopes(gates: Tensor) -> Tensor:
    """Derivatives of the gates by their net inputs, from the gates: s (1 - s) for i, f and o, 1 - g² for g."""
    _, _, g, _ = gates.chunk(4, dim=2)
    slopes = gates * (1 - gates)
    hidden = g.shape[2]
    slopes[..., 2 * hidden : 3 * hidden] = 1 - g**2
    return slopes


class _GRU(torch.autograd.Function):
    """Kept for the way back: r, z, n, the state's share in n before the reset, and the states of all steps."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, h0: Tensor, Wih: Tensor, Whh: Tensor, bih: Tensor, bhh: Tensor) -> Tensor:
        """What the textbook form gives; keeps what the way back needs."""
        hidden = h0.shape[1]
        gates = _from_inputs(x, Wih, bih)  # (time, batch, 3 hidden); each step's become r, z, n in place
        states = torch.cat([h0.unsqueeze(0), gates.new_empty(len(gates), *h0.shape)])
        from_state = torch.empty_like(gates)
        W = Whh.mT.contiguous()
        for t, gate in enumerate(gates):
            u = torch.addmm(bhh, states[t], W, out=from_state[t])
            gate[:, : 2 * hidden].add_(u[:, : 2 * hidden]).sigmoid_()
            r, z, n = gate.chunk(3, dim=1)
            n.addcmul_(r, u[:, 2 * hidden :]).tanh_()
            torch.lerp(n, states[t], z, out=states[t + 1])  # n + z (h - n)
        ctx.save_for_backward(x, h0, Wih, Whh, bih, bhh, gates, from_state[..., 2 * hidden :].clone(), states)
        return states[1:].transpose(0, 1)

    @staticmethod
    @in_full
    def backward(ctx: Any, dstates: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of the arguments, in their order; None for those that have none."""
        *given, gates, un, states = ctx.saved_tensors
        if torch.is_grad_enabled():  # a gradient's gradient is wanted
            return by_autograd(lambda *given: gru.gru_forward(*given)[0], given, (dstates,), ctx.needs_input_grad)
        x, h0, Wih, Whh, _, _ = given
        hidden = h0.shape[1]
        r, z, n = gates.chunk(3, dim=2)
        # by how much each net input moves the new state, at all steps at once: dn, then dz, and dr through n
        by_n = (1 - z) * (1 - n**2)
        by_z = (states[:-1] - n) * z * (1 - z)
        by_r = by_n * un * r * (1 - r)
        into_x = torch.cat([by_r, by_z, by_n], dim=2)  # for the inputs' share in the gates
        into_h = torch.cat([by_r, by_z, by_n * r], dim=2)  # and the state's, whose n part meets the reset
        dh = torch.zeros_like(h0)
        for t in reversed(range(len(gates))):
            dh = dh + dstates[:, t]
            into_x[t].view(len(h0), 3, hidden).mul_(dh.unsqueeze(1))
            into_h[t].view(len(h0), 3, hidden).mul_(dh.unsqueeze(1))
            dh = torch.addmm(dh * z[t], into_h[t], Whh)
        needs = ctx.needs_input_grad
        dx, dWih = _through_inputs(into_x, x, Wih, (needs[0], needs[2]))
        dWhh = into_h.flatten(0, 1).mT @ states[:-1].flatten(0, 1) if needs[3] else None
        return dx, dh, dWih, dWhh, into_x.sum(dim=(0, 1)), into_h.sum(dim=(0, 1))
