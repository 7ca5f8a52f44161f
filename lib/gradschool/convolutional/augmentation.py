"""New images out of old ones: cropped, mirrored, tinted, turned. Each image of a batch for itself."""

import torch
from jaxtyping import Float
from torch import Tensor

from gradschool.precision import wide


def random_crop(
    x: Float[Tensor, "batch channels height width"], size: tuple[int, int], generator: torch.Generator
) -> Float[Tensor, "batch channels tall wide"]:
    """Cut a window of `size` out of each image, every place equally likely.

    Args:
        x: images.
        size: height and width of the window.
        generator: where chance comes from; on the device of `x`.

    Raises:
        ValueError: a window larger than the images.

    Source:
        Krizhevsky, Sutskever & Hinton (2012), section 4.1: 224×224 out of 256×256.
    """
    (batch, _, height, width), (tall, wide) = x.shape, size
    if not (1 <= tall <= height and 1 <= wide <= width):
        raise ValueError(f"a window of {tall}×{wide} does not fit into images of {height}×{width}")
    top = torch.randint(height - tall + 1, (batch,), generator=generator, device=x.device)
    left = torch.randint(width - wide + 1, (batch,), generator=generator, device=x.device)
    rows = top[:, None] + torch.arange(tall, device=x.device)  # (batch, tall)
    columns = left[:, None] + torch.arange(wide, device=x.device)  # (batch, wide)
    each = torch.arange(batch, device=x.device)
    return x.movedim(1, -1)[each[:, None, None], rows[:, :, None], columns[:, None, :]].movedim(-1, 1)


def random_flip(
    x: Float[Tensor, "batch channels height width"], p: float, generator: torch.Generator
) -> Float[Tensor, "batch channels height width"]:
    """Mirror each image, left for right, with probability p.

    Raises:
        ValueError: p outside [0, 1].

    Source:
        Krizhevsky, Sutskever & Hinton (2012), section 4.1.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"p is the share that is mirrored, 0 <= p <= 1; got {p}")
    mirrored = torch.rand(len(x), 1, 1, 1, generator=generator, device=x.device) < p
    return torch.where(mirrored, x.flip(-1), x)


def color_jitter(
    x: Float[Tensor, "batch channels height width"], brightness: float, contrast: float, generator: torch.Generator
) -> Float[Tensor, "batch channels height width"]:
    """Change each image's brightness and contrast by factors of its own, and cut what leaves [0, 1].

    First every value is multiplied by b, uniform in [1 - brightness, 1 + brightness]; then its distance from the mean
    of the image (over channels and pixels) by c, uniform in [1 - contrast, 1 + contrast].

    Args:
        x: images from 0 to 1.
        brightness, contrast: from 0, no change, to 1.
        generator: where chance comes from; on the device of `x`.

    Raises:
        ValueError: a negative brightness or contrast, or one above 1.

    Source:
        Howard (2013), Some improvements on deep convolutional neural network based image classification.
    """
    if not (0 <= brightness <= 1 and 0 <= contrast <= 1):
        raise ValueError(f"brightness and contrast lie between 0 and 1; got {brightness} and {contrast}")
    u = 2 * torch.rand(2, len(x), 1, 1, 1, generator=generator, device=x.device, dtype=x.dtype) - 1
    bright = (1 + brightness * u[0]) * x
    mean = bright.mean(dim=(1, 2, 3), keepdim=True)
    return (mean + (1 + contrast * u[1]) * (bright - mean)).clamp(0, 1)


def rotate(
    x: Float[Tensor, "batch channels height width"], degrees: Float[Tensor, " batch"]
) -> Float[Tensor, "batch channels height width"]:
    """Turn each image about its centre by an angle of its own, counter-clockwise as one sees it.

    Every pixel of the result asks where it comes from, and takes the bilinear mean of the four pixels around that
    place; pixels outside the image are 0. Distances are in pixels, so that nothing is stretched where height and width
    differ. Places are worked out in float32 at least: 16 bits cannot tell pixels apart that lie far out.

    Args:
        x: images; rows run downwards.
        degrees: one angle for each image.
    """
    height, width = x.shape[-2:]
    images = wide(x)
    angle = torch.deg2rad(wide(degrees))[:, None, None]  # (batch, 1, 1)
    down = torch.arange(height, device=x.device, dtype=images.dtype)[:, None] - (height - 1) / 2  # (height, 1)
    right = torch.arange(width, device=x.device, dtype=images.dtype) - (width - 1) / 2  # (width,)
    from_row = (height - 1) / 2 + angle.sin() * right + angle.cos() * down  # (batch, height, width)
    from_column = (width - 1) / 2 + angle.cos() * right - angle.sin() * down
    top, left = from_row.floor(), from_column.floor()
    result = torch.zeros_like(images)
    for row, row_share in ((top, 1 - (from_row - top)), (top + 1, from_row - top)):
        for column, column_share in ((left, 1 - (from_column - left)), (left + 1, from_column - left)):
            inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
            place = row.clamp(0, height - 1) * width + column.clamp(0, width - 1)  # (batch, height, width)
            found = images.flatten(2).gather(2, place.long().flatten(1)[:, None].expand(-1, x.shape[1], -1))
            result = result + found.reshape(x.shape) * (inside * row_share * column_share)[:, None]
    return result.to(x.dtype)


# The same in torch: F.grid_sample on F.affine_grid, whose coordinates run from -1 to 1 along each side; in torchvision:
# transforms.v2.RandomCrop, RandomHorizontalFlip, ColorJitter, RandomRotation (one draw for the whole batch).
