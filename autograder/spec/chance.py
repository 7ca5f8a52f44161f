"""What chance allows: is what was drawn distributed as it should be, and does each draw know nothing of the others?

All tests are at a significance of one in a billion: what they refuse, chance does not bring about in the life
of a course. They are for the `look` of a probe that draws, and say True or False, so that an answer's evidence is
compared with the reference's as any other.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor

SIGNIFICANCE = 1e-9
STAY = 20  # neighbours that a fair shuffle leaves side by side, and numbers at their place, at most
TAILS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)  # shares beyond which a distribution's ends are looked at


def plausible(hits: int | Tensor, draws: int, p: float, significance: float = SIGNIFICANCE) -> bool:
    """Whether so many of the draws may be hits that come with probability p each (Chernoff 1952).

    As large a deviation to this side has a probability of exp(-draws · KL(share ‖ p)) at most.
    """
    share = float(hits) / draws
    if not 0 <= share <= 1 or p in (0, 1):
        return share == p
    surprise = sum(a * math.log(a / b) for a, b in ((share, p), (1 - share, 1 - p)) if a > 0)
    return draws * surprise <= math.log(2 / significance)


def every_one(drawn: Tensor | Sequence[int], choices: int) -> bool:
    """Whether each of 0 … choices - 1 came up as often as where all are equally likely, and nothing else did."""
    found = torch.as_tensor(drawn).flatten().long()
    if bool(((found < 0) | (found >= choices)).any()):
        return False
    counts = torch.bincount(found, minlength=choices)
    return all(plausible(int(n), len(found), 1 / choices, SIGNIFICANCE / choices) for n in counts)


def follows(drawn: Tensor, below: Callable[[Tensor], Tensor]) -> bool:
    """Whether numbers may come from the distribution of which `below(x)` is the share that is less than x.

    Looked at are the greatest distance of the two distributions (Massart 1990), and how many lie beyond the ends'
    `TAILS`: there a distribution that was cut off differs, and hardly anywhere else.
    """
    ranks = below(drawn.detach().double().flatten()).sort().values
    n = len(ranks)
    if not bool(ranks.isfinite().all()):
        return False
    steps = torch.arange(1, n + 1, dtype=torch.float64) / n
    stray = max(float((steps - ranks).max()), float((ranks - steps).max()) + 1 / n)
    if stray > math.sqrt(math.log(4 / SIGNIFICANCE) / (2 * n)):
        return False
    ends = ((ranks < share, ranks > 1 - share) for share in TAILS)
    return all(
        plausible(int(end.sum()), n, share, SIGNIFICANCE / 30)
        for share, pair in zip(TAILS, ends, strict=True)
        for end in pair
    )


def normal(drawn: Tensor) -> bool:
    """Whether numbers may come from the standard normal distribution, and with its mean square."""
    z = drawn.detach().double().flatten()
    return follows(z, torch.special.ndtr) and _chi_squared(float((z * z).sum()), len(z))


def uniform(drawn: Tensor, low: float = 0.0, high: float = 1.0) -> bool:
    """Whether numbers may come from the uniform distribution on [low, high]; its ends are reached."""
    inside = bool(((drawn >= low) & (drawn <= high)).all())
    return inside and follows(drawn, lambda x: ((x - low) / (high - low)).clamp(0, 1))


def related(drawn: Tensor) -> bool:
    """Whether some of the rows know of each other: a row that is another's copy, something that all of them share.

    Seen are pairs of rows, and how far the counts of each column spread. Of real numbers two things are looked at: on
    which side of the middle they lie, and how far out. `related(x.T)` tells of the columns: so many of every row and
    no other number, for one, is a relation among its columns. Below some two hundred columns pairs say little.
    """
    rows = drawn.detach().reshape(len(drawn), -1)
    if rows.dtype == torch.bool:
        return _alike(rows)
    middle = rows.flatten().median()
    out = (rows - middle).abs()
    return _alike(rows > middle) or _alike(out > out.flatten().median())


def related_calls(several: Sequence[Tensor]) -> bool:
    """Whether calls on one generator know of each other, or of what they drew before: one that repeats another's
    numbers, or so many hits in each and no other number. What comes out of each call is one row."""
    rows = torch.stack([result.detach().flatten() for result in several])
    return related(rows) or related(rows.T)


def shuffled(order: Sequence[int]) -> bool:
    """Whether 0 … n - 1 may stand in this order by chance.

    Whatever n is, about two neighbours of the file stay side by side, and about one number stays at its place: both
    are Poisson-distributed, and more than `STAY` come up less often than once in a billion times.
    """
    side_by_side = sum(abs(a - b) == 1 for a, b in pairwise(order))
    return side_by_side <= STAY and sum(i == j for i, j in enumerate(order)) <= STAY


def _alike(hits: Tensor) -> bool:
    n, m = hits.shape
    p = float(hits.double().mean())
    if n < 2 or not 0 < p < 1:
        return False
    centred = hits.double() - p
    products = centred @ centred.T / m
    pairs = products[~torch.eye(n, dtype=torch.bool)].abs().max()
    size, surprise = max(p, 1 - p) ** 2, math.log(n * n / SIGNIFICANCE)
    spread = p * (1 - p)
    if pairs > spread * math.sqrt(2 * surprise / m) + 2 * size * surprise / (3 * m):  # Bernstein 1924
        return True
    counts = hits.double().sum(dim=0)
    return not _chi_squared(float(((counts - counts.mean()) ** 2).sum()) / (n * spread), m - 1)


def _chi_squared(total: float, degrees: int) -> bool:
    """Whether a sum of squares of so many standard normal numbers may be this, and of what is nearly normal."""
    if degrees < 1:
        return True
    half = torch.tensor([degrees / 2, total / 2], dtype=torch.float64)
    ends = torch.special.gammainc(*half), torch.special.gammaincc(*half)
    return bool(min(ends) > SIGNIFICANCE / 20)
