"""Which pixels a score hangs on."""

import torch
from jaxtyping import Float, Integer
from torch import Tensor, nn

from gradschool.checks import check_indices
from gradschool.training import evaluating


def saliency(
    net: nn.Module, x: Float[Tensor, "batch channels height width"], classes: Integer[Tensor, " batch"]
) -> Float[Tensor, "batch height width"]:
    """How much the score of a class moves with each pixel: the gradient's magnitude, the largest over the channels.

    The network is asked in evaluation mode, and its parameters get no gradients; afterwards each of its modules is in
    the mode in which it came.

    Args:
        net: gives scores, (batch, classes).
        x: images.
        classes: whose score, one for each image.

    Raises:
        ValueError: a class that the network has no score for.

    Source:
        Simonyan, Vedaldi & Zisserman (2014), Deep inside convolutional networks, section 3.1.
    """
    images = x.detach().clone().requires_grad_()
    with evaluating(net), torch.enable_grad():
        scores = net(images)
    check_indices(classes, scores.shape[1])
    (gradient,) = torch.autograd.grad(scores.gather(1, classes.long()[:, None]).sum(), images)
    return gradient.abs().amax(dim=1)


# The same elsewhere: captum.attr.Saliency.
