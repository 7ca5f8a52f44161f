"""What the second unit's answers may not call."""

from autograder.checking.guard.concepts.concept import Concept

CONCEPTS: dict[str, Concept] = {
    "confusion_matrix": Concept(
        ("sklearn.metrics.confusion_matrix", "sklearn.metrics.ConfusionMatrixDisplay", "pandas.crosstab")
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
        )
    ),
    "grid_sample": Concept(
        ("torch.nn.functional.grid_sample", "torch.nn.functional.affine_grid", "torch.grid_sampler"),
        ("aten::grid_sampler_2d", "aten::affine_grid_generator", "aten::grid_sampler_3d"),
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
        )
    ),
    "training_loop": Concept(("gradschool.training.fit",)),
}
