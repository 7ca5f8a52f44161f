"""Scattered digits lie where their boxes and masks say, and connected ink is found where it is."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gradschool import data
from gradschool.convolutional.boxes import area, iou
from gradschool.convolutional.components import component_boxes
from gradschool.convolutional.scenes import scenes

DIGITS = data.digits(images=True).train


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**31), st.integers(1, 5), st.integers(0, 3))
def test_boxes_are_tight_around_their_digits_and_apart(seed, most, touch):
    (canvas,) = scenes(DIGITS, 1, seed, most=most, touch=touch)
    assert canvas.image.shape == (1, 40, 40)
    assert canvas.image.min() >= 0
    assert canvas.image.max() <= 1
    assert 1 <= len(canvas.boxes) == len(canvas.kinds) == len(canvas.masks) <= most
    for box, mask in zip(canvas.boxes, canvas.masks, strict=True):
        rows, columns = (mask.any(dim=d).nonzero().flatten() for d in (1, 0))
        ink = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
        assert box.tolist() == [float(v) for v in ink]
    for i, a in enumerate(canvas.boxes):
        for b in canvas.boxes[:i]:
            strip = (torch.minimum(a[2:], b[2:]) - torch.maximum(a[:2], b[:2])).min()
            assert strip <= touch


def test_a_seed_gives_the_same_canvases_and_another_gives_others():
    first, again, other = scenes(DIGITS, 3, 7), scenes(DIGITS, 3, 7), scenes(DIGITS, 3, 8)
    assert all(torch.equal(a.image, b.image) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0].image, other[0].image)


def test_components_are_the_digits_where_these_stand_alone():
    alone = [s for s in scenes(DIGITS, 200, 3, touch=-3, noise=0.0) if len(s.boxes) == 3][:20]
    assert len(alone) == 20
    found = whole = 0
    for canvas in alone:
        best = iou(canvas.boxes, component_boxes(canvas.image[0], level=0.25)).amax(dim=1)
        found, whole = found + int((best > 0.7).sum()), whole + len(best)
    assert found / whole > 0.9  # the rest are written in two strokes


def test_parts_that_touch_at_a_corner_are_one_and_low_ones_are_noise():
    image = torch.zeros(20, 20)
    image[2:10, 3:5] = image[10:18, 5:7] = 1
    image[3:5, 15:19] = 1
    assert component_boxes(image, least=7).tolist() == [[3, 2, 7, 18]]
    boxes = component_boxes(image, least=1)
    assert area(boxes).tolist() == [64, 8]
    assert component_boxes(torch.zeros(4, 5)).shape == (0, 4)
