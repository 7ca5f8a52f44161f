"""A pool of older images, judged by what holds for any draw: nothing is lost, nothing is doubled, half are old."""

from itertools import pairwise

import torch

from autograder.spec import Case, Question, chance
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws

CALLED = 200  # images, where the same call is made again and again
MANY = 1200  # images, where one call is enough


def numbers(images):
    """Each image of a case is one number, four times: its name; -1 for an image that nobody has made."""
    if not len(images):
        return []
    flat = torch.stack(list(images)).flatten(1)
    return [round(float(row[0])) if bool((row == row[0]).all()) else -1 for row in flat]


def names(results):
    """What is shown, and what is kept."""
    try:
        return numbers(results["shown"]), numbers(list(results["pool"]))
    except (TypeError, ValueError, RuntimeError, IndexError):
        raise Unusable(
            "images", "Your answer should return the images to show, stacked, and a list of images."
        ) from None


def look(results, args):
    """What every right answer has in common. Images that come new are numbered from 0, those of the pool from 1000."""
    pool, images, size, _ = args
    shown, kept = names(results)
    free = max(size - len(pool), 0)
    new = numbers(images)
    seen = {
        "shape of what is shown": torch.tensor(getattr(results["shown"], "shape", [len(shown)])),
        "size of the pool": len(kept),
        "shown while there is room": torch.tensor(shown[:free]),
        "images lost or doubled": lost(shown, kept, new, numbers(pool), size, free),
        "a tensor to show and a list to keep": isinstance(results["shown"], torch.Tensor)
        and isinstance(results["pool"], list),
    }
    if len(images) >= MANY:
        same = [a == b for a, b in zip(shown, new, strict=False)]
        seen["share of new ones shown"] = torch.tensor(sum(same) / len(new))
        found = places(shown, new, numbers(pool))
        seen["every place of the pool is drawn"] = bool(found) and chance.every_one(found, size)
    return seen


def look_at_calls(several, args):
    """Coins and places over many calls, all with the same full pool: none of them knows of the others."""
    pool, images, size, _ = args
    if len(images) != CALLED:
        return {}
    new, old = numbers(images), numbers(pool)
    shown = [names(results)[0] for results in several]
    coins = torch.tensor([[a == b for a, b in zip(one, new, strict=False)] for one in shown])
    drawn = [places(one, new, old) for one in shown]
    steps = [(b - a) % size for one in drawn for a, b in pairwise(one)]
    return {
        "half of the images are shown themselves": chance.plausible(int(coins.sum()), coins.numel(), 0.5),
        "each image has a coin of its own": not chance.related(coins) and not chance.related(coins.T),
        "every place of the pool is as likely": bool(steps)
        and chance.every_one([p for one in drawn for p in one], size),
        "each place is drawn anew": bool(steps) and chance.every_one(steps, size),
    }


def places(shown, new, old):
    """From which places of the pool the old images come that are shown, as far as it can be told."""
    kept, found = list(old), []
    for image, fresh in zip(shown, new, strict=False):
        if image != fresh and image in kept:
            found.append(kept.index(image))
            kept[found[-1]] = fresh
    return found


def lost(shown, kept, new, old, size, free):
    """How many images are in neither place that should be in one, or in both that should be in one."""
    put_in_and_shown = new[:free] if size else []
    before, after = sorted(new + old + put_in_and_shown), sorted(shown + kept)
    return len(set(before) ^ set(after)) + abs(len(before) - len(after))


def case(draw, kept, batch, size, note):
    pool = [torch.full((1, 2, 2), 1000.0 + i).double() for i in range(kept)]
    images = torch.arange(batch).double()[:, None, None, None].expand(batch, 1, 2, 2).clone()
    return Case((pool, images, size, draw.chance()), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 0, 5, 10, "an empty pool with room for all"),
        case(draw, 3, 6, 5, "room for two more"),
        case(draw, 20, MANY, 20, "a full pool, 1,200 images"),
        case(draw, 5, CALLED, 5, "a full pool, one call after the other"),
        case(draw, 0, 4, 0, "a pool of size 0"),
        case(draw, 1, 30, 1, "a pool of one"),
    ],
    returns=("shown", "pool"),
    probe=draws(look, calls=look_at_calls),
    gives="`shown`, one tensor, and `pool`, a list of images, in this order",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.comparison import same_share
from autograder.spec.mistakes import IGNORES_THE_GENERATOR
from gradschool.adversarial import translation

exercise = Exercise(
    question,
    translation.image_pool,
    points=4,
    beside=["shape of what is shown", "size of the pool", "shown while there is room"],
    compare={"share of new ones shown": same_share(MANY)},
    shares={"generator_used": 0.7},
)


def pooled(pool, images, size, generator, *, keep=0.5, place=None, store=True, show_stored=True, own_chance=True):
    """The right way, with what students get wrong as settings."""
    kept, shown = list(pool), []
    generator = generator if own_chance else None
    for image in images:
        shown.append(image)
        if len(kept) < size:
            kept.append(image)
        elif size and torch.rand((), generator=generator) >= keep:
            i = int(torch.randint(size, (), generator=generator)) if place is None else place
            if show_stored:
                shown[-1] = kept[i]
            if store:
                kept[i] = image
    return torch.stack(shown), kept


wrong = exercise.variants(pooled)
wrong(
    "always shows an old image once the pool is full",
    "How often does your discriminator see what the generator makes today?",
    keep=0.0,
)
wrong(
    "shows an old image and leaves it in the pool: the new one is lost",
    "After a thousand images, what is in your pool?",
    store=False,
)
wrong("always exchanges the oldest place", "Which of the pool's images can ever be shown, in your answer?", place=0)
wrong(
    "puts the new image into the pool, and shows it as well: the old one is lost",
    "An image leaves the pool. Who sees it?",
    show_stored=False,
)
wrong(IGNORES_THE_GENERATOR, own_chance=False)


@exercise.misconception("never shows an old image", "What does the discriminator see of the pool, in your answer?")
def always_new(pool, images, size, generator):
    return images.clone(), [*pool, *images][:size]


@exercise.misconception(
    "lets the pool grow without bound", "How many images are in your pool after the first batch? How many may be?"
)
def grows(pool, images, size, generator):
    kept, shown = list(pool), []
    for image in images:
        kept.append(image)
        old = len(kept) > size > 0 and torch.rand((), generator=generator) < 0.5
        shown.append(kept[int(torch.randint(len(kept), (), generator=generator))] if old else image)
    return torch.stack(shown), kept


@exercise.alternative
def fair_coins_first(pool, images, size, generator):
    coins = torch.rand(len(images), generator=generator)
    places = torch.randint(max(size, 1), (len(images),), generator=generator)
    kept, shown = [p.clone() for p in pool], images.clone()
    for n in range(len(images)):
        if len(kept) < size:
            kept = [*kept, images[n].clone()]
        elif size > 0 and coins[n] > 0.5:
            place = int(places[n])
            shown[n], kept[place] = kept[place], images[n].clone()
    return shown, kept


@exercise.alternative
def one_number_for_both(pool, images, size, generator):
    """A draw from 2 × size: the lower half names a place, the upper half shows the image itself."""
    kept, shown = list(pool), []
    for image in images:
        chosen = int(torch.randint(2 * size, (1,), generator=generator)) if size and len(kept) == size else size
        if len(kept) < size:
            kept += [image]
        elif chosen < size:
            kept[chosen], image = image, kept[chosen]
        shown += [image]
    return torch.cat([s[None] for s in shown]), kept


@exercise.alternative
def filled_first(pool, images, size, generator):
    room = max(size - len(pool), 0)
    kept, shown = [*pool, *images[:room]], list(images[:room])
    for image in images[room:]:
        if size == 0 or torch.randint(2, (), generator=generator) == 1:
            shown.append(image)
            continue
        place = torch.randperm(size, generator=generator)[0].item()
        shown.append(kept[place])
        kept = [image if i == place else k for i, k in enumerate(kept)]
    return torch.stack(shown), kept
