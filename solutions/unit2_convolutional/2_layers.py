# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Layers: what goes forward through a convolutional network, and what comes back?
#
# The last notebook laid kernels on pictures. To *learn* kernels, the gradient must find its way
# back through them. And between the convolutions of every network stand layers that shrink, enlarge
# or rescale the feature maps. You build each of them here, forward and, where it teaches something,
# backward. Then you train a network that is made of nothing else, find out what is wrong with one
# that almost works, and measure what a convolutional network is really invariant to.

# %% tags=["setup"]
import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder import check, use
from gradschool import data, plotting, training
from gradschool.convolutional.images import moved, shifted, to_gray
from gradschool.convolutional.pictures.kernels import pixels, seen_through
from gradschool.convolutional.pooling import global_max_pool
from gradschool.training import accuracy, generator, over_seeds, seeded
from gradschool.widgets import explore, predict

# %% [markdown]
# ## The way back through a convolution
#
# $y_{n,o,i,j} = b_o + \sum_{c,u,v} \tilde x_{n,c,\,si+u,\,sj+v}\, W_{o,c,u,v}$, and somebody hands
# you the loss's gradient with respect to each $y$, called `dout`. Nothing new happens: it is the
# chain rule on a sum of products. What is new is how often each number was **used**:
#
# $$\frac{\partial L}{\partial W_{o,c,u,v}} =
# \sum_{n,i,j} \text{dout}_{n,o,i,j}\; \tilde x_{n,c,\,si+u,\,sj+v},
# \qquad \frac{\partial L}{\partial b_o} = \sum_{n,i,j} \text{dout}_{n,o,i,j}.$$
#
# A weight was used at every position of every image, so its gradient sums over all of them; that is
# what sharing weights means on the way back. A **pixel** was used by every window that covers it,
# each time with another weight:
#
# $$\frac{\partial L}{\partial \tilde x_{n,c,a,b}} =
# \sum_{o} \sum_{(i,j,u,v):\; si+u=a,\; sj+v=b} \text{dout}_{n,o,i,j}\; W_{o,c,u,v}.$$

# %%
predict(
    "An image of 7×7, a kernel of 3×3 ones, stride 1, no padding, and dout is 1 everywhere. "
    "What is the gradient of the pixel in the middle?",
    answer=lambda: torch.func.grad(lambda x: F.conv2d(x, torch.ones(1, 1, 3, 3)).sum())(
        torch.zeros(1, 1, 7, 7)
    )[0, 0, 3, 3],
    low=0,
)


# %%
def coverage(kernel=3, stride=1, padding=0):
    """Gradient of the sum of all outputs with respect to each pixel: how many windows cover it."""
    x = torch.zeros(1, 1, 7, 7, requires_grad=True)
    out = F.conv2d(x, torch.ones(1, 1, kernel, kernel), stride=stride, padding=padding)
    (dx,) = torch.autograd.grad(out.sum(), x)
    return pixels(dx[0, 0], "gradient")


explore(coverage, kernel=(1, 5), stride=(1, 3), padding=(0, 2))

# %% [markdown]
# The number of windows that cover a pixel: pixels in the middle are heard nine times, the corner
# once. With stride 3 everyone is heard once, and what no window covers gets no gradient at all.
#
# ### Exercise: `conv2d_backward` &nbsp; ●●● &nbsp; 40 minutes
#
# - `dout`: `(batch, outputs, rows, columns)`; `x`: `(batch, inputs, height, width)`; `weight`:
#   `(outputs, inputs, kernel_height, kernel_width)`; `stride` and `padding`: whole numbers.
# - Returns `(dx, dweight, dbias)`, each with the shape of what it belongs to. `dx` has no padding:
#   the zeros were no input.
# - The batch's mean is in `dout` already. Rows and columns of `x` that no window reaches exist:
#   their gradient is 0.
# - Vectorised, as `conv2d`: a loop over the kernel's few pixels is fine, one over images, channels
#   or positions costs its line of points.
#
# For `dweight` lay all windows beside each other, as in `conv2d`. For `dx` begin with zeros of the
# padded size, and for each $(u, v)$ add what the weights $W_{\cdot,\cdot,u,v}$ send back to every
# $s$-th pixel.


# %% answer="conv2d_backward"
def conv2d_backward(dout, x, weight, stride=1, padding=0):
    ### BEGIN SOLUTION
    kernel_height, kernel_width = weight.shape[2:]
    padded = F.pad(x, (padding, padding, padding, padding))
    windows = padded.unfold(2, kernel_height, stride).unfold(3, kernel_width, stride)
    dweight = torch.einsum("bohw,bihwuv->oiuv", dout, windows)

    dpadded = torch.zeros_like(padded)
    rows, columns = stride * (dout.shape[2] - 1) + 1, stride * (dout.shape[3] - 1) + 1
    for u in range(kernel_height):
        for v in range(kernel_width):
            back = torch.einsum("bohw,oi->bihw", dout, weight[:, :, u, v])
            dpadded[:, :, u : u + rows : stride, v : v + columns : stride] += back
    height, width = x.shape[2:]
    dx = dpadded[:, :, padding : padding + height, padding : padding + width]
    return dx, dweight, dout.sum(dim=(0, 2, 3))
    ### END SOLUTION


# %% check="conv2d_backward"
check("conv2d_backward")

# %% [markdown]
# ## Pooling: one number for each window
#
# **Max pooling** keeps the largest value of each window: whether a feature was there, not where
# exactly. Usually windows of 2×2 touch; AlexNet lets windows of 3×3 overlap, in steps of 2. Unlike
# a convolution, pooling works on each channel by itself and has nothing to learn.
#
# ### Exercise: `max_pool2d` &nbsp; ●●○ &nbsp; 20 minutes
#
# - `x`: `(batch, channels, height, width)`; `k`: the window's size; `stride`: `k` unless given;
#   `padding`: at most `k // 2`.
# - The padding holds $-\infty$, which never wins. (Zeros would beat every negative number.)
# - Returns `(out, indices)`, both `(batch, channels, rows, columns)`. An index says which pixel
#   won, counted along the rows of its own channel, without padding: row · width + column. Of equal
#   values the **first** wins, in the order of the rows.
# - Vectorised, as `conv2d`.


# %% answer="max_pool2d"
def max_pool2d(x, k, stride=None, padding=0):
    ### BEGIN SOLUTION
    stride = k if stride is None else stride
    padded = F.pad(x, (padding, padding, padding, padding), value=-math.inf)
    windows = (
        padded.unfold(2, k, stride).unfold(3, k, stride).flatten(4)
    )  # (b, c, rows, columns, k²)
    out, place = windows.max(dim=4)
    row = stride * torch.arange(out.shape[2], device=x.device)[:, None] + place // k - padding
    column = stride * torch.arange(out.shape[3], device=x.device) + place % k - padding
    return out, row * x.shape[3] + column
    ### END SOLUTION


# %% check="max_pool2d"
check("max_pool2d")

# %% [markdown]
# On the way back, a pixel that did not win had no influence, and gets 0. The winner gets what came
# for its window; where windows overlap, a pixel can win several times, and its gradients **add
# up**.
#
# ### Exercise: `max_pool2d_backward` &nbsp; ●●○ &nbsp; 12 minutes
#
# - `dout` and `indices`: `(batch, channels, rows, columns)`, indices as above; `size`: the pair
#   (height, width) of the image that was pooled.
# - Returns `dx`: `(batch, channels, height, width)`. Find out what `scatter_add` does, and how it
#   differs from `scatter`.


# %% answer="max_pool2d_backward"
def max_pool2d_backward(dout, indices, size):
    ### BEGIN SOLUTION
    height, width = size
    dx = dout.new_zeros(*dout.shape[:2], height * width)
    dx = dx.scatter_add(2, indices.flatten(2), dout.flatten(2))
    return dx.reshape(*dout.shape[:2], height, width)
    ### END SOLUTION


# %% check="max_pool2d_backward"
check("max_pool2d_backward")

# %% [markdown]
# > **A common mistake.** "Max pooling makes the network invariant to small shifts." Move each of
# > 360 digits by a single pixel to the right and pool with 2×2. If pooling made no difference
# > between the two, all pooled values would stay. Each of them covers two columns.

# %%
pool = use("max_pool2d")
digits = data.digits(images=True)
margin = F.pad(digits.test.x, (2, 2, 2, 2)).double()  # (360, 1, 12, 12)


def unchanged(pooling):
    """Share of the pooled values that stay when the image moves by a pixel,
    among those that are not 0 both times.
    """
    before, after = pooling(margin), pooling(shifted(margin, right=1))
    seen = (before != 0) | (after != 0)
    return 100 * (before == after)[seen].double().mean().item()


predict(
    "How many per cent of the pooled values are unchanged?",
    lambda: unchanged(lambda x: pool(x, 2)[0]),
    "%",
    0,
    100,
)

# %%
for name, pooling in {
    "no pooling": lambda x: x,
    "max of 2×2": lambda x: pool(x, 2)[0],
    "max of 3×3, stride 2": lambda x: pool(x, 3, 2)[0],
    "max of the whole image": lambda x: pool(x, 12)[0],
}.items():
    print(f"{name:24} unchanged by a shift of one pixel: {unchanged(pooling):5.1f} %")

# %% [markdown]
# Some values survive that would not have survived without pooling, and most change. Only pooling
# over *everything* does what the sentence promises.
#
# ### Exercise: `avg_pool2d` &nbsp; ●○○ &nbsp; 8 minutes
#
# The mean of each window in place of its maximum (LeNet-5 pools so). Arguments as for `max_pool2d`;
# the padding holds zeros, and they **count**: the sum is divided by $k^2$ everywhere. Returns the
# means only. Vectorised.


# %% answer="avg_pool2d"
def avg_pool2d(x, k, stride=None, padding=0):
    ### BEGIN SOLUTION
    stride = k if stride is None else stride
    padded = F.pad(x, (padding, padding, padding, padding))
    return padded.unfold(2, k, stride).unfold(3, k, stride).mean(dim=(4, 5))
    ### END SOLUTION


# %% check="avg_pool2d"
check("avg_pool2d")

# %% [markdown]
# ### Exercise: `global_avg_pool` &nbsp; ●○○ &nbsp; 3 minutes
#
# One number for each channel, its mean over all positions: `(batch, channels, height, width)`
# becomes `(batch, channels)`. A network that ends so takes images of any size, and needs no dense
# layer of millions of weights (Lin, Chen and Yan, 2014).


# %% answer="global_avg_pool"
def global_avg_pool(x):
    ### BEGIN SOLUTION
    return x.mean(dim=(2, 3))
    ### END SOLUTION


# %% check="global_avg_pool"
check("global_avg_pool")

# %% [markdown]
# **Mean or maximum?** Put a 0 or a 1 somewhere on a large empty canvas, and lay *one* kernel on it:
# the mean 0 less the mean 1. A global pool turns its feature map into one number, and a threshold
# on it, chosen on other canvases, says 0 or 1. The maximum asks whether the pattern is anywhere.
# The mean asks how much of it there is on average, and the empty rest counts too.

# %%
convolve, average = use("conv2d"), use("global_avg_pool")
zeros_and_ones = [data.Labelled(p.x[p.y < 2].double(), p.y[p.y < 2]) for p in digits]
template = torch.stack(
    [zeros_and_ones[0].x[zeros_and_ones[0].y == k].mean(dim=0) for k in (0, 1)]
)  # (2, 1, 8, 8)
template = (template[0] - template[1])[None]  # (1, 1, 8, 8)


def canvases(part, chance, n=200):
    """Scans at random places on canvases of 24×24."""
    chosen = torch.randint(len(part.x), (n,), generator=chance)
    out = torch.zeros(n, 1, 24, 24).double()
    for i, (row, column) in enumerate(torch.randint(0, 17, (n, 2), generator=chance).tolist()):
        out[i, :, row : row + 8, column : column + 8] = part.x[chosen[i]]
    return out, part.y[chosen]


def by_one_number(seed, pooling):
    """Share of unseen canvases that one threshold on the pooled feature map gets right."""
    chance = generator(seed)
    (x, y), (x_test, y_test) = (canvases(part, chance) for part in zeros_and_ones)
    score, score_test = (
        pooling(convolve(images, template, torch.zeros(1).double()))[:, 0] for images in (x, x_test)
    )
    right = ((score > score[:, None]) == (y == 0)).double().mean(dim=1)  # for every threshold
    return ((score_test > score[right.argmax()]) == (y_test == 0)).double().mean().item()


for name, pooling in {"maximum": global_max_pool, "mean": average}.items():
    print(
        f"global {name:8} right: "
        f"{over_seeds(lambda seed, pooling=pooling: by_one_number(seed, pooling)):.2g}"
    )

# %% [markdown]
# Guessing gives one half. The mean of a correlation hardly depends on the picture's arrangement:
# summed over all places (away from the border), it is the picture's brightness times the sum of the
# kernel. In a trained network a ReLU stands in between, and the mean regains its sense.
#
# **The same in torch.nn:** `nn.MaxPool2d(k, stride, padding, return_indices=True)`, `nn.AvgPool2d`,
# `nn.AdaptiveAvgPool2d(1)`, `nn.AdaptiveMaxPool2d(1)`.
#
# ## The way up
#
# Networks that draw, or that say for each pixel what it shows, need layers that enlarge.
# **Unpooling** puts every value back to where its winner stood, with zeros around it: what pooling
# has forgotten stays forgotten.
#
# ### Exercise: `max_unpool2d` &nbsp; ●○○ &nbsp; 8 minutes
#
# - `x` and `indices`: `(batch, channels, rows, columns)`, from windows that do not overlap; `size`:
#   the pair (height, width). Returns `(batch, channels, height, width)`.


# %% answer="max_unpool2d"
def max_unpool2d(x, indices, size):
    ### BEGIN SOLUTION
    height, width = size
    out = x.new_zeros(*x.shape[:2], height * width)
    return out.scatter(2, indices.flatten(2), x.flatten(2)).reshape(*x.shape[:2], height, width)
    ### END SOLUTION


# %% check="max_unpool2d"
check("max_unpool2d")

# %%
unpool = use("max_unpool2d")
temple = to_gray(data.photograph("china"))[60:300, 180:460][None, None]  # (1, 1, 240, 280)
rows = [
    temple[0],
    *(unpool(*pool(temple, k), temple.shape[2:])[0] for k in (2, 4)),
]  # 3 of (1, 240, 280)
titles = ["picture", "pooled by 2 and back", "pooled by 4 and back"]
plotting.image_grid(torch.cat(rows), titles, columns=3, size=3.2)

# %% [markdown]
# A **transposed convolution** learns how to enlarge. Each pixel stamps its kernel, times its own
# value, onto a larger canvas, $s$ pixels from stamp to stamp; where stamps overlap they add up;
# then $p$ pixels are cut off on each side. You have met it: it is what finds `dx` in the backward
# pass of a convolution, with the roles of input and output exchanged. That is all that "transposed"
# means. It undoes the *shape* of a convolution, not its numbers.
#
# ### Exercise: `conv_transpose2d` &nbsp; ●●● &nbsp; 20 minutes
#
# - `x`: `(batch, inputs, height, width)`; `weight`:
#   `(inputs, outputs, kernel_height, kernel_width)`, **inputs first**, as in torch; `bias`:
#   `(outputs,)`, added once to each output pixel; `stride`, `padding`: whole numbers.
# - Along an axis, $n$ pixels become $(n - 1)\,s + k - 2p$. Returns
#   `(batch, outputs, rows, columns)`.
# - Vectorised.


# %% answer="conv_transpose2d"
def conv_transpose2d(x, weight, bias, stride=1, padding=0):
    ### BEGIN SOLUTION
    kernel_height, kernel_width = weight.shape[2:]
    # from the first stamp to the last
    rows, columns = stride * (x.shape[2] - 1) + 1, stride * (x.shape[3] - 1) + 1
    canvas = x.new_zeros(
        x.shape[0], weight.shape[1], rows + kernel_height - 1, columns + kernel_width - 1
    )
    for u in range(kernel_height):
        for v in range(kernel_width):
            stamped = torch.einsum("bihw,io->bohw", x, weight[:, :, u, v])
            canvas[:, :, u : u + rows : stride, v : v + columns : stride] += stamped
    bottom, right = canvas.shape[2] - padding, canvas.shape[3] - padding
    return canvas[:, :, padding:bottom, padding:right] + bias[:, None, None]
    ### END SOLUTION


# %% check="conv_transpose2d"
check("conv_transpose2d")

# %%
transpose = use("conv_transpose2d")
small = torch.randn(1, 3, 7, 9, generator=generator(1)).double()
kernel = torch.randn(4, 3, 3, 3, generator=generator(2)).double()
down = convolve(small, kernel, torch.zeros(4).double(), stride=2, padding=1)  # (1, 4, 4, 5)
up = transpose(down, kernel, torch.zeros(3).double(), stride=2, padding=1)  # (1, 3, 7, 9)
print(f"{tuple(small.shape)} → {tuple(down.shape)} → {tuple(up.shape)}")
print(f"largest difference from the numbers before: {(up - small).abs().max().item():.2g}")
other = torch.randn(down.shape, generator=generator(3)).double()
transposed = transpose(other, kernel, torch.zeros(3).double(), stride=2, padding=1)
print(f"⟨conv(x), y⟩ = {(down * other).sum():.6g}")
print(f"⟨x, conv_transpose(y)⟩ = {(small * transposed).sum():.6g}")

# %% [markdown]
# The last line is the definition of a transpose:
# $\langle Ax, y\rangle = \langle x, A^\top y\rangle$.
#
# > **When it breaks: checkerboards.** With a kernel that the stride does not divide, some pixels
# > lie under more stamps than others. Stamp ones onto a canvas, and look at the pattern that a
# > generator would have to fight in every picture that it paints (Odena, Dumoulin and Olah, 2016).


# %%
def stamps(kernel=3, stride=2):
    out = transpose(
        torch.ones(1, 1, 5, 5), torch.ones(1, 1, kernel, kernel), torch.zeros(1), stride
    )
    return pixels(out[0, 0], "canvas")


explore(stamps, kernel=(2, 5), stride=(1, 3))

# %% [markdown]
# **The same in torch.nn:** `nn.MaxUnpool2d(k)` and
# `nn.ConvTranspose2d(inputs, outputs, k, stride, padding)`.
#
# ## Keeping feature maps in scale
#
# AlexNet (2012) let neighbouring **channels** inhibit each other, as excited neurons do to their
# neighbours. At each position, with the sum over the $n$ channels nearest to $c$, itself among
# them:
#
# $$y_c = x_c \Big/ \Big( k + \frac{\alpha}{n} \sum_{c'} x_{c'}^2 \Big)^{\beta}$$
#
# This is torch's form. The paper's has $\alpha$ without the division, so its $\alpha = 10^{-4}$ at
# $n = 5$ is $5 \cdot 10^{-4}$ here. Of an even $n$, the sum takes $n/2$ channels before $c$ and
# $n/2 - 1$ after it. Where channels are missing, at the first and the last, they count as zeros,
# and $n$ stays $n$.
#
# ### Exercise: `local_response_norm` &nbsp; ●●○ &nbsp; 15 minutes
#
# - `x`: `(batch, channels, height, width)`; `size` is $n$; `alpha`, `beta`, `k`: numbers. The
#   result has the shape of `x`.


# %% answer="local_response_norm"
def local_response_norm(x, size, alpha=1e-4, beta=0.75, k=1.0):
    ### BEGIN SOLUTION
    # zeros before the first and after the last channel
    squares = F.pad(x**2, (0, 0, 0, 0, size // 2, (size - 1) // 2))
    total = squares.unfold(1, size, 1).sum(dim=-1)  # (batch, channels, height, width)
    return x / (k + alpha / size * total) ** beta
    ### END SOLUTION


# %% check="local_response_norm"
check("local_response_norm")

# %%
respond = use("local_response_norm")
activity = torch.tensor([1.0, 1, 1, 1, 8, 1, 1, 1, 1]).reshape(1, 9, 1, 1)  # one channel shouts
print("before:", " ".join(f"{v:4.2f}" for v in activity.flatten()))
print(
    "after: ",
    " ".join(f"{v:4.2f}" for v in respond(activity, 5, alpha=1.0, beta=0.75, k=1.0).flatten()),
)

# %% [markdown]
# The loud channel quietens its two neighbours on each side, and itself. (With the paper's $\alpha$,
# two thousand times smaller than this one, it takes larger numbers to do so.) VGG's authors found
# that it brought nothing (Simonyan and Zisserman, 2015), and it has gone out of use. What took its
# place is **batch normalisation**. For feature maps one thing is new: which numbers share a mean?
# The kernel is the same at all positions, so all positions of a channel, in all images, are treated
# alike: unit 1's layer, with every *pixel* as a sample and every *channel* as a feature.
#
# ### Exercise: `batchnorm2d` &nbsp; ●●○ &nbsp; 12 minutes
#
# - `x`: `(batch, channels, height, width)`; `gamma`, `beta`, `mean`, `var`: `(channels,)`, the last
#   two the running ones; `train`, `momentum`, `eps` as in unit 1.
# - In training normalise with mean and (population) variance over batch, height and width; return
#   the running ones as $(1 - m) \cdot \text{old} + m \cdot \text{new}$, where the new variance is
#   the unbiased one, divided by the number of *pixels* less one. In evaluation normalise with the
#   running ones, and return them as they are.
# - Returns `(out, mean, var)`. You may call your
#   `batchnorm_forward(x, gamma, beta, mean, var, train, momentum, eps)` of unit 1, which returns
#   `(out, cache, mean, var)`: the check provides a correct one under that name.


# %% answer="batchnorm2d"
def batchnorm2d(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    ### BEGIN SOLUTION
    batch_mean, batch_var = mean, var
    if train:
        batch_mean, batch_var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)
        mean = (1 - momentum) * mean + momentum * batch_mean
        var = (1 - momentum) * var + momentum * x.var(dim=(0, 2, 3))
    scale = gamma / torch.sqrt(batch_var + eps)  # (channels,)
    return (x - batch_mean[:, None, None]) * scale[:, None, None] + beta[:, None, None], mean, var
    ### END SOLUTION


# %% check="batchnorm2d"
check("batchnorm2d")

# %% [markdown]
# Statistics for each position would be another layer, and would break what convolutions are for.
# Test it: let both learn their statistics from the digits, then move the digits. Does the output
# move along?

# %%
my_batchnorm = use("batchnorm2d")
one, zero = torch.ones(1).double(), torch.zeros(1).double()
# mean and variance of the channel
statistics = my_batchnorm(margin, one, zero, zero, one, True, momentum=1.0)[1:]


def per_channel(x):
    return my_batchnorm(x, one, zero, *statistics, False)[0]


def per_position(x):
    return (x - margin.mean(dim=0)) / torch.sqrt(margin.var(dim=0) + 1e-5)


for name, layer in {"per channel": per_channel, "per position": per_position}.items():
    still, along = layer(margin), layer(shifted(margin, right=1))
    off = (still[..., :-1] - along[..., 1:]).abs().max().item()
    print(f"{name:13} largest change of a value that moved along: {off:.2f}")

layer = nn.BatchNorm2d(1).double()
theirs, (ours, my_mean, my_var) = layer(margin), my_batchnorm(margin, one, zero, zero, one, True)
pairs = (ours, theirs), (my_mean, layer.running_mean), (my_var, layer.running_var)
off = max((a - b).abs().max().item() for a, b in pairs)
print(f"largest difference from nn.BatchNorm2d, output and running statistics: {off:.10f}")

# %% [markdown]
# ## How far does a unit see?
#
# A unit after one 3×3 convolution sees 3 pixels across; a unit after two sees 5. Every stride on
# the way widens the steps between neighbours, and so what all later kernels add. Build a stack and
# look down from its top.


# %%
def look_down(layers="conv 3, conv 3, pool 2, conv 3"):
    stack = [
        (int(n), 2 if kind == "pool" else 1)
        for kind, n in (part.split() for part in layers.split(", "))
    ]
    return seen_through(stack)


stacks = [
    "conv 3, conv 3, conv 3",
    "conv 3, conv 3, pool 2, conv 3",
    "pool 2, conv 3, conv 3",
    "conv 5, pool 2, conv 5, pool 2",
]
explore(look_down, layers=stacks)

# %% [markdown]
# ### Exercise: `receptive_field` &nbsp; ●●○ &nbsp; 12 minutes
#
# The width in pixels of what one unit after all these layers depends on, along one axis (and
# ignoring the picture's border).
#
# - `layers`: a list of pairs `(kernel, stride)`, convolutions and poolings alike, the first layer
#   first. Returns a whole number.
# - Keep two numbers: how many pixels are seen so far, and how many pixels lie between two
#   neighbours of the present layer.


# %% answer="receptive_field"
def receptive_field(layers):
    ### BEGIN SOLUTION
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step  # kernel - 1 steps more than one unit of the layer below sees
        step *= stride
    return field
    ### END SOLUTION


# %% check="receptive_field"
check("receptive_field")

# %%
field = use("receptive_field")
vgg16 = ([(3, 1)] * 2 + [(2, 2)]) * 2 + ([(3, 1)] * 3 + [(2, 2)]) * 3
predict(
    "VGG-16 has 13 convolutions of 3×3 and 5 poolings of 2×2 with stride 2 (two, two, three, "
    "three and three convolutions, a pooling after each group). "
    "How many pixels across does a unit at its end see?",
    answer=lambda: field(vgg16),
    unit="pixels",
    low=1,
)

# %%
lenet, alexnet = (
    [(5, 1), (2, 2), (5, 1), (2, 2)],
    [(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)],
)
for name, stack in {
    "LeNet-5": lenet,
    "AlexNet": alexnet,
    "VGG-16": vgg16,
    "13 convolutions of 3×3 alone": [(3, 1)] * 13,
}.items():
    print(f"{name:30} {field(stack):4} pixels")

# %% [markdown]
# Poolings do most of it. But a field is what a unit *can* see. How much does each pixel matter?
# Take eight 3×3 convolutions with ReLU, fresh weights, and send a gradient back from the middle
# unit (Luo and others, 2016).


# %%
def influence(seed, depth=8):
    """Mean size of the middle unit's gradient with respect to each of 33×33 pixels."""
    with seeded(seed):
        convolutions = [nn.Conv2d(1 if i == 0 else 8, 8, 3, padding=1) for i in range(depth)]
        for layer in convolutions:
            nn.init.kaiming_normal_(layer.weight)
    net = nn.Sequential(*(part for layer in convolutions for part in (layer, nn.ReLU()))).double()
    x = torch.randn(16, 1, 33, 33, generator=generator(seed)).double().requires_grad_()
    (dx,) = torch.autograd.grad(net(x)[:, :, 16, 16].sum(), x)
    return dx.abs().mean(dim=(0, 1))  # (33, 33)


maps = [influence(seed) for seed in range(3)]
print("field by arithmetic:", field([(3, 1)] * 8), "pixels across")
print(
    "pixels outside of it that matter:",
    sum(int((m > 0).sum() - (m[8:25, 8:25] > 0).sum()) for m in maps),
)
inner = training.Spread(tuple((m[12:21, 12:21].sum() / m.sum()).item() for m in maps))
print(f"share of the gradient in its inner 9×9, {81 / 289:.0%} of the area: {inner:.2g}")
plotting.image_grid(
    torch.stack([(m / m.max()).sqrt() for m in maps]), [f"seed {s}" for s in range(3)], size=1.8
)

# %% [markdown]
# The arithmetic holds to the pixel, and the rim hardly counts: many more paths lead to the middle
# than to the corner. A field as wide as the image is the least that a unit needs to judge the whole
# of it, not enough.
#
# ## A network of your own layers
#
# Now stack them. Two convolutions of 3×3, each with ReLU and 2×2 max pooling behind it, and a dense
# layer: the digits go through *your* functions, and the gradient comes back through *your*
# functions. No autograd anywhere.

# %%
go_back, pool_back = use("conv2d_backward"), use("max_pool2d_backward")
he = use("he_normal")
x_train, y_train = digits.train.x.double(), digits.train.y  # (1437, 1, 8, 8), (1437,)
x_test, y_test = digits.test.x.double(), digits.test.y


def fresh(seed):
    """Weights and biases of conv 1 → 8, conv 8 → 16, dense 64 → 10."""
    chance = generator(seed)
    shapes = {"w1": (8, 1, 3, 3), "w2": (16, 8, 3, 3), "w3": (10, 64)}
    weights = {name: he(shape, chance).double() for name, shape in shapes.items()}
    return weights | {f"b{i}": torch.zeros(n).double() for i, n in ((1, 8), (2, 16), (3, 10))}


def forward(p, x):
    z1 = convolve(x, p["w1"], p["b1"], padding=1)  # (batch, 8, 8, 8)
    h1, i1 = pool(z1.relu(), 2)  # (batch, 8, 4, 4)
    z2 = convolve(h1, p["w2"], p["b2"], padding=1)  # (batch, 16, 4, 4)
    h2, i2 = pool(z2.relu(), 2)  # (batch, 16, 2, 2)
    return h2.flatten(1) @ p["w3"].T + p["b3"], (x, z1, h1, i1, z2, h2, i2)


def gradients(p, x, y, through_convolution):
    """Loss, and its gradient with respect to every parameter, layer by layer from the top."""
    scores, (x, z1, h1, i1, z2, h2, i2) = forward(p, x)
    dscores = (scores.softmax(dim=1) - F.one_hot(y, 10)) / len(y)
    grads = {"w3": dscores.T @ h2.flatten(1), "b3": dscores.sum(dim=0)}
    dz2 = pool_back((dscores @ p["w3"]).reshape(h2.shape), i2, z2.shape[2:]) * (z2 > 0)
    dh1, grads["w2"], grads["b2"] = through_convolution(dz2, h1, p["w2"], padding=1)
    dz1 = pool_back(dh1, i1, z1.shape[2:]) * (z1 > 0)
    _, grads["w1"], grads["b1"] = through_convolution(dz1, x, p["w1"], padding=1)
    return F.cross_entropy(scores, y).item(), grads


def my_way_back(dout, x, weight, padding):
    return go_back(dout, x, weight, stride=1, padding=padding)


def train(seed, through_convolution, epochs=4, lr=0.02, momentum=0.9):
    """Losses of every step, and the parameters at the end."""
    p, chance, losses = fresh(seed), generator(seed), []
    velocity = {name: torch.zeros_like(value) for name, value in p.items()}
    for _ in range(epochs):
        for xs, ys in training.batches(x_train, y_train, 32, chance):
            loss, grads = gradients(p, xs, ys, through_convolution)
            velocity = {name: momentum * velocity[name] + grads[name] for name in p}
            p = {name: p[name] - lr * velocity[name] for name in p}
            losses.append(loss)
    return losses, p


def checked(through_convolution, seed=0):
    """For every parameter: how far the gradient is from autograd's, as a share of its size."""
    p = {name: value.requires_grad_() for name, value in fresh(seed).items()}
    F.cross_entropy(forward(p, x_train[:64])[0], y_train[:64]).backward()
    with torch.no_grad():
        _, grads = gradients(p, x_train[:64], y_train[:64], through_convolution)
        return {
            name: ((grads[name] - p[name].grad).norm() / p[name].grad.norm()).item()
            for name in sorted(p)
        }


errors = checked(my_way_back)
print(f"largest error of a gradient, as a share of its size: {max(errors.values()):.10f}")
mine = [train(seed, my_way_back) for seed in range(3)]
print(
    "share of unseen digits right:",
    over_seeds(lambda seed: accuracy(forward(mine[seed][1], x_test)[0], y_test)),
)

# %% [markdown]
# ## Find the fault
#
# A colleague finds `dx` in another fashion: it is itself a correlation, of `dout` with a wide
# border and the kernel turned around. (Check this on paper for one axis. It is right.) The
# gradients of weight and bias stay yours. The network, the pooling, the initial weights and the
# learning rate are the same as before. It trains, and it runs without an error. Just not very well.


# %% script="debug_padding"
def back_to_image(dout, weight, size, padding):
    """Gradient with respect to the input, of this (height, width),
    of a convolution with stride 1.
    """
    kh, kw = weight.shape[2:]
    around = F.pad(dout, (kw - 1, kw - 1, kh - 1, kh - 1)).unfold(2, kh, 1).unfold(3, kw, 1)
    # as large as the padded input
    dpadded = torch.einsum("bohwuv,oiuv->bihw", around, weight.flip(2, 3))
    return dpadded[:, :, : size[0], : size[1]]  # as large as the input


def through_convolution(dout, x, weight, padding):
    _, dweight, dbias = my_way_back(dout, x, weight, padding)
    return back_to_image(dout, weight, x.shape[2:], padding), dweight, dbias


theirs = [train(seed, through_convolution) for seed in range(3)]
for name, runs in {"yours": mine, "colleague's": theirs}.items():
    ends = training.Spread(tuple(sum(losses[-20:]) / 20 for losses, _ in runs))
    right = training.Spread(tuple(accuracy(forward(p, x_test)[0], y_test) for _, p in runs))
    print(f"{name:12} loss in the end {ends:.2g}; right {right:.2g}")
for name, error in checked(through_convolution).items():
    print(f"gradient of {name}: {'right' if error < 1e-12 else f'off by {error:.0%} of its size'}")
smooth = {
    name: torch.tensor(runs[0][0]).unfold(0, 10, 1).mean(1).tolist()
    for name, runs in {"yours": mine, "colleague's": theirs}.items()
}
plotting.loss_curves(smooth, "step", "loss, mean of 10 steps")

# %% [markdown]
# ### Exercise: `debug_padding` &nbsp; ●●● &nbsp; 20 minutes
#
# What is wrong? The table of gradients tells you where to look, if you think about which way each
# of them has come.
#
# - **A** The learning rate is too large for this network.
# - **B** The weights are badly initialised.
# - **C** The way back through max pooling sends gradients to the wrong pixels.
# - **D** The kernel must not be turned around.
# - **E** The gradient lands on the wrong pixels of the convolution's input.
#
# Write a function that returns the letter and the mended `back_to_image`: `return "A", mended`,
# where `mended(dout, weight, size, padding)` returns the gradient `(batch, inputs, *size)`. Stride
# 1, and kernels that need not be square. Letter and function are worth the same.


# %% answer="debug_padding"
def debug_padding():
    ### BEGIN SOLUTION
    def mended(dout, weight, size, padding):
        k = weight.shape[2:]
        # what would be cut off on both sides is left out
        narrow = [k[1] - 1 - padding] * 2 + [k[0] - 1 - padding] * 2
        seen = F.pad(dout, narrow).unfold(2, k[0], 1).unfold(3, k[1], 1)
        return torch.einsum("bohwuv,oiuv->bihw", seen, torch.flip(weight, (2, 3)))

    return "E", mended
    ### END SOLUTION


# %% check="debug_padding"
check("debug_padding")

# %% [markdown]
# This is why a gradient is checked and not judged by its loss curve: a network whose upper layers
# learn makes up for much that is wrong below.
#
# ## What is a convolutional network invariant to?
#
# Three networks learn the digits, centred on a canvas of 12×12 so that there is room to move: a
# dense one as in unit 1; convolutions and pooling with a *dense layer* behind them, as LeNet; and
# convolutions with a *global maximum* behind them. Then the test scans are moved, turned and
# enlarged, which no network has seen in training.

# %%
canvas, canvas_test = (
    F.pad(part.x, (2, 2, 2, 2)).double() for part in digits
)  # (samples, 1, 12, 12)


def dense_net():
    return nn.Sequential(nn.Flatten(), nn.Linear(144, 32), nn.ReLU(), nn.Linear(32, 10))


def pooled_net():
    first = nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)  # (batch, 8, 6, 6)
    second = nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)  # (batch, 16, 3, 3)
    return nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(144, 10))


def global_net():
    convolutions = (
        nn.Conv2d(1, 8, 3),
        nn.ReLU(),
        nn.Conv2d(8, 32, 5),
        nn.ReLU(),
    )  # (batch, 32, 6, 6)
    return nn.Sequential(*convolutions, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(32, 10))


def learned(make, seed, epochs):
    with seeded(seed):
        net = make().double()
    optimizer = torch.optim.Adam(net.parameters(), 5e-3)
    training.fit(
        net, canvas, digits.train.y, F.cross_entropy, optimizer, epochs, size=32, seed=seed
    )
    return net


kinds = {
    "dense": (dense_net, 12),
    "conv, pool, dense": (pooled_net, 8),
    "conv, global max": (global_net, 8),
}
nets = {
    name: [learned(make, seed, epochs) for seed in range(3)]
    for name, (make, epochs) in kinds.items()
}


def reads(name, change):
    """Share of changed test scans read right, in %, for every seed."""
    with torch.no_grad():
        return training.Spread(
            tuple(100 * accuracy(net(change(canvas_test)), y_test) for net in nets[name])
        )


def line(change):
    """The three networks' shares, mean and range over the seeds."""
    spreads = {name: reads(name, change) for name in nets}
    return ",  ".join(
        f"{n} {s.mean:.0f} ({min(s.values):.0f}–{max(s.values):.0f})" for n, s in spreads.items()
    )


print("% right, mean and range over three seeds")
print(f"scans as they are:  {line(lambda x: x)}")
predict(
    "Now every scan is moved to the right by one pixel. "
    "How many per cent does the second network (convolutions, pooling, a dense layer) still read?",
    answer=lambda: reads("conv, pool, dense", lambda x: shifted(x, right=1)).mean,
    unit="%",
    low=0,
    high=100,
)

# %%
for steps in (0, 1, 2):
    print(f"moved by {steps} to the right:  {line(lambda x, s=steps: shifted(x, right=s))}")

# %% [markdown]
# Convolutions and pooling alone do not do it: the feature maps move along (equivariance), and the
# dense layer behind them has learned *where* each feature stands. Only the third network throws the
# place away, and it reads moved scans nearly as well as others. (Not quite: at the border of the
# canvas, windows are missing.) In practice most of a network's tolerance for shifts is learned from
# data that are shifted, by augmentation.

# %%
predict(
    "And turned by 90 degrees: how many per cent does the third network read, "
    "the one with convolutions and a global maximum?",
    answer=lambda: reads("conv, global max", lambda x: moved(x, 90)).mean,
    unit="%",
    low=0,
    high=100,
)

# %%
angles, scales = (
    [-90, -60, -45, -30, -20, -10, 0, 10, 20, 30, 45, 60, 90],
    [0.6, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5],
)
figure, (left, right) = plotting.picture(columns=2, width=4.4, sharey=True)
for i, name in enumerate(nets):
    look = {
        "color": plotting.COLORS[i],
        "linestyle": plotting.DASHES[i],
        "marker": plotting.MARKERS[i],
        "markersize": 4,
    }
    for axes, at, change in (
        (left, angles, lambda x, a: moved(x, angle=a)),
        (right, scales, lambda x, s: moved(x, scale=s)),
    ):
        spreads = [reads(name, lambda x, v=v: change(x, v)) for v in at]
        axes.plot(at, [s.mean for s in spreads], label=name, **look)
        axes.fill_between(
            at,
            [min(s.values) for s in spreads],
            [max(s.values) for s in spreads],
            color=look["color"],
            alpha=0.15,
        )
left.set(xlabel="turned by (degrees)", ylabel="read right (%)", ylim=(0, 100))
right.set(xlabel="enlarged by", xticks=scales[::2])
right.legend(fontsize="small", loc="lower right")
for angle in (20, 45, 90):
    print(f"turned by {angle} degrees: {line(lambda x, a=angle: moved(x, angle=a))}")
for scale in (0.75, 1.25):
    print(f"enlarged by {scale}:     {line(lambda x, s=scale: moved(x, scale=s))}")
figure.alt = (
    "share of test scans read right against angle and scale, three networks over three seeds, "
    "as printed above"
)
figure

# %% [markdown]
# > **A common mistake.** "CNNs are invariant to rotation" (and "to scale"). The three curves on the
# > left lie on each other: turned by 45 degrees, about a quarter is read by any of the three, and
# > at 90 no more than by chance. A kernel that was learned upright stays upright. The dense network
# > of unit 1 is not a bit worse at this. What helps is turned and scaled images in training, or
# > several kernels tied together by turns (Cohen and Welling, 2016).
#
# ## To remember
#
# 1. On the way back everything that was used several times collects several gradients: a weight
#    from all positions, a pixel from all windows, a winner from all it won; and what was padded
#    must be cut off where it was added.
# 2. Pooling shrinks, strides widen what later layers see, a transposed convolution paints what a
#    convolution would collect; none of them gives back what was thrown away.
# 3. Convolutions are equivariant to shifts and to nothing else; invariance has to be built on top,
#    or learned.
#
# ## Sources
#
# LeCun, Bottou, Bengio and Haffner (1998), *Gradient-based learning applied to document
# recognition*. Ranzato, Huang, Boureau and LeCun (2007), *Unsupervised learning of invariant
# feature hierarchies*. Zeiler, Krishnan, Taylor and Fergus (2010), *Deconvolutional networks*.
# Krizhevsky, Sutskever and Hinton (2012), *ImageNet classification with deep convolutional neural
# networks*. Lin, Chen and Yan (2014), *Network in network*. Zeiler and Fergus (2014), *Visualizing
# and understanding convolutional networks*. Ioffe and Szegedy (2015), *Batch normalization*.
# Simonyan and Zisserman (2015), *Very deep convolutional networks for large-scale image
# recognition*. Cohen and Welling (2016), *Group equivariant convolutional networks*. Dumoulin and
# Visin (2016), *A guide to convolution arithmetic for deep learning*. Luo, Li, Urtasun and Zemel
# (2016), *Understanding the effective receptive field in deep convolutional neural networks*.
# Odena, Dumoulin and Olah (2016), *Deconvolution and checkerboard artifacts*. Araujo, Norris and
# Sim (2019), *Computing receptive fields of convolutional neural networks*. Zhang (2019), *Making
# convolutional networks shift-invariant again*.
