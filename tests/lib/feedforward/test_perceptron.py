"""The learning rule: by hand, against scikit-learn's, and Novikoff's theorem on separable points."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Perceptron
from torch.testing import assert_close

from gradschool.feedforward.perceptron import perceptron_update, train_perceptron

CORNERS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
GATES = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NOR": [1, 0, 0, 0]}


@pytest.mark.parametrize(
    ("w", "b", "y", "new_w", "new_b"),
    [
        ([0.0, 0.0], 0.0, 1, [0.0, 0.0], 0.0),  # a net input of exactly 0 fires: right, nothing changes
        ([0.0, 0.0], 0.0, 0, [-1.0, 0.5], -0.5),
        ([-1.0, 0.0], 0.0, 1, [0.0, -0.5], 0.5),
        ([-1.0, 0.0], 0.0, 0, [-1.0, 0.0], 0.0),
    ],
)
def test_four_cases_by_hand(w, b, y, new_w, new_b):
    before = torch.tensor(w), torch.tensor(b)
    after = perceptron_update(*before, torch.tensor([2.0, -1.0]), y, lr=0.5)
    assert_close(after, (torch.tensor(new_w), torch.tensor(new_b)))
    assert_close(before, (torch.tensor(w), torch.tensor(b)))


@pytest.mark.parametrize("gate", GATES)
def test_gates_are_learned(gate):
    y = torch.tensor(GATES[gate])
    path = train_perceptron(CORNERS, y)
    assert path.converged
    fires = CORNERS @ path.weights[-1] + path.biases[-1] >= 0
    assert fires.tolist() == y.bool().tolist()


def test_xor_is_never_learned_and_the_path_is_bounded():
    path = train_perceptron(CORNERS, torch.tensor([0, 1, 1, 0]), epochs=50)
    assert not path.converged
    assert len(path.weights) > 100  # at least two mistakes in each epoch
    assert path.weights.norm(dim=1).max() <= 4  # runs in circles (perceptron cycling theorem)


@given(seed=st.integers(0, 10**6))
def test_novikoffs_bound_on_separable_points(seed, normal):
    direction = torch.nn.functional.normalize(normal(seed, 3), dim=0)  # w and b of the true line
    x = normal(seed + 1, 40, 2)
    extended = torch.cat([x, torch.ones(40, 1, dtype=x.dtype)], dim=1)
    distance = extended @ direction
    keep = distance.abs() > 0.2
    path = train_perceptron(x[keep], (distance[keep] > 0).long(), epochs=10_000)
    radius, margin = extended[keep].norm(dim=1).max(), distance[keep].abs().min()
    assert path.converged
    assert len(path.weights) - 1 <= (radius / margin) ** 2


def test_the_path_ends_exactly_where_scikit_learns_ends(normal):
    x = normal(3, 60, 2)
    x = x[(x[:, 0] - x[:, 1]).abs() > 0.1]
    y = (x[:, 0] > x[:, 1]).long()
    # scikit-learn counts a net input of 0 as a mistake for either class: start with a sample that is one for us too
    order = torch.cat([y.argmin().reshape(1), torch.arange(len(y))])
    x, y = x[order], y[order]
    path = train_perceptron(x, y, epochs=500)
    theirs = Perceptron(shuffle=False, tol=None, max_iter=500).fit(x.numpy(), y.numpy())
    assert path.converged
    assert len(path.weights) > 3
    assert_close(path.weights[-1], torch.as_tensor(theirs.coef_[0]))
    assert_close(path.biases[-1], torch.as_tensor(theirs.intercept_[0]))


def test_another_rule_may_be_given():
    def lazy(w, b, x, y, lr):  # moves half as far: the same path at half the size
        return perceptron_update(w, b, x, y, lr / 2)

    y = torch.tensor(GATES["AND"])
    usual, given = train_perceptron(CORNERS, y), train_perceptron(CORNERS, y, update=lazy)
    assert_close(given.weights, usual.weights / 2)
    assert_close(given.biases, usual.biases / 2)
