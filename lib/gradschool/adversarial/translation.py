"""Translating images without pairs: cycles, patches, and a memory of what was made."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

Map = Callable[[Tensor], Tensor]


def cycle_consistency_loss(
    x: Float[Tensor, "xs *features"], y: Float[Tensor, "ys *features"], to_y: Map, to_x: Map
) -> Float[Tensor, ""]:
    """What is lost on the way there and back, in both directions: mean |to_x(to_y(x)) - x| + mean |to_y(to_x(y)) - y|.

    Args:
        x, y: samples of the two domains; nothing says which belongs to which, and their numbers may differ.
        to_y, to_x: the two translators.

    Source: Zhu, Park, Isola & Efros (2017), Unpaired image-to-image translation using cycle-consistent adversarial
        networks, eq. 2.
    """
    return (to_x(to_y(x)) - x).abs().mean() + (to_y(to_x(y)) - y).abs().mean()


class PatchDiscriminator(nn.Module):
    """Judges every patch of an image by itself: a map of logits, each for a patch of 8×8 pixels.

    A convolution with stride 2 and leaky ReLU (slope 0.2); a convolution, instance normalisation and leaky ReLU; a
    convolution of 1×1 that gives the score. No dense layer: any even image size will do.

    Args:
        channels: of the image.
        width: channels after the first layer; twice as many after the second.

    Source: Isola, Zhu, Zhou & Efros (2017), Image-to-image translation with conditional adversarial networks, section
        3.2.2; smaller here, for small images.
    """

    def __init__(self, channels: int = 1, width: int = 16) -> None:
        super().__init__()
        self.down = nn.Conv2d(channels, width, 4, stride=2, padding=1)
        self.mix = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.score = nn.Conv2d(2 * width, 1, 1)

    def forward(self, x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch 1 rows columns"]:
        """One logit for each patch: half as many rows and columns as the image has."""
        h = F.leaky_relu(self.down(x), 0.2)  # (batch, width, height / 2, width / 2)
        h = F.leaky_relu(F.instance_norm(self.mix(h)), 0.2)
        scores: Tensor = self.score(h)
        return scores


def image_pool(
    pool: Sequence[Float[Tensor, "*image"]],
    images: Float[Tensor, "batch *image"],
    size: int,
    generator: torch.Generator,
) -> tuple[Float[Tensor, "batch *image"], list[Float[Tensor, "*image"]]]:
    """Show a discriminator some of the generator's older images, so that it does not forget what it has learned.

    For each image in turn: while the pool has room, the image is put in and also shown. Once it is full, with
    probability ½ the image itself is shown and the pool stays; else one drawn from the pool is shown, and the image
    takes its place.

    Args:
        pool: what is kept so far; stays as it is.
        size: the most that is kept; 0 keeps nothing, and shows what it is given.
        generator: where chance comes from.

    Returns:
        What to show, as many as `images`, and the new pool.

    Raises:
        ValueError: a size below 0.

    Source: Shrivastava et al. (2017), section 2.3; Zhu et al. (2017), section 4, with a pool of 50.
    """
    if size < 0:
        raise ValueError(f"size is the most that is kept, 0 or more; got {size}")
    kept, shown = list(pool), []
    for image in images:
        if len(kept) < size:
            kept.append(image)
            shown.append(image)
        elif size and torch.rand((), generator=generator, device=generator.device) < 0.5:
            place = int(torch.randint(size, (), generator=generator, device=generator.device))
            shown.append(kept[place])
            kept[place] = image
        else:
            shown.append(image)
    return torch.stack(shown), kept


# The same in torch: nn.L1Loss() for each half of the cycle. torch has neither the patches nor the pool.
