"""A window out of each image at a place of its own, judged by where the windows lie and how often."""

import torch

from autograder.spec import Case, Question
from autograder.spec.chance import every_one, related
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws

SOME, MANY, VERY_MANY = 100, 500, 3000  # images of several calls, of one; from which on it says how often places occur


def found_in(x, out):
    """(batch, rows, columns): True where a window of an image is what was cut out of it."""
    windows = x.unfold(2, out.shape[2], 1).unfold(3, out.shape[3], 1)
    return (windows == out[:, :, None, None]).all(dim=5).all(dim=4).all(dim=1)


def look(results, args):
    """Every pixel of these images names its place, so that each window tells where it was cut."""
    (x, (tall, wide), _), out = args, results["crops"]
    batch, channels = x.shape[:2]
    if not isinstance(out, torch.Tensor) or out.shape != (batch, channels, tall, wide):
        found = tuple(out.shape) if isinstance(out, torch.Tensor) else type(out).__name__
        raise Unusable("shape", f"The crops should have the shape {(batch, channels, tall, wide)}; yours: {found}.")
    same = found_in(x, out)
    whole = same.flatten(1).any(dim=1)
    seen = {"windows that are no piece of their image": (~whole).sum()}
    if batch >= MANY:
        often = same.double().mean(dim=0)
        seen["places that occur"] = often > 0
        seen["one place for all images"] = bool((often == 1).any())
    if batch >= VERY_MANY:
        seen["share of each place"] = often
    if batch >= MANY and bool(whole.all()):
        places = same.flatten(1).int().argmax(dim=1)
        seen["every place as often as any other"] = every_one(places, same[0].numel())
        high, left = (same.any(dim=3 - axis)[:, 0] for axis in (1, 2))
        seen["row and column of which each is drawn by itself"] = not related(torch.stack([high, left]))
        seen["images of which each has a place of its own"] = not any(
            related(edge.reshape(-1, 10).T) for edge in (high, left)
        )
    return seen


def look_at_calls(several, args):
    """Whether one call's places know of another's, or an image's of its neighbour's."""
    x, _, _ = args
    if len(x) < SOME:
        return {}
    same = torch.stack([found_in(x, found["crops"]) for found in several])  # (calls, batch, rows, columns)
    at_an_edge = (same.any(dim=3)[..., 0], same.any(dim=2)[..., 0], same.any(dim=3)[..., -1])
    alone = not any(related(places) or related(places.T) for places in at_an_edge)
    return {"images and calls of which each has places of its own": alone}


def named(draw, batch, channels, height, width):
    """Images without two equal pixels."""
    return draw.permutation(batch * channels * height * width).double().reshape(batch, channels, height, width) / 8


def case(draw, shape, size, note):
    return Case((named(draw, *shape), size, draw.chance()), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, (800, 1, 5, 6), (4, 3), "2 × 4 places"),
        case(draw, (3000, 1, 6, 7), (3, 3), "4 × 5 places"),
        case(draw, (100, 1, 5, 5), (4, 3), "a batch"),
        case(draw, (3000, 1, 6, 3), (4, 3), "3 × 1 places"),
        case(draw, (4, 3, 7, 5), (7, 5), "the whole image"),
        case(draw, (1, 1, 6, 9), (1, 1), "one pixel of one image"),
    ],
    glimpse=lambda draw: case(draw, (4, 1, 5, 6), (4, 3), ""),
    returns=("crops",),
    probe=draws(look, calls=look_at_calls),
    gives="a tensor",
    forbids=["image_transforms"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.comparison import same_share
from autograder.spec.mistakes import chance
from autograder.spec.mistakes.convolution import MISSES_THE_LAST_POSITION
from gradschool.convolutional import augmentation

exercise = Exercise(
    question,
    augmentation.random_crop,
    points=3,
    compare={"share of each place": same_share(3000)},
    shares={"generator_used": 0.5},
)


def cut(x, size, top, left):
    return torch.stack(
        [image[:, t : t + size[0], w : w + size[1]] for image, t, w in zip(x, top.tolist(), left.tolist(), strict=True)]
    )


def places(x, size, generator, *, many=len, begin=lambda spare, n, g: torch.randint(spare + 1, (n,), generator=g)):
    spare = x.shape[2] - size[0], x.shape[3] - size[1]
    return [begin(s, many(x), generator).expand(len(x)) for s in spare]


def right(x, size, generator, **settings):
    return cut(x, size, *places(x, size, generator, **settings))


exercise.mistakes([chance.global_chance(right)])
wrong = exercise.variants(right)
wrong(chance.ONE_FOR_THE_BATCH.told(all_alike="all images are cut at one place"), many=lambda x: 1)
wrong(
    MISSES_THE_LAST_POSITION.hinted("How many windows of 4 fit into a row of 6? From where to where may they begin?"),
    begin=lambda spare, n, g: torch.randint(max(spare, 1), (n,), generator=g),
)
wrong(
    "cuts in the middle, always",
    "Where is chance in your function? How often does it give the same window?",
    begin=lambda spare, n, g: torch.tensor([spare // 2]),
)
wrong(
    "rounds a place between the first and the last, and so cuts at the edges half as often",
    "With three places, rounding numbers from 0 to 2: which numbers end at 0, and which at 1?",
    begin=lambda spare, n, g: (torch.rand(n, generator=g) * spare).round().long(),
)


@exercise.mistake(chance.ONE_FOR_BOTH.told(both="the row and the column"))
def along_the_diagonal(x, size, generator):
    u = torch.rand(len(x), generator=generator)
    return right(x, size, generator, begin=lambda spare, n, g: (u * (spare + 1)).long())


@exercise.misconception(
    "shrinks the whole image to the size of the window",
    "Is a pixel of your result a pixel of the image, or a mean of several?",
)
def shrunk(x, size, generator):
    return torch.nn.functional.interpolate(x, size=size, mode="bilinear", align_corners=False)


@exercise.alternative
def image_by_image(x, size, generator):
    out = torch.empty(*x.shape[:2], *size, dtype=x.dtype)
    for i, image in enumerate(x):
        t = torch.randint(0, x.shape[2] - size[0] + 1, (1,), generator=generator).item()
        w = torch.randint(0, x.shape[3] - size[1] + 1, (1,), generator=generator).item()
        out[i] = image[:, t : t + size[0], w : w + size[1]]
    return out


@exercise.alternative
def from_all_windows(x, size, generator):
    windows = x.unfold(2, size[0], 1).unfold(3, size[1], 1)
    top, left = places(x, size, generator)
    return windows[torch.arange(len(x)), :, top, left]


@exercise.alternative
def by_gather(x, size, generator):
    top, left = places(x, size, generator)
    rows = (top[:, None] + torch.arange(size[0]))[:, None, :, None].expand(-1, x.shape[1], -1, x.shape[3])
    columns = (left[:, None] + torch.arange(size[1]))[:, None, None, :].expand(-1, x.shape[1], size[0], -1)
    return x.gather(2, rows).gather(3, columns)


@exercise.alternative
def one_number_for_each_place(x, size, generator):
    rows, columns = x.shape[2] - size[0] + 1, x.shape[3] - size[1] + 1
    place = (torch.rand(len(x), generator=generator, dtype=torch.float64) * rows * columns).long()
    return cut(x, size, place // columns, place % columns)
