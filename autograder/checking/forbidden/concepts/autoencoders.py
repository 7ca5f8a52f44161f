"""What the third unit's answers may not call."""

from autograder.checking.forbidden.concepts.concept import Concept

CONCEPTS: dict[str, Concept] = {
    "pca": Concept(
        (
            "torch.pca_lowrank",
            "torch.svd_lowrank",
            "sklearn.decomposition.PCA",
            "sklearn.decomposition.IncrementalPCA",
            "sklearn.decomposition.TruncatedSVD",
        ),
        told="`pca_lowrank`, `svd_lowrank`, scikit-learn's `PCA` and its like",
    ),
    "principal_angles": Concept(("scipy.linalg.subspace_angles",)),
    "kl_sparsity": Concept(
        (
            "torch.distributions.kl_divergence",
            "torch.distributions.kl.kl_divergence",
            "torch.nn.functional.kl_div",
            "torch.nn.KLDivLoss",
            "scipy.special.rel_entr",
            "scipy.special.kl_div",
            "scipy.stats.entropy",
        ),
        told="`kl_divergence` of `torch.distributions`, `kl_div`, `rel_entr`, `entropy`",
    ),
    "gaussian_distribution": Concept(
        (
            *(f"torch.distributions.{name}" for name in ("Normal", "MultivariateNormal", "Independent")),
            "torch.distributions.normal.Normal",
            "torch.distributions.multivariate_normal.MultivariateNormal",
            "torch.distributions.kl_divergence",
            "torch.distributions.kl.kl_divergence",
            "torch.nn.functional.kl_div",
            "torch.nn.KLDivLoss",
        ),
        told="`Normal` and its like of `torch.distributions`, `kl_divergence`, `kl_div`",
    ),
    "psnr": Concept(
        (
            "skimage.metrics.peak_signal_noise_ratio",
            "torchmetrics.functional.image.peak_signal_noise_ratio",
            "torchmetrics.image.PeakSignalNoiseRatio",
            "torchmetrics.PeakSignalNoiseRatio",
            "cv2.PSNR",
        )
    ),
    "roc": Concept(
        (
            *(f"sklearn.metrics.{name}" for name in ("roc_auc_score", "roc_curve", "auc", "RocCurveDisplay")),
            "scipy.stats.mannwhitneyu",
            "scipy.stats.ranksums",
            "scipy.stats.somersd",
            "torchmetrics.functional.auroc",
            "torchmetrics.AUROC",
        ),
        told="what scikit-learn, SciPy and torchmetrics have for it (`roc_auc_score`, `auc`, `mannwhitneyu`)",
    ),
}
