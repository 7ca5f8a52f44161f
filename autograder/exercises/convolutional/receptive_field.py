"""How many pixels along one axis one output of a stack of layers depends on."""

from autograder.spec import Case, Question


def drawn(draw):
    layers = [(draw.integer(1, 6), draw.integer(1, 4)) for _ in range(draw.integer(3, 7))]
    return Case((layers,), note="drawn at random")


question = Question(
    cases=lambda draw: [
        Case(([(3, 1)],), note="one convolution"),
        Case(([(3, 1), (3, 1), (3, 1)],), note="three convolutions of 3"),
        Case(([(5, 1), (2, 2), (5, 1), (2, 2)],), note="LeNet-5 up to its second pooling"),
        Case(([(11, 4), (3, 2), (5, 1)],), note="the beginning of AlexNet"),
        Case(([(2, 2), (3, 1)],), note="a pooling first"),
        Case(([(3, 1), (2, 2)],), note="a pooling last"),
        Case(([(1, 1), (1, 2), (4, 3)],), note="kernels of one pixel"),
        Case(([(2, 3)],), note="one pooling, with a stride larger than its window"),
        *(drawn(draw) for _ in range(4)),
    ],
)

# %% what is right, and what is wrong
import math

from autograder.spec import Exercise
from autograder.spec.mistakes.convolution import IGNORES_THE_STRIDE
from gradschool.convolutional import receptive

exercise = Exercise(
    question,
    receptive.receptive_field,
    points=3,
)


def walked(layers, *, field=1, add=lambda kernel: kernel - 1, grow=lambda step, stride: step * stride, before=False):
    """The right way, with what students get wrong as settings."""
    step = 1
    for kernel, stride in layers:
        grown = grow(step, stride)
        field += add(kernel) * (grown if before else step)
        step = grown
    return field


wrong = exercise.variants(walked)
wrong(
    IGNORES_THE_STRIDE.hinted("After a pooling with stride 2, how many pixels of the image lie between neighbours?"),
    grow=lambda step, stride: 1,
)
wrong(
    "counts a layer's own stride already for its own kernel",
    "A single convolution with stride 2: how many pixels does one output of it see?",
    before=True,
)
wrong(
    "adds whole kernels, where neighbouring windows overlap",
    "Two convolutions of 3: write down which pixels one output of the second can see.",
    field=0,
    add=lambda kernel: kernel,
)
wrong(
    "multiplies each kernel by the stride just before it, not by all strides before it",
    "After two poolings with stride 2, how many pixels of the image lie between neighbours?",
    grow=lambda step, stride: stride,
)
wrong(
    "adds the strides up, where they multiply",
    "How far apart do neighbours lie after two strides of 3?",
    grow=lambda step, stride: step + stride - 1,
)
wrong("begins with no pixel seen", "How many pixels does one pixel see, before any layer?", field=0)
wrong(
    "adds what a kernel sees on one side of its middle",
    "A kernel of 3 sees one pixel more on the left. And on the right?",
    add=lambda kernel: kernel // 2,
)


@exercise.misconception(
    "multiplies the kernels' sizes",
    "Two convolutions of 3 with stride 1: how many pixels do three neighbouring windows cover?",
)
def product(layers):
    return math.prod(kernel for kernel, _ in layers)


@exercise.misconception(
    "returns the step between neighbours, not how far one of them sees",
    "Does your number change when a convolution of 3 with stride 1 becomes one of 5?",
)
def the_step(layers):
    return math.prod(stride for _, stride in layers)


@exercise.misconception(
    "goes up from the image with the rule that leads down from the top",
    "field ← (field - 1) · stride + kernel: is the field that you multiply one of the image's pixels, or of a layer's units?",
    "In which order do you take the layers?",
)
def in_the_wrong_direction(layers):
    field = 1
    for kernel, stride in layers:
        field = (field - 1) * stride + kernel
    return field


@exercise.alternative
def from_the_top_down(layers):
    field = 1
    for kernel, stride in reversed(layers):
        field = (field - 1) * stride + kernel
    return field


@exercise.alternative
def as_a_sum(layers):
    total = 1
    for i, (kernel, _) in enumerate(layers):
        step = 1
        for _, stride in layers[:i]:
            step *= stride
        total += (kernel - 1) * step
    return total


@exercise.alternative
def by_marking(layers):
    """Which pixels reach the last layer's first output."""
    seen = {0}
    for kernel, stride in layers[::-1]:
        seen = {position * stride + u for position in seen for u in range(kernel)}
    return max(seen) - min(seen) + 1
