"""One token for each row, drawn at a temperature from the k best: judged by how often each token is drawn."""

import math

import torch

from autograder.spec import Case, Question
from autograder.spec.chance import related
from autograder.spec.errors import Unfinished, Unusable
from autograder.spec.outputs import Output
from autograder.spec.probes import draws

MANY, LARGE = 4000, 100  # tokens of a large vocabulary, and from which on it is one
DRAWS = 600  # of each different row: few enough for an answer that loops over them


def look(results, args):
    """How often each token came, for every different row of scores, and whether the draws know of each other."""
    logits, ids = args[0], results["result"]
    if not isinstance(ids, torch.Tensor) or ids.shape != logits.shape[:1]:
        got = tuple(ids.shape) if isinstance(ids, torch.Tensor) else type(ids).__name__
        raise Unusable("shape", f"The result should be one token for each row, of shape {(len(logits),)}; got {got}.")
    if ids.is_floating_point() or ids.min() < 0 or ids.max() >= logits.shape[1]:
        raise Unusable("tokens", f"The tokens should be whole numbers from 0 to {logits.shape[1] - 1}.")
    parts = ids.long().split(DRAWS)  # every DRAWS rows are alike
    shares = torch.stack([torch.bincount(part, minlength=logits.shape[1]) / len(part) for part in parts])
    alone = [
        not related((part == share.argmax()).reshape(5, -1))
        for part, share in zip(parts, shares, strict=True)
        if len(part) == DRAWS
    ]
    return {"shares": folded(shares.double(), logits), "each row is drawn by itself": all(alone)}


def folded(shares, logits):
    """Of a large vocabulary the share of the likeliest token, and of all others together: each of them comes seldom."""
    if logits.shape[1] < LARGE:
        return shares
    best = shares.gather(1, logits[::DRAWS].argmax(dim=1, keepdim=True))
    return torch.cat([best, 1 - best], dim=1)


def observed(answer, args, returns, gradients):
    """What `look` finds; no shares, which are not numbers, where torch cannot draw with the answer's weights."""
    try:
        return tokens_drawn.run(answer, args, returns, gradients)
    except RuntimeError as error:
        if not any(words in str(error) for words in ("multinomial", "probability tensor")):
            raise
        nothing = torch.full((len(args[0]) // DRAWS, args[0].shape[1]), torch.nan, dtype=torch.float64)
        raise Unfinished({Output("shares"): nothing}, error) from error


tokens_drawn = draws(look)


def rows(logits):
    return logits.repeat_interleave(DRAWS, dim=0)


def spread(draw, batch, vocabulary):
    """Scores in which no two are nearly equal, in an order of their own in each row."""
    steps = 0.6 * torch.arange(vocabulary).double()
    return torch.stack([steps[draw.permutation(vocabulary)] for _ in range(batch)]) + draw.uniform(-3, 3, batch, 1)


def one_of_many(draw, temperature):
    """One token as likely as thousands of others together: a temperature a little too high or low tips that."""
    scores = torch.zeros(1, MANY).double()
    scores[0, draw.integer(0, MANY)] = temperature * math.log(MANY)
    return scores + draw.uniform(-3, 3, 1, 1)


def glimpse(draw):
    return Case((spread(draw, 2, 5), 0.7, 3, draw.chance()))


question = Question(
    cases=lambda draw: [
        Case((rows(spread(draw, 2, 6)), 1.0, None, draw.chance()), note="temperature 1, all tokens"),
        Case((rows(spread(draw, 2, 6)), 0.5, None, draw.chance()), note="temperature 0.5"),
        Case((rows(spread(draw, 1, 7)), 2.5, None, draw.chance()), note="temperature 2.5"),
        Case((rows(one_of_many(draw, 1.0)), 1.0, None, draw.chance()), note="one token against 4,000"),
        Case((rows(one_of_many(draw, 2.0)), 2.0, None, draw.chance()), note="temperature 2, one token against 4,000"),
        Case((rows(spread(draw, 3, 6)), 1.0, 3, draw.chance()), note="the 3 best of each row"),
        Case((rows(spread(draw, 2, 5)), 1.6, 2, draw.chance()), note="temperature 1.6, the 2 best"),
        Case((rows(spread(draw, 1, 4)), 1.0, 9, draw.chance()), note="top_k beyond the vocabulary"),
        Case((rows(spread(draw, 1, 4)), 1.0, 4, draw.chance()), note="top_k as large as the vocabulary"),
        Case((rows(spread(draw, 2, 5)), 1.0, 1, draw.chance()), note="the best one alone"),
    ],
    extremes=lambda draw: [
        Case(
            (rows(torch.cat([4000 * spread(draw, 1, 5), spread(draw, 1, 5) + 12_000])), 0.8, None, draw.chance()),
            note="scores of ten thousand",
        ),
        Case((rows(spread(draw, 2, 5) - 12_000), 1.0, 3, draw.chance()), note="scores far below 0"),
    ],
    bears="scores of ten thousand, above 0 and below",
    glimpse=glimpse,
    returns=("result",),
    probe=tokens_drawn.but(run=observed),
    gives="a tensor of whole numbers",
)

# %% what is right, and what is wrong
import numpy as np

from autograder.spec import Exercise
from autograder.spec.chance import SIGNIFICANCE
from autograder.spec.comparison import Mutual
from autograder.spec.mistakes import IGNORES_THE_GENERATOR
from autograder.spec.mistakes.attention import SCORE_OF_ZERO
from autograder.spec.mistakes.softmax import OVERFLOWS
from gradschool.recurrent import sampling

RARE = 1e-4  # what should never be drawn may come up with this probability: a random number may be 0 exactly


def implausible(expected, got, tolerance):
    """Where so many of the draws have a probability of less than 1e-9 (Chernoff 1952)."""
    p = np.clip(expected, RARE, 1 - RARE)
    a, b = np.clip(got, 1e-300, 1), np.clip(1 - got, 1e-300, 1)
    surprise = a * np.log(a / p) + b * np.log(b / (1 - p))
    both_nothing = np.isnan(expected) & np.isnan(got)
    return ~(both_nothing | (DRAWS * surprise <= math.log(2 / SIGNIFICANCE)))


class Shares(Mutual):
    """How often each token came: as often as its probability says."""

    def says(self, expected, got):
        nothing = np.isnan(got).any()
        return "torch cannot draw with your weights here: one of them is infinite, or all are 0." if nothing else ""


def truth(logits, temperature, top_k, generator):
    exact = sampling.next_probabilities(logits[::DRAWS].double(), temperature, top_k)
    # the best one alone is no chance
    return {"shares": folded(exact, logits), "each row is drawn by itself": True, "generator_used": top_k != 1}


exercise = Exercise(
    question,
    sampling.sample_next,
    points=5,
    compare={"shares": Shares(implausible)},
    truth=truth,
    shares={"generator_used": 0.5, "each row is drawn by itself": 0.5},
)


def best(logits, top_k):
    """Scores with all but the k best of each row at -inf."""
    if top_k is None or top_k >= logits.shape[-1]:
        return logits
    return logits.masked_fill(logits < logits.topk(top_k).values[:, -1:], -torch.inf)


def worst(scores, top_k):
    if top_k is None or top_k >= scores.shape[-1]:
        return scores
    return scores.masked_fill(scores > scores.sort().values[:, top_k - 1 : top_k], -torch.inf)


def best_of_the_batch(scores, top_k):
    if top_k is None or top_k >= scores.shape[-1]:
        return scores
    shown = scores.masked_fill(scores < scores.unique().sort(descending=True).values[top_k - 1], -torch.inf)
    return torch.where(shown.isinf().all(-1, keepdim=True), best(scores, 1), shown)


def softmax(scores):
    return torch.softmax(scores, -1)


def drawn(weights, generator):
    return torch.multinomial(weights, 1, generator=generator).squeeze(-1)


def drawn_once(p, generator):
    u = torch.rand(1, 1, generator=generator)
    return (p.cumsum(-1) < u).sum(-1).clamp(max=p.shape[-1] - 1)


def right(
    logits, temperature, top_k, generator, *, heat=torch.div, chosen=best, number=lambda k: k, weights=softmax,
    draw=drawn,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    return draw(weights(chosen(heat(logits, temperature), top_k and number(top_k))), generator)


wrong = exercise.variants(right)
wrong(
    "multiplies the scores by the temperature",
    "At a high temperature, should the tokens be drawn more equally or less?",
    "What becomes of the scores in your code when the temperature goes to 0?",
    heat=torch.mul,
)
wrong(
    "draws alike at every temperature",
    "At which of your lines does the temperature change how the probabilities relate to each other?",
    "If all weights given to `multinomial` are divided by 2, does anything change?",
    heat=lambda logits, temperature: logits,
)
wrong(
    "always takes the most probable token",
    "Call your function twice with different seeds. Should the text be the same?",
    draw=lambda p, generator: p.argmax(-1),
)
wrong(
    "pays no heed to top_k",
    "With `top_k=1`, how many different tokens may a row give?",
    chosen=lambda scores, top_k: scores,
)
wrong(
    SCORE_OF_ZERO.told(key="token").hinted(
        "What is exp(0)? Can a token that is not among the best still be drawn?",
        "Which score gives a probability of exactly 0?",
    ),
    chosen=lambda scores, top_k: torch.where(best(scores, top_k).isinf(), 0.0, scores),
)
wrong(
    "keeps one token fewer than top_k says",
    "With `top_k=1`, what is left of a row?",
    "Is the k-th largest score itself to be kept?",
    number=lambda k: max(k - 1, 1),
)
wrong("keeps one token more than top_k says", "With `top_k=1`, how many tokens can you draw?", number=lambda k: k + 1)
wrong("keeps the k worst tokens", "In which order does your sort put the scores?", chosen=worst)
wrong(
    "looks for the k best in the whole batch, not in each row",
    "Two texts are written at once. Should the scores of one decide what may follow in the other?",
    chosen=best_of_the_batch,
)
wrong(OVERFLOWS, weights=torch.exp)
wrong(
    "draws once for the whole batch",
    "Give it a thousand equal rows. How many different tokens should come out?",
    draw=drawn_once,
)
wrong(IGNORES_THE_GENERATOR, draw=lambda weights, generator: drawn(weights, None))


@exercise.alternative
def with_gumbel_noise(logits, temperature, top_k, generator):
    noise = -torch.log(-torch.log(torch.rand(logits.shape, generator=generator).clamp(1e-12, 1 - 1e-7)))
    return (best(logits / temperature, top_k) + noise).argmax(-1)


@exercise.alternative
def through_the_cumulated(logits, temperature, top_k, generator):
    p = torch.softmax(best(logits, top_k) / temperature, -1).double()
    u = torch.rand(len(logits), 1, generator=generator).double()
    return (p.cumsum(-1) < u * p.sum(-1, keepdim=True)).sum(-1)


@exercise.alternative
def among_the_chosen(logits, temperature, top_k, generator):
    k = logits.shape[-1] if top_k is None else min(top_k, logits.shape[-1])
    values, tokens = logits.topk(k, dim=-1)
    place = torch.multinomial(torch.softmax(values / temperature, -1), 1, generator=generator)
    return tokens.gather(-1, place)[:, 0]


@exercise.alternative
def powers_of_probabilities(logits, temperature, top_k, generator):
    log_p = torch.log_softmax(logits, -1) / temperature
    p = (log_p - log_p.amax(-1, keepdim=True)).exp()
    if top_k is not None and top_k < p.shape[-1]:
        p[logits < logits.sort(descending=True).values[:, top_k - 1, None]] = 0
    return torch.multinomial(p, 1, generator=generator).flatten()
