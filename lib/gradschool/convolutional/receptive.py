"""How much of the image one unit of a deep layer can see."""

from collections.abc import Iterable, Sequence


def receptive_field(layers: Iterable[Sequence[int]]) -> int:
    """Width of the part of the input that one output of a stack of layers depends on, along one axis.

    A layer adds kernel - 1 steps on both its sides together, and a step is as wide as all strides before it make it:
    r ← r + d (k - 1) · j, then j ← j · s, from r = j = 1.

    Args:
        layers: (kernel, stride) or (kernel, stride, dilation) of each convolution or pooling, the first layer first.

    Raises:
        ValueError: a layer that is not two or three whole numbers of at least 1.

    Source:
        Dumoulin & Visin (2016); Araujo, Norris & Sim (2019), Computing receptive fields of convolutional neural
        networks, eq. 2.
    """
    field, step = 1, 1
    for layer in layers:
        if len(layer) not in (2, 3) or min(layer) < 1:
            raise ValueError(f"a layer is (kernel, stride) or (kernel, stride, dilation), each at least 1; got {layer}")
        kernel, stride, dilation = (*layer, 1)[:3]
        field += dilation * (kernel - 1) * step
        step *= stride
    return field
