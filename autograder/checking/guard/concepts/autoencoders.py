"""What the third unit's answers may not call."""

from autograder.checking.guard.concepts.concept import Concept

CONCEPTS: dict[str, Concept] = {
    "pca": Concept(
        (
            "torch.pca_lowrank",
            "torch.svd_lowrank",
            "sklearn.decomposition.PCA",
            "sklearn.decomposition.IncrementalPCA",
            "sklearn.decomposition.TruncatedSVD",
        )
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
        )
    ),
}
