"""Chance under control, batches that are an epoch, records that hold plain numbers."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from gradschool import training
from gradschool.autoencoders.anomalies import anomaly_scores
from gradschool.convolutional.darknet import multiply_adds
from gradschool.convolutional.saliency import saliency
from gradschool.convolutional.training import scores_of


@given(samples=st.integers(0, 30), size=st.integers(1, 12), seed=st.integers(0, 999))
def test_an_epoch_holds_every_sample_once_beside_its_target(samples, size, seed):
    x = torch.arange(samples * 2.0).reshape(samples, 2)
    parts = list(training.batches(x, torch.arange(samples), size, training.generator(seed)))
    assert all(torch.equal(x[targets], inputs) for inputs, targets in parts)
    sizes = [len(targets) for _, targets in parts]
    if samples:
        assert sorted(torch.cat([targets for _, targets in parts]).tolist()) == list(range(samples))
        assert set(sizes[:-1]) <= {size}
        assert 1 <= sizes[-1] <= size


def test_batches_are_shuffled_by_their_generator_alone():
    x = torch.arange(50)
    generator = training.generator(0)
    first, second = (torch.cat([t for t, _ in training.batches(x, x, 8, generator)]) for _ in range(2))
    again = torch.cat([t for t, _ in training.batches(x, x, 8, training.generator(0))])
    assert torch.equal(first, again)
    assert not torch.equal(first, second)


@pytest.mark.parametrize(("targets", "size"), [(4, 0), (3, 2)])
def test_batches_that_cannot_be_made_are_refused(targets, size):
    with pytest.raises(ValueError, match="one target for each sample"):
        list(training.batches(torch.zeros(4, 1), torch.zeros(targets), size, training.generator(0)))


def test_seeded_starts_inside_and_goes_on_outside():
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    with training.seeded(7):
        inside = torch.rand(3)
    assert torch.equal(torch.rand(2), expected)
    with training.seeded(7):
        assert torch.equal(torch.rand(3), inside)


def test_accuracy_counts_the_largest_score():
    scores = torch.tensor([[0.1, 0.9], [2.0, -1.0], [0.0, 1.0], [5.0, 4.0]])
    assert training.accuracy(scores, torch.tensor([1, 0, 0, 0])) == 0.75


def test_history_keeps_plain_numbers_and_names_what_it_has():
    history = training.History()
    history.record(loss=torch.tensor(2.0, requires_grad=True) * 2, epoch=0)
    history.record(loss=1, epoch=1)
    assert history["loss"] == [4.0, 1.0]
    assert all(type(v) is float for v in history["loss"])
    with pytest.raises(KeyError, match="'accuracy', only loss, epoch"):
        history["accuracy"]


def test_a_spread_over_seeds_says_its_range():
    spread = training.over_seeds(lambda seed: seed / 2, seeds=(0, 1, 2, 5))
    assert spread.values == (0.0, 0.5, 1.0, 2.5)
    assert str(spread) == "1 (0 to 2.5 over 4 seeds)"


def test_fit_finds_the_least_squares_line_and_repeats_itself():
    x = torch.linspace(-1, 1, 32).double().unsqueeze(1)
    y = 3 * x - 2

    def trained(seed):
        with training.seeded(0):
            net = torch.nn.Linear(1, 1).double()
        training.fit(net, x, y, torch.nn.functional.mse_loss, torch.optim.SGD(net.parameters(), 0.3), 60, 8, seed)
        return torch.cat([p.detach().flatten() for p in net.parameters()])

    torch.testing.assert_close(trained(0), torch.tensor([3.0, -2.0]).double(), atol=1e-6, rtol=0)
    assert torch.equal(trained(0), trained(0))
    assert not torch.equal(trained(0), trained(1))  # another order of the samples


def test_a_spread_takes_the_format_of_its_numbers():
    spread = training.Spread((1.234, 5.678))
    assert f"{spread:.1f}" == "3.5 (1.2 to 5.7 over 2 seeds)"
    assert str(spread) == f"{spread}" == "3.46 (1.23 to 5.68 over 2 seeds)"


def frozen_in_part():
    """A network whose normalisation is frozen while the rest learns."""
    net = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 4))
    net[1].eval()
    return net


def modes(net):
    return [m.training for m in net.modules()]


ASKED = {
    "anomaly_scores": lambda net, x: anomaly_scores(net, x.flatten(1)),
    "scores_of": scores_of,
    "saliency": lambda net, x: saliency(net, x, torch.zeros(len(x), dtype=torch.long)),
    "multiply_adds": multiply_adds,
}


@pytest.mark.parametrize("name", ASKED)
def test_who_asks_a_network_leaves_each_module_in_its_mode(name):
    net, x = frozen_in_part(), torch.rand(3, 1, 2, 2, generator=training.generator(0))
    before, kept = modes(net), copy.deepcopy(net.state_dict())
    ASKED[name](net, x)
    assert modes(net) == before and before.count(False) == 1
    assert all(torch.equal(value, kept[key]) for key, value in net.state_dict().items())
    assert all(p.grad is None for p in net.parameters())


def test_modes_come_back_after_an_error():
    net = frozen_in_part()
    before = modes(net)
    with pytest.raises(ZeroDivisionError), training.evaluating(net):
        assert not any(modes(net))
        raise ZeroDivisionError
    assert modes(net) == before
