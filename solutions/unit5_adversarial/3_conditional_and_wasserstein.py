# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Can a generator be told what to make, and can its loss tell how far it has come?
#
# Two complaints about the networks of the last notebooks. They draw *something*: ask for a 7, and
# there is no place to ask. And their loss curves say little: a generator that gets better and one
# that gets worse have the same wavy line. One line of code answers the first complaint. The second
# takes another idea of what it means for two distributions to be near each other.

# %% tags=["setup"]
import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder import check, use
from gradschool import data, plotting, training
from gradschool.adversarial.scale import scale
from gradschool.adversarial.side_by_side import mlps_side_by_side
from gradschool.training import Spread, generator, seeded
from gradschool.widgets import explore, predict

digits = data.digits()

# %% [markdown]
# ## Saying what you want
#
# A conditional network gets the class as an input. A number would be the wrong way to say it: a
# network that is told 8 would take it for twice a 4. So each class gets a vector of its own, a row
# of a matrix that is learned with the rest, an **embedding** (Mirza and Osindero, 2014). The
# generator maps noise *and* the row of the class to a sample:
#
# $$x = G\big([\,z,\; E_c\,]\big)$$
#
# ### Exercise: `condition_on_label` &nbsp; ●○○ &nbsp; 5 minutes
#
# Put the embedding of each sample's class behind its noise.
#
# - `z`: noise, `(batch, latent)`; `labels`: classes, whole numbers, `(batch,)`; `embedding`: one
#   row for each class, `(classes, features)`.
# - Returns `(batch, latent + features)`: first the noise, then the embedding.


# %% answer="condition_on_label"
def condition_on_label(z, labels, embedding):
    ### BEGIN SOLUTION
    return torch.cat([z, embedding[labels]], dim=1)  # (batch, latent + features)
    ### END SOLUTION


# %% check="condition_on_label"
check("condition_on_label")

# %% [markdown]
# The discriminator must be told as well. If it is not, it can only ask "is this a digit?", never
# "is this a 7?", and nothing makes the generator listen. And it should be shown a third kind of
# pair, a real digit under a wrong name, so that it learns to say no for that reason, too (Reed and
# others, 2016). The game below is played three times side by side, from three seeds, on the 8×8
# scans. Who judges? A network that was trained to read digits and has seen no generated one.

# %%
x, y = 2 * digits.train.x - 1, digits.train.y  # (1437, 64) from -1 to 1, (1437,)


def reader():
    """A small convolutional classifier of 8×8 digits."""
    with seeded(0):
        net = nn.Sequential(
            nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(32 * 16, 10),
        )  # fmt: skip
    training.fit(net, x, y, F.cross_entropy, torch.optim.Adam(net.parameters(), 1e-3), epochs=12)
    return net.requires_grad_(False)


reads = reader()
right = 100 * training.accuracy(reads(2 * digits.test.x - 1), digits.test.y)
print(f"the reader is right on {right:.1f} % of unseen digits")

# %%
condition = use("condition_on_label")
SIZE = scale()  # GRADSCHOOL_SCALE, as in notebook 2
GAMES, LATENT, FEATURES, HIDDEN = 3, 16, 16, 96 * SIZE.times


class ConditionalGames(nn.Module):
    """Three conditional games of small dense networks;
    `told` says whether the discriminators hear the class.
    """

    def __init__(self, told=True):
        super().__init__()
        chance, self.told = generator(0), told
        self.draws = nn.Sequential(
            *mlps_side_by_side(GAMES, [LATENT + FEATURES, HIDDEN, HIDDEN, 64], nn.ReLU(), chance),
            nn.Tanh(),
        )
        self.scores = mlps_side_by_side(
            GAMES, [64 + FEATURES, HIDDEN, HIDDEN, 1], nn.LeakyReLU(0.2), chance
        )
        shape = (GAMES, 10, FEATURES)
        self.words, self.hearing = (
            nn.Parameter(torch.randn(shape, generator=chance)) for _ in range(2)
        )

    def made(self, z, labels):  # (games, batch, latent), (games, batch) -> (games, batch, 64)
        asked = [condition(*each) for each in zip(z, labels, self.words, strict=True)]
        return self.draws(torch.stack(asked))

    def logits(self, images, labels):
        hearing = self.hearing if self.told else torch.zeros_like(self.hearing)
        seen = [condition(*each) for each in zip(images, labels, hearing, strict=True)]
        return self.scores(torch.stack(seen)).squeeze(-1)  # (games, batch)


def play(games, steps, batch=64, rate=1e-3):
    """Alternate both steps. To say no to: generated digits, and real ones under a wrong name.
    R1 at every fourth step.
    """
    chance, adam = generator(1), {"lr": rate, "betas": (0.5, 0.999)}
    games.to(SIZE.device)
    g_step = torch.optim.Adam([*games.draws.parameters(), games.words], **adam)
    d_step = torch.optim.Adam([*games.scores.parameters(), games.hearing], **adam)
    for step in range(steps):
        rows = torch.randint(len(x), (GAMES, batch), generator=chance)
        labels = torch.randint(10, (GAMES, batch), generator=chance)
        z = torch.randn(GAMES, batch, LATENT, generator=chance)
        wrong = (y[rows] + torch.randint(1, 10, (GAMES, batch), generator=chance)) % 10
        real, names, wrong, labels, z = (
            t.to(SIZE.device) for t in (x[rows], y[rows], wrong, labels, z)
        )
        fake = games.made(z, labels)
        no = (
            F.softplus(games.logits(fake.detach(), labels)).mean()
            + F.softplus(games.logits(real, wrong)).mean()
        )
        on_real = games.logits(real.requires_grad_(), names)
        loss = F.softplus(-on_real).mean() + no / 2
        if step % 4 == 0:
            (slope,) = torch.autograd.grad(on_real.sum(), real, create_graph=True)
            loss = loss + 0.4 * slope.square().sum(dim=-1).mean()
        d_step.zero_grad()
        loss.backward()
        d_step.step()
        g_loss = F.softplus(-games.logits(fake, labels)).mean()
        g_step.zero_grad()
        g_loss.backward()
        g_step.step()
    return games.cpu()


def asked_for(games, labels, seed=9):
    """What three generators draw for the same list of classes: (games, samples, 64)."""
    with torch.no_grad():
        z = torch.randn(GAMES, len(labels), LATENT, generator=generator(seed))
        return games.made(z, labels.expand(GAMES, -1))


def spread_within(images, labels):
    """Root of the variance within a class, summed over pixels, averaged over the classes."""
    return (
        torch.stack([images[labels == c].var(dim=0).sum() for c in range(10)]).mean().sqrt().item()
    )


everything = torch.arange(1000) % 10


def report(games):
    """Share of samples that are read as what was asked for,
    and their spread relative to that of real scans.
    """
    made = asked_for(games, everything)
    agree = [100 * training.accuracy(reads(images), everything) for images in made]
    spread = [spread_within(images, everything) / spread_within(x, y) for images in made]
    return Spread(tuple(agree)), Spread(tuple(spread))


predict(
    "First with discriminators that are not told the class. Of 1,000 drawings, "
    "100 of each class asked for: how many per cent are read as what was asked for?",
    answer=lambda: report(play(ConditionalGames(told=False), 400))[0].mean,
    unit="%",
    low=0,
    high=100,
)

# %% approx=0.15
games = play(ConditionalGames(), 2000 * SIZE.times)
agree, spread = report(games)
print(f"read as asked for: {agree:.1f} %")
print(f"spread within a class, in that of real scans: {spread:.2g}")

# %% [markdown]
# Two numbers are needed, because the first alone is easy to reach. A generator that has stored ten
# pictures, the mean of each class, is understood as well as any and has no spread at all:

# %%
means = torch.stack([x[y == c].mean(dim=0) for c in range(10)])[everything]
by_heart = 100 * training.accuracy(reads(means), everything)
print(
    f"ten mean images: {by_heart:.0f} % read as asked, "
    f"spread {spread_within(means, everything):.1f}"
)


# %%
def ask(digit=3, game=0):
    made = asked_for(games, torch.full((16,), digit))[game]
    return plotting.image_grid(
        (made.reshape(-1, 8, 8) + 1) / 2, alt=f"sixteen drawings of a {digit} by generator {game}"
    )


explore(ask, digit=(0, 9), game=(0, 2))

# %% [markdown]
# A slider picks the digit; each of the sixteen has noise of its own. The class says *what*, the
# noise says *how*: slant, width, the loop of a 2.
#
# ## A distance with a slope
#
# Now the second complaint. With the best discriminator, the loss of the game is the Jensen–Shannon
# divergence, up to constants: notebook 1 measured that. Consider the simplest case in which a
# generator has not yet arrived. The data lie at 0, all of them; the samples at $\theta$. As the two
# do not overlap, some discriminator tells them apart without error, and the divergence is $\log 2$:
# at $\theta = 10$ as at $\theta = 0.1$. A number that does not change has no slope, and a generator
# without a slope does not learn.
#
# The **earth mover's distance** asks a different question. Take the one distribution for a heap of
# earth, the other for holes. How much work, weight times distance, is it to fill the holes?
#
# $$W(p, q) = \inf_{\pi} \; \mathbb{E}_{(x, y) \sim \pi} \lVert x - y \rVert$$
#
# over all ways $\pi$ to say which grain goes where. Here it is $|\theta|$: its slope points home
# from anywhere. On a line nobody has to search for the best $\pi$, since the carriers' ways need
# never cross: the leftmost grain goes into the leftmost hole. $W$ is the area between the two
# distribution functions.
#
# ### Exercise: `wasserstein_1d` &nbsp; ●●● &nbsp; 20 minutes
#
# The earth mover's distance between two samples on a line.
#
# - `x`: `(n,)`, `y`: `(m,)`, in any order, and $n$ need not equal $m$: each of the $n$ grains
#   weighs $1/n$, each of the $m$ holes takes $1/m$. For $n = m$, sort both and average the
#   distances.


# %% answer="wasserstein_1d"
def wasserstein_1d(x, y):
    ### BEGIN SOLUTION
    parts = math.lcm(len(x), len(y))  # cut every grain so that both sides have equally many
    grains = x.sort().values.repeat_interleave(parts // len(x))  # (parts,)
    holes = y.sort().values.repeat_interleave(parts // len(y))
    return (grains - holes).abs().mean()
    ### END SOLUTION


# %% check="wasserstein_1d"
check("wasserstein_1d")

# %%
earth, js = use("wasserstein_1d"), use("js_divergence")
data_side = torch.rand(2000, generator=generator(0), dtype=torch.float64)  # uniform on [0, 1]


def shares(sample):
    """Share of the samples in each of 400 cells between -5 and 5."""
    counts = torch.histc(sample, bins=400, min=-5, max=5)
    return counts / counts.sum()


shifts = torch.linspace(-4, 4, 81, dtype=torch.float64)
curves = {
    "earth mover's distance": [earth(data_side, data_side + t).item() for t in shifts],
    "Jensen–Shannon divergence": [
        js(shares(data_side), shares(data_side + t)).item() for t in shifts
    ],
}
figure, (axes,) = plotting.picture(width=6.0)
for (name, values), dash in zip(curves.items(), ("-", "--"), strict=True):
    axes.plot(shifts, values, dash, label=name)
axes.set(xlabel="shift θ of one of two equal samples", ylabel="length, or nats")
axes.legend()
far = curves["Jensen–Shannon divergence"][0]
figure.alt = (
    "two distances against a shift from -4 to 4: "
    f"the earth mover's is |θ|, {curves[next(iter(curves))][0]:.3g} at the ends; Jensen–Shannon "
    f"is {far:.3f} wherever the two do not overlap, and falls to 0 between -1 and 1 alone"
)
figure

# %% [markdown]
# ## A critic
#
# In two dimensions, or in 64, nothing can be sorted. Kantorovich and Rubinstein turned the search
# for the best $\pi$ into another one:
#
# $$W(p, q) = \sup_{\lVert f \rVert_L \le 1} \; \mathbb{E}_{p}[f(x)] - \mathbb{E}_{q}[f(x)]$$
#
# over all functions whose slope is nowhere above 1. (One half is easy: carrying a grain from $x$ to
# $y$ changes $f$ by $\lVert x - y \rVert$ at most, so no such $f$ promises more than the carrying
# costs.) A network can search for $f$: a **critic**. Its score is no probability, so there is no
# sigmoid and no logarithm, and its loss is the negative of the difference above (Arjovsky and
# others, 2017).
#
# ### Exercise: `critic_loss` &nbsp; ●○○ &nbsp; 3 minutes
#
# What the critic **minimises**: mean score of the generated samples minus mean score of the real
# ones.
#
# - `real_scores`, `fake_scores`: any shapes, any numbers of samples.


# %% answer="critic_loss"
def critic_loss(real_scores, fake_scores):
    ### BEGIN SOLUTION
    return fake_scores.mean() - real_scores.mean()
    ### END SOLUTION


# %% check="critic_loss"
check("critic_loss")

# %% [markdown]
# Everything now hangs on "slope nowhere above 1": without it the critic doubles its weights,
# doubles its score, and has won nothing. The first idea was to keep every weight small.
#
# ### Exercise: `clip_weights` &nbsp; ●○○ &nbsp; 3 minutes
#
# Cut every single weight off at $\pm c$.
#
# - `weights`: a list of tensors; `c`: a number, 0 or more. Returns `clipped`, a list of **new**
#   tensors of the same shapes, also where nothing is cut off.


# %% answer="clip_weights"
def clip_weights(weights, c):
    ### BEGIN SOLUTION
    return [w.clamp(-c, c) for w in weights]
    ### END SOLUTION


# %% check="clip_weights"
check("clip_weights")

# %% [markdown]
# Is the bound any good? Test it where the truth is known. Shift a cloud by 3 without changing its
# shape: every grain travels 3, and no plan is cheaper, so $W = 3$ exactly. Train a critic on
# samples of the two clouds, clip its weights after every step, and compare the difference of mean
# scores with 3.

# %%
SHIFT = 3.0
loss_of, clipped = use("critic_loss"), use("clip_weights")


def clouds(n, chance, gap=SHIFT):
    """n points of each of two round clouds in the plane, the real one shifted to the right."""
    real, fake = (0.5 * torch.randn(n, 2, generator=chance, dtype=torch.float64) for _ in range(2))
    return real + torch.tensor([gap, 0.0]), fake


def estimated(seed, c=None, lam=None, gap=SHIFT, steps=250):
    """The critic's estimate of the distance, as a multiple of the true one."""
    with seeded(seed):
        critic = nn.Sequential(
            nn.Linear(2, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 1)
        ).double()
    chance, optimizer = (
        generator(seed),
        torch.optim.Adam(critic.parameters(), 3e-3, betas=(0.5, 0.9)),
    )
    for _ in range(steps):
        real, fake = clouds(128, chance, gap)
        loss = loss_of(critic(real), critic(fake))
        if lam is not None:
            loss = loss + lam * penalty(
                critic, real, fake, torch.rand(128, 1, generator=chance, dtype=torch.float64)
            )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if c is not None:
            with torch.no_grad():
                for weight, cut in zip(
                    critic.parameters(), clipped(list(critic.parameters()), c), strict=True
                ):
                    weight.copy_(cut)
    with torch.no_grad():
        real, fake = clouds(4000, chance, gap)
        return -loss_of(critic(real), critic(fake)).item() / gap


predict(
    "Weights clipped at ±0.01, as in the paper. The true distance is 3. "
    "What share of it does the critic report, in per cent?",
    answer=lambda: 100 * estimated(0, c=0.01),
    unit="%",
    low=0,
)

# %%
for c in (0.01, 0.1, 0.5):
    print(
        f"clipped at {c:<4g}: {training.over_seeds(lambda s, c=c: estimated(s, c=c)):.2g} times "
        "the true distance"
    )

# %% [markdown]
# > **When it breaks.** The bound on single weights is no bound on the slope that the theory speaks
# > of: a product of three layers turns 0.01 into almost nothing and 0.5 into far too much. Some $c$
# > between them would give 3, but which one depends on depth and width, and nothing in the training
# > says so. The authors of the method said as much themselves.
#
# ### Exercise: `gradient_penalty` &nbsp; ●●● &nbsp; 25 minutes
#
# Gulrajani and others (2017) ask for the slope itself. The best critic has slope 1 along every
# grain's way, so measure it at points between the two kinds of samples, and charge for the
# difference:
#
# $$\hat x = \varepsilon\, x_\text{real} + (1 - \varepsilon)\, x_\text{fake},
# \qquad \text{penalty} =
# \operatorname{mean}\Big[ \big( \lVert \nabla_{\hat x} f(\hat x) \rVert_2 - 1 \big)^2 \Big]$$
#
# - `critic`: a function that gives one score for each sample. `real`, `fake`: `(batch, …)`, vectors
#   or images; `eps`: `(batch, 1, …)`, $\varepsilon$ for each pair.
# - One norm for **each sample**, over all its numbers; then the mean over the batch. No factor λ.
# - The critic must be able to learn from it: the penalty is a function of a gradient, and will be
#   differentiated once more. What does `torch.autograd.grad` need to know for that?
# - Nothing is left behind in the `.grad` of the critic's weights: that is for the step to fill.


# %% answer="gradient_penalty"
def gradient_penalty(critic, real, fake, eps):
    ### BEGIN SOLUTION
    between = (eps * real + (1 - eps) * fake).detach().requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return (slope.flatten(1).norm(dim=1) - 1).square().mean()
    ### END SOLUTION


# %% check="gradient_penalty"
check("gradient_penalty")

# %%
penalty = use("gradient_penalty")
estimates = {
    lam: training.over_seeds(lambda s, lam=lam: estimated(s, lam=lam)) for lam in (1, 10, 100)
}
for lam, found in estimates.items():
    print(f"λ = {lam:<3} the critic reports {found:.2f} times the true distance")

# %% [markdown]
# A penalty is not a prohibition: at λ = 1 the critic pays it and reports too much. At λ = 100 it is
# within 15 % of the true distance here, on every seed. Now a case in which the generator has nearly
# arrived:

# %%
predict(
    "Clouds that are 0.1 apart, λ = 100. The critic reports how many times the true distance?",
    answer=lambda: estimated(0, lam=100, gap=0.1),
    unit="times",
)

# %% approx=0.2
near = training.over_seeds(lambda s: estimated(s, lam=100, gap=0.1))
print(f"gap 0.1: the critic reports {near:.2f} times the true distance")

# %% [markdown]
# The penalty asks for a slope of *exactly* 1 wherever samples lie, although the best function may
# well be flatter where the two clouds cover each other; and the sample means of 128 points differ
# by almost as much as the clouds do. So a critic's number shows the direction well while the
# generator is far away, and measures the distance badly once it is near.
#
# ### Exercise: `wgan_gp_step` &nbsp; ●●○ &nbsp; 15 minutes
#
# One step of the critic: loss `critic_loss` + λ · `gradient_penalty`.
#
# - `critic`, `generator`: modules; `optimizer`: of the critic's parameters; `real`:
#   `(batch, features)`; `z`: noise for as many samples; `eps`: `(batch, 1)`; `lam`: λ.
# - Both networks in training mode. The generator makes the samples and must learn nothing here: no
#   gradient reaches it. What an earlier step left in the critic's gradients must not count.
# - Returns the loss before the step, as a number. Call your own `critic_loss` and
#   `gradient_penalty`: the check puts right ones in their place.


# %% answer="wgan_gp_step"
def wgan_gp_step(critic, generator, optimizer, real, z, eps, lam=10.0):
    ### BEGIN SOLUTION
    critic.train()
    generator.train()
    fake = generator(z).detach()
    loss = critic_loss(critic(real), critic(fake)) + lam * gradient_penalty(critic, real, fake, eps)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% check="wgan_gp_step"
check("wgan_gp_step")

# %% [markdown]
# Now put it to use. The generator is a single shift θ, and it starts 6 away from the data. The
# critic takes five steps, then θ takes one, down the slope of minus the mean score of its samples.
# Two games with a discriminator stand beside it, with as many steps and the same rates: one with
# the saturating loss of the original game, whose slope vanishes where the discriminator is sure,
# and one with the non-saturating loss, which notebook 1 advises.

# %%
critic_step = use("wgan_gp_step")


class Shift(nn.Module):
    """A generator with one thing to learn: how far to the left or right."""

    def __init__(self, start):
        super().__init__()
        self.theta = nn.Parameter(torch.tensor([start, 0.0], dtype=torch.float64))

    def forward(self, z):
        return 0.3 * z + self.theta


LOSSES = {  # of the generator, from the scores of its samples
    "critic": lambda scores: -scores.mean(),
    "discriminator, saturating": lambda scores: -F.softplus(scores).mean(),
    "discriminator, non-saturating": lambda scores: F.softplus(-scores).mean(),
}


def approach(kind, seed=0, rounds=60):
    """Distance of θ from the data at 0, over the rounds."""
    chance, shift = generator(seed), Shift(6.0)
    with seeded(seed):
        judge = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1)).double()
    ours, theirs = (
        torch.optim.SGD(shift.parameters(), 0.15),
        torch.optim.Adam(judge.parameters(), 0.02, betas=(0.5, 0.9)),
    )
    path = [6.0]
    for _ in range(rounds):
        for _ in range(5):
            real = 0.3 * torch.randn(64, 2, generator=chance, dtype=torch.float64)
            z = torch.randn(64, 2, generator=chance, dtype=torch.float64)
            if kind == "critic":
                critic_step(
                    judge,
                    shift,
                    theirs,
                    real,
                    z,
                    torch.rand(64, 1, generator=chance, dtype=torch.float64),
                )
            else:
                loss = F.softplus(-judge(real)).mean() + F.softplus(judge(shift(z).detach())).mean()
                theirs.zero_grad()
                loss.backward()
                theirs.step()
        scores = judge(shift(torch.randn(64, 2, generator=chance, dtype=torch.float64)))
        ours.zero_grad()
        LOSSES[kind](scores).backward()
        ours.step()
        path.append(shift.theta.detach().norm().item())
    return path


paths = {kind: [approach(kind, seed) for seed in range(3)] for kind in LOSSES}
for kind, runs in paths.items():
    end = Spread(tuple(sum(run[-10:]) / 10 for run in runs))
    print(f"{kind}: distance from the data, mean of the last ten rounds {end:.1f}")
plotting.loss_curves(
    {kind: runs[0] for kind, runs in paths.items()},
    "round",
    "distance from the data",
    alt="distance of a generator from its data over 60 rounds: with a critic it falls from 6 and "
    "then swings around the data, with a saturating discriminator it stays near 6, "
    "with a non-saturating one it falls to 0",
)

# %% [markdown]
# The saturating loss fails, and each of the two others repairs it. In this game the non-saturating
# loss even ends nearer to the data: a critic of slope 1 gives steps of 0.15, the rate, however near
# the data are, and θ swings around them. What a critic offers besides a slope is its number, and
# the next lines say how far that can be trusted.
#
# > **A common mistake.** "The critic's loss is the distance, so it falls as the samples get better,
# > and may be compared between trainings." The first half holds roughly in the tables above, where
# > the critic is trained well and the distance is large. The second is not: another λ gives the
# > same two clouds another number, as the table above shows, and so does another architecture.
#
# ## Find the fault
#
# This critic has a gradient penalty with a generous λ, and its slope runs away all the same.


# %% script="debug_critic"
def objective(critic, real, fake, eps, lam):
    """The critic's loss with a gradient penalty."""
    between = (eps * real + (1 - eps) * fake).requires_grad_()
    slope = torch.autograd.grad(critic(between).sum(), between)[0]  # (batch, features)
    price = (slope.norm(dim=1) - 1).square().mean()
    return critic(fake).mean() - critic(real).mean() + lam * price


def slope_over_time(objective, lam, steps=200, seed=0):
    """Mean slope of a critic between the two clouds while it trains."""
    with seeded(seed):
        critic = nn.Sequential(nn.Linear(2, 48), nn.Tanh(), nn.Linear(48, 1)).double()
    chance, optimizer, slopes = generator(seed), torch.optim.Adam(critic.parameters(), 1e-2), []
    for _ in range(steps):
        real, fake = clouds(64, chance)
        eps = torch.rand(64, 1, generator=chance, dtype=torch.float64)
        optimizer.zero_grad()
        objective(critic, real, fake, eps, lam).backward()
        optimizer.step()
        between = (eps * real + (1 - eps) * fake).requires_grad_()
        slopes.append(
            torch.autograd.grad(critic(between).sum(), between)[0].norm(dim=1).mean().item()
        )
    return slopes


found = {f"λ = {lam}": slope_over_time(objective, lam) for lam in (0, 10, 1000)}
for name, slopes in found.items():
    print(f"{name:<8} mean slope after 200 steps {slopes[-1]:.3g}")
plotting.loss_curves(found, "step", "mean slope of the critic")

# %% [markdown]
# ### Exercise: `debug_critic` &nbsp; ●●○ &nbsp; 15 minutes
#
# Three values of λ, one curve. What is wrong?
#
# - **A** The learning rate is too large.
# - **B** The penalty has the right value, but the critic cannot learn from it.
# - **C** λ is too small.
# - **D** The critic's loss has the wrong sign.
# - **E** The penalty is measured at the wrong points.
#
# Return the letter and the mended `objective(critic, real, fake, eps, lam)`, with `real` and `fake`
# of shape `(batch, features)`. Letter and function are worth the same.


# %% answer="debug_critic"
def debug_critic():
    ### BEGIN SOLUTION
    def mended(critic, real, fake, eps, lam):
        point = torch.lerp(fake, real, eps).requires_grad_()
        steep = torch.autograd.grad(critic(point).sum(), point, create_graph=True)[0].norm(dim=1)
        return critic(fake).mean() - critic(real).mean() + lam * (steep - 1).square().mean()

    return "B", mended
    ### END SOLUTION


# %% check="debug_critic"
check("debug_critic")

# %%
_, put_right = use("debug_critic")()
print(f"mended, λ = 10: mean slope after 200 steps {slope_over_time(put_right, 10)[-1]:.2f}")

# %% [markdown]
# ## The same in torch.nn
#
# `nn.Embedding(10, 16)` is the matrix of embeddings, and calling it with labels gives their rows.
# For a critic's slope there is a third way: `torch.nn.utils.parametrizations.spectral_norm(layer)`
# divides a layer's weight by its largest singular value, so that the layer stretches nothing
# (Miyato and others, 2018).

# %%
with seeded(0):
    layer = nn.utils.parametrizations.spectral_norm(nn.Linear(6, 4), n_power_iterations=50)
    rows = nn.Embedding(10, 16)
print(
    "largest singular value of the parametrised weight: "
    f"{torch.linalg.matrix_norm(layer.weight, 2).item():.3f}"
)
wanted, z = torch.tensor([3, 1, 4]), torch.randn(3, 5, generator=generator(0))
same = torch.hstack([z, rows(wanted)]) - condition(z, wanted, rows.weight)
print(f"largest difference from what nn.Embedding gives: {same.abs().max().item():.10f}")

# %% [markdown]
# ## To remember
#
# 1. A generator listens only to what its judge can hear: tell both players the class, and check
#    agreement *and* spread, for ten pictures learned by heart have the first.
# 2. Divergences are blind where two distributions do not overlap; the earth mover's distance has a
#    slope everywhere, and a critic with slope 1 estimates it.
# 3. The bound on the slope matters most: clipping misses it by any factor, a penalty meets it if
#    its graph is kept and λ is large, and even then the number is wrong once the distributions are
#    near.
#
# ## Sources
#
# Arjovsky, Chintala & Bottou (2017), Wasserstein GAN, eq. 2, algorithm 1 and section 3. Goodfellow
# et al. (2014), Generative adversarial nets. Gulrajani, Ahmed, Arjovsky, Dumoulin & Courville
# (2017), Improved training of Wasserstein GANs, eq. 3 and algorithm 1. Mescheder, Geiger & Nowozin
# (2018), Which training methods for GANs do actually converge? Mirza & Osindero (2014), Conditional
# generative adversarial nets. Miyato, Kataoka, Koyama & Yoshida (2018), Spectral normalization for
# GANs. Reed, Akata, Yan, Logeswaran, Schiele & Lee (2016), Generative adversarial text to image
# synthesis, section 4.2 (pairs that do not match). Vallender (1974), Calculation of the Wasserstein
# distance between probability distributions on the line. Villani (2009), Optimal transport,
# theorem 5.10 (duality).
