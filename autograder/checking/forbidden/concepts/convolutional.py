"""What the second unit's answers may not call."""

from autograder.checking.forbidden.concepts.concept import Concept

_AXES = ("1d", "2d", "3d")

CONCEPTS: dict[str, Concept] = {
    "convolution": Concept(
        (
            *(f"torch.nn.functional.conv{n}" for n in _AXES),
            *(f"torch.conv{n}" for n in _AXES),
            *(f"torch.nn.Conv{n}" for n in _AXES),
            *(f"torch.nn.LazyConv{n}" for n in _AXES),
            *(f"torch.nn.functional.conv_transpose{n}" for n in _AXES),
            *(f"torch.conv_transpose{n}" for n in _AXES),
            *(f"torch.nn.ConvTranspose{n}" for n in _AXES),
            *(f"torch.nn.grad.conv{n}_{what}" for n in _AXES for what in ("input", "weight")),
            "torch.convolution",
            "scipy.signal.convolve",
            "scipy.signal.convolve2d",
            "scipy.signal.correlate",
            "scipy.signal.correlate2d",
            "scipy.signal.fftconvolve",
            "scipy.ndimage.convolve",
            "scipy.ndimage.correlate",
            "numpy.convolve",
            "numpy.correlate",
        ),
        (
            "aten::convolution",
            "aten::_convolution",
            "aten::convolution_backward",
            "aten::mkldnn_convolution",
            "aten::_slow_conv2d_forward",
            "aten::slow_conv3d_forward",
        ),
        told="convolutions and correlations (`conv2d`, `conv_transpose2d`, `nn.Conv2d`, those of SciPy and NumPy, …)",
    ),
    "pooling": Concept(
        (
            *(f"torch.nn.functional.{kind}_pool{n}" for kind in ("max", "avg", "lp") for n in _AXES),
            *(f"torch.nn.functional.adaptive_{kind}_pool{n}" for kind in ("max", "avg") for n in _AXES),
            *(f"torch.nn.functional.max_pool{n}_with_indices" for n in _AXES),
            *(f"torch.max_pool{n}" for n in _AXES),
            *(f"torch.nn.{kind}Pool{n}" for kind in ("Max", "Avg", "LP") for n in _AXES),
            *(f"torch.nn.Adaptive{kind}Pool{n}" for kind in ("Max", "Avg") for n in _AXES),
            "torch.nn.functional.fractional_max_pool2d",
            "torch.nn.FractionalMaxPool2d",
            "scipy.ndimage.maximum_filter",
            "scipy.ndimage.uniform_filter",
            "skimage.measure.block_reduce",
        ),
        (
            "aten::max_pool2d_with_indices",
            "aten::max_pool2d_with_indices_backward",
            "aten::avg_pool2d",
            "aten::avg_pool3d",
            "aten::adaptive_max_pool2d",
            "aten::_adaptive_avg_pool2d",
            "aten::fractional_max_pool2d",
        ),
        told="pooling (`max_pool2d`, `avg_pool2d`, `nn.MaxPool2d`, adaptive pooling, filters of SciPy, …)",
    ),
    "unpooling": Concept(
        (
            *(f"torch.nn.functional.max_unpool{n}" for n in _AXES),
            *(f"torch.nn.MaxUnpool{n}" for n in _AXES),
        ),
        ("aten::max_unpool2d", "aten::max_unpool3d"),
        told="`max_unpool2d`",
    ),
    "local_response_norm": Concept(
        (
            "torch.nn.functional.local_response_norm",
            "torch.nn.LocalResponseNorm",
            "torch.nn.CrossMapLRN2d",
        ),
        told="`local_response_norm`",
    ),
    "normalisation_of_images": Concept(
        (
            "torchvision.transforms.Normalize",
            "torchvision.transforms.functional.normalize",
            "torchvision.transforms.v2.Normalize",
            "torchvision.transforms.v2.functional.normalize",
        ),
        told="torchvision's `normalize`",
    ),
    "gaussian_blur": Concept(
        (
            "torch.signal.windows.gaussian",
            "scipy.signal.windows.gaussian",
            "scipy.ndimage.gaussian_filter",
            "torchvision.transforms.GaussianBlur",
            "torchvision.transforms.functional.gaussian_blur",
        ),
        told="`gaussian`, `gaussian_filter`, `gaussian_blur`",
    ),
    "box_operations": Concept(
        (
            "torchvision.ops.box_iou",
            "torchvision.ops.nms",
            "torchvision.ops.batched_nms",
            "torchvision.ops.boxes.box_iou",
            "torchvision.ops.boxes.nms",
            "torchvision.ops.boxes.batched_nms",
        ),
        told="torchvision's `box_iou` and `nms`",
    ),
    "clustering": Concept(
        ("sklearn.cluster.KMeans", "sklearn.cluster.k_means", "scipy.cluster.vq.kmeans2"),
        told="k-means of scikit-learn or SciPy",
    ),
    "precision_recall": Concept(
        (
            "sklearn.metrics.average_precision_score",
            "sklearn.metrics.precision_recall_curve",
            "sklearn.metrics.auc",
        ),
        told="scikit-learn's `average_precision_score`, `precision_recall_curve` and `auc`",
    ),
    "f_score": Concept(
        ("sklearn.metrics.f1_score", "sklearn.metrics.fbeta_score", "scipy.spatial.distance.dice"),
        told="scikit-learn's `f1_score`, SciPy's `dice`",
    ),
    "confusion_matrix": Concept(
        ("sklearn.metrics.confusion_matrix", "sklearn.metrics.ConfusionMatrixDisplay", "pandas.crosstab"),
        told="scikit-learn's `confusion_matrix`, `pandas.crosstab`",
    ),
    "image_transforms": Concept(
        (
            *(
                f"torchvision.transforms.{version}{name}"
                for version in ("", "v2.", "functional.", "v2.functional.")
                for name in (
                    *("RandomCrop", "RandomHorizontalFlip", "ColorJitter", "RandomRotation", "RandomAffine"),
                    *("crop", "hflip", "horizontal_flip", "rotate", "affine", "adjust_brightness", "adjust_contrast"),
                )
            ),
            "scipy.ndimage.rotate",
            "scipy.ndimage.affine_transform",
            "scipy.ndimage.map_coordinates",
        ),
        told="the transforms of torchvision and of `scipy.ndimage`",
    ),
    "grid_sample": Concept(
        ("torch.nn.functional.grid_sample", "torch.nn.functional.affine_grid", "torch.grid_sampler"),
        ("aten::grid_sampler_2d", "aten::affine_grid_generator", "aten::grid_sampler_3d"),
        told="`grid_sample`, `affine_grid`",
    ),
    "dropout2d": Concept(
        (
            "torch.nn.functional.dropout2d",
            "torch.nn.functional.feature_dropout",
            "torch.feature_dropout",
            "torch.feature_dropout_",
            "torch.nn.Dropout2d",
            "torch.nn.functional.dropout1d",
            "torch.nn.functional.dropout3d",
            "torch.nn.Dropout1d",
            "torch.nn.Dropout3d",
        ),
        told="`dropout2d` and its like (`dropout1d`, `feature_dropout`)",
    ),
    "training_loop": Concept(("gradschool.training.fit",), told="`gradschool.training.fit`"),
}
