"""Beam search on small tables of probabilities, where the greedy way and the best way part."""

import torch

from autograder.spec import Case, Question
from autograder.spec.draw import made
from autograder.spec.errors import Unusable
from autograder.spec.probes import function_of, named, probe


def by_table(table):
    """Log-probabilities that depend on the last token alone."""
    return lambda prefix: table[prefix[-1]]


def by_place(scores):
    """Log-probabilities that depend on the last two tokens and on the place."""

    def log_probs(prefix):
        before, last = (prefix[0], *prefix)[-2:]
        return scores[(len(prefix) - 1) % 6, before, last].log_softmax(-1)

    return log_probs


def case(draw, vocabulary, start, end, width, length, eager=0.0, note=""):
    """A model drawn at random; `eager` favours the end."""
    scores = 1.5 * draw.normal(6, vocabulary, vocabulary, vocabulary)
    scores[..., end] += eager
    return Case((made(by_place, scores), start, end, width, length), note=note)


def trap():
    """The better first token leads nowhere in particular, the second best to a sure end."""
    after = [
        [0.01, 0.54, 0.44, 0.01001],
        [0.31, 0.2, 0.29, 0.199],
        [0.02, 0.025, 0.015, 0.94],
        [0.25, 0.26, 0.24, 0.23],
    ]
    table = torch.tensor(after).double().log()
    return Case((made(by_table, table), 0, 3, 2, 4), note="where the first step misleads")


def unfinished():
    """After two rounds the best hypothesis is open, and the second one is finished."""
    after = [[0.05, 0.6, 0.25, 0.1], [0.05, 0.04, 0.6, 0.31], [0.3, 0.4, 0.2, 0.1], [0.25, 0.25, 0.25, 0.25]]
    table = torch.tensor(after).double().log()
    return Case((made(by_table, table), 0, 3, 2, 2), note="a finished one beside a better open one")


@probe("log_probs", "start", "end", "width", "max_length", device=False)
def observed(answer, args, returns, gradients):
    """Tokens as numbers, the score, and how many different hypotheses the search has asked the model to go on with."""
    log_probs, start, end, width, length = args
    asked = set()

    def watched(prefix):
        if not isinstance(prefix, tuple | list) or any(not isinstance(t, int) for t in prefix):
            raise Unusable("prefix", "`log_probs` takes a tuple of whole numbers, `start` first.")
        asked.add(tuple(prefix))
        return log_probs(tuple(prefix))

    found = named(function_of(answer)(watched, start, end, width, length), returns)
    try:
        tokens = torch.as_tensor([int(t) for t in found["tokens"]])
    except (TypeError, ValueError):
        raise Unusable("tokens", "The first thing returned should be a list of whole numbers.") from None
    score = torch.tensor(float(found["score"]), dtype=torch.float64)
    listed = isinstance(found["tokens"], list)
    return {"tokens": tokens, "score": score, "hypotheses continued": len(asked), "the tokens are a list": listed}


question = Question(
    cases=lambda draw: [
        trap(),
        unfinished(),
        case(draw, 5, 0, 4, 3, 5),
        case(draw, 4, 1, 3, 2, 6, eager=1.0, note="ends early"),
        case(draw, 5, 0, 4, 1, 5, note="a beam of one"),
        case(draw, 4, 0, 3, 5, 5, eager=-6.0, note="never ends: max_length decides"),
        case(draw, 4, 2, 2, 3, 5, eager=0.5, note="start and end are the same token"),
        case(draw, 3, 0, 2, 40, 3, note="a beam wider than all there is"),
        case(draw, 4, 0, 3, 2, 1, note="a single round"),
        *(case(draw, 5, 0, 4, 2 + i % 3, 6, eager=1.0 + 0.5 * (i % 2)) for i in range(8)),
    ],
    returns=("tokens", "score"),
    probe=observed,
    gives="`tokens`, a list of whole numbers, and `score`, a number",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.recurrent import decoding

exercise = Exercise(
    question,
    decoding.beam_search,
    points=5,
    beside=["hypotheses continued"],
    shares={"hypotheses continued": 1, "the tokens are a list": 0.5},
)


def searched(
    log_probs, start, end, width, length, *, best=lambda c: c[0], add=lambda a, b: a + b, go_on=False, each=False,
    which=0, first=1, score=lambda score, tokens: score,
):  # fmt: skip
    """A beam search with what students get wrong as settings."""
    beam = [(0.0, (start,))]
    for _ in range(length):
        candidates = []
        for value, tokens in beam:
            if tokens[-1] == end and len(tokens) > 1 and not go_on:
                candidates.append((value, tokens))
                continue
            new = [(add(value, p), (*tokens, t)) for t, p in enumerate(log_probs(tokens).tolist())]
            candidates += sorted(new, reverse=True)[:width] if each else new
        beam = sorted(candidates, key=best, reverse=True)
        beam = beam if each else beam[:width]
        if all(tokens[-1] == end for _, tokens in beam) and not go_on:
            break
    value, tokens = beam[which]
    return list(tokens[first:]), score(value, tokens)


wrong = exercise.variants(searched)
wrong(
    "keeps the best continuations of each hypothesis, so that the beam grows and grows",
    "How many hypotheses does your beam hold after three rounds? How many should it?",
    each=True,
)
wrong("goes on writing after the end", "What may follow the end token?", go_on=True)
wrong(
    "scores a sequence by its mean log-probability, not by the sum",
    "What does the task call the score of a sequence: a sum, or a mean over its tokens?",
    best=lambda c: c[0] / (len(c[1]) - 1),
    score=lambda score, tokens: score / (len(tokens) - 1),
)
wrong(
    "gives the start token back with the others",
    "Does the task count `start` among the tokens that are returned?",
    first=0,
)
wrong(
    "returns the last hypothesis of the beam, not the best",
    "In which order does your sort put the hypotheses?",
    which=-1,
)
wrong(
    "judges a hypothesis by its last token alone",
    "What becomes of the score of the earlier tokens in your code?",
    add=lambda a, b: b,
)


@exercise.misconception(
    "always goes on with the likeliest token alone",
    "What is different in your code when the beam is 3 wide and not 1?",
    "Print your beam after the second round. How many different hypotheses does it hold? Copies of the start stay copies.",
)
def greedy(log_probs, start, end, width, length):
    return searched(log_probs, start, end, 1, length)


@exercise.misconception(
    "stops at the first hypothesis that ends, whatever the others promise",
    "Is a short sequence of probability 0.1 better than one that stands at 0.5 and is not finished?",
)
def first_to_end(log_probs, start, end, width, length):
    beam = [(0.0, (start,))]
    for _ in range(length):
        candidates = [(s + p, (*tokens, t)) for s, tokens in beam for t, p in enumerate(log_probs(tokens).tolist())]
        beam = sorted(candidates, reverse=True)[:width]
        for score, tokens in beam:
            if tokens[-1] == end:
                return list(tokens[1:]), score
    return list(beam[0][1][1:]), beam[0][0]


@exercise.misconception(
    "adds up probabilities where they should be multiplied",
    "How likely are two tokens in a row, if the first has probability 0.5 and the second 0.1?",
    "What does a sum of logarithms stand for?",
)
def sums_probabilities(log_probs, *rest):
    return searched(lambda prefix: log_probs(prefix).exp(), *rest)


@exercise.misconception(
    "sets finished hypotheses aside, where they take no place in the beam",
    "Which candidates compete for the `width` places? The finished ones too?",
    "A beam of 2, and two finished hypotheses are better than everything open. What does the task go on with?",
)
def set_aside(log_probs, start, end, width, length):
    live, done = [(0.0, (start,))], []
    for _ in range(length):
        candidates = [(s + p, (*tokens, t)) for s, tokens in live for t, p in enumerate(log_probs(tokens).tolist())]
        done += [c for c in candidates if c[1][-1] == end]
        live = sorted((c for c in candidates if c[1][-1] != end), reverse=True)[:width]
        if not live:
            break
    score, tokens = max(done + live)
    return list(tokens[1:]), score


@exercise.alternative
def with_a_heap(log_probs, start, end, width, length):
    import heapq

    live, done = [(0.0, [])], []
    for _ in range(length):
        pool = list(done)
        for score, tokens in live:
            p = log_probs((start, *tokens))
            pool.extend((score + float(p[t]), [*tokens, t]) for t in range(len(p)))
        beam = heapq.nlargest(width, pool, key=lambda c: c[0])
        done = [c for c in beam if c[1][-1] == end]
        live = [c for c in beam if c[1][-1] != end]
        if not live:
            break
    score, tokens = max(done + live)
    return tokens, score


@exercise.alternative
def in_tensors(log_probs, start, end, width, length):
    beam, scores = [(start,)], torch.zeros(1).double()
    finished = [False]
    for _ in range(length):
        rows, origin = [], []
        for i, tokens in enumerate(beam):
            if finished[i]:
                rows.append(scores[i : i + 1])
                origin.append((i, None))
            else:
                p = log_probs(tokens).double()
                rows.append(scores[i] + p)
                origin += [(i, t) for t in range(len(p))]
        every = torch.cat(rows)
        scores, chosen = every.topk(min(width, len(every)))
        picked = [origin[j] for j in chosen.tolist()]
        beam, finished = (
            [beam[i] if t is None else (*beam[i], t) for i, t in picked],
            [t is None or t == end for _, t in picked],
        )
    return torch.tensor(beam[0][1:]).tolist(), scores[0]


@exercise.alternative
def one_at_a_time(log_probs, start, end, width, length):
    """Keeps the list short while it is made."""
    beam = [(0.0, (), False)]
    for _ in range(length):
        kept = []
        for score, tokens, over in beam:
            ways = [(score, tokens, True)] if over else []
            if not over:
                table = log_probs((start, *tokens)).tolist()
                ways = [(score + p, (*tokens, t), t == end) for t, p in enumerate(table)]
            for way in ways:
                kept.append(way)
                kept.sort(key=lambda h: -h[0])
                del kept[width:]
        beam = kept
    return list(beam[0][1]), beam[0][0]
