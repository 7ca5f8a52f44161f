"""Which pixels a score hangs on."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


def saliency(
    net: nn.Module, x: Float[Tensor, "batch channels height width"], classes: Int[Tensor, " batch"]
) -> Float[Tensor, "batch height width"]:
    """How much the score of a class moves with each pixel: the gradient's magnitude, the largest over the channels.

    The network is asked in evaluation mode, and its parameters get no gradients.

    Args:
        net: gives scores, (batch, classes).
        x: images.
        classes: whose score, one for each image.

    Source:
        Simonyan, Vedaldi & Zisserman (2014), Deep inside convolutional networks, section 3.1.
    """
    before = net.training
    net.eval()
    images = x.detach().clone().requires_grad_()
    scores = net(images).gather(1, classes[:, None]).sum()
    (gradient,) = torch.autograd.grad(scores, images)
    net.train(before)
    return gradient.abs().amax(dim=1)


# The same elsewhere: captum.attr.Saliency.
