"""The tasks that ask for memory, and networks that are trained side by side."""

import pytest
import torch
from torch.testing import assert_close

from gradschool.recurrent import gru, lstm, memory, rnn


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("length", [2, 3, 11])
def test_the_adding_task_marks_one_number_in_each_half(length):
    x, y = memory.adding_task(200, length, chance())
    assert x.shape == (200, length, 2) and y.shape == (200, 1)
    values, marks = x.unbind(2)
    assert set(marks.unique().tolist()) <= {0.0, 1.0}
    assert (marks[:, : length // 2].sum(1) == 1).all() and (marks[:, length // 2 :].sum(1) == 1).all()
    assert_close(y.squeeze(1), (values * marks).sum(1))
    assert ((values >= 0) & (values < 1)).all()
    with pytest.raises(ValueError, match="two at least"):
        memory.adding_task(1, 1, chance())


def test_saying_one_costs_a_sixth_on_the_adding_task():
    y = memory.adding_task(100_000, 4, chance()).y
    assert (y - 1).square().mean().item() == pytest.approx(memory.ADDING_BASELINE, rel=0.02)


def test_the_copy_task_shows_a_symbol_and_then_nothing():
    x, y = memory.copy_task(50, 6, chance(), symbols=4)
    assert x.shape == (50, 7, 5)
    assert (x.sum(2) == 1).all()
    assert torch.equal(x[:, 0].argmax(1), y)
    assert (x[:, 1:, 4] == 1).all()
    assert set(y.tolist()) == {0, 1, 2, 3}


SEQUENCE = {
    "RNN": lambda x, h, w: rnn.rnn_forward(x, h, *w)[1],
    "GRU": lambda x, h, w: gru.gru_forward(x, h, *w)[1],
    "LSTM": lambda x, h, w: lstm.lstm_forward(x, h, h, *w)[1],
}


@pytest.mark.parametrize("kind", SEQUENCE)
def test_networks_side_by_side_say_what_each_says_alone(kind, normal):
    networks = memory.initial_networks(kind, 3, 4, 2, (0, 1, 2))
    x = normal(0, 3, 5, 6, 3)
    together = networks(x)
    for i in range(3):
        *recurrent, weight, bias = (w[i] for w in networks.weights)
        h = SEQUENCE[kind](x[i], torch.zeros(5, 4).double(), recurrent)
        assert_close(together[i], h @ weight.T + bias)


def test_a_network_starts_alike_whoever_stands_beside_it_and_its_forget_gates_may_be_open():
    alone, among = memory.initial_networks("LSTM", 2, 3, 1, (7,)), memory.initial_networks("LSTM", 2, 3, 1, (1, 7))
    assert all(torch.equal(a[0], b[1]) for a, b in zip(alone.weights, among.weights, strict=True))
    opened = memory.initial_networks("LSTM", 2, 3, 1, (7,), forget_bias=2.0)
    difference = opened.weights[2] - alone.weights[2]
    assert_close(difference[0], torch.tensor([0.0, 2.0, 0.0, 0.0]).double().repeat_interleave(3))


@pytest.mark.parametrize("kind", SEQUENCE)
def test_training_lowers_the_loss_of_each_and_leaves_the_given_networks_alone(kind):
    networks = memory.initial_networks(kind, 2, 8, 1, (0, 1))
    before = [w.clone() for w in networks.weights]
    trained = memory.train_side_by_side(
        networks, lambda n, g: memory.adding_task(n, 4, g), torch.nn.functional.mse_loss, steps=120, lr=2e-2
    )
    assert all(torch.equal(a, b) for a, b in zip(before, networks.weights, strict=True))
    x, y = memory.adding_task(200, 4, chance(5))
    errors = [(net(x.expand(2, -1, -1, -1)) - y).square().mean(dim=(1, 2)) for net in (networks, trained)]
    assert (errors[1] < errors[0] / 2).all()


def test_training_beside_others_changes_nothing_but_the_samples():
    """One network of two, each with samples of its own, takes the steps that it takes alone on these samples."""
    pair = memory.initial_networks("RNN", 2, 3, 1, (0, 1))
    one = memory.Networks("RNN", [w[:1] for w in pair.weights])
    samples = memory.adding_task(8, 5, chance())

    def halves(n, generator):
        return memory.Sequences(samples.x[:n], samples.y[:n])

    together = memory.train_side_by_side(pair, halves, torch.nn.functional.mse_loss, steps=5, batch=4)
    alone = memory.train_side_by_side(one, halves, torch.nn.functional.mse_loss, steps=5, batch=4)
    assert_close([w[:1] for w in together.weights], alone.weights)
