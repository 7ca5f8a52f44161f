"""Cross-correlation of one image with one kernel, where the kernel fits whole."""

from autograder.spec import Case, Question

question = Question(
    cases=lambda draw: [
        Case((draw.normal(5, 7), draw.normal(3, 3)), note="a square kernel"),
        Case((draw.normal(6, 5), draw.normal(2, 3)), note="a kernel that is wider than high"),
        Case((draw.normal(4, 4), draw.normal(4, 1)), note="a kernel as high as the image"),
        Case((draw.normal(3, 4), draw.normal(1, 1)), note="a kernel of one pixel"),
        Case((draw.normal(4, 6), draw.normal(4, 6)), note="one position only"),
        Case((draw.normal(5, 6), draw.normal(4, 2)), note="a kernel that is higher than wide"),
    ],
    forbids=["convolution"],
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes import convolution as kinds
from gradschool.convolutional import convolution

exercise = Exercise(
    question,
    convolution.correlate2d,
    points=4,
)


def correlated(image, kernel, **settings):
    return kinds.layer(image[None, None], kernel[None, None], image.new_zeros(1), **settings)[0, 0]


wrong = exercise.variants(correlated)
wrong(kinds.FLIPS_THE_KERNEL, kernels=kinds.turned)
wrong(kinds.TRANSPOSES_THE_KERNEL, kernels=kinds.transposed)
wrong(kinds.AVERAGES_PRODUCTS.told(of="the products"), kernels=lambda k: k / k.numel())
wrong(
    "pads the image, so that the result is as large as the image",
    "At how many places does the kernel lie wholly on the image?",
    "What does your answer say where the kernel hangs over the border, and of which pixels?",
    border=lambda _, k: ((k.shape[3] - 1) // 2, k.shape[3] // 2, (k.shape[2] - 1) // 2, k.shape[2] // 2),
)
wrong(kinds.MISSES_THE_LAST_POSITION, result=lambda out: out[..., :-1, :-1])
wrong("stops one row too early", *kinds.MISSES_THE_LAST_POSITION.hints, result=lambda out: out[..., :-1, :])
wrong(
    "stops one column too early",
    "On 4 columns, how often does a kernel of 4 columns fit?",
    result=lambda out: out[..., :-1],
)
wrong(kinds.LAYS_WINDOWS_SIDE_BY_SIDE.told(when=""), steps=lambda _, k: k.shape[2:])
wrong(
    "mirrors the kernel left and right",
    "Which weight meets the upper left pixel of the window?",
    kernels=lambda k: k.flip(3),
)


def window_by_window(image, kernel, k, meet):
    rows, columns = image.shape[0] - k[0] + 1, image.shape[1] - k[1] + 1
    places = [[meet(image[i : i + k[0], j : j + k[1]], kernel).sum() for j in range(columns)] for i in range(rows)]
    return torch.stack([torch.stack(row) for row in places])


@exercise.misconception(
    "multiplies window and kernel as matrices",
    "How many products does one position of a kernel of 3×3 have, and what do they meet?",
)
def matrix_product(image, kernel):
    return window_by_window(image, kernel, kernel.shape, torch.matmul)


@exercise.misconception(
    "takes the kernel's height for its width, too",
    "How many columns has a kernel of 2×3, and how many pixels of a row does it meet?",
)
def square_kernels_only(image, kernel):
    return window_by_window(image, kernel, kernel.shape[:1] * 2, torch.mul)


@exercise.alternative
def two_loops(image, kernel):
    kh, kw = kernel.shape
    out = image.new_zeros(image.shape[0] - kh + 1, image.shape[1] - kw + 1)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = (image[i : i + kh, j : j + kw] * kernel).sum()
    return out


@exercise.alternative
def shifted_images(image, kernel):
    rows, columns = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    shifted = [
        kernel[u, v] * image[u : u + rows, v : v + columns]
        for u in range(kernel.shape[0])
        for v in range(kernel.shape[1])
    ]
    return sum(shifted)


@exercise.alternative
def by_a_matrix_product(image, kernel):
    patches = F.unfold(image[None, None], kernel.shape)[0]  # (pixels of the kernel, positions)
    rows = image.shape[0] - kernel.shape[0] + 1
    return (kernel.reshape(1, -1) @ patches).reshape(rows, -1)


@exercise.alternative
def through_fourier(image, kernel):
    """Correlation is a product with the conjugate spectrum."""
    size = (image.shape[0] + kernel.shape[0], image.shape[1] + kernel.shape[1])
    spectrum = torch.fft.rfft2(image, s=size) * torch.fft.rfft2(kernel, s=size).conj()
    full = torch.fft.irfft2(spectrum, s=size)
    return full[: image.shape[0] - kernel.shape[0] + 1, : image.shape[1] - kernel.shape[1] + 1]
