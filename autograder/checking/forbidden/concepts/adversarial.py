"""What the fifth unit's answers may not call."""

from autograder.checking.forbidden.concepts.concept import Concept

CONCEPTS: dict[str, Concept] = {
    "jensen_shannon": Concept(
        (
            "torch.nn.functional.kl_div",
            "torch.kl_div",
            "torch.nn.KLDivLoss",
            "torch.distributions.kl_divergence",
            "torch.distributions.kl.kl_divergence",
            "scipy.spatial.distance.jensenshannon",
            "scipy.stats.entropy",
            "scipy.special.rel_entr",
            "scipy.special.kl_div",
        ),
        ("aten::kl_div",),
        told="`kl_div`, `kl_divergence`, SciPy's `jensenshannon`, `entropy` and `rel_entr`",
    ),
    "frechet": Concept(
        (
            "torchmetrics.image.fid.FrechetInceptionDistance",
            "torchmetrics.image.FrechetInceptionDistance",
            "torchmetrics.functional.image.fid",
            "pytorch_fid.fid_score.calculate_frechet_distance",
        ),
        told="a Fréchet distance (`FrechetInceptionDistance`, `calculate_frechet_distance`)",
    ),
    "wasserstein": Concept(
        (
            "scipy.stats.wasserstein_distance",
            "scipy.stats.wasserstein_distance_nd",
            "scipy.optimize.linear_sum_assignment",
        ),
        told="SciPy's `wasserstein_distance` and `linear_sum_assignment`",
    ),
    "pixel_shuffle": Concept(
        (
            "torch.pixel_shuffle",
            "torch.nn.functional.pixel_shuffle",
            "torch.nn.PixelShuffle",
            "torch.nn.functional.fold",
            "torch.nn.Fold",
        ),
        ("aten::pixel_shuffle", "aten::col2im"),
    ),
    "instance_norm": Concept(
        (
            "torch.nn.functional.instance_norm",
            "torch.nn.InstanceNorm2d",
            "torch.instance_norm",
            "torch.nn.functional.group_norm",
            "torch.nn.GroupNorm",
            "torch.group_norm",
        ),
        ("aten::native_group_norm",),
        told="`instance_norm`, `group_norm`",
    ),
}
