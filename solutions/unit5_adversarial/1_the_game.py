# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How can a network learn to make something new if nobody can say what is wrong with what it made?
#
# Every network so far had a target for each input. Here there is none: given photographs of faces,
# make another face. No list says which face belongs to which noise. Goodfellow and others (2014)
# replaced the missing teacher by a second network. A **generator** turns noise into samples; a
# **discriminator** is shown samples, real ones and generated ones, and says which are which. Each
# is the other's teacher. This notebook plays that game where everything can be seen: on a line and
# in the plane.

# %% tags=["setup"]
import math
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from autograder import check, use
from gradschool import plotting
from gradschool.adversarial.game import r1_penalty
from gradschool.adversarial.modes import mixture_samples, ring_centres
from gradschool.adversarial.pictures.game import coverage, densities, film, frame, loss_forms
from gradschool.adversarial.side_by_side import mlps_side_by_side
from gradschool.training import Spread, generator
from gradschool.widgets import Player, explore, predict

# %% [markdown]
# ## The game
#
# The data have an unknown density $p$. The generator $G$ turns noise $z$, drawn from a normal
# distribution, into a sample $G(z)$; the density of what comes out is called $q$, and nobody can
# write it down. The discriminator gives a **logit** for a sample; $D(x) = \sigma(\text{logit})$ is
# the probability, as it sees it, that $x$ is real. It wants to be right:
#
# $$V(D, G) = \mathbb{E}_{x \sim p}\big[\log D(x)\big] +
# \mathbb{E}_{z}\big[\log\big(1 - D(G(z))\big)\big]$$
#
# $D$ maximises this value and $G$ minimises it: $\min_G \max_D V$. Neither term needs the density
# $p$ or $q$, only samples. As optimizers go downhill, the discriminator's loss is $-V$. It is the
# binary cross-entropy of a classifier with the label 1 on real samples and 0 on generated ones,
# each half a mean of its own.
#
# A logit, not a probability, because of what floating point does to $\log \sigma(z)$. With
# $\operatorname{softplus}(z) = \log(1 + e^z)$,
#
# $$-\log \sigma(z) = \operatorname{softplus}(-z),
# \qquad -\log\big(1 - \sigma(z)\big) = \operatorname{softplus}(z).$$
#
# ### Exercise: `discriminator_loss` &nbsp; ●○○ &nbsp; 8 minutes
#
# $-V$ from logits: the **sum** of two means, no factor ½.
#
# - `real_logits`, `fake_logits`: scores of real and of generated samples, of any shapes; there may
#   be more of the one kind than of the other.
# - In natural logarithms. For logits of ±10,000 the gradient is finite, too.
# - `F.softplus` and `F.logsigmoid` are allowed.


# %% answer="discriminator_loss"
def discriminator_loss(real_logits, fake_logits):
    ### BEGIN SOLUTION
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()
    ### END SOLUTION


# %% check="discriminator_loss"
check("discriminator_loss")

# %%
d_loss = use("discriminator_loss")
for says in (0.5, 0.9, 0.99):
    logit = torch.tensor([math.log(says / (1 - says))])
    print(
        f"real ones get D = {says:.2f}, generated ones {1 - says:.2f}: "
        f"loss {d_loss(logit, -logit):.3f}"
    )
print(f"log 4 = {math.log(4):.3f}")

# %% [markdown]
# Remember that number. A discriminator that only guesses, $D = ½$ everywhere, has a loss of
# $\log 4 = 1.386$. Anything above it is *worse* than guessing.
#
# ## What the best discriminator knows
#
# Hold the generator still. At each place $x$ the discriminator has one number to choose, and $V$ is
# an integral over places:
#
# $$V = \int p(x) \log D(x) + q(x) \log\big(1 - D(x)\big)\, dx .$$
#
# Choose the best number at each place: the derivative $p/D - q/(1 - D)$ vanishes at
#
# $$D^*(x) = \frac{p(x)}{p(x) + q(x)} .$$
#
# That is Bayes' rule with half of the samples real. The best discriminator knows the **ratio** of
# the two densities, though neither it nor anybody else knows either density.
#
# ### Exercise: `optimal_discriminator` &nbsp; ●○○ &nbsp; 5 minutes
#
# - `p`, `q`: densities at the same places, of any shape, at least 0.
# - Returns $D^*$ at each place, between 0 and 1. Where **both** are 0 no sample ever falls, and any
#   answer is optimal: return ½ there. No epsilon: where the densities are $10^{-30}$ and
#   $3 \cdot 10^{-30}$, the answer is ¼.


# %% answer="optimal_discriminator"
def optimal_discriminator(p, q):
    ### BEGIN SOLUTION
    some = p + q > 0
    return torch.where(some, p / torch.where(some, p + q, 1), 0.5)
    ### END SOLUTION


# %% check="optimal_discriminator"
check("optimal_discriminator")

# %% [markdown]
# The data of the next pictures are a mixture of two normal distributions, a narrow one and a wide
# one. The generator can do no more than shift and stretch its noise. Move it about, and find two
# things: where the discriminator is most certain that a sample is real, and a generator that leaves
# it nowhere far from ½.

# %%
line = torch.linspace(-6, 6, 1201, dtype=torch.float64)
step_of_line = (line[1] - line[0]).item()


def normal_density(x, mean, std):
    return torch.exp(-(((x - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi))


def real_density(x):
    return 0.5 * normal_density(x, -1.5, 0.4) + 0.5 * normal_density(x, 1.5, 0.8)


def real_samples(shape, chance):
    left = torch.rand(shape, generator=chance) < 0.5
    noise = torch.randn(shape, generator=chance, dtype=torch.float64)
    return torch.where(left, -1.5 + 0.4 * noise, 1.5 + 0.8 * noise)


best = use("optimal_discriminator")


def moved_generator(shift=1.0, stretch=1.0):
    p, q = real_density(line), normal_density(line, shift, stretch)
    return densities(
        line, p, q, {"best D": best(p, q)}, title=f"G(z) = {shift:.1f} + {stretch:.1f} z"
    )


explore(moved_generator, shift=(-4.0, 4.0, 0.25), stretch=(0.25, 3.0, 0.25))

# %% [markdown]
# Does a network find that curve? It has never seen a density, only samples and your loss. Three
# networks, from three seeds, are trained **side by side**: every layer holds three sets of weights,
# and nothing passes between them. The generator stays at $G(z) = z$, and each batch is new.


# %% approx=0.3
def trained_discriminators(games=3, steps=400, seed=0):
    chance = generator(seed)
    nets = mlps_side_by_side(games, [1, 32, 32, 1], nn.Tanh(), chance).double()
    optimizer = torch.optim.Adam(nets.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, steps)
    for _ in range(steps):
        real = real_samples((games, 512, 1), chance)
        fake = torch.randn((games, 512, 1), generator=chance, dtype=torch.float64)
        optimizer.zero_grad()
        d_loss(nets(real), nets(fake)).backward()
        optimizer.step()
        schedule.step()
    return nets


judges = trained_discriminators()
p, q = real_density(line), normal_density(line, 0.0, 1.0)
with torch.no_grad():
    says = torch.sigmoid(judges(line.expand(3, -1)[..., None]))[..., 0]  # (3 games, places)
seen = p + q > 0.1  # where the networks have been shown enough
off = (says - best(p, q)).abs()[:, seen]
print("distance of three networks from p / (p + q) wherever samples are common:")
print(f"largest {Spread(tuple(off.amax(dim=1).tolist())):.2f}, ", end="")
print(f"mean {Spread(tuple(off.mean(dim=1).tolist())):.2f}")
densities(
    line,
    p,
    q,
    {"p / (p + q)": best(p, q), "a network": says[0]},
    "trained on samples alone",
    alt="the trained discriminator lies on the curve p / (p + q) where samples are common",
)

# %% [markdown]
# At the edges the network has an opinion where there are no data, and it is worth nothing. Keep
# that in mind: the generator will be taught by this network, everywhere it goes.
#
# ## What the game is worth
#
# Put the best discriminator into $V$. With $m = (p + q)/2$ we have $D^* = p / 2m$, and two
# logarithms of 2 come out:
#
# $$\max_D V = \int p \log \frac{p}{2m} + q \log \frac{q}{2m}\, dx = -\log 4 +
# \underbrace{\int p \log \frac{p}{m} + q \log \frac{q}{m}\, dx}_{2 \operatorname{JSD}(p, q)}$$
#
# $$\operatorname{JSD}(p, q) =
# \tfrac12 \operatorname{KL}(p \,\|\, m) + \tfrac12 \operatorname{KL}(q \,\|\, m)$$
#
# is the **Jensen–Shannon divergence**. It is 0 only if $p = q$, so the generator's best is to draw
# from the data's own distribution, and then the discriminator can do no better than guess. At most
# it is $\log 2$, for two distributions without anything in common.
#
# ### Exercise: `js_divergence` &nbsp; ●●○ &nbsp; 12 minutes
#
# For discrete distributions, where the integrals are sums.
#
# - `p`, `q`: probabilities, `(..., outcomes)`, each summing to 1 over the **last** axis. Returns
#   `(...)`: one number for each pair.
# - In nats. The divergence, **not its root** (SciPy's `jensenshannon` gives the root, which is a
#   distance).
# - An outcome that one of the two never gives adds $0 \log 0 = 0$ there; an outcome that neither
#   gives adds nothing. No epsilon.


# %% answer="js_divergence"
def js_divergence(p, q):
    ### BEGIN SOLUTION
    m = (p + q) / 2

    def kl_from_middle(a):
        ratio = torch.where(a > 0, a / torch.where(m > 0, m, 1), 1)
        return (a * ratio.log()).sum(dim=-1)

    return (kl_from_middle(p) + kl_from_middle(q)) / 2
    ### END SOLUTION


# %% check="js_divergence"
check("js_divergence")

# %% approx=0.3
js = use("js_divergence")


def value_of(d, p, q, width):
    """V(D, G) as an integral over the line."""
    return (width * (torch.xlogy(p, d) + torch.xlogy(q, 1 - d))).sum(dim=-1)


exact = -math.log(4) + 2 * js(p * step_of_line, q * step_of_line)
print(f"value with p / (p + q):     {value_of(best(p, q), p, q, step_of_line):.4f}")
print(f"-log 4 + 2 JSD:             {exact:.4f}")
below = exact - value_of(says, p, q, step_of_line)
print(f"the three trained networks stay below it by {Spread(tuple(below.tolist())):.4f}")

# %% [markdown]
# So a trained discriminator *measures* a distance between two distributions that nobody can write
# down, from samples, and always from below: a network that is not the best one finds less value.
#
# Before you are too pleased with that distance: let the generated distribution be the real one,
# only shifted.


# %%
def shifted_js(distance):
    x = torch.linspace(-10, 40, 5001, dtype=torch.float64)
    width = (x[1] - x[0]).item()
    return js(width * real_density(x), width * real_density(x - distance)).item()


predict(
    "The generated samples are the real ones, shifted 20 to the right. The generator brings them "
    "to 10. By how many hundredths of a nat does the Jensen-Shannon divergence fall?",
    answer=lambda: round(100 * (shifted_js(20.0) - shifted_js(10.0)), 6),
    low=0,
    high=70,
)

# %%
for distance in (0.0, 1.0, 2.0, 4.0, 8.0, 10.0, 20.0):
    print(f"shifted by {distance:4.0f}: JSD = {shifted_js(distance):.4f}")
plotting.functions(
    {
        "JSD": lambda d: torch.tensor([shifted_js(v) for v in d.tolist()]),
        "log 2": lambda d: 0 * d + math.log(2),
    },
    low=0,
    high=12,
    xlabel="shift",
    ylabel="JSD",
    alt="the Jensen-Shannon divergence against the shift: "
    "it rises, dips at 3, reaches log 2 at about 7 and is level from there on",
)

# %% [markdown]
# > **A common mistake.** "The GAN's generator minimises the Jensen–Shannon divergence, so train the
# > discriminator to its optimum first." The divergence is **level** once the two distributions have
# > nothing in common, and level ground has no slope. (Nor does it fall steadily on the way home: at
# > a shift of 3 one mode lies on the other's place, and there is a dip.) A generator that starts
# > far away would learn nothing from a perfect judge. In practice the judge is *not* perfect: it is
# > a smooth network, a few steps ahead at most, and its scores still change from place to place.
# > (Notebook 3 takes a distance that is never level.)
#
# ## Two losses for the generator
#
# The generator minimises $V$; only the second term depends on it: $\log(1 - D(G(z)))$. Goodfellow
# and others wrote this down and advised against it in the same paper. They maximise $\log D(G(z))$:
#
# $$L_\text{saturating} = \mathbb{E}\big[\log(1 - D)\big],
# \qquad L_\text{non-saturating} = -\,\mathbb{E}\big[\log D\big].$$
#
# Both fall as $D$ rises. Their slopes with respect to the logit are $-D$ and $-(1 - D)$.

# %%
predict(
    "A young generator is seen through: D = 0.01 on its samples. How many times as large as the "
    "saturating loss's slope (with respect to the logit) is the other one's?",
    answer=lambda: (1 - 0.01) / 0.01,
    unit="times",
    low=0,
)

# %% [markdown]
# ### Exercise: `generator_loss` &nbsp; ●○○ &nbsp; 8 minutes
#
# - `fake_logits`: scores of generated samples, any shape. `saturating`: which of the two forms;
#   `False` unless given.
# - The mean over all samples. For logits of ±10,000 the gradient is finite, too.
# - `F.softplus` and `F.logsigmoid` are allowed.


# %% answer="generator_loss"
def generator_loss(fake_logits, saturating=False):
    ### BEGIN SOLUTION
    if saturating:
        return -F.softplus(fake_logits).mean()
    return F.softplus(-fake_logits).mean()
    ### END SOLUTION


# %% check="generator_loss"
check("generator_loss")

# %%
g_loss = use("generator_loss")
loss_forms({"saturating": partial(g_loss, saturating=True), "non-saturating": g_loss})

# %% [markdown]
# Look at the left half of the right picture, where the generator is losing. There it has most to
# learn, and there the saturating loss is flat. The other one has its full slope there, and loses it
# where the discriminator has been deceived already.
#
# > **A common mistake.** "The non-saturating loss is the minimax game with a sign changed." Then
# > the sum of what the two players lose would be constant where only the generated samples change.
# > Try it:


# %%
real_logits = torch.tensor([1.0, 2.0])
for z in (-3.0, 0.0, 3.0):
    fake = torch.tensor([z])
    minimax, other = (d_loss(real_logits, fake) + g_loss(fake, saturating=s) for s in (True, False))
    print(
        f"generated logit {z:4.1f}: both losses together, saturating {minimax:.3f}, "
        f"non-saturating {other:.3f}"
    )

# %% [markdown]
# With the saturating loss, what one wins the other loses: a zero-sum game, up to the term on real
# samples. With the other loss it is a different game, which has its equilibrium at the same place,
# $p = q$, $D = ½$, and the theorem about the Jensen–Shannon divergence is not about it.
#
# ## One step each
#
# Now the two steps, in which the mistakes are made. Three questions decide whether they are right.
#
# 1. **What flows?** The discriminator's loss depends on the generator, through the generated
#    samples. In the discriminator's step that gradient is not wanted: the samples are cut off,
#    `.detach()`. In the generator's step the gradient *must* pass through the discriminator, for
#    that is the only road to the generator.
# 2. **What moves?** Each optimizer was made for one network's parameters, and moves those alone,
#    wherever gradients lie.
# 3. **What is left over?** In the generator's step `backward` fills the discriminator's `.grad`
#    too. Nobody wants that gradient: it says how the discriminator should change to be *deceived*.
#    It must be gone before the discriminator's next backward pass.
#
# ### Exercise: `discriminator_step` &nbsp; ●●○ &nbsp; 15 minutes
#
# One step of the discriminator, in place.
#
# - `generator`, `discriminator`: modules; the discriminator gives logits. `optimizer`: of the
#   discriminator's parameters. `real`: a batch of data. `noise`: what the generator makes its
#   samples from.
# - Put **both** networks into training mode: somebody may have drawn samples in evaluation mode
#   before.
# - The loss is `discriminator_loss`. Real and generated samples go through the discriminator as
#   **two batches**, or batch normalisation would mix them.
# - No gradient may be computed for the generator. Gradients of an earlier step may lie about when
#   your function is called.
# - Returns the loss before the step, as a number.


# %% answer="discriminator_step"
def discriminator_step(generator, discriminator, optimizer, real, noise):
    ### BEGIN SOLUTION
    generator.train()
    discriminator.train()
    with torch.no_grad():
        fake = generator(noise)
    loss = discriminator_loss(discriminator(real), discriminator(fake))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% check="discriminator_step"
check("discriminator_step")

# %% [markdown]
# ### Exercise: `generator_step` &nbsp; ●●○ &nbsp; 10 minutes
#
# One step of the generator, in place.
#
# - `optimizer`: of the generator's parameters. The others as before.
# - Both networks in training mode; the loss is `generator_loss`, the form that does **not**
#   saturate. The discriminator's parameters stay as they are, and can still learn afterwards.
# - Returns the loss before the step, as a number.


# %% answer="generator_step"
def generator_step(generator, discriminator, optimizer, noise):
    ### BEGIN SOLUTION
    generator.train()
    discriminator.train()
    optimizer.zero_grad()
    loss = generator_loss(discriminator(generator(noise)))
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% check="generator_step"
check("generator_step")

# %% [markdown]
# ## The game on a line
#
# Your two steps in turn, three games side by side. A normal distribution with the right mean and
# variance is the honest baseline: it needs no network. Distances are measured between histograms of
# 40 bins.

# %% approx=0.3
d_step, g_step = use("discriminator_step"), use("generator_step")


def two_optimizers(makes, judges, lr):
    """Adam with a short memory of the gradient:
    the opponent's last move matters, not the one of ten steps ago.
    """
    return [
        torch.optim.Adam(net.parameters(), lr=lr, betas=(0.5, 0.999)) for net in (makes, judges)
    ]


def slow_down(optimizers, lr, step, steps):
    """Shorter steps towards the end, for both players alike:
    in the second half the rate falls to a tenth.
    """
    for optimizer in optimizers:
        optimizer.param_groups[0]["lr"] = lr * min(1.0, 1.9 - 1.8 * step / steps)


def line_game(steps=300, games=3, seed=0):
    chance = generator(seed)
    makes = mlps_side_by_side(games, [1, 32, 32, 1], nn.ReLU(), chance).double()
    judges = mlps_side_by_side(games, [1, 32, 32, 1], nn.LeakyReLU(0.2), chance).double()
    g_optimizer, d_optimizer = two_optimizers(makes, judges, 3e-3)

    def noise(n):
        return torch.randn((games, n, 1), generator=chance, dtype=torch.float64)

    kept = []
    for step in range(steps + 1):
        if step % 50 == 0:
            with torch.no_grad():
                kept.append(
                    (
                        step,
                        makes(noise(4000))[..., 0],
                        torch.sigmoid(judges(line.expand(games, -1)[..., None])),
                    )
                )
        slow_down((g_optimizer, d_optimizer), 3e-3, step, steps)
        d_step(makes, judges, d_optimizer, real_samples((games, 128, 1), chance), noise(128))
        g_step(makes, judges, g_optimizer, noise(128))
    return kept


def histogram(x, edges):
    counts = torch.histogram(x.clamp(edges[0], edges[-1]), edges).hist
    return counts / counts.sum()


edges = torch.linspace(-6, 6, 41, dtype=torch.float64)
fine = real_density(line)
in_bins = histogram(real_samples((200_000,), generator(1)), edges)
mean = (fine * line * step_of_line).sum()
std = (fine * (line - mean) ** 2 * step_of_line).sum().sqrt()
fitted = histogram(
    mean + std * torch.randn(200_000, generator=generator(2), dtype=torch.float64), edges
)
kept = line_game()
print(f"JSD of a fitted normal distribution: {js(fitted, in_bins):.3f}")
at_step = {
    kept[i][0]: torch.stack([js(histogram(x, edges), in_bins) for x in kept[i][1]])
    for i in (0, 2, -1)
}
for step, found in at_step.items():
    print(f"JSD of three generators after {step:3} steps: {Spread(tuple(found.tolist())):.3f}")


# %%
def line_moment(step=100):
    at, x, d = kept[step // 50]
    made = histogram(x[0], edges) / (edges[1] - edges[0])
    q = made[((line + 6) / 0.3).long().clamp(max=39)]  # the histogram as a function
    return densities(
        line,
        real_density(line),
        q,
        {"D": d[0, :, 0]},
        f"step {at}",
        alt=f"step {at}: the data's density, the generator's histogram and D(x)",
    )


explore(line_moment, step=(0, 300, 50))

# %% [markdown]
# Drag the step from 0 to 300. The discriminator is a moving slope: wherever the generator piles up
# too much, $D$ sinks there, and the samples slide to where it is higher. They overshoot, $D$ sinks
# elsewhere, and so on. After a hundred steps all three games were better than they are in the end.
# A minimum is a place where one stays; the equilibrium of a game need not be.
#
# ## Eight modes on a ring
#
# Now the plane, and the test on which many GANs were first seen to fail: eight narrow normal
# distributions on a circle, standard deviation 0.05. A generator has to put one eighth of its noise
# on each of them, and nothing in between. How well it does can be counted.
#
# ### Exercise: `modes_covered` &nbsp; ●●○ &nbsp; 12 minutes
#
# - `samples`: `(n, features)`. `centres`: `(modes, features)`. A sample is **good** if it lies
#   within `radius` (at exactly `radius` too) of the centre nearest to it, by Euclidean distance.
# - A mode is **covered** if at least `least` good samples have its centre as their nearest. Each
#   sample counts for one mode only: half-way between two centres for either of them, not for both.
# - Returns the pair (number of covered modes, share of good samples from 0 to 1).


# %% answer="modes_covered"
def modes_covered(samples, centres, radius, least):
    ### BEGIN SOLUTION
    apart = (samples[:, None, :] - centres[None, :, :]).norm(dim=-1)  # (n, modes)
    nearest_distance, nearest = apart.min(dim=1)
    good = nearest_distance <= radius
    counts = torch.bincount(nearest[good], minlength=len(centres))
    return int((counts >= least).sum()), good.double().mean().item()
    ### END SOLUTION


# %% check="modes_covered"
check("modes_covered")

# %%
STD = 0.05
centres = ring_centres(8)
covered_by = partial(use("modes_covered"), centres=centres, radius=3 * STD, least=10)
ring = mixture_samples(centres, STD, (2000,), generator(0))
blob = ring.mean(0) + ring.std() * torch.randn(
    (2000, 2), generator=generator(1), dtype=torch.float64
)
for name, x in {"real samples": ring, "a fitted normal distribution": blob}.items():
    modes, good = covered_by(x)
    print(f"{name:29s} {modes} of 8 modes, {100 * good:2.0f} % good samples")

# %% [markdown]
# The baseline is instructive: a shapeless blob "covers" all eight modes. Modes covered means
# nothing without the share of good samples, and neither says anything without the other.


# %%
def penalised_step(makes, judges, optimizer, real, noise, weight):
    """The discriminator's step with a penalty; what it is for comes below."""
    real = real.requires_grad_()
    real_logits = judges(real)
    loss = d_loss(real_logits, judges(makes(noise).detach())) + weight * r1_penalty(
        real_logits, real
    )
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def ring_game(steps, g_steps=1, weight=0.0, games=3, seed=0, every=50):
    """Three games on the ring: for each its moments (for the film), and (step, modes,
    share of good samples).
    """
    chance = generator(seed)
    makes = mlps_side_by_side(games, [4, 64, 64, 2], nn.ReLU(), chance).double()
    judges = mlps_side_by_side(games, [2, 64, 64, 1], nn.LeakyReLU(0.2), chance).double()
    g_optimizer, d_optimizer = two_optimizers(makes, judges, 3e-3)

    def noise(n):
        return torch.randn((games, n, 4), generator=chance, dtype=torch.float64)

    moments, measured = [[] for _ in range(games)], [[] for _ in range(games)]
    for step in range(steps + 1):
        if step % every == 0:
            with torch.no_grad():
                for i, x in enumerate(makes(noise(2000))):
                    measured[i].append((step, *covered_by(x)))
                    logits = lambda at, i=i: judges(at.expand(games, -1, -1))[i, :, 0]
                    moments[i].append(frame(step, x[:300], logits))
        slow_down((g_optimizer, d_optimizer), 3e-3, step, steps)
        real = mixture_samples(centres, STD, (games, 64), chance)
        if weight:
            penalised_step(makes, judges, d_optimizer, real, noise(64), weight)
        else:
            d_step(makes, judges, d_optimizer, real, noise(64))
        for _ in range(g_steps):
            g_step(makes, judges, g_optimizer, noise(64))
    return moments, measured


runs = {}
moments, runs["one to one"] = ring_game(1000)
film([moments[1][i] for i in (0, 2, 5, 10, 20)], ring[:200])


# %%
def moment_of(moments):
    def show(game=1, step=1000):
        return film([moments[game - 1][step // 50]], ring[:200], width=4.2)

    return show


explore(moment_of(moments), game=[1, 2, 3], step=Player(0, 1000, 50))

# %% [markdown]
# Blue is where the discriminator sees fakes, red where it believes. Press play, or drag the step,
# and watch one cluster of samples chase the red, and the red flee. Three games, three courses: some
# find all modes, some stay on a few for hundreds of steps. How many depends on the seed, which is
# why one run says little.
#
# ## The collapse
#
# The steps need not alternate one to one. Let the generator take **ten** steps for each of the
# discriminator's.

# %%
collapsed_moments, runs["ten to one"] = ring_game(200, g_steps=10)
predict(
    "Ten generator's steps for each discriminator's step. After 200 rounds, that is 2,000 "
    "generator's steps: on how many of the eight modes are the samples of the best of three games?",
    answer=lambda: max(run[-1][1] for run in runs["ten to one"]),
    unit="modes",
    low=0,
    high=8,
)

# %%
print(
    "modes in the best of three games, step 50 to 200:",
    *(max(r[i][1] for r in runs["ten to one"]) for i in range(1, 5)),
)
film([collapsed_moments[0][i] for i in (0, 1, 2, 3, 4)], ring[:200])

# %% [markdown]
# This is **mode collapse**, and the samples also wander. While the discriminator stands still, the
# generator's best answer is a single point: the one where $D$ is highest. In ten steps it is nearly
# there. Then the discriminator learns that this point is fake, and the whole cluster moves on
# together.
#
# Is that because $\min_G \max_D V$ has become $\max_D \min_G V$? Not by their values. Over all
# densities and all functions $D$ both are $-\log 4$: the first at $q = p$, the second at $D = ½$,
# where every $q$ gives $-\log 4$. What differs is the **best response**. The best response to a
# generator is a whole function, $p/(p+q)$. The best response to a discriminator is a point,
# whatever the data look like. The next cell measures it on the line.

# %%
d = best(p, q)  # p: the data; q: one normal distribution
spread_out, half = real_density(line), torch.full_like(line, 0.5)
point = torch.zeros_like(line)
point[d.argmax()] = 1 / step_of_line  # all samples where D is highest
for name, judge in {"D = p / (p + q)": d, "D = ½": half}.items():
    values = [value_of(judge, p, made, step_of_line) for made in (q, spread_out, point)]
    told = zip(("q", "the data's density", "a single point"), values, strict=True)
    print(f"{name}: V with", ", ".join(f"{what} {value:.3f}" for what, value in told))

# %% [markdown]
# Against the first discriminator a single point is better for the generator than the data's own
# density, so it gives up the other modes. Against $D = ½$ all are equal, and nothing holds it
# there. No loss curve shows that anything is wrong.
#
# > **When it breaks.** More generator's steps do not help a generator that is losing. It lacks a
# > judge that is right where the samples are *going*.
#
# ## A cure
#
# The discriminator's field is the generator's only landscape, so make it gentle. Mescheder, Geiger
# and Nowozin (2018) add to the discriminator's loss a penalty on its slope **at real samples**:
#
# $$R_1 = \frac{\gamma}{2}\, \mathbb{E}_{x \sim p}\,
# \big\lVert \nabla_x \operatorname{logit}(x) \big\rVert^2 .$$
#
# Near the data the field becomes level. A sample that has arrived stays there, where before a steep
# field threw it off again, and the discriminator, forbidden to be steep at one mode, keeps some
# attraction at all of them. In the code above it is `penalised_step` with `r1_penalty`: a gradient
# inside a loss, so the graph is kept and differentiated once more. Back to one to one,
# $\gamma = 0.1$, the same three seeds:

# %% approx=0.3
cured_moments, runs["one to one, R1"] = ring_game(1000, weight=0.1)
late = [
    (modes, share) for run in runs["one to one, R1"] for step, modes, share in run if step >= 750
]
fewest = min(modes for modes, _ in late)
print(f"from step 750 on, {len(late)} looks at three games: {fewest} modes or more are covered")
good = Spread(tuple(100 * run[-1][2] for run in runs["one to one, R1"]))
print(f"good samples at the end: {good:.2g} %")
coverage(
    runs,
    8,
    alt="modes covered over 1,000 steps: ten to one never more than 2 after the start; "
    "one to one differs from game to game; with R1 all three games reach 8 and stay there",
)

# %%
film([cured_moments[1][i] for i in (0, 2, 5, 10, 20)], ring[:200])

# %%
explore(moment_of(cured_moments), game=[1, 2, 3], step=Player(0, 1000, 50))

# %% tags=["nbval-ignore-output"]
for name, games in runs.items():
    ends = ", ".join(f"{run[-1][1]} modes and {100 * run[-1][2]:.0f} % good" for run in games)
    print(f"{name:15s} {ends}")

# %% [markdown]
# (These games magnify rounding, so that on another machine the last table may come out a little
# differently. The sentences above it are checked on every machine.) The share of good samples is
# still far from the 99 % of real ones: thin threads of samples lead from mode to mode, for a
# continuous function of connected noise cannot jump. More steps and a falling learning rate thin
# them out.
#
# ## The same in torch
#
# `F.binary_cross_entropy_with_logits` with a target of ones or zeros is each half of your losses.
# Many programs say `criterion(logits, ones)`:

# %%
logits, others = torch.randn(2, 5, generator=generator(0), dtype=torch.float64)
bce = F.binary_cross_entropy_with_logits
theirs = bce(logits, torch.ones(5).double()) + bce(others, torch.zeros(5).double())
ours = d_loss(logits, others)
print(f"discriminator: torch {theirs:.4f}, yours {ours:.4f}")
theirs, ours = bce(others, torch.ones(5).double()), g_loss(others)
print(f"generator:     torch {theirs:.4f}, yours {ours:.4f}")

# %% [markdown]
# ## A game that is broken
#
# The script below runs, its losses are numbers, and it draws nothing useful. One line of it is at
# fault.


# %% script="debug_gan_ring"
def one_round(generator, discriminator, g_optimizer, d_optimizer, real, noise):
    """A step of the discriminator, then one of the generator, on the same noise.
    Returns both losses.
    """
    fake = generator(noise).detach()
    d_loss = F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake)).mean()
    d_optimizer.zero_grad()
    d_loss.backward()
    d_optimizer.step()

    g_loss = F.softplus(-discriminator(fake)).mean()
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    return d_loss.item(), g_loss.item()


def play_ring(one_round, steps=300):
    chance = generator(4)
    makes = mlps_side_by_side(1, [4, 64, 64, 2], nn.ReLU(), chance).double()
    judges = mlps_side_by_side(1, [2, 64, 64, 1], nn.LeakyReLU(0.2), chance).double()
    optimizers, curves = two_optimizers(makes, judges, 3e-3), {"discriminator": [], "generator": []}
    for _ in range(steps):
        real = mixture_samples(centres, STD, (1, 64), chance)
        noise = torch.randn((1, 64, 4), generator=chance, dtype=torch.float64)
        for curve, loss in zip(
            curves.values(), one_round(makes, judges, *optimizers, real, noise), strict=True
        ):
            curve.append(loss)
    with torch.no_grad():
        return curves, makes(torch.randn((1, 2000, 4), generator=chance, dtype=torch.float64))[0]


curves, made = play_ring(one_round)
print(f"{100 * covered_by(made)[1]:.0f} % of the samples are good")
plotting.loss_curves(
    curves,
    "round",
    "loss",
    alt="the discriminator's loss falls to 0, the generator's rises and rises",
)

# %% [markdown]
# ### Exercise: `debug_gan_ring` &nbsp; ●●○ &nbsp; 15 minutes
#
# The discriminator's loss falls to 0, the generator's rises. What is wrong?
#
# - **A** The discriminator learns too fast; the generator has lost the game.
# - **B** The labels are swapped in the discriminator's loss.
# - **C** The generator's loss does not reach the generator.
# - **D** Gradients of one step are left over in the next.
# - **E** The generator's loss is the form that saturates.
#
# Find out, do not guess: which of these would a look at `.grad` decide? Write a function that
# returns the letter and the mended round: `return "A", mended`, where
# `mended(generator, discriminator, g_optimizer, d_optimizer, real, noise)` takes both steps as the
# script means to, the discriminator's first, on the same noise, and returns both losses. Letter and
# function are worth the same.


# %% answer="debug_gan_ring"
def debug_gan_ring():
    ### BEGIN SOLUTION
    def mended(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        made = generator(noise)
        d_value = discriminator_loss(discriminator(real), discriminator(made.detach()))
        d_optimizer.zero_grad()
        d_value.backward()
        d_optimizer.step()
        # through the discriminator that has just learned
        g_value = generator_loss(discriminator(made))
        g_optimizer.zero_grad()
        g_value.backward()
        g_optimizer.step()
        return d_value.item(), g_value.item()

    return "C", mended
    ### END SOLUTION


# %% check="debug_gan_ring"
check("debug_gan_ring")

# %% approx=0.5
_, mended = use("debug_gan_ring")()
curves, made = play_ring(mended)
modes, share = covered_by(made)
print(f"{100 * share:.0f} % of the mended generator's samples are good")
plotting.loss_curves(
    curves, "round", "loss", alt="both losses stay between 0 and 3 and swing against each other"
)

# %% [markdown]
# Two losses that go nowhere, and a generator that learns all the time: in a game a loss says how
# the *opponent* stands. In the broken script the curves looked like progress on one side. Notebook
# 2 reads such curves in earnest.
#
# ## To remember
#
# 1. The best discriminator is $p/(p+q)$, the game is then worth $-\log 4 + 2 \operatorname{JSD}$,
#    and a discriminator that guesses has a loss of $\log 4$.
# 2. In the discriminator's step generated samples are cut off; in the generator's step the gradient
#    passes through a discriminator that stays, and what it leaves there is cleared before the next
#    step.
# 3. A generator that runs ahead of its judge collapses to one point after another; count modes
#    *and* good samples, over several seeds, before you believe a game.
#
# ## Sources
#
# Che, Li, Jacob, Bengio & Li (2017), Mode regularized generative adversarial networks. Goodfellow,
# Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville & Bengio (2014), Generative adversarial
# nets, eq. 1, proposition 1, theorem 1, algorithm 1. Goodfellow (2016), NIPS tutorial: Generative
# adversarial networks, sections 3.2 and 5.1. Goodfellow, Bengio & Courville (2016), Deep Learning,
# section 20.10.4. Lin (1991), Divergence measures based on the Shannon entropy. Mescheder, Geiger &
# Nowozin (2018), Which training methods for GANs do actually converge?, eq. 9. Metz, Poole, Pfau &
# Sohl-Dickstein (2017), Unrolled generative adversarial networks (the ring of eight).
