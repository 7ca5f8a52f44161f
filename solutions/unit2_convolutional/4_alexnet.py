# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What had to change between 1998 and 2012 for a network to see photographs?
#
# In 2012 a network by Alex Krizhevsky, Ilya Sutskever and Geoffrey Hinton named a thousand kinds of
# things on photographs. Their entry was wrong in 15.3 % of the cases (the right name was not among
# its first five); the next best entry was wrong in 26.2 %. The 15.3 % are an average over seven
# networks, two of which had first learned from more data. One network alone was wrong in 18.2 %,
# five averaged in 16.4 %. The network is LeNet-5 made a thousand times larger, with a list of
# tricks that were said to make that possible: ReLU, normalisation across channels, pooling that
# overlaps, dropout, images made out of images, two GPUs. You build it, and you measure the tricks
# one by one, because not all of them do here what they did there.

# %% tags=["setup"]
import math
import os
from functools import cache, partial

import torch
import torch.nn.functional as F
from torch import nn

from autograder import check, use
from gradschool import data, device, plotting
from gradschool.convolutional.pictures import alexnet as pictures
from gradschool.convolutional.saliency import saliency
from gradschool.convolutional.scans import scans
from gradschool.convolutional.painted import DIGIT, scenes
from gradschool.convolutional.throughput import train_mixed
from gradschool.convolutional.training import scores_of
from gradschool.seeds import each_seed
from gradschool.training import Spread, accuracy, generator, seeded
from gradschool.widgets import explore, predict

# %% [markdown]
# | | LeNet-5, 1998 | AlexNet, in one tower |
# |---|---|---|
# | input | 32×32, grey | 227×227, three colours |
# | classes | 10 | 1,000 |
# | images to learn from | 60,000 | 1,281,167 |
# | layers with parameters | 5 | 8 |
# | parameters | 61,706 | 62,378,344 |
# | products for one image | 0.4 million | 1,135 million |
# | activation | tanh | ReLU |
# | pooling | mean, 2×2 | largest, 3×3, two apart |
# | against overfitting | distorted digits | dropout, crops, mirrors, colours |
#
# (The first column is the network that you built in the last notebook: C3 in full, dense output.
# The second is the network that you build here. The network of 2012 lay on two GPUs in two halves,
# and most of its layers saw one half only. It had 60,965,224 parameters and made 724 million
# products; you will count both.)
#
# ## Which size of image?
#
# The first layer has kernels of 11×11, four pixels apart, and nothing is padded. A window of $k$
# pixels that moves by $s$ fits $\lfloor (n - k)/s \rfloor + 1$ times into $n$ pixels. The paper
# says 224×224. Try it:


# %%
def fits(n, k, s, padding=0):
    """How often a window of k pixels fits into n, s apart;
    and how many pixels are left over at the end.
    """
    room = n + 2 * padding - k
    return room // s + 1, room % s


for n, padding in ((224, 0), (227, 0), (224, 2), (256, 0)):
    places, left = fits(n, 11, 4, padding)
    print(
        f"{n} pixels, padded by {padding}: "
        f"{(n + 2 * padding - 11) / 4 + 1:6.2f} -> {places} places, {left} pixels unused"
    )

# %% [markdown]
# The paper's own figure has maps of 55×55 behind the first layer, and 224 unpadded does not give
# them: 54.25. Either the images were 227×227, or 224 padded by 2 (which gives 55 places and leaves
# a pixel unused). This course takes **227 and no padding**, where everything divides. torchvision
# takes 224 and pads.
#
# > **A common mistake.** "AlexNet takes images of 256×256." That is the size at which the
# > photographs were *stored*; what the network sees are windows of 224×224 cut out of them at
# > random. But does it refuse the larger ones? Move the slider. What decides is the side of the
# > last maps: the first dense layer has weights for exactly 6×6.


# %%
def sides(side):
    """Side of the maps after each layer of AlexNet:
    convolution, pooling, convolution, pooling, three convolutions, pooling.
    """
    c1, _ = fits(side, 11, 4)
    p1, _ = fits(c1, 3, 2)
    p2, _ = fits(p1, 3, 2)
    p5, _ = fits(p2, 3, 2)
    return {"conv1": c1, "pool1": p1, "conv2": p1, "pool2": p2, "conv3 to 5": p2, "pool5": p5}


def sides_picture(side=227):
    shown = sides(side)
    figure, (axes,) = plotting.picture(width=6, height=2.4)
    axes.bar(range(len(shown)), list(shown.values()), color=plotting.COLORS[0])
    for i, n in enumerate(shown.values()):
        axes.text(i, n, str(n), ha="center", va="bottom")
    axes.set(
        xticks=range(len(shown)),
        ylabel="side of the maps",
        ylim=(0, 75),
        title=f"images of {side}×{side}",
    )
    axes.set_xticklabels(list(shown), fontsize=8)
    figure.alt = f"images of {side}: " + ", ".join(f"{name} {n}" for name, n in shown.items())
    return figure


explore(sides_picture, side=(200, 280))

# %%
same = [side for side in range(200, 300) if sides(side)["pool5"] == 6]
print(
    f"6×6 in the end for images of {same[0]} to {same[-1]} pixels: "
    "AlexNet runs on 256×256 without an error"
)

# %% [markdown]
# It runs, with pixels left over at every edge, on objects that are larger than those it was trained
# on. A shape that fits proves nothing.
#
# ## The network
#
# | layer | kernels | stride, padding | behind it | output for 227×227 |
# |---|---|---|---|---|
# | `conv1` | 96 of 11×11 | 4, 0 | ReLU, normalisation, pooling | 55×55, then 27×27 |
# | `conv2` | 256 of 5×5 | 1, 2 | ReLU, normalisation, pooling | 27×27, then 13×13 |
# | `conv3` | 384 of 3×3 | 1, 1 | ReLU | 13×13 |
# | `conv4` | 384 of 3×3 | 1, 1 | ReLU | 13×13 |
# | `conv5` | 256 of 3×3 | 1, 1 | ReLU, pooling | 13×13, then 6×6 |
# | `fc6` | 4096 units | | ReLU; dropout in front | 4096 |
# | `fc7` | 4096 units | | ReLU; dropout in front | 4096 |
# | `fc8` | 1000 units | | | 1000 scores |
#
# **Pooling** takes the largest of windows of 3×3 that lie two pixels apart, so that they
# **overlap** by one.
#
# **Local response normalisation** lets channels compete at each place: with $a_i$ the activity of
# channel $i$ there,
#
# $$b_i = \frac{a_i}{\left(k + \alpha \sum_{j=i-2}^{i+2} a_j^2\right)^{\beta}},
# \qquad k = 2,\ \alpha = 10^{-4},\ \beta = 0.75,$$
#
# the sum over the five channels around $i$, fewer at the ends.
# `nn.LocalResponseNorm(5, alpha, beta, k)` computes it, with one trap: torch **divides α by 5**,
# the number of channels in the sum.
#
# **Two GPUs.** A GPU had 3 GB, so half of the channels lived on each, and the second, fourth and
# fifth convolution saw only the half on their own side. The third saw both. That is a convolution
# with two **groups**, and torch has a word for it: `nn.Conv2d(..., groups=2)`.

# %%
two_halves = nn.Conv2d(96, 256, 5, padding=2, groups=2, bias=False).double()
maps = torch.randn(1, 96, 13, 13, generator=generator(0)).double()
left, right = (
    F.conv2d(half, weight, padding=2)
    for half, weight in zip(maps.split(48, dim=1), two_halves.weight.split(128), strict=True)
)
print("shape of the weights:", tuple(two_halves.weight.shape))
apart = (two_halves(maps) - torch.cat([left, right], dim=1)).abs().max().item()
print(f"largest difference of a grouped convolution from two, side by side: {apart:.10f}")

# %% [markdown]
# ### Exercise: `AlexNet` &nbsp; ●●● &nbsp; 40 minutes
#
# The table as a class, with layers of `torch.nn`.
#
# - `AlexNet(classes=1000, groups=1, width=1.0, side=227)` is called with images
#   `(batch, 3, side, side)` and returns scores `(batch, classes)`.
# - `groups`: of `conv2`, `conv4` and `conv5`; the others have one.
# - `width`: the share of the channels and units: `int(width * 96)` kernels in `conv1`,
#   `int(width * 4096)` units, and so on; not of the classes.
# - `side`: of the images, at least 67. `fc6` takes as many inputs as the last pooling leaves:
#   256·6·6 at full width and 227. How many for another side? Every window fits
#   $\lfloor (n-k)/s \rfloor + 1$ times.
# - The layers with parameters have the names of the table, and are called as layers. Order behind
#   `conv1` and `conv2`: ReLU, normalisation, pooling.
# - In front of `fc6` and of `fc7` stands dropout with $p = 0.5$, in training alone. Make it an
#   `nn.Dropout`, so that later cells can change $p$.
# - Normalisation with the **paper's** α = 10⁻⁴, as in the formula above.
#
# The check looks at shapes and counts of the full network on the *meta* device, where tensors have
# a shape and no numbers: building 62 million parameters there costs nothing.
# `with torch.device("meta"):` does the same for you.


# %% answer="alexnet"
class AlexNet(nn.Module):
    """Layers with parameters: conv1 to conv5, fc6, fc7, fc8."""

    def __init__(self, classes=1000, groups=1, width=1.0, side=227):
        super().__init__()
        ### BEGIN SOLUTION
        c1, c2, c3, c4, c5, units = (int(width * n) for n in (96, 256, 384, 384, 256, 4096))
        self.conv1 = nn.Conv2d(3, c1, kernel_size=11, stride=4)
        self.conv2 = nn.Conv2d(c1, c2, kernel_size=5, padding=2, groups=groups)
        self.conv3 = nn.Conv2d(c2, c3, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(c3, c4, kernel_size=3, padding=1, groups=groups)
        self.conv5 = nn.Conv2d(c4, c5, kernel_size=3, padding=1, groups=groups)
        last = (side - 11) // 4 + 1
        for _ in range(3):
            last = (last - 3) // 2 + 1
        self.fc6 = nn.Linear(c5 * last * last, units)
        self.fc7 = nn.Linear(units, units)
        self.fc8 = nn.Linear(units, classes)
        self.compete = nn.LocalResponseNorm(5, alpha=5 * 1e-4, beta=0.75, k=2.0)
        self.pool = nn.MaxPool2d(kernel_size=3, stride=2)
        self.drop = nn.Dropout(0.5)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        h = self.pool(self.compete(torch.relu(self.conv1(x))))
        h = self.pool(self.compete(torch.relu(self.conv2(h))))
        h = torch.relu(self.conv4(torch.relu(self.conv3(h))))
        h = self.pool(torch.relu(self.conv5(h))).flatten(start_dim=1)
        h = torch.relu(self.fc6(self.drop(h)))
        h = torch.relu(self.fc7(self.drop(h)))
        return self.fc8(h)
        ### END SOLUTION


# %% check="alexnet"
check("alexnet")

# %%
Network = use("alexnet")
with torch.device("meta"):
    one_tower, two_towers = Network(), Network(groups=2)
    theirs = nn.Sequential(  # torchvision.models.alexnet
        *(nn.Conv2d(3, 64, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *(
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(),
        ),
        *(nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Flatten()),
        *(
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Linear(4096, 1000),
        ),
    )


def parameters(net):
    return sum(p.numel() for p in net.parameters())


print(f"one tower:            {parameters(one_tower):,}")
print(f"two towers, groups=2: {parameters(two_towers):,}")
print(f"torchvision's:        {parameters(theirs):,}")

# %% [markdown]
# `torchvision.models.alexnet` is another network of the same author, from "One weird trick for
# parallelizing convolutional neural networks" (2014): one tower for one larger GPU, 64, 192, 384,
# 256 and 256 kernels, no normalisation. If your count is 61,100,840, you have built that one.

# %%
predict(
    "How many per cent of the 62,378,344 parameters lie in the three dense layers?",
    lambda: (
        100
        * sum(parameters(getattr(one_tower, name)) for name in ("fc6", "fc7", "fc8"))
        / parameters(one_tower)
    ),
    "%",
    0,
    100,
)

# %%
places = {
    "conv1": 55**2,
    "conv2": 27**2,
    "conv3": 13**2,
    "conv4": 13**2,
    "conv5": 13**2,
    "fc6": 1,
    "fc7": 1,
    "fc8": 1,
}


def budget_of(net):
    layers = {name: (getattr(net, name), n) for name, n in places.items()}
    return {
        name: (parameters(layer), n * layer.weight.numel()) for name, (layer, n) in layers.items()
    }


budget = budget_of(one_tower)
for name, net in {"in one tower": one_tower, "in two halves, as in 2012": two_towers}.items():
    products = sum(p for _, p in budget_of(net).values()) / 1e6
    print(f"{name}: {parameters(net):,} parameters, {products:,.0f} million products for an image")
pictures.budget(budget)

# %% [markdown]
# As in LeNet-5, most parameters are at the end, in the dense layers, and most of the work is in the
# convolutions. That is why dropout stands in front of the dense layers, and why the networks of the
# next notebook have hardly any of them.
#
# The full network on a piece of a photograph, once, on your CPU. Its weights are random and so is
# what it says; but 62 million of them fit into a quarter of a gigabyte, and a billion products take
# a fraction of a second.

# %%
china, flower = data.photograph("china"), data.photograph("flower")
with seeded(0):
    full = Network().eval()
with torch.no_grad():
    scores = full(flower[None, :, 100:327, 200:427])
print("scores:", tuple(scores.shape), f" largest: {scores.abs().max().item():.2g}")
print(f"megabytes of parameters in float32: {parameters(full) * 4 / 1e6:.0f}")
del full

# %% [markdown]
# ## Photographs to learn from
#
# ImageNet has 1.3 million photographs and took two GPUs a week. Here is a problem of the same kind
# at a thousandth of the size: the real scans of digits, enlarged and tinted, on pieces of real
# photographs. Training and test take their pieces from different parts of the photographs. What
# changes from 1998: colour, clutter, and a background that is sometimes busier than the digit.

# %%
digits = data.digits(images=True)
train_x = scenes(digits.train.x, generator(0))  # (1437, 3, 75, 75)
test_x = scenes(digits.test.x, generator(1), held_out=True)
print(
    "training",
    tuple(train_x.shape),
    " test",
    tuple(test_x.shape),
    " what the network sees: 3×67×67",
)
plotting.image_grid(train_x[:8], [str(int(c)) for c in digits.train.y[:8]], size=1.1)

# %% [markdown]
# **The same in torch.nn**, as a chain with switches: the tricks can be taken out one at a time. It
# is your network at a sixteenth of the width, parameter for parameter.


# %%
def tower(activation=nn.ReLU, window=3, compete=True, p=0.2):
    """AlexNet for ten classes, images of 67×67 and 1/16 of the width,
    with its tricks as settings.
    """

    def behind():
        norm = [nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)] if compete else []
        return [activation(), *norm, nn.MaxPool2d(window, 2)]

    return nn.Sequential(
        *(nn.Conv2d(3, 6, 11, stride=4), *behind(), nn.Conv2d(6, 16, 5, padding=2), *behind()),
        *(
            nn.Conv2d(16, 24, 3, padding=1),
            activation(),
            nn.Conv2d(24, 24, 3, padding=1),
            activation(),
        ),
        *(nn.Conv2d(24, 16, 3, padding=1), activation(), nn.MaxPool2d(window, 2), nn.Flatten()),
        *(
            nn.Dropout(p),
            nn.Linear(16, 256),
            activation(),
            nn.Dropout(p),
            nn.Linear(256, 256),
            activation(),
        ),
        nn.Linear(256, 10),
    )


def centre(x):
    """The middle 67×67 pixels, values around 0."""
    return 4 * (x[..., 4:71, 4:71] - 0.4)


narrow, twin = Network(10, 1, 1 / 16, 67).eval(), tower().eval()
with torch.no_grad():
    for ours, copy in zip(narrow.parameters(), twin.parameters(), strict=True):
        copy.copy_(ours)
    apart = (narrow(centre(test_x[:20])) - twin(centre(test_x[:20]))).abs().max().item()
print(f"parameters of the narrow network: {parameters(narrow):,}")
print(f"largest difference of the chain's scores from its scores: {apart:.5f}")

# %% [markdown]
# Now train your network, three times, and then the chain with one thing changed: tanh in place of
# ReLU; pooling windows of 2×2, which do not overlap. Weights start as He and others propose (for
# tanh without the 2), the optimizer is Adam, everything else is the same.
#
# Two claims of the paper are on trial. Figure 1: a network of four layers with ReLU reaches 25 %
# training error on CIFAR-10 **six times faster** than the same network with tanh. Section 3.4:
# windows that overlap lower the error (by 0.4 % of the test images), and make it slightly harder to
# overfit.

# %%
one_epoch = use("train_epoch")


def started(net, gain, seed):
    """The net with normal weights of variance gain / fan-in, and biases of zero."""
    with seeded(seed):
        for layer in net.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.normal_(layer.weight, std=math.sqrt(gain / layer.weight[0].numel()))
                nn.init.zeros_(layer.bias)
    return net


def yours():
    net = Network(10, 1, 1 / 16, 67)
    for layer in net.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.2  # half of so few units would be too many
    return net


VARIANTS = {
    "AlexNet, narrow": (yours, 2),
    "tanh": (partial(tower, activation=nn.Tanh), 1),
    "windows of 2×2": (partial(tower, window=2), 2),
}
results = {}


def run(seed, name, epochs=3, rate=3e-3):
    """The trained net, the mean training loss of each epoch, and % right on the test scenes."""
    if (seed, name, epochs, rate) not in results:
        make, gain = VARIANTS[name]
        net, chance = started(make(), gain, seed), generator(seed)
        optimizer = torch.optim.Adam(net.parameters(), lr=rate)
        with seeded(seed):  # dropout draws from the global source
            losses = [
                one_epoch(net, optimizer, centre(train_x), digits.train.y, 64, chance)
                for _ in range(epochs)
            ]
        results[seed, name, epochs, rate] = (
            net,
            losses,
            100 * accuracy(scores_of(net, centre(test_x)), digits.test.y),
        )
    return results[seed, name, epochs, rate]


predict(
    "Training loss in the second epoch (seed 0): tanh's as a multiple of ReLU's? (1: the same. "
    "Above 1: ReLU is ahead.)",
    lambda: run(0, "tanh")[1][1] / run(0, "AlexNet, narrow")[1][1],
    low=0,
)

# %% [markdown]
# Three seeds for each. Seed 0 runs here; what seeds 1 and 2 gave is stored, for nine trainings take
# long. Without `stored=…` all of them run here.

# %%
runs = {
    name: each_seed(lambda seed, name=name: run(seed, name)[1:], stored=f"4_alexnet/{name}")
    for name in VARIANTS
}
figure = pictures.against(
    range(1, 4),
    {name: [losses for losses, _ in three] for name, three in runs.items()},
    "epoch",
    "training loss",
)
figure.alt = (
    "training loss of the three variants over three epochs, three runs each: "
    "tanh and 2×2 fall faster than ReLU with overlapping windows"
)
figure

# %% approx=0.2
for name, three in runs.items():
    second = Spread(tuple(losses[1] for losses, _ in three))
    right = Spread(tuple(p for _, p in three))
    print(f"{name}: loss in epoch 2 {second:.3g}; test scenes right after epoch 3 {right:.2g} %")

# %% [markdown]
# After three epochs both claims seem to be reversed: tanh and windows of 2×2 are ahead. But these
# runs stop early, and all of them have one rate, which may suit one variant and not another. So
# here are twelve epochs at three rates each. That takes minutes: the results are stored.

# %%
RATES = (5e-4, 1e-3, 3e-3)
long = {
    (name, rate): each_seed(
        lambda seed, name=name, rate=rate: run(seed, name, epochs=12, rate=rate)[1:],
        stored=f"4_alexnet/{name}, rate {rate:g}, 12 epochs",
        live=False,
    )
    for name in VARIANTS
    for rate in RATES
}
for name in VARIANTS:
    for rate in RATES:
        end = Spread(tuple(losses[-1] for losses, _ in long[name, rate]))
        right = Spread(tuple(p for _, p in long[name, rate]))
        print(f"{name:15s} rate {rate:g}: training loss {end:.2f}; test scenes {right:.0f} %")
    every = [p for rate in RATES for _, p in long[name, rate]]
    print(f"{name:15s} mean over the rates: {sum(every) / len(every):.0f} % of the test scenes")
pairs = [
    (tanh[0], relu[0])
    for rate in RATES
    for tanh, relu in zip(long["tanh", rate], long["AlexNet, narrow", rate], strict=True)
]
for epoch in (2, 12):
    ahead = sum(tanh[epoch - 1] < relu[epoch - 1] for tanh, relu in pairs)
    print(f"tanh has the lower training loss in epoch {epoch} in {ahead} of {len(pairs)} pairs")
pictures.against(
    range(1, 13),
    {name: [losses for losses, _ in long[name, 1e-3]] for name in VARIANTS},
    "epoch",
    "training loss, rate 0.001",
)

# %% [markdown]
# **Tanh or ReLU?** It depends on what one measures. In *training loss* tanh is ahead of ReLU early
# and, in nearly all pairs, at the end. On *test scenes* ReLU is right more often on average; at the
# best rate of each the difference is three points, and the seeds overlap. So the claim of Figure 1,
# which is about training error, is not seen here. **Overlapping windows or 2×2?** Here 2×2 is ahead
# on the test scenes at every rate.
#
# Are the paper's claims wrong? They are claims about a setting, and this is another one: a
# sixteenth of the width, a thousandth of the images, minutes in place of days, and other first
# weights. The paper draws its weights with a standard deviation of 0.01 everywhere. The right size
# for tanh had been published two years before (Glorot and Bengio, 2010), that for ReLU came three
# years later (He and others, 2015). Which of these differences matters, this experiment does not
# say. Nor does it say why 2×2 wins. One suspicion: on the last maps of 3×3 a window of 3×3 keeps
# the largest of nine values and forgets where it was. How would you test it?
#
# Other ingredients: the authors of VGG (Simonyan and Zisserman, 2015) found that local response
# normalisation did not help them. GoogLeNet (Szegedy and others, 2015), of the same month, still
# had it. Later networks have batch normalisation in its place. ReLU, augmentation, depth and GPUs
# have stayed. **An ingredient of a success is not yet its cause**: take it out and measure, with
# more than one setting of the rest.
#
# ### What normalisation does, and torch's α
#
# One place, seven channels, one of them much louder than the others:

# %%
a = torch.tensor([1.0, 1.0, 60.0, 1.0, 1.0, 1.0, 1.0]).double()


def respond(a, alpha, k=2.0, beta=0.75, n=5):
    """The formula of the paper, at one place."""
    squares = F.pad(a**2, (n // 2, n // 2)).unfold(0, n, 1).sum(dim=1)
    return a / (k + alpha * squares) ** beta


by_formula = respond(a, 1e-4)
for alpha in (1e-4, 5e-4):
    by_torch = nn.LocalResponseNorm(5, alpha=alpha, beta=0.75, k=2.0)(
        a.reshape(1, 7, 1, 1)
    ).flatten()
    off = (by_torch - by_formula).abs().max().item()
    print(f"torch with alpha={alpha:.0e} differs from the paper's formula with 1e-4 by {off:.8f}")
print(
    "1 becomes, from left to right:", " ".join(f"{b:.3f}" for b in by_formula[[0, 1, 3, 4, 5, 6]])
)

# %% [markdown]
# Within two channels of the loud one the others are turned down; further off they are not. (The
# paper's constants came from a validation set. With α = 10⁻⁴ it takes activities of 50 and more for
# anything to happen, beyond the constant factor $2^{-0.75}$.)
#
# ## Dropout of whole maps
#
# Dropout in front of a dense layer takes out units. In a feature map it would take out single
# pixels, and a pixel's neighbours say nearly the same. How nearly?

# %% approx=0.3
trained = run(0, "AlexNet, narrow")[0]
with torch.no_grad():
    seen = trained.conv1(centre(test_x))  # (360, 6, 15, 15)


def correlation(a, b):
    return torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1].item()


beside = [correlation(seen[:, c, :, 1:], seen[:, c, :, :-1]) for c in range(6)]
between = [correlation(seen[:, c], seen[:, d]) for c in range(6) for d in range(c)]
print(f"correlation of neighbours in a map, mean over the maps: {sum(beside) / 6:.2f}")
print(f"of two maps at one place, mean size: {sum(abs(r) for r in between) / 15:.2f}")

# %% [markdown]
# So whoever wants dropout between convolutions drops **whole maps** (Tompson and others 2015).
#
# ### Exercise: `dropout2d` &nbsp; ●●○ &nbsp; 10 minutes
#
# - `x`: `(batch, channels, height, width)`; `p`: the share of maps that is **dropped**; `train`:
#   the mode; `generator`: where chance comes from.
# - In training each map of each image is 0 everywhere with probability `p`, else divided by
#   $1 - p$; each map of each image by its own draw. In evaluation `x` passes as it is. Returns the
#   output alone.


# %% answer="dropout2d"
def dropout2d(x, p, train, generator):
    ### BEGIN SOLUTION
    if not train:
        return x
    stays = torch.rand(x.shape[0], x.shape[1], 1, 1, generator=generator) >= p
    return x * stays.to(x.dtype) / (1 - p)
    ### END SOLUTION


# %% check="dropout2d"
check("dropout2d")

# %% [markdown]
# ## Images out of images
#
# The cheapest images are those that you have already. Cut another window, mirror it, tint it, turn
# it a little: to the network it is new, and its class is known. The paper cut windows of 224×224
# out of 256×256, and took their mirror images, too. It counts 1,024 places and 2,048 images out of
# one. (A window of 224 fits at 33 · 33 = 1,089 places into 256.) The paper says that without them
# the network overfits so much that it would have to be much smaller.
#
# Each image of a batch gets its own draw. A transformation must leave the **class** alone; which
# ones do depends on the problem, and nobody but you knows.
#
# ### Exercise: `random_crop` &nbsp; ●●○ &nbsp; 15 minutes
#
# - `x`: `(batch, channels, height, width)`; `size`: `(rows, columns)` of the window; `generator`.
# - Returns `(batch, channels, rows, columns)`: for each image a window at a place of its own, row
#   and column drawn independently. Every place where the window fits is equally likely, the first
#   and the last too.


# %% answer="random_crop"
def random_crop(x, size, generator):
    ### BEGIN SOLUTION
    windows = []
    for image in x:
        top = int(torch.randint(image.shape[1] - size[0] + 1, (), generator=generator))
        left = int(torch.randint(image.shape[2] - size[1] + 1, (), generator=generator))
        windows.append(image[:, top : top + size[0], left : left + size[1]])
    return torch.stack(windows)
    ### END SOLUTION


# %% check="random_crop"
check("random_crop")

# %% [markdown]
# ### Exercise: `random_flip` &nbsp; ●○○ &nbsp; 5 minutes
#
# - Mirrors each image of `x`, left for right, with probability `p`, each by its own draw; the
#   others stay as they are. Returns all images as a new tensor, also where none is mirrored.


# %% answer="random_flip"
def random_flip(x, p, generator):
    ### BEGIN SOLUTION
    tails = torch.rand(len(x), generator=generator) < p
    return torch.where(tails.reshape(-1, 1, 1, 1), x.flip(dims=(3,)), x)
    ### END SOLUTION


# %% check="random_flip"
check("random_flip")

# %% [markdown]
# ### Exercise: `color_jitter` &nbsp; ●●○ &nbsp; 15 minutes
#
# For each image draw a factor of brightness $b$, uniform between $1 - $ `brightness` and $1 + $
# `brightness`, and one of contrast $c$, uniform between $1 - $ `contrast` and $1 + $ `contrast`,
# independent of each other. Then
#
# $$y = b\, x, \qquad z = \bar y + c\,(y - \bar y), \qquad \text{result} = \min(\max(z, 0), 1),$$
#
# where $\bar y$ is the mean of $y$ over all channels and pixels of that image. `x` holds values
# from 0 to 1; $y$ may leave that range.


# %% answer="color_jitter"
def color_jitter(x, brightness, contrast, generator):
    ### BEGIN SOLUTION
    b = 1 + brightness * (2 * torch.rand(len(x), generator=generator) - 1)
    c = 1 + contrast * (2 * torch.rand(len(x), generator=generator) - 1)
    y = b.reshape(-1, 1, 1, 1).to(x.dtype) * x
    middle = y.mean(dim=(1, 2, 3), keepdim=True)
    return (middle + c.reshape(-1, 1, 1, 1).to(x.dtype) * (y - middle)).clamp(0, 1)
    ### END SOLUTION


# %% check="color_jitter"
check("color_jitter")

# %% [markdown]
# (The paper itself changes colours another way: along the principal components of all pixels'
# colours, by random amounts. The purpose is the same: an object is what it is under any light.)
#
# ### Exercise: `rotate` &nbsp; ●●● &nbsp; 30 minutes
#
# - `x`: `(batch, channels, height, width)`; `degrees`: `(batch,)`, one angle for each image,
#   **counter-clockwise** as you see it. Rows run downwards.
# - Turn about the centre of the image, which has row $(h - 1)/2$ and column $(w - 1)/2$, in pixels:
#   nothing is stretched where $h \ne w$. The result has the shape of `x`.
# - Ask for each pixel of the result where it **comes from**. At a distance of $d$ rows below and
#   $r$ columns to the right of the centre, that is $d \cos\theta + r \sin\theta$ below and
#   $r \cos\theta - d \sin\theta$ to the right of it.
# - That place lies between four pixels. Take their bilinear mean, each weighed by how near it is:
#   $(1 - |\Delta_{row}|)(1 - |\Delta_{column}|)$. Pixels outside of the image count as 0.


# %% answer="rotate"
def rotate(x, degrees):
    ### BEGIN SOLUTION
    height, width = x.shape[2:]
    theta = torch.deg2rad(degrees).reshape(-1, 1, 1)
    d = torch.arange(height).to(x).reshape(-1, 1) - (height - 1) / 2
    r = torch.arange(width).to(x) - (width - 1) / 2
    row = (height - 1) / 2 + d * torch.cos(theta) + r * torch.sin(theta)  # (batch, height, width)
    column = (width - 1) / 2 + r * torch.cos(theta) - d * torch.sin(theta)
    turned = torch.zeros_like(x)
    for i in (row.floor(), row.floor() + 1):
        for j in (column.floor(), column.floor() + 1):
            weight = (1 - (row - i).abs()) * (1 - (column - j).abs())
            weight = weight * ((i >= 0) & (i < height) & (j >= 0) & (j < width))
            index = (i.clamp(0, height - 1) * width + j.clamp(0, width - 1)).long().flatten(1)
            pixels = x.flatten(2).gather(2, index.unsqueeze(1).expand(-1, x.shape[1], -1))
            turned = turned + weight.unsqueeze(1) * pixels.reshape(x.shape)
    return turned
    ### END SOLUTION


# %% check="rotate"
check("rotate")

# %% [markdown]
# One flower, many images. Every slider is the strength of one of your four functions. At which
# strengths would you still call it the same flower?

# %%
crop, flip, jitter, turn = (
    use("random_crop"),
    use("random_flip"),
    use("color_jitter"),
    use("rotate"),
)
pool = F.avg_pool2d(flower[None, :, :, 107:534], 3)  # (1, 3, 142, 142)


def many(margin=20, mirror=0.5, colour=0.3, angle=15, seed=0):
    chance = generator(seed)
    x = pool.expand(8, -1, -1, -1)
    x = turn(x, angle * (2 * torch.rand(8, generator=chance) - 1))
    x = crop(x, (142 - margin, 142 - margin), chance)
    x = jitter(flip(x, mirror, chance), colour, colour, chance)
    shown = (
        f"eight images out of one: cropped by {margin}, mirrored with probability {mirror:.1f}, "
    )
    return plotting.image_grid(
        x, size=1.1, alt=shown + f"tinted by {colour:.1f}, turned by up to {angle} degrees"
    )


explore(
    many, margin=(0, 80), mirror=(0.0, 1.0, 0.1), colour=(0.0, 1.0, 0.1), angle=(0, 90), seed=(0, 9)
)

# %% [markdown]
# **The same in torch**: `F.grid_sample` with `F.affine_grid`, whose coordinates run from −1 to 1
# along *each* side. Whoever forgets that stretches every image that is not square.

# %%
square = pool[..., :141]
angle = torch.tensor([30.0])
cos, sin = torch.deg2rad(angle).cos().item(), torch.deg2rad(angle).sin().item()
grid = F.affine_grid(
    torch.tensor([[[cos, -sin, 0], [sin, cos, 0]]]), list(pool.shape), align_corners=True
)
theirs = F.grid_sample(pool, grid, align_corners=True)
off = (turn(pool, angle) - theirs).abs().max().item()
print(f"largest difference of grid_sample from yours, on a square image: {off:.3f}")
grid = F.affine_grid(
    torch.tensor([[[cos, -sin, 0], [sin, cos, 0]]]), list(square.shape), align_corners=True
)
theirs = F.grid_sample(square, grid, align_corners=True)
off = (turn(square, angle) - theirs).abs().max().item()
print(f"on one that is a pixel narrower: {off:.3f}")

# %% [markdown]
# ### Does it help? Back to the digits of other writers
#
# The last notebook ended in a defeat: for writers that it had never met, LeNet-5 read 92 % of the
# digits, and a linear classifier on designed features 95 %. The features knew that a stroke that is
# moved or slanted is the same stroke. Now you can tell the network: in every epoch, each scan is
# moved by up to two pixels and turned by up to ten degrees. Eight epochs, with and without.

# %%
LeNet = use("lenet5")
unseen = scans("other writers", torch.float32)
few = scans("stratified", torch.float32)


def moved(x, chance, by=2, degrees=10.0):
    """Digits turned and moved, each by its own draw; what comes in at the edges is paper."""
    x = F.pad(x + 0.1, (by,) * 4)
    x = crop(x, (32, 32), chance)
    return turn(x, degrees * (2 * torch.rand(len(x), generator=chance) - 1)) - 0.1


def mirrored(x, chance):
    return flip(x, 0.5, chance)


def lenet(seed, train, augment=None, epochs=4, size=16, rate=0.05):
    with seeded(seed):
        net = LeNet()
    optimizer, chance = torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9), generator(seed)
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = rate * (1 - epoch / epochs)
        x = train.x if augment is None else augment(train.x, chance)
        one_epoch(net, optimizer, x, train.y, size, chance)
    return net


def percent_right(net, test):
    return 100 * accuracy(scores_of(net, test.x), test.y)


HOG = 95.0  # a linear classifier on histograms of oriented gradients, in the last notebook
fitted = {}


def fitted_net(seed, name):
    if (seed, name) not in fitted:
        augment = {"plain": None, "augmented": moved}[name]
        fitted[seed, name] = lenet(seed, unseen.train, augment, epochs=8, size=32, rate=0.08)
    return fitted[seed, name]


@cache
def of_others(name):
    """How much of other writers' digits three runs read, in %; seeds 1 and 2 are stored."""
    return each_seed(
        lambda seed: percent_right(fitted_net(seed, name), unseen.test),
        stored=f"4_alexnet/other writers, {name}",
    )


predict(
    "Digits of other writers: after four epochs LeNet-5 read 92 %. "
    "How many per cent after eight with augmentation (mean of three runs)?",
    lambda: sum(of_others("augmented")) / 3,
    "%",
    0,
    100,
)

# %%
found = {name: of_others(name) for name in ("plain", "augmented")}
for name, percent in found.items():
    print(f"{name}: {Spread(tuple(percent)):.1f} % of the other writers' digits are right")
print(f"designed features: {HOG:.1f} %")

# %% [markdown]
# More than a third of the errors gone, with no new scan and no new layer. What the designers of
# features built in by hand, augmentation says in the data: "these two are the same".
#
# > **A common mistake.** "Convolutional networks are invariant to rotation." They are *equivariant
# > to shifts*: move the digit, and its maps move along. Nothing in them turns. Here are the test
# > digits, turned by more and more, read by both networks.

# %% approx=0.15
angles = [-45, -30, -15, 0, 15, 30, 45]


def at_angle(net, degrees):
    turned = turn(unseen.test.x + 0.1, torch.full((len(unseen.test.x),), float(degrees))) - 0.1
    return 100 * accuracy(scores_of(net, turned), unseen.test.y)


by_angle = {
    name: each_seed(
        lambda seed, name=name: [at_angle(fitted_net(seed, name), d) for d in angles],
        stored=f"4_alexnet/turned, {name}",
    )
    for name in found
}
figure = pictures.against(
    angles,
    by_angle,
    "degrees, counter-clockwise",
    "% of other writers' digits right",
    ("chance", 10),
)
figure.alt = (
    "accuracy against the angle by which test digits are turned: "
    "a peak around 0 that the augmented networks have higher and wider"
)
for name, rows in by_angle.items():
    upright, turned = (Spread(tuple(row[i] for row in rows)) for i in (3, 6))
    print(f"{name}: upright {upright:.1f} %, turned by 45° {turned:.0f} % right")
figure

# %% [markdown]
# > **When it breaks.** Mirroring doubled ImageNet: a mirrored cat is a cat. A mirrored 2 is no
# > digit, and many a mirrored 5 looks like a 2. Copy the paper's augmentation to digits, and:

# %% approx=0.05
small = data.Labelled(few.train.x[:480], few.train.y[:480])
harm = {
    name: [percent_right(lenet(seed, small, augment), few.test) for seed in (0, 1, 2)]
    for name, augment in {"plain": None, "mirrored": mirrored}.items()
}
for name, found_right in harm.items():
    print(f"480 scans, {name}: {Spread(tuple(found_right)):.1f} % right")

# %% [markdown]
# ## What does it look at?
#
# A score is a function of the pixels, so it has a gradient with respect to each of them: the
# **saliency map** (Simonyan and others 2014) is its magnitude, the largest over the colours. A
# network that reads the digit should hang on the digit, not on the temple behind it. Below each
# scene is its map.

# %%
scene = centre(test_x[:8])
said = scores_of(trained, scene).argmax(dim=1)
shown = saliency(trained, scene, said)  # (8, 67, 67)
titles = [f"{t}, said {s}" for t, s in zip(digits.test.y[:8].tolist(), said.tolist(), strict=True)]
figure = pictures.beside(scene / 4 + 0.4, shown, titles)
figure.alt = "eight test scenes with their class and what was said, and under each its saliency map"
figure

# %% approx=0.2
ink = F.interpolate(digits.test.x, size=(DIGIT, DIGIT), mode="bilinear", align_corners=False)
ink = F.pad(ink, ((67 - DIGIT) // 2,) * 4)  # where the digits are, in the middle 67×67
near = F.max_pool2d(ink, 9, 1, padding=4)[:, 0] > 0.5  # up to four pixels from a stroke
share = torch.cat(
    [
        saliency(trained, part, scores_of(trained, part).argmax(dim=1))
        for part in centre(test_x).split(90)
    ]
)
on_ink = (share * near).sum() / share.sum()
print(f"the strokes and four pixels around them cover {near.float().mean():.2f} of the scenes")
print(f"and hold {on_ink:.2f} of the saliency")

# %% [markdown]
# A map like this shows where a small change would matter *to this network*. It is no explanation of
# why, and it is noisy; but it has uncovered classifiers that recognised horses by the
# photographer's stamp in a corner.
#
# ## The full network, on a GPU
#
# Set the environment variable `GRADSCHOOL_FULL=1` before you start JupyterLab, and this cell trains
# the **full** AlexNet, 62 million parameters on images of 227×227, for 200 steps, and reports
# images per second. Products are computed in 16 bits where a GPU does that several times faster,
# weights stay in 32: *mixed precision*. Without a GPU it would run, for hours; so it asks for one.
# On an Apple computer `device()` is the CPU, unless `GRADSCHOOL_DEVICE=mps` asks: its graphics
# processor has no float64, in which checks and several lessons compute.
# For comparison: the paper's two GPUs needed five to six days for 90 epochs of 1.2 million images,
# which is about 220 a second.

# %% tags=["nbval-ignore-output"]
FULL = os.environ.get("GRADSCHOOL_FULL") == "1"
where = device()
if FULL and where.type == "cuda":
    big = F.interpolate(train_x, size=(227, 227), mode="bilinear", align_corners=False).to(where)

    def batch(step):
        rows = torch.randint(len(big), (128,), generator=generator(step))
        return 4 * (big[rows] - 0.4), digits.train.y[rows]

    with seeded(0):
        report = train_mixed(Network(10), batch, steps=200, device=where)
    first, last = report.losses[0], sum(report.losses[-20:]) / 20
    print(
        f"{report.images_per_second:,.0f} images per second in {report.precision}; "
        f"loss {first:.2f}, then {last:.2f}"
    )
else:
    print("not run: it needs a GPU, and GRADSCHOOL_FULL=1")

# %% [markdown]
# **Question (graded by hand).** You are to recognise road signs on photographs taken from a car, by
# day and by night: forty kinds, among them "turn left" and "turn right", and speed limits. For each
# of your four functions say whether you would use it and how strongly, and name one more
# transformation that the problem asks for. (Six sentences will do.)

# %% [markdown] written="road-signs" points=3
# ### BEGIN SOLUTION
# Crops: yes, since a detector never cuts signs out exactly; small ones, so that the sign's rim
# stays inside. Mirrors: no; "turn left" becomes "turn right" with the wrong label, and numbers
# become unreadable (one may mirror the symmetric signs, or mirror and exchange the label of a
# pair). Colours: yes for brightness and contrast, strongly, because of day, night and headlights;
# the hue only a little, since red and blue carry meaning. Rotation: a few degrees, for bent posts
# and a tilted car; never so far that an arrow points elsewhere.
#
# One more: blur from motion, scale (distance), perspective, rain or partial occlusion, noise as at
# night.
#
# **Rubric.** 1 point: refuses mirroring, with the reason that it changes the class. 1 point:
# strengths of the other three argued from the problem. 1 point: a further transformation that
# imitates how the images arise.
# ### END SOLUTION

# %% [markdown]
# ## To remember
#
# 1. AlexNet is LeNet-5 with a thousand times the parameters: more than nine in ten of them lie in
#    the dense layers, more than nine in ten of the products in the convolutions.
# 2. An ingredient of a success is a claim about its setting: overlapping windows won in 2012 and
#    lose here, and whether ReLU or tanh is ahead depends on the measure. Take it out and measure,
#    at several rates and over several seeds.
# 3. Augmentation says which changes do not matter. It takes away a third of the errors and more
#    when it is right about that, and teaches nonsense when it is not.
#
# ## Sources
#
# Howard (2013), Some improvements on deep convolutional neural network based image classification.
# Krizhevsky (2014), One weird trick for parallelizing convolutional neural networks. Krizhevsky,
# Sutskever & Hinton (2012), ImageNet classification with deep convolutional neural networks,
# sections 3 to 5. Lapuschkin et al. (2019), Unmasking Clever Hans predictors. Micikevicius et al.
# (2018), Mixed precision training. Simonyan, Vedaldi & Zisserman (2014), Deep inside convolutional
# networks. Simonyan & Zisserman (2015), Very deep convolutional networks for large-scale image
# recognition. Tompson, Goroshin, Jain, LeCun & Bregler (2015), Efficient object localization using
# convolutional networks.
