"""What finds objects without learning: ink that hangs together is one object."""

import torch
from jaxtyping import Float
from scipy import ndimage  # type: ignore[import-untyped]
from torch import Tensor


def component_boxes(image: Float[Tensor, "height width"], level: float = 0.4, least: int = 7) -> Float[Tensor, "n 4"]:
    """The boxes (x1, y1, x2, y2) around the connected parts of what is brighter than `level`.

    Pixels that touch at a corner are connected. Parts lower than `least` pixels are taken for noise.

    Source: Rosenfeld & Pfaltz (1966), Sequential operations in digital picture processing.
    """
    labels, _ = ndimage.label(image.cpu().numpy() > level, structure=[[1] * 3] * 3)
    found = [(x.start, y.start, x.stop, y.stop) for y, x in ndimage.find_objects(labels) if y.stop - y.start >= least]
    return torch.tensor(found, dtype=image.dtype, device=image.device).reshape(-1, 4)


# The same elsewhere: skimage.measure.label and regionprops; cv2.connectedComponentsWithStats.
