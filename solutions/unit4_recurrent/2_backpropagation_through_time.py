# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Backpropagation through time: how does an early step hear of a late mistake?
#
# A recurrent network that has read a hundred steps is a network of a hundred layers, with the same
# weights in each. This notebook takes the gradient through all of them, first by hand, and then
# looks at what is left of it at the other end.

# %% tags=["setup"]
import math

import torch
import torch.nn.functional as F

from autograder import check, use
from gradschool import plotting
from gradschool.recurrent import corpus, rnn
from gradschool.recurrent.pictures import gradients
from gradschool.training import Spread, generator, over_seeds
from gradschool.widgets import explore, predict

# %% [markdown]
# ## The chain rule, step by step
#
# Write the net input of step $t$ as $z_t = W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh}$, so that
# $h_t = \tanh(z_t)$, and let $L$ be any loss of the states. Two facts are enough.
#
# **A state is used twice**: by the loss at its own step, and by the next step. What comes back by
# both ways adds up:
#
# $$\frac{\partial L}{\partial h_t} =
# \underbrace{\left.\frac{\partial L}{\partial h_t}\right|_{\text{own step}}}_{\texttt{dout[:,
# t]}} +
# W_{hh}^\top \frac{\partial L}{\partial z_{t+1}}, \qquad
# \frac{\partial L}{\partial z_t} = \frac{\partial L}{\partial h_t} \odot (1 - h_t^2),$$
#
# and after the last step nothing comes back. The slope of tanh at $z_t$ is $1 - \tanh^2(z_t)$,
# which is $1 - h_t^2$: the states are all that must be kept.
#
# **A weight is used at every step**, so its gradient is the sum over the steps:
#
# $$\frac{\partial L}{\partial W_{hh}} = \sum_t \frac{\partial L}{\partial z_t}\, h_{t-1}^\top,
# \qquad \frac{\partial L}{\partial W_{ih}} = \sum_t \frac{\partial L}{\partial z_t}\, x_t^\top,
# \qquad \frac{\partial L}{\partial b} = \sum_t \frac{\partial L}{\partial z_t}.$$
#
# So the gradient is worked out from the last step to the first. That is all of **backpropagation
# through time** (Werbos, 1990). The formulas are for one sequence in columns; in a batch, rows are
# sequences, products change sides, and the weights' gradients also sum over the batch.
#
# ### Exercise: `rnn_backward` &nbsp; ●●● &nbsp; 30 minutes
#
# - `dout`: gradient of the loss with respect to all states as they were put out,
#   `(batch, time, hidden)`: the part that comes from each step's own use. `x`:
#   `(batch, time, inputs)`; `h0`: `(batch, hidden)`; `out`: the states $h_1 \dots h_T$ of the
#   forward pass, `(batch, time, hidden)`.
# - `Wih`: `(hidden, inputs)`; `Whh`: `(hidden, hidden)`.
# - Returns `(dx, dh0, dWih, dWhh, db)`, each shaped like what it belongs to; `db` is the gradient
#   of `bih` and of `bhh`, for the two are always added.
# - If the loss is a mean, its division is in `dout` already.


# %% answer="rnn_backward"
def rnn_backward(dout, x, h0, out, Wih, Whh):
    ### BEGIN SOLUTION
    previous = torch.cat([h0.unsqueeze(1), out[:, :-1]], dim=1)  # what each step started from
    dz = torch.zeros_like(out)
    from_later = torch.zeros_like(h0)
    for t in range(out.shape[1] - 1, -1, -1):
        dz[:, t] = (dout[:, t] + from_later) * (1 - out[:, t] ** 2)
        from_later = dz[:, t] @ Whh
    flat = dz.flatten(0, 1)  # (batch · time, hidden)
    return (
        dz @ Wih,
        from_later,
        flat.T @ x.flatten(0, 1),
        flat.T @ previous.flatten(0, 1),
        flat.sum(dim=0),
    )
    ### END SOLUTION


# %% check="rnn_backward"
check("rnn_backward")

# %% [markdown]
# Autograd is the judge on real text: four pieces of 50 characters of the language reference,
# one-hot, with a loss at every step.


# %%
def fresh(inputs, hidden, seed):
    """Wih, Whh, bih, bhh as torch draws them."""
    chance, bound = generator(seed), 1 / math.sqrt(hidden)
    shapes = (hidden, inputs), (hidden, hidden), (hidden,), (hidden,)
    return [
        bound * (2 * torch.rand(shape, generator=chance, dtype=torch.float64) - 1)
        for shape in shapes
    ]


text = corpus.text()
x = F.one_hot(
    torch.tensor([[ord(c) for c in text[i : i + 50]] for i in (0, 1000, 2000, 3000)]), 128
).double()  # (4, 50, 128)
weights = [w.requires_grad_() for w in fresh(128, 32, seed=0)]
h0 = torch.zeros(4, 32, dtype=torch.float64)
rnn_forward = use("rnn_forward")  # of the notebook before
out, _ = rnn_forward(x, h0, *weights)  # (4, 50, 32)
dout = torch.randn(out.shape, generator=generator(1), dtype=torch.float64)
expected = torch.autograd.grad(out, weights, dout)
by_hand = use("rnn_backward")(dout, x, h0, out.detach(), weights[0].detach(), weights[1].detach())
for name, mine, theirs in zip(("Wih", "Whh", "bih"), by_hand[2:], expected, strict=False):
    off = (mine - theirs).abs().max().item()
    print(f"gradient of {name}: largest difference from autograd's {off:.10f}")

# %% [markdown]
# ## What is left at the other end?
#
# Let the loss look at the last state only. One step back multiplies the gradient by the transposed
# Jacobian of that step:
#
# $$\frac{\partial L}{\partial h_{t-1}} =
# W_{hh}^\top \left( (1 - h_t^2) \odot \frac{\partial L}{\partial h_t} \right).$$
#
# Over $k$ steps that is a product of $k$ such matrices. If all of them were the same matrix, its
# eigenvalues would decide in the long run: the gradient would change like $\rho^k$. Here $\rho$ is
# that matrix's **spectral radius**, the largest absolute value among its eigenvalues.
#
# ### Exercise: `gradient_through_time` &nbsp; ●●○ &nbsp; 12 minutes
#
# - `out`: the states $h_1 \dots h_T$, `(batch, time, hidden)`; `Whh`: `(hidden, hidden)`; `dh`: the
#   gradient with respect to the last state, `(batch, hidden)`. No other state enters the loss.
# - Returns the Euclidean norm of the gradient with respect to each state, for each sequence of the
#   batch: `(batch, time)`, first step first. The last column is the norm of `dh`.


# %% answer="gradient_through_time"
def gradient_through_time(out, Whh, dh):
    ### BEGIN SOLUTION
    norms = [dh.norm(dim=1)]
    for t in range(out.shape[1] - 1, 0, -1):
        dh = (dh * (1 - out[:, t] ** 2)) @ Whh
        norms.insert(0, dh.norm(dim=1))
    return torch.stack(norms, dim=1)
    ### END SOLUTION


# %% check="gradient_through_time"
check("gradient_through_time")

# %%
look_back = use("gradient_through_time")
STEPS, HIDDEN = 60, 32


def with_radius(radius, seed):
    """Normally distributed recurrent weights, scaled to this spectral radius."""
    weight = torch.randn(HIDDEN, HIDDEN, generator=generator(seed), dtype=torch.float64)
    return weight * radius / rnn.spectral_radius(weight)


def looked_back(radius, seed, steps=STEPS):
    """Norm of the gradient at every step, the last one's as 1: a mean over eight sequences;
    and the states.
    """
    chance = generator(100 + seed)
    Whh, Wih = (
        with_radius(radius, seed),
        0.3 * torch.randn(HIDDEN, 2, generator=chance, dtype=torch.float64),
    )
    zeros = torch.zeros(HIDDEN, dtype=torch.float64)
    x = torch.randn(8, steps, 2, generator=chance, dtype=torch.float64)
    out, _ = rnn_forward(x, zeros.expand(8, HIDDEN), Wih, Whh, zeros, zeros)  # (8, steps, HIDDEN)
    norms = look_back(
        out, Whh, torch.randn(8, HIDDEN, generator=chance, dtype=torch.float64)
    )  # (8, steps)
    return (norms / norms[:, -1:]).mean(dim=0), out


def norms_of(radius, seed):
    return looked_back(radius, seed)[0]


predict(
    "The spectral radius is exactly 1. The gradient at the last of 60 steps has the norm 1. "
    "At the first step its norm is 10 to the power of what? (0 means the same size.)",
    answer=lambda: sum(math.log10(norms_of(1.0, seed)[0]) for seed in range(3)) / 3,
    low=-40,
    high=20,
)


# %%
def distance(radius=1.0):
    """Three networks of this spectral radius."""
    return gradients.against_distance(
        {
            f"spectral radius {radius:g}, three networks": torch.stack(
                [norms_of(radius, seed) for seed in range(3)]
            )
        }
    )


explore(distance, radius=(0.5, 3.0, 0.1))

# %% [markdown]
# The lines are straight on a logarithmic scale: on average each step has the same factor. Move the
# slider and find the radius at which the gradients of the three networks neither vanish nor
# explode. It lies well above 1, and it is not the same for all three. The next cell finds it for
# each network by halving an interval, and looks at the states there.

# %%
last = {r: [norms_of(r, seed)[0].item() for seed in range(3)] for r in (0.5, 0.9, 1.0, 1.5, 3.0)}
for radius, values in last.items():
    powers = Spread(tuple(math.log10(v) for v in values))
    print(f"spectral radius {radius:3g}: after 59 steps back 10 to the power of {powers:.0f}")


def neutral_radius(seed):
    """The radius at which the first step's gradient is as large as the last one's."""
    low, high = 1.0, 3.0
    for _ in range(8):
        middle = (low + high) / 2
        low, high = (middle, high) if norms_of(middle, seed)[0] < 1 else (low, middle)
    return high


neutral = [neutral_radius(seed) for seed in range(3)]
sizes = [looked_back(radius, seed)[1].abs() for seed, radius in enumerate(neutral)]
print(f"neither vanishes nor explodes at radius {Spread(tuple(neutral)):.2f}")
print(f"there the states have a mean size of {Spread(tuple(s.mean().item() for s in sizes)):.2f},")
near_one = Spread(tuple(100 * (s > 0.9).double().mean().item() for s in sizes))
print(f"and in % of all cases a size above 0.9: {near_one:.0f}")

# %% [markdown]
# Why is 1 not the border? The Jacobian has a second factor, the slope $1 - h^2$. It is below 1
# wherever the state is not 0. So with random weights and tanh the gradient vanishes at $\rho = 1$,
# as the table above shows.
#
# Is there a bound that always holds? Yes, and it is not made of eigenvalues. A matrix stretches no
# vector by more than its largest **singular value** $\sigma_{\max}$, and no slope of tanh is above
# 1:
#
# $$\left\lVert \frac{\partial L}{\partial h_{t-1}} \right\rVert \le
# \sigma_{\max}(W_{hh}) \left\lVert \frac{\partial L}{\partial h_t} \right\rVert.$$
#
# If $\sigma_{\max} < 1$, the gradient shrinks at every step. So $\sigma_{\max} > 1$ is *necessary*
# for exploding. It is not sufficient: the random weights in the next cell have a $\sigma_{\max}$ of
# 1.7, and their gradient vanishes. The spectral radius gives no such bound. It is never above
# $\sigma_{\max}$, and it can even be 0. Pascanu, Mikolov and Bengio (2013) state the condition with
# the largest eigenvalue. The example in the next cell shows that this is too little: a network of
# two units with $\rho = 0$. Its inputs hold the states at 0 and at $\sqrt{0.9}$, where the slopes
# of tanh are 1 and 0.1.

# %%
weight = torch.tensor([[2.0, -2.0], [2.0, -2.0]], dtype=torch.float64)
held = torch.tensor([0.0, math.sqrt(0.9)], dtype=torch.float64)  # slopes 1 - h² of 1 and 0.1
dh = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
example = look_back(held.expand(1, STEPS, 2), weight, dh)  # (1, 60)
random = with_radius(1.0, seed=0)
for name, w in {"the example": weight, "random, radius 1": random}.items():
    radius, stretch = rnn.spectral_radius(w), torch.linalg.matrix_norm(w, 2)
    print(f"{name}: spectral radius {radius:.2f}, largest singular value {stretch:.2f}")
print(f"the example's gradient after 59 steps back: {example[0, 0] / example[0, -1]:.1e}")
one_step = torch.diag(1 - held**2) @ weight
print(f"spectral radius of its Jacobian, slopes included: {rnn.spectral_radius(one_step):.2f}")
gradients.against_distance(
    {
        "two units, spectral radius 0": example,
        "32 units, spectral radius 1": torch.stack([norms_of(1.0, seed) for seed in range(3)]),
    }
)

# %% [markdown]
# What decides is the product of whole Jacobians, slopes included. In the example $W^2 = 0$, but the
# slopes stand between one $W$ and the next. The Jacobian of each step is the same matrix, since the
# states do not move, and its spectral radius is 1.8. In general the slopes change at every step.
# Then no single matrix has eigenvalues that decide, and one measures, as above.
#
# > **A common mistake.** "Gradients explode because an activation's derivative exceeds 1." Which
# > activation would that be? Look at the slopes of tanh in a network whose gradient has exploded,
# > and at those of the others in use:

# %%
z = torch.linspace(-10, 10, 10_001, dtype=torch.float64, requires_grad=True)
for name, f in {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "ReLU": F.relu}.items():
    (slope,) = torch.autograd.grad(f(z).sum(), z)
    print(f"the largest slope of {name:7s} is {slope.max().item():.2f}")
grown = Spread(tuple(math.log10(norms_of(3.0, seed)[0]) for seed in range(3)))
print(f"spectral radius 3, 59 steps back through tanh: 10 to the power of {grown:.0f}")

# %% [markdown]
# None of the three can make a gradient grow. What grows is the other factor, $W_{hh}$, against the
# slopes, which can only hold it back. (A ReLU holds nothing back where it is active; that is why
# recurrent networks with ReLU explode more easily.)
#
# > **A common mistake.** "An RNN remembers every piece of information through time." In principle:
# > its state is a function of all inputs. Measure it. Two sequences differ in nothing but the first
# > input. How far apart are the states 60 steps later? The same product of Jacobians, read
# > forwards, gives the answer.


# %%
def trace(radius, seed, steps=STEPS):
    """Distance between the states of two sequences that differ in the first input alone,
    relative to the first distance.
    """
    chance = generator(200 + seed)
    Whh, Wih = (
        with_radius(radius, seed),
        torch.randn(HIDDEN, 2, generator=chance, dtype=torch.float64),
    )
    zeros, x = (
        torch.zeros(HIDDEN, dtype=torch.float64),
        torch.randn(1, steps, 2, generator=chance, dtype=torch.float64),
    )
    other = x.clone()
    other[:, 0] += 1
    a, b = (
        rnn_forward(v, zeros.expand(1, HIDDEN), 0.3 * Wih, Whh, zeros, zeros)[0][0]
        for v in (x, other)
    )  # (steps, HIDDEN)
    apart = (a - b).norm(dim=1)
    return (apart[-1] / apart[0]).item()


for radius in (0.5, 0.9):
    left = [trace(radius, seed) for seed in range(3)]
    powers = Spread(tuple(math.log10(v) for v in left))
    print(f"spectral radius {radius}: of the difference is left 10 to the power of {powers:.0f}")

# %% [markdown]
# What does that do to learning? Take a network as torch starts it and a loss on its last state, and
# split the gradient of $W_{hh}$ into what each step contributes.


# %%
def shares(seed, steps=40):
    """How much each step contributes to the gradient of Whh,
    as a share of the sum of all contributions' norms.
    """
    chance = generator(300 + seed)
    weights = fresh(4, HIDDEN, seed)
    x = torch.randn(16, steps, 4, generator=chance, dtype=torch.float64)
    h0 = torch.zeros(16, HIDDEN, dtype=torch.float64)
    out, _ = rnn_forward(x, h0, *weights)
    previous = torch.cat([h0.unsqueeze(1), out[:, :-1]], dim=1)
    d, parts = torch.randn(16, HIDDEN, generator=chance, dtype=torch.float64), []
    for t in reversed(range(steps)):
        dz = d * (1 - out[:, t] ** 2)
        parts.insert(0, (dz.T @ previous[:, t]).norm())
        d = dz @ weights[1]
    return torch.stack(parts) / sum(parts)


parts = torch.stack([shares(seed) for seed in range(3)])  # (3, 40)
print(
    "share of the last four of 40 steps, in %: "
    f"{Spread(tuple((100 * parts[:, -4:].sum(dim=1)).tolist())):.0f}"
)
early = Spread(tuple(parts[:, :20].sum(dim=1).log10().tolist()))
print(f"share of the first twenty: 10 to the power of {early:.1f}")

# %% [markdown]
# The gradient is not *wrong*. It is dominated by what happened a moment ago, and whatever the
# distant past could teach drowns in it. That is what "cannot learn long-range dependencies" means
# (Hochreiter, 1991; Bengio, Simard and Frasconi, 1994).
#
# ## Clipping
#
# The other failure is loud. With a large radius the gradient is now and then a thousand times its
# usual size, and one step of that length ends the training. **Clipping** (Mikolov, 2012) shortens
# it to a fixed norm and keeps its direction; `clip_by_global_norm` is yours since Unit 1. The
# method is plain gradient descent with a rate of 0.3, and the recurrent weights start with radius
# 2. The network is to give tanh of the sum of the last three of 25 inputs.

# %%
clip = use("clip_by_global_norm")


def trained(seed, bound, steps=150, lr=0.3):
    """Losses of a training, gradients clipped to `bound`."""
    chance = generator(seed)
    Wih, Whh, bih, bhh = fresh(1, 16, seed)
    readout = fresh(16, 1, seed + 50)
    weights = [
        w.requires_grad_()
        for w in (Wih, Whh * 2 / rnn.spectral_radius(Whh), bih, bhh, readout[0], readout[2])
    ]
    losses = []
    for _ in range(steps):
        x = torch.randn(32, 25, 1, generator=chance, dtype=torch.float64)
        _, h = rnn_forward(x, torch.zeros(32, 16, dtype=torch.float64), *weights[:4])
        loss = (
            ((h @ weights[4].T + weights[5]).squeeze(1) - torch.tanh(x[:, -3:, 0].sum(dim=1)))
            .square()
            .mean()
        )
        grads = list(torch.autograd.grad(loss, weights))
        with torch.no_grad():
            for w, g in zip(weights, clip(grads, bound)[0] if bound else grads, strict=True):
                w -= lr * g
        losses.append(loss.item())
    return losses


free, bounded = ([trained(seed, bound) for seed in range(3)] for bound in (None, 1.0))
for seed, losses in enumerate(free):
    beyond = next(step for step, loss in enumerate(losses) if not loss <= 1e6)
    print(f"seed {seed}, not clipped: the loss is above a million at step {beyond}")
sums = math.sqrt(3) * torch.randn(100_000, generator=generator(0), dtype=torch.float64)
zero = torch.tanh(sums).square().mean().item()
ends = [sum(losses[-20:]) / 20 for losses in bounded]
print(f"always saying 0 costs {zero:.2f}")
figure = plotting.loss_curves(
    {"not clipped": [min(v, 1e6) for v in free[0]], "clipped": bounded[0]},
    log=True,
    alt="loss without clipping runs away and is cut off at a million; with clipping it falls",
)
figure

# %% tags=["nbval-ignore-output"]
# these training runs are chaotic: rounding, which differs between machines, changes their ends
for seed, (losses, end) in enumerate(zip(bounded, ends, strict=True)):
    print(
        f"seed {seed}, clipped to 1: largest loss {max(losses):.1f}, "
        f"mean of the last 20 steps {end:.1f}"
    )

# %% [markdown]
# Clipping keeps a training alive; it does not say where it gets to. After 150 steps these losses
# lie anywhere from 0.1 to 0.8. They depend on the seed and even on the processor: a network that
# starts with radius 2 is chaotic, and rounding alone sends it another way. A better start helps
# more (your slider above), and over long distances the cells of the next notebook.
#
# > **A common mistake.** "Gradient clipping cures vanishing and exploding gradients." Look at what
# > it computes, $g \cdot \min(1, c/\lVert g \rVert)$, and give it a gradient that has vanished.

# %%
vanished = [1e-9 * torch.randn(4, 4, generator=generator(0), dtype=torch.float64)]
clipped, norm = clip(vanished, 1.0)
print(f"a vanished gradient: norm {norm:.2g} before clipping, {clipped[0].norm():.2g} afterwards")
huge = [1e9 * torch.randn(4, 4, generator=generator(0), dtype=torch.float64)]
print(f"an exploded one has the norm {clip(huge, 1.0)[0][0].norm().item():.3g} afterwards")
angle = F.cosine_similarity(huge[0].flatten(), clip(huge, 1.0)[0][0].flatten(), dim=0)
print(f"but its direction stays, and with it the mix of near and far: cosine {angle.item():.6f}")

# %% [markdown]
# Clipping never lengthens. It cannot cure vanishing, and no factor in front of the gradient could:
# near and far steps arrive already added up. For vanishing gradients other weights help (orthogonal
# $W_{hh}$, all of whose singular values are 1, below), and another cell, in the next notebook.
#
# ## Truncation: the state goes on, the gradient is cut
#
# A text has no end, and the memory for backpropagation grows with every step. So long sequences are
# read in pieces of $k$ steps. After each piece the gradient is taken, **within the piece only**,
# and the next piece starts from the **state** in which this one has ended: carried on as a number,
# cut off as a history. In torch one word does that, `h.detach()`.
#
# Two mistakes are made here, in opposite directions. Forget to cut, and the graph grows piece by
# piece (torch then complains of a graph that was freed, or memory runs out). Cut too much, starting
# each piece from zeros, and the network forgets whatever happened before.
#
# ### Exercise: `truncated_bptt` &nbsp; ●●● &nbsp; 25 minutes
#
# - `x`: `(batch, time, inputs)`; `y`: targets, `(batch, time, targets)`; `h0`: `(batch, hidden)`;
#   `weights`: a list `[Wih, Whh, bih, bhh]`; `k`: steps in a piece, the last of which may be
#   shorter.
# - `loss(states, targets)`: a function that you call with one piece of both; it returns a single
#   number, a **sum** over the steps.
# - Returns `(value, h, grads)`: the losses of all pieces added up, the last state, and a list of
#   the four gradients, each the **sum over the pieces**.
# - The weights stay the same throughout: nothing is trained here. Autograd may be used, and your
#   `rnn_forward`, for which the check puts a correct one. The weights that you are given do not
#   require gradients.


# %% answer="truncated_bptt"
def truncated_bptt(x, y, h0, weights, k, loss):
    ### BEGIN SOLUTION
    leaves = [w.detach().requires_grad_() for w in weights]
    value, h = 0.0, h0
    for start in range(0, x.shape[1], k):
        states, h = rnn_forward(x[:, start : start + k], h.detach(), *leaves)
        piece = loss(states, y[:, start : start + k])
        piece.backward()  # adds to the gradients that are there
        value = value + piece.detach()
    return value, h.detach(), [w.grad for w in leaves]
    ### END SOLUTION


# %% check="truncated_bptt"
check("truncated_bptt")

# %% [markdown]
# How wrong is a truncated gradient? Against the full one, on 60 steps, with a loss at every step,
# for three networks as torch starts them:


# %%
def squared_error(states, targets):
    return ((states - targets) ** 2).sum()


cut = use("truncated_bptt")


def deviation(seed, k):
    """Distance of the truncated gradient of Whh from the full one,
    relative to the full one's norm.
    """
    chance = generator(400 + seed)
    x, y = (
        torch.randn(4, 60, 3, generator=chance, dtype=torch.float64),
        torch.randn(4, 60, 16, generator=chance, dtype=torch.float64),
    )
    arguments = x, y, torch.zeros(4, 16, dtype=torch.float64), fresh(3, 16, seed)
    full, truncated = (cut(*arguments, length, squared_error)[2][1] for length in (60, k))
    return ((truncated - full).norm() / full.norm()).item()


lengths = (1, 2, 3, 5, 10, 20, 30)
off = {k: [deviation(seed, k) for seed in range(3)] for k in lengths}
for k in (1, 3, 10, 30):
    print(
        f"pieces of {k:2} steps: the gradient is off by {100 * Spread(tuple(off[k])).mean:2.0f} %"
    )
gradients.error_against(
    {"three networks": off},
    ("as long as the gradient itself", 1.0),
    "steps in a piece",
    "error of the gradient",
    log=True,
)

# %% [markdown]
# Ten steps come within about a tenth *here*, because nothing far away matters. Where something
# does, truncation decides what can be learned. **Echo**: the inputs are ±1, and the network is to
# repeat what it saw six steps ago. Saying 0 costs 1. The recurrent weights start orthogonal. The
# state is carried on, always.


# %%
def echo(seed, k, carry=True, lag=6, updates=320):
    """Mean squared error over the last fifth of a training with pieces of k steps."""
    chance = generator(seed)
    Wih, Whh, bih, bhh = fresh(1, 16, seed)
    Whh = torch.linalg.qr(torch.randn(16, 16, generator=chance, dtype=torch.float64))[0]
    weights = [
        w.requires_grad_()
        for w in (
            Wih,
            Whh,
            bih,
            bhh,
            *(p for i, p in enumerate(fresh(16, 1, seed + 50)) if i in (0, 2)),
        )
    ]
    optimizer, errors = torch.optim.Adam(weights, 1e-2), []
    h, past = torch.zeros(16, 16, dtype=torch.float64), torch.zeros(16, lag, dtype=torch.float64)
    for _ in range(updates):
        x = 2.0 * torch.randint(2, (16, k), generator=chance).double() - 1
        stream = torch.cat([past, x], dim=1)  # (16, lag + k)
        states, h = rnn_forward(
            x.unsqueeze(2), h.detach() if carry else torch.zeros_like(h), *weights[:4]
        )
        error = ((states @ weights[4].T + weights[5]).squeeze(2) - stream[:, :k]).square().mean()
        optimizer.zero_grad()
        error.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        errors.append(error.item())
        past = stream[:, k:]
    return sum(errors[-updates // 5 :]) / (updates // 5)


echoes = {k: [echo(seed, k) for seed in range(3)] for k in (3, 6, 7, 12)}
predict(
    "With pieces of 7 steps the error goes to 0. What is it with pieces of 6 steps? "
    "(1 is the error of saying 0.)",
    answer=lambda: Spread(tuple(echoes[6])).mean,
    low=0,
    high=2,
)

# %%
from_zeros = {k: [echo(seed, k, carry=False) for seed in range(3)] for k in (7, 12)}
for k, errors in echoes.items():
    print(f"pieces of {k:2}, state carried: error {Spread(tuple(errors)):.1f}")
for k, errors in from_zeros.items():
    print(
        f"pieces of {k:2}, from zeros:    error {Spread(tuple(errors)):.1f}; "
        f"all that it cannot know is {6 / k:.1f}"
    )
gradients.error_against(
    {"state carried": echoes, "from zeros": from_zeros},
    ("saying 0", 1.0),
    "steps in a piece",
    "error",
    alt="error of the echo over six steps: "
    "carried, it falls to 0 between pieces of 6 and of 7 steps; from zeros it stays high",
)

# %% [markdown]
# With pieces of six, each input lies in the piece before its target's: one to six steps before the
# first step of the target's piece. The network *has* the input in its state, but no gradient ever
# tells it that keeping it would have helped. With pieces of seven, one target in seven has its
# input in the same piece, and the network learns in seconds. And without the carried state it can
# do no better than say 0 to the first six steps of every piece, however long it trains.
#
# One of the runs with pieces of three gets part of the way all the same. How can that be? A state
# keeps a faint copy of the past without having been taught to, and a readout may find it. Freeze
# the recurrent weights at their random start, and fit nothing but the readout:


# %%
def untaught(seed, lag=6):
    """Error of the best linear readout of a network that was never trained."""
    chance = generator(seed)
    Wih, _, bih, bhh = fresh(1, 16, seed)
    Whh = torch.linalg.qr(torch.randn(16, 16, generator=chance, dtype=torch.float64))[0]
    x = 2.0 * torch.randint(2, (16, 400), generator=chance).double() - 1
    states, _ = rnn_forward(
        x.unsqueeze(2), torch.zeros(16, 16, dtype=torch.float64), Wih, Whh, bih, bhh
    )
    seen = torch.cat(
        [states[:, lag:].flatten(0, 1), torch.ones(16 * (400 - lag), 1)], dim=1
    )  # (steps, 17)
    asked = x[:, :-lag].flatten()
    return (
        (seen @ torch.linalg.lstsq(seen, asked.unsqueeze(1)).solution - asked.unsqueeze(1))
        .square()
        .mean()
        .item()
    )


print(f"error of the echo with an untrained recurrent network: {over_seeds(untaught):.1f}")

# %% [markdown]
# That is the idea of *reservoir computing* (Jaeger, 2001). So say it carefully: truncation does not
# forbid the use of what is far back; it takes away the gradient that would improve how it is kept.
# Between the error here and the 0.0 above lies what that gradient was worth.
#
# ## Debugging
#
# Carrying the state is right when the next piece *continues* the last. The script below learns from
# sequences that have nothing to do with each other. In each, a number is drawn at every step, and
# in one half of the sequences a mark stands somewhere. The question at the end is whether there was
# a mark. It is an easy question.


# %% script="debug_state"
def marked(chance, size=20):
    """A batch of sequences of one length: the mark and a random number at every step;
    and whether there was a mark.
    """
    length = int(torch.randint(4, 13, (1,), generator=chance))
    y = torch.randint(2, (size,), generator=chance)
    x = torch.zeros(size, length, 2, dtype=torch.float64)
    x[torch.arange(size), torch.randint(length, (size,), generator=chance), 0] = y.double()
    x[..., 1] = torch.randn(size, length, generator=chance, dtype=torch.float64)
    return x, y


def scores_of(batches, net):
    """One score for each sequence of each batch: above 0, there was a mark."""
    h = torch.zeros(len(batches[0]), len(net["Whh"]), dtype=torch.float64)
    scores = []
    for x in batches:
        _, h = rnn_forward(x, h.detach(), net["Wih"], net["Whh"], net["bih"], net["bhh"])
        scores.append(h @ net["readout"] + net["bias"])
    return scores


def train_on_marks(scores_of, seed, rounds=200):
    chance = generator(seed)
    start = [*fresh(2, 12, seed), 0.1 * torch.ones(12).double(), torch.zeros(1).double()]
    net = dict(zip(("Wih", "Whh", "bih", "bhh", "readout", "bias"), start, strict=True))
    optimizer, losses = torch.optim.Adam([w.requires_grad_() for w in net.values()], lr=1e-2), []
    for _ in range(rounds):
        batches = [marked(chance) for _ in range(4)]
        scores = torch.cat(scores_of([x for x, _ in batches], net))
        loss = F.binary_cross_entropy_with_logits(
            scores, torch.cat([y for _, y in batches]).double()
        )
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.values(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return {name: w.detach() for name, w in net.items()}, losses


def share_right(scores, batches):
    labels = torch.cat([y for _, y in batches])
    return 100 * ((torch.cat(scores) > 0) == (labels > 0)).double().mean().item()


net, losses = train_on_marks(scores_of, seed=1)
chance = generator(99)
unseen = [marked(chance) for _ in range(20)]
together = share_right(scores_of([x for x, _ in unseen], net), unseen)
alone = share_right([scores_of([x], net)[0] for x, _ in unseen], unseen)
print(f"mean loss of the last 20 rounds {sum(losses[-20:]) / 20:.1f}")
print(f"20 unseen batches, one after the other: {together:.0f} % right")
print(f"the same batches, each asked about by itself: {alone:.0f} % right")
plotting.loss_curves({"training": losses}, "round", "loss")

# %% [markdown]
# ### Exercise: `debug_state` &nbsp; ●●○ &nbsp; 15 minutes
#
# The question is easy, yet the loss does not come down to 0. What is wrong?
#
# - **A** The learning rate is too large.
# - **B** The network reads unrelated sequences as if one continued the other.
# - **C** The gradients vanish before they reach the mark.
# - **D** Twelve units are too few.
# - **E** Sequences and labels do not belong together.
#
# Write a function that returns the letter and the mended `scores_of`: `return "A", mended`, where
# `mended(batches, net)` takes a list of batches `(batch, time, inputs)`, which need not be equally
# large, and a dictionary as in the script, and returns the list of their scores, each `(batch,)`. A
# sequence starts from zeros. Your `rnn_forward` may be called.


# %% answer="debug_state"
def debug_state():
    ### BEGIN SOLUTION
    def mended(batches, net):
        found = []
        for x in batches:
            zeros = torch.zeros(len(x), len(net["Whh"]), dtype=x.dtype)
            _, h = rnn_forward(x, zeros, net["Wih"], net["Whh"], net["bih"], net["bhh"])
            found.append(h @ net["readout"] + net["bias"])
        return found

    return "B", mended
    ### END SOLUTION


# %% check="debug_state"
check("debug_state")

# %%
_, mended = use("debug_state")()


def judged(scoring, seed):
    """Share of unseen sequences judged right after a training with this scoring."""
    net, _ = train_on_marks(scoring, seed)
    return share_right(scoring([x for x, _ in unseen], net), unseen)


print(f"as it was, right in %: {over_seeds(lambda seed: judged(scores_of, seed)):.0f}")
print(f"mended, right in %:    {over_seeds(lambda seed: judged(mended, seed)):.0f}")

# %% [markdown]
# The two cases differ by what the data *mean*, and no program can see it: pieces of one text want
# the state carried, unrelated sentences want it put back. In training on a long text there is a
# third way, to draw pieces at random and start each from zeros: simple, and the network never
# learns to use more than a piece.
#
# ## The same in torch.nn
#
# `out, h = nn.RNN(inputs, hidden, batch_first=True)(x, h)` and autograd do all of this. For
# truncated training hand `h.detach()` to the next piece; for unrelated sequences hand nothing, and
# torch starts from zeros. `nn.utils.clip_grad_norm_` clips in place, and
# `nn.init.orthogonal_(net.weight_hh_l0)` starts with singular values of 1.

# %%
net = torch.nn.RNN(3, 16, batch_first=True).double()
x = torch.randn(2, 12, 3, generator=generator(0), dtype=torch.float64)
y = torch.randn(2, 12, 16, generator=generator(1), dtype=torch.float64)
h = torch.zeros(1, 2, 16, dtype=torch.float64)
for xs, ys in zip(x.split(5, dim=1), y.split(5, dim=1), strict=True):
    states, h = net(xs, h.detach())
    squared_error(states, ys).backward()
parameters = [p.detach() for p in net.parameters()]
_, last, grads = cut(x, y, torch.zeros(2, 16, dtype=torch.float64), parameters, 5, squared_error)
apart = max((g - p.grad).abs().max().item() for g, p in zip(grads, net.parameters(), strict=True))
print(f"largest difference of your truncated gradients from nn.RNN's: {apart:.10f}")
print(f"and of the last states: {(last - h[0].detach()).abs().max().item():.10f}")

# %% [markdown]
# ## To remember
#
# 1. Backpropagation through time is backpropagation: a state collects gradients from its own step
#    and from the next, a weight from all steps.
# 2. Each step back multiplies by $W_{hh}^\top$ and the slope of tanh, so the gradient shrinks or
#    grows exponentially; clipping helps against the second only.
# 3. Truncation carries the state and cuts the gradient: what lies further back than a piece may
#    still be in the state, but nothing teaches the network to keep it there.
#
# ## Sources
#
# Bengio, Simard & Frasconi (1994), Learning long-term dependencies with gradient descent is
# difficult. Goodfellow, Bengio & Courville (2016), Deep Learning, sections 10.2.2, 10.7 and 10.11.
# Hochreiter (1991), Untersuchungen zu dynamischen neuronalen Netzen (thesis, Munich). Jaeger
# (2001), The “echo state” approach to analysing and training recurrent neural networks. Mikolov
# (2012), Statistical language models based on neural networks (thesis, Brno). Pascanu, Mikolov &
# Bengio (2013), On the difficulty of training recurrent neural networks. Werbos (1990),
# Backpropagation through time: what it does and how to do it. Williams & Peng (1990), An efficient
# gradient-based algorithm for on-line training of recurrent network trajectories.
#
