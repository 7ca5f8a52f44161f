"""Losses: one number for how wrong a network is, and the gradient that starts the backward pass.

All are means over the batch, in nats where a logarithm occurs.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float, Integer
from torch import Tensor

from gradschool.checks import check_among, check_indices, check_shares
from gradschool.feedforward.activations import relu, softmax


def mse_loss(pred: Float[Tensor, "*shape"], target: Float[Tensor, "*shape"]) -> Float[Tensor, ""]:
    """Mean squared error: the mean of (pred - target)² over all elements, without a factor 1/2.

    Source: Goodfellow, Bengio & Courville (2016), eq. 5.4.
    """
    return ((pred - target) ** 2).mean()


def absolute_loss(pred: Float[Tensor, "*shape"], target: Float[Tensor, "*shape"]) -> Float[Tensor, ""]:
    """Mean absolute error: the mean of |pred - target|. An outlier pulls no harder than any other point."""
    return (pred - target).abs().mean()


def huber_loss(pred: Float[Tensor, "*shape"], target: Float[Tensor, "*shape"], delta: float = 1.0) -> Float[Tensor, ""]:
    """Mean of e²/2 where the error |e| is at most delta, else of delta (|e| - delta/2): square near, straight far.

    Source: Huber (1964).
    """
    e = (pred - target).abs()
    return torch.where(e <= delta, e**2 / 2, delta * (e - delta / 2)).mean()


def binary_cross_entropy(p: Float[Tensor, "*shape"], y: Float[Tensor, "*shape"]) -> Float[Tensor, ""]:
    """Mean of -[y log p + (1 - y) log(1 - p)]: what it costs to have said p when y came.

    p is kept one machine epsilon away from 0 and 1, so that the loss stays finite when a unit is sure and wrong:
    about 16 in float32 and 36 in float64.

    Args:
        p: probability of class 1, in [0, 1].
        y: the class, 0 or 1 (or a probability in between), in the dtype of `p`.

    Raises:
        ValueError: a p or y outside [0, 1].

    Source:
        Goodfellow, Bengio & Courville (2016), section 6.2.2.2; torch keeps the logarithm above -100 instead.
    """
    check_shares(p, "p")
    check_shares(y, "y")
    eps = torch.finfo(p.dtype).eps
    p = p.clamp(eps, 1 - eps)
    return -(y * p.log() + (1 - y) * torch.log1p(-p)).mean()


def cross_entropy(logits: Float[Tensor, "batch classes"], target: Integer[Tensor, " batch"]) -> Float[Tensor, ""]:
    """Mean of -log softmax(logits)[target], from the scores themselves.

    log softmax(z)_i = z_i - log Σ_j exp(z_j), and the sum is taken after the largest score is subtracted: no
    probability is ever rounded to 0 before its logarithm is taken.

    Args:
        logits: scores, any real numbers.
        target: index of the right class, 0 … classes - 1.

    Raises:
        ValueError: a class outside of these.

    Source:
        Goodfellow, Bengio & Courville (2016), eq. 6.30.
    """
    check_indices(target, logits.shape[-1])
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    log_p = shifted - shifted.exp().sum(dim=-1, keepdim=True).log()
    return -log_p.gather(-1, target.long().unsqueeze(-1)).mean()


def cross_entropy_backward(
    logits: Float[Tensor, "batch classes"], target: Integer[Tensor, " batch"]
) -> Float[Tensor, "batch classes"]:
    """Gradient of `cross_entropy` with respect to the logits: (softmax(logits) - one-hot(target)) / batch.

    Raises:
        ValueError: a class that is not 0 … classes - 1.

    Source: Bishop (2006), eq. 4.109.
    """
    check_indices(target, logits.shape[-1])
    classes = torch.arange(logits.shape[-1], device=logits.device)
    one_hot = (classes == target.unsqueeze(-1)).to(logits.dtype)
    return (softmax(logits) - one_hot) / logits.shape[0]


def hinge_loss(scores: Float[Tensor, " batch"], y: Float[Tensor, " batch"]) -> Float[Tensor, ""]:
    """Mean of max(0, 1 - y · score): nothing to pay once a sample is right by a margin of 1.

    Args:
        scores: one real number per sample; its sign is the decision.
        y: the class, -1 or 1, in the dtype of `scores`.

    Raises:
        ValueError: another class.

    Source:
        Cortes & Vapnik (1995); Bishop (2006), eq. 7.45.
    """
    check_among(y, (-1, 1))
    return relu(1 - y * scores).mean()


#: The same in torch. As modules: nn.MSELoss, nn.L1Loss, nn.HuberLoss, nn.BCELoss, nn.CrossEntropyLoss. For two classes
#: nn.BCEWithLogitsLoss starts from scores, and needs no epsilon. Hinge: nn.MultiMarginLoss is for many classes, torch
#: has none for two.
SAME_IN_TORCH: dict[Callable[..., Tensor], Callable[..., Tensor]] = {
    mse_loss: F.mse_loss,
    absolute_loss: F.l1_loss,
    huber_loss: F.huber_loss,
    binary_cross_entropy: F.binary_cross_entropy,
    cross_entropy: F.cross_entropy,
}
