"""A call of every public reference of boxes, detectors and deeper networks, for `tests/lib/test_devices.py`."""

import torch

from gradschool.convolutional import (
    attacks,
    boxes,
    components,
    darknet,
    dense,
    detection_metrics,
    finetuning,
    inception,
    residual,
    scenes,
    yolo,
)

_chance = torch.Generator().manual_seed(0)


def t(*shape):
    return torch.randn(shape, generator=_chance, dtype=torch.float64)


def some_boxes(n):
    corner = t(n, 2)
    return torch.cat([corner, corner + 0.5 + t(n, 2).abs()], dim=1)


FOUND = (some_boxes(4), t(4), torch.tensor([0, 1, 1, 2]))
TRUTH = (FOUND[0][[1, 3]] + 0.1, torch.tensor([1, 2]))
PREDICTION = t(2, 3, 7, 4, 5)  # two classes
CALLS = {
    "area": (boxes.area, (some_boxes(3),)),
    "iou": (boxes.iou, (some_boxes(3), some_boxes(4))),
    "shape_iou": (boxes.shape_iou, (t(5, 2).exp(), t(2, 2).exp())),
    "anchor_kmeans": (boxes.anchor_kmeans, (t(9, 2).exp(), t(3, 2).exp(), 4)),
    "average_best_iou": (boxes.average_best_iou, (t(5, 2).exp(), t(2, 2).exp())),
    "decode_yolo_boxes": (yolo.decode_yolo_boxes, (t(2, 3, 4, 5, 6), t(3, 2).exp(), 8)),
    "precision_recall": (detection_metrics.precision_recall, (t(5), torch.tensor([True, False, True, True, False]), 4)),
    "average_precision": (
        detection_metrics.average_precision,
        (t(5), torch.tensor([True, False, True, True, False]), 4),
    ),
    "dice_score": (detection_metrics.dice_score, (t(2, 3, 4).sigmoid(), (t(2, 3, 4) > 0).double())),
    "passthrough": (darknet.passthrough, (t(2, 3, 4, 6),)),
}
# These read numbers out of their tensors, which the meta device has none of.
NEEDS_NUMBERS = {
    "nms": (boxes.nms, (some_boxes(6), t(6), 0.3)),
    "claimed": (detection_metrics.claimed, (FOUND[0], FOUND[1], TRUTH[0])),
    "match_detections": (detection_metrics.match_detections, (FOUND[0], FOUND[1], TRUTH[0])),
    "claimed_in_class": (detection_metrics.claimed_in_class, (FOUND, TRUTH)),
    "encode_targets": (
        yolo.encode_targets,
        ([(some_boxes(2) + 9, torch.tensor([1, 0]))], t(3, 2).exp(), 8),
    ),
    "candidates": (yolo.candidates, (PREDICTION, t(3, 2).exp(), 8, 0.4)),
    "suppressed": (yolo.suppressed, (yolo.Detections(*FOUND), 0.1)),
    "confident": (yolo.confident, (yolo.Detections(*FOUND), 0.0)),
    "component_boxes": (components.component_boxes, (t(20, 20).sigmoid(), 0.5, 2)),
}
MODULES = [
    attacks,
    boxes,
    components,
    darknet,
    dense,
    detection_metrics,
    finetuning,
    inception,
    residual,
    scenes,
    yolo,
]
BY_CHANCE = {"scene", "scenes", "train_detector"}
# What makes or asks a network, or gives plain numbers on the CPU.
NOT_ABOUT_TENSORS = {
    *("fgsm_attack", "darknet19", "multiply_adds", "parameters", "dense_layer", "transition"),
    *("densenet121", "prepare_finetuning", "tuning_step", "googlenet", "small_net", "start_as_identity", "resnet18"),
    *("convolution", "yolo_loss", "mean_average_precision", "recall_and_precision"),
}
