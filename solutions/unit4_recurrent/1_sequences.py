# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Sequences: how can one network read texts of any length?
#
# A sentence has as many words as it has, and what one of them means depends on those before it. The
# networks of the first units take a fixed number of inputs and forget each sample when the next one
# comes. This notebook finds out what goes wrong if they are used all the same, builds the network
# that does better, and turns real text into the numbers that it reads.

# %% tags=["setup"]
import math
from collections import Counter
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from autograder import check, use
from gradschool import data, plotting
from gradschool.recurrent import corpus, vocabulary
from gradschool.recurrent.pictures import sequences
from gradschool.training import Spread, generator, over_seeds, seeded
from gradschool.widgets import explore, predict

# %% [markdown]
# ## Three things that a dense network cannot do
#
# Add two numbers in binary, as you do it on paper: from the last digit to the first, with a carry.
# At each step two bits come in, and one bit of the sum is asked. Below, the bits are listed from
# the least significant one on.


# %%
def additions(n, bits, below, chance):
    """Pairs of numbers below 2 ** below, as bits (n, bits, 2),
    and the bits of their sums (n, bits).
    """
    a, b = torch.randint(2**below, (2, n), generator=chance)
    k = torch.arange(bits)
    x = torch.stack([(a.unsqueeze(1) >> k) & 1, (b.unsqueeze(1) >> k) & 1], dim=2)
    return x.double(), ((a + b).unsqueeze(1) >> k) & 1


x, y = additions(1, 5, 4, generator(1))
print("first number ", x[0, :, 0].int().tolist())
print("second number", x[0, :, 1].int().tolist())
print("their sum    ", y[0].tolist())

# %% [markdown]
# Three candidates learn it:
#
# - **Dense**: all 2 × 9 bits at once, two hidden layers of 64 units, nine outputs;
# - **step by step**: a small dense network that is applied to each step by itself;
# - **recurrent**: eight units that see the step's two bits *and their own previous state*, `nn.RNN`
#   from torch. You will build it below.
#
# All of them practise on numbers below 16 only, and are then asked about larger ones. A sum counts
# as right when all of its bits are.


# %%
class Dense(nn.Module):
    bits = 9  # the number of inputs is part of the network

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Flatten(),
            nn.Linear(18, 64),
            nn.ReLU(),
            nn.Linear(64, 64),
            nn.ReLU(),
            nn.Linear(64, 9),
        )

    def forward(self, x):
        return self.net(x)  # (batch, 9)


class StepByStep(nn.Module):
    bits = 5

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, x):
        return self.net(x).squeeze(2)  # (batch, time)


class Recurrent(nn.Module):
    bits = 5

    def __init__(self):
        super().__init__()
        self.rnn, self.readout = nn.RNN(2, 8, batch_first=True), nn.Linear(8, 1)

    def forward(self, x):
        return self.readout(self.rnn(x)[0]).squeeze(2)  # (batch, time)


def learned(kind, seed):
    """A network that has practised on numbers below 16."""
    steps = 800 if kind is Dense else 500
    with seeded(seed):
        net = kind().double()
    optimizer, chance = (
        torch.optim.Adam(net.parameters(), 2e-2 if kind is Recurrent else 1e-2),
        generator(seed),
    )
    for _ in range(steps):
        x, y = additions(32, net.bits, 4, chance)
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(net(x), y.double()).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    return net


def sums_right(net, bits, below):
    """Share of additions that are right in every bit, in percent."""
    x, y = additions(500, bits, below, generator(99))
    with torch.no_grad():
        return 100 * ((net(x) > 0) == (y > 0)).all(dim=1).double().mean().item()


nets = {
    kind.__name__: [learned(kind, seed) for seed in range(3)]
    for kind in (Dense, StepByStep, Recurrent)
}
small = {name: min(sums_right(net, net.bits, 4) for net in three) for name, three in nets.items()}
print(
    "numbers below 16 added right, the worst of three seeds, in %:",
    {n: round(s) for n, s in small.items()},
)

# %%
predict(
    "Dense and recurrent have learned the sums of numbers below 16. The dense one was built for "
    "8-bit numbers. What share of the sums of numbers below 256 does the dense one get right?",
    answer=lambda: sum(sums_right(net, 9, 8) for net in nets["Dense"]) / 3,
    unit="%",
    low=0,
    high=100,
)

# %%
for name, bits, below in (("Dense", 9, 8), ("Recurrent", 9, 8), ("Recurrent", 41, 40)):
    right = Spread(tuple(sums_right(net, bits, below) for net in nets[name]))
    print(f"{name:9s} numbers of {below:2} bits: {right:.0f} % of the sums right")
try:
    nets["Dense"][0](additions(1, 41, 40, generator(0))[0])
except RuntimeError as refused:
    print("Dense     numbers of 40 bits:", str(refused).split(" (")[0])

# %% [markdown]
# Each failure has its name.
#
# - **Nothing is shared over positions.** The dense network has learned what a carry does at the
#   first four places. The weights for the fifth place are other weights, and they have never seen
#   a 1. It must learn addition nine times.
# - **The size is fixed.** It cannot be *asked* about longer numbers.
# - **No memory.** The step-by-step network shares its weights and takes any length, but it does not
#   know whether there was a carry. The best that it can do is to guess.
#
# The recurrent network was shown numbers of four bits and adds numbers of forty: it has learned one
# step, and repeats it. (Give it 16 units where it has 8, and it does *worse* on long numbers: try
# it. The larger state has room to learn the short sums by heart.)
#
# ## A loop, unfolded
#
# $$h_t = \tanh\left(W_{ih}\, x_t + b_{ih} + W_{hh}\, h_{t-1} + b_{hh}\right),
# \qquad t = 1, \dots, T$$
#
# The **state** $h_t$ is all that the network knows of $x_1, \dots, x_t$. Drawn as a graph this has
# a loop; **unfolded** over time it is an ordinary deep network with one layer per step, which
# happens to have the same weights in every layer. So everything that you know about deep networks
# holds: the chain rule, and vanishing and exploding, of which the next notebook is full.

# %%
sequences.unfolded(4)

# %% [markdown]
# ### Exercise: `rnn_cell` &nbsp; ●○○ &nbsp; 5 minutes
#
# One step of the formula above, for a batch.
#
# - `x`: `(batch, inputs)`; `h`: the state before, `(batch, hidden)`. `Wih`: `(hidden, inputs)`;
#   `Whh`: `(hidden, hidden)`; `bih`, `bhh`: `(hidden,)`. Two biases, where one would do, because
#   torch keeps two.
# - Returns the new state, `(batch, hidden)`. Rows are samples, so each product is with a transposed
#   weight.


# %% answer="rnn_cell"
def rnn_cell(x, h, Wih, Whh, bih, bhh):
    ### BEGIN SOLUTION
    return torch.tanh(x @ Wih.T + bih + h @ Whh.T + bhh)
    ### END SOLUTION


# %% check="rnn_cell"
check("rnn_cell")

# %% [markdown]
# ### Exercise: `rnn_forward` &nbsp; ●●○ &nbsp; 10 minutes
#
# The same cell at every step of a sequence.
#
# - `x`: `(batch, time, inputs)`; `h0`: the state before the first step, `(batch, hidden)`;
#   parameters as above. At least one step.
# - Returns `(out, h)`: all states $h_1, \dots, h_T$ of shape `(batch, time, hidden)`, and the last
#   one, `(batch, hidden)`.
# - Your `rnn_cell` may be called; for this check it is replaced by a correct one.


# %% answer="rnn_forward"
def rnn_forward(x, h0, Wih, Whh, bih, bhh):
    ### BEGIN SOLUTION
    states, h = [], h0
    for t in range(x.shape[1]):
        h = rnn_cell(x[:, t], h, Wih, Whh, bih, bhh)
        states.append(h)
    return torch.stack(states, dim=1), h
    ### END SOLUTION


# %% check="rnn_forward"
check("rnn_forward")

# %% [markdown]
# **The same in torch.nn** is `nn.RNN(inputs, hidden, batch_first=True)`. Without `batch_first` it
# wants time as the first axis, one of the most frequent silent mistakes with sequences: if there
# are as many sequences as steps, nothing complains. Hand the weights of the network above, which
# torch has trained, to your own loop.

# %%
read = use("rnn_forward")
net = nets["Recurrent"][0]
# weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0
weights = [w.detach() for w in net.rnn.parameters()]
print([tuple(w.shape) for w in weights])
x, y = additions(1, 9, 8, generator(3))
out, h = read(x, torch.zeros(1, 8).double(), *weights)  # (1, 9, 8), (1, 8)
print(f"largest difference from nn.RNN's states: {(out - net.rnn(x)[0]).abs().max().item():.10f}")
said = (net.readout(out).squeeze(2) > 0).int()
print("the sum that your loop reads out:", said[0].tolist(), "and should:", y[0].tolist())

# %% [markdown]
# What is in the state? The carry must be in there, since there is no other way to know it. Below,
# every point is one state of the trained network, drawn by its first two principal axes. Colour and
# shape say what the carry is at that moment.

# %%
x, y = additions(60, 9, 8, generator(7))
carry = []
c = torch.zeros(60)
for t in range(9):
    c = ((x[:, t].sum(dim=1) + c) >= 2).float()
    carry.append(c)
states = read(x, torch.zeros(60, 8).double(), *weights)[0].flatten(0, 1)  # (540, 8)
carries = torch.stack(carry, dim=1).flatten()  # (540,)
_, _, axes_of_states = torch.linalg.svd(states - states.mean(dim=0), full_matrices=False)
plane = (states - states.mean(dim=0)) @ axes_of_states[:2].T  # (540, 2)
figure, (axes,) = plotting.picture(width=5, height=3.6)
for value in (0, 1):
    chosen = plane[carries == value]
    axes.plot(
        *chosen.T,
        plotting.MARKERS[value],
        color=plotting.COLORS[value],
        markersize=4,
        label=f"carry {value}",
    )
axes.set(xlabel="first axis of the states", ylabel="second axis")
axes.legend()
extended = torch.cat([states, torch.ones(540, 1)], dim=1)  # (540, 9)
flat = torch.linalg.lstsq(extended, 2 * carries.double() - 1).solution
told = ((extended @ flat > 0) == (carries > 0)).double().mean().item()
figure.alt = (
    "states of the trained network in a plane; "
    f"a flat cut through all eight dimensions tells the carry in {told:.0%} of them"
)
figure

# %% [markdown]
# > **A common mistake.** "Recurrent networks have more parameters than feedforward networks."
# > Count. A dense layer that reads a whole sequence at once pays for every position; a recurrent
# > one pays for a step.


# %%
def parameters(module):
    return sum(p.numel() for p in module.parameters())


print("for sequences of    ", *(f"{length:>8} steps" for length in (10, 100, 1000)))
print(
    "dense, 64 units     ",
    *(f"{parameters(nn.Linear(50 * length, 64)):>14,}" for length in (10, 100, 1000)),
)
print("recurrent, 64 units ", *(f"{parameters(nn.RNN(50, 64)):>14,}" for length in (10, 100, 1000)))

# %% [markdown]
# ## From text to tokens
#
# A network reads numbers, so a text must first be cut into **tokens**, and each token given a
# number. Where to cut is the first decision, and each choice costs something. The text of this unit
# is real: the Python language reference.

# %%
text = corpus.text()
train, valid = corpus.split(text)  # the end of the text is held out, never single lines of it
print(train[:300])

# %%
characters, words = corpus.characters(train), corpus.words(train)

for name, tokens in (("characters", characters), ("words and signs", words)):
    print(f"{len(tokens):,} {name}, {len(set(tokens)):,} different ones")

# %% [markdown]
# ### Normalising words
#
# *Is* and *is* are two tokens, and so are *method* and *methods*. Before neural networks, programs
# first made them one, in one of two ways, and labelled what part each word plays. Take "The cats
# were better runners":
#
# | token | stem (endings cut by rule) | lemma (the dictionary's form) | part of speech |
# |---|---|---|---|
# | The | the | the | determiner |
# | cats | cat | cat | noun, plural |
# | were | were | be | verb, past |
# | better | better | good | adjective, comparative |
# | runners | runner | runner | noun, plural |
#
# A **stemmer** (Porter, 1980) is a list of rules; it does not know that *were* belongs to *be*, and
# it makes *univers* of *universe* and *university*. A **lemmatiser** needs a dictionary and, to use
# it, the **part of speech**: *saw* is *see* as a verb and *saw* as a noun. Each of these throws
# something away. Networks are given the raw tokens and find out by themselves what may be treated
# alike; we only use small letters.
#
# ### A vocabulary
#
# Two numbers are set aside: `<pad>` for filling up short sequences, `<unk>` for tokens that were
# never seen.
#
# ### Exercise: `build_vocabulary` &nbsp; ●●○ &nbsp; 10 minutes
#
# - `tokens`: a list of strings, the whole text in order. `min_count`: a token that occurs less
#   often than this gets no number.
# - Returns a dictionary `{token: id}`: `"<pad>"` is 0, `"<unk>"` is 1, then the text's tokens from
#   2 on, **the most frequent first**. Equally frequent tokens stand in alphabetical order, as
#   Python sorts strings.
# - No token of the text is called `<pad>` or `<unk>`.


# %% answer="build_vocabulary"
def build_vocabulary(tokens, min_count=1):
    ### BEGIN SOLUTION
    counts = Counter(tokens)
    frequent = sorted((-n, token) for token, n in counts.items() if n >= min_count)
    return {
        token: i for i, token in enumerate(["<pad>", "<unk>", *(token for _, token in frequent)])
    }
    ### END SOLUTION


# %% check="build_vocabulary"
check("build_vocabulary")

# %% [markdown]
# ### Exercise: `encode` &nbsp; ●○○ &nbsp; 5 minutes
#
# - `tokens`: a list of strings; `vocabulary`: a dictionary as above, though `<unk>` may have
#   another number in it.
# - Returns the ids as a tensor of int64, shape `(tokens,)`. A token that the vocabulary does not
#   hold gets the id of `<unk>`. There may be no tokens at all.


# %% answer="encode"
def encode(tokens, vocabulary):
    ### BEGIN SOLUTION
    unknown = vocabulary["<unk>"]
    return torch.tensor([vocabulary.get(token, unknown) for token in tokens], dtype=torch.int64)
    ### END SOLUTION


# %% check="encode"
check("encode")

# %%
number, numbered = use("build_vocabulary"), use("encode")
predict(
    "A vocabulary of all words in the first nine tenths of the reference. "
    "What share of the *different* words in the last tenth does it not hold?",
    answer=lambda: 100 * len(set(corpus.words(valid)) - set(words)) / len(set(corpus.words(valid))),
    unit="%",
    low=0,
    high=100,
)

# %%
unknown = {}
for min_count in (1, 2, 5, 20, 100):
    known = number(words, min_count)
    ids = numbered(corpus.words(valid), known)
    unknown[min_count] = (len(known), 100 * (ids == 1).double().mean().item())
figure, (axes,) = plotting.picture(width=5.6)
axes.plot(*zip(*unknown.values(), strict=True), marker="o", color=plotting.COLORS[0])
for min_count, (size, share) in unknown.items():
    axes.annotate(
        f"min_count {min_count}", (size, share), (6, 4), textcoords="offset points", fontsize=9
    )
axes.set(xscale="log", xlabel="size of the vocabulary", ylabel="unknown tokens in unseen text, %")
axes.margins(x=0.25)
figure.alt = (
    "share of unknown tokens in unseen text against the size of the vocabulary: "
    "it falls, and does not reach 0"
)
for min_count, (size, share) in unknown.items():
    print(f"min_count {min_count:3}: {size:5,} words, {share:.1f} % of the tokens unknown")
figure

# %% [markdown]
# Words have no end. Characters do, and with them nothing is unknown; but a sequence of characters
# is several times as long, and the network must learn to spell before it can learn anything else.
# **Byte-pair encoding** (Gage, 1994, for compression; Sennrich, Haddow and Birch, 2016, for text)
# goes between: start from characters, and let the pair of neighbours that is most frequent become
# one symbol. Again, and again. Frequent words end up whole, rare ones in pieces, and the number of
# merges sets the size of the vocabulary. Nearly every large language model of today reads the text
# in this way.
#
# By hand, on `low low lower newest newest`: the pairs are l+o 3, o+w 3, w+e 3, e+r 1, n+e 2, e+w 2,
# e+s 2, s+t 2. Three tie; the smallest in the dictionary's order is l+o. In the next round `lo` +
# `w` is counted, and so on.
#
# ### Exercise: `bpe_merges` &nbsp; ●●● &nbsp; 30 minutes
#
# - `words`: a list of strings; a word that comes twice counts twice. `n`: how many merges to learn.
# - Each word starts as its characters. In each round, count the pairs of neighbouring symbols
#   **within words**; the most frequent pair becomes one symbol wherever it occurs, from left to
#   right; of equally frequent pairs take the lexicographically smallest, as Python compares tuples
#   of strings. Count every place: `aaa` holds the pair (a, a) twice, and merged it is `aa`, `a`.
# - Returns the list of merged pairs, `[("l", "o"), ("lo", "w"), …]`, in order. Where no pair is
#   left, fewer than `n`.


# %% answer="bpe_merges"
def bpe_merges(words, n):
    ### BEGIN SOLUTION
    times = Counter(words)
    spelled = {word: list(word) for word in times}
    merges = []
    while len(merges) < n:
        pairs = Counter()
        for word, symbols in spelled.items():
            for a, b in pairwise(symbols):
                pairs[a, b] += times[word]
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for word, symbols in spelled.items():
            joined, i = [], 0
            while i < len(symbols):
                hit = tuple(symbols[i : i + 2]) == best
                joined.append("".join(best) if hit else symbols[i])
                i += 2 if hit else 1
            spelled[word] = joined
    return merges
    ### END SOLUTION


# %% check="bpe_merges"
check("bpe_merges")

# %% [markdown]
# Now on 10,000 words of the reference. The slider says how many merges are used.

# %%
learn_merges = use("bpe_merges")
prose = [word for word in words if word.isalpha()][:10_000]
merges = learn_merges(prose, 150)
times = Counter(prose)


def spelled_with(merged=40):
    shown = ["function", "statement", "expression", "unfolding", "networks"]
    pieces = [vocabulary.bpe_split(word, merges[:merged]) for word in shown]
    longest = max(map(len, pieces))
    mask = torch.arange(longest) < torch.tensor([len(p) for p in pieces]).unsqueeze(1)
    figure = sequences.padded([p + [""] * (longest - len(p)) for p in pieces], mask)
    figure.alt = "five words, cut into the symbols that the merges have made"
    return figure


print(f"{len(merges)} merges learned")
print("the first one makes", "".join(merges[0]))
explore(spelled_with, merged=(0, 150, 10))

# %%
sizes = {"characters": (len(set("".join(prose))), sum(len(word) * n for word, n in times.items()))}
for used in (25, 75, 150):
    length = sum(len(vocabulary.bpe_split(word, merges[:used])) * n for word, n in times.items())
    sizes[f"{used} merges"] = (len(set("".join(prose))) + used, length)
sizes["words"] = (len(times), len(prose))
for name, (symbols, length) in sizes.items():
    print(f"{name:11s} {symbols:5,} different symbols, {length:6,} symbols in the text")
sequences.tradeoff(
    sizes,
    "different symbols",
    "symbols in the text",
    alt="ways to cut a text: the more different symbols, the shorter the text; "
    "byte pairs lie between characters and words",
)

# %% [markdown]
# ## From tokens to vectors
#
# An id is a name and no quantity: token 7 is not more than token 3. So each token gets a vector.
# The simplest is **one-hot**: as long as the vocabulary, with a single 1. All of these are equally
# far from each other. Multiply such a vector by a matrix with one row per token, and out comes the
# token's row; this row is its **embedding**, and it is learned like any weight. Nobody multiplies,
# of course: one looks the row up.
#
# ### Exercise: `embedding_lookup` &nbsp; ●○○ &nbsp; 3 minutes
#
# - `ids`: whole numbers of any shape, such as `(batch, time)`; `weight`: `(vocabulary, features)`.
# - Returns `(batch, time, features)`, with the axis of the features added last.


# %% answer="embedding_lookup"
def embedding_lookup(ids, weight):
    ### BEGIN SOLUTION
    return weight[ids]
    ### END SOLUTION


# %% check="embedding_lookup"
check("embedding_lookup")

# %%
lookup = use("embedding_lookup")
known = number(words, min_count=2)
ids = numbered(["the", "value", "of", "the", "expression"], known)
table = torch.randn(len(known), 8, generator=generator(0), dtype=torch.float64, requires_grad=True)
vectors = lookup(ids, table)  # (5, 8)
onehot = F.one_hot(ids, len(known)).double()  # (5, vocabulary)
off = (vectors - onehot @ table).abs().max().item()
print(f"largest difference from the product with one-hot vectors: {off:.10f}")
off = (vectors - F.embedding(ids, table)).abs().max().item()
print(f"from nn.functional.embedding: {off:.10f}")
(gradient,) = torch.autograd.grad(vectors.sum(), table)
print("rows with a gradient:", int((gradient != 0).any(dim=1).sum()), "for", len(ids), "tokens")
print("the gradient in the row of 'the':", sorted(set(gradient[known["the"]].tolist())))

# %% [markdown]
# ## Sequences of different length in one batch
#
# A tensor is rectangular, sentences are not. Short ones are **padded** to the length of the
# longest, and a **mask** remembers what is real.
#
# ### Exercise: `pad_batch` &nbsp; ●●○ &nbsp; 8 minutes
#
# - `sequences`: a list of tensors of ids, each of its own length, at least one; `value`: what to
#   fill up with, 0 unless given.
# - Returns `(batch, mask)`, both `(sequences, longest)`: the ids, filled up **behind**, and a
#   tensor of truth values, True where a real token stands.
# - A real token may have the number `value`.


# %% answer="pad_batch"
def pad_batch(sequences, value=0):
    ### BEGIN SOLUTION
    lengths = torch.tensor([len(s) for s in sequences])
    mask = torch.arange(int(lengths.max())) < lengths.unsqueeze(1)  # (sequences, longest)
    batch = torch.full(mask.shape, value)
    batch[mask] = torch.cat(sequences)
    return batch, mask
    ### END SOLUTION


# %% check="pad_batch"
check("pad_batch")

# %%
pad = use("pad_batch")
lines = ["the loop ends", "if the list is empty the loop does not run", "an error is raised"]
tokens = [line.split() for line in lines]
own = number([token for line in tokens for token in line])
batch, mask = pad([numbered(line, own) for line in tokens])  # (3, 10), (3, 10)
names = {i: token for token, i in own.items()}
sequences.padded([[names[i] for i in row] for row in batch.tolist()], mask)

# %% [markdown]
# How much of a batch is padding depends on who shares it. Sentences of the reference, 32 to a
# batch, in the order of the text or sorted by their length:

# %%
spoken = [torch.zeros(n).long() for s in corpus.sentences(train) if (n := len(corpus.words(s))) > 0]


def waste(rows):
    """Share of padding in batches of 32, in percent."""
    masks = [pad(rows[i : i + 32])[1] for i in range(0, len(rows), 32)]
    return 100 * (1 - sum(m.sum().item() for m in masks) / sum(m.numel() for m in masks))


in_order, sorted_by_length = waste(spoken), waste(sorted(spoken, key=len))
print(f"padding in the order of the text: {in_order:.0f} %")
print(f"sorted by length: {sorted_by_length:.1f} %")

# %% [markdown]
# ### A loss that does not see the padding
#
# $$L = -\frac{1}{\sum_{b,t} m_{bt}} \sum_{b,t} m_{bt} \log p_{bt}(y_{bt})$$
#
# ### Exercise: `masked_cross_entropy` &nbsp; ●●○ &nbsp; 12 minutes
#
# - `logits`: `(batch, time, classes)`, raw scores; `targets`: `(batch, time)`, whole numbers;
#   `mask`: `(batch, time)`, True where a real token stands, at least once.
# - Returns the mean of $-\log p$ in nats over the real positions of **all sequences together**:
#   every token weighs the same. What stands under the padding changes neither the value nor the
#   gradients: scores may be infinite or NaN there, and targets may be no class at all, such as
#   -100.
# - `log_softmax` may be used.


# %% answer="masked_cross_entropy"
def masked_cross_entropy(logits, targets, mask):
    ### BEGIN SOLUTION
    log_p = logits[mask].log_softmax(dim=-1)  # (real tokens, classes)
    return -log_p.gather(1, targets[mask].unsqueeze(1)).mean()
    ### END SOLUTION


# %% check="masked_cross_entropy"
check("masked_cross_entropy")

# %% [markdown]
# > **When it breaks.** Forget the mask, and padding becomes a token like any other, the commonest
# > and the easiest of all: "what follows the padding? more padding". The loss looks splendid. Here
# > a model knows nothing about the real tokens and everything about the padding, in a batch of
# > which two thirds are padding.

# %%
masked_loss = use("masked_cross_entropy")
classes = 20
lengths = torch.tensor([30, 8, 5, 7, 4, 6])
real = torch.arange(30) < lengths.unsqueeze(1)  # (6, 30)
targets = torch.randint(1, classes, (6, 30), generator=generator(0)) * real  # padding is class 0
scores = torch.zeros(6, 30, classes, dtype=torch.float64)  # no idea …
scores[..., 0] = torch.where(real, 0.0, 20.0)  # … but sure of the padding
padding = 1 - real.double().mean().item()
print(f"share of padding {padding:.0%}")
print(
    f"loss over everything    {F.cross_entropy(scores.flatten(0, 1), targets.flatten()).item():.2f}"
)
print(
    f"loss over real tokens   {masked_loss(scores, targets, real).item():.2f} = log {classes} = "
    f"{math.log(classes):.2f}"
)

# %% [markdown]
# ### Perplexity
#
# Losses in nats are hard to feel. The exponential of the mean loss is the **perplexity**: a model
# of perplexity 20 is as unsure as one that draws from 20 equally likely tokens. A text is evaluated
# batch by batch, and the batches do not hold equally many tokens.
#
# ### Exercise: `perplexity` &nbsp; ●○○ &nbsp; 5 minutes
#
# - `losses`: `(batches,)`, the mean loss **per token** of each batch, in nats; `counts`:
#   `(batches,)`, whole numbers, how many tokens each batch held.
# - Returns the perplexity of the whole text.


# %% answer="perplexity"
def perplexity(losses, counts):
    ### BEGIN SOLUTION
    return torch.exp((losses * counts).sum() / counts.sum())
    ### END SOLUTION


# %% check="perplexity"
check("perplexity")

# %% [markdown]
# Two models that need no network, on the characters of the held-out text: one takes every character
# for equally likely, one knows how often each occurs. A recurrent model in notebook 4 will have to
# beat more than that.

# %%
measure = use("perplexity")
letters = number(characters)
ids = numbered(corpus.characters(valid), letters)
counted = (
    numbered(characters, letters).bincount(minlength=len(letters)).double() + 1
)  # one more, so that none is impossible
models = {
    "uniform": torch.full((len(letters),), 1 / len(letters), dtype=torch.float64),
    "frequencies": counted / counted.sum(),
}
found = {}
for name, p in models.items():
    parts = [-p[part].log() for part in ids.split(1000)]
    found[name] = measure(
        torch.stack([lost.mean() for lost in parts]), torch.tensor([len(part) for part in parts])
    ).item()
print(f"uniform: perplexity {found['uniform']:.1f} with {len(letters)} letters")
print(f"frequencies: perplexity {found['frequencies']:.1f}")

# %% [markdown]
# ## Five shapes, one network
#
# A recurrent network takes one thing in at each step and can be asked at each step. Where inputs
# come and where questions are asked makes the shapes that books list:

# %%
sequences.five_shapes()

# %% [markdown]
# - **One to one**: an image, a class. A single step: that is a dense layer.
# - **One to many**: a picture, its caption. One input, then the network writes.
# - **Many to one**: a review, good or bad. It reads, and is asked at the end.
# - **Many to many, aligned**: a part of speech for each word; a bit of the sum for each pair of
#   bits.
# - **Many to many, unaligned**: a translation. It reads all, then writes, as long as it likes.
#
# In all five it is the same network and the same loss: the *mask* says where it is asked. So one
# function trains them all, from your own `rnn_forward` and `masked_cross_entropy`.


# %%
def start(inputs, hidden, outputs, chance):
    shapes = (hidden, inputs), (hidden, hidden), (hidden,), (hidden,), (outputs, hidden), (outputs,)
    return [
        ((2 * torch.rand(s, generator=chance, dtype=torch.float64) - 1) / math.sqrt(hidden))
        for s in shapes
    ]


def scores_of(x, weights):
    """Scores at every step: (batch, time, classes)."""
    out, _ = read(x, x.new_zeros(len(x), len(weights[1])), *weights[:4])
    return out @ weights[4].T + weights[5]


def trained(draw, inputs, outputs, seed=0, hidden=32, steps=300, lr=1e-2):
    """Train on the samples (x, y, mask) that `draw(chance)` gives."""
    chance = generator(seed)
    weights = [w.requires_grad_() for w in start(inputs, hidden, outputs, chance)]
    optimizer = torch.optim.Adam(weights, lr)
    for _ in range(steps):
        x, y, mask = draw(chance)
        optimizer.zero_grad()
        masked_loss(scores_of(x, weights), y, mask).backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
    return [w.detach() for w in weights]


ALPHABET = "abcdefghijklmnopqrstuvwxyz."
NAMES = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
ROMAN = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"]


def put(rows, time, first=None):
    """Letters as class numbers, row by row from its own first step on, and where they stand."""
    y, mask = torch.zeros(len(rows), time).long(), torch.zeros(len(rows), time).bool()
    for i, row in enumerate(rows):
        at = 0 if first is None else first[i]
        y[i, at : at + len(row)] = torch.tensor([ALPHABET.index(letter) for letter in row])
        mask[i, at : at + len(row)] = True
    return y, mask


def shown(rows, time):
    """Letters as one-hot inputs; nothing at all behind the end of a row."""
    y, mask = put(rows, time)
    return F.one_hot(y, len(ALPHABET)).double() * mask.unsqueeze(2)


def written(weights, x, first):
    """What the network writes from the step `first` of each row on, up to its full stop."""
    best = scores_of(x, weights).argmax(dim=2).tolist()
    return [
        "".join(ALPHABET[i] for i in row[at:]).split(".")[0]
        for row, at in zip(best, first, strict=True)
    ]


# %% [markdown]
# **One to many**: a number comes in at the first step, its English name is written. **Many to
# one**: the name is read, and after its last letter the number is asked. **Unaligned**: the name is
# read letter by letter, ended by a full stop, and then written in Roman numerals. Twelve samples
# each, learned by heart: what is shown here is that the shape works.

# %%
ends = [len(name) for name in NAMES]
number_in = torch.zeros(12, 7, 12, dtype=torch.float64)
number_in[:, 0] = torch.eye(12)  # the first step alone has an input
name_out = put([name + "." for name in NAMES], 7)
speaks = [trained(lambda chance: (number_in, *name_out), 12, 27, seed) for seed in range(3)]
right = [
    sum(a == b for a, b in zip(written(w, number_in, [0] * 12), NAMES, strict=True)) for w in speaks
]
print(
    "one to many:            ",
    right,
    "of 12 names written right, by seed; the first writes",
    *written(speaks[0], number_in, [0] * 12)[:3],
)

name_in = shown(NAMES, 6)
asked = torch.arange(6) == torch.tensor(ends).unsqueeze(1) - 1  # at the last letter
value = torch.arange(12).unsqueeze(1).expand(12, 6)
reads = [trained(lambda chance: (name_in, value, asked), 27, 12, seed) for seed in range(3)]
right = [int((scores_of(name_in, w).argmax(dim=2) == value)[asked].sum()) for w in reads]
print("many to one:            ", right, "of 12 numbers read right")

sentence_in = shown([name + "." for name in NAMES], 12)
roman_out = put([numeral + "." for numeral in ROMAN], 12, ends)
translates = [trained(lambda chance: (sentence_in, *roman_out), 27, 27, seed) for seed in range(3)]
said = [written(w, sentence_in, ends) for w in translates]
print(
    "many to many, unaligned:",
    [sum(a == b for a, b in zip(s, ROMAN, strict=True)) for s in said],
    "of 12 translated right",
)

# %% [markdown]
# One to many is also the shape of **captioning**: a picture comes in at the first step, and a
# description is written. Here the pictures are scans of handwritten digits, which nobody has seen
# before, and the caption is the digit's English name, letter by letter. (For photographs a
# convolutional network stands in front and hands its features to the first step: Vinyals, Toshev,
# Bengio and Erhan, 2015.)

# %% approx=0.5
scans, unseen_scans = data.digits()
DIGITS = ["zero", *NAMES[:9]]
caption, letter_asked = put([name + "." for name in DIGITS], 6)


def pictured(images):
    """64 pixels at the first step, nothing at the other five."""
    x = torch.zeros(len(images), 6, 64, dtype=torch.float64)
    x[:, 0] = images
    return x


def captions(chance):
    chosen = torch.randint(len(scans.x), (64,), generator=chance)
    return pictured(scans.x[chosen]), caption[scans.y[chosen]], letter_asked[scans.y[chosen]]


describes = [trained(captions, 64, 27, seed) for seed in range(3)]
told = [written(w, pictured(unseen_scans.x), [0] * len(unseen_scans.x)) for w in describes]
right = [
    sum(a == DIGITS[i] for a, i in zip(t, unseen_scans.y.tolist(), strict=True)) / len(t)
    for t in told
]
print(f"right to the letter: {Spread(tuple(100 * share for share in right)):.0f} %")
inventions = Spread(tuple(float(len(set(t) - set(DIGITS))) for t in told))
print(f"different words that are no digit: {inventions:.0f}")

# %% [markdown]
# A scan between a five and a nine becomes "fine" or the like: each letter is chosen by itself, as
# the likeliest at its step, and what was chosen is not told to the next step. The last notebook of
# this unit feeds each written letter back.

# %% [markdown]
# **Aligned**: the additions again, now with your loop and your loss. And **one to one** needs no
# training at all: with a single step, and a state of zeros before it, the cell is a dense layer.


# %%
def bits(chance):
    x, y = additions(32, 5, 4, chance)
    return x, y, torch.ones_like(y).bool()


def long_sums(seed):
    weights = trained(bits, 2, 2, seed, hidden=8, steps=800, lr=2e-2)
    x, y = additions(200, 41, 40, generator(5))
    return 100 * (scores_of(x, weights).argmax(dim=2) == y).all(dim=1).double().mean().item()


print(f"many to many, aligned: sums of 40-bit numbers right, in %: {over_seeds(long_sums):.0f}")

weights = start(64, 16, 10, generator(0))
x = torch.randn(5, 64, generator=generator(1), dtype=torch.float64)  # (5, 64)
once = scores_of(x.unsqueeze(1), weights).squeeze(1)  # (5, 10)
dense = (
    torch.tanh(x @ weights[0].T + weights[2] + weights[3]) @ weights[4].T + weights[5]
)  # (5, 10)
print(f"one to one, less a dense layer with a readout: {(once - dense).abs().max().item():.10f}")

# %% [markdown]
# The unaligned network has to squeeze the whole name into one state of 32 numbers before it writes
# the first letter. For twelve words that is plenty. For a sentence it is not, and what was invented
# against it, attention, is the subject of the last notebook of this unit.
#
# ## The same in torch.nn
#
# - `rnn_cell`, `rnn_forward`: `nn.RNNCell`, `nn.RNN(…, batch_first=True)`; its last state has a
#   leading axis for layers.
# - `embedding_lookup`: `nn.Embedding(vocabulary, features, padding_idx=0)`; with `padding_idx` that
#   row starts at 0 and gets no gradient.
# - `pad_batch`: `nn.utils.rnn.pad_sequence(sequences, batch_first=True)`, no mask.
# - `masked_cross_entropy`:
#   `F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=…)`, with the ignored
#   number in the padded targets.
# - Skipping the padding in the loop:
#   `nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)`.

# %%
ignored = targets.masked_fill(~real, -100)
theirs = F.cross_entropy(scores.flatten(0, 1), ignored.flatten(), ignore_index=-100)
ours = masked_loss(scores, targets, real)
print(f"loss with ignore_index {theirs:.6f}, yours {ours:.6f}")
padded = nn.utils.rnn.pad_sequence([numbered(line, own) for line in tokens], batch_first=True)
off = (padded - pad([numbered(line, own) for line in tokens])[0]).abs().max().item()
print(f"largest difference from pad_sequence: {off}")

# %% [markdown]
# ## To remember
#
# 1. A recurrent network is one step, repeated: the same weights at every position, any length, and
#    a state that carries what it knows.
# 2. Cutting text into tokens trades the length of sequences against the size of the vocabulary; an
#    id is a name, and only its learned vector has a meaning.
# 3. Padding makes a batch rectangular and must count nowhere: the mask belongs into the loss, and
#    every token weighs the same.
#
# ## Sources
#
# Bengio, Ducharme, Vincent & Jauvin (2003), A neural probabilistic language model. Elman (1990),
# Finding structure in time. Gage (1994), A new algorithm for data compression. Goodfellow, Bengio &
# Courville (2016), Deep Learning, sections 10.1 and 10.2. Jelinek, Mercer, Bahl & Baker (1977),
# Perplexity: a measure of the difficulty of speech recognition tasks. Karpathy (2015), The
# unreasonable effectiveness of recurrent neural networks (the five shapes). Porter (1980), An
# algorithm for suffix stripping. Sennrich, Haddow & Birch (2016), Neural machine translation of
# rare words with subword units. Vinyals, Toshev, Bengio & Erhan (2015), Show and tell: a neural
# image caption generator. The text: the documentation of CPython, © Python Software Foundation.
#
