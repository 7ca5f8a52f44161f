# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How few numbers does an image need?
#
# A scan of a digit is 64 numbers. Most choices of 64 numbers look like nothing at all, so the scans
# must lie in some small part of the space of images, and whoever knows that part can say where in
# it an image lies with fewer numbers than 64. An **autoencoder** is a network that is asked for
# exactly this: squeeze the image through a **code** of a few numbers, and give the image back.
# Nobody has to label anything: the target is the input.
#
# In this notebook you build the smallest autoencoder there is, find that it rediscovers a method of
# 1901, measure how exactly, bend it, and then give it so much room that it learns nothing.

# %% tags=["setup"]
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from autograder import check, use
from gradschool import data, diagrams, plotting
from gradschool.autoencoders.networks import Autoencoder as ReferenceAutoencoder
from gradschool.autoencoders.pictures.reconstructions import image_rows
from gradschool.training import Spread, generator, over_seeds, seeded
from gradschool.widgets import explore, predict

# %% [markdown]
# ## The question, and two answers that cost nothing
#
# An **encoder** $f$ turns an image $x$ into its code $h = f(x)$, a **decoder** $g$ turns the code
# into a reconstruction $\hat x = g(h)$. The code is the **bottleneck**: if it is shorter than the
# image, the autoencoder is called **undercomplete**, and it cannot simply copy.

# %%
diagrams.network([64, 8, 64])

# %% [markdown]
# Every later result is worth something only beside what comes for free. With **no** number at all,
# the best answer to every image is the mean image. With **eight** numbers, one could send eight
# pixels as they are, and the mean for the others. The error of an image is here the sum of its
# squared errors over the pixels; what is printed is the mean over 360 digits that were held out.

# %%
digits = data.digits()
x, x_test = (
    digits.train.x.double(),
    digits.test.x.double(),
)  # (1437, 64), (360, 64): double, because training magnifies rounding
mean = x.mean(dim=0)  # (64,)
eight = x.var(dim=0).argsort(descending=True)[:8]  # the pixels that vary most
eight_pixels = mean.expand_as(x_test).clone()
eight_pixels[:, eight] = x_test[:, eight]


def squared_error(x_hat, x):
    return (x_hat - x).square().sum(dim=1).mean().item()


print(f"mean image:   {squared_error(mean.expand_as(x_test), x_test):.2f}")
print(f"eight pixels: {squared_error(eight_pixels, x_test):.2f}")

# %% [markdown]
# ## What is an error?
#
# Two measures are in use for pixels between 0 and 1. **Squared error** takes the decoder's output
# $z$ for the reconstruction itself. **Binary cross-entropy** takes it for the logit of the
# reconstruction, $\hat x = \sigma(z)$, and each pixel for a coin that shows 1 with probability $x$:
#
# $$\text{mse:}\ \ \sum_i (z_i - x_i)^2
# \qquad\qquad \text{bce:}\ \ \sum_i -\big[x_i \log \sigma(z_i) +
# (1 - x_i) \log (1 - \sigma(z_i))\big]$$
#
# Both are summed over the pixels of an image and averaged over the batch. (Torch's default divides
# by the number of pixels as well. For one loss alone that is a matter of taste; as soon as a
# penalty on the *code* is added, in the next notebook, it decides which of the two wins.)
#
# ### Exercise: `reconstruction_loss` &nbsp; ●●○ &nbsp; 15 minutes
#
# - `output`: what the decoder's last layer gives, `(batch, …)`; any number of axes follow the
#   batch. `x`: the images, same shape. `kind`: `"mse"` or `"bce"`, as above.
# - Returns one number: summed over everything but the batch, mean over the batch.
# - Logits of ±10,000 give a finite loss and finite gradients. A sigmoid that has been rounded to 0
#   or 1 has no logarithm: put $\log\sigma(z) = -\log(1 + e^{-z})$ into the formula, and simplify
#   before you compute.


# %% answer="reconstruction_loss"
def reconstruction_loss(output, x, kind="mse"):
    ### BEGIN SOLUTION
    # -log σ(z) = log(1 + e^-z) = log(1 + e^z) - z, and -log(1 - σ(z)) = log(1 + e^z)
    errors = (output - x) ** 2 if kind == "mse" else F.softplus(output) - x * output
    return errors.flatten(1).sum(dim=1).mean()
    ### END SOLUTION


# %% check="reconstruction_loss"
check("reconstruction_loss")

# %%
loss_of = use("reconstruction_loss")
# (360, 64): the sigmoid of these are the images themselves
perfect = x_test.clamp(1e-6, 1 - 1e-6).logit()
predict(
    "An autoencoder gives every test digit back without any error. "
    "How large is its binary cross-entropy, per image?",
    answer=lambda: loss_of(perfect, x_test, "bce"),
    unit="nats",
    low=0,
)

# %%
mean_logit = mean.clamp(0.001, 0.999).logit().expand_as(x_test)
print(f"bce of the perfect reconstruction: {loss_of(perfect, x_test, 'bce'):.1f}")
print(f"bce of the mean image:             {loss_of(mean_logit, x_test, 'bce'):.1f}")
print(f"mse of the perfect reconstruction: {loss_of(x_test, x_test, 'mse'):.1f}")
theirs = F.binary_cross_entropy_with_logits(mean_logit, x_test, reduction="sum") / len(x_test)
print(f"torch's, summed:                   {theirs:.1f}")

# %% [markdown]
# > **A common mistake.** "Binary cross-entropy is for black and white images, and should go to 0."
# > For each pixel it is least at $\hat x = x$, whatever $x$ between 0 and 1, so it works for grey.
# > But there it is not 0: it is the entropy of a coin with probability $x$, and half of the mean
# > image's loss is of this kind. No training removes it. The part that training can remove is the
# > difference. Their gradients with respect to the output look alike: $2(z - x)$ for one,
# > $\sigma(z) - x$ for the other.

# %% [markdown]
# ## Two matrices
#
# The smallest autoencoder has no activation and no bias: $h = x W_e^\top$, $\hat x = h W_d^\top$.
# It is meant for data whose mean has been subtracted, so that it needs no bias.
#
# ### Exercise: `LinearAutoencoder` &nbsp; ●○○ &nbsp; 8 minutes
#
# A class, built as `LinearAutoencoder(inputs, code)`.
#
# - `self.encoder` and `self.decoder` are `nn.Linear` layers **without bias**; `encoder.weight` is
#   $W_e$, `(code, inputs)`, `decoder.weight` is $W_d$, `(inputs, code)`.
# - `encode(x)` gives the code `(batch, code)` of images `(batch, inputs)`; `decode(h)` gives the
#   reconstruction of a code; `net(x)`, that is `forward`, gives the reconstruction of images.
# - Whoever calls it has centred the data.


# %% answer="linear_autoencoder"
class LinearAutoencoder(nn.Module):
    def __init__(self, inputs, code):
        super().__init__()
        ### BEGIN SOLUTION
        self.encoder = nn.Linear(inputs, code, bias=False)
        self.decoder = nn.Linear(code, inputs, bias=False)
        ### END SOLUTION

    def encode(self, x):
        ### BEGIN SOLUTION
        return self.encoder(x)
        ### END SOLUTION

    def decode(self, h):
        ### BEGIN SOLUTION
        return self.decoder(h)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.decode(self.encode(x))
        ### END SOLUTION


# %% check="linear_autoencoder"
check("linear_autoencoder")

# %% [markdown]
# ### Exercise: `train_autoencoder_step` &nbsp; ●○○ &nbsp; 8 minutes
#
# One step of training on one batch, for any autoencoder.
#
# - `net(x)` gives the decoder's output; `optimizer` holds the parameters of `net`; `kind` is that
#   of `reconstruction_loss`, which you may call (for this check it is replaced by a correct one).
# - Puts the network into training mode, clears what gradients there are, takes one step of the
#   optimizer.
# - Returns the batch's loss **before** the step.


# %% answer="train_autoencoder_step"
def train_autoencoder_step(net, optimizer, x, kind="mse"):
    ### BEGIN SOLUTION
    net.train()
    optimizer.zero_grad()
    loss = reconstruction_loss(net(x), x, kind)
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% check="train_autoencoder_step"
check("train_autoencoder_step")

# %%
step, Linear = use("train_autoencoder_step"), use("linear_autoencoder")
centred, centred_test = x - mean, x_test - mean


def linear_run(seed, code=8, steps=1000):
    """Full batches, Adam at 1e-2. Returns the network, its losses,
    and its decoder's weights on the way.
    """
    with seeded(seed):
        net = Linear(64, code).double()
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    losses, seen = [], {}
    for i in range(steps):
        if i % 25 == 0:
            seen[i] = net.decoder.weight.detach().clone()
        losses.append(step(net, optimizer, centred))
    return net, losses, seen


runs = [linear_run(seed) for seed in range(3)]
ends = Spread(tuple(losses[-1] for _, losses, _ in runs))
on_test = Spread(tuple(squared_error(net(centred_test), centred_test) for net, _, _ in runs))
print(f"squared error after 1,000 steps: {ends:.5g}")
print(f"on the test digits:              {on_test:.4g}")
plotting.loss_curves(
    {f"seed {seed}": losses[:200] for seed, (_, losses, _) in enumerate(runs)},
    "step",
    "squared error",
)

# %% [markdown]
# Far better than eight pixels, and three different starts end at one number, to four digits. That
# is rare in this course, and it asks for a reason.
#
# ## The best plane
#
# Whatever two matrices do, the reconstructions $\hat x = x W_e^\top W_d^\top$ are combinations of
# the 8 columns of $W_d$: they lie in a subspace of 8 dimensions. So the linear autoencoder can do
# no better than the best subspace. Which one is best has been known since Pearson (1901). With
# $U S V^\top$ the singular value decomposition of the centred data, it is spanned by the first 8
# columns of $V$, the **principal components**: the directions in which the data vary most. (Eckart
# and Young, 1936: no matrix of rank $k$ is nearer to the data than the first $k$ terms of the
# decomposition.)
#
# ### Exercise: `pca_project` &nbsp; ●●○ &nbsp; 20 minutes
#
# - `X`: `(samples, features)`, not centred. `k`: how many components, at most the smaller of the
#   two.
# - Returns `(recon, basis, mean)`: the samples projected onto the best $k$-dimensional plane
#   through their mean, `(samples, features)`; an orthonormal basis of its directions in
#   **columns**, `(features, k)`, the direction of greatest variance first; the mean sample,
#   `(features,)`.
# - A component may point either way, so the check never looks at single vectors: it compares the
#   projector $B B^\top$.
# - `torch.linalg` is yours (`svd`, `eigh`, `qr`).


# %% answer="pca_project"
def pca_project(X, k):
    ### BEGIN SOLUTION
    mean = X.mean(dim=0)
    centred = X - mean
    _, _, Vh = torch.linalg.svd(centred, full_matrices=False)
    basis = Vh[:k].T  # (features, k)
    return centred @ basis @ basis.T + mean, basis, mean
    ### END SOLUTION


# %% check="pca_project"
check("pca_project")

# %%
project = use("pca_project")
bases = {k: project(x, k)[1] for k in (1, 2, 4, 8, 16, 32, 60)}  # (64, k)


def onto(images, k):
    """Projection onto the plane of the training digits."""
    return (images - mean) @ bases[k] @ bases[k].T + mean


# (10, 64): one test digit of each class
chosen = x_test[[int((digits.test.y == c).nonzero()[0]) for c in range(10)]]


def as_images(x):
    return x.reshape(-1, 8, 8)


def by_components(k=8):
    error = squared_error(onto(x_test, k), x_test)
    title = f"{k} principal components, squared error {error:.2f}"
    return image_rows(
        {"digit": as_images(chosen), f"{k} numbers": as_images(onto(chosen, k))}, title
    )


explore(by_components, k=list(bases))

# %%
recon, basis, _ = project(x, 8)
print(f"squared error of 8 principal components: {squared_error(recon, x):.5g}")
print(f"on the test digits:                      {squared_error(onto(x_test, 8), x_test):.4g}")

# %% [markdown]
# The same number as above. So gradient descent on two matrices has found the same plane? An equal
# error makes it likely. Angles make it sure.
#
# ## The angle between two planes
#
# Take the vector of one subspace and the vector of the other that lie closest: their angle is the
# first **principal angle**. Go on at right angles to both for the next, as many times as the
# smaller subspace has dimensions. Two subspaces are one if the *largest* is 0. With orthonormal
# bases $Q_A$ and $Q_B$, the singular values of $Q_A^\top Q_B$ are the cosines of the angles.
#
# That is the formula in most notes, and it is blind to what we look for.
# $\cos\theta \approx 1 - \theta^2/2$: an angle of $10^{-8}$ changes a cosine by $10^{-16}$, less
# than a double can hold. Half of the digits are lost:

# %%
theta = torch.tensor([1e-3, 1e-6, 1e-8, 1e-9], dtype=torch.float64)
for angle, back in zip(theta, theta.cos().arccos(), strict=True):
    print(f"arccos(cos({angle:.0e})) = {back:.6g}")

# %% [markdown]
# The sines keep the digits there: they are the singular values of $Q_B - Q_A Q_A^\top Q_B$, the
# part of $Q_B$ that sticks out of the first subspace (Björck and Golub, 1973). Near 90° it is the
# sine that goes blind. With both at hand, the arc tangent of the two, `torch.atan2(sine, cosine)`,
# is accurate everywhere.
#
# ### Exercise: `principal_angles` &nbsp; ●●● &nbsp; 25 minutes
#
# - `A`: `(n, p)`, `B`: `(n, q)`: linearly independent columns that span the two subspaces. They are
#   **not** orthonormal: `torch.linalg.qr` makes them so.
# - Returns the `min(p, q)` angles in **degrees**, the smallest first.
# - Accurate to about twelve digits everywhere, for angles of a millionth of a degree and for right
#   angles. `torch.linalg.svdvals` gives singular values, the largest first: which sine belongs to
#   which cosine?
# - If B has more columns than A, some of it must stick out of A at a right angle, and that says
#   nothing about A: take the sines of the **smaller** subspace against the larger.


# %% answer="principal_angles"
def principal_angles(A, B):
    ### BEGIN SOLUTION
    if A.shape[1] < B.shape[1]:
        A, B = B, A
    Q_A, Q_B = torch.linalg.qr(A).Q, torch.linalg.qr(B).Q
    shared = Q_A.T @ Q_B  # (p, q)
    cosines = torch.linalg.svdvals(shared)
    # the least sine belongs to the greatest cosine
    sines = torch.linalg.svdvals(Q_B - Q_A @ shared).flip(0)
    return torch.rad2deg(torch.atan2(sines, cosines))
    ### END SOLUTION


# %% check="principal_angles"
check("principal_angles")

# %%
angles = use("principal_angles")
largest = {
    f"seed {seed}": {i: angles(w, basis).max().item() for i, w in seen.items()}
    for seed, (_, _, seen) in enumerate(runs)
}
finals = [angles(net.decoder.weight.detach(), basis).max().item() for net, _, _ in runs]
print("largest angle between the decoder's columns and the principal plane, after 1,000 steps")
print(f"in degrees: {Spread(tuple(finals)):.2f}")
figure, (axes,) = plotting.picture(width=5.5)
for dashes, (name, course) in zip(plotting.DASHES, largest.items(), strict=False):
    axes.plot(course.keys(), course.values(), linestyle=dashes, label=name)
axes.axhline(1, color="0.5", linewidth=1, linestyle="-")
axes.set(xlabel="step", ylabel="largest principal angle, degrees", yscale="log")
axes.legend()
under = max(next(i for i, angle in course.items() if angle < 1) for course in largest.values())
figure.alt = (
    "largest principal angle against steps, three seeds: "
    f"near 90 degrees at first, below 1 from step {under} on"
)
figure

# %% [markdown]
# The linear autoencoder **is** PCA, found the hard way (Bourlard and Kamp, 1988; Baldi and Hornik,
# 1989, who also show that the loss has no other minimum). Both reconstructions, side by side:

# %%
net = runs[0][0]
by_net = (net(chosen - mean) + mean).detach()
off = (by_net - onto(chosen, 8)).abs().max().item()
print(f"largest difference in any pixel of the ten: {off:.3f}")
rows = {"digit": chosen, "8 components": onto(chosen, 8), "linear, code 8": by_net}
image_rows(
    {name: as_images(images) for name, images in rows.items()}, "The same plane, found twice"
)

# %% [markdown]
# The *columns of the decoder* span the plane. What about the *rows of the encoder*, the eight
# templates with which the code is read off the image? At the optimum they must lie in the same
# plane: whatever sticks out of it reads something that the decoder has no use for.

# %%
predict(
    "How large is the largest principal angle between the encoder's rows and the principal plane?",
    answer=lambda: angles(runs[0][0].encoder.weight.detach().T, basis).max(),
    unit="degrees",
    low=0,
    high=90,
)

# %%
alive = x.std(dim=0) > 0
rows_apart = Spread(
    tuple(angles(net.encoder.weight.detach().T, basis).max().item() for net, _, _ in runs)
)
alive_apart = [
    angles(net.encoder.weight.detach().T[alive], basis[alive]).max().item() for net, _, _ in runs
]
with seeded(0):
    untrained = Linear(64, 8).double()
moved = (runs[0][0].encoder.weight - untrained.encoder.weight).abs()[:, ~alive].max().item()
print(f"pixels that are the same in every training digit: {(~alive).sum()}")
print(f"encoder rows against the plane, all pixels:       {rows_apart:.2g} degrees")
print(f"without those pixels:                             {max(alive_apart):.1f} degrees at most")
print(f"how far training has moved the encoder's weights at those pixels: {moved}")

# %% [markdown]
# After centring, a pixel that never changes is always 0. Weights that only ever meet zeros get no
# gradient and stay where chance put them; they cost nothing, and they tilt the rows. So if you
# compare a trained network with theory, compare what the loss can see.
#
# > **A common mistake.** "The hidden units of a linear autoencoder are the principal components."
# > The *plane* is the same. Put any invertible matrix $M$ behind the encoder and its inverse in
# > front of the decoder, and the reconstruction stays the same, so nothing singles out the
# > components within the plane. The trained columns are not even at right angles, and no unit comes
# > first:

# %%
for seed, (net, _, _) in enumerate(runs):
    columns = F.normalize(net.decoder.weight.detach(), dim=0)  # (64, 8)
    between = (columns.T @ columns - torch.eye(8)).abs().max().arccos().rad2deg().item()
    nearest = (columns.T @ basis).abs().amax(dim=1).clamp(max=1).arccos().rad2deg()
    print(f"seed {seed}: two columns as close as {between:.0f}°; ", end="")
    print(f"from its nearest component each is {nearest.min():.0f}° to {nearest.max():.0f}° away")

# %% [markdown]
# > **When it breaks.** Take the same network, the same optimizer, the same number of steps, but
# > batches of 32. Each step follows the plane of its own 32 digits, and Adam's steps do not get
# > shorter by themselves:


# %%
def in_batches(seed, steps=1000):
    with seeded(seed):
        net = Linear(64, 8).double()
    optimizer, chance = torch.optim.Adam(net.parameters(), 1e-2), generator(seed)
    for _ in range(steps):
        step(net, optimizer, centred[torch.randint(len(x), (32,), generator=chance)])
    return angles(net.decoder.weight.detach(), basis).max().item()


print(f"largest angle after 1,000 steps on batches of 32, degrees: {over_seeds(in_batches):.2g}")

# %% [markdown]
# ## Bending the plane
#
# With layers and activations on both sides the reconstructions no longer lie in a plane, but on a
# curved sheet of as many dimensions as the code has numbers.
#
# ### Exercise: `Autoencoder` &nbsp; ●●○ &nbsp; 15 minutes
#
# A class, built as `Autoencoder(sizes)`, where `sizes` goes from the inputs down to the code: with
# `[64, 32, 8]` the encoder is 64 → 32 → 8 and the decoder its mirror image, 8 → 32 → 64. Two sizes
# or more.
#
# - `self.encoder` and `self.decoder` are `nn.Sequential`: `nn.Linear` and `nn.ReLU` in turn,
#   beginning **and ending** with `nn.Linear`. No activation on the code, which may have any sign,
#   and none on the output, of which `reconstruction_loss` knows what it is.
# - `encode(x)`, `decode(h)` and `net(x)` as before.


# %% answer="autoencoder"
class Autoencoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()

        ### BEGIN SOLUTION
        def stack(sizes):
            layers = [nn.Linear(sizes[0], sizes[1])]
            for inputs, outputs in pairwise(sizes[1:]):
                layers += [nn.ReLU(), nn.Linear(inputs, outputs)]
            return nn.Sequential(*layers)

        self.encoder, self.decoder = stack(sizes), stack(sizes[::-1])
        ### END SOLUTION

    def encode(self, x):
        ### BEGIN SOLUTION
        return self.encoder(x)
        ### END SOLUTION

    def decode(self, h):
        ### BEGIN SOLUTION
        return self.decoder(h)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.decode(self.encode(x))
        ### END SOLUTION


# %% check="autoencoder"
check("autoencoder")

# %%
Bent = use("autoencoder")


def trained(sizes, seed, kind="mse", epochs=20, x=x):
    """Batches of 64, Adam at 3e-3."""
    with seeded(seed):
        net = Bent(sizes).double()
    optimizer, chance = torch.optim.Adam(net.parameters(), 3e-3), generator(seed)
    for _ in range(epochs):
        for rows in torch.randperm(len(x), generator=chance).split(64):
            step(net, optimizer, x[rows], kind)
    return net.eval()


nets = {k: [trained([64, 64, k], seed) for seed in range(3)] for k in (2, 8)}
for k, several in nets.items():
    with torch.no_grad():
        bent = Spread(tuple(squared_error(net(x_test), x_test) for net in several))
    print(
        f"code of {k}: principal components {squared_error(onto(x_test, k), x_test):.2f}, ", end=""
    )
    print(f"64 → 64 → {k} → 64 → 64 {bent:.3g}")

# %%
with torch.no_grad():
    rows = {"digit": chosen, "2 components": onto(chosen, 2), "bent, code 2": nets[2][0](chosen)}
    rows |= {"8 components": onto(chosen, 8), "bent, code 8": nets[8][0](chosen)}
image_rows(
    {name: as_images(images) for name, images in rows.items()},
    "Flat and bent, at codes of equal length",
)

# %%
predict(
    "32 principal components leave an error of 0.17. "
    "Same network, same 20 epochs, but a code of 32: what error on the test digits?",
    answer=lambda: squared_error(trained([64, 64, 32], 0)(x_test), x_test),
    low=0,
)


# %%
def bent_error(seed, epochs):
    return squared_error(trained([64, 64, 32], seed, epochs=epochs)(x_test), x_test)


print(f"32 principal components: {squared_error(onto(x_test, 32), x_test):.2f}")
for epochs in (20, 40):
    print(
        f"bent, code of 32, {epochs} epochs: "
        f"{over_seeds(lambda seed: bent_error(seed, epochs)):.2g}"
    )

# %% [markdown]
# > **A common mistake.** "An autoencoder beats PCA, because it is nonlinear." The bent sheet *can*
# > lie closer: a flat one is a special case. But PCA's plane is found exactly, in a few
# > milliseconds, and the sheet by gradient descent, which may not get there. Where a plane already
# > fits well, at 32 numbers, the search is what limits it. The fourth notebook of this unit draws
# > the whole comparison at equal code sizes.
#
# ### Which loss trains better?
#
# Three ways to get images between 0 and 1 out of the same network: a linear output with squared
# error; a sigmoid with squared error; a sigmoid with cross-entropy. Each is judged by both measures
# (pixels cut off at 0.004 and 0.996 for the logarithm, or the first would be infinite).


# %%
class Squashed(nn.Module):
    """An autoencoder with a sigmoid behind its output."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return torch.sigmoid(self.net(x))


def squashed(seed, epochs=20):
    with seeded(seed):
        net = Squashed(Bent([64, 64, 8])).double()
    optimizer, chance = torch.optim.Adam(net.parameters(), 3e-3), generator(seed)
    for _ in range(epochs):
        for rows in torch.randperm(len(x), generator=chance).split(64):
            step(net, optimizer, x[rows], "mse")
    return net


outputs = {
    "linear output, mse": [net(x_test).detach() for net in nets[8]],
    "sigmoid, mse": [squashed(seed)(x_test).detach() for seed in range(3)],
    "sigmoid, bce": [
        torch.sigmoid(trained([64, 64, 8], seed, "bce")(x_test)).detach() for seed in range(3)
    ],
}
for name, several in outputs.items():
    squares = Spread(tuple(squared_error(x_hat, x_test) for x_hat in several))
    nats = Spread(
        tuple(loss_of(x_hat.clamp(0.004, 0.996).logit(), x_test, "bce").item() for x_hat in several)
    )
    outside = 100 * ((torch.stack(several) < 0) | (torch.stack(several) > 1)).double().mean()
    print(f"{name}: pixels outside [0, 1] {outside:.0f} %")
    print(f"    squared error {squares:.3g}; cross-entropy {nats:.4g}")

# %% [markdown]
# A quarter of the pixels of the linear output are darker than black or lighter than white: the
# sigmoid makes such errors impossible. With it, training on cross-entropy is at least as good by
# *either* measure. One reason stands in the gradient with respect to the logit $z$: cross-entropy
# gives $\hat x - x$, squared error gives $2(\hat x - x)\,\hat x (1 - \hat x)$, which vanishes where
# a pixel is sure, and wrong. For data that are not between 0 and 1, such as centred digits, neither
# the sigmoid nor the cross-entropy has a meaning, and squared error with a linear output is the one
# that is left.

# %% [markdown]
# ## Room to copy
#
# If 8 numbers do well, 128 should do better: a code twice as long as the image, an **overcomplete**
# one. Train 64 → 128 → 64 without any activation, in the same way.

# %%
roomy = [trained([64, 128], seed, epochs=30) for seed in range(3)]
with torch.no_grad():
    for name, several in (("code of 8, bent", nets[8]), ("code of 128", roomy)):
        error = Spread(tuple(squared_error(net(x_test), x_test) for net in several))
        print(f"{name:16s} squared error on test digits: {error:.2g}")

# %% [markdown]
# Almost no error, on digits that it has never seen. What does it know about digits? Feed it
# **noise**: each pixel drawn by itself, with the mean and the deviation that this pixel has in the
# digits, so that nothing is unusual about any pixel, and nothing about the whole is a digit.
# Whoever has learned how digits look cannot give this back.

# %%
noise = mean + x.std(dim=0) * torch.randn(360, 64, generator=generator(1)).double()
variance = squared_error(mean.expand_as(noise), noise)


def missing(net):
    """Share of the noise that does not come back, in per cent."""
    with torch.no_grad():
        return 100 * squared_error(net(noise), noise) / variance


predict(
    "Eight principal components lose 78 % of this noise. "
    "What share of it does the code of 128 lose?",
    answer=lambda: missing(roomy[0]),
    unit="%",
    low=0,
)

# %%
print("share of the noise that is lost, in %")
print(f"8 principal components:  {100 * squared_error(onto(noise, 8), noise) / variance:.0f}")
print(f"bent, code of 8:         {Spread(tuple(missing(net) for net in nets[8])):.2g}")
print(f"code of 128:             {Spread(tuple(missing(net) for net in roomy)):.1g}")
with torch.no_grad():
    rows = {
        "noise": noise[:10],
        "code of 8": nets[8][0](noise[:10]),
        "code of 128": roomy[0](noise[:10]),
    }
image_rows({name: as_images(images) for name, images in rows.items()}, "Caught in the act")

# %% [markdown]
# The code of 8 answers noise with a blur that comes nearer to digits: it has nothing else to say.
# The code of 128 hands the noise back. It has learned the **identity**, which has an error of
# nearly 0 on *everything*, and says nothing about digits. A low reconstruction error is therefore
# no success by itself. Activations do not forbid it: two ReLUs pass any number on, since
# $\text{ReLU}(z) - \text{ReLU}(-z) = z$.
#
# Making the code short is one way to forbid copying. The next notebook keeps the code long, and
# forbids it by other means.

# %% [markdown]
# ## Find the fault
#
# The script below trains 64 → 64 → 8 on the centred digits, and keeps the codes of the last epoch
# for a picture. The loss falls as it should.


# %% script="debug_encoder"
def train_and_keep_codes(net, optimizer, x):
    """One step on a batch. Returns the loss and the batch's codes, without a graph,
    for the picture.
    """
    optimizer.zero_grad()
    h = net.encode(x).detach()
    x_hat = net.decode(h)
    loss = loss_of(x_hat, x)
    loss.backward()
    optimizer.step()
    return loss.item(), h


def training_script(one_step, epochs=20):
    with seeded(0):
        net = ReferenceAutoencoder([64, 64, 8]).double()
    optimizer, chance, curve = torch.optim.Adam(net.parameters(), 3e-3), generator(0), []
    for _ in range(epochs):
        seen = []
        for rows in torch.randperm(len(centred), generator=chance).split(64):
            loss, _ = one_step(net, optimizer, centred[rows])
            seen.append(loss)
        curve.append(sum(seen) / len(seen))
    return net, curve


faulty, curve = training_script(train_and_keep_codes)
with torch.no_grad():
    print(
        f"training loss: epoch 1 {curve[0]:.2f}, epoch 10 {curve[9]:.2f}, epoch 20 {curve[-1]:.2f}"
    )
    print(
        f"test digits: this network {squared_error(faulty(centred_test), centred_test):.2f}, ",
        end="",
    )
    print(f"8 principal components {squared_error(onto(x_test, 8), x_test):.2f}")
plotting.loss_curves({"training": curve}, "epoch", "squared error")

# %% [markdown]
# ### Exercise: `debug_encoder` &nbsp; ●●○ &nbsp; 15 minutes
#
# A falling curve, and yet eight principal components are far better. What is wrong?
#
# - **A** The learning rate is too small.
# - **B** The code is too short.
# - **C** The loss is summed over the pixels, where a mean belongs.
# - **D** The encoder does not learn.
# - **E** Gradients pile up from step to step.
#
# Write a function that returns the letter and the mended step: `return "A", mended`, where
# `mended(net, optimizer, x)` trains `net` on the batch by one step and returns the loss before the
# step as a number, and the codes of the batch before the step. `net` has `encode` and `decode`;
# your `reconstruction_loss` may be called. Letter and function are worth the same.


# %% answer="debug_encoder"
def debug_encoder():
    ### BEGIN SOLUTION
    def mended(net, optimizer, x):
        optimizer.zero_grad()
        codes = net.encode(x)  # with its graph: the gradient goes on into the encoder
        loss = reconstruction_loss(net.decode(codes), x)
        loss.backward()
        optimizer.step()
        return loss.item(), codes.detach()

    return "D", mended
    ### END SOLUTION


# %% check="debug_encoder"
check("debug_encoder")

# %%
_, mended_step = use("debug_encoder")()
whole, curve = training_script(mended_step)
with torch.no_grad():
    print(f"mended, test digits: {squared_error(whole(centred_test), centred_test):.2f}")

# %% [markdown]
# No curve by itself would have shown this fault: the decoder did its best with codes drawn at
# random. The baseline did.
#
# **The same in torch.nn**: there is no `nn.Autoencoder`; it is two networks and a loss.
# `F.mse_loss(..., reduction="sum") / len(x)` and
# `F.binary_cross_entropy_with_logits(..., reduction="sum") / len(x)` are your losses. For principal
# components there is `torch.pca_lowrank`, which approximates them with random projections, and
# scikit-learn's `PCA`, which keeps them in the **rows** of `components_`.
#
# ## To remember
#
# 1. A linear autoencoder finds PCA's plane, and nothing more: compare subspaces by their principal
#    angles, the columns of the decoder, and only pixels that change.
# 2. A reconstruction error means something beside a baseline at the same code length, and a
#    cross-entropy only beside its floor.
# 3. An autoencoder that can copy will copy: feed it noise, and see whether it comes back.
#
# ## Sources
#
# Pearson (1901), *On lines and planes of closest fit to systems of points in space*. Eckart & Young
# (1936), *The approximation of one matrix by another of lower rank*. Björck & Golub (1973),
# *Numerical methods for computing angles between linear subspaces*. Rumelhart, Hinton & Williams
# (1986), *Learning internal representations by error propagation*. Bourlard & Kamp (1988),
# *Auto-association by multilayer perceptrons and singular value decomposition*. Baldi & Hornik
# (1989), *Neural networks and principal component analysis: learning from examples without local
# minima*. Hinton & Salakhutdinov (2006), *Reducing the dimensionality of data with neural
# networks*. Goodfellow, Bengio & Courville (2016), *Deep Learning*, sections 2.12, 6.2 and 14.1.
