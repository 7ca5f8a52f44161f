# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The gradient is the same for all of them, so why does one arrive and another not?
#
# A gradient says which way the loss rises fastest *here*. It does not say how far to go, and it
# knows nothing of the gradients before it. All that follows is about these two gaps. You build
# seven optimizers, each because the one before fails on a surface where you can watch it fail; at
# the end they race on real digits, and the finish is closer than most people expect.
#
# **Notation.** $\theta$ are the parameters, $g = \nabla_\theta J$ is the gradient of the loss $J$,
# $\eta$ the learning rate. In code they are `p`, `grad` and `lr`. Squares, roots and quotients of
# vectors are taken entry by entry. An optimizer is a function from (parameter, gradient, its own
# memory, settings) to (new parameter, new memory); it writes into none of its arguments. Keep the
# names of the arguments as they stand in the answer cells: later cells pass settings by name.

# %% tags=["setup"]
import math
from functools import cache, partial

import torch
from gradschool import data
from gradschool.feedforward import pictures
from gradschool.feedforward.optimizers import OPTIMIZERS, descend
from gradschool.feedforward.schedules import exponential_decay, linear_warmup
from gradschool.feedforward.surfaces import SURFACES, Surface
from gradschool.plotting import loss_curves
from gradschool.seeds import each_seed
from gradschool.training import Spread, generator, over_seeds
from gradschool.widgets import explore, predict
from ipywidgets import FloatLogSlider

from autograder import check, use

torch.set_num_threads(1)  # on tensors as small as these, threads cost more than they bring

# %% [markdown]
# ## 1. How much of the data does a gradient need?
#
# The loss is a mean over all samples, and so is its gradient. A mean can be estimated from a few:
# **batch** descent takes all $n$ samples for each step, **stochastic** descent takes one,
# **mini-batch** descent takes $B$ of them. An **epoch** is one pass over the data, whatever the
# batches. Drawing without putting back makes sure that no sample is forgotten; a new order in each
# epoch makes sure that the same ones do not always meet.
#
# ### Exercise: `minibatches` &nbsp; ●●○ &nbsp; 10 minutes
#
# Return the batches of **one epoch** as a list of index tensors.
#
# - `n`: number of samples, `size`: samples in a batch, `generator`: a `torch.Generator`, the only
#   source of chance.
# - Every index 0 … n-1 occurs exactly once, in random order. All batches hold `size` indices; the
#   last one holds what is left, which may be fewer.
# - Called again with the same generator, it gives another order: the generator has moved on.


# %% answer="minibatches"
def minibatches(n, size, generator):
    ### BEGIN SOLUTION
    order = torch.randperm(n, generator=generator)
    return [order[start : start + size] for start in range(0, n, size)]
    ### END SOLUTION


# %% check="minibatches"
check("minibatches")

# %% [markdown]
# Now a network for the whole of this notebook, and real data: 1,437 scans of handwritten digits,
# 8×8 pixels each. In the notebook before, you wrote its backward pass by hand; from here on
# `torch.autograd.grad` does that work.

# %%
x, y = data.digits().train  # (1437, 64), (1437,)
# training at high rates multiplies rounding errors; float64 keeps the digits shown here the same
# everywhere
x = x.double()
batches, cross_entropy = use("minibatches"), use("cross_entropy")


def network(seed):
    """Weights and biases 64 → 32 ReLU → 10 scores."""
    g = generator(seed)
    hidden, scores = (
        torch.randn(32, 64, generator=g).double(),
        torch.randn(10, 32, generator=g).double(),
    )  # (out, in)
    zeros = torch.zeros(42).double()
    # divided by the root of the number of inputs
    return [hidden / 64**0.5, zeros[:32], scores / 32**0.5, zeros[32:]]


def loss(params, x, y):
    w1, b1, w2, b2 = params
    hidden = torch.relu(x @ w1.T + b1)  # (batch, 64) → (batch, 32)
    return cross_entropy(hidden @ w2.T + b2, y)  # (batch, 10) and (batch,) → a number


def gradients(params, x, y):
    """The loss on these samples, and its gradients, one for each parameter."""
    leaves = [p.requires_grad_() for p in params]
    value = loss(leaves, x, y)
    return value.item(), torch.autograd.grad(value, leaves)


def relative_error(size, params, count=200):
    """Length of what a batch gets wrong, in lengths of the true gradient:
    root mean square over `count` batches.
    """

    def flat(grads):
        return torch.cat([g.flatten() for g in grads])  # all parameters as one vector: (2410,)

    true = flat(gradients(params, x, y)[1])
    errors, order = [], generator(0)
    while len(errors) < count:
        for batch in batches(len(x), size, order):
            estimate = flat(gradients(params, x[batch], y[batch])[1])
            errors.append((estimate - true).square().sum())
    return (torch.stack(errors[:count]).mean().sqrt() / true.norm()).item()


for size in (1, 16):
    print(
        f"batches of {size:2}: the error is {relative_error(size, network(0)):.3g} times as long "
        "as the gradient"
    )

# %% [markdown]
# Two things deserve a second look. The error of a single sample is eight times *longer* than the
# gradient that it estimates, and yet stochastic descent works. And sixteen times the work has not
# made it sixteen times better.

# %%
predict(
    "A batch of 16 images is wrong by 2.01 lengths of the gradient. By how many is a batch of 64?",
    answer=lambda: relative_error(64, network(0)),
    unit="lengths",
    low=0,
)

# %% [markdown]
# The error of a mean falls with $1/\sqrt{B}$: each halving costs four times the work (and a little
# less near $B = n$, where nothing is left to chance). That is the whole case for small batches:
# **the first few samples buy most of the direction.**
#
# ### Exercise: `sgd_step` &nbsp; ●○○ &nbsp; 3 minutes
#
# $$\theta \leftarrow \theta - \eta\, g$$
#
# - `p`, `grad`: tensors of one shape, any shape. Returns the new parameter.
# - The same step is called gradient descent if $g$ comes from all samples, and stochastic if it
#   comes from some.


# %% answer="sgd_step"
def sgd_step(p, grad, lr):
    ### BEGIN SOLUTION
    return p - lr * grad
    ### END SOLUTION


# %% check="sgd_step"
check("sgd_step")

# %% [markdown]
# **The noise made visible.** To see paths, we need a problem with two weights: predict how much ink
# is in the right half of a digit from the ink in its left half, by a straight line $wa + b$ (both
# amounts standardised: mean 0, variance 1). Its surface is a round bowl whose lowest point is the
# correlation of the two, $(w, b) = (r, 0)$.

# %%
racers = dict(OPTIMIZERS)  # the references, replaced by yours one after the other


def yours(name, exercise):
    """Put your step into the race, if it has passed its check."""
    racers[name] = racers[name]._replace(step=use(exercise))
    return racers[name]


sgd = yours("SGD", "sgd_step")
halves = x.reshape(-1, 8, 2, 4).mean(dim=(1, 3))  # (1437, 64) → rows, halves, columns → (1437, 2)
ink, target = ((halves - halves.mean(dim=0)) / halves.std(dim=0, correction=0)).T  # (1437,) each
r = (ink * target).mean().item()
bowl = Surface(
    lambda p: ((p[..., 0] - r) ** 2 + p[..., 1] ** 2) / 2, (1.3, 1.2), (r, 0.0), (-1.5, 1.5)
)


def line_descent(size, rate, steps, seed=0):
    """The path of (w, b) in steps on batches of `size`;
    `rate` is a number or a function of the step.
    """
    p, order = torch.tensor(bowl.start, dtype=torch.float64), generator(seed)
    path = [p]
    while len(path) <= steps:
        for batch in batches(len(ink), size, order):
            error = p[0] * ink[batch] + p[1] - target[batch]  # (size,)
            grad = torch.stack([(error * ink[batch]).mean(), error.mean()])  # (2,)
            p, _ = sgd.move(p, grad, (), lr=rate(len(path) - 1) if callable(rate) else rate)
            path.append(p)
    return torch.stack(path[: steps + 1])  # (steps + 1, 2)


def hover(path, last=500):
    """How far above the lowest loss the last points lie, on average."""
    return bowl.loss(path[-last:]).mean().item()


print(f"correlation of left and right ink: {r:.3g}")
SIZES = {"all 1,437": 1437, "batches of 32": 32, "one": 1}
paths = {name: line_descent(size, 0.1, 100) for name, size in SIZES.items()}
pictures.descent(bowl, paths, title="100 steps at rate 0.1")

# %% [markdown]
# All three take the same number of steps. But "all 1,437" has read 143,700 samples for it, and
# "one" has read 100.

# %%
for size in (32, 1):
    height = over_seeds(lambda s: hover(line_descent(size, 0.1, 2000, s)))
    print(f"batches of {size}: hovers {height} above the minimum")
print(f"all 1,437: ends {hover(line_descent(1437, 0.1, 2000)):.10f} above the minimum")

# %% [markdown]
# Noisy descent does not arrive: it hovers above the minimum, as high as its noise throws it. Larger
# batches lower the noise; so does a smaller rate, since each error is multiplied by it. Section 7
# returns to that.
#
# ## 2. One rate, two curvatures
#
# Leave the noise aside; the exact gradient has troubles of its own. Near a minimum a loss is
# curved, and not equally in all directions. Along a direction with curvature $\lambda$ the gradient
# is $\lambda u$, and a step multiplies the distance:
#
# $$u \leftarrow u - \eta\lambda u = (1 - \eta\lambda)\, u$$
#
# That shrinks if $|1 - \eta\lambda| < 1$, that is $0 < \eta < 2/\lambda$. The **steepest**
# direction therefore sets the limit, and the **flattest** one waits. The surface below is a valley
# across the diagonal with curvatures 1 along and 50 across.

# %%
ravine = SURFACES["ravine"]


def run(name, surface, steps, **settings):
    """Path of one racer on a surface: (steps + 1, 2)."""
    start = torch.tensor(surface.start, dtype=torch.float64)
    return descend(racers[name], surface.gradient, start, steps, **settings)


def draw(surface, names, steps, title, **settings):
    return pictures.descent(
        surface, {name: run(name, surface, steps, **settings) for name in names}, title=title
    )


def final(name, surface, steps, **settings):
    return surface.loss(run(name, surface, steps, **settings)[-1]).item()


def steps_until(name, surface, goal=1e-3, most=2000, **settings):
    """Steps until the loss is below `goal` for good:
    crossing it on the way elsewhere does not count.
    """
    above = surface.loss(run(name, surface, most, **settings)) >= goal  # (most + 1,)
    return math.inf if above[-1] else above.nonzero().max().item() + 1


for rate in (0.01, 0.03, 0.039):
    print(f"rate {rate}: after 100 steps the loss is {final('SGD', ravine, 100, lr=rate):.2g}")

# %%
predict(
    "At rate 0.039 the loss after 100 steps is 0.0039. What is it at 0.041?",
    answer=lambda: final("SGD", ravine, 100, lr=0.041),
    low=0,
)

# %% [markdown]
# Between 0.039 and 0.041 lies $2/50$. Move the rate over it, and watch which of the two directions
# breaks.


# %%
def plain(rate=0.02, steps=40):
    return pictures.descent(
        ravine, {"SGD": run("SGD", ravine, steps, lr=rate)}, title=f"rate {rate:.3f}"
    )


explore(plain, rate=(0.002, 0.045, 0.001), steps=(5, 100, 5))

# %% [markdown]
# > **When it breaks.** A loss that grows by the same factor in every step, with steps that change
# > sign each time, is not noise: the rate is above $2/\lambda_{\max}$. Halve it before you look for
# > anything else.
#
# Plain descent has a second weakness: where the slope is next to nothing, so is the step. Beside
# the ridge of a saddle it waits although the way down is free.

# %%
saddle = SURFACES["saddle"]
waiting = run("SGD", saddle, 100, lr=0.03)
print(
    f"after 100 steps it has moved {(waiting[-1, 1] - waiting[0, 1]).item():.2g} in y; "
    "the minimum is at distance 1"
)
pictures.descent(saddle, {"SGD": waiting}, title="saddle, rate 0.03")

# %% [markdown]
# ## 3. Momentum: remember where you were going
#
# Across the valley the gradients alternate in sign, along it they agree. So **add them up**: what
# alternates cancels, what agrees grows. Old gradients must fade, or the sum never forgets:
#
# $$v \leftarrow \mu v + g, \qquad \theta \leftarrow \theta - \eta v$$
#
# With a constant gradient the velocity tends to $g(1 + \mu + \mu^2 + \dots) = g/(1-\mu)$: at
# $\mu = 0.9$ the step is ten times as long as plain descent's.
#
# ### Exercise: `momentum_step` &nbsp; ●●○ &nbsp; 8 minutes
#
# - `p`, `grad`, `v`: tensors of one shape; `v` is zero before the first step. Returns `(p, v)`.
# - **The learning rate stays outside the velocity**, as in `torch.optim.SGD`. Many textbooks have
#   it inside, $v \leftarrow \mu v - \eta g$, $\theta \leftarrow \theta + v$: the same path while
#   $\eta$ is constant, another one as soon as a schedule changes it. The check tells the two apart.


# %% answer="momentum_step"
def momentum_step(p, grad, v, lr, mu=0.9):
    ### BEGIN SOLUTION
    v = mu * v + grad
    return p - lr * v, v
    ### END SOLUTION


# %% check="momentum_step"
check("momentum_step")

# %%
yours("momentum", "momentum_step")
for surface, name in ((ravine, "ravine"), (saddle, "saddle")):
    for optimizer in ("SGD", "momentum"):
        print(
            f"{name}, {optimizer}: loss {final(optimizer, surface, 100, lr=0.03):.2g} after 100 "
            "steps at rate 0.03"
        )
draw(ravine, ("SGD", "momentum"), 60, "ravine, rate 0.01", lr=0.01)

# %%
predict(
    "At rate 0.01, momentum 0.9 brings the loss in the ravine below 0.001 for good in 102 steps "
    "(plain descent: 435). How many steps does momentum 0.98 need?",
    answer=lambda: steps_until("momentum", ravine, lr=0.01, mu=0.98),
    unit="steps",
    low=1,
)

# %%
for mu in (0.0, 0.5, 0.8, 0.9, 0.95, 0.98):
    print(f"μ = {mu:.2f}: {steps_until('momentum', ravine, lr=0.01, mu=mu)} steps")

# %% [markdown]
# More is not better: a ball with little friction rolls through the minimum and up the other side,
# again and again, and settles later than plain descent.
#
# > **A common mistake.** "Momentum averages the gradients." In this form it *sums* them. Take your
# > best rate for plain descent, switch on $\mu = 0.9$, and you have raised the effective rate
# > tenfold. Who compares "with momentum" and "without" at one rate compares two rates.
#
# ## 4. Nesterov: look before you leap
#
# Momentum brakes only after it has passed the minimum, since it takes the gradient where it stands.
# Yet it knows where it is about to be carried: by $\mu v$. Take the gradient *there*. Textbooks
# write that with the rate inside the velocity:
#
# $$\theta^+ = \theta + \mu v,
# \qquad v \leftarrow \mu v - \eta\, g(\theta^+), \qquad \theta \leftarrow \theta + v$$
#
# The step needs a gradient at a point where the parameters are not. torch keeps the parameters **at
# the point ahead** instead, and the same run then reads
#
# $$v \leftarrow \mu v + g, \qquad \theta \leftarrow \theta - \eta\,(g + \mu v)$$
#
# ### Exercise: `nesterov_step` &nbsp; ●●○ &nbsp; 10 minutes
#
# Write torch's form (the second). `p`, `grad`, `v` have one shape; returns `(p, v)`. The `v` on the
# right of the second formula is the new one.


# %% answer="nesterov_step"
def nesterov_step(p, grad, v, lr, mu=0.9):
    ### BEGIN SOLUTION
    v = mu * v + grad
    return p - lr * (grad + mu * v), v
    ### END SOLUTION


# %% check="nesterov_step"
check("nesterov_step")

# %%
yours("Nesterov", "nesterov_step")
for mu in (0.9, 0.95, 0.98):
    needed = {name: steps_until(name, ravine, lr=0.01, mu=mu) for name in ("momentum", "Nesterov")}
    print(f"μ = {mu}: " + ", ".join(f"{name} {steps} steps" for name, steps in needed.items()))
draw(ravine, ("momentum", "Nesterov"), 60, "ravine, μ = 0.95", lr=0.01, mu=0.95)

# %% [markdown]
# > **Often asked.** Are the two forms the same method? Run the textbook's lines beside yours. Its
# > $\theta$ are other numbers. Its points *ahead*, $\theta + \mu v$, are yours up to rounding.

# %%
rate, mu = 0.01, 0.9
theta, velocity = (
    torch.tensor(ravine.start, dtype=torch.float64),
    torch.zeros(2, dtype=torch.float64),
)
behind, ahead = [], []
for _ in range(50):
    behind.append(theta)
    ahead.append(theta + mu * velocity)
    velocity = mu * velocity - rate * ravine.gradient(ahead[-1])
    theta = theta + velocity
ours = run("Nesterov", ravine, 49, lr=rate, mu=mu)  # (50, 2)
print(
    f"largest difference from the textbook's points: {(ours - torch.stack(behind)).abs().max():.2g}"
)
print(f"from its points ahead: {(ours - torch.stack(ahead)).abs().max().item():.10f}")

# %% [markdown]
# ## 5. AdaGrad: a rate for each weight
#
# So far one rate serves all weights. Let one feature be 1 in every sample and another in one of a
# hundred: a word that occurs everywhere, and one that is rare. The gradient of the rare one's
# weight is a hundred times smaller, and a rate that suits the common weight leaves the other where
# it is. Momentum raises both rates tenfold, which is enough for one in a hundred and not for one in
# ten thousand: the ratio of the two stays what it was.
#
# AdaGrad measures each weight's gradients and divides by their size:
#
# $$s \leftarrow s + g^2, \qquad \theta \leftarrow \theta - \eta\,\frac{g}{\sqrt{s} + \varepsilon}$$
#
# Its first step is $\eta$ in every direction that has any slope: only the sign of the gradient
# survives.
#
# ### Exercise: `adagrad_step` &nbsp; ●●○ &nbsp; 8 minutes
#
# - `p`, `grad`, `s`: tensors of one shape; `s` is zero before the first step. Returns `(p, s)`.
# - $\varepsilon$ stands **outside** the root. A weight that has had no gradient yet must stay where
#   it is.


# %% answer="adagrad_step"
def adagrad_step(p, grad, s, lr=0.01, eps=1e-10):
    ### BEGIN SOLUTION
    s = s + grad**2
    return p - lr * grad / (s.sqrt() + eps), s
    ### END SOLUTION


# %% check="adagrad_step"
check("adagrad_step")

# %%
yours("AdaGrad", "adagrad_step")
sparse = SURFACES["sparse features"]
for name in ("SGD", "momentum", "AdaGrad"):
    end = run(name, sparse, 100, lr=0.5)[-1]
    print(f"{name}: from (-3, 3) to ({end[0]:.2g}, {end[1]:.2g}) in 100 steps at rate 0.5")
draw(sparse, ("SGD", "AdaGrad"), 100, "sparse features, rate 0.5", lr=0.5)

# %% [markdown]
# **On real data.** Digits have rare features too: the pixels near the border. Here is the training
# loop for the rest of the notebook; every optimizer sees the same first weights and the same
# batches under the same seed.


# %%
def clipping(grads, c):
    raise NotImplementedError("section 8 puts something better here")


def train(optimizer, rate, seed, steps=300, size=32, clip=None, penalty=0.0, **settings):
    """Losses on the batches as they came, and the parameters at the end;
    `rate` is a number or a function of the step.
    """
    params, order = network(seed), generator(100 + seed)
    states = [optimizer.start(p) for p in params]
    losses, waiting = [], []
    for t in range(steps):
        waiting = waiting or list(batches(len(x), size, order))
        batch = waiting.pop(0)
        value, grads = gradients(params, x[batch], y[batch])
        losses.append(value)
        params = [p.detach() for p in params]
        if clip is not None:
            grads, _ = clipping(grads, clip)
        for i, (p, grad) in enumerate(zip(params, grads, strict=True)):
            now = rate(t) if callable(rate) else rate
            params[i], states[i] = optimizer.move(
                p, grad + penalty * p, states[i], lr=now, **settings
            )
    return losses, params


def trained_loss(optimizer, rate, seed, **options):
    """Loss on the whole training set after the last step."""
    return loss(train(optimizer, rate, seed, **options)[1], x, y).item()


lit = (x > 0).sum(dim=0)  # in how many images each pixel holds any ink: (64,)
rare, common = (lit > 0) & (lit < 30), lit > 700
print(
    f"{(lit == 0).sum()} pixels are never lit, {rare.sum()} in fewer than 30 images, "
    f"{common.sum()} in more than 700"
)


def share_of_rare(optimizer, rate, seed):
    """How far the weights of rare pixels have moved, in per cent of those of common ones."""
    moved = train(optimizer, rate, seed)[1][0] - network(seed)[0]  # first layer: (32, 64)
    return 100 * moved[:, rare].abs().mean() / moved[:, common].abs().mean()


for name, rate in (("SGD", 0.3), ("AdaGrad", 0.03)):
    share = over_seeds(lambda s: share_of_rare(racers[name], rate, s))
    print(f"{name}: a rare pixel's weights move {share} % as far as a common one's")

# %% [markdown]
# ## 6. RMSProp and Adam: forget, and correct
#
# AdaGrad's sum can only grow, so its steps can only shrink: like $1/\sqrt{t}$ under a steady
# gradient. That is right for a convex loss under noise, and wrong for a long way across a plain.
#
# RMSProp replaces the sum by a running mean that forgets:
#
# $$s \leftarrow \alpha s + (1 - \alpha)\, g^2,
# \qquad \theta \leftarrow \theta - \eta\,\frac{g}{\sqrt{s} + \varepsilon}$$
#
# ### Exercise: `rmsprop_step` &nbsp; ●●○ &nbsp; 6 minutes
#
# - `p`, `grad`, `s`: tensors of one shape; `s` is zero before the first step. Returns `(p, s)`.
# - $\varepsilon$ **outside** the root, as in torch. Goodfellow, Bengio & Courville have
#   $\sqrt{s + \varepsilon}$; the check tells the two apart.


# %% answer="rmsprop_step"
def rmsprop_step(p, grad, s, lr=0.01, alpha=0.99, eps=1e-8):
    ### BEGIN SOLUTION
    s = alpha * s + (1 - alpha) * grad**2
    return p - lr * grad / (s.sqrt() + eps), s
    ### END SOLUTION


# %% check="rmsprop_step"
check("rmsprop_step")

# %%
yours("RMSProp", "rmsprop_step")
plateau = SURFACES["plateau"]
# length of each step: (200,)
moved = run("AdaGrad", plateau, 200, lr=0.03).diff(dim=0).norm(dim=-1)
print("AdaGrad's steps 1, 10, 100 are", ", ".join(f"{moved[i]:.2g}" for i in (0, 9, 99)), "long")
for name in ("SGD", "AdaGrad", "RMSProp"):
    print(f"{name}: loss after 200 steps {final(name, plateau, 200, lr=0.03):.2g}")
draw(plateau, ("SGD", "AdaGrad", "RMSProp"), 200, "plateau, rate 0.03", lr=0.03)

# %% [markdown]
# A larger rate would bring AdaGrad across this plain as well; but how much larger depends on the
# width of the plain, which nobody knows beforehand. RMSProp has two flaws of its own. Here is the
# first.

# %%
predict(
    "RMSProp with rate 0.1 and α = 0.99 starts from s = 0. "
    "How far does its first step move a weight whose gradient is 5?",
    answer=lambda: (
        -racers["RMSProp"].move(torch.zeros(1), torch.full((1,), 5.0), (torch.zeros(1),), lr=0.1)[0]
    ),
    low=0,
)

# %% [markdown]
# A mean that starts at zero is too small at first: after one step $s = (1-\alpha)g^2$, and the step
# is $\eta/\sqrt{1-\alpha}$, ten times what was asked, whatever the gradient. The second flaw:
# RMSProp does not come to rest. Near the minimum $g$ and $\sqrt{s}$ shrink together, so the steps
# stay as long as they were. When $s$ has become tiny, one gradient across the valley makes a long
# step out of it.

# %%
restless = ravine.loss(run("RMSProp", ravine, 400, lr=0.1))
print(
    f"RMSProp: lowest loss so far at step 300 {restless[:300].min():.1g}, "
    f"highest after it {restless[300:].max():.2g}"
)
loss_curves({"RMSProp": restless.tolist()}, log=True)

# %% [markdown]
# **Adam** removes the first flaw: it divides its running means by what they lack because they
# started at zero. After $t$ steps the weights in a running mean sum to $1 - \beta^t$, so that is
# the divisor. And it steps along a running mean of the gradients, in which alternating ones cancel.
# Whether that removes the second flaw is measured below.
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\, g,
# \quad v \leftarrow \beta_2 v + (1-\beta_2)\, g^2, \quad
# \hat m = \frac{m}{1-\beta_1^t}, \quad \hat v = \frac{v}{1-\beta_2^t}, \quad
# \theta \leftarrow \theta - \eta\,\frac{\hat m}{\sqrt{\hat v} + \varepsilon}$$
#
# ### Exercise: `adam_step` &nbsp; ●●● &nbsp; 15 minutes
#
# - `p`, `grad`, `m`, `v`: tensors of one shape; both means are zero before the first step.
# - `t`: the number of steps taken **before** this one, 0 in the first. In the formulas $t$ counts
#   this step too.
# - Returns `(p, m, v, t)`: the new parameter, the means **uncorrected**, and `t` one larger.
# - $\varepsilon$ outside the root and after the correction.


# %% answer="adam_step"
def adam_step(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    ### BEGIN SOLUTION
    t = t + 1
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return p - lr * m_hat / (v_hat.sqrt() + eps), m, v, t
    ### END SOLUTION


# %% check="adam_step"
check("adam_step")

# %%
adam = yours("Adam", "adam_step")
early = ravine.loss(run("Adam", ravine, 400, lr=0.1))
print(
    f"Adam: lowest loss so far at step 300 {early[:300].min():.1g}, "
    f"highest after it {early[300:].max():.2g}"
)
loss_curves({"RMSProp": restless.tolist(), "Adam": early.tolist()}, log=True)

# %% [markdown]
# Adam looks calm, but two things have changed at once: the running mean of the gradients, and the
# memory of the squares, $\beta_2 = 0.999$ against $\alpha = 0.99$. And 400 steps may be too few.
# Change one thing at a time, and wait longer.

# %% approx=0.2
MEMORIES = {
    "RMSProp, α = 0.99": ("RMSProp", {"alpha": 0.99}),
    "Adam, β₂ = 0.99": ("Adam", {"beta2": 0.99}),
    "RMSProp, α = 0.999": ("RMSProp", {"alpha": 0.999}),
    "Adam, β₂ = 0.999": ("Adam", {"beta2": 0.999}),
}
curves = {
    name: ravine.loss(run(racer, ravine, 1500, lr=0.1, **memory))
    for name, (racer, memory) in MEMORIES.items()
}
for name, curve in curves.items():
    print(f"{name}: highest loss in steps 400 to 1,500 {curve[400:].max():.1e}")
loss_curves(
    {name: curve.clamp(min=1e-12).tolist() for name, curve in curves.items()},
    log=True,
    alt="loss over 1,500 steps: all four fall below a millionth, and all but Adam with β₂ = 0.999 "
    "leap up again",
)

# %% approx=0.3
patient = ravine.loss(run("Adam", ravine, 10_000, lr=0.1))
leaps = [t for t in range(400, 10_001) if patient[t] > 1e-3 >= patient[t - 300 : t].max()]
print("Adam's loss rises above 0.001 at step", ", ".join(f"{t:,}" for t in leaps))
print(f"highest loss from step 400 on: {patient[400:].max():.2f}")
loss_curves(
    {"Adam": patient.clamp(min=1e-12).tolist()},
    log=True,
    alt="Adam's loss over 10,000 steps: below 1e-12 from about step 600 on, with late leaps",
)

# %% [markdown]
# So the second flaw is delayed and made smaller, not removed. With the same memory of 0.99, Adam
# leaps as RMSProp does, but less high: the mean of the gradients takes part of a single one. With
# the longer memory of 0.999, RMSProp too is calm for more than a thousand steps, and then leaps
# higher. Adam with $\beta_2 = 0.999$ rests for thousands of steps. Then it leaps, too. (Curves are
# cut off at $10^{-12}$.) A rate that falls, in section 7, is what brings a run to rest.


# %%
def first_step(scale):
    zero = torch.zeros(1)
    return adam.move(zero, torch.full((1,), 0.02 * scale), adam.start(zero), lr=0.1)[0]


predict(
    "A colleague sums the loss over 1,000 samples where you take the mean: "
    "all gradients are 1,000 times larger. How many times longer is Adam's first step?",
    answer=lambda: first_step(1000.0) / first_step(1.0),
    unit="times",
    low=0,
)

# %% [markdown]
# The scale of the loss cancels. It is what makes Adam convenient: its rate is *how far a weight may
# move in a step*, about the same number for every loss. It is also what it gives up: a long
# gradient no longer means a long way to go.
#
# ## The race
#
# Any two optimizers, any of the four surfaces; the third slider is $\mu$ for momentum and Nesterov
# and $\beta_1$ for Adam, and does nothing to the others. Look for: a rate at which plain descent
# flies out of the ravine and momentum does not; what $\beta_1 = 0$ does to Adam there; one rate at
# which Adam is done on all four surfaces in 200 steps (there is one; is there one for momentum?).

# %%
REMEMBERS = {"momentum": "mu", "Nesterov": "mu", "Adam": "beta1", "AdamW": "beta1"}


def log_slider(label, value):
    style = {"description_width": "8em"}
    return FloatLogSlider(
        value, min=-3, max=0.5, step=0.05, description=label, style=style, readout_format=".3f"
    )


def race(
    surface="ravine",
    first="momentum",
    second="Adam",
    rate_of_first=0.01,
    rate_of_second=0.1,
    momentum=0.9,
    steps=80,
):
    paths = {}
    for name, rate in ((first, rate_of_first), (second, rate_of_second)):
        settings = {REMEMBERS[name]: momentum} if name in REMEMBERS else {}
        paths[f"{name}, rate {rate:.3g}"] = run(name, SURFACES[surface], steps, lr=rate, **settings)
    return pictures.descent(SURFACES[surface], paths, title=f"{surface}, momentum {momentum:.2f}")


explore(
    race,
    surface=list(SURFACES),
    first=list(OPTIMIZERS),
    second=list(OPTIMIZERS),
    rate_of_first=log_slider("rate of first", 0.01),
    rate_of_second=log_slider("rate of second", 0.1),
    momentum=(0.0, 0.99, 0.01),
    steps=(10, 200, 10),
)

# %% [markdown]
# ## 7. A rate that changes
#
# Back to the noise of section 1. At rate 0.1 and one sample a step, descent on the bowl hovers
# above the minimum.

# %%
at_a_tenth = over_seeds(lambda s: hover(line_descent(1, 0.1, 2000, s)))
print(f"rate 0.1 hovers {at_a_tenth} above the minimum")
predict(
    "How high does it hover at rate 0.01?",
    answer=lambda: over_seeds(lambda s: hover(line_descent(1, 0.01, 2000, s))).mean,
    low=0,
)

# %% [markdown]
# The height falls with the rate, here a little faster than in proportion, but so does the speed.
# One wants a large rate first and a small one later: a **schedule**, a function from the step
# $t = 0, 1, 2 \dots$ to the rate.
#
# ### Exercise: `step_decay` &nbsp; ●○○ &nbsp; 4 minutes
#
# The rate is `lr` at first, and is multiplied by `drop` each time that `every` steps have passed,
# first at $t =$ `every`. Plain numbers, no tensors.


# %% answer="step_decay"
def step_decay(t, lr, drop, every):
    ### BEGIN SOLUTION
    return lr * drop ** (t // every)
    ### END SOLUTION


# %% check="step_decay"
check("step_decay")

# %% [markdown]
# ### Exercise: `cosine_schedule` &nbsp; ●●○ &nbsp; 10 minutes
#
# A **warm-up** on a straight line from 0 at $t = 0$ to `hi` at $t =$ `warmup` (call it $w$); from
# there half a cosine down to `lo` at $t = T$:
#
# $$\eta(t) =
# \text{lo} + \frac{\text{hi} - \text{lo}}{2}\left(1 + \cos\frac{\pi\,(t - w)}{T - w}\right),
# \qquad w \le t \le T$$
#
# After $T$ it stays at `lo`. `warmup` may be 0; $0 \le w < T$ holds always.


# %% answer="cosine_schedule"
def cosine_schedule(t, T, warmup, hi, lo=0.0):
    ### BEGIN SOLUTION
    if t < warmup:
        return hi * t / warmup
    progress = min(1.0, (t - warmup) / (T - warmup))
    return lo + (hi - lo) * (1 + math.cos(math.pi * progress)) / 2
    ### END SOLUTION


# %% check="cosine_schedule"
check("cosine_schedule")

# %%
stairs, cosine = use("step_decay"), use("cosine_schedule")
SCHEDULES = {
    "constant": lambda t: 0.1,
    "step": lambda t: stairs(t, 0.1, 0.1, 700),
    "exponential": lambda t: exponential_decay(t, 0.1, 0.001 ** (1 / 2000)),
    "cosine": lambda t: cosine(t, 2000, 0, 0.1),
    "warm-up, then cosine": lambda t: cosine(t, 2000, 200, 0.1),
}
for name, schedule in SCHEDULES.items():
    height = over_seeds(lambda s: 1000 * hover(line_descent(1, schedule, 2000, s), last=50))
    print(f"{name}: ends {height} thousandths above the minimum")
rates = {name: [schedule(t) for t in range(2001)] for name, schedule in SCHEDULES.items()}
loss_curves(rates, ylabel="learning rate")

# %% [markdown]
# **What warm-up is for.** On the bowl it gains nothing. Now take Adam on the digits, at a rate that
# is too high for it. In its first steps $\hat v$ rests on a handful of gradients, and yet each of
# these steps moves every weight by about the full rate, whatever its gradient.

# %% approx=0.5
steps, high = 300, 0.1
WARM = {
    "constant": high,
    "warm-up alone": lambda t: linear_warmup(t + 1, 10, high),
    "cosine alone": lambda t: cosine(t + 1, steps + 1, 0, high),
    "warm-up and cosine": lambda t: cosine(t + 1, steps + 1, 10, high),
}
for name, rate in WARM.items():
    # seed 0 runs here; what seeds 1 and 2 gave is stored, and runs, too, without `stored=`
    ended = over_seeds(
        lambda s: trained_loss(adam, rate, s), stored=f"3_optimizers/Adam at {high}, {name}"
    )
    print(f"Adam at {high}, {name}: training loss {ended}")

# %% [markdown]
# Warm-up alone gains little: at the end, the noise of a high rate hides everything else. Only where
# the rate comes down does the damage of the first steps show, and that it has not healed.
#
# > **When it breaks.** A loss that leaps up within the first ten steps, and a training that ends
# > worse than its neighbours although it looks healthy: the weights were thrown far away before the
# > optimizer knew its way. Warm up, or lower the rate. How long to warm up is a matter of trying.
#
# ## 8. When one gradient is enough to ruin it
#
# A chain of ten linear layers with two weights taking turns computes $(w_1 w_2)^5 x$. We want it to
# pass $x$ on unchanged: $J = \tfrac12 \left((w_1 w_2)^5 - 1\right)^2$. Every pair with product 1 is
# a minimum. The loss is flat where the product is small and a cliff where it is large, and
# recurrent networks, which use one weight at every time step, are full of such cliffs.

# %%
cliff = Surface(lambda p: (p.prod(dim=-1) ** 5 - 1) ** 2 / 2, (1.25, 1.15), (1.0, 1.0), (0.0, 1.6))
predict(
    "At w = (1.25, 1.15), a short way from a minimum at (1, 1): how long is the gradient?",
    answer=lambda: cliff.gradient(torch.tensor(cliff.start, dtype=torch.float64)).norm(),
    low=0,
)

# %% [markdown]
# The direction of that gradient is fine; its length is not to be trusted. **Clipping** keeps the
# one and bounds the other. All parameters are seen as one long vector, so that the direction of the
# whole step stays:
#
# $$g \leftarrow g \cdot \min\left(1, \frac{c}{\lVert g \rVert}\right),
# \qquad \lVert g \rVert^2 = \sum_i \lVert g_i \rVert^2$$
#
# ### Exercise: `clip_by_global_norm` &nbsp; ●●○ &nbsp; 10 minutes
#
# - `grads`: list of tensors of any shapes, the gradients of all parameters. `c` > 0: the greatest
#   norm that may come out.
# - Returns `(clipped, norm)`: the list of gradients after clipping, and the norm **before** it.
# - Gradients no longer than `c` stay as they are; all-zero gradients too.
# - The factor is exact. (torch divides by $\lVert g \rVert + 10^{-6}$, which leaves the norm a
#   little below $c$.)


# %% answer="clip_by_global_norm"
def clip_by_global_norm(grads, c):
    ### BEGIN SOLUTION
    norm = torch.stack([g.square().sum() for g in grads]).sum().sqrt()
    factor = torch.where(norm > c, c / norm, 1.0)
    return [g * factor for g in grads], norm
    ### END SOLUTION


# %% check="clip_by_global_norm"
check("clip_by_global_norm")

# %%
clipping = use("clip_by_global_norm")
start = torch.tensor(cliff.start, dtype=torch.float64)
jumps = {
    "SGD": descend(sgd, cliff.gradient, start, 30, lr=0.02),
    "SGD, clipped at 1": descend(
        sgd, lambda p: clipping([cliff.gradient(p)], 1.0)[0][0], start, 30, lr=0.02
    ),
}
for name, path in jumps.items():
    end = cliff.loss(path[-1]).item()
    print(
        f"{name}: after one step at ({path[1, 0]:.3g}, {path[1, 1]:.3g}); "
        f"loss after 30 steps {end:.6f}"
    )
pictures.descent(cliff, jumps, title="cliff, rate 0.02")

# %% [markdown]
# On the digits, momentum at rate 0.3 is at the edge of what the network bears:

# %% approx=0.3
for how, bound in (("not clipped", None), ("clipped at 0.2", 0.2)):
    ended = over_seeds(
        lambda s: trained_loss(racers["momentum"], 0.3, s, clip=bound),
        stored=f"3_optimizers/momentum at 0.3, {how}",
    )
    print(f"momentum at 0.3, {how}: training loss {ended}")

# %% [markdown]
# ## 9. AdamW: let weights decay beside the step, not through it
#
# To keep weights small, one adds $\tfrac{\lambda}{2}\lVert\theta\rVert^2$ to the loss, or
# $\lambda\theta$ to the gradient, which is the same. In plain descent each step then multiplies the
# weights by $1 - \eta\lambda$. Now put the same gradient through Adam.


# %%
def unused_weight(steps=1000):
    """A weight 1 that the loss does not depend on,
    after so many steps of Adam on the penalty alone.
    """
    w, state = torch.ones(1), adam.start(torch.ones(1))
    for _ in range(steps):
        w, state = adam.move(w, 0.01 * w, state, lr=1e-3)
    return w.item()


print(
    "plain descent, rate 0.001, λ = 0.01, 1,000 steps: "
    f"{(1 - 0.001 * 0.01) ** 1000:.3g} of the weight is left"
)
predict(
    "Adam, same rate, same λ in the gradient, 1,000 steps: how much of the weight 1 is left?",
    unused_weight,
    low=0,
    high=1,
)

# %% [markdown]
# Adam divides the penalty's gradient by its own size, like any other: $\lambda$ cancels, and the
# unused weight at first goes down by the rate itself. A weight with large gradients, on the other
# hand, hardly decays, since $\sqrt{\hat v}$ is large. AdamW takes the decay out of the division:
#
# $$\theta \leftarrow
# \theta - \eta\lambda\theta - \eta\,\frac{\hat m}{\sqrt{\hat v} + \varepsilon}$$
#
# ### Exercise: `adamw_step` &nbsp; ●●○ &nbsp; 6 minutes
#
# - Arguments and results as in `adam_step`, and `weight_decay`: $\lambda$.
# - Both terms are taken from the **old** $\theta$; $m$ and $v$ know nothing of the decay. You may
#   call your `adam_step`.


# %% answer="adamw_step"
def adamw_step(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    ### BEGIN SOLUTION
    return adam_step(p - lr * weight_decay * p, grad, m, v, t, lr, beta1, beta2, eps)
    ### END SOLUTION


# %% check="adamw_step"
check("adamw_step")

# %% [markdown]
# The digits have such unused weights: those of the pixels that no image lights.

# %%
adamw = yours("AdamW", "adamw_step")
DECAYS = {
    "Adam, λ in the gradient": lambda s: train(adam, 0.01, s, penalty=0.1),
    "AdamW": lambda s: train(adamw, 0.01, s, weight_decay=0.1),
}


def unlit(params):
    # first-layer weights (32, 64) → mean size of those of unlit pixels
    return params[0][:, lit == 0].abs().mean()


for name, run_once in DECAYS.items():
    left = over_seeds(
        lambda s: 100 * unlit(run_once(s)[1]) / unlit(network(s)),
        stored=f"3_optimizers/weights left, {name}",
    )
    print(
        f"{name}: {left.mean:.1f} % of an unlit pixel's weights is left after 300 steps, "
        "in the mean of 3 seeds"
    )
print(f"(1 - ηλ)^300 = {(1 - 0.01 * 0.1) ** 300:.1%}")

# %% [markdown]
# ## 10. All seven, on real digits
#
# A race at one rate for all would be rigged. So each gets its own: seven rates are tried under seed
# 0, the best one races under seeds 1, 2 and 3. That is still a race at 300 steps, batches of 32 and
# a small network, and the winner wins there.

# %%
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
tried = {
    name: {rate: trained_loss(optimizer, rate, 0) for rate in RATES}
    for name, optimizer in racers.items()
}
best = {name: min(losses, key=lambda rate: losses[rate]) for name, losses in tried.items()}
print("training loss after 300 steps, seed 0; knowing nothing costs log 10 = 2.3")
print(f"{'rate':9}" + "".join(f"{rate:>8}" for rate in RATES))
for name, losses in tried.items():
    row = "".join(f"{value:8.2g}" if value < 1.5 else "   > 1.5" for value in losses.values())
    print(f"{name:9}{row}   best at {best[name]}")


# %%
def raced(seed, name):
    """Losses on the batches as they came, and the loss on the whole training set at the end."""
    losses, params = train(racers[name], best[name], seed)
    return [float(each) for each in losses], loss(params, x, y).item()


@cache
def race(name):
    """Three races. Seed 1 runs here; what seeds 2 and 3 gave is stored, and runs, too, without
    `stored=`.
    """
    return each_seed(partial(raced, name=name), (1, 2, 3), stored=f"3_optimizers/race, {name}")


def mean_end(name):
    return sum(end for _, end in race(name)) / 3


predict(
    "Each at its best rate, three seeds: "
    "how many times lower is Adam's mean training loss than that of SGD with momentum?",
    answer=lambda: mean_end("momentum") / mean_end("Adam"),
    unit="times",
    low=0,
)

# %% approx=0.1
for name in racers:
    spread = Spread(tuple(end for _, end in race(name)))
    print(f"{name:9} rate {best[name]:<5} training loss {spread}")
courses = {name: [losses for losses, _ in race(name)] for name in racers}
pictures.race(courses, title="digits, each at its best rate")

# %% [markdown]
# > **A common mistake.** "Adam is the best optimizer", "Adam needs no tuning". Read the table of
# > rates again: along a row, a wrong rate costs a factor of ten or more, Adam's row included; down
# > the column of best rates, the optimizers differ far less, and the seeds overlap for some of
# > them. Say which differences are larger than the spread before you name a winner. (Wilson et al.,
# > 2017, and Choi et al., 2019, argue this out on large networks, with different results: the
# > latter tuned more settings.)
#
# ## The same in `torch.optim`
#
# | yours | torch |
# |---|---|
# | `minibatches` | `torch.utils.data.DataLoader(dataset, batch_size, shuffle=True, generator=…)` |
# | `sgd_step`, `momentum_step`, `nesterov_step` | `torch.optim.SGD(…, momentum=…, nesterov=…)` |
# | `adagrad_step`, `rmsprop_step` | `torch.optim.Adagrad`, `torch.optim.RMSprop` |
# | `adam_step`, `adamw_step` | `torch.optim.Adam`, `torch.optim.AdamW` |
# | `step_decay`, exponential | `lr_scheduler.StepLR`, `ExponentialLR` |
# | `cosine_schedule` | `LinearLR` and `CosineAnnealingLR` in a `SequentialLR` |
# | `clip_by_global_norm` | `torch.nn.utils.clip_grad_norm_(params, c)`, just before `step()` |
#
# torch's optimizers hold the state of all parameters and write into them at each `step()`. Here
# both train the digits network in float64, side by side.

# %%
SAME = {
    "SGD": lambda p: torch.optim.SGD(p, lr=0.1),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "Nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "AdaGrad": lambda p: torch.optim.Adagrad(p, lr=0.1),
    "RMSProp": lambda p: torch.optim.RMSprop(p, lr=0.1),
    "Adam": lambda p: torch.optim.Adam(p, lr=0.1),
    "AdamW": lambda p: torch.optim.AdamW(p, lr=0.1),
}


def largest_difference(name, steps=50):
    """Greatest difference of any weight from torch's, in any of the steps."""
    ours = network(0)
    states = [racers[name].start(p) for p in ours]
    theirs = [p.clone().requires_grad_() for p in ours]
    torchs, worst = SAME[name](theirs), 0.0
    for batch in (b for epoch in (1, 2) for b in batches(len(x), 32, generator(epoch))):
        if steps == 0:
            break
        steps -= 1
        _, grads = gradients([p.clone() for p in ours], x[batch], y[batch])
        moved = [
            racers[name].move(p, g, s, lr=0.1) for p, g, s in zip(ours, grads, states, strict=True)
        ]
        ours, states = [p for p, _ in moved], [s for _, s in moved]
        torchs.zero_grad()
        loss(theirs, x[batch], y[batch]).backward()
        torchs.step()
        worst = max(worst, *((a - b).abs().max().item() for a, b in zip(ours, theirs, strict=True)))
    return worst


differences = {name: largest_difference(name) for name in SAME}
for name, difference in differences.items():
    print(f"{name:9} 50 steps, 2,410 weights: largest difference from torch's {difference:.10f}")

# %% [markdown]
# ## To remember
#
# 1. The steepest direction limits the rate and the flattest one waits: momentum adds up what
#    agrees, AdaGrad and its heirs divide by each weight's own scale.
# 2. Noise makes descent hover at a height proportional to the rate, so the rate should come down at
#    the end; and it should warm up at the beginning if the first steps know too little.
# 3. The rate matters more than the optimizer: tune it for each before you compare, over several
#    seeds.
#
# ## Sources
#
# Robbins & Monro (1951), stochastic approximation · Polyak (1964), the heavy ball · Nesterov (1983)
# · Sutskever, Martens, Dahl & Hinton (2013), eq. 1–4, momentum in deep learning · Bengio,
# Boulanger-Lewandowski & Pascanu (2013), Nesterov in torch's variables · Duchi, Hazan & Singer
# (2011), AdaGrad · Tieleman & Hinton (2012), lecture 6.5, RMSProp · Kingma & Ba (2015), algorithm
# 1, Adam · Loshchilov & Hutter (2017), eq. 5, cosine; (2019), algorithm 2, AdamW · Goyal et al.
# (2017), section 2.2, warm-up · Pascanu, Mikolov & Bengio (2013), algorithm 1, clipping ·
# Goodfellow, Bengio & Courville (2016), chapter 8 · Wilson et al. (2017) and Choi et al. (2019),
# comparisons.
