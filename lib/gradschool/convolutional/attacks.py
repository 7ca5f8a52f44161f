"""Images changed so little that nobody sees it, and so cleverly that a network does."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float, Integer
from torch import Tensor

from gradschool.checks import check_indices


def fgsm_attack(
    net: Callable[[Tensor], Tensor],
    x: Float[Tensor, "batch *shape"],
    y: Integer[Tensor, " batch"],
    eps: float,
) -> Float[Tensor, "batch *shape"]:
    """The fast gradient sign method: every pixel moves by `eps` in the direction in which the loss rises.

    x + eps · sign(∂L/∂x), cut to [0, 1], where L is the cross-entropy of the true classes. A pixel without influence
    stays. The network and the images are left as they were: no gradient is stored in either.

    Args:
        net: gives scores (batch, classes).
        x: images, from 0 to 1.
        y: their true classes.
        eps: the most that a pixel may change.

    Raises:
        ValueError: an eps below 0, or a class that the network has no score for.

    Source: Goodfellow, Shlens & Szegedy (2015), Explaining and harnessing adversarial examples, section 4.
    """
    if not eps >= 0:
        raise ValueError(f"eps is a distance, 0 or more; got {eps}")
    inputs = x.detach().clone().requires_grad_()
    with torch.enable_grad():
        scores = net(inputs)
        check_indices(y, scores.shape[1])
        (gradient,) = torch.autograd.grad(F.cross_entropy(scores, y.long()), inputs)
    return (x.detach() + eps * gradient.sign()).clamp(0, 1)


# The same elsewhere: torchattacks.FGSM.
