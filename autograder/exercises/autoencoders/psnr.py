"""Peak signal-to-noise ratio of each image of a batch, in decibels."""

from autograder.spec import Case, Question


def pair(draw, *shape, noise=0.2, peak=1.0):
    """Images, and the same with noise whose size differs from image to image."""
    clean = draw.uniform(0, peak, *shape)
    size = draw.uniform(0.5, 2, shape[0], *[1] * (len(shape) - 1))
    return clean, clean + peak * noise * size * draw.normal(*shape)


question = Question(
    cases=lambda draw: [
        (*pair(draw, 4, 6), 1.0),
        Case((*pair(draw, 3, 1, 4, 5), 1.0), note="images with a channel"),
        Case((*pair(draw, 3, 4, 4, peak=255.0), 255.0), note="peak 255"),
        Case((*pair(draw, 1, 7, noise=2.0), 1.0), note="one image, more noise than signal"),
        Case((*pair(draw, 5, 1), 2.0), note="one pixel, peak 2"),
    ],
    extremes=lambda draw: [
        Case((clean := draw.uniform(0, 1, 2, 5), clean.clone(), 1.0), note="no error at all"),
        Case((clean := draw.uniform(0, 1, 2, 5), clean + 1e-2 * draw.uniform(0.5, 1, 2, 5), 1.0), note="little error"),
    ],
    forbids=["psnr", "mse_loss"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from gradschool.autoencoders import quality

exercise = Exercise(
    question,
    quality.psnr,
    points=3,
)


def errors(clean, image):
    return (image - clean).square().flatten(1).mean(dim=1)


@exercise.misconception(
    "returns one number for the whole batch, not one for each image",
    "Which axis should be left? What is the shape of your result for four images?",
)
def one_for_the_batch(clean, image, peak=1.0):
    return 10 * torch.log10(peak**2 / (image - clean).square().mean())


@exercise.misconception(
    "averages the decibels over the batch",
    "Which of the images is the bad one? What is the shape of your result for four images?",
)
def decibels_averaged(clean, image, peak=1.0):
    return (10 * torch.log10(peak**2 / errors(clean, image))).mean()


@exercise.misconception(
    "averages the error over the last axis alone",
    "What is the shape of your result for images with a channel, a height and a width?",
)
def over_the_last_axis(clean, image, peak=1.0):
    return 10 * torch.log10(peak**2 / (image - clean).square().mean(dim=-1))


@exercise.misconception(
    "takes the natural logarithm", "By how much should your result grow when the squared error is ten times smaller?"
)
def natural_logarithm(clean, image, peak=1.0):
    return 10 * torch.log(peak**2 / errors(clean, image))


@exercise.misconception(
    "multiplies by 20, though the error is squared already",
    "20 log₁₀ of what is 10 log₁₀ of its square?",
)
def twice_as_many(clean, image, peak=1.0):
    return 20 * torch.log10(peak**2 / errors(clean, image))


@exercise.misconception(
    "does not square the peak", "Your error has the unit of a squared grey value. Which unit has your peak?"
)
def peak_not_squared(clean, image, peak=1.0):
    return 10 * torch.log10(peak / errors(clean, image))


@exercise.misconception("leaves the peak out", "How large is the same error on pixels from 0 to 255?")
def without_the_peak(clean, image, peak=1.0):
    return -10 * torch.log10(errors(clean, image))


@exercise.misconception(
    "has the opposite sign", "Which of two images should have the larger number: the better or the worse one?"
)
def upside_down(clean, image, peak=1.0):
    return 10 * torch.log10(errors(clean, image) / peak**2)


@exercise.misconception(
    "sums the squared error of an image, where the mean is asked for",
    "Should an image of twice as many pixels, each as wrong as before, have another number?",
)
def summed(clean, image, peak=1.0):
    return 10 * torch.log10(peak**2 / (image - clean).square().flatten(1).sum(dim=1))


@exercise.misconception(
    "takes the largest pixel that happens to be in the image for the peak",
    "Would a dark photograph be judged like a bright one? What is the argument `peak` for?",
)
def largest_pixel(clean, image, peak=1.0):
    return 10 * torch.log10(clean.flatten(1).amax(dim=1) ** 2 / errors(clean, image))


@exercise.misconception(
    "measures the signal by its mean square, which is the plain signal-to-noise ratio",
    "What does the P in the name stand for?",
)
def power_of_the_signal(clean, image, peak=1.0):
    return 10 * torch.log10(clean.square().flatten(1).mean(dim=1) / errors(clean, image))


@exercise.misconception(
    "gives a perfect image a finite number",
    "What is the logarithm of 1 / 0 in torch? Does the task ask you to avoid it?",
)
def kept_finite(clean, image, peak=1.0):
    return 10 * torch.log10(peak**2 / errors(clean, image).clamp(min=1e-10))


@exercise.alternative
def by_the_root(clean, image, peak=1.0):
    root = errors(clean, image).sqrt()
    return 20 * torch.log10(peak / root)


@exercise.alternative
def difference_of_logarithms(clean, image, peak=1.0):
    error = ((clean - image) ** 2).reshape(len(clean), -1).mean(-1)
    return 10 * (torch.log10(torch.full_like(error, peak**2)) - error.log10())


@exercise.alternative
def image_by_image(clean, image, peak=1.0):
    return torch.stack([-10 * torch.log10(((i - c) / peak).pow(2).mean()) for c, i in zip(clean, image, strict=True)])


@exercise.alternative
def over_all_axes_but_the_first(clean, image, peak=1.0):
    axes = tuple(range(1, clean.ndim))
    return (peak**2 / torch.mean(torch.square(clean - image), dim=axes)).log() * (10 / 2.302585092994046)
