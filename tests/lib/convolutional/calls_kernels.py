"""A call of every public reference of kernels and layers, for `tests/lib/test_devices.py`."""

import torch

from gradschool.convolutional import convolution, grouped, images, kernels, normalisation, pooling, receptive, windows

_chance = torch.Generator().manual_seed(0)


def t(*shape):
    return torch.randn(shape, generator=_chance, dtype=torch.float64)


CALLS = {
    "windows": (windows.windows, (t(2, 3, 5, 6), (2, 3), (1, 2), (2, 1))),
    "overlap_add": (windows.overlap_add, (t(2, 3, 2, 3, 2, 2), (5, 6), (2, 1), (1, 2))),
    "add_windows": (
        lambda onto, *rest: windows.add_windows(onto.clone(), *rest),
        (t(2, 3, 5, 6), t(2, 3, 2, 3, 2, 2), (2, 1), (1, 2)),
    ),
    "grouped": (windows.grouped, (t(2, 6, 3), 1, 2)),
    "padded": (windows.padded, (t(2, 3, 4, 5), (1, 2))),
    "cropped": (windows.cropped, (t(2, 3, 4, 5), (1, 2))),
    "correlate2d": (convolution.correlate2d, (t(5, 6), t(2, 3))),
    "convolve2d": (convolution.convolve2d, (t(5, 6), t(2, 3))),
    "conv2d": (convolution.conv2d, (t(2, 4, 5, 6), t(6, 4, 2, 3), t(6), (2, 1), 1)),
    "conv2d_backward": (convolution.conv2d_backward, (t(2, 3, 4, 2), t(2, 2, 5, 6), t(3, 2, 2, 3), (1, 2))),
    "conv3d": (convolution.conv3d, (t(1, 2, 4, 5, 6), t(3, 2, 2, 3, 2), t(3))),
    "conv_transpose2d": (convolution.conv_transpose2d, (t(2, 3, 4, 2), t(3, 2, 2, 3), t(2), 2, 1, 1)),
    "stretched": (grouped.stretched, (t(2, 3, 2, 3), (2, 1))),
    "grouped_conv2d": (grouped.grouped_conv2d, (t(2, 4, 5, 6), t(6, 2, 2, 3), t(6), (2, 1), 1, (1, 2), 2)),
    "grouped_conv2d_backward": (
        grouped.grouped_conv2d_backward,
        (t(2, 4, 3, 1), t(2, 4, 5, 6), t(4, 2, 2, 3), (1, 2), 0, (2, 2), 2),
    ),
    "grouped_conv_transpose2d": (
        grouped.grouped_conv_transpose2d,
        (t(2, 4, 3, 2), t(4, 3, 2, 3), t(6), 2, 1, 1, 2, 2),
    ),
    "max_pool2d": (pooling.max_pool2d, (t(2, 3, 5, 6), 3, 2, 1)),
    "avg_pool2d": (pooling.avg_pool2d, (t(2, 3, 5, 6), 3, 2, 1)),
    "max_pool2d_backward": (
        pooling.max_pool2d_backward,
        (t(1, 1, 2, 2), torch.tensor([[[[0, 1], [6, 9]]]]), (3, 4)),
    ),
    "max_unpool2d": (pooling.max_unpool2d, (t(1, 1, 2, 2), torch.tensor([[[[0, 1], [6, 9]]]]), (3, 4))),
    "global_avg_pool": (pooling.global_avg_pool, (t(2, 3, 5, 6),)),
    "global_max_pool": (pooling.global_max_pool, (t(2, 3, 5, 6),)),
    "normalize_channels": (normalisation.normalize_channels, (t(2, 3, 4, 5),)),
    "batchnorm2d": (normalisation.batchnorm2d, (t(2, 3, 4, 5), t(3), t(3), t(3), t(3) ** 2, True)),
    "local_response_norm": (normalisation.local_response_norm, (t(2, 7, 3, 2),)),
    "to_gray": (images.to_gray, (t(2, 3, 4, 5),)),
    "quantize": (images.quantize, (t(4, 5).sigmoid(), 3)),
    "moved": (images.moved, (t(2, 3, 4, 5), 30.0, 0.8)),
    "shifted": (images.shifted, (t(2, 3, 4, 5), 1, -2)),
}
MODULES = [convolution, grouped, images, kernels, normalisation, pooling, receptive, windows]
NOT_ABOUT_TENSORS = {
    "conv_output_size",
    "conv_transpose_output_size",
    "each_axis",
    "check_channels",
    "check_gradient",
    "convolution_size",
    "transposed_size",
    "layout",
    "gaussian_kernel",
    "named_kernel",
    "receptive_field",
}
