"""Pictures of detection show and say what they are given."""

import pytest
import torch

from gradschool.convolutional.pictures import detection
from gradschool.convolutional.scenes import Scene
from gradschool.convolutional.yolo import Detections


@pytest.fixture
def canvas():
    """Two 3s and a 7, of which the second 3 is the largest."""
    boxes = torch.tensor([[1.0, 1, 5, 7], [10.0, 2, 18, 12], [4.0, 12, 9, 18]])
    masks = torch.zeros(3, 20, 20)
    for mask, (x1, y1, x2, y2) in zip(masks, boxes.long().tolist(), strict=True):
        mask[y1:y2, x1:x2] = 1
    return Scene(masks.amax(dim=0)[None], boxes, torch.tensor([3, 3, 7]), masks)


def test_five_questions_have_five_answers(canvas):
    told = detection.all_answers(canvas).alt.split("; ")
    assert told == [
        "classification: a 3",
        "localisation: a 3 and its box",
        "detection: 3 boxes, 3, 3, 7",
        "semantic segmentation: 2 colours, one for each class",
        "instance segmentation: 3 colours, one for each object",
    ]
    assert len(detection.answers(canvas, "detection").axes[0].patches) == 3
    with pytest.raises(ValueError, match="one of classification"):
        detection.answers(canvas, "regression")


def test_hits_misses_and_boxes_too_many_are_told_apart(canvas):
    found = Detections(canvas.boxes[[0, 0, 2]], torch.tensor([0.9, 0.8, 0.7]), torch.tensor([3, 3, 1]))
    figure = detection.detections([canvas], [found])
    assert figure.alt == "1 canvases with 3 digits: 1 found, 2 missed, 2 boxes too many or with the wrong digit"
    assert sorted(p.get_linestyle() for p in figure.axes[0].patches) == sorted(["-", "--", "--", ":", ":"])
    assert [text.get_text() for text in figure.axes[0].texts] == ["3", "3", "1"]
    assert not detection.detections([canvas], [found], labels=False).axes[0].texts


def test_overlap_cell_shapes_and_curves_say_their_numbers():
    a, b = torch.tensor([0.0, 0, 4, 4]), torch.tensor([2.0, 2, 6, 6])
    assert "union 0.14" in detection.overlap(a, b, 4 / 28).alt
    assert any(p.get_hatch() for p in detection.overlap(a, b, 4 / 28).axes[0].patches)
    assert not any(p.get_hatch() for p in detection.overlap(a, b + 20, 0).axes[0].patches)
    assert "row 1, column 2 of 3×4" in detection.cell(a, torch.tensor([3.0, 5.0]), 1, 2, 8, (3, 4)).alt
    assert "mine: 1×2, 3×4" in detection.shapes(torch.rand(9, 2), {"mine": torch.tensor([[3.0, 4], [1, 2]])}).alt
    curves = detection.precision_recall({"one": ([0.5], [0.25]), "many": ([1.0, 0.8], [0.1, 0.9])})
    assert "many reaches recall 0.90 at precision 0.80" in curves.alt
