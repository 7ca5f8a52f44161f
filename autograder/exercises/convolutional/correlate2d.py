"""Cross-correlation of one image with one kernel, where the kernel fits whole."""

from autograder.spec import Case, Question

question = Question(
    cases=lambda draw: [
        Case((draw.normal(5, 7), draw.normal(3, 3)), note="a square kernel"),
        Case((draw.normal(6, 5), draw.normal(2, 3)), note="a kernel that is wider than high"),
        Case((draw.normal(4, 4), draw.normal(4, 1)), note="a kernel as high as the image"),
        Case((draw.normal(3, 4), draw.normal(1, 1)), note="a kernel of one pixel"),
        Case((draw.normal(4, 6), draw.normal(4, 6)), note="one position only"),
    ],
    gradients=True,
    forbids=["convolution"],
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F

from autograder.spec import Exercise
from gradschool.convolutional import convolution

exercise = Exercise(
    question,
    convolution.correlate2d,
    points=4,
)


def correlated(image, kernel):
    return torch.einsum("ijuv,uv->ij", image.unfold(0, kernel.shape[0], 1).unfold(1, kernel.shape[1], 1), kernel)


@exercise.misconception(
    "turns the kernel by 180 degrees first: that is the convolution of mathematics",
    "Which weight meets the upper left pixel of the window: kernel[0, 0], or the last one?",
)
def flipped(image, kernel):
    return correlated(image, kernel.flip(0, 1))


@exercise.misconception("takes the kernel transposed", "Does u count rows or columns of the image? And of the kernel?")
def transposed(image, kernel):
    return correlated(image, kernel.T)


@exercise.misconception(
    "averages the products, where their sum is asked", "What should a kernel of nine ones give on an image of ones?"
)
def mean_of_products(image, kernel):
    return correlated(image, kernel) / kernel.numel()


@exercise.misconception(
    "pads the image, so that the result is as large as the image",
    "At how many places does the kernel lie wholly on the image?",
    "What does your answer say where the kernel hangs over the border, and of which pixels?",
)
def same_size(image, kernel):
    (kh, kw) = kernel.shape
    padded = F.pad(image, ((kw - 1) // 2, kw // 2, (kh - 1) // 2, kh // 2))
    return correlated(padded, kernel)


@exercise.misconception(
    "stops one position too early, below and on the right",
    "On 4 rows, how often does a kernel of 4 rows fit?",
    "What is the last number in range(5 - 3)? Does the kernel fit one row further down?",
)
def one_too_few(image, kernel):
    return correlated(image, kernel)[:-1, :-1]


@exercise.misconception(
    "lays the kernel side by side, without overlap",
    "By how many pixels does the kernel move from one place to the next?",
)
def side_by_side(image, kernel):
    return correlated(image, kernel)[:: kernel.shape[0], :: kernel.shape[1]]


@exercise.misconception(
    "multiplies window and kernel as matrices",
    "How many products does one position of a kernel of 3×3 have, and what do they meet?",
)
def matrix_product(image, kernel):
    (kh, kw) = kernel.shape
    rows = image.shape[0] - kh + 1
    columns = image.shape[1] - kw + 1
    return torch.stack(
        [torch.stack([(image[i : i + kh, j : j + kw] @ kernel).sum() for j in range(columns)]) for i in range(rows)]
    )


@exercise.misconception(
    "stops one row too early",
    "On 4 rows, how often does a kernel of 4 rows fit?",
    "What is the last number in range(5 - 3)?",
)
def one_row_too_few(image, kernel):
    return correlated(image, kernel)[:-1]


@exercise.misconception("stops one column too early", "On 4 columns, how often does a kernel of 4 columns fit?")
def one_column_too_few(image, kernel):
    return correlated(image, kernel)[:, :-1]


@exercise.misconception("mirrors the kernel left and right", "Which weight meets the upper left pixel of the window?")
def mirrored(image, kernel):
    return correlated(image, kernel.flip(1))


@exercise.misconception(
    "takes the kernel's height for its width, too",
    "How many columns has a kernel of 2×3, and how many pixels of a row does it meet?",
)
def square_kernels_only(image, kernel):
    k = kernel.shape[0]
    rows, columns = image.shape[0] - k + 1, image.shape[1] - k + 1
    return torch.stack(
        [torch.stack([(image[i : i + k, j : j + k] * kernel).sum() for j in range(columns)]) for i in range(rows)]
    )


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
