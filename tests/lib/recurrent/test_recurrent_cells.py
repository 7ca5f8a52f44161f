"""RNN, LSTM and GRU against torch's own, forward and backward, over layers and directions."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from gradschool.recurrent import gru, lstm, rnn

TIGHT = {"rtol": 1e-10, "atol": 1e-10}
seeds = st.integers(0, 10**6)
sizes = st.integers(1, 5)


def weights(net, layer=0, direction=""):
    names = "weight_ih", "weight_hh", "bias_ih", "bias_hh"
    return [getattr(net, f"{name}_l{layer}{direction}") for name in names]


def torchs(kind, inputs, hidden, seed, **more):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return kind(inputs, hidden, batch_first=True, **more).double()


@given(seed=seeds, batch=sizes, time=sizes, inputs=sizes, hidden=sizes)
def test_rnn_is_torchs(seed, batch, time, inputs, hidden, normal):
    net = torchs(nn.RNN, inputs, hidden, seed)
    x, h0 = normal(seed, batch, time, inputs), normal(seed + 1, batch, hidden)
    out, h = rnn.rnn_forward(x, h0, *weights(net))
    expected, last = net(x, h0.unsqueeze(0))
    assert_close((out, h), (expected, last[0]), **TIGHT)
    step = h0
    for t in range(time):
        step = rnn.rnn_cell(x[:, t], step, *weights(net))
    assert_close(step, h, **TIGHT)


@given(seed=seeds, batch=sizes, time=sizes, inputs=sizes, hidden=sizes)
def test_backpropagation_through_time_is_autograds(seed, batch, time, inputs, hidden, normal):
    net = torchs(nn.RNN, inputs, hidden, seed)
    x = normal(seed, batch, time, inputs).requires_grad_()
    h0 = normal(seed + 1, batch, hidden).requires_grad_()
    dout = normal(seed + 2, batch, time, hidden)
    out, _ = net(x, h0.unsqueeze(0))
    Wih, Whh, bih, bhh = weights(net)
    expected = torch.autograd.grad(out, [x, h0, Wih, Whh, bih, bhh], dout)
    found = rnn.rnn_backward(dout, x.detach(), h0.detach(), out.detach(), Wih.detach(), Whh.detach())
    assert_close(found, expected[:5], **TIGHT)
    assert_close(found[4], expected[5], **TIGHT)


def squared(out, y):
    return (out - y).square().sum()


@pytest.mark.parametrize("k", [1, 2, 3, 5, 7, 20])
def test_truncation_carries_the_state_and_cuts_the_gradient(k, normal):
    net = torchs(nn.RNN, 3, 4, 0)
    x, y, h0 = normal(0, 2, 7, 3), normal(1, 2, 7, 4), normal(2, 2, 4)
    w = [p.detach() for p in weights(net)]
    value, h, grads = rnn.truncated_bptt(x, y, h0, w, k, squared)
    state, total = h0.unsqueeze(0), 0.0
    for start in range(0, 7, k):
        out, state = net(x[:, start : start + k], state.detach())
        piece = squared(out, y[:, start : start + k])
        piece.backward()
        total += piece.item()
    whole, last = net(x, h0.unsqueeze(0))
    assert_close((h, float(value)), (last[0].detach(), total), **TIGHT)
    assert_close(float(value), squared(whole, y).item(), **TIGHT)
    assert_close(grads, [p.grad for p in weights(net)], **TIGHT)
    full = torch.autograd.grad(squared(whole, y), weights(net))
    assert torch.allclose(grads[1], full[1]) == (k >= 7)


def test_truncation_refuses_pieces_of_nothing(normal):
    with pytest.raises(ValueError, match="at least one step"):
        rnn.truncated_bptt(
            normal(0, 1, 2, 1),
            normal(0, 1, 2, 1),
            normal(0, 1, 1),
            [normal(0, 1, 1)] * 2 + [normal(0, 1)] * 2,
            0,
            squared,
        )


@given(seed=seeds, batch=sizes, time=sizes, hidden=sizes)
def test_gradient_through_time_is_autograds(seed, batch, time, hidden, normal):
    net = torchs(nn.RNN, 2, hidden, seed)
    w = [p.detach() for p in weights(net)]
    h, states = normal(seed, batch, hidden).requires_grad_(), []
    for t in range(time):
        h = rnn.rnn_cell(normal(seed + t, batch, 2), h, *w)
        states.append(h)
    dh = normal(seed + 99, batch, hidden)
    expected = [g.norm(dim=1) for g in torch.autograd.grad(h, states, dh)]
    out = torch.stack(states, dim=1).detach()
    assert_close(rnn.gradient_through_time(out, w[1], dh), torch.stack(expected, dim=1), **TIGHT)


def test_spectral_radius_is_the_largest_eigenvalue():
    turn = torch.tensor([[0.0, -2.0], [2.0, 0.0]])  # eigenvalues ±2i
    assert rnn.spectral_radius(turn) == pytest.approx(2)
    assert rnn.spectral_radius(torch.tensor([[0.5, 100.0], [0.0, -0.7]])) == pytest.approx(0.7)


@given(seed=seeds, batch=sizes, time=sizes, inputs=sizes, hidden=sizes)
def test_lstm_is_torchs(seed, batch, time, inputs, hidden, normal):
    net = torchs(nn.LSTM, inputs, hidden, seed)
    x, h0, c0 = normal(seed, batch, time, inputs), normal(seed + 1, batch, hidden), normal(seed + 2, batch, hidden)
    expected, (h, c) = net(x, (h0.unsqueeze(0), c0.unsqueeze(0)))
    assert_close(lstm.lstm_forward(x, h0, c0, *weights(net)), (expected, h[0], c[0]), **TIGHT)
    for t in range(time):
        h0, c0 = lstm.lstm_cell(x[:, t], h0, c0, *weights(net))
    assert_close((h0, c0), (h[0], c[0]), **TIGHT)


@given(seed=seeds, batch=sizes, inputs=sizes, hidden=sizes)
def test_the_cells_backward_pass_is_autograds(seed, batch, inputs, hidden, normal):
    net = torchs(nn.LSTM, inputs, hidden, seed)
    arguments = [normal(seed, batch, inputs), normal(seed + 1, batch, hidden), normal(seed + 2, batch, hidden)]
    arguments += [p.detach() for p in weights(net)]
    leaves = [a.clone().requires_grad_() for a in arguments]
    dh, dc = normal(seed + 3, batch, hidden), normal(seed + 4, batch, hidden)
    expected = torch.autograd.grad(lstm.lstm_cell(*leaves), leaves, (dh, dc))
    found = lstm.lstm_cell_backward(dh, dc, *arguments)
    assert_close(found, expected[:6], **TIGHT)
    assert_close(found[5], expected[6], **TIGHT)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_stacked_is_torchs(layers, normal):
    net = torchs(nn.LSTM, 3, 4, layers, num_layers=layers)
    expected, (h, c) = net(normal(0, 2, 5, 3))
    found = lstm.stacked(normal(0, 2, 5, 3), [weights(net, layer) for layer in range(layers)])
    assert_close(found, (expected, h, c), **TIGHT)
    with pytest.raises(ValueError, match="at least one layer"):
        lstm.stacked(normal(0, 2, 5, 3), [])


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_bidirectional_is_torchs_over_layers(layers, normal):
    net = torchs(nn.LSTM, 3, 4, layers, num_layers=layers, bidirectional=True)
    x = normal(0, 2, 5, 3)
    expected, (h, _) = net(x)
    for layer in range(layers):
        x, last = lstm.bidirectional(x, weights(net, layer), weights(net, layer, "_reverse"))
        assert_close(last, torch.cat([h[2 * layer], h[2 * layer + 1]], dim=1), **TIGHT)
    assert_close(x, expected, **TIGHT)


@given(seed=seeds, batch=sizes, time=sizes, inputs=sizes, hidden=sizes)
def test_gru_is_torchs(seed, batch, time, inputs, hidden, normal):
    net = torchs(nn.GRU, inputs, hidden, seed)
    x, h0 = normal(seed, batch, time, inputs), normal(seed + 1, batch, hidden)
    expected, h = net(x, h0.unsqueeze(0))
    assert_close(gru.gru_forward(x, h0, *weights(net)), (expected, h[0]), **TIGHT)


@pytest.mark.parametrize("layers", [2, 3])
def test_stacked_grus_are_torchs(layers, normal):
    net = torchs(nn.GRU, 3, 4, layers, num_layers=layers)
    x = normal(0, 2, 5, 3)
    expected, h = net(x)
    for layer in range(layers):
        x, last = gru.gru_forward(x, x.new_zeros(2, 4), *weights(net, layer))
        assert_close(last, h[layer], **TIGHT)
    assert_close(x, expected, **TIGHT)


@pytest.mark.parametrize("layers", [1, 2])
def test_gru_in_both_directions_is_torchs(layers, normal):
    net = torchs(nn.GRU, 3, 4, layers, num_layers=layers, bidirectional=True)
    x = normal(0, 2, 5, 3)
    expected, _ = net(x)
    for layer in range(layers):
        zeros = x.new_zeros(2, 4)
        there, _ = gru.gru_forward(x, zeros, *weights(net, layer))
        back, _ = gru.gru_forward(x.flip(1), zeros, *weights(net, layer, "_reverse"))
        x = torch.cat([there, back.flip(1)], dim=2)
    assert_close(x, expected, **TIGHT)


def test_the_four_variants_of_the_gru_differ_and_mirror_each_other(normal):
    x, h = normal(0, 3, 2), normal(1, 3, 4)
    w = [normal(2, 12, 2), normal(3, 12, 4), normal(4, 12), normal(5, 12)]
    found = [cell(x, h, *w) for cell in gru.VARIANTS.values()]
    assert all(not torch.allclose(a, b) for i, a in enumerate(found) for b in found[:i])
    turned = [torch.cat([p[:4], -p[4:8], p[8:]]) for p in w]  # sigmoid(-z) = 1 - sigmoid(z)
    assert_close(gru.gru_cell_mirrored(x, h, *turned), gru.gru_cell(x, h, *w), **TIGHT)
    assert_close(gru.gru_cell_reset_before_mirrored(x, h, *turned), gru.gru_cell_reset_before(x, h, *w), **TIGHT)


def test_with_the_reset_gate_open_it_does_not_matter_where_the_reset_stands(normal):
    x, h = normal(0, 3, 2), normal(1, 3, 4)
    w = [normal(2, 12, 2), normal(3, 12, 4), normal(4, 12), normal(5, 12)]
    w[2][:4] = 1000.0
    assert_close(gru.gru_cell(x, h, *w), gru.gru_cell_reset_before(x, h, *w), **TIGHT)


def test_an_initial_lstm_is_uniform_and_its_forget_gates_may_start_open():
    drawn = [lstm.initial_lstm(3, 16, torch.Generator().manual_seed(0), forget_bias=b) for b in (0.0, 2.0)]
    assert [tuple(p.shape) for p in drawn[0]] == [(64, 3), (64, 16), (64,), (64,)]
    assert all(0.2 < p.abs().max() <= 0.25 for p in drawn[0])
    difference = drawn[1][2] - drawn[0][2]
    assert_close(difference, torch.tensor([0.0, 2.0, 0.0, 0.0]).double().repeat_interleave(16))
    assert all(torch.equal(drawn[0][i], drawn[1][i]) for i in (0, 1, 3))
