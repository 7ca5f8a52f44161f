"""One token for each row, drawn at a temperature from the k best: judged by how often each token is drawn."""

import torch

from autograder.spec import Case, Question
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws

DRAWS = 5_000


def look(results, args):
    """How often each token came, for every different row of scores."""
    logits, ids = args[0], results["result"]
    if not isinstance(ids, torch.Tensor) or ids.shape != logits.shape[:1]:
        got = tuple(ids.shape) if isinstance(ids, torch.Tensor) else type(ids).__name__
        raise Unusable("shape", f"The result should be one token for each row, of shape {(len(logits),)}; got {got}.")
    if ids.is_floating_point() or ids.min() < 0 or ids.max() >= logits.shape[1]:
        raise Unusable("tokens", f"The tokens should be whole numbers from 0 to {logits.shape[1] - 1}.")
    shares = [
        torch.bincount(part, minlength=logits.shape[1]) / len(part) for part in ids.long().split(DRAWS)
    ]  # every DRAWS rows are alike
    return {"shares": torch.stack(shares).double()}


def rows(logits):
    return logits.repeat_interleave(DRAWS, dim=0)


def spread(draw, batch, vocabulary):
    """Scores in which no two are nearly equal, in an order of their own in each row."""
    steps = 0.6 * torch.arange(vocabulary).double()
    return torch.stack([steps[draw.permutation(vocabulary)] for _ in range(batch)]) + draw.uniform(-3, 3, batch, 1)


def glimpse(draw):
    return Case((spread(draw, 2, 5), 0.7, 3, draw.chance()))


question = Question(
    cases=lambda draw: [
        Case((rows(spread(draw, 2, 6)), 1.0, None, draw.chance()), note="temperature 1, all tokens"),
        Case((rows(spread(draw, 2, 6)), 0.5, None, draw.chance()), note="temperature 0.5"),
        Case((rows(spread(draw, 1, 7)), 2.5, None, draw.chance()), note="temperature 2.5"),
        Case((rows(spread(draw, 3, 6)), 1.0, 3, draw.chance()), note="the 3 best of each row"),
        Case((rows(spread(draw, 2, 5)), 1.6, 2, draw.chance()), note="temperature 1.6, the 2 best"),
        Case((rows(spread(draw, 1, 4)), 1.0, 9, draw.chance()), note="top_k beyond the vocabulary"),
        Case((rows(spread(draw, 2, 5)), 1.0, 1, draw.chance()), note="the best one alone"),
    ],
    extremes=lambda draw: [
        Case(
            (rows(torch.cat([500 * spread(draw, 1, 5), spread(draw, 1, 5)])), 0.8, None, draw.chance()),
            note="large scores",
        ),
        Case((rows(spread(draw, 2, 5) - 2000), 1.0, 3, draw.chance()), note="scores far below 0"),
    ],
    glimpse=glimpse,
    returns=("result",),
    probe=draws(look),
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.comparison import near
from autograder.spec.mistakes import IGNORES_THE_GENERATOR
from autograder.spec.mistakes.attention import SCORE_OF_ZERO
from autograder.spec.mistakes.softmax import OVERFLOWS
from gradschool.recurrent import sampling

# Hoeffding: a share of 5,000 draws strays from its probability by more with a probability below 1e-9 for each number.
STRAY = 0.047


def truth(logits, temperature, top_k, generator):
    exact = sampling.next_probabilities(logits[::DRAWS].double(), temperature, top_k)
    return {"shares": exact, "generator_used": top_k != 1}  # the best one alone is no chance


exercise = Exercise(
    question,
    sampling.sample_next,
    points=5,
    compare={"shares": near(STRAY)},
    truth=truth,
    shares={"generator_used": 0.5},
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
