"""What the fifth unit's answers may not call."""

from autograder.checking.guard.concepts.concept import Concept

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
    ),
    "frechet": Concept(
        (
            "torchmetrics.image.fid.FrechetInceptionDistance",
            "torchmetrics.image.FrechetInceptionDistance",
            "torchmetrics.functional.image.fid",
            "pytorch_fid.fid_score.calculate_frechet_distance",
        )
    ),
}
