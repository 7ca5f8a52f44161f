"""Average precision against its definition, claims on cases worked by hand, Dice against F1."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score
from torch.testing import assert_close

from gradschool.convolutional.detection_metrics import (
    average_precision,
    claimed,
    claimed_in_class,
    dice_score,
    match_detections,
    mean_average_precision,
    precision_recall,
    recall_and_precision,
)


def by_definition(hits, n_truth):
    """At each of the recalls 1/n, 2/n, … the best precision of any list of the best i that reaches it, in fractions."""
    total = Fraction(0)
    for reached in range(1, n_truth + 1):
        reaching = [Fraction(sum(hits[:i]), i) for i in range(1, len(hits) + 1) if sum(hits[:i]) >= reached]
        total += max(reaching, default=Fraction(0))
    return total / n_truth


@given(st.lists(st.booleans(), max_size=12), st.integers(0, 3), st.randoms(use_true_random=False))
def test_average_precision_by_its_definition(hits, missed, chance):
    n_truth = max(1, sum(hits) + missed)
    order = list(range(len(hits)))
    chance.shuffle(order)
    scores = torch.tensor([1 - i / 20 for i in order]).double()
    hit = torch.tensor([hits[i] for i in order], dtype=torch.bool)
    assert average_precision(scores, hit, n_truth).item() == pytest.approx(float(by_definition(hits, n_truth)))


def test_the_curve_of_a_case_by_hand():
    precision, recall = precision_recall(torch.tensor([0.2, 0.9, 0.5]), torch.tensor([True, True, False]), 4)
    assert_close(precision, torch.tensor([1, 1 / 2, 2 / 3]))
    assert_close(recall, torch.tensor([1 / 4, 1 / 4, 1 / 2]))


def test_nothing_to_find_is_refused():
    with pytest.raises(ValueError, match="n_truth=0"):
        average_precision(torch.tensor([0.5]), torch.tensor([False]), 0)
    with pytest.raises(ValueError, match="got 0 and 0"):
        recall_and_precision([], [])


TRUE = torch.tensor([[0.0, 0, 10, 10], [8.0, 0, 18, 10]])


def test_each_object_is_claimed_once_and_by_the_best_score():
    boxes = torch.tensor([[0.0, 0, 10, 9], [0.0, 0, 10, 10], [9.0, 0, 19, 10], [40.0, 0, 50, 10]])
    scores = torch.tensor([0.9, 0.8, 0.7, 0.6])
    # the first takes object 0, the second comes too late however well it fits, the fourth lies nowhere
    assert claimed(boxes, scores, TRUE).tolist() == [0, -1, 1, -1]
    assert match_detections(boxes, scores, TRUE).tolist() == [True, False, True, False]
    assert claimed(boxes, -scores, TRUE).tolist() == [-1, 0, 1, -1]
    assert claimed(boxes, scores, TRUE, thr=0.95).tolist() == [-1, 0, -1, -1]


@pytest.mark.parametrize(("n", "m"), [(0, 2), (2, 0), (0, 0)])
def test_without_detections_or_objects_nothing_is_claimed(n, m):
    assert claimed(TRUE[:n], torch.rand(n), TRUE[:m]).tolist() == [-1] * n


def test_only_an_object_of_the_same_class_can_be_claimed():
    found = (TRUE[[0, 1, 0]], torch.tensor([0.9, 0.8, 0.7]), torch.tensor([3, 3, 5]))
    assert claimed_in_class(found, (TRUE, torch.tensor([5, 3]))).tolist() == [-1, 1, 0]
    assert recall_and_precision([found], [(TRUE, torch.tensor([5, 3]))]) == (1.0, pytest.approx(2 / 3))


def test_classes_are_averaged_over_images_and_absent_ones_are_no_number():
    truth = [(TRUE, torch.tensor([0, 1])), (TRUE[:1], torch.tensor([0]))]
    found = [
        (TRUE, torch.tensor([0.6, 0.9]), torch.tensor([0, 1])),
        (TRUE + 100, torch.tensor([0.8, 0.1]), torch.tensor([0, 2])),
    ]
    # class 0: the better detection is wrong, the other right, of two objects: precision 1/2 at recall 1/2
    assert_close(mean_average_precision(found, truth, 3), torch.tensor([0.25, 1.0, float("nan")]), equal_nan=True)


@given(st.integers(0, 2**31), st.integers(1, 4))
def test_dice_is_f1_and_follows_from_iou(seed, batch):
    chance = torch.Generator().manual_seed(seed)
    pred, target = (torch.rand(batch, 3, 5, generator=chance) < 0.5 for _ in range(2))
    scores = dice_score(pred.double(), target.double())
    for p, t, score in zip(pred, target, scores, strict=True):
        assert score.item() == pytest.approx(f1_score(t.flatten(), p.flatten(), zero_division=1))
        shared, union = int((p & t).sum()), int((p | t).sum())
        overlap = shared / union if union else 1
        assert score.item() == pytest.approx(2 * overlap / (1 + overlap))


def test_two_empty_masks_agree_and_the_gradient_is_finite():
    pred = torch.zeros(2, 2, 3, dtype=torch.float64, requires_grad=True)
    target = torch.zeros(2, 2, 3).double()
    target[1, 0, 0] = 1
    scores = dice_score(pred, target)
    assert scores.tolist() == [1, 0]
    (gradient,) = torch.autograd.grad(scores.sum(), pred)
    assert gradient.isfinite().all()
