# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Images and kernels: what can nine numbers see in a picture?
#
# Unit 1 laid a scan of 8×8 pixels into a row of 64 numbers and forgot which pixels were neighbours.
# A photograph has a hundred thousand pixels, and its neighbours are all it is about. Here you take
# a picture apart into numbers, clean and scale them, and then build the one operation that this
# unit rests on: a small grid of weights that is laid on every place of the picture.
#
# Images are tensors with the **batch first and the channels before height and width**:
# `(batch, channels, height, width)`, values from 0 (dark) to 1. Rows are counted from the top.

# %% tags=["setup"]
import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder import check, use
from gradschool import data, plotting
from gradschool.convolutional.images import quantize, shifted, to_gray
from gradschool.convolutional.kernels import KERNELS, named_kernel
from gradschool.convolutional.pictures.kernels import pixels, positions, window_at
from gradschool.training import generator, over_seeds
from gradschool.widgets import NumberGrid, explore, predict

# %% [markdown]
# ## A picture is a tensor
#
# Two photographs ship with scikit-learn. Each has three **channels**: how much red, green and blue
# light arrived at a pixel.

# %%
photo, flower = data.photograph("china"), data.photograph("flower")  # (3, 427, 640)
gray = to_gray(photo)  # (427, 640)
print(
    "shape:", tuple(photo.shape), " values from", f"{photo.min():.0f}", "to", f"{photo.max():.0f}"
)
panels = torch.stack(
    [photo, *(channel.expand(3, -1, -1) for channel in (*photo, gray))]
)  # (5, 3, 427, 640)
plotting.image_grid(panels, ["all three", "red", "green", "blue", "grey"], columns=5, size=1.7)

# %% [markdown]
# The grey picture is not the mean of the three. An eye takes green for brighter than blue, so the
# usual weights are $0.299\,r + 0.587\,g + 0.114\,b$. Zoom in far enough and any picture looks like
# this:

# %%
pixels(gray[130:138, 300:310])  # (8, 10), at the eaves

# %%
predict(
    "The photograph has 427 × 640 = 273,280 pixels. How many different colours occur among them?",
    answer=lambda: len((photo * 255).round().flatten(1).unique(dim=1).T),
    low=1,
    high=273280,
)

# %% [markdown]
# Each channel of a pixel is stored as a whole number from 0 to 255: eight bits, the **bit depth**.
# That makes $256^3$ = 16.8 million possible colours, and a photograph uses far fewer. How many bits
# would do? Take some away and see where it begins to hurt: look at the sky.


# %%
def with_bits(bits=3, picture="china"):
    image = {"china": photo, "flower": flower}[picture]
    coarse = quantize(image, bits)
    colours = len((coarse * 255).round().flatten(1).unique(dim=1).T)
    kib = image.numel() * bits / 8 / 1024
    title = f"{bits} bit{'s' * (bits > 1)} a channel: {colours} colours, {kib:.0f} KiB uncompressed"
    return plotting.image_grid(coarse[None], [title], size=3.2)


explore(with_bits, bits=(1, 8), picture=["china", "flower"])

# %% [markdown]
# With one bit and one channel a picture is **binary**: a pixel is ink or paper. That is all a
# reader of text needs, and it takes a threshold that somebody must choose.


# %%
def binary(threshold=0.5):
    image = (gray > threshold).float()  # (427, 640)
    return plotting.image_grid(
        image[None], [f"{image.mean():.0%} of the pixels are white"], size=3.6
    )


explore(binary, threshold=(0.1, 0.9, 0.05))

# %% [markdown]
# The temple is dark before a bright sky, so one threshold parts them. What it does inside the
# temple is an accident of light.
#
# ## Bad data
#
# A network believes its data. Below is a delivery of 1,000 scanned digits in which we have broken
# 12 images and changed 30 labels. In a real delivery nobody tells you how many there are. What can
# be found **before** any network is trained?


# %%
def delivery(seed):
    """1,000 digits, of which 12 are corrupt (3 of each kind) and 30 others have a wrong label."""
    chance, train = generator(seed), data.digits(images=True).train
    x, y = train.x[:1000].double(), train.y[:1000].clone()  # (1000, 1, 8, 8), (1000,)
    order = torch.randperm(1000, generator=chance)
    blank, negative, stuck, noise, wrong = (
        order[:3],
        order[3:6],
        order[6:9],
        order[9:12],
        order[12:42],
    )
    x[blank] = 0
    x[negative] = 1 - x[negative]
    x[stuck, :, 3:] = x[stuck, :, 2:3]  # the scanner stopped moving
    x[noise] = torch.rand(3, 1, 8, 8, generator=chance).double()
    y[wrong] = (y[wrong] + torch.randint(1, 10, (30,), generator=chance)) % 10
    return x, y, {"blank": blank, "negative": negative, "stuck": stuck, "noise": noise}, wrong


scans, labels, corrupt, mislabelled = delivery(seed=0)
names = [name for name, which in corrupt.items() for _ in which]
plotting.image_grid(scans[torch.cat(list(corrupt.values()))], names, columns=12, size=0.9)

# %% [markdown]
# Each kind of damage has a number that gives it away: a blank image has no spread, a negative one
# is too bright, a stuck scanner repeats a row, noise resembles nothing else. The bounds come from
# looking at what whole scans do.

# %%
flat = scans.flatten(1)  # (1000, 64)
apart = torch.cdist(flat, flat).fill_diagonal_(math.inf)  # (1000, 1000)
tests = {
    "no spread": flat.std(dim=1) < 0.05,
    "mean above 0.55": flat.mean(dim=1) > 0.55,
    "rows repeat": (scans.diff(dim=2) == 0).all(dim=3).sum(dim=(1, 2)) >= 4,
    "nothing is near": apart.amin(dim=1) > 2.3,
}
print(f"{'test':18}{'flagged':>9}" + "".join(f"{name:>11}" for name in corrupt))
for name, flagged in tests.items():
    print(
        f"{name:18}{int(flagged.sum()):>9}"
        + "".join(f"{int(flagged[w].sum()):>9}/3" for w in corrupt.values())
    )

# %% [markdown]
# No single test finds everything, and a test that "looks at the images" with one number would have
# missed the stuck ones. Wrong labels need another idea: an image whose **nearest neighbours**
# nearly all bear another label deserves a second look. Each scan's five nearest neighbours vote.


# %%
def outvoted(x, y, k=5):
    """Scans whose label is not the one that most of their k nearest neighbours have."""
    distances = torch.cdist(x.flatten(1), x.flatten(1)).fill_diagonal_(math.inf)
    near = distances.topk(k, largest=False).indices  # (samples, k)
    votes = F.one_hot(y[near], 10).sum(dim=1)  # (samples, 10)
    return votes.argmax(dim=1) != y


def found_by_votes(seed):
    x, y, _, wrong = delivery(seed)
    return outvoted(x, y)[wrong].sum()


predict(
    "30 of the labels are wrong. How many of these are outvoted?",
    answer=lambda: found_by_votes(0),
    low=0,
    high=30,
)

# %%
print("wrong labels found, of 30:    ", over_seeds(found_by_votes))
print(
    "scans to look at, of 1,000:   ", over_seeds(lambda seed: outvoted(*delivery(seed)[:2]).sum())
)
innocent = outvoted(data.digits().train.x[:1000].double(), data.digits().train.y[:1000]).sum()
print("outvoted before we did harm:  ", int(innocent))

# %% [markdown]
# A person looks at some fifty scans and not at a thousand, and finds every wrong label. The price
# is that odd but honest handwriting is on the list too: throw out what is broken, never what is
# unusual. (With labels that are wrong *together*, all the sevens of one clerk, the neighbours would
# vote for the error.)
#
# ## The same scale for every channel
#
# The flower's photograph shows an orange blossom before dark leaves, the temple's mostly sky. Their
# channels have other means and other spreads, and a network would have to learn that before it
# learns anything else. So each **channel** gets mean 0 and standard deviation 1, over all pixels of
# all training images:
#
# $$\hat x_{n,c,i,j} = \frac{x_{n,c,i,j} - \mu_c}{\sigma_c}$$
#
# Other images, of a test set, say, are scaled with the *same* $\mu_c$ and $\sigma_c$, which is why
# they are returned.
#
# ### Exercise: `normalize_channels` &nbsp; ●●○ &nbsp; 10 minutes
#
# - `images`: `(batch, channels, height, width)`. Returns `(normalised, mean, std)`: the images in
#   their shape, and two vectors `(channels,)`.
# - `std` divides the squares by the number of pixels (population). Divide by `std`, or by `eps`
#   where `std` is smaller than that: a channel that never changes becomes 0, not `nan`. What you
#   return as `std` is the measured one.


# %% answer="normalize_channels"
def normalize_channels(images, eps=1e-5):
    ### BEGIN SOLUTION
    mean = images.mean(dim=(0, 2, 3))  # (channels,)
    std = images.std(dim=(0, 2, 3), correction=0)
    scale = std.clamp(min=eps)[:, None, None]  # (channels, 1, 1)
    return (images - mean[:, None, None]) / scale, mean, std
    ### END SOLUTION


# %% check="normalize_channels"
check("normalize_channels")

# %%
normalise = use("normalize_channels")
both = torch.stack([photo, flower]).double()  # (2, 3, 427, 640)
normalised, mean, std = normalise(both)
for c, name in enumerate(["red", "green", "blue"]):
    before = " and ".join(f"{image[c].mean():.3f}" for image in both)
    print(
        f"{name:6} mean {mean[c]:.3f}, deviation {std[c]:.3f} over both (means of the two "
        f"pictures: {before})"
    )
each = torch.stack([normalise(image[None])[0][0] for image in both])
print("red of the temple, mean after scaling both together:", f"{normalised[0, 0].mean():.2f}")
print("red of the temple, mean after scaling it by itself: ", f"{abs(each[0, 0].mean()):.2f}")

# %% [markdown]
# > **When it breaks.** Scaled by itself, every picture gets mean 0, and that the temple stands in
# > bright daylight and the flower in the dark is lost. Scaling a test image with its own statistics
# > does the same. And a network whose training images were normalised must never be shown raw ones,
# > nor images normalised *twice with the training's numbers*: three channels that should lie around
# > 0 then lie around $-\mu_c/\sigma_c$. Nothing raises an error; the accuracy just falls.
#
# **The same in torch:** `torchvision.transforms.Normalize(mean, std)` applies two numbers per
# channel. The famous `mean = [0.485, 0.456, 0.406]`, `std = [0.229, 0.224, 0.225]` are those of
# ImageNet's training images. To subtract the mean and leave the deviation alone is called centring;
# dividing by it, **standardising**.
#
# ## A kernel on every place
#
# A **kernel** is a small matrix of weights. Lay it on the picture, multiply each weight with the
# pixel under it, sum: one number. Move on by one pixel and do it again. With $K$ of
# $k_h \times k_w$ weights on an image $I$,
#
# $$S_{i,j} = \sum_{u=0}^{k_h-1} \sum_{v=0}^{k_w-1} I_{i+u,\, j+v}\, K_{u,v} .$$
#
# It is unit 1's template again, a weighted sum, only that it looks at nine pixels and at every
# place with the same nine weights. Move the window and check a sum or two by hand.

# %%
digit = data.digits(images=True).train.x[0, 0]  # (8, 8)


def at(kernel="Sobel, across", row=2, column=1):
    return window_at(digit, named_kernel(kernel), row, column)


explore(at, kernel=list(KERNELS), row=(0, 5), column=(0, 5))

# %% [markdown]
# ### Exercise: `correlate2d` &nbsp; ●●○ &nbsp; 15 minutes
#
# The sum above for one image and one kernel.
#
# - `image`: `(height, width)`; `kernel`: `(kernel_height, kernel_width)`, no larger than the image,
#   not always square.
# - Returns all places where the kernel lies **wholly** on the image:
#   `(height - kernel_height + 1, width - kernel_width + 1)`. Loops are welcome here.


# %% answer="correlate2d"
def correlate2d(image, kernel):
    ### BEGIN SOLUTION
    kernel_height, kernel_width = kernel.shape
    rows, columns = image.shape[0] - kernel_height + 1, image.shape[1] - kernel_width + 1
    out = image.new_zeros(rows, columns)
    for u in range(kernel_height):  # nine shifted pictures, each times one weight
        for v in range(kernel_width):
            out = out + kernel[u, v] * image[u : u + rows, v : v + columns]
    return out
    ### END SOLUTION


# %% check="correlate2d"
check("correlate2d")

# %% [markdown]
# Now play. The picture on the left, what your `correlate2d` makes of it on the right. Begin with a
# named kernel and change its numbers one by one. Find: a kernel that moves the picture, one that
# darkens it, one that finds only edges that run from lower left to upper right. What do all kernels
# that find edges have in common, and all that keep a grey wall grey? (Add up their weights.)

# %%
correlate = use("correlate2d")
views = {"temple": gray[60:300, 180:460], "flower": to_gray(flower)[60:300, 180:460]}  # (240, 280)


def play(kernel, picture="temple"):
    weights = torch.tensor(kernel, dtype=torch.float32)
    view = views[picture]
    result = correlate(view, weights)  # (238, 278)
    total = weights.sum().item()
    if abs(total) < 1e-4:  # no grey level of its own: show 0 as middle grey
        bound = result.abs().max().clamp(min=1e-6)
        result = 0.5 + result / (2 * bound)
    titles = ["picture", f"result (the weights sum to {total:.3g})"]
    return plotting.image_grid(
        torch.stack([view[1:-1, 1:-1], result.clamp(0, 1)]), titles, size=2.6
    )


explore(play, kernel=NumberGrid(KERNELS["sharpen"], presets=KERNELS), picture=list(views))

# %% [markdown]
# ### Correlation or convolution?
#
# What deep learning calls convolution is a **cross-correlation**. The convolution of mathematics
# turns the kernel by 180 degrees first, $\sum_{u,v} I_{i-u,\,j-v} K_{u,v}$: only then is it
# commutative and associative. A symmetric kernel does not show the difference; this one does, a
# single 1 to the right of the middle:

# %%
shift = named_kernel("shift")
view = gray[150:160, 300:310]
by_correlation = correlate(view, shift)  # (8, 8)
by_convolution = correlate(view, shift.flip(0, 1))
left, right = view[1:-1, 2:], view[1:-1, :-2]  # the picture, moved to the left and to the right
print(f"correlation less the picture moved to the left:  {(by_correlation - left).abs().max():.4f}")
print(
    f"convolution less the picture moved to the right: {(by_convolution - right).abs().max():.4f}"
)

# %% [markdown]
# A network that *learns* its kernels does not care: it would learn the turned one. Care is needed
# where weights are copied from one program to another, and in signal processing, where the words
# mean what they say.
#
# ## Which edges does Sobel see?
#
# > **A common mistake.** A kernel is often printed as
# >
# > $$K = \begin{pmatrix} -1 & 0 & 1 \\ -2 & 0 & 2 \\ -1 & 0 & 1 \end{pmatrix}$$
# >
# > and call it "a detector of horizontal edges". Test it on stripes. A **horizontal edge** is one
# > that runs horizontally, like the horizon: dark above, bright below.

# %%
horizontal = torch.zeros(24, 24)
horizontal[(torch.arange(24) // 4) % 2 == 1] = 1.0  # bands of four rows
K = named_kernel("Sobel, across")
plotting.image_grid(
    0.1 + 0.7 * torch.stack([horizontal, horizontal.T]),
    ["horizontal edges", "vertical edges"],
    size=1.8,
)

# %%
predict(
    "K is laid on every place of the left picture, the one with horizontal edges. "
    "What is its largest response (its size, whatever the sign)?",
    answer=lambda: correlate(horizontal, K).abs().max(),
    low=0,
)

# %%
for name, stripes in {"horizontal edges": horizontal, "vertical edges": horizontal.T}.items():
    across, down = correlate(stripes, K), correlate(stripes, K.T)
    print(f"{name}:  K {across.abs().max():.0f} at most,  K transposed {down.abs().max():.0f}")

# %% [markdown]
# $K$ subtracts what is on the left from what is on the right: it measures how grey values change
# **across**, in the horizontal *direction*. The lines along which that happens stand **upright**.
# So $K$ finds vertical edges, and is blind to horizontal ones. The notes confuse the direction of
# the change with the direction of the edge. On the temple, look at the eaves and at the columns:

# %%
temple = views["temple"]
gx, gy = correlate(temple, K), correlate(temple, K.T)  # (238, 278)
strength = (gx.square() + gy.square()).sqrt()
shown = torch.stack([gx.abs(), gy.abs(), strength]) / strength.max()
plotting.image_grid(
    1 - shown.clamp(0, 0.5) * 2, ["K", "K transposed", "length of both"], columns=3, size=2.3
)

# %% [markdown]
# $(g_x, g_y)$ is the picture's gradient, smoothed a little: its length says how strong an edge is,
# its direction across which line. The angle costs nothing extra.
#
# ## Blur, and its opposite
#
# A kernel of nine ninths blurs, and turns a point into a square. Weights that fall off like a bell
# blur without corners:
#
# $$G_{u,v} \propto \exp\left(-\frac{u^2 + v^2}{2\sigma^2}\right), \qquad \sum_{u,v} G_{u,v} = 1,$$
#
# with $u$ and $v$ counted from the **middle** of the kernel. The sum of one keeps a grey wall grey.
#
# ### Exercise: `gaussian_kernel` &nbsp; ●○○ &nbsp; 8 minutes
#
# - `size`: rows and columns, odd or even (the middle of 4 lies between the second and the third
#   pixel). `sigma`: in pixels.
# - Returns `(size, size)`.


# %% answer="gaussian_kernel"
def gaussian_kernel(size, sigma):
    ### BEGIN SOLUTION
    offset = torch.arange(size) - (size - 1) / 2
    bell = torch.exp(-(offset**2) / (2 * sigma**2))  # (size,)
    kernel = bell[:, None] * bell[None, :]
    return kernel / kernel.sum()
    ### END SOLUTION


# %% check="gaussian_kernel"
check("gaussian_kernel")

# %% [markdown]
# What a blur takes away is detail. Add it once more and the picture looks **sharper**:
# $I + a\,(I - G * I)$, which is one kernel again, $(1 + a)$ times the identity less $a\,G$. It
# finds nothing that was not there; it exaggerates, and noise too.

# %%
gaussian = use("gaussian_kernel")
identity = torch.zeros(9, 9)
identity[4, 4] = 1


def blur_or_sharpen(sigma=2.0, amount=1.5):
    bell = gaussian(9, sigma).float()
    kernel = (1 + amount) * identity - amount * bell
    pictures = [temple[4:-4, 4:-4], correlate(temple, bell), correlate(temple, kernel).clamp(0, 1)]
    titles = ["picture", f"blurred, σ = {sigma:g}", f"sharpened by {amount:g}"]
    return plotting.image_grid(torch.stack(pictures), titles, columns=3, size=2.3)


explore(blur_or_sharpen, sigma=(0.5, 4.0, 0.5), amount=(0.0, 4.0, 0.5))

# %% [markdown]
# The Gaussian is an outer product of a column and a row, so blurring down and then across gives the
# same with $2k$ products a pixel instead of $k^2$. Sobel's kernel factors too: a difference across,
# a small blur down.

# %%
bell = gaussian(9, 2.0).float()
row = bell.sum(dim=0, keepdim=True)  # (1, 9)
two_passes = correlate(correlate(temple, row.T), row)
off = (two_passes - correlate(temple, bell)).abs().max().item()
print(f"largest difference between two passes and one: {off:.4f}")
print(f"rank of the Sobel kernel, 1 for an outer product: {torch.linalg.matrix_rank(K).item()}")

# %% [markdown]
# ## How large is the result?
#
# Three settings decide at how many places a kernel stands. **Stride** $s$: it moves by $s$ pixels
# at a time. **Padding** $p$: so many zeros are added on *each* side first. **Dilation** $d$: its
# weights meet every $d$-th pixel, so that three weights reach over $2d + 1$ pixels. Below is one
# axis, a row for each place; × marks a pixel that nothing ever looks at.


# %%
def stand(n=10, kernel=3, stride=2, padding=0, dilation=1):
    return positions(n, kernel, stride, padding, dilation)


explore(stand, n=(5, 14), kernel=(1, 5), stride=(1, 4), padding=(0, 3), dilation=(1, 3))

# %% [markdown]
# Find: a padding that keeps the size at stride 1, for kernels of 3 and of 5; a pixel that is never
# seen; and a setting in which the padding on one side is never seen at all.
#
# ### Exercise: `conv_output_size` &nbsp; ●○○ &nbsp; 8 minutes
#
# The number of places along one axis: how often does a kernel fit?
#
# - `n`: pixels of the image; `kernel`, `stride`, `padding` (on each side), `dilation`: whole
#   numbers. The kernel fits at least once.
# - Returns a whole number. Work out the last place at which the kernel may begin.


# %% answer="conv_output_size"
def conv_output_size(n, kernel, stride=1, padding=0, dilation=1):
    ### BEGIN SOLUTION
    reach = dilation * (kernel - 1) + 1  # from its first pixel to its last
    return (n + 2 * padding - reach) // stride + 1
    ### END SOLUTION


# %% check="conv_output_size"
check("conv_output_size")

# %%
size_after = use("conv_output_size")
for n, kernel, stride, padding in (
    (227, 11, 4, 0),
    (224, 11, 4, 2),
    (224, 11, 4, 0),
    (224, 7, 2, 3),
):
    unused = (n + 2 * padding - kernel) % stride
    places = size_after(n, kernel, stride, padding)
    print(
        f"{n} pixels, kernel {kernel}, stride {stride}, padding {padding}: "
        f"{places} places, {unused} left over"
    )

# %% [markdown]
# The first two lines are AlexNet's first layer as it is usually built, the third is as its paper
# prints it: one unit fewer than the paper's own 55, with a remainder. You will meet that puzzle
# again.
#
# > **When it breaks.** Zeros are not neutral. A white wall with a border of zeros has an edge all
# > around, and the kernel finds it.

# %%
edges = named_kernel("Laplacian")
padded = correlate(F.pad(gray, (1, 1, 1, 1)), edges).abs()  # (427, 640)
inside = torch.ones_like(padded, dtype=torch.bool)
inside[[0, -1]] = inside[:, [0, -1]] = False
print(f"mean response of an edge kernel, inside:         {padded[inside].mean():.3f}")
print(f"mean response of it on the outermost pixels:     {padded[~inside].mean():.3f}")

# %% [markdown]
# ## Why not a dense layer?
#
# ImageNet's usual input is 224 × 224 pixels in three channels. A dense layer (unit 1) joins each of
# its units with every number of the image.

# %%
inputs = 3 * 224 * 224
predict(
    "A dense layer with 1,000 units on 224 × 224 × 3: "
    "how many million weights and biases does it have?",
    answer=lambda: (inputs * 1000 + 1000) / 1e6,
    unit="million",
    low=0,
)

# %%
layers = {
    "dense, 1,000 units": inputs * 1000 + 1000,
    "dense, as many outputs as 64 feature maps have": inputs * 64 * 222 * 222 + 64 * 222 * 222,
    "64 kernels of 3×3 on three channels": 64 * (3 * 3 * 3) + 64,
}
for name, count in layers.items():
    print(f"{name:48}{count:>18,} parameters, {4 * count / 1e6:>14,.3f} MB in float32")

# %% [markdown]
# The second and the third line compute equally many outputs. The difference is two assumptions
# about pictures: what matters for a pixel is **near** it, and a pattern means the same **wherever**
# it stands, so that all places can share one set of weights. The second one has a name. A function
# $f$ is **equivariant** to shifts if $f(\text{shift}(x)) = \text{shift}(f(x))$: move the input, and
# the output moves along. Claimed often; here it is tested, on the temple moved right by one pixel.

# %%
chance = generator(0)
patch = gray[100:164, 200:264].double()  # (64, 64)
kernel = torch.randn(3, 3, generator=chance).double()
matrix = torch.randn(64, 64, generator=chance).double() / 8
functions = {
    "correlation": lambda x: correlate(x, kernel),
    "correlation, ReLU": lambda x: correlate(x, kernel).relu(),
    "correlation, every other place": lambda x: correlate(x, kernel)[::2, ::2],
    "correlation, largest of 2×2": lambda x: F.max_pool2d(correlate(x, kernel)[None], 2)[0],
    "dense layer (on each row)": lambda x: x @ matrix.T,
}


def misses(f, steps=1):
    """How far f(moved) is from f(x), moved along by 0, 1 or 2 outputs as fits best:
    in % of f(x), away from the border.
    """
    before, after = f(patch), f(shifted(patch, right=steps))
    inner = (slice(2, -2), slice(2, -2))
    off = [
        (after - shifted(before, right=r))[inner].norm() / before[inner].norm() for r in (0, 1, 2)
    ]
    return 100 * min(off).item()


predict(
    "With stride 2 (every other place) and the picture moved by one pixel: by how many per cent "
    "of its size does the result differ from the old one, moved along as well as it can be?",
    answer=lambda: misses(functions["correlation, every other place"]),
    unit="%",
    low=0,
)

# %%
for name, f in functions.items():
    print(f"{name:32} moved by one pixel: {misses(f):5.1f} %,  moved by two: {misses(f, 2):5.1f} %")

# %% [markdown]
# Read the table line by line. The correlation is equivariant, exactly, and stays so under what acts
# on each number alone. With **stride 2** or pooling, equivariance holds for moves by two pixels and
# not for moves by one, where the result has become another sample of the picture. The dense layer
# has no idea what a shift is. And all of this is measured inside: at the border, zeros come in.
#
# > **A common mistake.** "CNNs are invariant to translation." *Equivariant* is what you measured,
# > and only up to stride and border. **Invariance**, an output that stays the same, has to come
# > from what is built on top; the next notebook measures how much of it there is, for shifts, turns
# > and scales.
#
# ## A layer of kernels
#
# A convolutional layer has many kernels and sees many channels. Output channel $o$ has one kernel
# for *each* input channel; their correlations are added, and one bias:
#
# $$y_{n,o,i,j} = b_o + \sum_{c} \sum_{u,v} \tilde x_{n,\,c,\; si+u,\; sj+v}\; W_{o,c,u,v}$$
#
# where $\tilde x$ is $x$ with $p$ zeros on each side. All of $W$ has the shape
# `(outputs, inputs, kernel_height, kernel_width)`.
#
# ### Exercise: `conv2d` &nbsp; ●●● &nbsp; 30 minutes
#
# - `x`: `(batch, inputs, height, width)`; `weight`:
#   `(outputs, inputs, kernel_height, kernel_width)`; `bias`: `(outputs,)`; `stride` and `padding`:
#   whole numbers, the same for both axes. Returns `(batch, outputs, rows, columns)`.
# - **Vectorised**: the number of tensor operations that your code runs must not grow with the
#   number of images, channels or pixels. The check counts them, and gives them a line of their own;
#   the values count even with loops, so write loops first if you like. (A loop over the kernel's
#   few pixels is fine.)
# - Two tools: `x.unfold(axis, size, step)` lays all windows along an axis beside each other without
#   copying, as a new last axis; `torch.einsum` sums products over any axes by name.


# %% answer="conv2d"
def conv2d(x, weight, bias, stride=1, padding=0):
    ### BEGIN SOLUTION
    kernel_height, kernel_width = weight.shape[2:]
    padded = F.pad(x, (padding, padding, padding, padding))
    windows = padded.unfold(2, kernel_height, stride).unfold(
        3, kernel_width, stride
    )  # (b, i, rows, columns, kh, kw)
    out = torch.einsum("bihwuv,oiuv->bohw", windows, weight)
    return out + bias[:, None, None]
    ### END SOLUTION


# %% check="conv2d"
check("conv2d")

# %% [markdown]
# Your layer on the photograph, with kernels that we choose for the last time: each of the four
# looks at all three channels. From notebook 3 on, they are learned.

# %%
convolve = use("conv2d")
by_hand = torch.zeros(4, 3, 3, 3)
by_hand[0] = K / 3  # upright edges, in any colour
by_hand[1] = K.T / 3
# red and not blue
by_hand[2, 0], by_hand[2, 2] = torch.full((3, 3), 1 / 9), torch.full((3, 3), -1 / 9)
# green and not red
by_hand[3, 1], by_hand[3, 0] = torch.full((3, 3), 1 / 9), torch.full((3, 3), -1 / 9)
maps = convolve(flower[None], by_hand, torch.zeros(4), stride=2, padding=1)[
    0
].relu()  # (4, 214, 320)
maps = maps / maps.amax(dim=(1, 2), keepdim=True)
names = ["flower, in grey", "upright edges", "lying edges", "red, not blue", "green, not red"]
plotting.image_grid(torch.cat([to_gray(flower)[None, ::2, ::2], maps]), names, columns=5, size=2.2)

# %% [markdown]
# **The same in torch.nn** is `nn.Conv2d(inputs, outputs, kernel_size, stride, padding)`, with the
# weight and the bias inside; `dilation` and `groups` are two more of its arguments.

# %%
with torch.random.fork_rng():
    torch.manual_seed(0)
    layer = nn.Conv2d(3, 8, kernel_size=(3, 5), stride=2, padding=1)
ours = convolve(both.float(), layer.weight, layer.bias, stride=2, padding=1)
print(f"{tuple(both.shape)} through {tuple(layer.weight.shape)} gives {tuple(ours.shape)}")
print(f"largest difference from nn.Conv2d: {(ours - layer(both.float())).abs().max().item():.4f}")

# %% [markdown]
# ## One axis more
#
# A film is a stack of frames, a scan of a body a stack of slices. A kernel of 3×3×3 sees how a
# place changes from one to the next, which no kernel on single frames can.
#
# ### Exercise: `conv3d` (extension) &nbsp; ●●● &nbsp; 15 minutes
#
# `conv2d` with a depth axis before height and width: `x` is
# `(batch, inputs, depth, height, width)`, `weight` is
# `(outputs, inputs, kernel_depth, kernel_height, kernel_width)`, and stride and padding are the
# same for all three axes. Vectorised as before; your `conv2d` may be called (for this check it is
# replaced by a correct one).


# %% answer="conv3d"
def conv3d(x, weight, bias, stride=1, padding=0):
    ### BEGIN SOLUTION
    windows = F.pad(x, (padding,) * 6)
    for axis in (2, 3, 4):
        windows = windows.unfold(axis, weight.shape[axis], stride)
    # (b, i, slices, rows, columns, kd, kh, kw)
    return torch.einsum("bithwsuv,oisuv->bothw", windows, weight) + bias[:, None, None, None]
    ### END SOLUTION


# %% check="conv3d"
check("conv3d")

# %% [markdown]
# A film of twelve frames: the temple stands still, while a bright spot moves to the right. A kernel
# of depth two that subtracts each frame from the next sees the spot and nothing else.

# %%
convolve3d = use("conv3d")
film = 0.5 * gray[100:148, 200:272].expand(12, -1, -1).clone()  # (12, 48, 72)
for t in range(12):
    film[t, 20:26, 4 + 5 * t : 10 + 5 * t] += 0.5
change = torch.tensor([-1.0, 1.0]).reshape(1, 1, 2, 1, 1)
motion = convolve3d(film[None, None], change, torch.zeros(1))[0, 0]  # (11, 48, 72)
print(f"share of the pixels that answer: {(motion != 0).double().mean():.1%}")
titles = ["frame 0", "frame 6", "frame 11", "0 → 1", "6 → 7", "10 → 11"]
plotting.image_grid(
    torch.cat([film[[0, 6, 11]], 0.5 + motion[[0, 6, 10]]]), titles, columns=6, size=1.7
)

# %% [markdown]
# ## To remember
#
# 1. A picture is a tensor whose neighbours matter; look at it, clean it and scale its channels with
#    the training set's own two numbers before anything learns from it.
# 2. A convolution in deep learning is a correlation: one small set of weights, summed over
#    channels, on every place; where it answers depends on the direction in which grey values
#    *change*.
# 3. Sharing weights makes a layer small and equivariant to shifts, exactly so at stride 1 and away
#    from the border, and no further.
#
# ## Sources
#
# Sobel and Feldman (1968), *A 3×3 isotropic gradient operator for image processing*, a talk at
# Stanford. Dumoulin and Visin (2016), *A guide to convolution arithmetic for deep learning*.
# Goodfellow, Bengio and Courville (2016), *Deep Learning*, chapter 9. LeCun, Bottou, Orr and Müller
# (1998), *Efficient backprop*. Ji, Xu, Yang and Yu (2013), *3D convolutional neural networks for
# human action recognition*. Zhang (2019), *Making convolutional networks shift-invariant again*.
# ITU-R Recommendation BT.601. The photographs and the digits come with scikit-learn; the digits are
# by Alpaydin and Kaynak (1998), UCI Machine Learning Repository.
