"""What the second unit's answers may not call."""

from autograder.checking.guard.concepts.concept import Concept

CONCEPTS: dict[str, Concept] = {
    "box_operations": Concept(
        (
            "torchvision.ops.box_iou",
            "torchvision.ops.nms",
            "torchvision.ops.batched_nms",
            "torchvision.ops.boxes.box_iou",
            "torchvision.ops.boxes.nms",
            "torchvision.ops.boxes.batched_nms",
        )
    ),
    "clustering": Concept(("sklearn.cluster.KMeans", "sklearn.cluster.k_means", "scipy.cluster.vq.kmeans2")),
    "precision_recall": Concept(
        (
            "sklearn.metrics.average_precision_score",
            "sklearn.metrics.precision_recall_curve",
            "sklearn.metrics.auc",
        )
    ),
    "f_score": Concept(("sklearn.metrics.f1_score", "sklearn.metrics.fbeta_score", "scipy.spatial.distance.dice")),
}
