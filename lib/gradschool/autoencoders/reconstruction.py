"""How far a reconstruction is from its image: squared error, or binary cross-entropy for pixels in [0, 1].

Both are sums over the pixels of an image and means over the batch, so that a penalty on an image's code can be added
without asking how many pixels there are.
"""

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

KINDS = ("mse", "bce")


def reconstruction_loss(
    output: Float[Tensor, "batch *pixels"], x: Float[Tensor, "batch *pixels"], kind: str = "mse"
) -> Float[Tensor, ""]:
    """Error of each image summed over its pixels, then the mean over the batch.

    Args:
        output: what the decoder's last layer gives, without an activation. For "mse" it is the reconstruction, for
            "bce" its logits: the reconstruction is sigmoid(output).
        x: the images; for "bce" with values in [0, 1], which need not be 0 or 1.
        kind: "mse", Σ (output - x)²; or "bce", Σ -[x log σ(output) + (1 - x) log(1 - σ(output))], in nats.

    Returns:
        One number. log σ(z) and log(1 - σ(z)) = log σ(-z) are worked out from z = output, so that no sigmoid is rounded
        to 0 or 1 before its logarithm is taken.

    Raises:
        ValueError: another kind, or shapes that differ.

    Source:
        Goodfellow, Bengio & Courville (2016), section 14.1 and eq. 6.26; Vincent et al. (2010), section 2.2.
    """
    if kind not in KINDS:
        raise ValueError(f'kind is "mse" or "bce", not {kind!r}')
    if output.shape != x.shape:
        raise ValueError(f"output and images have one shape; got {tuple(output.shape)} and {tuple(x.shape)}")
    errors = (output - x) ** 2 if kind == "mse" else -(x * F.logsigmoid(output) + (1 - x) * F.logsigmoid(-output))
    return errors.flatten(1).sum(dim=1).mean()


# The same in torch: F.mse_loss(output, x, reduction="sum") / len(x), and
# F.binary_cross_entropy_with_logits(output, x, reduction="sum") / len(x). The default, reduction="mean", divides by
# the number of pixels too.
