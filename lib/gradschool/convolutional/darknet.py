"""Darknet-19, the network beneath YOLOv2, and the layer that carries fine detail around its last pooling."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from gradschool.training import evaluating

#: Table 6 of Redmon & Farhadi (2017): (channels, window) of each convolution, "M" for a 2×2 maximum.
TABLE: tuple[tuple[int, int] | str, ...] = (
    *((32, 3), "M", (64, 3), "M"),
    *((128, 3), (64, 1), (128, 3), "M"),
    *((256, 3), (128, 1), (256, 3), "M"),
    *((512, 3), (256, 1), (512, 3), (256, 1), (512, 3), "M"),
    *((1024, 3), (512, 1), (1024, 3), (512, 1), (1024, 3)),
)


def darknet19(classes: int = 1000) -> nn.Sequential:
    """Nineteen convolutions and five poolings, no dense layer: the last is 1×1, its mean over places the score.

    3×3 windows find, 1×1 windows between them make the channels few again. Every convolution but the last has batch
    normalisation, no bias, and a leaky ReLU of slope 0.1.

    Source: Redmon & Farhadi (2017), YOLO9000: better, faster, stronger, section 3 and table 6.
    """
    layers: list[nn.Module] = []
    inputs = 3
    for entry in TABLE:
        if isinstance(entry, str):
            layers.append(nn.MaxPool2d(2))
            continue
        channels, window = entry
        layers += [
            nn.Conv2d(inputs, channels, window, padding=window // 2, bias=False),
            nn.BatchNorm2d(channels),
            nn.LeakyReLU(0.1),
        ]
        inputs = channels
    return nn.Sequential(*layers, nn.Conv2d(inputs, classes, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def passthrough(
    x: Float[Tensor, "batch channels height width"], block: int = 2
) -> Float[Tensor, "batch stacked rows columns"]:
    """Every block×block square of pixels becomes one pixel with block² times the channels: nothing is lost.

    26×26×512 becomes 13×13×2048, and can be joined with what lies beyond the pooling.

    Raises:
        ValueError: height or width that is no multiple of `block`.

    Source: Redmon & Farhadi (2017), section 2, "Fine-grained features".
    """
    batch, channels, height, width = x.shape
    if block < 1 or height % block or width % block:
        raise ValueError(f"height and width are multiples of {block}; got {height}×{width}")
    cut = x.reshape(batch, channels, height // block, block, width // block, block)
    return cut.permute(0, 1, 3, 5, 2, 4).reshape(batch, channels * block**2, height // block, width // block)


def multiply_adds(net: nn.Module, x: Tensor) -> int:
    """Multiplications of the convolutions and dense layers of `net` on one batch `x` (run it on the meta device).

    The network is asked in evaluation mode, so that nothing in it moves; afterwards each module has its own mode.
    """
    total = 0

    def _count(layer: nn.Module, inputs: tuple[Tensor, ...], out: Tensor) -> None:
        nonlocal total
        if isinstance(layer, nn.Conv2d):
            total += out.numel() * layer.in_channels // layer.groups * layer.kernel_size[0] * layer.kernel_size[1]
        elif isinstance(layer, nn.Linear):
            total += out.numel() * layer.in_features

    hooks = [m.register_forward_hook(_count) for m in net.modules()]
    try:
        with evaluating(net), torch.no_grad():
            net(x)
    finally:
        for hook in hooks:
            hook.remove()
    return total


def parameters(net: nn.Module) -> int:
    """How many numbers a network learns."""
    return sum(p.numel() for p in net.parameters())


# The same in torch: F.pixel_unshuffle(x, 2). timm.create_model("darknet53") is the successor of YOLOv3.
