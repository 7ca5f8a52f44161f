# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How does a network draw a digit that nobody wrote, and how can anyone tell if it is any good?
#
# The game of notebook 1, now with images. Radford, Metz and Chintala (2016) tried many pairs of
# convolutional networks that did not learn, and wrote down the recipe of those that did: the
# **DCGAN**. You build both networks, their initial weights and the training loop, and then a
# measure of what came out, because no loss curve will tell you.

# %% tags=["setup"]
import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder import check, use
from gradschool import data, plotting
from gradschool.adversarial.frechet import moments
from gradschool.adversarial.pictures.dcgan import distances, rows_of_images, yardsticks
from gradschool.adversarial.scale import scale
from gradschool.adversarial.side_by_side import mlps_side_by_side
from gradschool.adversarial.steps import smoothed_discriminator_loss
from gradschool.seeds import each_seed
from gradschool.training import Spread, accuracy, fit, generator, seeded
from gradschool.widgets import explore, predict

# %% [markdown]
# The data are the scanned digits of Unit 1, enlarged from 8×8 to 16×16 pixels, grey values from
# **-1 to 1**: that is the range of the tanh at the generator's end.


# %%
def enlarged(x):
    """(n, 1, 8, 8) from 0 to 1  ->  (n, 1, 16, 16) from -1 to 1."""
    return 2 * F.interpolate(x, scale_factor=2, mode="bilinear") - 1


digits = data.digits(images=True)
images, classes = enlarged(digits.train.x), digits.train.y  # (1437, 1, 16, 16), (1437,)
unseen, unseen_classes = enlarged(digits.test.x), digits.test.y
rows_of_images({"training": images[:10], "held out": unseen[:10]})

# %% [markdown]
# ## From small to large: the transposed convolution
#
# A discriminator is a classifier: convolutions with stride 2 halve the image until one number is
# left. The generator has to go the other way. A convolution with stride is a linear map, $y = A x$
# with a large sparse matrix $A$ that makes 8×8 out of 16×16. Its **transpose** $A^\top$ makes 16×16
# out of 8×8, with the same connections walked backwards: each input pixel *stamps* the kernel onto
# the output, `stride` apart, and where stamps overlap they add up. That is `nn.ConvTranspose2d`,
# and it is what the backward pass of a convolution has been doing all along:

# %%
kernel = torch.randn(1, 1, 4, 4, generator=generator(0), dtype=torch.float64)
small = torch.randn(1, 1, 8, 8, generator=generator(1), dtype=torch.float64)
large = torch.zeros(1, 1, 16, 16, dtype=torch.float64, requires_grad=True)
shrunk = F.conv2d(large, kernel, stride=2, padding=1)
(backward,) = torch.autograd.grad((shrunk * small).sum(), large)  # Aᵀ small
stamped = F.conv_transpose2d(small, kernel, stride=2, padding=1)
apart = (stamped - backward).abs().max().item()
print(f"largest difference of a transposed convolution from a convolution's gradient: {apart:.10f}")
for n, k, s, p in ((1, 4, 1, 0), (4, 4, 2, 1), (8, 4, 2, 1)):
    made = F.conv_transpose2d(
        torch.zeros(1, 1, n, n), torch.zeros(1, 1, k, k), stride=s, padding=p
    ).shape[-1]
    print(
        f"{n}×{n}, kernel {k}, stride {s}, padding {p}:  ({n} - 1) · {s} - 2 · {p} + {k} = {made}"
    )

# %% [markdown]
# > **A common mistake.** "A deconvolution undoes a convolution." The transpose of a matrix is not
# > its inverse. Shrink an image and enlarge it with the same kernel:

# %%
one = images[:1].double()
back = F.conv_transpose2d(F.conv2d(one, kernel, stride=2, padding=1), kernel, stride=2, padding=1)
gram = torch.stack([one.flatten(), back.flatten()])
print(f"correlation of the image with what comes back: {torch.corrcoef(gram)[0, 1]:.2f}")


# %%
def overlaps(k, s):
    """How many stamps each output pixel gets, inside, where all stamps are there."""
    ones = F.conv_transpose2d(torch.ones(1, 1, 8, 8), torch.ones(1, 1, k, k), stride=s)[0, 0]
    return ones[k : k + 8, k : k + 8]


predict(
    "A kernel of 3×3 with stride 2, all weights 1, stamps an image of ones. "
    "Inside the result, how many times as large as the darkest pixel is the brightest?",
    answer=lambda: overlaps(3, 2).max() / overlaps(3, 2).min(),
    unit="times",
    low=1,
)

# %%
for k, s in ((3, 2), (4, 2), (5, 2), (6, 3)):
    counts = overlaps(k, s).unique().int().tolist()
    print(f"kernel {k}, stride {s}: stamps on a pixel {counts}")
plotting.image_grid(
    torch.stack([overlaps(3, 2) / 5, overlaps(4, 2) / 5]),
    ["kernel 3, stride 2", "kernel 4, stride 2"],
    size=1.5,
)

# %% [markdown]
# A chessboard, before anything is learned (Odena and others, 2016). A kernel whose size is a
# multiple of the stride gives each pixel the same number of stamps: hence the 4 of every layer
# below. The other cure is to enlarge first, by copying or blending pixels, and to convolve
# afterwards; StyleGAN goes further and **blurs after each enlargement**, because copied pixels have
# edges that no real image has.
#
# ## The recipe
#
# | | generator | discriminator |
# |---|---|---|
# | changes of size | transposed convolutions | convolutions with stride, no pooling |
# | dense layers | none | none |
# | batch normalisation | after each layer but the last | after each but the first and the last |
# | between the layers | ReLU | leaky ReLU, slope 0.2 |
# | at the end | tanh | nothing: a logit |
#
# Why leaky? The generator learns by the gradient that comes back *through* the discriminator to the
# pixels. A unit that is silent for an image passes nothing back. Why no normalisation at the
# generator's end? It would force mean and variance of each batch's pixels. And at the
# discriminator's front the pixels' mean is evidence.
#
# ### Exercise: `DCGANGenerator` &nbsp; ●●○ &nbsp; 20 minutes
#
# A module: `DCGANGenerator(latent=32, width=32)`. Layers of `torch.nn` are allowed; these names and
# sizes are asked for, because the check loads weights into them:
#
# - `up1`, `norm1`: transposed convolution, `latent` to `2 * width` channels, kernel 4, no bias;
#   batch normalisation; ReLU. Output 4×4.
# - `up2`, `norm2`: transposed convolution, to `width` channels, kernel 4, stride 2, padding 1, no
#   bias; batch normalisation; ReLU. Output 8×8.
# - `up3`: transposed convolution, to 1 channel, kernel 4, stride 2, padding 1, **with** bias; tanh.
#   Output 16×16.
#
# What goes in and what comes out:
#
# - Input: noise `(batch, latent)`, to be seen as `latent` channels of 1×1 pixel. Output:
#   `(batch, 1, 16, 16)`, from -1 to 1.
# - No bias before a batch normalisation: it would be subtracted again.


# %% answer="dcgan_generator"
class DCGANGenerator(nn.Module):
    def __init__(self, latent=32, width=32):
        super().__init__()
        ### BEGIN SOLUTION
        self.up1 = nn.ConvTranspose2d(latent, 2 * width, 4, bias=False)
        self.norm1 = nn.BatchNorm2d(2 * width)
        self.up2 = nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.up3 = nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1)
        ### END SOLUTION

    def forward(self, z):
        ### BEGIN SOLUTION
        h = z[:, :, None, None]  # (batch, latent, 1, 1)
        h = torch.relu(self.norm1(self.up1(h)))  # (batch, 2 width, 4, 4)
        h = torch.relu(self.norm2(self.up2(h)))  # (batch, width, 8, 8)
        return torch.tanh(self.up3(h))
        ### END SOLUTION


# %% check="dcgan_generator"
check("dcgan_generator")

# %% [markdown]
# ### Exercise: `DCGANDiscriminator` &nbsp; ●●○ &nbsp; 15 minutes
#
# A module: `DCGANDiscriminator(width=32)`.
#
# - `down1`: convolution, 1 to `width` channels, kernel 4, stride 2, padding 1, with bias; leaky
#   ReLU, slope 0.2. Output 8×8.
# - `down2`, `norm2`: convolution, to `2 * width` channels, kernel 4, stride 2, padding 1, no bias;
#   batch normalisation; leaky ReLU, slope 0.2. Output 4×4.
# - `score`: convolution, to 1 channel, kernel 4, with bias. Output 1×1.
#
# What goes in and what comes out:
#
# - Input: images `(batch, 1, 16, 16)`. Output: **logits** of shape `(batch,)`, for a batch of one
#   too.


# %% answer="dcgan_discriminator"
class DCGANDiscriminator(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        ### BEGIN SOLUTION
        self.down1 = nn.Conv2d(1, width, 4, stride=2, padding=1)
        self.down2 = nn.Conv2d(width, 2 * width, 4, stride=2, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(2 * width)
        self.score = nn.Conv2d(2 * width, 1, 4)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        h = F.leaky_relu(self.down1(x), 0.2)  # (batch, width, 8, 8)
        h = F.leaky_relu(self.norm2(self.down2(h)), 0.2)  # (batch, 2 width, 4, 4)
        return self.score(h).flatten()
        ### END SOLUTION


# %% check="dcgan_discriminator"
check("dcgan_discriminator")

# %% [markdown]
# ### Exercise: `init_dcgan_weights` &nbsp; ●●○ &nbsp; 10 minutes
#
# Draw the weights of a network anew, **in place**. `init_dcgan_weights(net, generator)`; here
# `generator` is the source of chance, a `torch.Generator`.
#
# - Weights of convolutions, transposed convolutions and dense layers: normal, mean 0, standard
#   deviation **0.02**.
# - Scales (`weight`) of batch normalisation, 1-D or 2-D: normal, mean **1**, standard
#   deviation 0.02.
# - All biases, and the shifts of batch normalisation: 0. A layer may have no bias.
# - Each number is a draw of its own, and all of them come from `generator`.
# - Everything else stays: running statistics are not drawn, and the parameters remain the same
#   objects, for an optimizer may hold them already. The network may hold networks that hold
#   networks.
# - `torch.nn.init` may be used.


# %% answer="init_dcgan_weights"
def init_dcgan_weights(net, generator):
    ### BEGIN SOLUTION
    weighted, normalising = (
        (nn.Conv2d, nn.ConvTranspose2d, nn.Linear),
        (nn.BatchNorm1d, nn.BatchNorm2d),
    )
    for layer in net.modules():
        if isinstance(layer, weighted + normalising):
            around = 1.0 if isinstance(layer, normalising) else 0.0
            nn.init.normal_(layer.weight, around, 0.02, generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    ### END SOLUTION


# %% check="init_dcgan_weights"
check("init_dcgan_weights")

# %%
Generator, Discriminator = use("dcgan_generator"), use("dcgan_discriminator")
init = use("init_dcgan_weights")
SIZE = scale()


def fresh_pair(seed, latent=32, width=16 * SIZE.times):
    """Narrower than the default, for the sake of a laptop."""
    chance = generator(seed)
    nets = Generator(latent, width), Discriminator(width)
    for net in nets:
        init(net, chance)
    return nets


makes, judges = fresh_pair(0)
noise = torch.randn(10, 32, generator=generator(0))
made = makes(noise)
print("shapes:", tuple(made.shape), tuple(judges(made).shape))
print("parameters:", [sum(p.numel() for p in net.parameters()) for net in (makes, judges)])
print(f"a fresh generator's pixels are grey: on average {made.abs().mean():.2f} away from 0")
print(
    "a fresh discriminator's logits are small: "
    f"on average {judges(images[:64]).abs().mean():.2f} away from 0"
)

# %% [markdown]
# Small weights: the generator begins with grey, the discriminator with a shrug, and neither has an
# opinion to get rid of.
#
# What is trained from here on is sized for two cores. On a GPU, set the environment variable
# `GRADSCHOOL_SCALE=4` before you start Jupyter: this notebook and the next then train networks four
# times as wide for four times as long, on the GPU. The pictures become better; what the text says
# of them was said of the small ones.
#
# ## Labels that are not quite sure
#
# In high dimensions the discriminator can often tell every sample apart, and its logits then grow
# without end: each step makes it a little surer, and its field steeper. Salimans and others (2016)
# tell it to be less sure: the label of real samples is 0.9, that of generated ones stays 0. With
# the label $t$ on real samples the best discriminator at each place is
#
# $$D^*(x) = \frac{t\, p(x)}{p(x) + q(x)},$$
#
# never above $t$: a logit of $\log \frac{0.9}{0.1} = 2.2$ at most. Only on **one side**: were the
# generated samples labelled 0.1, the numerator would become $t\,p + 0.1\,q$, and where there are
# only generated samples the discriminator would begin to praise them for being there.
#
# To see it, samples that nobody could confuse, at -2 and at 2, and three small networks:


# %%
def logits_of_real(target, steps=400):
    chance = generator(0)
    nets = mlps_side_by_side(3, [1, 16, 1], nn.Tanh(), chance).double()
    optimizer = torch.optim.Adam(nets.parameters(), lr=2e-2)
    for _ in range(steps):
        noise = 0.1 * torch.randn((2, 3, 64, 1), generator=chance, dtype=torch.float64)
        optimizer.zero_grad()
        smoothed_discriminator_loss(nets(2 + noise[0]), nets(-2 + noise[1]), target).backward()
        optimizer.step()
    with torch.no_grad():
        return nets(torch.full((3, 1, 1), 2.0, dtype=torch.float64)).flatten().tolist()


for target in (1.0, 0.9):
    print(f"label {target}: logit of a real sample {Spread(tuple(logits_of_real(target))):.2g}")
print(f"log 9 = {math.log(9):.2f}")

# %% [markdown]
# ### Exercise: `train_gan_epoch` &nbsp; ●●● &nbsp; 25 minutes
#
# `train_gan_epoch(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9)` plays
# once through the batches.
#
# - `batches`: triples `(real, d_noise, g_noise)`: images, noise for the discriminator's step, fresh
#   noise for the generator's. They differ in size.
# - Both networks in training mode. For each batch **first** a step of the discriminator, on the
#   cross-entropy with the label `target` on real samples and 0 on those made from `d_noise` (two
#   means, added; two batches), **then** a step of the generator, on the non-saturating loss with
#   `g_noise`, without smoothing.
# - Cross-entropy with a label $t$: $-t \log D - (1 - t) \log(1 - D)$. Torch's
#   `F.binary_cross_entropy_with_logits` may be used.
# - What may flow, what moves, what is left over: as in notebook 1, and now all at once.
# - Returns two numbers: the discriminator's loss and the generator's, each the mean over the
#   batches of what it was before its step.


# %% answer="train_gan_epoch"
def train_gan_epoch(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    ### BEGIN SOLUTION
    generator.train()
    discriminator.train()
    entropy = F.binary_cross_entropy_with_logits
    d_losses, g_losses = [], []
    for real, d_noise, g_noise in batches:
        on_real, on_fake = discriminator(real), discriminator(generator(d_noise).detach())
        d_loss = entropy(on_real, torch.full_like(on_real, target)) + entropy(
            on_fake, torch.zeros_like(on_fake)
        )
        d_optimizer.zero_grad()
        d_loss.backward()
        d_optimizer.step()
        on_fake = discriminator(generator(g_noise))
        g_loss = entropy(on_fake, torch.ones_like(on_fake))
        g_optimizer.zero_grad()
        g_loss.backward()
        g_optimizer.step()
        d_losses.append(d_loss.item())
        g_losses.append(g_loss.item())
    return sum(d_losses) / len(d_losses), sum(g_losses) / len(g_losses)
    ### END SOLUTION


# %% check="train_gan_epoch"
check("train_gan_epoch")

# %% [markdown]
# ## How good is a drawing?
#
# **People** are asked: is this one real? For how many milliseconds must you look to know? This is
# the measure that counts. It is slow and expensive, and people do not notice what is *missing*:
# somebody who is shown a thousand perfect sevens will call each of them real.
#
# **Networks** are asked as well. Heusel and others (2017) send real and generated images through a
# trained classifier, take the features before its last layer, and compare the two clouds by mean
# and covariance, as if both were normal distributions. Between two of those the **Fréchet
# distance** has a closed form:
#
# $$d^2 = \lVert \mu_1 - \mu_2 \rVert^2 +
# \operatorname{tr}\!\left( C_1 + C_2 - 2\, (C_1 C_2)^{1/2} \right)$$
#
# With the features of an Inception network it is called FID. Ours are the 84 features of a LeNet
# that reads these digits.
#
# $(C_1 C_2)^{1/2}$ is a root of a **matrix**. $C_1 C_2$ is not symmetric, but it has the same
# eigenvalues as $C_1^{1/2} C_2\, C_1^{1/2}$, which is, and the trace of a root is the sum of the
# roots of the eigenvalues.
#
# ### Exercise: `frechet_distance` &nbsp; ●●● &nbsp; 20 minutes
#
# - `mu1`, `mu2`: `(features,)`. `C1`, `C2`: covariances, `(features, features)`, symmetric.
# - Returns $d^2$, one number (a tensor): the **squared** form.
# - Covariances may be singular (fewer samples than features, a feature that never changes): no
#   inverse, no Cholesky factor, and eigenvalues that should be 0 come out as $-10^{-17}$.
# - `torch.linalg` may be used.


# %% answer="frechet_distance"
def frechet_distance(mu1, C1, mu2, C2):
    ### BEGIN SOLUTION
    size, axes = torch.linalg.eigh(C1)
    half = (axes * size.clamp(min=0).sqrt()) @ axes.T  # the root of C1
    of_root = torch.linalg.eigvalsh(half @ C2 @ half).clamp(min=0).sqrt()
    return ((mu1 - mu2) ** 2).sum() + torch.trace(C1) + torch.trace(C2) - 2 * of_root.sum()
    ### END SOLUTION


# %% check="frechet_distance"
check("frechet_distance")


# %%
class LeNet(nn.Module):
    """LeCun's plan (1998) for images of 16×16:
    two convolutions with pooling, 84 features, ten scores.
    """

    def __init__(self):
        super().__init__()
        self.see = nn.Sequential(
            *(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2)),  # (batch, 6, 8, 8)
            *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2)),  # (batch, 16, 2, 2)
            *(nn.Flatten(), nn.Linear(64, 84), nn.Tanh()),
        )
        self.score = nn.Linear(84, 10)

    def forward(self, x):
        return self.score(self.see(x))


with seeded(0):
    # the judge in double precision, so that its numbers are the same everywhere
    lenet = LeNet().double()
fit(
    lenet,
    images.double(),
    classes,
    F.cross_entropy,
    torch.optim.Adam(lenet.parameters(), lr=3e-3),
    epochs=6,
)
read_right = 100 * accuracy(lenet(unseen.double()), unseen_classes)
print(f"the LeNet reads {read_right:.1f} % of the held-out digits")

distance = use("frechet_distance")


@torch.no_grad()
def cloud(x):
    """Mean and covariance of the features."""
    return moments(lenet.see(x.double()))


of_training = cloud(images)


def to_training(x):
    """Fréchet distance of images from the training set."""
    return float(distance(*cloud(x), *of_training))


@torch.no_grad()
def sure(x):
    """Share of images of whose class the LeNet is sure (a probability above 0.9), in %."""
    return 100 * (lenet(x.double()).softmax(dim=1).amax(dim=1) > 0.9).double().mean().item()


# %% [markdown]
# A number without a scale says nothing. Here are five things that no GAN has made, 360 images of
# each: **training scans**, drawn at random from the training set; digits **held out**; **noise**;
# the **mean digit**, again and again; and, as the baseline, a **fitted normal distribution** of the
# 256 pixels, with the mean and the covariance of the training images. It is a linear generator, and
# it takes no training at all.


# %%
def fitted_normal(n, seed=0):
    """Samples with the training images' mean and covariance, cut off at -1 and 1."""
    flat = images.flatten(1).double()  # (1437, 256)
    mean, covariance = moments(flat)
    variance, axes = torch.linalg.eigh(covariance)
    noise = torch.randn(n, 256, generator=generator(seed), dtype=torch.float64)
    return (
        (mean + noise * variance.clamp(min=0).sqrt() @ axes.T)
        .clamp(-1, 1)
        .reshape(-1, 1, 16, 16)
        .float()
    )


SAMPLES = len(unseen)  # 360: a distance depends on how many images it is taken from
static = 2 * torch.rand(SAMPLES, 1, 16, 16, generator=generator(0)) - 1
fog = fitted_normal(SAMPLES)
kinds = {
    "mean digit": images.mean(0, keepdim=True).expand(SAMPLES, -1, -1, -1),
    "noise": static,
    "fitted normal": fog,
    "held out": unseen,
}
levels = {name: to_training(x) for name, x in kinds.items()}
print("                distance   sure of its class")
for name, x in kinds.items():
    print(f"{name:14s} {levels[name]:8.2g} {sure(x):13.0f} %")
drawn_out = [
    images[torch.randperm(len(images), generator=generator(s))[:SAMPLES]] for s in range(3)
]
print(f"training scans: distance {Spread(tuple(map(to_training, drawn_out))):.2g}")
rows_of_images(
    {"held out": unseen[10:20], "fitted normal": fitted_normal(10), "noise": static[:10]}
)

# %% [markdown]
# > **A common mistake.** "A lower FID in another paper means better images." The distance is
# > estimated from samples, and few samples look far away even when they are real: a covariance from
# > 50 images in 84 dimensions is singular. Even scans of the training set itself are not at a
# > distance of 0 above, and the held-out digits are as near as these. Compare only distances from
# > equally many samples, with the same network's features.

# %%
for n in (50, 100, 200, 360):
    far = Spread(
        tuple(
            to_training(unseen[torch.randperm(360, generator=generator(s))[:n]]) for s in range(3)
        )
    )
    print(f"{n:4d} real, held-out digits: {far:.2g}")


# %% [markdown]
# ## Let them play
#
# Three pairs play, from three seeds, for fourteen epochs each. Adam has the recipe's short memory
# of the gradient, $\beta_1 = 0.5$, and its rate falls in the second half.


# %%
epoch, EPOCHS = use("train_gan_epoch"), 14 * SIZE.times


def drawn(makes, noise):
    makes.eval()
    with torch.no_grad():
        return makes(noise.to(next(makes.parameters()))).cpu()


def trained_pair(seed, epochs=EPOCHS):
    """A pair of networks, and what was measured: losses after each epoch; distances, shares of
    drawings of which the LeNet is sure, and drawings after some.
    """
    chance = generator(seed)
    makes, judges = (net.to(SIZE.device) for net in fresh_pair(seed))
    optimizers = [
        torch.optim.Adam(net.parameters(), lr=2e-3, betas=(0.5, 0.999)) for net in (makes, judges)
    ]
    fixed = torch.randn(12, 32, generator=chance)
    losses, looks, album = [], [], {}

    def look(done):
        sample = drawn(makes, torch.randn(SAMPLES, 32, generator=chance))
        looks.append((done, to_training(sample), sure(sample)))
        album[done] = drawn(makes, fixed)

    look(0)
    for done in range(1, epochs + 1):
        for optimizer in optimizers:
            optimizer.param_groups[0]["lr"] = 2e-3 * min(1.0, 1.9 - 1.8 * done / epochs)
        batches = [
            [
                x.to(SIZE.device)
                for x in (images[rows], *torch.randn(2, len(rows), 32, generator=chance))
            ]
            for rows in torch.randperm(len(images), generator=chance).split(64)
        ]
        losses.append(epoch(makes, judges, *optimizers, batches))
        if done % 2 == 0 or done == 1:
            look(done)
    return makes.cpu(), judges.cpu(), losses, looks, album


pairs = [trained_pair(seed) for seed in range(3)]
album = pairs[0][4]
rows_of_images({f"epoch {done}": x for done, x in album.items() if done in (0, 1, 2, 4, 8, EPOCHS)})

# %%
predict(
    "The fitted normal distribution is at a distance of 1.3 from the training set, the held-out "
    "digits at 0.3. After fourteen epochs, at which distance is the nearest of the three DCGANs?",
    answer=lambda: min(looks[-1][1] for *_, looks, _ in pairs),
    low=0,
    high=60,
)

# %% approx=0.4
begins, ends = (Spread(tuple(looks[i][1] for *_, looks, _ in pairs)) for i in (0, -1))
print(f"distance before training {begins:.1f}, after it {ends:.1f}")
distances(
    [[(done, far) for done, far, _ in looks] for *_, looks, _ in pairs],
    levels,
    alt="Fréchet distance over fourteen epochs, three games: from near the mean digit's down to a "
    "few, up and down on the way, above that of the held-out digits",
)

# %% [markdown]
# Your DCGAN draws strokes, the fitted normal distribution draws fog, and **the distance puts the
# fog nearer**. One explanation is that it compares a mean and a covariance. The fitted normal
# distribution has the right mean and covariance of the pixels by construction, and much of that
# survives in the features. Edges, strokes, *either* a 3 *or* an 8: that is what a mean and a
# covariance do not see. Another explanation is that the drawings are not good yet. A LeNet that
# reads digits is the third judge: of how many drawings is it sure? Does longer training settle it?
# Sixty epochs take minutes, so their results are stored.


# %%
def longer(seed):
    _, _, losses, looks, _ = trained_pair(seed, epochs=60)
    return {"looks": looks, "losses": losses}


long = each_seed(longer, stored="2_dcgan/sixty epochs", live=False)
for epochs in (14, 60):
    at = [next(look for look in run["looks"] if look[0] == epochs) for run in long]
    print(
        f"after {epochs} of 60 epochs: distance {Spread(tuple(far for _, far, _ in at)):.2g}, "
        f"sure of {Spread(tuple(share for *_, share in at)):.0f} %"
    )
nearest_look = Spread(tuple(min(far for _, far, _ in run["looks"]) for run in long))
print(f"least distance of all looks: {nearest_look:.2g}")
print(f"fitted normal: distance {levels['fitted normal']:.2g}, sure of {sure(fog):.0f} %")
yardsticks(
    [run["looks"] for run in long],
    {name: (levels[name], sure(kinds[name])) for name in ("fitted normal", "held out")},
)

# %% [markdown]
# The two judges do not agree. The LeNet is sure of more drawings than of fog, and of far fewer than
# of held-out digits. By the Fréchet distance the drawings come as near as the fog for a while, and
# all three games are further away again at the end. No curve says which judge is right. Report both
# numbers, with the number of samples, and look at the pictures. And no curve falls steadily: the
# game has no loss that both players lower. Whoever stops at the best look reports luck.
#
# ## Reading the losses

# %%
d_losses, g_losses = zip(*pairs[0][2], strict=True)
LABEL = 0.9
p = LABEL / 2  # what the best discriminator says where data and drawings cannot be told apart
balance = {
    "discriminator": -LABEL * math.log(p) - (2 - LABEL) * math.log(1 - p),
    "generator": -math.log(p),
}
entropy = -LABEL * math.log(LABEL) - (1 - LABEL) * math.log(1 - LABEL)
print(f"in equilibrium the discriminator says {p:.2f} of everything")
for player, loss in balance.items():
    print(f"and the {player} loses {loss:.3f}")
print(f"a discriminator that says ½ of everything loses log 4 = {math.log(4):.3f}")
print(f"the least that a discriminator can lose is the entropy of its label, {entropy:.3f}")
plotting.loss_curves(
    {
        "discriminator": d_losses,
        "generator": g_losses,
        "discriminator, equilibrium": [balance["discriminator"]] * len(d_losses),
        "generator, equilibrium": [balance["generator"]] * len(g_losses),
    },
    "epoch (from 0)",
    "mean loss",
    alt="the discriminator's loss first rises towards its value in equilibrium and the generator's "
    "falls towards its own; then they part again",
)

# %% approx=0.3
late = [losses[7:] for _, _, losses, _, _ in pairs]
for place, player in enumerate(balance):
    mean = Spread(tuple(sum(each[place] for each in run) / len(run) for run in late))
    print(f"{player}: mean loss of the last {len(late[0])} epochs {mean:.2f}")
longest = Spread(tuple(run["losses"][-1][0] for run in long))
print(f"discriminator, last of sixty epochs (stored): {longest:.2g}")

# %% [markdown]
# Where do these numbers come from? Where drawings and data have one distribution, the discriminator
# can only say the same $p$ of both. With a label of $t = 0.9$ for data it loses
#
# $$-t \log p - (1 - t) \log(1 - p) - \log(1 - p),$$
#
# which is least at $p = t/2 = 0.45$. A label of 1 gives the values of notebook 1: $p = ½$, $\log 4$
# and $\log 2$.
#
# How to read such curves:
#
# - The discriminator near 1.376 and the generator near 0.80: the discriminator cannot tell drawings
#   from data. Either the drawings are as good as the data, or the discriminator is too weak to see
#   the difference.
# - The discriminator below 1.376, the generator above 0.80, both moving: the discriminator sees a
#   difference, and the game goes on.
# - The discriminator near 0.325, the generator's loss large and rising: the discriminator tells
#   everything apart. The stored games end so. Remedies that are tried then: stronger smoothing,
#   fewer steps of the discriminator, noise on its inputs.
# - The discriminator **above** $\log 4$: it does worse than if it always said ½. Possible faults:
#   labels swapped, stale gradients, a rate too high.
# - The generator near 0: the discriminator takes its drawings for data. Look at the samples: they
#   may all be the same image.
# - Both level: the game may be in equilibrium, or the generator may draw one image only. Look at
#   the samples.
#
# No line of this list says "the images get better". A generator's loss is measured by a judge that
# changes.
#
# ## Does it copy?
#
# A generator that has stored the training set would draw perfect digits, as near by the Fréchet
# distance as the training scans above. So look for the nearest training image of each drawing, and
# compare how near it is with how near the nearest training image is to a digit that was **held
# out**: what is new is about as far away as another person's digit.


# %% approx=0.15
def nearest(x):
    """Distance to the nearest training image, pixel by pixel, and which one that is."""
    away, which = torch.cdist(x.flatten(1), images.flatten(1)).min(dim=1)
    return away, images[which]


def typical(x):
    return nearest(x)[0].median().item()


new = [drawn(makes, torch.randn(500, 32, generator=generator(9))) for makes, *_ in pairs]
by_game = [typical(x) for x in new]
print(
    f"median distance to the nearest training image: held-out digits {typical(unseen):.1f},",
    end=" ",
)
print(
    f"fitted normal {typical(fog):.1f}, a training image with a pixel's noise of "
    f"0.1 {typical(images[:300] + 0.1 * torch.randn(300, 1, 16, 16, generator=generator(3))):.1f}"
)
print(f"the DCGANs' drawings: {Spread(tuple(by_game)):.1f}")
rows_of_images({"drawn": new[0][:12], "nearest": nearest(new[0][:12])[1]})


# %% approx=0.3
read = Spread(tuple(sure(x) for x in new))
print(f"sure of its class, in %: drawings {read:.2g},", end=" ")
print(f"fitted normal {sure(fog):.2g}, held out {sure(unseen):.2g}")

# %% [markdown]
# By this measure they are no copies: held-out digits are nearer to the training images. The
# drawings are a little nearer to a training image than the fog is, and the LeNet is sure of more of
# them. The Fréchet distance put the fog first. So three measures give two orders, and none of them
# should be believed alone. (Distance in pixels is a poor judge of copies: shift an image by one
# pixel, and it is far from itself. For photographs one searches among a network's features.)
#
# ### A walk between two noises
#
# If the generator had stored images, a straight line from one noise to another would jump from one
# to the next. Move along it.

# %%
ends_of_walk = torch.randn(2, 32, generator=generator(5))


def walk(share=0.5, game=1):
    steps = torch.linspace(0, 1, 9)[:, None]
    at = torch.cat([torch.tensor([[share]]), steps])
    shown = drawn(pairs[game - 1][0], (1 - at) * ends_of_walk[0] + at * ends_of_walk[1])
    alt = f"game {game}: a digit that changes step by step into another; at {share:.2f} of the way"
    return rows_of_images({"here": shown[:1], "the way": shown[1:]}, alt=alt)


explore(walk, share=(0.0, 1.0, 0.05), game=[1, 2, 3])

# %% [markdown]
# ## Strangers
#
# A trained pair can also be asked the opposite question: is *this* image one of yours? Schlegl and
# others (2017) search the noise for the drawing that is nearest to a given image; what cannot be
# drawn is an **anomaly**. (They looked for signs of disease in retinal scans, with a generator that
# had only seen healthy ones.) The discriminator's score can be used as well, without any search.
# The strangers here are held-out digits seen in a **mirror**, without 0, 1 and 8, which hardly
# change in it. The baseline is the error of a projection onto 32 principal components, one line of
# linear algebra. We measure how often a stranger gets a higher score than a digit: 50 % is
# guessing.


# %% approx=0.2
def search_error(makes, x, steps=40):
    """Squared distance to the nearest drawing that a search in the noise finds."""
    makes.eval()
    z = torch.zeros(len(x), 32, requires_grad=True)
    optimizer = torch.optim.Adam([z], lr=0.1)
    for _ in range(steps):
        error = (makes(z) - x).square().sum(dim=(1, 2, 3))
        (z.grad,) = torch.autograd.grad(error.sum(), z)
        optimizer.step()
    return error.detach()


_, _, components = torch.linalg.svd((images - images.mean(0)).flatten(1), full_matrices=False)


def pca_error(x):
    flat = (x - images.mean(0)).flatten(1)
    return (flat - flat @ components[:32].T @ components[:32]).square().sum(dim=1)


def ranked(scores, stranger_scores):
    """Share of pairs in which the stranger has the higher score, in %."""
    return 100 * (stranger_scores[:, None] > scores[None]).double().mean().item()


own = unseen[~torch.isin(unseen_classes, torch.tensor([0, 1, 8]))][:80]
mirrored = own.flip(3)
by_components = ranked(pca_error(own), pca_error(mirrored))
searched = Spread(tuple(ranked(search_error(m, own), search_error(m, mirrored)) for m, *_ in pairs))
with torch.no_grad():
    judged = Spread(tuple(ranked(-d.eval()(own), -d.eval()(mirrored)) for _, d, *_ in pairs))
print(f"principal components put {by_components:.0f} % of the pairs in the right order")
print(f"search in the noise: {searched:.2g} %")
print(f"discriminator: {judged:.2g} %")

# %% [markdown]
# The baseline wins, with 1,437 small images. A generator that cannot draw every digit calls those
# it misses strangers, and a discriminator has learned to tell *this* generator's faults, not every
# fault there is. Ask for the baseline whenever somebody shows you anomalies found by a GAN.

# %% [markdown]
# ## Larger images
#
# At 16×16 the recipe holds as it is. For faces of 1024×1024 it did not, and the next idea was to
# begin small: **progressive growing** (Karras and others, 2018) trains 4×4 first, then adds a layer
# at a time to both networks, each one faded in, so that the game is always about the details that
# are still missing. Its successors keep all sizes from the start and add the blur named above
# (notebook 4).
#
# ## To remember
#
# 1. The generator's transposed convolutions stamp kernels, the discriminator's strided convolutions
#    gather them; batch normalisation within, tanh and a bare logit at the ends, weights of 0.02.
# 2. A loss in a game says how the opponent stands; whether the images are good, the curves cannot
#    say, and looking at them is not optional.
# 3. A Fréchet distance compares two moments of features: give its floor, its baselines and its
#    number of samples, and show the nearest training images beside the drawings.
#
# ## Sources
#
# Alpaydin & Kaynak (1998), Optical recognition of handwritten digits. Dowson & Landau (1982), The
# Fréchet distance between multivariate normal distributions. Dumoulin & Visin (2016), A guide to
# convolution arithmetic for deep learning. Goodfellow (2016), NIPS tutorial: Generative adversarial
# networks, section 4.2 (one-sided smoothing). Heusel, Ramsauer, Unterthiner, Nessler & Hochreiter
# (2017), GANs trained by a two time-scale update rule, eq. 6. Karras, Aila, Laine & Lehtinen
# (2018), Progressive growing of GANs. LeCun, Bottou, Bengio & Haffner (1998), Gradient-based
# learning applied to document recognition. Odena, Dumoulin & Olah (2016), Deconvolution and
# checkerboard artifacts. Radford, Metz & Chintala (2016), Unsupervised representation learning with
# deep convolutional generative adversarial networks, sections 3 and 4. Salimans, Goodfellow,
# Zaremba, Cheung, Radford & Chen (2016), Improved techniques for training GANs, section 3.4.
# Schlegl, Seeböck, Waldstein, Schmidt-Erfurth & Langs (2017), Unsupervised anomaly detection with
# generative adversarial networks. Zhou, Gordon, Krishna, Narcomey, Fei-Fei & Bernstein (2019),
# HYPE: a benchmark for human eye perceptual evaluation.
