"""The capstone's reference: learns the digits under any names, the same way each time."""

import pytest
import torch

from gradschool import data
from gradschool.feedforward.classifier import train_classifier


def test_it_learns_renamed_digits_that_come_class_by_class():
    train, test = data.digits()
    name = torch.randperm(10, generator=torch.Generator().manual_seed(5))
    order = name[train.y].argsort(stable=True)
    predict = train_classifier(train.x[order], name[train.y][order], seed=1)
    assert (predict(test.x) == name[test.y]).float().mean() >= 0.95


def test_the_seed_decides_everything():
    train, test = data.digits()
    few = train.x[:200], train.y[:200]
    torch.manual_seed(0)
    first = train_classifier(*few, seed=3)(test.x)
    torch.manual_seed(1)
    assert torch.equal(first, train_classifier(*few, seed=3)(test.x))


@pytest.mark.parametrize(("n", "labels"), [(0, 0), (4, 3)])
def test_samples_without_classes_are_refused(n, labels):
    with pytest.raises(ValueError, match="a class for each"):
        train_classifier(torch.zeros(n, 2), torch.zeros(labels).long(), 0)
