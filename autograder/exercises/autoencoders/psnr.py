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
        Case((*pair(draw, 3, 1, 4, 5), 0.5), note="images with a channel"),
        Case((*pair(draw, 3, 4, 4, peak=255.0), 255.0), note="peak 255"),
        Case((*pair(draw, 1, 7, noise=2.0), 1.0), note="one image, more noise than signal"),
        Case((*pair(draw, 5, 1), 2.0), note="one pixel, peak 2"),
    ],
    extremes=lambda draw: [
        Case((clean := draw.uniform(0, 1, 2, 5), clean.clone(), 1.0), note="no error at all"),
        Case((clean := draw.uniform(0, 1, 2, 5), clean + 1e-2 * draw.uniform(0.5, 1, 2, 5), 1.0), note="little error"),
    ],
    defaults=lambda draw: [Case(pair(draw, 3, 6), note="peak left out")],
    bears="an image without any error, and for errors of a hundredth",
    forbids=["psnr", "mse_loss"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes import reductions as kinds
from autograder.spec.mistakes.common import same
from gradschool.autoencoders import quality

exercise = Exercise(
    question,
    quality.psnr,
    points=3,
)


def errors(clean, image):
    return (image - clean).square().flatten(1).mean(dim=1)


def right(
    clean, image, peak=1.0, *, error=errors, signal=lambda peak, clean: peak**2, log=torch.log10, times=10, result=same
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    return result(times * log(signal(peak, clean) / error(clean, image)))


wrong = exercise.variants(right)
wrong(kinds.ONE_FOR_ALL_SAMPLES, error=lambda clean, image: (image - clean).square().mean())
wrong(
    "averages the decibels over the batch",
    "Which of the images is the bad one? What is the shape of your result for four images?",
    result=torch.mean,
)
wrong(kinds.OVER_ONE_AXIS, error=lambda clean, image: (image - clean).square().mean(dim=-1))
wrong(
    kinds.SUMS_FOR_MEAN.told(of="the errors of an image", example="twice as many pixels, each as wrong as before,"),
    error=lambda clean, image: (image - clean).square().flatten(1).sum(dim=1),
)
wrong(
    "takes the natural logarithm",
    "By how much should your result grow when the squared error is ten times smaller?",
    log=torch.log,
)
wrong(
    "multiplies by 20, though the error is squared already",
    "20 log₁₀ of what is 10 log₁₀ of its square?",
    times=20,
)
wrong(kinds.UPSIDE_DOWN.told(best="better image"), times=-10)
wrong(
    "does not square the peak",
    "Your error has the unit of a squared grey value. Which unit has your peak?",
    signal=lambda peak, clean: peak,
)
wrong(
    "leaves the peak out",
    "How large is the same error on pixels from 0 to 255?",
    signal=lambda peak, clean: 1,
)
wrong(
    "takes the largest pixel that happens to be in the image for the peak",
    "Would a dark photograph be judged like a bright one? What is the argument `peak` for?",
    signal=lambda peak, clean: clean.flatten(1).amax(dim=1) ** 2,
)
wrong(
    "measures the signal by its mean square, which is the plain signal-to-noise ratio",
    "What does the P in the name stand for?",
    signal=lambda peak, clean: clean.square().flatten(1).mean(dim=1),
)
wrong(
    "gives a perfect image a finite number",
    "What is the logarithm of 1 / 0 in torch? Does the task ask you to avoid it?",
    error=lambda clean, image: errors(clean, image).clamp(min=1e-10),
)


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
