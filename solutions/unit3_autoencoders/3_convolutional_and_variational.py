# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Can an autoencoder draw a digit that nobody has written?
#
# It has learned to turn eight numbers into an image of a digit. So give it eight numbers of your
# own. What comes out is, most of the time, no digit at all: the codes that it knows are scattered
# over the space, and between them nothing was ever asked of it. This notebook first builds an
# autoencoder for images, with convolutions down and up again, then measures those holes, and then
# closes them: a **variational** autoencoder is trained so that every code near the origin is worth
# decoding.

# %% tags=["setup"]
import math
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Normal
from torch.distributions import kl_divergence as torchs

from autograder import check, use
from gradschool import data, plotting
from gradschool.autoencoders.compression import principal_basis, projected
from gradschool.autoencoders.pictures.applications import image_row
from gradschool.autoencoders.pictures.latent import codes_in_plane, decoded_plane, latent_plane
from gradschool.autoencoders.variational import new_vae
from gradschool.training import Spread, batches, fit, generator, over_seeds, seeded
from gradschool.widgets import explore, predict

# %% [markdown]
# ## Down with convolutions, up with their transposes
#
# The encoder halves height and width with each convolution of stride 2. The decoder must double
# them. Look at one row of eight pixels: a convolution with kernel 4, stride 2 and padding 1 is a
# matrix $A$ with four rows, each of which holds the kernel, two places further to the right than
# the row above. Its **transpose** $A^\top$ takes four numbers to eight: each input places a copy of
# the kernel, scaled, into the output, and where copies overlap they add up. That is
# `nn.ConvTranspose1d`, and in two dimensions `nn.ConvTranspose2d`.

# %%
kernel = torch.tensor([0.3, 1.0, 0.7, -0.4]).double().reshape(1, 1, 4)
# (8, 1, 8): a row of eight pixels with a single 1, at each place in turn
places = torch.eye(8).double().unsqueeze(1)
A = F.conv1d(places, kernel, stride=2, padding=1).squeeze(1).T  # (4, 8)
rows = torch.randn(5, 8, generator=generator(0)).double()  # (5, 8)
down = F.conv1d(rows.unsqueeze(1), kernel, stride=2, padding=1).squeeze(1)  # (5, 4)
up = F.conv_transpose1d(down.unsqueeze(1), kernel, stride=2, padding=1).squeeze(1)  # (5, 8)
print("largest difference")
print(f"of the convolution from the product with A: {(down - rows @ A.T).abs().max():.10f}")
print(
    f"of the transposed one from the product with A's transpose: {(up - down @ A).abs().max():.10f}"
)
print(f"of the row from what comes back after down and up: {(up - rows).abs().max():.2g}")
print("independent rows of A:                                  ", int(torch.linalg.matrix_rank(A)))
figure, (axes,) = plotting.picture(width=5.0, height=2.6)
axes.imshow(A, cmap="RdBu_r", vmin=-1, vmax=1)
axes.set(
    xlabel="pixel of the row",
    ylabel="output",
    yticks=range(4),
    title="the convolution as a matrix $A$",
)
axes.grid(visible=False)
figure.alt = (
    "the matrix A, four outputs from eight pixels: "
    "in each row the kernel, two places further to the right"
)
figure

# %% [markdown]
# > **A common mistake.** "The decoder inverts the convolutions; that is why it is called a
# > deconvolution." Four numbers cannot tell what eight were, and the third line says so. What is
# > undone is the *shape*. Good values are learned: the kernels of the decoder are weights of their
# > own.
#
# ### Kernels that overlap unevenly
#
# Where the stride does not divide the kernel's size, some pixels are reached by more inputs than
# their neighbours, and the image gets a pattern that no digit has (Odena, Dumoulin and Olah, 2016).
# Count how many inputs reach each of the inner pixels:

# %%
for size in (3, 4, 5):
    ones = torch.ones(1, 1, size, dtype=torch.float64)
    reached = F.conv_transpose1d(torch.ones(1, 1, 6).double(), ones, stride=2).flatten()
    inner = reached[size : size + 5].int().tolist()
    print(
        f"kernel {size}, stride 2: inner pixels are reached by "
        f"{', '.join(map(str, inner))} … inputs"
    )

# %% [markdown]
# ### Exercise: `ConvAutoencoder` &nbsp; ●●○ &nbsp; 25 minutes
#
# A module for images of one channel whose height and width are multiples of 4. Layers of `torch.nn`
# may be used; their names are given, because the check puts its own weights into them.
# Every convolution, transposed or not, has kernel 4, stride 2 and padding 1.
#
# | name | layer | output, for images of 8×8 |
# |---|---|---|
# | `down1` | convolution, 1 → `channels` | `channels`×4×4 |
# | `down2` | convolution, `channels` → 2·`channels` | 2·`channels`×2×2 |
# | `to_code` | dense, all of that → `code` | `code` |
# | `from_code` | dense, `code` → as many as `down2` gave | 2·`channels`×2×2 |
# | `up1` | transposed convolution, 2·`channels` → `channels` | `channels`×4×4 |
# | `up2` | transposed convolution, `channels` → 1 | 1×8×8 |
#
# - `encode(x)`: `(batch, 1, height, width)` → `(batch, code)`; `decode(z)`: back; `forward(x)` is
#   one after the other.
# - ReLU after every layer but two: a code may be any real number, and so may the outputs, which are
#   **logits**. A sigmoid would make grey values of them; the loss does that itself.
# - `size` is `(height, width)`, and they may differ. Rows come before columns wherever maps become
#   a row of numbers.


# %% answer="conv_autoencoder"
class ConvAutoencoder(nn.Module):
    def __init__(self, code, channels=8, size=(8, 8)):
        super().__init__()
        ### BEGIN SOLUTION
        self.maps = (2 * channels, size[0] // 4, size[1] // 4)
        numbers = math.prod(self.maps)
        self.down1 = nn.Conv2d(1, channels, 4, stride=2, padding=1)
        self.down2 = nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1)
        self.to_code = nn.Linear(numbers, code)
        self.from_code = nn.Linear(code, numbers)
        self.up1 = nn.ConvTranspose2d(2 * channels, channels, 4, stride=2, padding=1)
        self.up2 = nn.ConvTranspose2d(channels, 1, 4, stride=2, padding=1)
        ### END SOLUTION

    def encode(self, x):
        ### BEGIN SOLUTION
        h = torch.relu(self.down1(x))  # (batch, channels, height/2, width/2)
        h = torch.relu(self.down2(h))  # (batch, 2 channels, height/4, width/4)
        return self.to_code(h.flatten(1))
        ### END SOLUTION

    def decode(self, z):
        ### BEGIN SOLUTION
        h = torch.relu(self.from_code(z)).unflatten(1, self.maps)
        return self.up2(torch.relu(self.up1(h)))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.decode(self.encode(x))
        ### END SOLUTION


# %% check="conv_autoencoder"
check("conv_autoencoder")

# %% [markdown]
# Is it any good? Against two others with a code of the same eight numbers: a dense autoencoder of
# one hidden layer of 128 units on each side, and principal components. All are trained on the same
# 1,437 digits and measured on 360 others.

# %%
digits = data.digits()
x, held_out = digits.train.x.double(), digits.test.x.double()  # (1437, 64), (360, 64)
Conv = use("conv_autoencoder")
CODE = 8


def cross_entropy(logits, pixels):
    """Summed over the pixels of an image, mean over the batch."""
    return F.binary_cross_entropy_with_logits(logits, pixels, reduction="sum") / len(pixels)


def dense(code, hidden=128):
    encoder = nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, code))
    return nn.Sequential(
        encoder, nn.Sequential(nn.Linear(code, hidden), nn.ReLU(), nn.Linear(hidden, 64))
    )


def convolutional(code):
    return nn.Sequential(nn.Unflatten(1, (1, 8, 8)), Conv(code), nn.Flatten())


def trained(make, seed, epochs=20):
    with seeded(seed):
        net = make().double()
    fit(
        net, x, x, cross_entropy, torch.optim.Adam(net.parameters(), 5e-3), epochs=epochs, seed=seed
    )
    return net


def error(net):
    with torch.no_grad():
        return F.mse_loss(net(held_out).sigmoid(), held_out).item()


mean, components = principal_basis(x)
by_pca = projected(held_out, mean, components[:CODE])
plain = [trained(lambda: dense(CODE), seed) for seed in (0, 1, 2)]
print(f"PCA, 8 numbers:               squared error {F.mse_loss(by_pca, held_out):.3g}")
print(f"dense autoencoder, 8 numbers: squared error {Spread(tuple(map(error, plain))):.2g}")
print(
    f"weights and biases: dense {sum(p.numel() for p in plain[0].parameters()):,}, "
    f"convolutional {sum(p.numel() for p in Conv(CODE).parameters()):,}"
)
maps = [trained(lambda: convolutional(CODE), seed) for seed in (0, 1, 2)]
predict(
    "The convolutional one has less than a third of the dense one's weights. "
    "What is its squared error, as a multiple of the dense one's?",
    answer=lambda: sum(map(error, maps)) / sum(map(error, plain)),
    unit="times",
    low=0,
)

# %%
print(f"convolutional, 8 numbers:     squared error {Spread(tuple(map(error, maps))):.2g}")
shown = {"held-out digits": held_out, "principal components": by_pca}
with torch.no_grad():
    shown |= {"dense": plain[0](held_out).sigmoid(), "convolutional": maps[0](held_out).sigmoid()}
image_row({name: list(images[:9].reshape(-1, 8, 8)) for name, images in shown.items()})

# %% [markdown]
# Both beat the linear code, one of them narrowly, and the dense net beats the convolutional one, on
# every seed. Why? One possible reason is that twenty epochs are too few for the convolutional one.
# The next cell shows what 150 epochs give; its results are stored.

# %%
CODES = {"dense": dense, "convolutional": convolutional}
longer = {
    name: over_seeds(
        lambda seed, make=make: error(trained(lambda: make(CODE), seed, epochs=150)),
        stored=f"3_convolutional_and_variational/{name}, 150 epochs",
        live=False,
    )
    for name, make in CODES.items()
}
for name, nets in {"dense": plain, "convolutional": maps}.items():
    short = Spread(tuple(map(error, nets)))
    print(
        f"{name}: squared error after 20 epochs {short.mean:.4f}, after 150 {longer[name].mean:.4f}"
    )
gaps = (
    sum(map(error, maps)) / 3 - sum(map(error, plain)) / 3,
    longer["convolutional"].mean - longer["dense"].mean,
)
print(f"difference of the two: {gaps[0]:.4f}, then {gaps[1]:.4f}")

# %% [markdown]
# Most of the difference was too little training; not all of it. What is left may come from the
# number of weights, or from the data: these scans are centred, and an image of 8×8 has hardly any
# places over which weights could be shared. This experiment does not tell these two apart. What
# the convolutions save here is weights. (On large images a dense layer would have far too many.)
#
# **The same in torch.nn:** `nn.Flatten()` and `nn.Unflatten(1, (16, 2, 2))` make one
# `nn.Sequential` of it. There is no ready-made autoencoder.

# %% [markdown]
# ## On a straight line
#
# The first thing to do with a code: walk from one to another, and decode on the way.
#
# ### Exercise: `interpolate` &nbsp; ●○○ &nbsp; 5 minutes
#
# - `a`, `b`: two codes of the same shape, any number of axes; `steps`: how many points, 2 or more.
# - Returns the points `(steps, ...)` on the straight line between them, at equal distances, from
#   `a` to `b`, **both included**.


# %% answer="interpolate"
def interpolate(a, b, steps):
    ### BEGIN SOLUTION
    t = torch.linspace(0, 1, steps, dtype=a.dtype, device=a.device)
    t = t.reshape(-1, *[1] * a.ndim)  # (steps, 1, …)
    return (1 - t) * a + t * b
    ### END SOLUTION


# %% check="interpolate"
check("interpolate")

# %%
between = use("interpolate")
a, b = (
    held_out[(digits.test.y == 0).nonzero()[1]],
    held_out[(digits.test.y == 1).nonzero()[0]],
)  # (1, 64) each
encoder, decoder = plain[0]
with torch.no_grad():
    in_codes = decoder(between(encoder(a), encoder(b), 9)[:, 0]).sigmoid()  # (9, 64)
in_pixels = between(a, b, 9)[:, 0]  # (9, 64)
lines = {"from a 0 to a 1, in pixels": in_pixels, "from a 0 to a 1, in codes": in_codes}
image_row({name: list(images.reshape(-1, 8, 8)) for name, images in lines.items()})

# %% [markdown]
# In pixels the one fades out while the other fades in: two digits at once. In codes something is
# *drawn* on the way. But is it a digit? A number will help: **the distance to the nearest of the
# training digits.** A digit that somebody else wrote has some such distance, too; whatever is much
# further away looks like nothing in the data. (It is a coarse measure: it forgives blur, and would
# be pleased by a copy. So it can convict a sample, and not acquit it.)


# %%
def distance(images):
    """Mean distance of images to the nearest training digit."""
    return torch.cdist(images, x).amin(dim=1).mean().item()


print(f"held-out digits:                   {distance(held_out):.2f}")
print(f"the mean of all digits:            {distance(mean.unsqueeze(0)):.2f}")
print(f"halfway between two, in pixels:    {distance((held_out[:180] + held_out[180:]) / 2):.2f}")
with torch.no_grad():
    halfway = [
        net[1]((net[0](held_out[:180]) + net[0](held_out[180:])) / 2).sigmoid() for net in plain
    ]
print(f"halfway between two, in codes:     {Spread(tuple(map(distance, halfway))):.3g}")

# %% [markdown]
# ## Holes
#
# Now leave the digits behind. For each of the eight numbers take the least and the greatest that
# occurs among the codes of the training digits, draw a number evenly between them, and decode.


# %%
def decoded(net, codes):
    with torch.no_grad():
        return net[1](codes).sigmoid()


def in_the_box(net, seed, n=500):
    with torch.no_grad():
        codes = net[0](x)
    low, high = codes.amin(0), codes.amax(0)
    return decoded(
        net, low + (high - low) * torch.rand(n, CODE, generator=generator(seed)).double()
    )


from_the_box = Spread(tuple(distance(in_the_box(net, seed)) for seed, net in enumerate(plain)))
predict(
    "Unseen digits lie 1.07 from the nearest training digit on average, "
    "the mean of all digits 1.51. And images decoded from random codes?",
    answer=lambda: from_the_box.mean,
    low=0,
    high=8,
)


# %%
def normal_codes(seed, n=500, latents=CODE):
    return torch.randn(n, latents, generator=generator(seed)).double()


def like_the_codes(net, seed):
    """Decoded from the Gaussian with the mean and the covariance of the training digits' codes."""
    with torch.no_grad():
        codes = net[0](x)
    return decoded(net, codes.mean(0) + normal_codes(seed) @ torch.linalg.cholesky(codes.T.cov()).T)


def like_the_components(seed):
    """From the Gaussian with the mean and the variances of the digits along eight
    principal components.
    """
    spread = ((x - mean) @ components[:CODE].T).std(dim=0)
    return (mean + normal_codes(seed) * spread @ components[:CODE]).clamp(0, 1)


drawn = {
    "plain, from the box": [in_the_box(net, s) for s, net in enumerate(plain)],
    "plain, unit Gaussian": [decoded(net, normal_codes(s)) for s, net in enumerate(plain)],
    "plain, Gaussian of its codes": [like_the_codes(net, s) for s, net in enumerate(plain)],
    "no network: PCA's Gaussian": [like_the_components(s) for s in (0, 1, 2)],
}
for name, images in drawn.items():
    print(f"{name:29s} {Spread(tuple(map(distance, images))):.3g}")
image_row({name: list(images[0][:10].reshape(-1, 8, 8)) for name, images in drawn.items()})

# %% [markdown]
# Worse than the mean of all digits. The training asked one thing of the decoder, that the codes *of
# digits* give digits, and in eight dimensions the codes of 1,437 digits are specks in a box that is
# almost empty. Drawing from a Gaussian that has been fitted to the codes afterwards is the honest
# remedy (Ghosh and others, 2020), and better, for it at least stays where the codes are.
#
# With two numbers one can look. Each digit is written where its code lies:

# %%
flat = trained(lambda: dense(2), 0)
with torch.no_grad():
    flat_codes = flat[0](x[:500])
codes_in_plane({"plain autoencoder, two numbers": flat_codes}, digits.train.y[:500])

# %% [markdown]
# Clusters, rays, empty land between them, and a scale that is nobody's choice: training only wants
# what differs apart, and there is no reason why the codes should lie densely or around the origin.
#
# ## Codes that are distributions
#
# Kingma and Welling (2014) and Rezende, Mohamed and Wierstra (2014) begin at the other end, with
# drawing. To draw an image, first draw a code $z$ from the unit Gaussian, the **prior** $p(z)$,
# then each pixel with the probability that the decoder says, $p_\theta(x \mid z)$. Good parameters
# make the digits of the training set likely. But
#
# $$p_\theta(x) = \int p_\theta(x \mid z)\, p(z)\, \mathrm{d}z$$
#
# is an integral over all codes, almost all of which have nothing to do with $x$. So a second
# network, the encoder, says where to look: for each $x$ a Gaussian $q_\phi(z \mid x)$ with means
# $\mu$ and variances $\sigma^2$, independent over the latents. For any such $q$, because the
# logarithm is concave (Jensen),
#
# $$\log p(x) =
# \log \mathbb{E}_{q}\!\left[\frac{p(x \mid z)\, p(z)}{q(z \mid x)}\right] \;\ge\;
# \mathbb{E}_{q}\big[\log p(x \mid z)\big] - \mathrm{KL}\big(q(z \mid x) \,\|\, p(z)\big),$$
#
# the **evidence lower bound**, ELBO. The first term is the reconstruction, from a code *with noise
# in it*; the second keeps the codes' distributions near the prior. What the bound misses is exactly
# $\mathrm{KL}(q(z \mid x) \,\|\, p(z \mid x))$: how far the encoder is from the codes that really
# explain $x$.
#
# ### Gradients through chance
#
# $\mathbb{E}_q$ depends on $\phi$ through the distribution that is drawn from. How does one
# differentiate a draw? Write it as $z = \mu + \sigma \odot \varepsilon$ with $\varepsilon$ from the
# unit Gaussian, which has no parameters: then $\partial z / \partial \mu = 1$ and the gradient goes
# through. This is the **reparameterisation**. The other road needs no such form:
# $\nabla_\mu \mathbb{E}[f(z)] = \mathbb{E}[f(z)\, \nabla_\mu \log q(z)]$, the score function
# (Williams, 1992). Both are right on average. Take $f(z) = \lVert z \rVert^2$ with 20 latents,
# $\mu = 1$, $\sigma = 1$, and look at the gradient with respect to the first mean, which is 2.

# %%
noise = torch.randn(200_000, 20, generator=generator(0)).double()
z = 1 + noise
by_path = 2 * z[:, 0]  # f'(z) dz/dμ
by_score = z.square().sum(dim=1) * noise[:, 0]  # f(z) d log q / dμ
predict(
    "Both estimates of the gradient scatter around 2. "
    "How many times as many draws does the score function need to be as exact?",
    answer=lambda: by_score.var() / by_path.var(),
    unit="times",
    low=0,
)

# %%
for name, estimate in {"reparameterised": by_path, "score function": by_score}.items():
    error = estimate.std().item() / math.sqrt(len(estimate))
    print(
        f"{name:16s} mean {estimate.mean().item():.1f} (right is 2, standard error {error:.1g}); "
        f"standard deviation of one draw {estimate.std():.2g}"
    )

# %% [markdown]
# The encoder does not say $\sigma$ but $\log \sigma^2$: any real number is one, and no square root
# or clamp is needed to keep $\sigma$ positive.
#
# ### Exercise: `reparameterize` &nbsp; ●●○ &nbsp; 10 minutes
#
# - `mu`, `logvar`: means and **log-variances** $\log \sigma^2$, both `(batch, latents)`;
#   `generator`: where chance comes from, `torch.randn(..., generator=generator)`.
# - Returns $z = \mu + \sigma \odot \varepsilon$ of the same shape, with $\varepsilon$ drawn anew
#   for every sample and every latent.
# - The check looks at the distribution of $(z - \mu)/\sigma$ over many draws, and at the gradients,
#   which must be $\partial z/\partial\mu = 1$ and $\partial z/\partial \log\sigma^2 = (z - \mu)/2$.


# %% answer="reparameterize"
def reparameterize(mu, logvar, generator):
    ### BEGIN SOLUTION
    sigma = torch.exp(0.5 * logvar)
    epsilon = torch.randn(mu.shape, generator=generator).to(mu.dtype)
    return mu + sigma * epsilon
    ### END SOLUTION


# %% check="reparameterize"
check("reparameterize")

# %% [markdown]
# ### How far from the prior?
#
# For Gaussians the divergence needs no draws. With $\mathbb{E}_q[z^2] = \mu^2 + \sigma^2$ and
# independent latents,
#
# $$\mathrm{KL}(q \,\|\, p) = \mathbb{E}_q\big[\log q(z) - \log p(z)\big] =
# \frac{1}{2} \sum_{j} \left( \mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2 \right).$$
#
# ### Exercise: `kl_divergence` &nbsp; ●○○ &nbsp; 8 minutes
#
# - `mu`, `logvar`: `(batch, latents)`. Returns `(batch,)`: one number **for each sample**, in nats,
#   **summed** over the latents.


# %% answer="kl_divergence"
def kl_divergence(mu, logvar):
    ### BEGIN SOLUTION
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(dim=1)
    ### END SOLUTION


# %% check="kl_divergence"
check("kl_divergence")

# %%
kl = use("kl_divergence")
at = torch.linspace(-3, 3, 301).double()


def column(f):
    return lambda t: f(t.unsqueeze(1))


plotting.functions(
    {
        "log σ² = 0, μ on the axis": column(lambda t: kl(t, 0 * t)),
        "μ = 0, log σ² on the axis": column(lambda t: kl(0 * t, t)),
    },
    -3, 3, xlabel="μ, or log σ²", ylabel="KL from the unit Gaussian, in nats",
)  # fmt: skip

# %% [markdown]
# It is cheaper to be too sure than to be too vague: the curve on the left of 0 rises like
# $-\log \sigma^2 / 2$, on the right like $\sigma^2 / 2$.
#
# **The same in torch:** `torch.distributions` knows both, the draw as `rsample` (`sample` lets no
# gradient through).

# %%
mu, logvar = torch.randn(2, 6, 3, generator=generator(1)).double()
q = Normal(mu, (logvar / 2).exp())
off = (kl(mu, logvar) - torchs(q, Normal(0.0, 1.0)).sum(dim=1)).abs().max().item()
print(f"largest difference from torch.distributions: {off:.10f}")
q = Normal(mu.requires_grad_(), (logvar / 2).exp())
print(
    "a gradient passes through sample:",
    q.sample().requires_grad,
    "and through rsample:",
    q.rsample().requires_grad,
)

# %% [markdown]
# ### Exercise: `elbo_loss` &nbsp; ●●○ &nbsp; 20 minutes
#
# The negative bound, for a decoder that gives each pixel a probability $p_i = \sigma(a_i)$ to be
# white:
#
# $$L = \frac{1}{B} \sum_{n=1}^{B} \left( -\sum_{i}
# \big[ x_{ni} \log p_{ni} + (1 - x_{ni}) \log (1 - p_{ni}) \big] + \beta\, \mathrm{KL}_n \right)$$
#
# - `logits` $a$ and `x`: `(batch, ...)`, any number of pixel axes, grey values from 0 to 1; `mu`,
#   `logvar`: `(batch, latents)`; `beta`: a number, 1 unless given.
# - **Summed** over pixels and latents, **mean** over the batch.
# - Finite in value and gradient for logits of ±10,000. Work out $\log p$ and $\log(1-p)$ from $a$:
#   what remains is one function that `torch.nn.functional` has, and $a x$.
# - Your `kl_divergence` may be called; for this check it is replaced by a correct one.


# %% answer="elbo_loss"
def elbo_loss(logits, x, mu, logvar, beta=1.0):
    ### BEGIN SOLUTION
    pixels = F.softplus(logits) - logits * x
    reconstruction = pixels.flatten(1).sum(dim=1)  # (batch,)
    return (reconstruction + beta * kl_divergence(mu, logvar)).mean()
    ### END SOLUTION


# %% check="elbo_loss"
check("elbo_loss")

# %% [markdown]
# > **A common mistake.** "A perfect reconstruction has a cross-entropy of 0." Only of pixels that
# > are black or white. For a grey pixel $x$ the best possible $p$ is $x$ itself, and costs the
# > entropy $-x \log x - (1-x)\log(1-x)$. Summed over a digit of this data set:

# %%
loss_of = use("elbo_loss")
nothing = torch.zeros(len(held_out), 1).double()
print(
    "cross-entropy of the digits with themselves: "
    f"{loss_of(held_out.logit(eps=1e-9), held_out, nothing, nothing):.3g} nats"
)
print(
    "with the mean of all digits:                 "
    f"{loss_of(mean.logit(eps=1e-9).expand(360, 64), held_out, nothing, nothing):.3g} nats"
)

# %% [markdown]
# So whatever follows lies between these two. (For grey pixels this is no likelihood in the strict
# sense, but a loss that has its least value in the right place.)
#
# ### Exercise: `vae_step` &nbsp; ●●○ &nbsp; 12 minutes
#
# One step of training on one batch.
#
# - `vae`: a module with `vae.encode(x)` → `(mu, logvar)` and `vae.decode(z)` → logits; `optimizer`:
#   made for its parameters.
# - `x`: `(batch, pixels)`; `beta`; `generator`: of the noise. Draw **once** in each step, with your
#   `reparameterize`.
# - Changes the network's weights by one step of the optimizer, and returns the loss before the
#   step. Gradients that an earlier step left behind must not matter.
# - Your `reparameterize` and `elbo_loss` may be called; for this check they are replaced by correct
#   ones.


# %% answer="vae_step"
def vae_step(vae, optimizer, x, beta, generator):
    ### BEGIN SOLUTION
    mu, logvar = vae.encode(x)
    z = reparameterize(mu, logvar, generator)
    loss = elbo_loss(vae.decode(z), x, mu, logvar, beta)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% check="vae_step"
check("vae_step")

# %%
step, draw_code = use("vae_step"), use("reparameterize")


def variational(seed, beta=1.0, latents=CODE, epochs=20):
    """A variational autoencoder of the dense one's size: 64 → 128 → latents → 128 → 64."""
    vae, chance = new_vae(seed, 64, 128, latents), generator(seed)
    optimizer = torch.optim.Adam(vae.parameters(), 5e-3)
    for _ in range(epochs):
        for batch, _ in batches(x, x, 64, chance):
            step(vae, optimizer, batch, beta, chance)
    return vae


def drawn_by(vae, seed, n=500):
    """Codes from the prior, decoded."""
    with torch.no_grad():
        return vae.decode(normal_codes(seed, n, vae.up.in_features)).sigmoid()


vaes = [variational(seed) for seed in (0, 1, 2)]
with torch.no_grad():
    posteriors = [vae.encode(held_out) for vae in vaes]
    bounds = [
        loss_of(v.decode(draw_code(*q, generator(9))), held_out, *q).item()
        for v, q in zip(vaes, posteriors, strict=True)
    ]
print(f"negative bound on held-out digits:  {Spread(tuple(bounds)):.3g} nats")
print(
    "of which divergence from the prior: "
    f"{Spread(tuple(kl(*q).mean().item() for q in posteriors)):.2g} nats"
)
drawn["variational, unit Gaussian"] = [drawn_by(vae, seed) for seed, vae in enumerate(vaes)]
for name, images in drawn.items():
    print(f"{name:29s} distance to the nearest digit {Spread(tuple(map(distance, images))):.3g}")
print(f"{'held-out digits':29s} distance to the nearest digit {distance(held_out):.3g}")
chosen = ("plain, Gaussian of its codes", "variational, unit Gaussian")
image_row({name: list(drawn[name][0][:12].reshape(-1, 8, 8)) for name in chosen})

# %% [markdown]
# Drawn from the prior, without any look at the data, and nearer to real digits than anything above,
# on every seed. The price: the held-out digits are reconstructed less sharply than by the plain
# autoencoder of the same size. Noise in the code costs something, and so does the divergence.
#
# What is shown as "a sample" here and in most papers is not one. It is the probability of each
# pixel; a draw from the model would throw a coin for each of them:

# %%
probabilities = drawn["variational, unit Gaussian"][0][:10]
coins = torch.bernoulli(probabilities, generator=generator(0))
image_row(
    {"probabilities": list(probabilities.reshape(-1, 8, 8)), "draws": list(coins.reshape(-1, 8, 8))}
)

# %% [markdown]
# ## The plane
#
# With two latents, walk through it. On the left the whole plane as the decoder draws it, on the
# right the place that you have chosen. Then choose the plain autoencoder, on the scale of its own
# codes. Look for the places where one digit turns into another, and what is between them.

# %%
pair = variational(0, latents=2)
with torch.no_grad():
    seen, q = pair.encode(x[:500])[0], pair.encode(held_out)
    print(
        "negative bound with two latents: "
        f"{loss_of(pair.decode(draw_code(*q, generator(9))), held_out, *q):.3g} nats"
    )
codes_in_plane(
    {"variational (dashed: 86 % of the prior)": seen, "plain": flat_codes},
    digits.train.y[:500],
    prior=2.0,
)

# %%
reaches = {"variational": 2.5, "plain": float(flat_codes.abs().quantile(0.95))}
decoders = {
    "variational": lambda z: pair.decode(z).sigmoid(),
    "plain": lambda z: flat[1](z).sigmoid(),
}
planes = {name: decoded_plane(decode, reaches[name], (8, 8)) for name, decode in decoders.items()}


def at_place(network="variational", z1=0.0, z2=0.0):
    """z1 and z2 in units of the plane's border: from -1 to 1."""
    reach = reaches[network]
    return latent_plane(
        decoders[network], planes[network], (z1 * reach, z2 * reach), reach, title=network
    )


explore(at_place, network=list(decoders), z1=(-1.0, 1.0, 0.05), z2=(-1.0, 1.0, 0.05))

# %%
ends = {c: held_out[(digits.test.y == c).nonzero()[0]] for c in (0, 6, 4)}
with torch.no_grad():
    paths = {
        f"from {p} to {q}": between(pair.encode(ends[p])[0], pair.encode(ends[q])[0], 10)[:, 0]
        for p, q in ((0, 6), (6, 4))
    }
    walks = {
        name: list(pair.decode(path).sigmoid().reshape(-1, 8, 8)) for name, path in paths.items()
    }
image_row(walks)

# %% [markdown]
# > **Often forgotten.** In many dimensions a straight line leaves the crowd. A draw from the unit
# > Gaussian in $d$ dimensions has a length of about $\sqrt{d}$, and hardly ever another one; the
# > midpoint of two draws has $\sqrt{d/2}$, where the prior has put next to nothing. So between
# > codes of a large network people walk on the arc instead (White, 2016). With two latents the
# > midpoint shrinks by $\sqrt2$ as well, but three draws in ten are as short as that, so it makes
# > little difference.

# %%
for d in (2, 8, 128):
    one, other = torch.randn(2, 2000, d, generator=generator(0)).double()
    lengths, middle = one.norm(dim=1), ((one + other) / 2).norm(dim=1)
    shorter = (lengths < middle.median()).double().mean().item()
    print(
        f"{d:3d} latents: length {lengths.mean():.3g}, of the midpoint {middle.mean():.3g}; "
        f"draws as short as that: {100 * shorter:.0f} %"
    )

# %% [markdown]
# ## How much should the code say?
#
# The weight β of Higgins and others (2017) moves between two machines. At 0 it is a plain
# autoencoder with superfluous noise; at 1 the loss is the bound. And at 4? A latent is **active**
# if the divergence of its own distribution from the prior is more than 0.1 nats on average; one
# that is not carries nothing.


# %%
def moving(vae):
    """Latents whose mean varies over the digits, with a variance above 0.01."""
    with torch.no_grad():
        return int((vae.encode(held_out)[0].var(dim=0) > 0.01).sum())


def active(vae):
    """Latents whose divergence from the prior is above 0.1 nats."""
    with torch.no_grad():
        mu, logvar = vae.encode(held_out)
    each = kl(mu.reshape(-1, 1), logvar.reshape(-1, 1)).reshape(mu.shape).mean(dim=0)  # (latents,)
    return int((each > 0.1).sum())


def blurred(vae):
    with torch.no_grad():
        return F.mse_loss(vae.decode(vae.encode(held_out)[0]).sigmoid(), held_out).item()


by_beta = {
    0.1: [variational(s, 0.1) for s in (0, 1, 2)],
    1.0: vaes,
    4.0: [variational(s, 4.0) for s in (0, 1, 2)],
}
predict(
    "At β = 1 four or five of the eight latents are active. How many are at β = 4?",
    answer=lambda: active(by_beta[4.0][0]),
    unit="latents",
    low=0,
    high=8,
)

# %%
for beta, nets in by_beta.items():
    nats = Spread(tuple(kl(*vae.encode(held_out)).mean().item() for vae in nets))
    print(
        f"β = {beta:<4g} active latents {Spread(tuple(map(active, nets))):.2g}, "
        f"divergence {nats:.1f} nats"
    )
    print(f"         by the variance of the mean {Spread(tuple(map(moving, nets))):.2g}")
    print(
        f"         squared error {Spread(tuple(map(blurred, nets))):.2g}, samples' distance "
        f"{Spread(tuple(distance(drawn_by(v, s)) for s, v in enumerate(nets))):.3g}"
    )

# %% [markdown]
# More information in the code, sharper reconstructions, worse samples: the codes of different
# digits no longer fill the prior, and holes come back. Less, and all of it is noise: the decoder
# draws the mean digit whatever the code, which is called **posterior collapse**. In between some
# latents are used and others given up. A latent that would lower the reconstruction's loss by less
# than its divergence costs is best left at the prior. We call a latent active if its divergence is
# above 0.1 nats. Burda, Grosse and Salakhutdinov (2016) count otherwise: by the variance, over the
# data, of the latent's mean, $\operatorname{Var}_x(\mathbb{E}[z \mid x])$, here above 0.01. The
# table has both counts.
#
# > **When it breaks.** The commonest way to collapse a variational autoencoder is a call that looks
# > harmless: `F.binary_cross_entropy_with_logits(logits, x)` averages over pixels, and the
# > divergence is a sum.


# %%
def averaged(seed, epochs=10):
    """Trained on the mean over pixels plus the divergence: how many nats are left of it."""
    vae, chance = new_vae(seed, 64, 128, CODE), generator(seed)
    optimizer = torch.optim.Adam(vae.parameters(), 5e-3)
    for _ in range(epochs):
        for batch, _ in batches(x, x, 64, chance):
            mu, logvar = vae.encode(batch)
            mean_loss = F.binary_cross_entropy_with_logits(
                vae.decode(draw_code(mu, logvar, chance)), batch
            )
            optimizer.zero_grad()
            (mean_loss + kl(mu, logvar).mean()).backward()
            optimizer.step()
    with torch.no_grad():
        return kl(*vae.encode(held_out)).mean().item()


print(f"divergence after training on the mean over pixels: {over_seeds(averaged):.3f} nats")

# %% [markdown]
# A mean over 64 pixels is the sum divided by 64, which is the same as multiplying the divergence by
# 64: β = 64, without anyone having chosen it. The loss looks small and the training looks calm. So
# watch the two terms apart, and compare with the bound of a decoder that ignores its code. (Where a
# decoder is so strong that it needs no code, collapse happens at β = 1 too; raising β slowly from 0
# helps: Bowman and others, 2016.)

# %% [markdown]
# ## This one does not learn
#
# The script trains a variational autoencoder with two latents and three layers on each side. It
# runs, its loss falls, and it ends where a decoder ends that draws the mean of all digits whatever
# the code (27.2 nats, as printed above). The smaller network of the last section did much better
# with two latents.


# %% script="debug_vae"
def encode_digits(x, net):
    """Mean and log-variance of the code of each image."""
    for weight, bias in net["encoder"]:
        x = F.relu(F.linear(x, weight, bias))
    return x.chunk(2, dim=1)


def train_on_codes(encode, seed=0, epochs=12, latents=2):
    sizes = {"encoder": (64, 128, 64, 2 * latents), "decoder": (latents, 64, 128, 64)}
    with seeded(seed):
        layers = {n: [nn.Linear(i, o).double() for i, o in pairwise(s)] for n, s in sizes.items()}
    net = {name: [(layer.weight, layer.bias) for layer in chain] for name, chain in layers.items()}
    optimizer = torch.optim.Adam(
        [p for chain in net.values() for layer in chain for p in layer], lr=3e-3
    )
    chance = generator(seed)
    for _ in range(epochs):
        losses = []
        for batch, _ in batches(x, x, 64, chance):
            means, logvars = encode(batch, net)
            h = means + torch.exp(logvars / 2) * torch.randn(means.shape, generator=chance).double()
            for weight, bias in net["decoder"][:-1]:
                h = F.relu(F.linear(h, weight, bias))
            logits = F.linear(h, *net["decoder"][-1])
            pixels = F.binary_cross_entropy_with_logits(logits, batch, reduction="sum") / len(batch)
            divergence = (means**2 + logvars.exp() - 1 - logvars).sum() / 2 / len(batch)
            optimizer.zero_grad()
            (pixels + divergence).backward()
            optimizer.step()
            losses.append(pixels.item() + divergence.item())
    with torch.no_grad():
        means, logvars = encode(x, net)
    print(
        f"loss over the last epoch {sum(losses) / len(losses):.1f} nats, "
        f"of which divergence {divergence.item():.1f}"
    )
    print(
        f"means from {means.min():.1f} to {means.max():.1f}; standard deviations from "
        f"{(logvars / 2).exp().min():.2f} to {(logvars / 2).exp().max():.2f}"
    )


train_on_codes(encode_digits)

# %% [markdown]
# ### Exercise: `debug_vae` &nbsp; ●●○ &nbsp; 15 minutes
#
# What is wrong?
#
# - **A** The learning rate is too large.
# - **B** The divergence weighs too much against the reconstruction.
# - **C** The network is too small.
# - **D** The noise is not scaled by the standard deviation.
# - **E** The encoder cannot say every mean and every variance.
#
# Return the letter and the mended function: `mended(x, net)` gives `(mu, logvar)`, as
# `encode_digits` should; `net["encoder"]` is a list of `(weight, bias)`, the first layer first, as
# many as there are. The first half of the last layer's outputs are the means. `torch.nn.functional`
# may be used. Letter and function are worth the same.


# %% answer="debug_vae"
def debug_vae():
    ### BEGIN SOLUTION
    def mended(x, net):
        *inner, (weight, bias) = net["encoder"]
        for w, b in inner:
            x = torch.relu(F.linear(x, w, b))
        mu, logvar = F.linear(x, weight, bias).chunk(2, dim=1)
        return mu, logvar

    return "E", mended
    ### END SOLUTION


# %% check="debug_vae"
check("debug_vae")

# %% approx=0.3
_, mended = use("debug_vae")()
train_on_codes(mended)

# %% [markdown]
# ## To remember
#
# 1. An autoencoder's decoder is good where codes of the data lie and nowhere else; in eight
#    dimensions that is almost nowhere.
# 2. A variational autoencoder encodes distributions, draws with
#    $z = \mu + \sigma \odot \varepsilon$ so that gradients pass, and pays in nats for every step
#    away from the prior: $\tfrac12(\mu^2 + \sigma^2 - 1 - \log\sigma^2)$ for each latent.
# 3. The bound is a sum over pixels and latents: average one of them, and you have chosen another β
#    without knowing.
#
# ## Sources
#
# Bowman, Vilnis, Vinyals, Dai, Jozefowicz & Bengio (2016), Generating sentences from a continuous
# space. Burda, Grosse & Salakhutdinov (2016), Importance weighted autoencoders. Dumoulin & Visin
# (2016), A guide to convolution arithmetic for deep learning. Ghosh, Sajjadi, Vergari, Black &
# Schölkopf (2020), From variational to deterministic autoencoders. Goodfellow, Bengio & Courville
# (2016), Deep Learning, chapters 14 and 20. Higgins and others (2017), β-VAE. Kingma & Welling
# (2014), Auto-encoding variational Bayes. Masci, Meier, Cireşan & Schmidhuber (2011), Stacked
# convolutional auto-encoders. Odena, Dumoulin & Olah (2016), Deconvolution and checkerboard
# artifacts. Rezende, Mohamed & Wierstra (2014), Stochastic backpropagation. White (2016), Sampling
# generative networks. Williams (1992), Simple statistical gradient-following algorithms
# (REINFORCE).
