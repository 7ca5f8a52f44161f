"""The convolution layer with one axis more (extension)."""

from autograder.spec import Case, Question
from autograder.spec.probes import counted, growing


def layer(draw, batch, inputs, outputs, size, kernel, *settings):
    return draw.normal(batch, inputs, *size), draw.normal(outputs, inputs, *kernel), draw.normal(outputs), *settings


question = Question(
    cases=lambda draw: [
        Case(layer(draw, 2, 2, 3, (4, 5, 6), (2, 3, 4), 1, 0), note="three different sizes"),
        Case(layer(draw, 2, 1, 2, (3, 3, 3), (2, 2, 2), 1, 0), note="a cube"),
        Case(layer(draw, 1, 2, 2, (5, 4, 6), (3, 2, 2), 2, 0), note="stride 2"),
        Case(layer(draw, 2, 2, 2, (3, 4, 3), (3, 3, 2), 1, 1), note="padding 1"),
        Case(
            growing(
                *layer(draw, 2, 2, 3, (4, 4, 5), (2, 3, 2), 2, 1),
                films=layer(draw, 4, 2, 3, (4, 4, 5), (2, 3, 2), 2, 1),
                channels=layer(draw, 2, 4, 5, (4, 4, 5), (2, 3, 2), 2, 1),
                frames=layer(draw, 2, 2, 3, (8, 4, 5), (2, 3, 2), 2, 1),
                pixels=layer(draw, 2, 2, 3, (4, 8, 9), (2, 3, 2), 2, 1),
            ),
            note="stride 2, padding 1",
        ),
    ],
    defaults=lambda draw: [
        Case(layer(draw, 2, 2, 3, (3, 4, 5), (2, 3, 2)), note="no stride, no padding"),
        Case(layer(draw, 1, 3, 2, (5, 4, 6), (2, 2, 3), 2), note="no padding"),
    ],
    probe=counted(),
    forbids=["convolution"],
    uses=("conv2d",),
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes import convolution as kinds
from autograder.spec.probes import steady
from gradschool.convolutional import convolution

exercise = Exercise(
    question,
    convolution.conv3d,
    points=3,
    compare=steady("films", "channels", "frames", "pixels"),
)

wrong = exercise.variants(kinds.layer)
wrong(kinds.FLIPS_THE_KERNEL, kernels=kinds.turned)
wrong(
    "treats each frame by itself: it never sums over time",
    "If two frames of the film change places, what should become of the result?",
    kernels=lambda weight: weight.sum(dim=2, keepdim=True),
)
wrong(
    "pads height and width, but not depth",
    "How many slices has the result, by the formula for the output's size?",
    border=lambda padding, weight: (padding,) * 4,
)
wrong(
    "takes single steps through the depth, whatever the stride",
    "Along how many axes does the stride count?",
    steps=lambda stride, weight: (1, stride, stride),
)
wrong(kinds.FORGETS_THE_BIAS, added=kinds.without_bias)
wrong(
    "takes the kernel's axes in the wrong order, depth last",
    "In which order do the axes of weight stand in the task?",
    kernels=lambda weight: weight.movedim(2, -1),
)


@exercise.mistake(kinds.LOOPS_OVER_POSITIONS.told(positions="frames of the film"))
def loops_over_frames(x, weight, bias, stride=1, padding=0):
    x, depth = F.pad(x, (padding,) * 6), weight.shape[2]
    starts = range(0, x.shape[2] - depth + 1, stride)
    return torch.cat([kinds.layer(x[:, :, t : t + depth], weight, bias, stride) for t in starts], dim=2)


@exercise.alternative
def slices_of_two_dimensions(x, weight, bias, stride=1, padding=0):
    x, depth = F.pad(x, (padding,) * 6), weight.shape[2]
    slices = (x.shape[2] - depth) // stride + 1
    total = 0
    for s in range(depth):
        frames = x[:, :, s : s + stride * (slices - 1) + 1 : stride].transpose(1, 2).flatten(0, 1)
        view = frames.unfold(2, weight.shape[3], stride).unfold(3, weight.shape[4], stride)
        total = total + torch.einsum("bihwuv,oiuv->bohw", view, weight[:, :, s])
    return total.unflatten(0, (len(x), slices)).transpose(1, 2) + bias[:, None, None, None]


@exercise.alternative
def loop_over_the_kernel(x, weight, bias, stride=1, padding=0):
    x = F.pad(x, (padding,) * 6)
    t, h, w = ((x.shape[a] - weight.shape[a]) // stride * stride + 1 for a in (2, 3, 4))
    out = bias[:, None, None, None]
    for s in range(weight.shape[2]):
        for u in range(weight.shape[3]):
            for v in range(weight.shape[4]):
                seen = x[:, :, s : s + t : stride, u : u + h : stride, v : v + w : stride]
                out = out + torch.einsum("bithw,oi->bothw", seen, weight[:, :, s, u, v])
    return out


@exercise.alternative
def one_product(x, weight, bias, stride=1, padding=0):
    view = F.pad(x, (padding,) * 6)
    for axis in (2, 3, 4):
        view = view.unfold(axis, weight.shape[axis], stride)
    view = view.permute(0, 2, 3, 4, 1, 5, 6, 7)
    out = view.flatten(4) @ weight.flatten(1).T + bias
    return out.movedim(-1, 1)
