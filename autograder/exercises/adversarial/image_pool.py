"""A pool of older images, judged by what holds for any draw: nothing is lost, nothing is doubled, half are old."""

import torch

from autograder.spec import Case, Question
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws


def numbers(images):
    """Each image of a case is one number, four times: its name."""
    if not len(images):
        return []
    return [round(x) for x in torch.stack(list(images)).flatten(1)[:, 0].tolist()]


def look(results, args):
    """What every right answer has in common. Images that come new are numbered from 0, those of the pool from 1000."""
    pool, images, size, _ = args
    shown, kept = results["shown"], results["pool"]
    try:
        shown, kept = (
            torch.as_tensor(shown) if isinstance(shown, torch.Tensor) else torch.stack(list(shown)),
            list(kept),
        )
        shown_names, kept_names = numbers(shown), numbers(kept)
    except (TypeError, ValueError, RuntimeError):
        raise Unusable(
            "images", "Your answer should return the images to show, stacked, and a list of images."
        ) from None
    free = max(size - len(pool), 0)
    full = shown_names[free:]
    new = numbers(images)
    seen = {
        "shape of what is shown": torch.tensor(shown.shape),
        "size of the pool": len(kept),
        "shown while there is room": torch.tensor(shown_names[:free]),
        "images lost or doubled": lost(shown_names, kept_names, new, numbers(pool), size, free),
    }
    if len(images) >= 400:
        seen["share of new ones shown"] = torch.tensor(
            sum(a == b for a, b in zip(full, new[free:], strict=False)) / len(full)
        )
        places = [i for i, (a, b) in enumerate(zip(kept_names, numbers(pool), strict=False)) if a != b]
        seen["places of the pool that change"] = len(places) / size > 0.9
    return seen


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
        case(draw, 20, 1200, 20, "a full pool, 1,200 images"),
        case(draw, 0, 4, 0, "a pool of size 0"),
        case(draw, 1, 30, 1, "a pool of one"),
    ],
    returns=("shown", "pool"),
    probe=draws(look),
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.comparison import near
from autograder.spec.mistakes import IGNORES_THE_GENERATOR
from gradschool.adversarial import translation

exercise = Exercise(
    question,
    translation.image_pool,
    points=4,
    # of 1,200 fair coins the share strays by more than 0.09 with a probability below 1e-9 (Hoeffding)
    compare={"share of new ones shown": near(0.09)},
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
