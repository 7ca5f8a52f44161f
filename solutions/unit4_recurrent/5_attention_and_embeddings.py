# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Attention and embeddings: where should a network look, and what is a word?
#
# A sentence and its translation are both sequences, of different length and in different order.
# This notebook builds the network that turns one into the other, finds the narrow place in it, and
# widens it with **attention**: a weighted mean whose weights the network works out itself. The
# second half asks what the vectors are that all these networks begin with.

# %% tags=["setup"]
import math
from collections import Counter

import ipywidgets
import torch
import torch.nn.functional as F
from torch import nn

from autograder import check, use
from gradschool.autoencoders.subspaces import pca_project
from gradschool.data import digits
from gradschool.recurrent import corpus, decoding, translation, word_vectors
from gradschool.recurrent.attention import fused
from gradschool.recurrent.pictures import attention as pictures
from gradschool.recurrent.translation import PAD, START, Additive, EncoderDecoder, Product
from gradschool.training import Spread, accuracy, generator, over_seeds, seeded
from gradschool.widgets import explore, predict

# %% [markdown]
# ## Two networks and one vector between them
#
# Reading and writing are given to two networks (Cho and others, 2014; Sutskever, Vinyals and
# Le, 2014). The **encoder** reads $x_1 \dots x_S$ and ends in a state $c$. The **decoder** starts
# from $c$ and is a language model of the output:
#
# $$p(y_1 \dots y_T \mid x) = \prod_{t=1}^{T} p(y_t \mid y_1 \dots y_{t-1}, c).$$
#
# To write, it reads its own last token, beginning with a token `start` that means nothing else. To
# *learn*, it could do the same, but its first attempts are noise, and all later steps would learn
# to follow noise. **Teacher forcing** (Williams and Zipser, 1989) lets it read the true token
# instead, whatever it has said itself:
#
# | place | 1 | 2 | 3 | 4 |
# |---|---|---|---|---|
# | the decoder reads | start | $y_1$ | $y_2$ | $y_3$ |
# | it is asked for | $y_1$ | $y_2$ | $y_3$ | $y_4$ |
#
# All inputs are known beforehand, so one call does the whole sequence.
#
# ### Exercise: `teacher_forcing_loss` &nbsp; ●●○ &nbsp; 15 minutes
#
# - `decoder(tokens, state)` reads `tokens`, `(batch, time)`, from `state`, `(batch, hidden)`, on,
#   and returns `(logits, state)`: scores of what **follows** each token,
#   `(batch, time, vocabulary)`, and the state after the last.
# - `target`: `(batch, time)`, what should be written, from the first token on. Short rows are
#   filled up with `pad` at the end. `start`: the token that the decoder reads first. At least one
#   token is no padding.
# - Returns the mean cross-entropy **over all tokens that are not padding**, in nats.
#   `F.cross_entropy` may be used. A decoder copes with `pad` as an input.


# %% answer="teacher_forcing_loss"
def teacher_forcing_loss(decoder, state, target, start, pad):
    ### BEGIN SOLUTION
    first = torch.full_like(target[:, :1], start)
    shifted = torch.cat([first, target[:, :-1]], dim=1)  # (batch, time)
    logits, _ = decoder(shifted, state)
    return F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=pad)
    ### END SOLUTION


# %% check="teacher_forcing_loss"
check("teacher_forcing_loss")

# %% [markdown]
# ### The narrow place
#
# The simplest sequence to sequence task that a copy of the input does not solve: write ten kinds of
# symbols **in reverse order**. The encoder is two LSTMs with 24 units each, one for either
# direction, the decoder a GRU with 48. They are trained for 200 steps on sequences of 4 to 10
# symbols. All that the decoder knows about the input has passed through those 48 numbers.

# %%
SYMBOLS, HIDDEN, LENGTHS = 10, 48, (4, 6, 8, 10, 12)
forced = use("teacher_forcing_loss")


def some_length(chance):
    """A batch of 64 sequences of one length, from 4 to 10, and their reversals."""
    length = int(torch.randint(4, 11, (), generator=chance))
    return translation.reversal(64, length, SYMBOLS, chance)


def learned_reversal(seed, attention=None):
    with seeded(seed):
        net = EncoderDecoder(SYMBOLS + 2, HIDDEN, attention and attention(HIDDEN))
    translation.train(net, some_length, forced, steps=200, seed=seed, lr=3e-2)
    return net


@torch.no_grad()
def all_right(net, source, target):
    """Share of sequences that are written without any mistake, each token the likeliest one."""
    state, decoder = net.encode(source)
    return (
        (decoding.greedy(decoder, state, START, target.shape[1]) == target)
        .all(dim=1)
        .double()
        .mean()
        .item()
    )


def reversed_right(net, length):
    return all_right(net, *translation.reversal(400, length, SYMBOLS, generator(99)))


plain = [learned_reversal(seed) for seed in (0, 1, 2)]
predict(
    "Sequences of 4 symbols come out reversed without a mistake in about 98 of 100 cases. "
    "And sequences of 10, which it was trained on as often?",
    answer=lambda: 100 * Spread(tuple(reversed_right(net, 10) for net in plain)).mean,
    unit="%",
    low=0,
    high=100,
)

# %% approx=0.15
without = torch.tensor(
    [[reversed_right(net, length) for length in LENGTHS] for net in plain]
)  # (seeds, lengths)
for length, column in ((4, 0), (10, 3)):
    share = Spread(tuple((100 * without[:, column]).tolist()))
    print(f"{length:2} symbols without a mistake, in %: {share:.0f}")

# %% [markdown]
# Ten symbols of ten kinds are 33 bits, and 48 numbers could hold them. But the encoder must have
# packed all of it before it knows what will be asked, and the decoder must unpack it in the right
# order. Cho and others saw translations fall apart as sentences grew; Sutskever and others got
# round it with much larger networks, and by a trick: they fed the sentences backwards.
#
# > **When it breaks: nobody forces in the exam.** In training the decoder reads true tokens; when
# > it writes, its own. One wrong token, and it reads what it has never seen. The share of single
# > tokens that are right, on sequences of 8, counted both ways:


# %% approx=0.2
@torch.no_grad()
def tokens_right(net, forcing):
    source, target = translation.reversal(400, 8, SYMBOLS, generator(98))
    state, decoder = net.encode(source)
    if forcing:
        first = torch.full_like(target[:, :1], START)
        said = decoder(torch.cat([first, target[:, :-1]], dim=1), state)[0].argmax(dim=-1)
    else:
        said = decoding.greedy(decoder, state, START, 8)
    return 100 * (said == target).double().mean().item()


by_truth, by_itself = ([tokens_right(net, forcing) for net in plain] for forcing in (True, False))
print(
    f"right tokens in %, reading the true ones: {Spread(tuple(by_truth)):.0f}; reading its own: "
    f"{Spread(tuple(by_itself)):.0f}"
)

# %% [markdown]
# This gap is called *exposure bias*. A validation loss measured with teacher forcing is blind to
# it: measure what will be done.
#
# ## Looking back
#
# The encoder had a state at every place. Why keep only the last? Bahdanau, Cho and Bengio (2015)
# keep all of them as a memory $m_1 \dots m_S$ and let the decoder choose at each step. Its state
# $q$, the **query**, is compared with each place's **key** $k_s$; a softmax makes weights of the
# scores; the **values** $v_s$ are averaged with them:
#
# $$e_s = v^\top \tanh(W_q q + W_k k_s), \qquad \alpha = \operatorname{softmax}(e),
# \qquad \text{context} = \sum_s \alpha_s v_s .$$
#
# Here keys and values are both the memory. (The vector $v$ in the score is a weight and no value;
# papers have both under one letter.) Choosing a place outright has no gradient; a weighted mean
# has, so *where to look* is learned with everything else.
#
# ### Exercise: `additive_attention` &nbsp; ●●○ &nbsp; 15 minutes
#
# - `query`: `(batch, query_size)`; `keys`: `(batch, time, key_size)`; `values`:
#   `(batch, time, value_size)`; `w_query`: `(hidden, query_size)`; `w_key`: `(hidden, key_size)`;
#   `v`: `(hidden,)`.
# - `mask`: `(batch, time)`, **True where there is something to look at**, at least one place in
#   each row. Elsewhere the weight is exactly 0.
# - Returns `(context, weights)`: `(batch, value_size)` and `(batch, time)`. `torch.softmax` may be
#   used.


# %% answer="additive_attention"
def additive_attention(query, keys, values, w_query, w_key, v, mask):
    ### BEGIN SOLUTION
    hidden = torch.tanh((query @ w_query.T).unsqueeze(1) + keys @ w_key.T)  # (batch, time, hidden)
    scores = (hidden @ v).masked_fill(~mask, -torch.inf)  # (batch, time)
    weights = torch.softmax(scores, dim=1)
    return (weights.unsqueeze(1) @ values).squeeze(1), weights
    ### END SOLUTION


# %% check="additive_attention"
check("additive_attention")

# %% [markdown]
# The same networks, the same steps, with your attention between them:

# %% approx=0.5
additive = use("additive_attention")
looking = [learned_reversal(seed, lambda size: Additive(size, additive)) for seed in (0, 1, 2)]
within = torch.tensor([[reversed_right(net, length) for length in LENGTHS] for net in looking])
for length, column in ((10, 3), (12, 4)):
    each = [Spread(tuple((100 * rates[:, column]).tolist())) for rates in (within, without)]
    print(f"{length} symbols right, in %: {each[0]:.0f}; without attention {each[1]:.0f}")
pictures.by_length(
    LENGTHS,
    {"with attention": within, "without": without},
    "share without a mistake",
    trained=10,
    alt="share of sequences reversed without a mistake against length, three seeds: "
    "without attention it falls from nearly 1 at 4 symbols to nearly 0 at 10, "
    "with attention it stays high",
)

# %% [markdown]
# And it can be asked where it looked. Each row is a token being written, dark where the weight is.
# Nobody told the network that reversing means going from right to left; move the slider and see
# whether it has found out.


# %%
@torch.no_grad()
def looked(length=8, seed=0):
    net = looking[seed]
    source, _ = translation.reversal(1, length, SYMBOLS, generator(7))
    state, decoder = net.encode(source)
    written = decoding.greedy(decoder, state, START, length)
    first = torch.full_like(written[:, :1], START)
    decoder(torch.cat([first, written[:, :-1]], dim=1), state)
    names = [
        "abcdefghij"[token - 2] if token >= 2 else "·"
        for token in (*source[0].tolist(), *written[0].tolist())
    ]
    return pictures.alignment(
        net.weights[0],
        names[length:],
        names[:length],
        alt=f"where each of {length} written tokens looked in the input",
    )


explore(looked, length=(3, 14), seed=[0, 1, 2])

# %% approx=0.1
with torch.no_grad():
    share = []
    for net in looking:
        source, target = translation.reversal(200, 8, SYMBOLS, generator(5))
        state, decoder = net.encode(source)
        forced(decoder, state, target, START, PAD)
        place = net.weights.argmax(dim=2)  # (200, 8)
        share.append(100 * ((place - torch.arange(7, -1, -1)).abs() <= 1).double().mean().item())
print(f"the darkest place is the mirrored one or beside it, in %: {Spread(tuple(share)):.0f}")

# %% [markdown]
# "Or beside it": a state of the encoder knows its neighbours, so a network may look one place off
# and read what it needs from there. Weights say where a network looked, not always why; Jain and
# Wallace (2019) found other weights with the same answer.
#
# ## A cheaper score
#
# Luong, Pham and Manning (2015) drop the small network: the score is the product $q \cdot k$. Many
# queries at once are then one matrix product, which hardware does best. One thing must be seen to.
# Draw $q$ and $k$ with $d$ independent components of variance 1, and look at the largest of ten
# weights:

# %%
for d in (4, 64, 1024):
    q, k = (
        torch.randn(2000, 1, d, generator=generator(0)),
        torch.randn(2000, 10, d, generator=generator(1)),
    )
    scores = (q * k).sum(dim=2)  # (2000, 10)
    bare, divided = (
        s.softmax(dim=1).amax(dim=1).mean().item() for s in (scores, scores / math.sqrt(d))
    )
    print(
        f"d = {d:4}: variance of q · k {scores.var().item():6.0f}; "
        f"largest weight {bare:.2f}, of q · k / √d {divided:.2f}"
    )

# %% [markdown]
# The variance is $d$. At $d = 1024$ one place has nearly all the weight before anything is learned,
# the softmax is saturated, and no gradient comes through. Dividing by $\sqrt d$ brings the variance
# back to 1 (Vaswani and others, 2017):
#
# $$\text{weights} = \operatorname{softmax}\left(\frac{q k^\top}{\sqrt d}\right),
# \qquad \text{out} = \text{weights} \cdot v$$
#
# ### Exercise: `dot_product_attention` &nbsp; ●●○ &nbsp; 12 minutes
#
# - `q`: `(…, queries, d)`; `k`: `(…, keys, d)`; `v`: `(…, keys, value_size)`, with any number of
#   leading axes (batch, heads).
# - `mask`: `(…, queries, keys)`, **True where the query may look at the key**, at least one in each
#   row; or `None` for everywhere.
# - Returns `(out, weights)`, `(…, queries, value_size)` and `(…, queries, keys)`.
# - `torch.softmax` may be used.


# %% answer="dot_product_attention"
def dot_product_attention(q, k, v, mask=None):
    ### BEGIN SOLUTION
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (…, queries, keys)
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = torch.softmax(scores, dim=-1)
    return weights @ v, weights
    ### END SOLUTION


# %% check="dot_product_attention"
check("dot_product_attention")

# %% [markdown]
# ### Dates, as people write them
#
# People write dates in many ways, programs want one: `sunday, 4 may 1952` becomes `1952-05-04`.
# Pairs can be generated, six styles, every day of two centuries. Letters, digits and order all
# change, and months must be known by heart. Three networks of 48 units learn it from 6,000 pairs in
# 260 steps. (The query passes through one learned matrix first, Luong's "general" score: the states
# of LSTMs and GRUs are smaller than variance 1, and the matrix may set that right.)

# %% approx=0.4
product = use("dot_product_attention")


def dates(count, seed):
    given, wanted = zip(*translation.dates(count, generator(seed)), strict=True)
    return translation.as_tokens(list(given)), translation.as_tokens(list(wanted))


pool, unseen = dates(6000, seed=0), dates(300, seed=1)


def some_dates(chance):
    picked = torch.randint(len(pool[0]), (32,), generator=chance)
    return pool[0][picked], pool[1][picked]


def learned_dates(seed):
    with seeded(seed):
        net = EncoderDecoder(len(translation.ALPHABET) + 2, HIDDEN, Product(HIDDEN, product))
    translation.train(net, some_dates, forced, steps=260, seed=seed)
    return net


readers = [learned_dates(seed) for seed in (0, 1, 2)]
exact = [all_right(net, *unseen) for net in readers]
print(f"unseen dates without any mistake, in %: {Spread(tuple(100 * e for e in exact)):.0f}")

# %% [markdown]
# Write a date of your own into the field, and see what the best of the three networks makes of it
# and where it looked for each character. Which part of the input does it look at for the month, and
# which for the day?

# %%
reader = readers[exact.index(max(exact))]


@torch.no_grad()
def normalised(date="sunday, 4 may 1952"):
    source = translation.as_tokens([date.lower()])
    state, decoder = reader.encode(source)
    written = decoding.greedy(decoder, state, START, 10)
    first = torch.full_like(written[:, :1], START)
    decoder(torch.cat([first, written[:, :-1]], dim=1), state)
    text = translation.as_text(written[0].tolist())
    return pictures.alignment(
        reader.weights[0],
        text,
        date.lower(),
        title=text,
        alt=f"where the network looked for each character of an ISO date in {date}",
    )


explore(normalised, date=ipywidgets.Text("sunday, 4 may 1952", continuous_update=False))

# %% [markdown]
# It has learned dates and nothing else. Give it one that does not exist, or in a style that was not
# in its pairs: it answers with the same assurance.
#
# ## Which sequence is the likeliest?
#
# Taking the likeliest token at every step, the **greedy** way, does not give the likeliest
# sequence. A model over the tokens a, b and end, whose next token depends on the last one alone:

# %%
TABLE = torch.tensor(  # rows: the last token, of start, a, b, end; columns: the next one
    [[0, 0.55, 0.45, 0], [0, 0.3, 0.3, 0.4], [0, 0.05, 0.05, 0.9], [0, 0, 0, 1]]
).double()


def chain(prefix):
    return TABLE[prefix[-1]].log()


for width in (1, 2):
    tokens, score = decoding.beam_search(chain, 0, 3, width, 6)
    written = " ".join(["start", "a", "b", "end"][token] for token in tokens)
    print(f"{width} kept: {written}, probability {math.exp(score):.3f}")

# %% [markdown]
# The likelier first token leads nowhere in particular, the other one to a sure end. Trying all
# sequences costs $V^T$. **Beam search** keeps the `width` best beginnings, its hypotheses, and
# continues all of them:
#
# - Start with one hypothesis, `(start,)`, of score 0. The score is the **sum of the
#   log-probabilities** of its tokens.
# - In each round every open hypothesis is continued with every token; a finished one, whose last
#   token (after `start`) is `end`, stands as it is among the candidates. The `width` best **of all
#   candidates together** go on.
# - It is over when all hypotheses in the beam are finished, or after `max_length` rounds.
#
# ### Exercise: `beam_search` &nbsp; ●●● &nbsp; 30 minutes
#
# - `log_probs(prefix)` takes a tuple of whole numbers that begins with `start`, and returns the
#   log-probabilities of the next token, `(vocabulary,)`.
# - `width`, `max_length`: whole numbers from 1. Equal scores do not occur.
# - Returns `(tokens, score)`: the best hypothesis of the last beam as a list of whole numbers,
#   without `start` and with `end` where it was written, and its score as a number. Do not ask the
#   model to continue a hypothesis that the beam has dropped or that is finished.


# %% answer="beam_search"
def beam_search(log_probs, start, end, width, max_length):
    ### BEGIN SOLUTION
    beam = [(0.0, (start,), False)]
    for _ in range(max_length):
        candidates = [hypothesis for hypothesis in beam if hypothesis[2]]
        for score, prefix, finished in beam:
            if not finished:
                after = log_probs(prefix).tolist()
                candidates += [
                    (score + p, (*prefix, token), token == end) for token, p in enumerate(after)
                ]
        beam = sorted(candidates, reverse=True)[:width]
        if all(finished for _, _, finished in beam):
            break
    return list(beam[0][1][1:]), beam[0][0]
    ### END SOLUTION


# %% check="beam_search"
check("beam_search")

# %% [markdown]
# Does it help where the model is unsure? The networks *without* attention, 30 sequences of 8
# symbols, for beams of one and of four. (The token PAD is never written, so no hypothesis ends
# early.)

# %% approx=0.5
search = use("beam_search")


@torch.no_grad()
def searched(net, width, count=30):
    """For each sequence: the score of what was found, and whether it is the right answer."""
    source, target = translation.reversal(count, 8, SYMBOLS, generator(97))
    found = []
    for row, wanted in zip(source.split(1), target.tolist(), strict=True):
        state, decoder = net.encode(row)

        def after(prefix, state=state, decoder=decoder):
            return decoder(torch.tensor([prefix]), state)[0][0, -1].log_softmax(dim=-1)

        tokens, score = search(after, START, PAD, width, 8)
        found.append((score, tokens == wanted))
    scores, right = zip(*found, strict=True)
    return sum(scores) / count, 100 * sum(right) / count


one, four = ([searched(net, width) for net in plain] for width in (1, 4))
for width, runs in ((1, one), (4, four)):
    scores, right = (Spread(tuple(column)) for column in zip(*runs, strict=True))
    print(f"beam of {width}: mean log-probability {scores:.2f}; right in % {right:.0f}")

# %% [markdown]
# Likelier is not better by definition: the beam searches better *in the model*, and what the model
# has wrong it finds all the same. In translation very wide beams find sentences that are too short,
# because every further token lowers the sum (Koehn and Knowles, 2017); dividing by the length is a
# patch for that.
#
# ## One to many, and many to one: captions
#
# Nothing says that an encoder must read a sequence. Give the decoder the features of an **image**
# as its first state, and it writes a caption (Vinyals and others, 2015): one-to-many. The smallest
# honest case: handwritten digits, and their names letter by letter, ended by a full stop.

# %% approx=0.05
NAMES = [
    f"{name}."
    for name in ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
]
scans = digits()
names = translation.as_tokens(NAMES)  # (10, 6)


class Caption(nn.Module):
    """An image's features are the first state of a GRU that writes letters."""

    def __init__(self, hidden=48):
        super().__init__()
        self.look = nn.Sequential(nn.Linear(64, hidden), nn.Tanh())
        self.letters = nn.Embedding(len(translation.ALPHABET) + 2, 16)
        self.gru = nn.GRU(16, hidden, batch_first=True)
        self.readout = nn.Linear(hidden, len(translation.ALPHABET) + 2)

    def forward(self, tokens, state):
        states, last = self.gru(self.letters(tokens), state.unsqueeze(0))  # (batch, time, hidden)
        return self.readout(states), last.squeeze(0)


@torch.no_grad()
def captions(net, images):
    written = decoding.greedy(net, net.look(images), START, 6)
    return [translation.as_text(row).partition(".")[0] + "." for row in written.tolist()]


def captioned_right(seed):
    with seeded(seed):
        net = Caption()
    optimizer, chance = torch.optim.Adam(net.parameters(), 2e-2, fused=True), generator(seed)
    for _ in range(100):
        picked = torch.randint(len(scans.train.x), (64,), generator=chance)
        optimizer.zero_grad()
        forced(
            net, net.look(scans.train.x[picked]), names[scans.train.y[picked]], START, PAD
        ).backward()
        optimizer.step()
    written = captions(net, scans.test.x)
    return (
        100
        * sum(w == NAMES[y] for w, y in zip(written, scans.test.y.tolist(), strict=True))
        / len(written)
    )


captioned = over_seeds(captioned_right)
print(f"captions without a mistake on unseen scans, in %: {captioned:.0f}")

# %% [markdown]
# For images with more to say, the features of every region are the memory, and attention picks a
# region for each word (Xu and others, 2015): the same two functions as above, with places in an
# image for places in a sentence.
#
# **Attention fusion.** Weights can also be given to *sources*. Two cameras photograph the same
# digit, and each time one of the two, at random, delivers noise. A score for each photograph, a
# softmax over the two, and the weighted mean of their features goes on (Libovický and Helcl, 2017):

# %% approx=0.1
of_class = (
    [scans.train.x[scans.train.y == c] for c in range(10)],
    [scans.test.x[scans.test.y == c] for c in range(10)],
)


def two_cameras(by_class, count, chance):
    """Two scans of one class each, one of them, at random, drowned in noise."""
    y = torch.randint(10, (count,), generator=chance)
    first_is_good = torch.rand(count, generator=chance) < 0.5
    photographs = []
    for good in (first_is_good, ~first_is_good):
        picked = [int(torch.randint(len(by_class[c]), (), generator=chance)) for c in y.tolist()]
        image = torch.stack([by_class[c][i] for c, i in zip(y.tolist(), picked, strict=True)])
        noise = torch.where(good, 0.1, 1.5).unsqueeze(1)
        photographs.append(image + noise * torch.randn(image.shape, generator=chance))
    return *photographs, y


class TwoSources(nn.Module):
    """Features of two images, brought together in one of three ways, and classified."""

    def __init__(self, way):
        super().__init__()
        self.way = way
        self.features = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU())
        self.score = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))
        self.readout = nn.Linear(48, 10)

    def forward(self, a, b):
        from_a, from_b = self.features(a), self.features(b)  # (batch, 48) each
        if self.way == "the first camera alone":
            return self.readout(from_a)
        scores = torch.cat([self.score(a), self.score(b)], dim=1)  # (batch, 2)
        return self.readout(
            fused(from_a, from_b, scores if self.way == "attention" else 0 * scores)
        )


shots, held_out = (
    two_cameras(of_class[0], 6000, generator(0)),
    two_cameras(of_class[1], 1000, generator(1)),
)


def told_apart(way, seed):
    with seeded(seed):
        net = TwoSources(way)
    optimizer, chance = torch.optim.Adam(net.parameters(), 8e-3, fused=True), generator(seed)
    for _ in range(120):
        picked = torch.randint(6000, (100,), generator=chance)
        a, b, y = (part[picked] for part in shots)
        optimizer.zero_grad()
        F.cross_entropy(net(a, b), y).backward()
        optimizer.step()
    with torch.no_grad():
        return 100 * accuracy(net(*held_out[:2]), held_out[2])


ways = {
    way: over_seeds(lambda seed, way=way: told_apart(way, seed))
    for way in ("the first camera alone", "the mean", "attention")
}
for way, right in ways.items():
    print(f"{way:24s} {right:.0f} % right")

# %% [markdown]
# ## From attention to self-attention
#
# Queries came from the decoder, keys and values from the encoder. What if all three come from
# **one** sequence, each through a matrix of its own? Then every token looks at all others, and no
# recurrence is needed: token 1 and token 500 are one step apart, not 499, and all places are worked
# out at once. That is the layer of which transformers are stacked (Vaswani and others, 2017). It is
# your function:

# %%
chance = generator(0)
tokens = torch.randn(6, 8, generator=chance, dtype=torch.float64)  # (places, size)
Wq, Wk, Wv = (
    torch.randn(8, 8, generator=chance, dtype=torch.float64) / math.sqrt(8) for _ in range(3)
)


def self_attention(x, mask=None):
    return product(x @ Wq.T, x @ Wk.T, x @ Wv.T, mask)[0]


order = torch.tensor([3, 0, 5, 1, 4, 2])
predict(
    "Put the six tokens into another order. "
    "For how many of them does the output vector change (beyond moving with its token)?",
    answer=lambda: (
        ~torch.isclose(self_attention(tokens[order]), self_attention(tokens)[order]).all(dim=1)
    ).sum(),
    unit="tokens",
    low=0,
    high=6,
)

# %%
moved = (self_attention(tokens[order]) - self_attention(tokens)[order]).abs().max().item()
places = 0.5 * torch.randn(6, 8, generator=chance, dtype=torch.float64)  # one vector for each place
told = self_attention(tokens[order] + places) - self_attention(tokens + places)[order]
past = torch.ones(6, 6).tril().bool()  # a token sees itself and what came before
later = tokens.clone()
later[4:] += 1
seen = torch.isclose(self_attention(later, past), self_attention(tokens, past)).all(dim=1)
print(f"tokens in another order: outputs that moved along differ by {moved:.10f} at most,")
print(f"with a vector for the place added to each token by {told.abs().max().item():.2g}")
print(
    "with a mask of the past, tokens 5 and 6 changed: outputs that stay as they were: "
    f"{seen.sum().item()} of 6"
)

# %% [markdown]
# None: a sum does not know the order of its terms. Self-attention sees a *bag* of tokens, so
# transformers add a vector for the place to each; and to write one token after the other they mask
# the future. The price is the table of weights: 1,000 tokens have a million of them, where a
# recurrent network keeps one state.
#
# ## What is a word?
#
# All networks here begin with `nn.Embedding`, a table with a row for each token, learned with the
# rest. Can useful rows be learned from plain text, with no task at all? "You shall know a word by
# the company it keeps" (Firth, 1957). The text is the language reference of Python, 46,000 words,
# small for this purpose by a factor of ten thousand.

# %%
common = Counter(w for w in corpus.words(corpus.text()) if w.isalpha() and len(w) > 1)
vocabulary = [word for word, count in common.most_common() if count >= 10]
number = {word: i for i, word in enumerate(vocabulary)}
ids = torch.tensor([number[w] for w in corpus.words(corpus.text()) if w in number])
frequency = torch.tensor([common[w] for w in vocabulary]).double()
print(f"{len(ids):,} running words, {len(vocabulary):,} different ones")

# %% [markdown]
# **CBOW** (Mikolov, Chen, Corrado and Dean, 2013) hides a word and guesses it from its neighbours:
# the *mean* of their vectors is multiplied with an output vector of every word. Every word has two
# vectors, one as a neighbour, one as the word in the middle.
#
# ### Exercise: `cbow_forward` &nbsp; ●●○ &nbsp; 10 minutes
#
# - `ids`: `(batch, places)`, the neighbours' numbers; `mask`: `(batch, places)`, True where there
#   is a neighbour, at least one in each row (at the ends of a text some are missing; what stands
#   there means nothing, and word 0 is a word).
# - `embedding`: `(vocabulary, d)`, the vectors of words as neighbours; `output`: `(vocabulary, d)`,
#   those of words in the middle.
# - Returns the scores of every word, `(batch, vocabulary)`: logits, no softmax.


# %% answer="cbow_forward"
def cbow_forward(ids, mask, embedding, output):
    ### BEGIN SOLUTION
    there = mask.to(embedding.dtype).unsqueeze(-1)  # (batch, places, 1)
    mean = (embedding[ids] * there).sum(dim=1) / there.sum(dim=1)  # (batch, d)
    return mean @ output.T
    ### END SOLUTION


# %% check="cbow_forward"
check("cbow_forward")

# %% approx=0.05
guess = use("cbow_forward")
REACH = 3
around = F.pad(ids, (REACH, REACH), value=-1).unfold(0, 2 * REACH + 1, 1)  # (words, 7)
neighbours = torch.cat([around[:, :REACH], around[:, REACH + 1 :]], dim=1)  # (words, 6)
present, neighbours = neighbours >= 0, neighbours.clamp(min=0)
TRAIN = int(0.9 * len(ids))


def cbow(seed, size=32):
    """Loss in nats on held-out places after two passes, and the vectors."""
    chance = generator(seed)
    embedding = (0.3 * torch.randn(len(vocabulary), size, generator=chance)).requires_grad_()
    output = torch.zeros(len(vocabulary), size, requires_grad=True)
    optimizer = torch.optim.Adam([embedding, output], 2e-2, fused=True)
    for _ in range(2):
        for at in torch.randperm(TRAIN, generator=chance).split(512):
            optimizer.zero_grad()
            F.cross_entropy(
                guess(neighbours[at], present[at], embedding, output), ids[at]
            ).backward()
            optimizer.step()
    with torch.no_grad():
        scores = guess(neighbours[TRAIN:], present[TRAIN:], embedding, output)
    return F.cross_entropy(scores, ids[TRAIN:]).item()


counts = torch.bincount(ids[:TRAIN], minlength=len(vocabulary)) + 1.0
by_frequency = F.cross_entropy(
    (counts / counts.sum()).log().expand(len(ids) - TRAIN, -1), ids[TRAIN:]
).item()
from_neighbours = over_seeds(cbow)
print(
    f"nats per word, by frequencies alone {by_frequency:.2f}; "
    f"by six neighbours {from_neighbours:.2f}"
)

# %% [markdown]
# **Skip-gram** turns the question round: given the word in the middle, which words are near? Its
# training set are pairs.
#
# ### Exercise: `skipgram_pairs` &nbsp; ●○○ &nbsp; 10 minutes
#
# - `ids`: `(text,)`, the tokens of a text, at least two. `window`: how many places a neighbour may
#   be away, on either side; at the ends of the text the window is cut off.
# - Returns a tensor `(pairs, 2)` with a row (centre, neighbour) for every two places near each
#   other, in any order of the rows. A token is no neighbour of itself, but another token of the
#   same word is. A pair that occurs five times has five rows.


# %% answer="skipgram_pairs"
def skipgram_pairs(ids, window):
    ### BEGIN SOLUTION
    pairs = []
    for distance in range(1, min(window, len(ids) - 1) + 1):
        left, right = ids[:-distance], ids[distance:]
        pairs += [torch.stack([left, right], dim=1), torch.stack([right, left], dim=1)]
    return torch.cat(pairs)
    ### END SOLUTION


# %% check="skipgram_pairs"
check("skipgram_pairs")

# %% [markdown]
# A softmax over the whole vocabulary for each pair is expensive: 700 scores here, 100,000 in a real
# language. **Negative sampling** (Mikolov, Sutskever, Chen, Corrado and Dean, 2013) asks something
# easier: here is a pair; is it a true one, or was its second word drawn at random? With $v$ the
# centre's vector, $u$ the true neighbour's and $n_1 \dots n_k$ those of $k$ words drawn at random,
# in the proportions frequency$^{3/4}$:
#
# $$-\log \sigma(u \cdot v) - \sum_{j=1}^{k} \log \sigma(-n_j \cdot v)$$
#
# ### Exercise: `negative_sampling_loss` &nbsp; ●●○ &nbsp; 12 minutes
#
# - `centre`: `(batch, d)`; `neighbour`: `(batch, d)`; `negatives`: `(batch, k, d)`.
# - Returns the **mean over the batch** of the line above (in which the drawn words are **added
#   up**), in nats.


# %% answer="negative_sampling_loss"
def negative_sampling_loss(centre, neighbour, negatives):
    ### BEGIN SOLUTION
    true = (centre * neighbour).sum(dim=1)  # (batch,)
    drawn = torch.einsum("bkd,bd->bk", negatives, centre)
    return -(F.logsigmoid(true) + F.logsigmoid(-drawn).sum(dim=1)).mean()
    ### END SOLUTION


# %% check="negative_sampling_loss"
check("negative_sampling_loss")

# %% [markdown]
# Very frequent words are thinned out first, as in the paper: *the* stands beside everything and
# says nothing.

# %%
pairs_of, loss_of = use("skipgram_pairs"), use("negative_sampling_loss")


def skipgram(seed, size=32, passes=3):
    chance = generator(seed)
    keep = (1e-3 * frequency.sum() / frequency).sqrt().clamp(max=1)
    v = (0.1 * torch.randn(len(vocabulary), size, generator=chance)).requires_grad_()
    u = torch.zeros(len(vocabulary), size, requires_grad=True)
    optimizer = torch.optim.Adam([v, u], 1e-2, fused=True)
    for _ in range(passes):
        thinned = ids[torch.rand(len(ids), generator=chance) < keep[ids]]
        pairs = pairs_of(thinned, window=REACH)
        for at in torch.randperm(len(pairs), generator=chance).split(2048):
            centre, near = pairs[at].T
            drawn = torch.multinomial(
                frequency**0.75, 5 * len(at), replacement=True, generator=chance
            )
            optimizer.zero_grad()
            loss_of(v[centre], u[near], u[drawn.reshape(-1, 5)]).backward()
            optimizer.step()
    return v.detach()


def nearest(vectors, word, count=5):
    found = word_vectors.nearest(vectors, vectors[number[word]], count + 1).tolist()
    return [vocabulary[i] for i in found if i != number[word]][:count]


skipgrams = [skipgram(seed) for seed in (0, 1, 2)]
print("nearest to 'true', by seed:", *(nearest(v, "true", 1)[0] for v in skipgrams))

# %% tags=["nbval-ignore-output"]
for word in ("true", "float", "raise", "local", "immutable"):
    print(f"{word:10s} {', '.join(nearest(skipgrams[0], word))}")

# %% [markdown]
# **GloVe** (Pennington, Socher and Manning, 2014) counts first. $X_{ij}$ is how often words $i$ and
# $j$ stand near each other (a pair $d$ places apart counts $1/d$). Vectors and biases shall give
# its logarithm, by weighted least squares over the pairs **that occur**:
#
# $$\sum_{i,j:\, X_{ij} > 0} f(X_{ij}) \left( w_i \cdot c_j + b^w_i + b^c_j - \log X_{ij} \right)^2,
# \qquad f(x) = \min\left(1, (x / x_{\max})^\alpha\right)$$
#
# ### Exercise: `glove_loss` &nbsp; ●●○ &nbsp; 15 minutes
#
# - `w`: `(words, d)`; `c`: `(contexts, d)`; `b_w`: `(words,)`; `b_c`: `(contexts,)`; `counts`:
#   `(words, contexts)`, from 0 on, not always whole; `x_max` and `alpha`: numbers above 0.
# - Returns the **sum** above, one number. Its gradients must be finite as well: pairs that never
#   occur have no logarithm.


# %% answer="glove_loss"
def glove_loss(w, c, b_w, b_c, counts, x_max, alpha):
    ### BEGIN SOLUTION
    occurs = counts > 0
    weight = (counts / x_max).clamp(max=1) ** alpha  # 0 where a pair never occurs
    logs = torch.where(occurs, counts, 1).log()
    error = w @ c.T + b_w.unsqueeze(1) + b_c - logs
    return (weight * error**2).sum()
    ### END SOLUTION


# %% check="glove_loss"
check("glove_loss")

# %%
weighted = use("glove_loss")


def glove(counts, seed, size=32, steps=100, x_max=10.0):
    chance, words = generator(seed), len(counts)
    parameters = [
        (0.1 * torch.randn(shape, generator=chance)).requires_grad_()
        for shape in ((words, size), (words, size), (words,), (words,))
    ]
    optimizer = torch.optim.Adam(parameters, 3e-2, fused=True)
    for _ in range(steps):
        optimizer.zero_grad()
        weighted(*parameters, counts, x_max, 0.75).backward()
        optimizer.step()
    return (parameters[0] + parameters[1]).detach()  # the paper's advice: the sum of both


together = word_vectors.cooccurrences(ids, len(vocabulary), 4)  # (words, words)
gloves = [glove(together, seed) for seed in (0, 1, 2)]

# %% [markdown]
# Which are better? Fifteen pairs that belong together, written down beforehand: for how many is the
# second word among the ten nearest of the first? By chance it would be 0.2. And the honest
# baseline, without any training: rows of the table of counts itself, each count compared with what
# two unrelated words would have, $\log^+ \frac{X_{ij} \sum X}{X_i X_j}$ ("positive pointwise mutual
# information").

# %% approx=0.4
BELONG = [
    pair.split()
    for pair in [
        "true false",
        "list tuple",
        "float integer",
        "left right",
        "class function",
        "string bytes",
        "try except",
        "first last",
        "while for",
        "raise return",
        "keyword positional",
        "local global",
        "getattr setattr",
        "mutable immutable",
        "lists tuples",
    ]
]


def found(vectors):
    return sum(second in nearest(vectors, first, 10) for first, second in BELONG)


expected = together.sum(dim=1, keepdim=True) * together.sum(dim=0) / together.sum()
counted = found((together / expected).clamp(min=1).log())
by_skipgram, by_glove = (Spread(tuple(found(v) for v in many)) for many in (skipgrams, gloves))
print(f"of 15 pairs: skip-gram {by_skipgram:.0f}; GloVe {by_glove:.0f}; counts {counted}")

# %% [markdown]
# The table of counts keeps up: on a text of this size nothing is gained by training but shortness,
# 32 numbers instead of 700. Levy and Goldberg (2014) showed why: skip-gram with negative sampling
# implicitly factorises such a table.
#
# Thirty-two numbers drawn in the plane of their two largest principal components (Unit 3). What is
# near here need not be near there: most of the variance is missing.

# %%
GROUPS = [
    ["true", "false", "none"],
    ["list", "tuple", "dict", "lists", "tuples"],
    ["int", "float", "complex", "integers", "decimal"],
    ["try", "except", "raise", "finally", "exception"],
    ["local", "global", "namespace", "scope", "variables"],
]
shown = [word for group in GROUPS for word in group]
chosen = F.normalize(skipgrams[0][[number[w] for w in shown]], dim=1)
_, basis, mean = pca_project(chosen, 2)
pictures.words_in_the_plane(
    (chosen - mean) @ basis,
    shown,
    [i for i, group in enumerate(GROUPS) for _ in group],
    "first component",
    "second component",
    alt=f"{len(shown)} words of the reference in the plane of two components, five groups marked",
)

# %% [markdown]
# ### "King minus man plus woman"
#
# Word vectors became famous for analogies solved by arithmetic: $v(b) - v(a) + v(c)$ should be
# nearest to $d$. Five from this text: *true is to false as mutable to* immutable; *list to lists as
# tuple to* tuples; *try to except as if to* else; *getattr to setattr as get to* set; *left to
# right as first to* last.

# %%
ANALOGIES = [
    line.split()
    for line in (
        "true false mutable immutable",
        "list lists tuple tuples",
        "try except if else",
        "getattr setattr get set",
        "left right first last",
    )
]


def solved(vectors, leave_out=True):
    """How many of the five; the three given words are left out, as everyone does."""
    right = 0
    for a, b, c, d in ANALOGIES:
        unit = F.normalize(vectors, dim=1)
        at = unit[number[b]] - unit[number[a]] + unit[number[c]]
        near = [vocabulary[i] for i in word_vectors.nearest(vectors, at, 5).tolist()]
        right += next(w for w in near if not leave_out or w not in (a, b, c)) == d
    return right


predict(
    "How many of the five does skip-gram solve (the mean over three seeds)?",
    answer=lambda: sum(solved(v) for v in skipgrams) / 3, unit="of 5", low=0, high=5,
)  # fmt: skip

# %% approx=0.5
right = [solved(v) for v in skipgrams]
literal = [solved(v, leave_out=False) for v in skipgrams]
print(f"solved, of 5: {Spread(tuple(map(float, right))):.1f}")
print(f"if the given words may be answered as well: {Spread(tuple(map(float, literal))):.1f}")

# %% [markdown]
# > **A common mistake.** "Embeddings understand analogies." On a text of this size they fail. On
# > billions of words they do well, with help: the three given words are excluded from the answers,
# > and without that the nearest vector is mostly one of these three (Linzen, 2016; Nissim and
# > others, 2020).
#
# ### What a text is biased in, its vectors are
#
# Vectors are learned from the company of words, so they hold what the text says about its people.
# To see how exactly, write a text whose bias is *known*: nine trades, and for each the share of
# sentences that go on with *she*, from 90 % for the nurse to 10 % for the plumber. Then learn
# vectors by your `glove_loss`, and project each trade on the direction from *he* to *she*
# (Bolukbasi and others, 2016).

# %% approx=0.1
TRADES = dict(
    zip(
        [
            "nurse",
            "librarian",
            "teacher",
            "baker",
            "writer",
            "painter",
            "lawyer",
            "engineer",
            "plumber",
        ],
        [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1],
        strict=True,
    )
)
DID, THINGS = (
    ["took", "lost", "found", "sold", "needed"],
    ["tools", "books", "papers", "lamp", "table", "garden"],
)


def biased_text(seed, sentences=3000):
    chance = generator(seed)

    def one_of(choices):
        return choices[int(torch.randint(len(choices), (), generator=chance))]

    said = []
    for _ in range(sentences):
        trade = one_of(list(TRADES))
        she, her = (
            ("she", "her") if torch.rand((), generator=chance) < TRADES[trade] else ("he", "his")
        )
        said += ["the", trade, "said", "that", she, one_of(DID), her, one_of(THINGS)]
    return said


def leaning(seed):
    """Correlations with the shares: along he → she;
    and along his → her, once he → she has been projected out.
    """
    said = biased_text(seed)
    words = sorted(set(said))
    place = {word: i for i, word in enumerate(words)}
    table = word_vectors.cooccurrences(torch.tensor([place[w] for w in said]), len(words), 6)
    vectors = glove(table, seed, size=12, steps=300, x_max=100.0)
    trades, shares = [place[t] for t in TRADES], torch.tensor(list(TRADES.values()))

    def along(vectors, start, end):
        direction = F.normalize(vectors[place[end]] - vectors[place[start]], dim=0)
        return vectors @ direction, direction

    leans, direction = along(vectors, "he", "she")
    cleaned = vectors - torch.outer(leans, direction)
    remains, _ = along(cleaned, "his", "her")
    return tuple(
        torch.corrcoef(torch.stack([x[trades], shares]))[0, 1].item() for x in (leans, remains)
    )


before, after = zip(*(leaning(seed) for seed in (0, 1, 2)), strict=True)
print(f"correlation along he → she: {Spread(before):.2f}")

# %% tags=["nbval-ignore-output"]
print(f"along his → her, after the direction was taken out: {Spread(after):.2f}")

# %% [markdown]
# The vectors report the text's shares, faithfully. Here one direction holds nearly all of it,
# because the sentences say it by two words only, and taking it out leaves no leaning that the seeds
# agree on. A real text says it by a thousand words: there the direction can be taken out, the test
# that found it is passed, and the trades still have their old neighbours (Gonen and
# Goldberg, 2019). What should be done about it is a question about the use, and no projection
# answers it.
#
# ## The same in torch.nn
#
# `nn.Embedding` holds the vectors, `nn.EmbeddingBag(mode="mean")` averages them as CBOW does.
# `F.scaled_dot_product_attention` is your function without the weights, `nn.MultiheadAttention` a
# layer with the three matrices. Beware of the masks:

# %%
chance = generator(0)
q, k, v = (torch.randn(2, n, 8, generator=chance, dtype=torch.float64) for n in (3, 5, 5))
# (batch, keys): the second row is padded
keep = torch.tensor([[True] * 5, [True, True, True, False, False]])
mine, weights = product(q, k, v, keep.unsqueeze(1).expand(-1, 3, -1))
theirs = F.scaled_dot_product_attention(q, k, v, attn_mask=keep.unsqueeze(1))
layer = nn.MultiheadAttention(8, 1, bias=False, batch_first=True).double()
with torch.no_grad():
    layer.in_proj_weight.copy_(torch.eye(8).repeat(3, 1))
    layer.out_proj.weight.copy_(torch.eye(8))
    left_out = layer(q, k, v, key_padding_mask=~keep)[0]
    mistaken = layer(
        q, k, v, key_padding_mask=keep & torch.tensor([False, True, True, True, True])
    )[0]


def off(a, b):
    return f"{(a - b).abs().max().item():.8f}"


print("largest difference of yours")
print("from F.scaled_dot_product_attention, True = keep:", off(mine, theirs))
print("from nn.MultiheadAttention, True = leave out:", off(mine, left_out))
print("with the mask the other way round:", off(mine, mistaken))
bag = nn.EmbeddingBag.from_pretrained(skipgrams[0], mode="mean")
row = torch.tensor([[4, 9, 2]])
scored = guess(row, row > 0, skipgrams[0], skipgrams[0]) - bag(row) @ skipgrams[0].T
print(f"CBOW's mean less nn.EmbeddingBag: {scored.abs().max().item():.4f}")

# %% [markdown]
# ## To remember
#
# 1. An encoder–decoder squeezes a sequence through one vector; attention lets the decoder look back
#    at all places, by a weighted mean that can be learned and drawn.
# 2. The likeliest token at each step is not the likeliest sequence, and the likeliest sequence is
#    not always the right one: beam search helps with the first only.
# 3. A word's vector is a summary of its company: neighbours come out well, analogies need far more
#    text, and the text's biases come out exactly.
#
# ## Sources
#
# Bahdanau, Cho & Bengio (2015), Neural machine translation by jointly learning to align and
# translate. Bolukbasi, Chang, Zou, Saligrama & Kalai (2016), Man is to computer programmer as woman
# is to homemaker? Cho, van Merriënboer, Gulcehre, Bahdanau, Bougares, Schwenk & Bengio (2014),
# Learning phrase representations using RNN encoder–decoder. Cho, van Merriënboer, Bahdanau & Bengio
# (2014), On the properties of neural machine translation. Firth (1957), A synopsis of linguistic
# theory. Gonen & Goldberg (2019), Lipstick on a pig. Goodfellow, Bengio & Courville (2016), Deep
# Learning, sections 10.4, 12.4. Jain & Wallace (2019), Attention is not explanation. Koehn &
# Knowles (2017), Six challenges for neural machine translation. Levy & Goldberg (2014), Neural word
# embedding as implicit matrix factorization. Libovický & Helcl (2017), Attention strategies for
# multi-source sequence-to-sequence learning. Linzen (2016), Issues in evaluating semantic spaces
# using word analogies. Lowerre (1976), The Harpy speech recognition system. Luong, Pham & Manning
# (2015), Effective approaches to attention-based neural machine translation. Mikolov, Chen, Corrado
# & Dean (2013), Efficient estimation of word representations in vector space. Mikolov, Sutskever,
# Chen, Corrado & Dean (2013), Distributed representations of words and phrases and their
# compositionality. Nissim, van Noord & van der Goot (2020), Fair is better than sensational.
# Pennington, Socher & Manning (2014), GloVe. Sutskever, Vinyals & Le (2014), Sequence to sequence
# learning with neural networks. Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser &
# Polosukhin (2017), Attention is all you need. Vinyals, Toshev, Bengio & Erhan (2015), Show and
# tell. Williams & Zipser (1989), A learning algorithm for continually running fully recurrent
# neural networks. Xu, Ba, Kiros, Cho, Courville, Salakhutdinov, Zemel & Bengio (2015), Show, attend
# and tell.
