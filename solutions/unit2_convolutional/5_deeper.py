# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # If layers are good, why are more layers not better?
#
# AlexNet has 8 layers with weights, and in the years after it everybody tried more. Three ideas
# made that work, and each is a block that you build here: look through several windows at once
# (GoogLeNet), add to what is there in place of replacing it (ResNet), keep everything that was ever
# computed (DenseNet). Then you make use of a network that somebody else has trained, and at the end
# you break one, with a change that nobody sees.

# %% tags=["setup"]
import copy
import math
from functools import cache, partial

import torch
import torch.nn.functional as F
from torch import nn

from autograder import check, use
from gradschool import data, plotting
from gradschool.convolutional import dense, inception, residual
from gradschool.convolutional.darknet import multiply_adds, parameters
from gradschool.convolutional.pictures.deeper import block_charts, spreads
from gradschool.convolutional.saliency import saliency
from gradschool.seeds import each_seed
from gradschool.training import Spread, accuracy, fit, generator, over_seeds, seeded
from gradschool.widgets import explore, predict

# %% [markdown]
# ## Which window? All of them
#
# Is a 3×3 window right, or a 5×5? Szegedy and others (2015) do not choose. An **inception module**
# looks at the same place in four ways side by side, and joins what they see along the channels: the
# next layer can take from each what it needs. That alone would be expensive, because a 5×5 window
# has 25 weights for every pair of channels. So a 1×1 convolution comes first. It sees one pixel,
# but all of its channels: a dense layer applied at every place, here to go from many channels to
# few.

# %%
block_charts(["inception"])

# %%
predict(
    "192 channels of 28×28 pixels go through a 5×5 convolution to 32 channels: "
    "120 million multiplications. With a 1×1 convolution to 16 channels before it, "
    "how many millions are both together?",
    answer=lambda: 28 * 28 * (192 * 16 + 16 * 25 * 32) / 1e6,
    unit="million",
    low=0,
)

# %% [markdown]
# ### Exercise: `InceptionModule` &nbsp; ●●○ &nbsp; 20 minutes
#
# A module as in the drawing. `InceptionModule(inputs, c1, reduce3, c3, reduce5, c5, pool)` takes
# `(batch, inputs, height, width)` and gives `(batch, c1 + c3 + c5 + pool, height, width)`: height
# and width stay.
#
# | name of the layer | from → to channels | window |
# |---|---|---|
# | `one` | `inputs` → `c1` | 1×1 |
# | `reduce3`, then `three` | `inputs` → `reduce3` → `c3` | 1×1, then 3×3 |
# | `reduce5`, then `five` | `inputs` → `reduce5` → `c5` | 1×1, then 5×5 |
# | a maximum over 3×3, stride 1, then `project` | `inputs` → `pool` | 1×1 |
#
# - The six convolutions are `nn.Conv2d` with biases, under these names (the check loads its own
#   weights by name). What lies beyond the border is 0 for a convolution and never the largest for
#   the maximum.
# - ReLU follows **every** convolution. The four ways are joined in the order of the table.
# - All of `torch.nn` may be used.


# %% answer="inception_module"
class InceptionModule(nn.Module):
    def __init__(self, inputs, c1, reduce3, c3, reduce5, c5, pool):
        super().__init__()
        ### BEGIN SOLUTION
        self.one = nn.Conv2d(inputs, c1, kernel_size=1)
        self.reduce3 = nn.Conv2d(inputs, reduce3, kernel_size=1)
        self.three = nn.Conv2d(reduce3, c3, kernel_size=3, padding=1)
        self.reduce5 = nn.Conv2d(inputs, reduce5, kernel_size=1)
        self.five = nn.Conv2d(reduce5, c5, kernel_size=5, padding=2)
        self.project = nn.Conv2d(inputs, pool, kernel_size=1)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        by_three = self.three(torch.relu(self.reduce3(x)))
        by_five = self.five(torch.relu(self.reduce5(x)))
        by_maximum = self.project(F.max_pool2d(x, kernel_size=3, stride=1, padding=1))
        return torch.relu(torch.cat([self.one(x), by_three, by_five, by_maximum], dim=1))
        ### END SOLUTION


# %% check="inception_module"
check("inception_module")

# %% [markdown]
# Module 3a of GoogLeNet has the widths `(192, 64, 96, 128, 16, 32, 32)`. Nine such modules, three
# layers before them and one dense layer behind make the network that won ImageNet in 2014. (The
# sizes are worked out on torch's *meta* device, which has shapes and no numbers.)

# %%
module = use("inception_module")(*inception.GOOGLENET["3a"])
wide = nn.Conv2d(192, 256, 5, padding=2)  # a single 5×5 convolution to as many channels
image = torch.zeros(1, 192, 28, 28)
for name, layer in {"module 3a": module, "one 5×5 convolution": wide}.items():
    millions = multiply_adds(layer, image) / 1e6
    print(
        f"{name:20s} {parameters(layer):9,} parameters, {millions:5.0f} million multiplications, "
        f"output {tuple(layer(image).shape)}"
    )

with torch.device("meta"):
    google = inception.googlenet().eval()
    print(f"GoogLeNet: {parameters(google):,} parameters;", end=" ")
    print(
        f"{multiply_adds(google, torch.zeros(1, 3, 224, 224)) / 1e9:.2f} billion "
        "multiplications per image"
    )

# %% [markdown]
# Seven million parameters, a ninth of AlexNet's 62 million, with 22 layers in place of 8: most of
# AlexNet's lie in its first dense layer, and GoogLeNet has none such. It takes the **mean over all
# places** of each channel, and then one dense layer. The saving is in the parameters; there are
# more multiplications than in AlexNet.
#
# ## Deeper, and worse
#
# Now depth alone. The same blocks of two 3×3 convolutions, each with batch normalisation and ReLU;
# three stages, in which the image shrinks from 8×8 to 2×2 and the channels grow from 8 to 32; the
# mean over all places; a dense layer. With 3 blocks in each stage there are 20 layers with weights,
# with 9 there are 56. Learn 512 digits, 4 epochs of batches of 64, momentum 0.9, rate 0.05.

# %% approx=0.5
digits = data.digits(images=True)
x, y = digits.train.x[:512], digits.train.y[:512]  # (512, 1, 8, 8), (512,)


def built(depth, block, seed, identity=False):
    with seeded(seed):
        net = residual.small_net(depth, block)
    return residual.start_as_identity(net) if identity else net


def training_errors(net, seed, epochs=4):
    """Share of the training digits, in %, that were wrong when they came by, for each epoch."""
    optimizer, chance, errors = (
        torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9),
        generator(seed),
        [],
    )
    for _ in range(epochs):
        wrong = 0
        for rows in torch.randperm(len(x), generator=chance).split(64):
            scores = net(x[rows])
            optimizer.zero_grad()
            F.cross_entropy(scores, y[rows]).backward()
            optimizer.step()
            wrong += int((scores.argmax(dim=1) != y[rows]).sum())
        errors.append(100 * wrong / len(x))
    return errors


def trained(depth, block, identity=False, stored=""):
    """Networks from three seeds, and their errors while they learned. With `stored`, seed 0 runs
    here; what seeds 1 and 2 gave is stored, and runs, too, without it.
    """
    nets = []

    def errors(seed):
        nets.append(built(depth, block, seed, identity))
        return training_errors(nets[-1], seed)

    return nets, each_seed(errors, stored=stored)


plain = {20: trained(20, residual.PlainBlock)}
ends = Spread(tuple(e[-1] for e in plain[20][1]))
print(f"20 layers, wrong in the fourth epoch: {ends:.0f} %")
predict(
    "20 layers end with a fifth to a half of the training digits wrong. 56 layers of the same "
    "kind, as many steps: how many % of the training digits are wrong in the fourth epoch?",
    answer=lambda: training_errors(built(56, residual.PlainBlock, 0), 0)[-1],
    unit="%",
    low=0,
    high=100,
)

# %% approx=0.1
plain[56] = trained(56, residual.PlainBlock, stored="5_deeper/plain, 56 layers")
ends = Spread(tuple(e[-1] for e in plain[56][1]))
print(f"56 layers, wrong in the fourth epoch: {ends:.0f} %")
spreads(
    {"plain networks": {f"{depth} layers": errors for depth, (_, errors) in plain.items()}},
    range(1, 5),
    "epoch",
    "training digits wrong, %",
    alt="training errors of plain networks over four epochs: "
    "with 20 layers they fall below 60 %, with 56 they stay above 70 %",
)

# %% [markdown]
# Four epochs are 32 steps. That is too few to tell a network that does not learn from one that
# learns slowly. Here are longer trainings: 40 epochs of 20 layers, 200 epochs of 56. They take
# minutes, so the results are stored.

# %%
long = {
    depth: each_seed(
        lambda seed, d=depth, n=epochs: training_errors(
            built(d, residual.PlainBlock, seed), seed, n
        ),
        stored=f"5_deeper/plain, {depth} layers, {epochs} epochs",
        live=False,
    )
    for depth, epochs in ((20, 40), (56, 200))
}
for depth, runs in long.items():
    after_24 = Spread(tuple(errors[23] for errors in runs))
    print(f"{depth} layers, wrong in epoch 24: {after_24:.0f} %")
    for seed, errors in enumerate(runs):
        least = min(errors)
        print(
            f"   seed {seed}: least {least:.0f} % in epoch {errors.index(least) + 1}, "
            f"largest in the 40 epochs after it {max(errors[errors.index(least) :][:41]):.0f} %"
        )
figure, (axes,) = plotting.picture(width=6.4)
for i, (depth, runs) in enumerate(long.items()):
    style = {"color": plotting.COLORS[i], "linestyle": plotting.DASHES[i], "linewidth": 1}
    for seed, errors in enumerate(runs):
        label = f"{depth} layers, three seeds" if seed == 0 else None
        axes.plot(range(1, len(errors) + 1), errors, label=label, **style)
axes.set(xlabel="epoch", ylabel="training digits wrong, %")
axes.legend()
figure.alt = (
    "training errors of plain networks: with 20 layers they fall to 0 within 40 epochs; with 56 "
    "layers they fall slowly to 20 to 40 % within 200 epochs, and rise again in between"
)
figure

# %% [markdown]
# > **A common mistake.** "Networks that are too deep overfit." Overfitting is a small error in
# > training and a large one elsewhere. This is the **training** error. The larger network could fit
# > what the smaller one fits: let 36 of its layers copy their input, and it *is* the network of 20
# > layers. Such weights exist, but gradient descent does not find them in the time in which the
# > smaller network is done. It does learn, slowly, and loses again and again what it had. It is a
# > failure to **optimise**, which He and others (2016) called *degradation*.
# >
# > "The gradient vanishes on its way down." That was the trouble of unit 1, before normalisation.
# > Predict, then measure.


# %%
def gradient_ratio(net):
    """Size of the gradient at the first block's first weights, relative to the last block's."""
    net = copy.deepcopy(net).double()
    F.cross_entropy(net(x[:64].double()), y[:64]).backward()
    first, *_, last = [m.conv1.weight.grad.norm().item() for m in net if hasattr(m, "conv1")]
    return first / last


predict(
    "The plain network of 56 layers, before training. "
    "The gradient at its first block is 10 to the power of what, times that at its last? "
    "(0 means as large, -2 a hundredth, 2 a hundred times.)",
    answer=lambda: math.log10(gradient_ratio(built(56, residual.PlainBlock, 0))),
    low=-10,
    high=10,
)

# %%
for name, block in {"plain": residual.PlainBlock, "residual": residual.ResidualBlock}.items():
    for depth in (20, 56):
        ratio = over_seeds(lambda seed, d=depth, b=block: gradient_ratio(built(d, b, seed)))
        print(f"{name:9s}{depth} layers: first block's gradient is {ratio:.1e} times the last's")

# %% [markdown]
# It does not vanish, it **explodes**: hundreds of times larger at the bottom. Batch normalisation
# fixes the size of what goes up, not of what comes down (Unit 1, notebook 4; Yang and others, 2019,
# derive the factor for each layer). With one rate for all layers, the lower ones make much larger
# steps than the upper ones. The last two lines are from the networks that you are about to build.
#
# ## Add, do not replace
#
# If copying is what a layer should be able to do, make it the default. A **residual block**
# computes what is to be *added* to its input:
#
# $$y = \operatorname{ReLU}\big(F(x) + x\big),
# \qquad F(x) =
# \operatorname{norm}_2\big(W_2 * \operatorname{ReLU}(\operatorname{norm}_1(W_1 * x))\big)$$
#
# With $F = 0$ it copies. Backwards the sum gives every block's gradient a second way down, past the
# block's weights. On this way only two things act on it: the ReLU behind the sum, which lets it
# pass or sets it to 0, and the projection of a block that changes the size. Where the block changes
# the number of channels or the size, the shortcut is a 1×1 convolution with the block's stride and
# a normalisation.

# %%
block_charts(["residual", "dense"])

# %% [markdown]
# ### Exercise: `ResidualBlock` &nbsp; ●●○ &nbsp; 20 minutes
#
# The left drawing. `ResidualBlock(inputs, outputs, stride=1)` takes
# `(batch, inputs, height, width)`; with stride 2 it halves height and width (rounded up).
# Its layers have these names:
#
# - `conv1`, `bn1`: 3×3 convolution from `inputs` to `outputs` with the block's stride and padding
#   1; batch normalisation.
# - `conv2`, `bn2`: 3×3 convolution from `outputs` to `outputs`, stride 1, padding 1; batch
#   normalisation.
# - `shortcut`: where stride is 1 and `inputs == outputs`, nothing with weights. Else
#   `nn.Sequential` of a 1×1 convolution with the block's stride, and batch normalisation.
#
# Besides the names:
#
# - No convolution has a bias (why not?). One ReLU behind `bn1`, one behind the sum, none elsewhere.
# - `nn.BatchNorm2d` knows the mode. The check looks at both modes.


# %% answer="residual_block"
class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        ### BEGIN SOLUTION
        self.conv1 = nn.Conv2d(inputs, outputs, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, kernel_size=3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != outputs:
            projection = nn.Conv2d(inputs, outputs, kernel_size=1, stride=stride, bias=False)
            self.shortcut = nn.Sequential(projection, nn.BatchNorm2d(outputs))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        hidden = torch.relu(self.bn1(self.conv1(x)))
        added = self.bn2(self.conv2(hidden))
        return torch.relu(added + self.shortcut(x))
        ### END SOLUTION


# %% check="residual_block"
check("residual_block")

# %% [markdown]
# The same digits, the same steps, your blocks. The third curve begins with every $F = 0$: the scale
# $\gamma$ of each block's last normalisation starts at 0 (Goyal and others, 2017), so that 56
# layers start as few.

# %%
block = use("residual_block")
adding = {20: trained(20, block), 56: trained(56, block, stored="5_deeper/residual, 56 layers")}
copying = trained(56, block, identity=True, stored="5_deeper/residual, 56 layers, copies")
curves = {f"{depth} layers": errors for depth, (_, errors) in adding.items()} | {
    "56, start as copies": copying[1]
}
spreads(
    {"plain": {f"{d} layers": e for d, (_, e) in plain.items()}, "residual": curves},
    range(1, 5),
    "epoch",
    "training digits wrong, %",
    alt="training errors over four epochs; plain: 20 layers fall below 60 %, 56 stay above 70 %; "
    "residual: 20 layers fall below 15 %, 56 fall more slowly and by different amounts, "
    "56 that start as copies fall below 25 %",
)

# %% tags=["nbval-ignore-output"]
every = {f"plain, {d} layers": e for d, (_, e) in plain.items()} | {
    f"residual, {n}": e for n, e in curves.items()
}
# these numbers move with the machine: float32 is magnified by depth
for name, errors in every.items():
    print(f"{name:32s} wrong in the fourth epoch: {Spread(tuple(e[-1] for e in errors)):.0f} %")

# %% [markdown]
# Depth no longer hurts the way it did. It does not pay here either: 512 digits of 8×8 pixels do not
# need 56 layers, and without the start as copies they cost time. On ImageNet the same comparison,
# 34 layers with and without shortcuts, is where the gain was: 25.0 % errors against 28.5 (He and
# others, 2016, table 2).
#
# What kind of network is it that has learned by adding? Take out one block of a trained network and
# look again, without any further training. Blocks that change the size have to stay; the 20 layers
# leave seven others.


# %%
def wrong(net):
    """Training digits wrong in %; the normalisation uses all 512 as its batch."""
    with torch.no_grad():
        return 100 - 100 * accuracy(net(x), y)


def without_one(net):
    """The same for each copy of `net` that lacks one block which keeps the shape."""
    net = copy.deepcopy(net)
    same = [
        i
        for i, m in enumerate(net)
        if hasattr(m, "conv1") and m.conv1.in_channels == m.conv1.out_channels
    ]
    return [wrong(nn.Sequential(*(m for j, m in enumerate(net) if j != i))) for i in same]


def middle(numbers):
    return torch.tensor(numbers).median().item()


predict(
    "A residual network of 20 layers that gets nearly all 512 digits right loses one of its "
    "blocks. How many % are wrong then, in the middle of the seven cases?",
    answer=lambda: middle(without_one(adding[20][0][0])),
    unit="%",
    low=0,
    high=100,
)

# %% approx=0.5
for name, (nets, _) in {"plain": plain[20], "residual": adding[20]}.items():
    whole, cut = (
        [wrong(copy.deepcopy(net)) for net in nets],
        [middle(without_one(net)) for net in nets],
    )
    print(f"{name:9s} whole: wrong {Spread(tuple(whole)):.0f} %;", end=" ")
    print(f"one block less, middle of seven: {Spread(tuple(cut)):.0f} %")

# %% [markdown]
# A plain network is a chain: each block reads what the block before it made, and without that it is
# right hardly more often than by chance. A residual network is a sum to which each block has added,
# and every block reads the sum. Veit and others (2016) describe it as many short paths: with $n$
# blocks there are $2^n$ ways from bottom to top, and losing one block closes half of them. Most of
# the short ones stay open.
#
# **The same in torch.nn**: there is no such block, it is `torchvision.models.resnet18()`. From
# yours, at the widths of the paper's table 1:

# %%
with torch.device("meta"):
    block2 = [block(64, 64), block(64, 64), block(64, 128, 2), block(128, 128), block(128, 256, 2)]
    block2 += [block(256, 256), block(256, 512, 2), block(512, 512)]
    stem, end = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)], [nn.Linear(512, 1000)]
    print(
        f"ResNet-18 of your blocks: {parameters(nn.Sequential(*stem, *block2, *end)):,} parameters"
    )

# %% [markdown]
# ## Keep everything
#
# A sum cannot be undone: the next layer sees what all before it made together. Huang and others
# (2017) **join** in place of adding. Layer $i$ reads the input and all that the layers before it
# have made,
#
# $$x_i = H_i\big([x_0, x_1, \ldots, x_{i-1}]\big),$$
#
# and adds only $k$ channels of its own, the *growth*. A layer can be narrow, because nothing has to
# be copied to be remembered.

# %% [markdown]
# ### Exercise: `DenseBlock` &nbsp; ●●○ &nbsp; 20 minutes
#
# The right drawing. `DenseBlock(inputs, growth, layers)` takes `(batch, inputs, height, width)` and
# gives `(batch, inputs + layers * growth, height, width)`.
#
# - `layers` is an `nn.ModuleList` whose entry $i$ is an `nn.Sequential` of exactly six: batch
#   normalisation of the `inputs + i * growth` channels that it reads, `nn.ReLU`, 1×1 convolution to
#   `4 * growth` channels, batch normalisation, `nn.ReLU`, 3×3 convolution with padding 1 to
#   `growth` channels. No biases in the convolutions.
# - Channels are joined in the order in which they arose: the input first, then what layer 0 made,
#   and so on; that is what the block returns.


# %% answer="dense_block"
class DenseBlock(nn.Module):
    def __init__(self, inputs, growth, layers):
        super().__init__()
        self.layers = nn.ModuleList()
        ### BEGIN SOLUTION
        for i in range(layers):
            read, narrow = inputs + i * growth, 4 * growth
            squeeze = [nn.BatchNorm2d(read), nn.ReLU(), nn.Conv2d(read, narrow, 1, bias=False)]
            look = [
                nn.BatchNorm2d(narrow),
                nn.ReLU(),
                nn.Conv2d(narrow, growth, 3, padding=1, bias=False),
            ]
            self.layers.append(nn.Sequential(*squeeze, *look))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        for layer in self.layers:
            made = layer(x)
            x = torch.cat([x, made], dim=1)
        return x
        ### END SOLUTION


# %% check="dense_block"
check("dense_block")

# %%
joining = use("dense_block")
with torch.device("meta"):
    layers, channels = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)], 64
    for count in (6, 12, 24, 16):
        layers.append(joining(channels, 32, count))
        channels += 32 * count
        if count != 16:  # between two blocks: half the channels, half the size
            layers.append(dense.transition(channels, channels // 2))
            channels //= 2
    layers += [nn.BatchNorm2d(channels), nn.Linear(channels, 1000)]
    print(f"DenseNet-121 of your blocks: {parameters(nn.Sequential(*layers)):,} parameters")
    shapes = torch.zeros(1, 3, 224, 224)
    for name, make in {
        "GoogLeNet": inception.googlenet,
        "ResNet-18": residual.resnet18,
        "DenseNet-121": dense.densenet121,
    }.items():
        net = make().eval()
        print(
            f"{name:13s} {parameters(net):11,} parameters, "
            f"{multiply_adds(net, shapes) / 1e9:.2f} billion multiplications"
        )

# %% [markdown]
# Few parameters are not little work, and neither of them is memory: a dense block has to keep
# everything it ever made. Which number matters depends on what is scarce where the network runs.
#
# ## A network that somebody else has trained
#
# The first layers of a trained network find strokes and corners, which are of use for more than the
# task it was trained for. So with few labels, do not start from nothing: take its layers,
# **freeze** them, put a **new head** on top, and let the last stage follow with **small steps**
# (Yosinski and others, 2014, measured which layers transfer).
#
# The network here has three stages and a head. It has learned all ten digits, clean. Two new tasks:
# the same digits from a bad scanner, and, for a network that knows only 0 to 4, the digits 5 to 9.


# %%
def stage(inputs, outputs, stride):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


class Staged(nn.Module):
    """Three stages, the mean over each quarter of the image, a head."""

    def __init__(self, classes, width=16):
        super().__init__()
        self.stages = nn.Sequential(
            stage(1, width, 1), stage(width, 2 * width, 2), stage(2 * width, 2 * width, 1)
        )
        self.head = nn.Linear(8 * width, classes)

    def forward(self, x):
        return self.head(F.adaptive_avg_pool2d(self.stages(x), 2).flatten(1))


def fresh(classes, seed):
    with seeded(seed):
        # as torch computes doubles fastest
        return Staged(classes).double().to(memory_format=torch.channels_last)


def learn(net, task, seed, optimizer=None, epochs=4, size=32):
    net.train()
    optimizer = optimizer or torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    fit(net, *task, F.cross_entropy, optimizer, epochs, size, seed)
    return net.eval()


def right(net, task):
    with torch.no_grad():
        return 100 * accuracy(net(task.x), task.y)


def part(labelled, chosen, less=0):
    return data.Labelled(labelled.x[chosen].double(), labelled.y[chosen] - less)


everything = data.Split(*(part(p, p.y >= 0) for p in digits))
low = data.Split(*(part(p, p.y < 5) for p in digits))
high = data.Split(*(part(p, p.y >= 5, less=5) for p in digits))
clean = [learn(fresh(10, seed), everything.train, seed) for seed in (0, 1, 2)]
knows_low = [learn(fresh(5, seed), low.train, seed) for seed in (0, 1, 2)]
print(
    "ten clean digits, held out, % right: "
    f"{Spread(tuple(right(net, everything.test) for net in clean)):.3g}"
)
print(
    "digits 0 to 4, held out, % right:    "
    f"{Spread(tuple(right(net, low.test) for net in knows_low)):.3g}"
)

# %% [markdown]
# ### Exercise: `prepare_finetuning` &nbsp; ●●○ &nbsp; 15 minutes
#
# `prepare_finetuning(net, classes, lr)` makes a trained network ready for a new task, **in place**,
# and returns the optimizer.
#
# - `net.stages` is an `nn.Sequential`, `net.head` an `nn.Linear`. `classes` is the number of
#   classes of the new task.
# - All stages are frozen (`requires_grad` is False) **but the last**, which learns.
# - `net.head` becomes a new `nn.Linear` from as many inputs as before to `classes` outputs, even if
#   the old one had as many, of the same data type.
# - Returns `torch.optim.SGD` with momentum 0.9 that moves the new head with the rate `lr` and the
#   last stage with a tenth of it (two *groups*: see the documentation of `torch.optim`).
# - In which mode (training, evaluation) the modules are is for the training loop to say.


# %% answer="prepare_finetuning"
def prepare_finetuning(net, classes, lr):
    ### BEGIN SOLUTION
    for p in net.parameters():
        p.requires_grad = False
    last = list(net.stages[-1].parameters())
    for p in last:
        p.requires_grad = True
    weight = net.head.weight
    net.head = nn.Linear(weight.shape[1], classes, dtype=weight.dtype, device=weight.device)
    new = list(net.head.parameters())
    return torch.optim.SGD(
        [{"params": new, "lr": lr}, {"params": last, "lr": 0.1 * lr}], momentum=0.9
    )
    ### END SOLUTION


# %% check="prepare_finetuning"
check("prepare_finetuning")

# %%
prepare = use("prepare_finetuning")
haze = generator(9)


def hazy(labelled):
    """The same digits as a bad scanner sees them: less contrast, and noise in every pixel."""
    noise = torch.rand(labelled.x.shape, generator=haze).double()
    return data.Labelled((0.6 * labelled.x + 0.35 * noise).clamp(0, 1), labelled.y)


scanned = data.Split(*(hazy(p) for p in everything))
ROUNDS = {1: 30, 3: 30, 10: 10}  # epochs, by labels of each class
TASKS = {"a bad scanner": (scanned, clean), "digits 5 to 9": (high, knows_low)}


def few(labelled, per_class, seed):
    """So many samples of each class, drawn at random."""
    chance, chosen = generator(seed), []
    for c in labelled.y.unique():
        rows = torch.nonzero(labelled.y == c).flatten()
        chosen.append(rows[torch.randperm(len(rows), generator=chance)[:per_class]])
    return data.Labelled(*(t[torch.cat(chosen)] for t in labelled))


@cache
def from_scratch(task, per_class, seed):
    split, _ = TASKS[task]
    net = fresh(int(split.train.y.max()) + 1, 50 + seed)
    return right(
        learn(net, few(split.train, per_class, seed), seed, epochs=ROUNDS[per_class], size=16),
        split.test,
    )


@cache
def finetuned(task, per_class, seed):
    split, sources = TASKS[task]
    net = copy.deepcopy(sources[seed])
    with seeded(seed):
        optimizer = prepare(net, int(split.train.y.max()) + 1, 0.05)
    return right(
        learn(
            net,
            few(split.train, per_class, seed),
            seed,
            optimizer,
            epochs=ROUNDS[per_class],
            size=16,
        ),
        split.test,
    )


plotting.image_grid(
    torch.cat([everything.test.x[:6], scanned.test.x[:6]]),
    columns=6,
    alt="six clean digits, and below them the same digits as the bad scanner sees them",
)

# %%
print("bad scanner, three labels of each digit, held out, % right")
print(f"from scratch: {over_seeds(partial(from_scratch, 'a bad scanner', 3)):.2g}")
print(f"fine-tuned:   {over_seeds(partial(finetuned, 'a bad scanner', 3)):.2g}")
print(
    "digits 5 to 9, three labels of each, from scratch: "
    f"{over_seeds(partial(from_scratch, 'digits 5 to 9', 3)):.2g}"
)
predict(
    "Digits 5 to 9, three labels of each. From scratch, see above. How many % are right when the "
    "network that knows 0 to 4 perfectly is fine-tuned on them (mean of three seeds)?",
    answer=lambda: over_seeds(partial(finetuned, "digits 5 to 9", 3)).mean,
    unit="%",
    low=0,
    high=100,
)

# %%
found = {
    task: {
        name: [[run(task, n, seed) for n in ROUNDS] for seed in (0, 1, 2)]
        for name, run in (("from scratch", from_scratch), ("fine-tuned", finetuned))
    }
    for task in TASKS
}
unchanged = Spread(tuple(right(net, scanned.test) for net in clean))
print(f"bad scanner, the clean network as it is, without a label: {unchanged:.2g} % right")
spreads(found, tuple(ROUNDS), "labels of each class", "held-out digits right, %")

# %% [markdown]
# On the left three labels of each class, fine-tuned, do more than ten from scratch: what has to be
# known about digits was known, only the haze is new (some of it comes without any label at all; how
# much hangs on luck). On the right it is worth nothing, and if anything it costs: a network that
# was only ever asked to tell 0 to 4 apart has kept what parts *them*, and its frozen stages cannot
# learn what parts a 5 from a 9. The rule is not "pretrained is better". It is: **features transfer
# as far as the old task needed them**. That networks trained on a thousand classes of photographs
# transfer to so much is because of the thousand classes. Always run the left curve of your own
# problem beside a start from scratch.

# %% [markdown]
# ## Find the fault
#
# One network, two heads: the stages are shared and frozen, the old head knows clean digits, a new
# one learns **negatives**, black on white. The old task should not notice anything. It does.


# %% script="debug_finetuning"
def tuning_step(net, x, y, optimizer):
    """One step on one batch; returns the loss."""
    net.train()
    loss = F.cross_entropy(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def learn_negatives(step, seed=0, epochs=4):
    net = copy.deepcopy(clean[seed])
    old_head, weights = net.head, [p.clone() for p in net.stages.parameters()]
    before = right(net, everything.test)
    net.stages.requires_grad_(False)
    with seeded(seed):
        net.head = nn.Linear(old_head.in_features, 10).double()
    optimizer, chance = (
        torch.optim.SGD(net.head.parameters(), lr=0.05, momentum=0.9),
        generator(seed),
    )
    for _ in range(epochs):
        for rows in torch.randperm(400, generator=chance).split(32):
            last = step(net, 1 - everything.train.x[rows], everything.train.y[rows], optimizer)
    net.eval()
    moved = max(
        (p - w).abs().max().item() for p, w in zip(net.stages.parameters(), weights, strict=True)
    )
    negatives = right(net, data.Labelled(1 - everything.test.x, everything.test.y))
    net.head = old_head
    print(f"new head: last loss {last:.2f}, {negatives:.0f} % of the negatives right")
    print(f"largest change of a weight in the stages: {moved}")
    print(
        f"old head, clean digits: {before:.0f} % right before, "
        f"{right(net, everything.test):.0f} % after"
    )


learn_negatives(tuning_step)

# %% [markdown]
# ### Exercise: `debug_finetuning` &nbsp; ●●○ &nbsp; 15 minutes
#
# No weight of the stages has moved, the old head is back, and the clean digits are recognised worse
# than before. What is wrong?
#
# - **A** The learning rate is too large.
# - **B** The optimizer moves the weights of the stages.
# - **C** The stages change without any weight of theirs changing.
# - **D** The new head has overwritten the old one.
# - **E** Negatives are too different from clean digits.
#
# Return the letter and the mended step: `return "A", mended`, where `mended(net, x, y, optimizer)`
# takes one step as above and returns the loss, a number. `net.stages` must be left exactly as it
# was, and give the head in training what it will give it in use. Letter and function are worth the
# same.


# %% answer="debug_finetuning"
def debug_finetuning():
    ### BEGIN SOLUTION
    def mended(net, x, y, optimizer):
        net.train()
        net.stages.eval()
        error = F.cross_entropy(net(x), y, reduction="mean")
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        return error.item()

    return "C", mended
    ### END SOLUTION


# %% check="debug_finetuning"
check("debug_finetuning")

# %%
_, mended_step = use("debug_finetuning")()
learn_negatives(mended_step)

# %% [markdown]
# > **When it breaks.** Freezing weights does not freeze a layer that keeps a record.
# > `requires_grad_(False)` is about gradients, `.eval()` about behaviour, `torch.no_grad()` about
# > what is stored for the way back: three different things, and a frozen stage needs the first two.
# > (And call `.eval()` again after every `net.train()`.)
#
# ## What does it look at?
#
# The gradient with respect to the *weights* says how to change the network. With respect to the
# **image** it says which pixels the score hangs on: a *saliency map* (Simonyan and others, 2014).

# %%
shown = everything.test.x[:8], everything.test.y[:8]
maps = saliency(clean[0], *shown)[:, None]  # (8, 1, 8, 8)
maps = maps / maps.amax(dim=(1, 2, 3), keepdim=True)
ink = Spread(
    tuple(
        float(
            (saliency(net, *everything.test) * (everything.test.x[:, 0] < 0.1)).sum()
            / saliency(net, *everything.test).sum()
        )
        for net in clean
    )
)
print(f"share of the saliency that lies on blank paper: {ink:.2g}")
print(
    "share of the pixels that are blank paper:       "
    f"{(everything.test.x < 0.1).double().mean():.2g}"
)
plotting.image_grid(
    torch.cat([shown[0], maps]),
    [str(int(c)) for c in shown[1]] + ["saliency"] * 8,
    columns=8,
    alt="eight digits, and below each its saliency map, "
    "bright where the score of its class depends on the pixel",
)

# %% [markdown]
# Blank paper is 0.53 of the pixels and has 0.44 of the saliency. So the score is somewhat less
# sensitive there than where there is ink, but it does depend on blank paper: ink on the empty left
# side of a 3 would make it an 8. (Saliency says how sensitive the score is to a pixel. It does not
# say how much the pixel contributes to it.) A little ink in the right places can mislead a network.
#
# ## Breaking it
#
# Go along the gradient with respect to the image, *up*, and change every pixel by the same small
# amount: the **fast gradient sign method** of Goodfellow, Shlens and Szegedy (2015),
#
# $$x' = x + \varepsilon \operatorname{sign}\big(\nabla_x L(x, y)\big).$$
#
# Why the sign? Of all changes by at most $\varepsilon$ in every pixel, this one raises the loss
# most, if the loss were linear; and then by $\varepsilon \lVert \nabla_x L \rVert_1$, a sum over
# all pixels. Each of them may change by as little as you like: with enough pixels the sum is large.

# %% [markdown]
# ### Exercise: `fgsm_attack` &nbsp; ●●○ &nbsp; 15 minutes
#
# - `net(x)` gives scores `(batch, classes)`; `x`: images with values from 0 to 1, any shape behind
#   the batch; `y`: their **true** classes; `eps`: $\varepsilon$.
# - $L$ is the cross-entropy. Returns the changed images, cut to the range from 0 to 1, as a tensor
#   of the shape of `x`. A pixel whose gradient is exactly 0 stays.
# - `backward` would store a gradient in each of the network's parameters (`p.grad`), and the next
#   step of training would use it. `torch.autograd.grad` returns a gradient and stores none.


# %% answer="fgsm_attack"
def fgsm_attack(net, x, y, eps):
    ### BEGIN SOLUTION
    pixels = x.detach().clone().requires_grad_()
    uphill = torch.autograd.grad(F.cross_entropy(net(pixels), y), pixels)[0]
    return torch.clamp(x + eps * torch.sign(uphill), 0, 1)
    ### END SOLUTION


# %% check="fgsm_attack"
check("fgsm_attack")

# %%
attack = use("fgsm_attack")
EPS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)


def attacked(net, eps):
    return data.Labelled(attack(net, *everything.test, eps), everything.test.y)


def shaken(seed, eps):
    """As large a change of every pixel, up or down by the toss of a coin."""
    coin = torch.randn(everything.test.x.shape, generator=generator(seed)).sign().double()
    return data.Labelled((everything.test.x + eps * coin).clamp(0, 1), everything.test.y)


predict(
    "97 % of the held-out digits are right. Every pixel may change by 0.15 (of a range of 1). "
    "By the toss of a coin 94 % stay right. How many % stay right under your attack (seed 0)?",
    answer=lambda: right(clean[0], attacked(clean[0], 0.15)),
    unit="%",
    low=0,
    high=100,
)

# %%
falls = {
    "by the sign of the gradient": [
        [right(net, attacked(net, eps)) for eps in EPS] for net in clean
    ],
    "by the toss of a coin": [
        [right(net, shaken(seed, eps)) for eps in EPS] for seed, net in enumerate(clean)
    ],
}
for name, rows in falls.items():
    for at in (1, 3):
        print(f"ε = {EPS[at]:.2f}, {name:28s} {Spread(tuple(row[at] for row in rows)):.2g} % right")
spreads({"": falls}, EPS, "ε, change of every pixel", "held-out digits right, %")


# %%
def victims(eps=0.15):
    """Eight digits, what is added to them, what comes out, and what the network says of it."""
    changed = attacked(clean[0], eps).x[:8]
    says = clean[0](changed).argmax(dim=1).tolist()
    titles = [str(int(c)) for c in shown[1]] + [f"said {c}" for c in says]
    fooled = sum(s != c for s, c in zip(says, shown[1].tolist(), strict=True))
    return plotting.image_grid(
        torch.cat([shown[0], changed]),
        titles,
        alt=f"eight digits, and changed by {eps:.2f}: {fooled} of 8 misread",
    )


explore(victims, eps=(0.0, 0.4, 0.05))

# %% [markdown]
# The noise of a coin is as large in every pixel, and hardly hurts: in many dimensions a random
# direction is nearly at right angles to the one that matters. It needs no access to *this* network
# either: images made against one mislead others that were trained on the same data. Look. And the
# simplest cure: train on attacked images too (*adversarial training*), one more epoch.

# %% approx=0.1
across = [
    [right(judge, attacked(maker, 0.15)) for j, judge in enumerate(clean) if j != m]
    for m, maker in enumerate(clean)
]
print(
    "made against one network, shown to another, ε = 0.15: "
    f"{Spread(tuple(sum(r) / 2 for r in across)):.2g} % right"
)


def hardened(seed, epochs=1, eps=0.15):
    net, chance = copy.deepcopy(clean[seed]), generator(seed)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)
    for _ in range(epochs):
        for rows in torch.randperm(len(everything.train.x), generator=chance).split(64):
            clear, kinds = everything.train.x[rows], everything.train.y[rows]
            bad = attack(net.eval(), clear, kinds, eps)
            loss = F.cross_entropy(net.train()(torch.cat([clear, bad])), kinds.repeat(2))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return net.eval()


hard = [hardened(seed) for seed in (0, 1, 2)]
for eps in (0.0, 0.15, 0.3):
    before, after = (
        Spread(tuple(right(net, attacked(net, eps)) for net in nets)) for nets in (clean, hard)
    )
    print(f"ε = {eps:.2f}: {before:.2g} % right before, {after:.2g} % after adversarial training")

# %% [markdown]
# It helps against the attack it was trained on, at the size it was trained on, and little beyond:
# an attack in many small steps is stronger (Madry and others, 2018), and no accuracy under one
# attack is a promise about the next.
#
# > **A common mistake.** "Adversarial examples show that networks overfit." These networks get 97 %
# > of unseen digits right. The examples come from somewhere else: a network that is close to
# > *linear* in its input adds up many small changes, whatever it was trained on. Goodfellow and
# > others made the argument with a linear classifier, which has hardly the means to overfit.
#
# ## To remember
#
# 1. More layers can be worse on the very data they are trained on; shortcuts make "do nothing" the
#    start of every block, and then depth can be used.
# 2. Features transfer as far as the old task needed them: compare with a start from scratch, and
#    freeze behaviour (`.eval()`) as well as weights.
# 3. The gradient with respect to the image tells where a network looks, and how to mislead it by
#    changes that are small in every pixel and large in sum.
#
# ## Sources
#
# Goodfellow, Shlens & Szegedy (2015), Explaining and harnessing adversarial examples. Goyal and
# others (2017), Accurate, large minibatch SGD: training ImageNet in 1 hour, section 5.1. He, Zhang,
# Ren & Sun (2016), Deep residual learning for image recognition, figures 1 and 2, tables 1 and 2.
# Huang, Liu, van der Maaten & Weinberger (2017), Densely connected convolutional networks, table 1.
# Madry, Makelov, Schmidt, Tsipras & Vladu (2018), Towards deep learning models resistant to
# adversarial attacks. Simonyan, Vedaldi & Zisserman (2014), Deep inside convolutional networks.
# Szegedy and others (2015), Going deeper with convolutions, figure 2 and table 1. Veit, Wilber &
# Belongie (2016), Residual networks behave like ensembles of relatively shallow networks. Yang,
# Pennington, Rao, Sohl-Dickstein & Schoenholz (2019), A mean field theory of batch normalization.
# Yosinski, Clune, Bengio & Lipson (2014), How transferable are features in deep neural networks?
