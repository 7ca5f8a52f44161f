# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What keeps a roomy autoencoder from copying?
#
# A code with more numbers than the image has pixels can hold the image as it is, and the last
# notebook caught such a network handing back noise. Yet a long code is worth having: a digit is a
# few strokes out of many possible ones, and a unit for each possible stroke needs many units, of
# which few are used at a time. So the code stays long here, and something else must forbid the
# copy: a code that has to be quiet (**sparse**), an input that is spoiled (**denoising**), or a
# code that may hardly move (**contractive**). You build all three, add weight decay and dropout
# from the first unit, and measure what each of them really does.

# %% tags=["setup"]
from functools import cache, partial

import torch
from torch import nn

from autograder import check, use
from gradschool import data, plotting
from gradschool.autoencoders.networks import SigmoidAutoencoder
from gradschool.autoencoders.pictures.codes import activation_histograms, filters
from gradschool.autoencoders.pictures.reconstructions import image_rows
from gradschool.seeds import each_seed
from gradschool.training import Spread, generator, over_seeds, seeded
from gradschool.widgets import explore, predict

reconstruction_loss = use("reconstruction_loss")

# %% [markdown]
# ## One network, many ways to train it
#
# All of this notebook is about one network: 64 pixels, a code of 100 sigmoid units,
# $h = \sigma(x W_e^\top + b_e)$, and a linear decoder. It is trained on the sum of the squared
# errors of an image, plus at most one more thing:
#
# $$L = \frac{1}{N} \sum_n \lVert \hat x_n - x_n \rVert^2 + \Omega$$
#
# Low error is no success, as we have seen. So each network is asked two more questions. **Noise
# lost**: how much of an input in which every pixel is drawn by itself does *not* come back? A
# copier loses nothing. **Repaired**: given test digits with Gaussian noise of $\sigma = 0.4$ on
# each pixel, how far from the *clean* digits are its outputs?

# %%
digits = data.digits()
x, x_test = digits.train.x.double(), digits.test.x.double()  # (1437, 64), (360, 64)
mean = x.mean(dim=0)
structureless = mean + x.std(dim=0) * torch.randn(360, 64, generator=generator(1)).double()
noisy_test = x_test + 0.4 * torch.randn(360, 64, generator=generator(2)).double()


def distance(a, b):
    """Squared error of an image, mean over the batch."""
    return (a - b).square().sum(dim=1).mean().item()


def train(seed, penalty=None, corrupt=None, drop=None, epochs=30, code=100):
    """Batches of 64, Adam at 5e-3. `penalty(net, h)` is added to the loss,
    `corrupt` spoils the input, `drop` the code.
    """
    with seeded(seed):
        net = SigmoidAutoencoder(64, code).double()
    optimizer, chance = torch.optim.Adam(net.parameters(), 5e-3), generator(seed)
    for _ in range(epochs):
        for rows in torch.randperm(len(x), generator=chance).split(64):
            clean = x[rows]
            h = net.encode(corrupt(clean, chance) if corrupt else clean)  # (64, 100)
            loss = reconstruction_loss(net.decode(drop(h, chance) if drop else h), clean)
            if penalty:
                loss = loss + penalty(net, h)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return net.requires_grad_(False)


def noise_lost(net):
    everything = distance(mean.expand_as(structureless), structureless)
    return 100 * distance(net(structureless), structureless) / everything


def asked(net):
    """What a network answers to the three questions."""
    return distance(net(x_test), x_test), noise_lost(net), distance(net(noisy_test), x_test)


def report(answers):
    """Means over seeds, with their ranges."""
    error, lost, repaired = (Spread(tuple(values)) for values in zip(*answers, strict=True))
    print("error on clean digits ", error)
    print("noise lost, in %      ", lost)
    print("repaired to within    ", repaired)


nets = {"nothing": [train(seed) for seed in range(3)]}
report(map(asked, nets["nothing"]))
print(
    f"for comparison: mean image {distance(mean.expand_as(x_test), x_test):.2f}; "
    f"noisy digits are {distance(noisy_test, x_test):.1f} off"
)

# %% [markdown]
# It gives back four fifths of the noise. Activations and the short training keep it from copying
# perfectly, nothing else does.
#
# ## A quiet code
#
# **L1.** Let every activation cost: $\Omega = \lambda \sum_j |h_j|$, averaged over the batch. You
# know this penalty from weights. Here it acts on *activations*, sample by sample: it does not ask
# for units that are never used, but for few at a time.
#
# ### Exercise: `l1_sparsity` &nbsp; ●○○ &nbsp; 5 minutes
#
# $$\Omega = \frac{\lambda}{N} \sum_n \sum_j |h_{nj}|$$
#
# - `h`: codes, `(batch, code)`, of either sign. `lam`: $\lambda$, a Python number.
# - Returns one number: summed over the units, mean over the batch.


# %% answer="l1_sparsity"
def l1_sparsity(h, lam):
    ### BEGIN SOLUTION
    return lam * h.abs().sum(dim=1).mean()
    ### END SOLUTION


# %% check="l1_sparsity"
check("l1_sparsity")

# %% [markdown]
# **A target activation.** The other classic (Ng, 2011) says how often a unit *should* be active: on
# average over the data by $\rho$, 5 % say. With $\hat\rho_j = \frac1N \sum_n h_{nj}$ the mean
# activation of unit $j$, the distance is the Kullback–Leibler divergence of two coins:
#
# $$\Omega = \beta \sum_j \mathrm{KL}(\rho \,\Vert\, \hat\rho_j),
# \qquad \mathrm{KL}(\rho \,\Vert\, \hat\rho) =
# \rho \log \frac{\rho}{\hat\rho} + (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho}$$

# %%
rho_hat = torch.linspace(0.002, 0.6, 300, dtype=torch.float64)


def coins(rho=0.05):
    kl = rho * (rho / rho_hat).log() + (1 - rho) * ((1 - rho) / (1 - rho_hat)).log()
    figure, (axes,) = plotting.picture(width=5.5, height=3.0)
    axes.plot(rho_hat, kl, linestyle="-", label="KL(ρ ‖ ρ̂)")
    axes.plot(rho_hat, (rho_hat - rho).abs(), linestyle="--", label="|ρ̂ - ρ|, for comparison")
    axes.axvline(rho, color="0.5", linewidth=1, linestyle="-")
    axes.set(
        xlabel="mean activation ρ̂",
        ylabel="penalty, in nats",
        ylim=(0, 0.6),
        title=f"target ρ = {rho:.2f}",
    )
    axes.legend(fontsize="small")
    at = (0.5 * rho, 2 * rho)
    costs = [
        rho * torch.tensor(rho / a).log() + (1 - rho) * torch.tensor((1 - rho) / (1 - a)).log()
        for a in at
    ]
    figure.alt = (
        f"KL with target {rho:.2f}: half the target costs {costs[0]:.4f} nats, "
        f"twice the target {costs[1]:.4f}"
    )
    return figure


explore(coins, rho=(0.05, 0.45, 0.05))

# %% [markdown]
# ### Exercise: `kl_sparsity` &nbsp; ●●○ &nbsp; 15 minutes
#
# - `h`: activations between 0 and 1, `(batch, code)`. `rho`, `beta`: Python numbers,
#   $0 < \rho < 1$.
# - Returns $\beta \sum_j \mathrm{KL}(\rho \Vert \hat\rho_j)$ as one number: the mean is taken over
#   the **batch**, for each unit, *before* the divergence; the sum over the units after it.
# - A unit that is 0 for the whole batch, or 1, makes the divergence infinite and its gradient
#   useless. Keep the means a little away from both ends: by 1e-6 or less, so that nothing else
#   changes. The result must be finite, and for such units large.


# %% answer="kl_sparsity"
def kl_sparsity(h, rho, beta):
    ### BEGIN SOLUTION
    mean = h.mean(dim=0).clamp(1e-7, 1 - 1e-7)  # (code,)
    kl = rho * torch.log(rho / mean) + (1 - rho) * torch.log((1 - rho) / (1 - mean))
    return beta * kl.sum()
    ### END SOLUTION


# %% check="kl_sparsity"
check("kl_sparsity")

# %%
l1, kl = use("l1_sparsity"), use("kl_sparsity")
nets["L1"] = [train(seed, lambda net, h: l1(h, 0.1)) for seed in range(3)]
nets["KL"] = [train(seed, lambda net, h: kl(h, 0.05, 0.5)) for seed in range(3)]
for name in ("L1", "KL"):
    print(f"--- {name}")
    report(map(asked, nets[name]))

# %%
predict(
    "With KL every unit should have a mean activation of 0.05. "
    "On what share of the test digits is a unit clearly active, above 0.3?",
    answer=lambda: 100 * (nets["KL"][0].encode(x_test) > 0.3).double().mean(),
    unit="%",
    low=0,
    high=100,
)

# %%
for name in ("nothing", "L1", "KL"):
    codes = [net.encode(x_test) for net in nets[name]]  # 3 of (360, 100)
    silent, near, loud = (
        Spread(tuple(100 * ((h >= low) & (h < high)).double().mean().item() for h in codes))
        for low, high in ((0, 0.03), (0.03, 0.07), (0.3, 1))
    )
    print(f"{name}: mean activation {torch.stack(codes).mean():.2f}; shares in %:")
    print(f"    below 0.03:        {silent:.0f}")
    print(f"    from 0.03 to 0.07: {near:.0f}")
    print(f"    above 0.3:         {loud:.1f}")
activation_histograms({name: nets[name][0].encode(x_test) for name in ("nothing", "L1", "KL")})

# %% [markdown]
# > **A common mistake.** "With ρ = 0.05 each unit is active for one input in twenty." The penalty
# > sees each unit's **mean over the data** and nothing else. A unit that is silent nineteen times
# > and loud the twentieth has the mean 0.05; so has one that murmurs 0.05 at every digit, and says
# > what it has to say in small changes that the decoder magnifies. Here most units murmur: four
# > activations in ten lie within 0.02 of the target, and one in seventy is above 0.3. L1, which
# > looks at each activation by itself, gets the code that both are drawn with in textbooks: three
# > quarters silent, a few loud.
#
# > **When it breaks.** That a decoder magnifies is the way to cheat every penalty on activations.
# > Where the code is linear or ReLU, divide the encoder's weights by 10 and multiply the decoder's
# > by 10: not one reconstruction changes, and the L1 penalty falls to a tenth. Gradient descent
# > finds this way out, too. Two cures: keep the decoder's columns at length 1, or add weight decay.
# > (A sigmoid code has a ceiling, and the way out is longer, not closed.)

# %%
with seeded(0):
    linear = (
        nn.Sequential(nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 64))
        .double()
        .requires_grad_(False)
    )
before, cost = linear(x_test), l1(linear[:2](x_test), 0.1)
linear[0].weight /= 10
linear[0].bias /= 10
linear[2].weight *= 10
off = (before - linear(x_test)).abs().max().item()
print(f"largest change of a reconstruction: {off:.10f}")
print(f"the penalty, compared with before: {l1(linear[:2](x_test), 0.1) / cost:.3f}")

# %% [markdown]
# ## A spoiled input
#
# Vincent and others (2008) forbid the copy in the simplest way: the input is no longer what is
# asked for. Spoil the image, and ask for the **clean** one:
#
# $$L = \frac{1}{N} \sum_n \lVert g(f(\tilde x_n)) - x_n \rVert^2,
# \qquad \tilde x_n \text{ drawn anew from } x_n \text{ at every step}$$
#
# Copying now costs as much as the noise is large. To do better, the network must know what is noise
# and what is digit. Three kinds of spoiling are common.
#
# ### Exercise: `gaussian_noise` &nbsp; ●○○ &nbsp; 5 minutes
#
# - `x`: images, any shape. `sigma`: the standard deviation $\sigma \ge 0$. `generator`: where
#   chance comes from.
# - Returns $x + \sigma \varepsilon$, with $\varepsilon$ standard normal, drawn for each element by
#   itself. Values may leave $[0, 1]$: nothing is cut off.
# - The check looks at the distribution of what you added, and whether each number is drawn by
#   itself, also from call to call.


# %% answer="gaussian_noise"
def gaussian_noise(x, sigma, generator):
    ### BEGIN SOLUTION
    return x + sigma * torch.randn(x.shape, generator=generator, dtype=x.dtype)
    ### END SOLUTION


# %% check="gaussian_noise"
check("gaussian_noise")

# %% [markdown]
# ### Exercise: `masking_noise` &nbsp; ●○○ &nbsp; 5 minutes
#
# - Each element is set to 0 with probability `p`, each by itself; the others stay **as they were**.
#   (Dropout scales them up. Here nothing is to be kept in the mean: a pixel is missing, and the
#   network should say what was there.)
# - `x`: any shape. `p`: the share that is destroyed, $0 \le p \le 1$; of 100 elements with
#   $p = 0.3$ now 28 are lost and now 33, not 30 each time. `generator` as before.


# %% answer="masking_noise"
def masking_noise(x, p, generator):
    ### BEGIN SOLUTION
    destroyed = torch.rand(x.shape, generator=generator) < p
    return torch.where(destroyed, 0, x)
    ### END SOLUTION


# %% check="masking_noise"
check("masking_noise")

# %% [markdown]
# ### Exercise: `salt_and_pepper` &nbsp; ●●○ &nbsp; 8 minutes
#
# - Each element is replaced with probability `p` in all, by 0 or by 1 with equal chance; the others
#   stay as they were. With $p = 1$ nothing is left of the image.
# - `x`: values from 0 to 1, any shape. `p` and `generator` as before.


# %% answer="salt_and_pepper"
def salt_and_pepper(x, p, generator):
    ### BEGIN SOLUTION
    u = torch.rand(x.shape, generator=generator)  # one number decides both questions
    return torch.where(u < p / 2, 0, torch.where(u < p, 1, x))
    ### END SOLUTION


# %% check="salt_and_pepper"
check("salt_and_pepper")

# %%
add, mask, salt = use("gaussian_noise"), use("masking_noise"), use("salt_and_pepper")
SPOIL = {"Gaussian": add, "masking": mask, "salt and pepper": salt}
# (10, 64): one digit of each class
ten = x_test[[int((digits.test.y == c).nonzero()[0]) for c in range(10)]]


def as_images(x):
    return x.reshape(-1, 8, 8)


def spoiled(kind="salt and pepper", strength=0.3):
    out = SPOIL[kind](ten, strength, generator(0))
    return image_rows(
        {"digit": as_images(ten), "spoiled": as_images(out)},
        f"{kind}, {strength:.1f}: squared error {distance(out, ten):.1f}",
    )


explore(spoiled, kind=list(SPOIL), strength=(0.0, 1.0, 0.1))

# %% [markdown]
# ### Exercise: `denoising_step` &nbsp; ●●○ &nbsp; 10 minutes
#
# One step of training on one batch.
#
# - `net`, `optimizer`, `x`, `kind`: as in `train_autoencoder_step` of the last notebook.
#   `corrupt(x, generator)` gives a spoiled copy of the batch; call it **once** in each step, with
#   the `generator` you were given.
# - Training mode; gradients cleared; the spoiled batch goes in, the clean one is the target of
#   `reconstruction_loss(output, target, kind)`; one step.
# - Returns the loss before the step.


# %% answer="denoising_step"
def denoising_step(net, optimizer, x, corrupt, generator, kind="mse"):
    ### BEGIN SOLUTION
    net.train()
    optimizer.zero_grad()
    output = net(corrupt(x, generator))
    loss = reconstruction_loss(output, x, kind)
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% check="denoising_step"
check("denoising_step")

# %% [markdown]
# What should it be measured against? The noise adds $64 \cdot 0.4^2 = 10.2$ to an image's error.
# The honest baseline is the best **linear** map from noisy to clean, known in closed form (Wiener):
# along the principal direction with variance $\lambda_i$ it multiplies by
# $\lambda_i / (\lambda_i + \sigma^2)$.

# %%
covariance = (x - mean).T @ (x - mean) / len(x)  # (64, 64)
wiener = covariance @ torch.linalg.inv(covariance + 0.4**2 * torch.eye(64))
linear_best = (noisy_test - mean) @ wiener + mean
print(f"as it came:          {distance(noisy_test, x_test):.2f}")
print(f"best linear map:     {distance(linear_best, x_test):.2f}")

one_step = use("denoising_step")


@cache
def denoiser(seed, corrupt, epochs=40):
    with seeded(seed):
        net = SigmoidAutoencoder(64, 100).double()
    optimizer, chance = torch.optim.Adam(net.parameters(), 5e-3), generator(seed)
    for _ in range(epochs):
        for rows in torch.randperm(len(x), generator=chance).split(64):
            one_step(net, optimizer, x[rows], corrupt, chance)
    return net.requires_grad_(False)


TRAINED_ON = {
    "Gaussian": lambda x, chance: add(x, 0.4, chance),
    "masking": lambda x, chance: mask(x, 0.5, chance),
    "salt and pepper": lambda x, chance: salt(x, 0.3, chance),
}
predict(
    "And the denoising autoencoder, trained on this noise for 40 epochs: "
    "how far are its outputs from the clean digits?",
    answer=lambda: distance(denoiser(0, TRAINED_ON["Gaussian"])(noisy_test), x_test),
    low=0,
)

# %%
tests = {name: corrupt(x_test, generator(5)) for name, corrupt in TRAINED_ON.items()}


def elsewhere(net):
    """What is left of each noise."""
    return [distance(net(spoiled_x), x_test) for spoiled_x in tests.values()]


def measured(seed, corrupt):
    return asked(denoiser(seed, corrupt)), elsewhere(denoiser(seed, corrupt))


# Seed 0 runs here; what seeds 1 and 2 gave is stored, and runs, too, without `stored=`.
denoisers = {
    name: each_seed(
        partial(measured, corrupt=corrupt), stored=f"2_regularised/trained on {name} noise"
    )
    for name, corrupt in TRAINED_ON.items()
}
report(answers for answers, _ in denoisers["Gaussian"])
rows = {
    "digit": ten,
    "noisy": noisy_test[[int((digits.test.y == c).nonzero()[0]) for c in range(10)]],
}
rows |= {
    "best linear": (rows["noisy"] - mean) @ wiener + mean,
    "denoiser": denoiser(0, TRAINED_ON["Gaussian"])(rows["noisy"]),
}
image_rows(
    {name: as_images(images) for name, images in rows.items()},
    "Gaussian noise of 0.4, taken away again",
)

# %% [markdown]
# Less than a fifth of the input's error, and better than the best linear map, though not by a
# miracle: a map that knows nothing but variances does most of the work. Had we compared with the
# input alone, we would have praised the network for it.
#
# Does a denoiser know other noise than its own? Rows: what it was trained on; columns: what the
# test digits were spoiled with.

# %%
print(f"{'':24s}" + "".join(f"{name:>18s}" for name in tests))
print(
    f"{'as it came':24s}"
    + "".join(f"{distance(spoiled_x, x_test):18.1f}" for spoiled_x in tests.values())
)
left = {"trained on nothing": [elsewhere(net) for net in nets["nothing"]]}
left |= {name: [errors for _, errors in found] for name, found in denoisers.items()}
for name, several in left.items():
    means = [Spread(errors) for errors in zip(*several, strict=True)]
    print(
        f"{name:24s}"
        + "".join(
            f"{f'{m.mean:.1f} ({min(m.values):.1f}-{max(m.values):.1f})':>18s}" for m in means
        )
    )

# %% [markdown]
# The Gaussian denoiser is as good on salt and pepper as the one that was trained on it, and poor at
# masking; the one trained on masking is hardly better than nothing elsewhere. Gaussian noise and
# salt and pepper push a pixel either way, and are taken away by averaging. Masking only ever makes
# pixels dark, and the cure, to doubt every dark pixel, is no cure for anything else.
#
# ## A code that hardly moves
#
# Rifai and others (2011) say what a denoiser learns in passing: the code should not change when the
# image changes a little. That is a statement on the Jacobian $J = \partial h / \partial x$,
# `(code, inputs)`, and its size is measured by the squared **Frobenius norm**, the sum of the
# squares of all its entries:
#
# $$\Omega = \frac{\lambda}{N} \sum_n \lVert J(x_n) \rVert_F^2$$
#
# For one sigmoid layer, $\partial h_j / \partial x_i = h_j (1 - h_j)\, W_{ji}$, and the sum of the
# squares factorises: over $i$ the weights, over $j$ the slopes.
#
# ### Exercise: `contractive_penalty` &nbsp; ●●○ &nbsp; 15 minutes
#
# - `h`: what a sigmoid layer puts out, `(batch, code)`. `weight`: its $W$, `(code, inputs)`.
# - Returns $\lVert J \rVert_F^2$, averaged over the batch, as one number (no $\lambda$). The closed
#   form is a product of two small things: it needs no Jacobian of `(batch, code, inputs)`, and no
#   autograd.


# %% answer="contractive_penalty"
def contractive_penalty(h, weight):
    ### BEGIN SOLUTION
    slopes = h * (1 - h)  # (batch, code)
    return (slopes**2 @ (weight**2).sum(dim=1)).mean()
    ### END SOLUTION


# %% check="contractive_penalty"
check("contractive_penalty")

# %% [markdown]
# Two layers, a convolution, another activation: the closed form is gone, but autograd knows every
# Jacobian. It gives one row at a time: the gradient of one unit with respect to the input. Since
# each sample's code depends on that sample alone, a unit may be summed over the batch first, and
# one backward pass gives its row for all samples.
#
# ### Exercise: `jacobian_frobenius` &nbsp; ●●● &nbsp; 25 minutes
#
# - `encode`: a function from a batch to its codes, `(batch, code)`. `x`: the batch, `(batch, …)`:
#   images may have any number of axes.
# - Returns the mean of $\lVert \partial h / \partial x \rVert_F^2$ over the batch.
# - It is meant for a loss: gradients must pass through it to the encoder's weights. So the
#   gradients that you take must keep a graph of their own (`create_graph=True`).
# - Make your own leaf: `x.detach().requires_grad_()`. Autograd is the point here, and allowed.


# %% answer="jacobian_frobenius"
def jacobian_frobenius(encode, x):
    ### BEGIN SOLUTION
    x = x.detach().requires_grad_()
    total = 0.0
    for unit in encode(x).sum(dim=0):  # one number for each unit of the code
        (row,) = torch.autograd.grad(unit, x, create_graph=True)
        total = total + row.square().sum()
    return total / len(x)
    ### END SOLUTION


# %% check="jacobian_frobenius"
check("jacobian_frobenius")

# %% [markdown]
# Three ways to measure one thing: the formula, autograd, and an experiment. Move each test digit by
# a tiny random step $\delta$ with deviation $s$ in every pixel: on average
# $\lVert h(x + \delta) - h(x) \rVert^2 \approx s^2 \lVert J \rVert_F^2$.

# %%
closed, general = use("contractive_penalty"), use("jacobian_frobenius")
nets["contractive"] = [
    train(seed, lambda net, h: 0.3 * closed(h, net.encoder.weight)) for seed in range(3)
]
# 200 steps from each of the 360 digits
nudge = 1e-4 * torch.randn(200, 360, 64, generator=generator(3)).double()


def by_experiment(net):
    moved = net.encode((x_test + nudge).reshape(-1, 64)).reshape(200, 360, -1) - net.encode(x_test)
    return (moved.square().sum(dim=2).mean() / 1e-4**2).item()


for name in ("nothing", "contractive"):
    net = nets[name][0]
    formula, autograd = (
        closed(net.encode(x_test), net.encoder.weight).item(),
        general(net.encode, x_test).item(),
    )
    print(
        f"{name:12s} formula {formula:.4g}, autograd {autograd:.4g}, "
        f"experiment {by_experiment(net):.2g}"
    )
    print(f"             formula and autograd differ by {abs(formula - autograd):.10f}")
report(map(asked, nets["contractive"]))

# %% [markdown]
# > **When it breaks.** The way out of the sparse penalty is open here, too: a linear encoder
# > divided by 10, and the decoder multiplied by 10, keep every reconstruction and pay a hundredth.
# > Rifai and others close it by **tying** the weights, $W_d = W_e^\top$, so that what the encoder
# > saves the decoder lacks. It is also a penalty on *every* direction alike; only the
# > reconstruction defends some of them, those in which digits differ.
#
# > **A common mistake.** "A contractive autoencoder is a denoising one with small noise." Nearly:
# > for small Gaussian noise, denoising punishes the Jacobian of the whole map,
# > $\partial \hat x / \partial x$ (Alain and Bengio, 2014), the contractive penalty that of the
# > encoder alone.
#
# ## Two acquaintances
#
# **Weight decay** limits the slopes by limiting the weights, of both layers. **Dropout** on the
# code lets no unit rely on another. Both come from the first unit, as yours if you built them.

# %%
l2_penalty, dropout = use("l2_penalty"), use("dropout_forward")


def decay(net, h):
    return l2_penalty([net.encoder.weight, net.decoder.weight], 0.02)


nets["weight decay"] = [train(seed, decay) for seed in range(3)]
nets["dropout"] = [
    train(seed, drop=lambda h, chance: dropout(h, 0.5, True, chance)[0]) for seed in range(3)
]
nets["denoising"] = [train(seed, corrupt=TRAINED_ON["Gaussian"]) for seed in range(3)]

# %% [markdown]
# ## What each of them does
#
# Seven networks with the same units, starts, batches and 30 epochs. First the numbers, three seeds
# each. *Quiet* is the share of activations below 0.1; *sensitivity* is $\lVert J \rVert_F^2$ on the
# test digits; *smooth* is the correlation of the weights of neighbouring pixels within a unit, 0
# for noise and towards 1 for a blob.


# %%
def smoothness(weight):
    w = (weight - weight.mean(dim=1, keepdim=True)).reshape(-1, 8, 8)
    products = (w[:, :, 1:] * w[:, :, :-1]).sum(dim=(1, 2)) + (w[:, 1:] * w[:, :-1]).sum(dim=(1, 2))
    return (products / 2 / w.square().sum(dim=(1, 2))).mean().item()


COLUMNS = {  # what is measured, and how many decimals are shown
    "error": (lambda net: distance(net(x_test), x_test), 2),
    "noise lost %": (noise_lost, 0),
    "repaired to": (lambda net: distance(net(noisy_test), x_test), 1),
    "quiet %": (lambda net: 100 * (net.encode(x_test) < 0.1).double().mean().item(), 0),
    "sensitivity": (lambda net: closed(net.encode(x_test), net.encoder.weight).item(), 1),
    "smooth": (lambda net: smoothness(net.encoder.weight), 2),
}
for columns in (list(COLUMNS)[:3], list(COLUMNS)[3:]):
    print(f"{'':13s}" + "".join(f"{column:>20s}" for column in columns))
    for name, several in nets.items():
        line = f"{name:13s}"
        for measure, decimals in (COLUMNS[column] for column in columns):
            spread = over_seeds(lambda seed: measure(several[seed]))
            shown = [
                f"{v:.{decimals}f}" for v in (spread.mean, min(spread.values), max(spread.values))
            ]
            line += f"{f'{shown[0]} ({shown[1]} to {shown[2]})':>20s}"
        print(line)
    print()

# %%
filters(
    {name: several[0].encoder.weight for name, several in nets.items()}, side=8, shown=18, columns=3
)

# %%
activation_histograms({name: several[0].encode(x_test) for name, several in nets.items()})

# %% [markdown]
# Read across, not down: no network is best at everything, because each was asked for something
# else.
#
# - **Everyone** loses far more noise than the unregularised network, and pays with a larger error
#   on clean digits. The two go together: to reproduce digits less exactly is the price of not
#   reproducing everything.
# - **L1** and **KL** give the quietest codes. Of the six they repair noise worst: a unit that is
#   quiet at a clean digit may wake up at a noisy one. L1's filters are blue nearly everywhere:
#   pixels are never below 0, so that negative weights on all of them are the cheapest way to
#   silence a unit.
# - The **contractive** penalty gives the least sensitive code, as asked. **Weight decay** does much
#   the same less directly: small weights, small slopes.
# - **Denoising** repairs best: it is the only one that was asked to. **Dropout** quiets the code
#   without having been asked. With a linear decoder the reason can be written down: on average over
#   the masks, the squared error is that of the whole code plus
#   $\frac{p}{1-p} \sum_j h_j^2\, \lVert w_j \rVert^2$, with $w_j$ the decoder's column of unit $j$.
#   That is a penalty on activations that rescaling does not lower, unlike L1: what $h_j$ saves by
#   shrinking, $w_j$ pays by growing. Copies do lower it: two units that do the same, each with half
#   of the decoder's column, give the same reconstruction at half of the penalty. The next cell does
#   both.
#
# The filters of 8×8 digits are no edge detectors, whatever the textbook shows: those come from
# natural images, larger patches and longer training (Vincent and others, 2010). What can be seen,
# and measured, is that neighbouring weights, which were unrelated, come to agree.

# %%
net, p = nets["dropout"][0], 0.5
h = net.encode(x_test)  # (360, 100)
errors = [
    distance(net.decode(dropout(h, p, True, chance)[0]), x_test)
    for chance in [generator(6)]
    for _ in range(300)
]
predicted = (
    distance(net(x_test), x_test)
    + p / (1 - p) * (h.square() @ net.decoder.weight.square().sum(dim=0)).mean().item()
)
print(f"mean error under dropout {sum(errors) / 300:.3g}; by the formula {predicted:.3g}")


def penalty(h, columns):
    return p / (1 - p) * (h.square() @ columns.square().sum(dim=0)).mean().item()


columns = net.decoder.weight  # (64, 100)
print(f"penalty {penalty(h, columns):.3g};", end=" ")
print(
    f"activations a tenth, columns ten times as long {penalty(h / 10, 10 * columns):.3g};", end=" "
)
doubled = torch.cat([columns, columns], dim=1) / 2  # (64, 200)
print(f"every unit twice, with half columns {penalty(h.repeat(1, 2), doubled):.3g}")

# %% [markdown]
# One number hides the point of contraction. Sensitivity should be low where digits do *not* vary,
# and may stay high where they do. Take a step of length 0.5 from each test digit, once in a random
# direction, and once towards the nearest training digit.

# %%
nearest = x[torch.cdist(x_test, x).argmin(dim=1)]  # (360, 64)
towards = nn.functional.normalize(nearest - x_test, dim=1)
anywhere = nn.functional.normalize(torch.randn(360, 64, generator=generator(4)).double(), dim=1)


def moves_more(net):
    """How many times further the code moves towards another digit than in a random direction."""
    moves = [
        (net.encode(x_test + 0.5 * step) - net.encode(x_test)).norm(dim=1).mean()
        for step in (towards, anywhere)
    ]
    return (moves[0] / moves[1]).item()


for name, several in nets.items():
    print(f"{name:13s} {over_seeds(lambda seed: moves_more(several[seed])):.3g} times as far")

# %% [markdown]
# The unregularised code moves as far in any direction. Contraction, weight decay and denoising make
# it move half as far again where digits differ; the sparse codes, less. Nobody told them which
# directions these are.
#
# ## Find the fault
#
# The script below prepares pairs of noisy and clean digits for all epochs of training. The loss on
# the training set becomes low.


# %% script="debug_noise"
def pairs(x, epochs, size, generator):
    """Batches of (noisy images, clean images) for so many epochs, each in a new order."""
    noisy = x + 0.4 * torch.randn(x.shape, generator=generator, dtype=x.dtype)
    for _ in range(epochs):
        for rows in torch.randperm(len(x), generator=generator).split(size):
            yield noisy[rows], x[rows]


def denoising_script(pairs, epochs=150):
    few, chance, losses = x[:200], generator(0), []
    with seeded(0):
        net = SigmoidAutoencoder(64, 100).double()
    optimizer = torch.optim.Adam(net.parameters(), 5e-3)
    for noisy, clean in pairs(few, epochs, 32, chance):
        loss = reconstruction_loss(net(noisy), clean)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return net.requires_grad_(False), sum(losses[-7:]) / 7


net, last = denoising_script(pairs)
print(
    f"200 training digits, at the end: {last:.2f}; noisy test digits: "
    f"{distance(net(noisy_test), x_test):.2f}"
)

# %% [markdown]
# ### Exercise: `debug_noise` &nbsp; ●●○ &nbsp; 15 minutes
#
# Training and test digits carry noise of the same strength, and the two errors are worlds apart.
# What is wrong?
#
# - **A** The noise is learned by heart.
# - **B** The learning rate is too large.
# - **C** The network is too small.
# - **D** The target is noisy.
# - **E** The noise is too strong.
#
# Write a function that returns the letter and the mended `pairs`: `return "B", mended`, where
# `mended(x, epochs, size, generator)` returns or yields the batches of all epochs, pairs of noisy
# and clean images, with noise of the same strength; each epoch holds every image once, in a new
# order, in batches of `size`, the last of which may be shorter. Letter and function are worth the
# same.


# %% answer="debug_noise"
def debug_noise():
    ### BEGIN SOLUTION
    def mended(x, epochs, size, generator):
        for _ in range(epochs):
            for rows in torch.randperm(len(x), generator=generator).split(size):
                clean = x[rows]
                yield (
                    clean + 0.4 * torch.randn(clean.shape, generator=generator, dtype=x.dtype),
                    clean,
                )

    return "A", mended
    ### END SOLUTION


# %% check="debug_noise"
check("debug_noise")

# %%
_, fresh = use("debug_noise")()
net, last = denoising_script(fresh)
print(f"mended: at the end {last:.2f}; noisy test digits {distance(net(noisy_test), x_test):.2f}")

# %% [markdown]
# With fresh noise the training loss is higher and the network better. A picture with the same noise
# in every epoch is one more picture to memorise; 150 different noises leave only the digit in
# common.
#
# **The same in torch.nn**: `torch.randn_like(x)` for noise, `nn.Dropout` for masking (it scales up,
# so multiply by $1 - p$), `torch.distributions.kl_divergence` of two `Bernoulli` for the sparse
# penalty, `torch.func.jacrev` under `torch.func.vmap` for Jacobians, `weight_decay=` of the
# optimizer for the decay. There is no layer for any of this: regularisers live in the loss and in
# the loop.

# %%
encode_one = nets["contractive"][0].encoder
jacobians = torch.func.vmap(torch.func.jacrev(lambda one: torch.sigmoid(encode_one(one))))(
    x_test
)  # (360, 100, 64)
theirs = jacobians.square().sum() / len(x_test)
ours = general(nets["contractive"][0].encode, x_test)
print(f"torch.func gives {theirs:.6g}, yours {ours:.6g}")
coin = torch.distributions.Bernoulli
h = nets["KL"][0].encode(x_test)
theirs = torch.distributions.kl_divergence(
    coin(torch.full((100,), 0.05).double()), coin(h.mean(dim=0))
).sum()
print(f"torch.distributions gives {theirs:.6g}, yours {kl(h, 0.05, 1.0):.6g}")

# %% [markdown]
# ## To remember
#
# 1. A long code learns something if copying is made useless: by a price on activations, by noise on
#    the input, by a price on sensitivity.
# 2. Each regulariser gives what it is asked for and little else, so choose by the use, and measure
#    with the other questions, too.
# 3. Noise is drawn anew at each step, and the target is clean; penalties on the code can be dodged
#    by scaling, unless the decoder is held.
#
# ## Sources
#
# Lee, Ekanadham & Ng (2008), *Sparse deep belief net model for visual area V2*. Ng (2011), *Sparse
# autoencoder*, lecture notes of CS294A. Vincent, Larochelle, Bengio & Manzagol (2008), *Extracting
# and composing robust features with denoising autoencoders*. Vincent, Larochelle, Lajoie, Bengio &
# Manzagol (2010), *Stacked denoising autoencoders*. Rifai, Vincent, Muller, Glorot & Bengio (2011),
# *Contractive auto-encoders: explicit invariance during feature extraction*. Alain & Bengio (2014),
# *What regularized auto-encoders learn from the data-generating distribution*. Srivastava, Hinton,
# Krizhevsky, Sutskever & Salakhutdinov (2014), *Dropout*. Wiener (1949), *Extrapolation,
# interpolation, and smoothing of stationary time series*. Goodfellow, Bengio & Courville (2016),
# *Deep Learning*, chapter 14.
