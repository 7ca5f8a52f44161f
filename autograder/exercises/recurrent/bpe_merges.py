"""Byte-pair encoding: learn which neighbouring symbols to merge."""

from autograder.spec import Case, Question
from autograder.spec.errors import Unusable
from autograder.spec.outputs import Output
from autograder.spec.probes import article, probe


@probe("words", "n", dtypes=("float64",))
def observed(answer, args, returns, gradients):
    """Each merge as text, so that the card says at which one the answer goes astray."""
    found = answer(*args)
    if found is None:
        raise Unusable("none", "Your answer returned None. Is a return statement missing?")
    try:
        pairs = [(a, b) for a, b in found]
    except (TypeError, ValueError):
        raise Unusable(
            "pairs", f"Your answer returned {article(found)}; a list of pairs of strings belongs there."
        ) from None
    if any(not isinstance(s, str) for pair in pairs for s in pair):
        raise Unusable("strings", "Each merge is a pair of two strings.")
    tuples = isinstance(found, list) and all(isinstance(pair, tuple) for pair in found)
    seen = {"number of merges": len(pairs), "a list of tuples": tuples}
    return seen | {Output("merged pair").at(i): f"{a} + {b}" for i, (a, b) in enumerate(pairs[:8], 1)}


SYLLABLES = ("an", "na", "ba", "nab", "ab", "bn", "aab", "n")


def text(draw, n, longest=4):
    """Words in which a few pairs are frequent, several of them equally."""
    return [
        "".join(SYLLABLES[i] for i in draw.integers(0, len(SYLLABLES), draw.integer(1, longest + 1)).tolist())
        for _ in range(n)
    ]


question = Question(
    cases=lambda draw: [
        Case((["low"] * 5 + ["lower"] * 2 + ["newest"] * 6 + ["widest"] * 3, 5), note="the example of the paper"),
        Case((text(draw, 12), 6), note="drawn words"),
        Case((text(draw, 8) * 3, 5), note="every word several times"),
        Case((["yx", "ba", "ab", "xy"], 3), note="ties"),
        Case((["aaaa", "aaa", "baab"], 3), note="a pair of equal symbols"),
        Case((["zyzy", "ab"], 3), note="a pair that comes twice in a word"),
        Case((["ac", "abab"], 3), note="ties of longer symbols"),
        Case((["ab", "bc", "ca", "ab"], 10), note="fewer pairs than merges"),
        Case((["b", "a"], 2), note="words of one letter"),
        Case((["abc", "ab"], 0), note="no merges"),
    ],
    probe=observed,
    gives="a list of tuples, each of two strings",
)

# %% what is right, and what is wrong
from collections import Counter
from itertools import pairwise

from autograder.spec import Exercise
from gradschool.recurrent import vocabulary

exercise = Exercise(
    question,
    vocabulary.bpe_merges,
    points=6,
    beside=["number of merges"],
    shares={"number of merges": 1, "a list of tuples": 0.5},
)


def merge(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i : i + 2]) == pair:
            out.append("".join(pair))
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out


def learned(words, n, *, choose=None, count=None, joined=merge):
    choose = choose or (lambda pairs: min(pairs, key=lambda p: (-pairs[p], p)))
    spelled, merges = [list(w) for w in words], []
    for _ in range(n):
        pairs = count(spelled) if count else Counter(p for symbols in spelled for p in pairwise(symbols))
        if not pairs:
            break
        merges.append(choose(pairs))
        spelled = [joined(symbols, merges[-1]) for symbols in spelled]
    return merges


wrong = exercise.variants(learned)
wrong(
    "breaks ties by who came first in the text",
    "Two pairs occur equally often. Which one does the task ask for?",
    "What does `Counter.most_common`, or `max` over counts alone, do about ties?",
    choose=lambda pairs: max(pairs, key=pairs.get),
)
wrong(
    "breaks ties by the lexicographically largest pair",
    "`max` over (count, pair) takes the greatest of both. Which of two equally frequent pairs is asked?",
    choose=lambda pairs: max(pairs, key=lambda p: (pairs[p], p)),
)
wrong(
    "breaks ties by the merged string, not by the pair",
    "(ab, ab) and (a, c) are equally frequent. Which pair is smaller, and which of the strings abab and ac?",
    choose=lambda pairs: min(pairs, key=lambda p: (-pairs[p], p[0] + p[1], p[1])),
)
wrong(
    "counts a pair once for each word that holds it",
    "How often does the pair (a, n) occur in `banana`?",
    count=lambda spelled: Counter(p for symbols in spelled for p in set(pairwise(symbols))),
)


@exercise.misconception(
    "counts a word once, however often it occurs",
    "The word `the` occurs a thousand times. How much should its pairs weigh?",
)
def each_word_once(words, n):
    return learned(list(dict.fromkeys(words)), n)


@exercise.misconception(
    "counts pairs across the borders of words",
    "Which letters stand side by side in the words `ab` and `cd`? Is `bc` among them?",
)
def across_words(words, n):
    def together(spelled):
        return Counter(pairwise([s for symbols in spelled for s in symbols]))

    return learned(words, n, count=together)


@exercise.misconception(
    "ranks the pairs once, at the beginning, and takes the first n",
    "After the first merge there are new symbols. Which pairs do they form, and where are these counted?",
)
def counted_once(words, n):
    pairs = Counter(p for w in words for p in pairwise(w))
    return sorted(pairs, key=lambda p: (-pairs[p], p))[:n]


@exercise.misconception(
    "counts again, but never merges the pair in the words",
    "Print the words after your first step. Of which symbols do they consist?",
)
def never_merged(words, n):
    pairs = Counter(p for w in words for p in pairwise(w))
    return [min(pairs, key=lambda p: (-pairs[p], p))] * n if pairs else []


@exercise.misconception(
    "merges only the first occurrence in each word", "How often does the pair (a, n) occur in `banana`?"
)
def first_only(words, n):
    def once(symbols, pair):
        for i, p in enumerate(pairwise(symbols)):
            if p == pair:
                return [*symbols[:i], "".join(pair), *symbols[i + 2 :]]
        return symbols

    found, most = learned(words, n, joined=once), n
    return found[:most]


@exercise.alternative
def word_by_word_with_counts(words, n):
    counts = Counter(words)
    spelled, merges = {w: list(w) for w in counts}, []
    while len(merges) < n:
        pairs = Counter()
        for w, symbols in spelled.items():
            for i in range(len(symbols) - 1):
                pairs[symbols[i], symbols[i + 1]] += counts[w]
        if not pairs:
            return merges
        most = max(pairs.values())
        merges.append(sorted(p for p in pairs if pairs[p] == most)[0])
        spelled = {w: merge(symbols, merges[-1]) for w, symbols in spelled.items()}
    return merges


@exercise.alternative
def as_tuples(words, n):
    def joined(symbols, a, b):
        if len(symbols) < 2:
            return symbols
        if symbols[:2] == (a, b):
            return (a + b, *joined(symbols[2:], a, b))
        return (symbols[0], *joined(symbols[1:], a, b))

    corpus, merges = [tuple(w) for w in words], []
    for _ in range(n):
        pairs = {}
        for symbols in corpus:
            for pair in pairwise(symbols):
                pairs[pair] = pairs.get(pair, 0) + 1
        if pairs:
            a, b = min(pairs.items(), key=lambda item: (-item[1], item[0]))[0]
            merges.append((a, b))
            corpus = [joined(symbols, a, b) for symbols in corpus]
    return merges


@exercise.alternative
def with_a_regular_expression(words, n):
    import re

    spelled, merges = [" ".join(w) for w in words], []
    for _ in range(n):
        pairs = Counter(p for w in spelled for p in pairwise(w.split()))
        if not pairs:
            break
        a, b = min(pairs, key=lambda p: (-pairs[p], *p))
        merges.append((a, b))
        spelled = [re.sub(rf"(?<!\S){re.escape(a)} {re.escape(b)}(?!\S)", a + b, w) for w in spelled]
    return merges
