# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Neurons: what can one unit compute, and what can layers of them?
#
# You predict, then look; you build, and your code is checked; later cells run on what you built. A
# prediction is worth making because some outcomes below will surprise you, and a guess you have
# committed to is remembered better than an answer you have read. Every check may be run as often as
# you like.
#
# One notation for the whole course. A batch is a matrix $x$ with one **row per sample**. A layer's
# weights are a matrix $W$ with one **row per unit**, of shape (outputs, inputs), as in PyTorch.
# Logarithms are natural. Comments such as `# (batch, inputs)` name the shape of what stands before
# them.

# %% tags=["setup"]
import ipywidgets
import torch
from sklearn.svm import SVC
from torch import nn

from autograder import check, use
from gradschool import data, diagrams, plotting, training
from gradschool.feedforward import activations
from gradschool.feedforward.networks import two_layers
from gradschool.feedforward.perceptron import train_perceptron
from gradschool.widgets import explore, predict

# %% [markdown]
# ## Where this stands
#
# **Artificial intelligence** is the wide aim: programs that do what we would call intelligent in a
# person. A chess program whose every rule was typed in by its author belongs to it. **Machine
# learning** is one road there: the author writes down a family of functions and a measure of error,
# and data pick the member of the family. **Deep learning** is machine learning with one kind of
# family, many simple layers composed, all of them fitted at once. That "at once" is the point: the
# layers in the middle find the features that an engineer would otherwise have to design, and the
# raw pixels or letters are all they are given.
#
# The parts of these layers are named after nerve cells. A **biological neuron** receives pulses
# through synapses of different strength; they add up on its membrane, and when enough arrive within
# a few milliseconds it sends a pulse of its own. McCulloch and Pitts (1943) kept three things of
# this: weighting, summing, a threshold.
#
# | in the cell | in the unit | |
# |---|---|---|
# | strength of a synapse, either sign | weight | $w_i$ |
# | charge that has gathered | net input | $z = \sum_i w_i x_i + b = w \cdot x + b$ |
# | threshold, with its sign changed | bias | $b$ |
# | rate of firing | activation | $\varphi(z)$ |
#
# Left out: when the pulses come, how the membrane forgets them, the cell's chemistry, how a synapse
# really changes. An **artificial neuron** is a function with adjustable numbers. That it was once
# modelled on a cell explains its name and proves nothing about it.

# %%
diagrams.unit(inputs=3)

# %% [markdown]
# ## A unit that says yes or no
#
# The oldest activation is the step: $\hat y = \operatorname{step}(w \cdot x + b)$ with
# $\operatorname{step}(z) = 1$ for $z \ge 0$ and 0 below. With two inputs, $w \cdot x + b = 0$ is a
# line in the plane; the unit says 1 on the side that $w$ points to.
#
# Set the weights by hand. Find AND, then NOR. Then give XOR one honest minute.

# %%
corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])  # (4, 2)
gates = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NOR": [1, 0, 0, 0], "XOR": [0, 1, 1, 0]}


def by_hand(gate, w1=1.0, w2=-1.0, b=0.5):
    return plotting.decision_line(
        torch.tensor([w1, w2]), b, corners, torch.tensor(gates[gate]), title=gate
    )


explore(by_hand, gate=list(gates), w1=(-2.0, 2.0, 0.25), w2=(-2.0, 2.0, 0.25), b=(-2.0, 2.0, 0.25))

# %% [markdown]
# ### A rule that finds the weights
#
# Rosenblatt's perceptron (1958) shows the unit one sample at a time. The error $e = y - \hat y$ is
# 0 when the unit is right, $+1$ when it was silent and should have fired, $-1$ in the opposite
# case, and
#
# $$w \leftarrow w + \eta\, e\, x, \qquad b \leftarrow b + \eta\, e .$$
#
# Why this helps: after the update the net input on *this* sample has moved by
# $\eta\, e\, (\lVert x \rVert^2 + 1)$, towards where it should be. The $+1$ is the bias, which is
# nothing but the weight of an input that is always 1. Whether it also helps on the *other* samples
# is another matter.
#
# ### Exercise: `perceptron_update` &nbsp; ●●○ &nbsp; 10 minutes
#
# One step of the rule above on one sample.
#
# - `w`: shape `(inputs,)`. `b`: a tensor with a single number. `x`: one sample, shape `(inputs,)`.
#   `y`: its class, 0 or 1. `lr`: the learning rate $\eta$, a Python number.
# - Returns the pair `(w, b)` after the step.
# - In this course a net input of exactly 0 fires: $\operatorname{step}(0) = 1$.


# %% answer="perceptron_update"
def perceptron_update(w, b, x, y, lr):
    ### BEGIN SOLUTION
    says = (w @ x + b >= 0).to(w.dtype)
    error = y - says
    return w + lr * error * x, b + lr * error
    ### END SOLUTION


# %% check="perceptron_update"
check("perceptron_update")

# %% [markdown]
# Now let the rule run: start from zero weights, go through the four corners in order, again and
# again, until a whole round brings no mistake. Pick a gate and move through its corrections one by
# one.

# %%
rule = use("perceptron_update")
paths = {
    gate: train_perceptron(corners, torch.tensor(y), epochs=12, update=rule)
    for gate, y in gates.items()
}


def after(gate, correction=3):
    path = paths[gate]
    at = min(correction, len(path.biases) - 1)
    title = f"{gate} after {at} of {len(path.biases) - 1} corrections"
    return plotting.decision_line(
        path.weights[at], path.biases[at], corners, torch.tensor(gates[gate]), title=title
    )


for gate, path in paths.items():
    end = (
        "then no more mistakes"
        if path.converged
        else "and still wrong when stopped after 12 rounds"
    )
    print(f"{gate:>4}: {len(path.biases) - 1:2} corrections, {end}")
explore(after, gate=list(gates), correction=(0, 16))

# %%
predict(
    "AND took 11 corrections with a learning rate of 1. "
    "How many does it take with a learning rate of 1/8?",
    answer=lambda: (
        len(train_perceptron(corners, torch.tensor(gates["AND"]), lr=1 / 8, update=rule).biases) - 1
    ),
    unit="corrections",
    low=0,
)

# %% [markdown]
# > **A common mistake.** "A small learning rate makes the perceptron learn slowly but carefully."
# > Start from zero, and every weight is at every moment a sum of $\pm\eta x$. The factor $\eta$
# > stands in front of everything, the sign of $w \cdot x + b$ does not see it, so the same samples
# > are got wrong in the same order. The learning rate of a perceptron that starts from zero does
# > nothing. (It will matter for every other network you train.)

# %%
for lr in (1.0, 1 / 8, 1 / 64, 0.1):
    path = train_perceptron(corners, torch.tensor(gates["AND"]), lr=lr, update=rule)
    print(f"learning rate {lr:<9g} {len(path.biases) - 1} corrections")

# %% [markdown]
# The last line is not a mistake in the argument but in the arithmetic. 0.1 has no exact binary
# form, so that $3 \times 0.1 - 0.3$ is not 0, and a unit that must decide at exactly 0 decides the
# other way. Powers of two have no such trouble.
#
# ### Why XOR fails
#
# > **When it breaks.** Write down what the unit would have to satisfy on the four corners:
# >
# > $$b < 0, \qquad w_2 + b \ge 0, \qquad w_1 + b \ge 0, \qquad w_1 + w_2 + b < 0 .$$
# >
# > Add the two in the middle: $w_1 + w_2 + 2b \ge 0$. Add the outer two: $w_1 + w_2 + 2b < 0$. No
# > weights do both, so the rule cannot end, and it does not wander either: it comes back to lines
# > it has already tried.

# %%
xor = paths["XOR"]
lines = torch.cat([xor.weights, xor.biases.unsqueeze(1)], dim=1)  # (corrections + 1, 3)
fires = (corners @ xor.weights.T + xor.biases >= 0).T  # (corrections + 1, 4)
right = (fires == torch.tensor(gates["XOR"]).bool()).sum(dim=1)  # (corrections + 1,)
print(
    f"{len(lines) - 1} corrections, but only {len(lines.unique(dim=0))} different sets of weights"
)
print(f"corners right: {right.min()} at worst, {right.max()} at best, never 4")

# %% [markdown]
# A line can get three of the four corners right, and the rule does not even find that: it looks for
# no mistakes, not for few. Minsky and Papert (1969) studied what such units cannot do; the cure, a
# layer in front of the unit, waits below. First, something the unit *can* do. The data are real
# scans of digits, 8×8 grey values each.

# %%
digits = data.digits()


def pair(a, b):
    """Training and test scans of two digits, labelled 0 and 1."""
    parts = [(part, (part.y == a) | (part.y == b)) for part in digits]
    return [(part.x[chosen], (part.y[chosen] == b).long()) for part, chosen in parts]


predict(
    "288 scans show a 0 or a 1. How many corrections does the perceptron need until it is right "
    "on every one of them?",
    answer=lambda: len(train_perceptron(*pair(0, 1)[0], update=rule).biases) - 1,
    unit="corrections",
    low=0,
)

# %%
pictures, titles = [], []
for a, b in [(0, 1), (4, 9), (3, 8), (1, 8)]:
    (x, y), (x_test, y_test) = pair(a, b)  # (samples, 64), (samples,)
    path = train_perceptron(x, y, update=rule)
    w, bias = path.weights[-1], path.biases[-1]
    correct = ((x_test @ w + bias >= 0) == y_test.bool()).sum()
    pictures.append(w.reshape(8, 8) / w.abs().max())
    titles.append(f"{a} or {b}")
    learned = f"{len(path.biases) - 1:3} corrections on {len(x)} scans"
    print(f"{a} or {b}: {learned}; {correct} of {len(y_test)} unseen ones right")
plotting.image_grid(torch.stack(pictures), titles, size=1.6, signed=True)

# %% [markdown]
# Four points needed 11 corrections, 288 scans of 64 numbers fewer. Size is not what makes a problem
# hard for the perceptron. Novikoff (1962): if some line separates the classes with a margin
# $\gamma$, and no sample is longer than $R$ (both counted with the constant input for the bias),
# there are at most $(R/\gamma)^2$ corrections, however many samples there are. In 64 dimensions
# there is room for wide margins. The widest one is what a support vector machine looks for, so the
# bound can be worked out:


# %%
def most_corrections(x, y):
    """Novikoff's bound, from the widest margin (x with a constant input,
    both classes on one side).
    """
    extended = torch.cat([x, torch.ones(len(x), 1)], dim=1).double()  # (samples, 65)
    folded = extended * (2 * y - 1).unsqueeze(1)
    both = torch.cat([folded, -folded])
    side = torch.tensor([1, -1]).repeat_interleave(len(x))
    w = torch.tensor(SVC(kernel="linear", C=1e8, tol=1e-6).fit(both.numpy(), side.numpy()).coef_[0])
    margin = (folded @ w).min() / w.norm()
    return (extended.norm(dim=1).max() / margin).square().item()


for a, b in [(0, 1), (4, 9), (3, 8), (1, 8)]:
    x, y = pair(a, b)[0]
    found = len(train_perceptron(x, y, update=rule).biases) - 1
    print(f"{a} or {b}: {found:3} corrections, at most {most_corrections(x, y):.0f}")

# %% [markdown]
# The picture is the weight vector itself. For "0 or 1", red pixels speak for a 1 and blue ones
# against it: a stroke down the middle, a ring around it. A unit is a **template**, and its net
# input says how well the sample fits.
#
# **The same in torch.nn:** there is nothing. The step has slope 0 wherever it has a slope, so no
# gradient says which way to go. scikit-learn keeps the rule as `sklearn.linear_model.Perceptron`.
# PyTorch needs activations with a slope, and so do we.

# %% [markdown]
# ## From a step to a slope
#
# Pick any of these and compare, the functions on the left, their derivatives on the right (hold
# Ctrl or ⌘ to pick several). Look for three things: which derivatives reach 1, and where; which
# vanish on one side, and which on both; and which four of the curves are one curve, shifted and
# stretched. (With $\sigma$ for the sigmoid, the first output of a softmax of $z, 0, 0$ is
# $\sigma(z - \log 2)$.) `slope` belongs to PReLU, `ceiling` to the clipped ReLU. Softmax takes
# several inputs; the curve is its first output for the inputs $z, 0, 0$.


# %%
def softmax_against_zeros(z):
    return activations.softmax(torch.stack([z, 0 * z, 0 * z], dim=-1))[..., 0]


def compare(functions, slope=0.25, ceiling=3.0):
    table = dict(activations.ACTIVATIONS)
    table["PReLU"] = (
        lambda z: activations.prelu(z, z.new_tensor([slope])),
        lambda z: torch.where(z > 0, 1.0, slope),
    )
    table["clipped ReLU"] = (
        lambda z: activations.clipped_relu(z, ceiling),
        lambda z: 1.0 * ((z > 0) & (z < ceiling)),
    )
    table["softmax of (z, 0, 0)"] = (
        softmax_against_zeros,
        lambda z: softmax_against_zeros(z) * (1 - softmax_against_zeros(z)),
    )
    return plotting.activations({name: table[name] for name in functions})


names = ["step", "identity", "sigmoid", "bipolar sigmoid", "tanh", "ReLU", "leaky ReLU", "PReLU",
         "clipped ReLU", "softmax of (z, 0, 0)"]  # fmt: skip
chosen = ("step", "sigmoid", "tanh", "ReLU")
chooser = ipywidgets.SelectMultiple(options=names, value=chosen, rows=10, description="show")
explore(compare, functions=chooser, slope=(0.0, 0.5, 0.05), ceiling=(1.0, 4.0, 0.5))

# %% [markdown]
# ### The sigmoid
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# is a step with the edge taken off. Its slope is $\sigma'(z) = \sigma(z)\,(1 - \sigma(z))$, a
# quarter at most. The formula is short; in floating point it has a trap. $e^{1000}$ is `inf`, and
# although $1/\infty = 0$ is right, its derivative becomes $0 \cdot \infty$, which is `nan`, and one
# `nan` in a gradient is enough to destroy every weight of a network.
#
# ### Exercise: `sigmoid` &nbsp; ●●○ &nbsp; 10 minutes
#
# - `z`: any shape. Returns the same shape, entry by entry.
# - For net inputs of ±10,000 it must give 0 or 1, and its slope there must be 0, not `nan`. At
#   exactly 0 the slope is ¼. The formula as printed earns most of the points: start there.


# %% answer="sigmoid"
def sigmoid(z):
    ### BEGIN SOLUTION
    left, right = z.clamp(max=0), z.clamp(min=0)  # each form gets only numbers that it can bear
    return torch.where(z >= 0, 1 / (1 + torch.exp(-right)), torch.exp(left) / (1 + torch.exp(left)))
    ### END SOLUTION


# %% check="sigmoid"
check("sigmoid")

# %% [markdown]
# ### Exercise: `tanh` &nbsp; ●●○ &nbsp; 8 minutes
#
# $$\tanh(z) = \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}}$$
#
# - `z`: any shape. Returns the same shape. Finite in value and slope at ±10,000; at exactly 0 the
#   slope is 1.
# - You may call your own `sigmoid`: what did you see about these two curves?


# %% answer="tanh"
def tanh(z):
    ### BEGIN SOLUTION
    return 2 * sigmoid(2 * z) - 1
    ### END SOLUTION


# %% check="tanh"
check("tanh")

# %% [markdown]
# A quarter does not sound small. Send a signal through ten sigmoids, one after the other (weights
# 1, biases 0), and ask how much the last one moves when the first net input moves a little from 0.


# %%
def slope_through(activation, start, depth=10):
    """Derivative of a chain of `depth` activations with respect to its first net input."""
    z = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    signal = z
    for _ in range(depth):
        signal = activation(signal)
    return torch.autograd.grad(signal, z)[0]


my_sigmoid, my_tanh = use("sigmoid"), use("tanh")
predict(
    "The slope of the whole chain is one in how many? "
    "Give the power of ten: 3 for one in a thousand.",
    answer=lambda: -slope_through(my_sigmoid, 0.0).log10(),
    low=0,
)

# %%
for start in (0.0, 1.0):
    for name, activation in {"sigmoid": my_sigmoid, "tanh": my_tanh}.items():
        print(
            f"ten times {name:>7} from z = {start:g}: slope {slope_through(activation, start):.2g}"
        )

# %% [markdown]
# This is the vanishing gradient in its smallest form: the first layers of such a chain learn a
# million times more slowly than the last. tanh has slope 1 at 0 and loses far less; a function with
# slope 1 on half of the line loses nothing there.
#
# ### Exercise: `relu` &nbsp; ●○○ &nbsp; 3 minutes
#
# The rectified linear unit, $\operatorname{relu}(z) = \max(0, z)$, entry by entry (Nair and
# Hinton, 2010).
#
# - `z`: any shape. Returns a tensor of the same shape.


# %% answer="relu"
def relu(z):
    ### BEGIN SOLUTION
    return z.clamp(min=0)
    ### END SOLUTION


# %% check="relu"
check("relu")

# %% [markdown]
# ### Exercise: `leaky_relu` &nbsp; ●○○ &nbsp; 4 minutes
#
# $z$ where $z > 0$, and `slope` times $z$ elsewhere (Maas, Hannun and Ng, 2013). `slope` is a
# factor, usually 0.01, and 0 or more. With a slope that is learned, one for each feature, it is
# called PReLU (He et al., 2015).
#
# - `z`: any shape; `slope`: a Python number, 0 or more and below 1. Returns the same shape.


# %% answer="leaky_relu"
def leaky_relu(z, slope=0.01):
    ### BEGIN SOLUTION
    return torch.where(z > 0, z, slope * z)
    ### END SOLUTION


# %% check="leaky_relu"
check("leaky_relu")

# %% [markdown]
# > **When it breaks: dying ReLU.** A rectifier whose net input is negative on *every* sample puts
# > out 0 everywhere and gets gradient 0 everywhere. If its inputs stay what they are, as in a first
# > layer, nothing moves its weights again. (In a deeper layer the inputs change with the weights
# > below, and a unit may return.) A few steps that were too long are enough. The next cell trains a
# > small network on the digits, one epoch with a learning rate that is far too large, then eight
# > with a sensible one, and counts the hidden units that are negative on all 1,437 training scans.
# > (How training works is the next notebook's subject; here it is a machine that we misuse.)

# %%
x_digits, y_digits = digits.train.x.double(), digits.train.y  # (1437, 64), (1437,)


def descend(net, rate, epochs, seed):
    """Train on the digits by plain gradient descent;
    returns the share of unseen digits that are right.
    """
    optimizer = torch.optim.SGD(net.parameters(), rate)
    training.fit(net, x_digits, y_digits, nn.functional.cross_entropy, optimizer, epochs, seed=seed)
    with torch.no_grad():
        return training.accuracy(net(digits.test.x.double()), digits.test.y)


my_relu, my_leaky = use("relu"), use("leaky_relu")
kinds = {"ReLU": my_relu, "leaky, 0.01": my_leaky, "leaky, 0.1": lambda z: my_leaky(z, 0.1)}
for name, activation in kinds.items():
    negative, came_back, right = [], [], []
    for seed in range(3):
        net = two_layers(64, 32, 10, activation, seed)
        descend(net, rate=2.0, epochs=1, seed=seed)
        before = (net[0](x_digits) <= 0).all(dim=0)  # (32,)
        right.append(descend(net, rate=0.2, epochs=8, seed=seed))
        after_cure = (net[0](x_digits) <= 0).all(dim=0)
        negative.append(before.sum().item())
        came_back.append((before & ~after_cure).sum().item())
    score = f"{min(right):.0%} to {max(right):.0%} right"
    print(
        f"{name:>11}: of 32 units negative everywhere {negative}; "
        f"of these came back {came_back}; {score}"
    )

# %% [markdown]
# Not one dead rectifier comes back, on any seed: it cannot, for its gradient is exactly 0. A leak
# leaves a way back, and the wider it is the sooner a unit takes it. How much accuracy that buys
# varies from start to start far more than these three show: try other seeds. (A leaky unit that is
# negative everywhere is not dead, only linear.)
#
# | activation | range | steepest | remember |
# |---|---|---|---|
# | step | 0 or 1 | 0, and a jump | no slope to learn from |
# | identity | all | 1 | layers of it collapse into one layer |
# | sigmoid | (0, 1) | 1/4 at 0 | saturates on both sides; good as a final probability |
# | bipolar sigmoid | (−1, 1) | 1/2 at 0 | the sigmoid stretched upwards |
# | tanh | (−1, 1) | 1 at 0 | saturates; centred at 0 |
# | ReLU | [0, ∞) | 1 | cheap, does not saturate above, can die |
# | leaky ReLU, PReLU | all | 1 | cannot die; PReLU learns its slope |
# | clipped ReLU | [0, c] | 1 | bounded, so it suits few bits: ReLU6 on phones |
#
# **The same in torch.nn:** `nn.Sigmoid`, `nn.Tanh`, `nn.ReLU`, `nn.LeakyReLU(0.01)`, `nn.PReLU`,
# `nn.ReLU6`.

# %%
z = torch.linspace(-6, 6, 1001, dtype=torch.float64)
pairs = {
    "sigmoid": (my_sigmoid, nn.Sigmoid()),
    "tanh": (my_tanh, nn.Tanh()),
    "relu": (my_relu, nn.ReLU()),
    "leaky_relu": (my_leaky, nn.LeakyReLU()),
}
for name, (mine, theirs) in pairs.items():
    off = (mine(z) - theirs(z)).abs().max().item()
    print(f"{name:>10}: largest difference from torch's {off:.10f}")

# %% [markdown]
# ## Softmax: from scores to probabilities
#
# A classifier ends in one score per class, and scores are any real numbers: $z = (2, 1, -1)$. We
# want probabilities: positive, summing to one, larger for larger scores, with a slope everywhere.
# Dividing by the sum fails at the first negative score, so every score is made positive first, by
# the function that turns sums into products:
#
# $$\operatorname{softmax}(z)_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$
#
# For our three scores that is $(0.705, 0.259, 0.035)$.

# %%
predict(
    "Multiply all three scores by 10. What does 0.705 become?",
    answer=lambda: activations.softmax(10 * torch.tensor([2.0, 1.0, -1.0]))[0],
    low=0,
    high=1,
)

# %% [markdown]
# Now move the sliders. `scale` multiplies all scores (physicists call its inverse the temperature),
# `shift` adds the same number to all of them. Which limit do you reach at each end of `scale`? And
# what does `shift` do?


# %%
def bars(scale=1.0, shift=0.0):
    scores = scale * torch.tensor([2.0, 1.0, -1.0]) + shift
    p = activations.softmax(scores)  # (3,)
    figure, (left, right) = plotting.picture(columns=2, width=3.4, height=2.6)
    for axes, values, label in ((left, scores, "score"), (right, p, "probability")):
        drawn = axes.bar(["A", "B", "C"], values.tolist(), color=plotting.COLORS[0])
        axes.bar_label(drawn, fmt="%.3g", padding=2)
        axes.set(xlabel="class", ylabel=label)
        axes.margins(y=0.15)
    right.set_ylim(0, 1.12)
    figure.alt = (
        f"scores {[f'{s:.3g}' for s in scores.tolist()]}, "
        f"probabilities {[f'{v:.3g}' for v in p.tolist()]}"
    )
    return figure


explore(bars, scale=(0.1, 10.0, 0.1), shift=(-20.0, 20.0, 1.0))

# %% [markdown]
# ### Exercise: `softmax` &nbsp; ●●○ &nbsp; 10 minutes
#
# Write softmax over the **last** axis, for any number of leading axes.
#
# - `z`: scores, shape `(..., classes)`. Returns the same shape.
# - It must survive scores like ±10,000, row by row: `torch.exp(torch.tensor(1000.0))` is `inf`, and
#   `inf / inf` is `nan`. Use what the `shift` slider showed you.


# %% answer="softmax"
def softmax(z):
    ### BEGIN SOLUTION
    weights = (z - z.amax(dim=-1, keepdim=True)).exp()
    return weights / weights.sum(dim=-1, keepdim=True)
    ### END SOLUTION


# %% check="softmax"
check("softmax")

# %% [markdown]
# **What it costs to be sure.** Unlike the others, softmax mixes its inputs, and its derivative is a
# matrix: $\partial p_i / \partial z_j = p_i(\delta_{ij} - p_j)$. When one probability is almost 1,
# every entry is almost 0. A network that is confidently wrong hardly learns from softmax alone; the
# next notebook finds the loss whose gradient undoes this.

# %%
my_softmax = use("softmax")
z = torch.tensor([2.0, 1.0, -1.0]) * torch.tensor([[1.0], [10.0]])  # (2, 3)
p = my_softmax(z)  # (2, 3)
jacobian = torch.diag_embed(p) - p.unsqueeze(-1) * p.unsqueeze(-2)  # (2, 3, 3)
print(
    "largest entry of the Jacobian at scale 1 and 10:", [f"{j.abs().max():.2g}" for j in jacobian]
)
print(f"largest difference from nn.Softmax(dim=-1): {(p - nn.Softmax(dim=-1)(z)).abs().max():.5f}")

# %% [markdown]
# ## A layer is one matrix product
#
# Units that look at the same input form a layer. Put the weights of unit $j$ into row $j$ of a
# matrix $W$; then all net inputs of all units, for all samples of a batch, are
#
# $$y = x W^\top + b, \qquad y_{nj} = \sum_i x_{ni} W_{ji} + b_j .$$
#
# A sample's row meets a unit's column. The bias, one number per unit, is added to every row.

# %%
diagrams.dense_product(batch=1437, inputs=64, outputs=32)

# %% [markdown]
# ### Exercise: `linear_forward` &nbsp; ●●○ &nbsp; 8 minutes
#
# - `x`: `(batch, inputs)`. `weight`: `(outputs, inputs)`, as torch keeps it. `bias`: `(outputs,)`.
#   Returns `(batch, outputs)`.
# - No activation.


# %% answer="linear_forward"
def linear_forward(x, weight, bias):
    ### BEGIN SOLUTION
    return x @ weight.T + bias
    ### END SOLUTION


# %% check="linear_forward"
check("linear_forward")

# %% [markdown]
# **XOR, at last.** One unit could not. Let two units look first: one fires for OR, one for NAND,
# and a third unit takes AND of the two. The hidden layer moves the corners: (0, 1) and (1, 0) land
# on the *same* point, and now a line is enough.

# %%
dense = use("linear_forward")
or_and_nand = torch.tensor([[1.0, 1.0], [-1.0, -1.0]])  # (2, 2)
both = torch.tensor([[1.0, 1.0]])  # (1, 2)
hidden = activations.step(dense(corners, or_and_nand, torch.tensor([-0.5, 1.5])))  # (4, 2)
out = activations.step(dense(hidden, both, torch.tensor([-1.5])))  # (4, 1)
for corner, h, y in zip(
    corners.int().tolist(), hidden.int().tolist(), out.int().tolist(), strict=True
):
    print(f"{corner} → hidden {h} → {y}")
title = "XOR as the third unit sees it"
figure = plotting.decision_line(both[0], -1.5, hidden, torch.tensor(gates["XOR"]), title=title)
figure.axes[0].set(xlabel="hidden unit 1 (OR)", ylabel="hidden unit 2 (NAND)")
figure.alt = figure.alt.replace("x₁", "h₁").replace("x₂", "h₂")
figure

# %% [markdown]
# **The same in torch.nn:** `nn.Linear(inputs, outputs)` is this product with its own `weight` and
# `bias`.

# %%
with training.seeded(0):
    layer = nn.Linear(64, 32)
x = digits.train.x  # (1437, 64)
y = dense(x, layer.weight, layer.bias)  # (1437, 32)
print(f"{tuple(x.shape)} times the transpose of {tuple(layer.weight.shape)} gives {tuple(y.shape)}")
print(f"largest difference from nn.Linear: {(y - layer(x)).abs().max().item():.4f}")

# %% [markdown]
# ### Exercise: `count_dense_parameters` &nbsp; ●○○ &nbsp; 1 minute
#
# How many numbers does a dense layer with 64 inputs and 32 units learn? Return the number.


# %% answer="count_dense_parameters"
def count_dense_parameters():
    ### BEGIN SOLUTION
    return 64 * 32 + 32
    ### END SOLUTION


# %% check="count_dense_parameters"
check("count_dense_parameters")

# %% [markdown]
# ## Layers on layers
#
# A multilayer perceptron feeds each layer's activations to the next:
# $h_1 = \varphi(x W_1^\top + b_1)$, $h_2 = \varphi(h_1 W_2^\top + b_2)$, …, and scores
# $h_L W_{L+1}^\top + b_{L+1}$ at the end. Without $\varphi$ all of this would be one layer:
# $(x W_1^\top) W_2^\top = x (W_2 W_1)^\top$. After the last layer there is no $\varphi$: scores may
# have any sign.

# %%
diagrams.network([64, 32, 16, 10])

# %% [markdown]
# ### Exercise: `mlp_forward` &nbsp; ●●○ &nbsp; 8 minutes
#
# - `x`: `(batch, inputs)`. `weights`: a list of matrices `(outputs, inputs)`, first layer first.
#   `biases`: a list of vectors, as many. Any number of layers from one up.
# - ReLU between the layers, nothing after the last. Returns the scores,
#   `(batch, outputs of the last layer)`.
# - Your `linear_forward` and `relu` may be called; for this check they are replaced by correct
#   ones.


# %% answer="mlp_forward"
def mlp_forward(x, weights, biases):
    ### BEGIN SOLUTION
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        x = relu(linear_forward(x, weight, bias))
    return linear_forward(x, weights[-1], biases[-1])
    ### END SOLUTION


# %% check="mlp_forward"
check("mlp_forward")

# %% [markdown]
# ### Exercise: `count_mlp_parameters` &nbsp; ●○○ &nbsp; 2 minutes
#
# How many numbers does the network in the picture learn, 64 → 32 → 16 → 10?


# %% answer="count_mlp_parameters"
def count_mlp_parameters():
    ### BEGIN SOLUTION
    return 64 * 32 + 32 + 32 * 16 + 16 + 16 * 10 + 10
    ### END SOLUTION


# %% check="count_mlp_parameters"
check("count_mlp_parameters")

# %% [markdown]
# **Your network reads.** Below, torch trains 64 → 32 → 10 on the digits, three times from different
# starts. Then its weights are handed to *your* `mlp_forward`, which reads 360 scans by people whose
# handwriting was not in the training set. **The same in torch.nn** is
# `nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))`.

# %%
others = data.digits("other writers")
my_mlp = use("mlp_forward")
x_train, y_train = others.train.x.double(), others.train.y  # (1437, 64), (1437,)
x, y = others.test.x.double(), others.test.y  # (360, 64), (360,)
scores = []  # 3 of (360, 10)
for seed in range(3):
    net = two_layers(64, 32, 10, nn.functional.relu, seed)
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    training.fit(
        net, x_train, y_train, nn.functional.cross_entropy, optimizer, epochs=40, seed=seed
    )
    with torch.no_grad():
        scores.append(my_mlp(x, [net[0].weight, net[2].weight], [net[0].bias, net[2].bias]))
        off = (scores[-1] - net(x)).abs().max().item()
        print(f"seed {seed}: largest difference from torch's scores {off:.10f}")
right = training.Spread(tuple(training.accuracy(s, y) for s in scores))
print("share of digits read right:", right)

# %%
surest = [my_softmax(s).amax(dim=-1) for s in scores]  # 3 of (360,)
predict(
    "It reads about 91 % right. Softmax also says how sure it is. "
    "How sure is it on average, over all 360 scans?",
    answer=lambda: 100 * torch.stack(surest).mean(),
    unit="%",
    low=10,
    high=100,
)

# %% [markdown]
# > **A common mistake.** "Softmax gives the probability that the answer is right." It gives numbers
# > that are positive and sum to one. Whether they are honest is a question about the data, and here
# > they are not: see how sure the network is where it is *wrong*.

# %%
wrong = [(s.argmax(dim=-1) != y) for s in scores]  # 3 of (360,)
print("sure, on all scans:   ", training.Spread(tuple(p.mean().item() for p in surest)))
print("right, on all scans:  ", right)
print(
    "sure, where wrong:    ",
    training.Spread(tuple(p[w].mean().item() for p, w in zip(surest, wrong, strict=True))),
)
worst = (surest[0] * wrong[0]).argsort(descending=True)[:6]
titles = [f"{scores[0][i].argmax()} ({surest[0][i]:.0%}), is {y[i]}" for i in worst]
plotting.image_grid(others.test.x[worst].reshape(-1, 8, 8), titles, columns=6, size=1.5)

# %% [markdown]
# ## Why the start must be random
#
# A random start of 64 → 8 → 10 reads about nine of ten digits after ten epochs. What if every
# weight starts at 0.1 instead?


# %%
def from_equal_weights(value):
    net = two_layers(64, 8, 10, nn.functional.relu, seed=0)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.fill_(value)
    return net, descend(net, rate=0.2, epochs=10, seed=0)


predict(
    "All weights start at 0.1, the training is the same. "
    "What share of unseen digits is read right?",
    answer=lambda: 100 * from_equal_weights(0.1)[1],
    unit="%",
    low=0,
    high=100,
)

# %%
for value in (0.01, 0.1, 0.2):
    net, accuracy = from_equal_weights(value)
    apart = (net[0].weight - net[0].weight[0]).abs().max().item()
    print(
        f"all start at {value}: {accuracy:.0%} right; "
        f"largest difference between two hidden units {apart:.1g}"
    )


def from_random_weights(seed):
    return descend(two_layers(64, 8, 10, nn.functional.relu, seed), rate=0.2, epochs=10, seed=seed)


print("share right after a random start:", training.over_seeds(from_random_weights))

# %% [markdown]
# Units with equal weights see equal inputs, put out equal values and get equal gradients. They take
# the same step, and so on for ever: eight units, one opinion. Gradient descent cannot break a
# symmetry that it is given. Chance at the start breaks it.
#
# ## How much can a layer of ReLUs express?
#
# With one input, a ReLU unit is a hinge: flat, then a ramp, with its kink at $-b/w$. A weighted sum
# of $n$ hinges plus a constant is a broken line with at most $n$ kinks, and every broken line that
# starts out flat and has $n$ kinks can be written so: the first weight is its first slope, each
# further one the change of slope at its kink. For a smooth curve that is a recipe: choose points on
# it at even distances and join them. The error falls like $1/n^2$. So one hidden layer, if it is
# wide enough, comes as near as you like to any continuous function on an interval (Cybenko, 1989,
# and Hornik, Stinchcombe and White, 1989, for sigmoids; Leshno et al., 1993, for ReLU).
#
# ### Exercise: `units_within_budget` &nbsp; ●○○ &nbsp; 3 minutes
#
# A network 1 → h → 1 may have at most 300 parameters. How large may h be?


# %% answer="units_within_budget"
def units_within_budget():
    ### BEGIN SOLUTION
    return (300 - 1) // (1 + 1 + 1)
    ### END SOLUTION


# %% check="units_within_budget"
check("units_within_budget")

# %% [markdown]
# The theorem says that good weights *exist*. Does training find them? The curve is
# $\sin 3t + 0.3\,t$ on $[-2, 2]$. The same number of ReLU units is either placed by hand, evenly,
# or trained from a random start.


# %%
def curve(t):
    return torch.sin(3 * t) + 0.3 * t


t = torch.linspace(-2, 2, 200, dtype=torch.float64).unsqueeze(1)  # (200, 1)


def placed(units):
    """Weights and biases of the hinges that join points taken from the curve at even distances."""
    knots = torch.linspace(-2, 2, units + 1, dtype=torch.float64)
    slopes = curve(knots).diff() / knots.diff()  # (units,)
    bends = slopes.diff(prepend=slopes.new_zeros(1))  # the first hinge brings the first slope
    return [torch.ones(units, 1).double(), bends.unsqueeze(0)], [-knots[:-1], curve(knots[:1])]


def fitted(units, seed):
    """Weights and biases after 800 steps of training from a random start."""
    net = two_layers(1, units, 1, nn.functional.relu, seed)
    optimizer = torch.optim.Adam(net.parameters(), 0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 800)
    for _ in range(800):
        optimizer.zero_grad()
        nn.functional.mse_loss(net(t), curve(t)).backward()
        optimizer.step()
        schedule.step()
    return [net[0].weight.detach(), net[2].weight.detach()], [
        net[0].bias.detach(),
        net[2].bias.detach(),
    ]


def miss(parameters):
    """Root of the mean squared error on the interval."""
    return (my_mlp(t, *parameters) - curve(t)).square().mean().sqrt().item()


widths = [1, 2, 4, 8, 16, 32, 64]
by_placing = {n: placed(n) for n in widths}
by_training = {(n, seed): fitted(n, seed) for n in widths for seed in range(3)}

predict(
    "64 units: how many times larger is the error of the trained ones than of those "
    "placed by hand?",
    answer=lambda: sum(miss(by_training[64, seed]) for seed in range(3)) / 3 / miss(by_placing[64]),
    unit="times",
    low=0,
)


# %%
def draw_fit(units=8, start=0):
    wide = torch.linspace(-3.5, 3.5, 400, dtype=torch.float64).unsqueeze(1)  # (400, 1)
    figure, (axes,) = plotting.picture(width=6.5)
    axes.axvspan(-2, 2, color="0.93", zorder=0)
    axes.plot(wide, curve(wide), label="the curve", color=plotting.COLORS[2], linestyle=":")
    by_hand, trained = (
        my_mlp(wide, *by_placing[units]),
        my_mlp(wide, *by_training[units, start]),
    )  # (400, 1)
    axes.plot(wide, by_hand, label="placed by hand", color=plotting.COLORS[0], linestyle="--")
    axes.plot(wide, trained, label="trained", color=plotting.COLORS[1], linestyle="-")
    axes.set(xlabel="t", ylabel="output", ylim=(-3, 3))
    axes.set_title(f"{units} ReLU units, trained and judged on the grey part")
    axes.legend(loc="upper left", fontsize="small")
    errors = miss(by_placing[units]), miss(by_training[units, start])
    figure.alt = (
        f"{units} ReLU units, start {start}: "
        f"error {errors[0]:.2g} placed by hand, {errors[1]:.2g} trained"
    )
    return figure


units = ipywidgets.SelectionSlider(options=widths, value=16, description="units")
explore(draw_fit, units=units, start=(0, 2))

# %%
figure, (axes,) = plotting.picture(width=5.5)
hand = [miss(by_placing[n]) for n in widths]
trained = [[miss(by_training[n, seed]) for n in widths] for seed in range(3)]
axes.plot(
    widths, hand, label="placed by hand", color=plotting.COLORS[0], linestyle="--", marker="s"
)
for seed, errors in enumerate(trained):
    dashes = plotting.DASHES[seed]
    axes.plot(
        widths,
        errors,
        label=f"trained, seed {seed}",
        color=plotting.COLORS[1],
        linestyle=dashes,
        marker="o",
    )
axes.set(xscale="log", yscale="log", xlabel="ReLU units", ylabel="root mean squared error")
axes.set_xticks(widths, [str(n) for n in widths])
axes.minorticks_off()
axes.legend(fontsize="small")
figure.alt = (
    "error against the number of ReLU units, placed by hand and trained from three starts, "
    "as printed above"
)
for n, by_hand_error, *errors in zip(widths, hand, *trained, strict=True):
    print(
        f"{n:3} units: by hand {by_hand_error:.2g}, trained {min(errors):.2g} to {max(errors):.2g}"
    )
figure

# %% [markdown]
# Three things to read from this. **Two or four units:** training wins, because it may put its kinks
# where the curve bends. **From eight on** it loses, in the end by an order of magnitude: the
# weights exist, and 800 steps from torch's usual start do not find them. Nor does the next start
# find the same ones. **Outside** the grey interval both end in straight lines, whatever the curve
# does.
#
# > **A common mistake.** "By the universal approximation theorem a neural network can learn any
# > function." The theorem says *represent*, not learn; *on a bounded set*, not beyond; and *with
# > enough units*, without saying how many. The question of what is found, and what it is worth on
# > new data, is the rest of this course.
#
# ## To remember
#
# 1. A unit is a weighted sum, a threshold and an activation: a template with a yes or no; it can
#    part two classes only by a flat cut.
# 2. A layer is one matrix product $xW^\top + b$, and only a nonlinearity between layers makes two
#    of them more than one.
# 3. That good weights exist says little: slopes must survive the way back, starts must differ, and
#    the search must find them.
#
# ## Sources
#
# McCulloch and Pitts (1943), *A logical calculus of the ideas immanent in nervous activity*.
# Rosenblatt (1958), *The perceptron*. Novikoff (1962), *On convergence proofs for perceptrons*.
# Minsky and Papert (1969), *Perceptrons*. Cybenko (1989), *Approximation by superpositions of a
# sigmoidal function*. Hornik, Stinchcombe and White (1989), *Multilayer feedforward networks are
# universal approximators*. Leshno, Lin, Pinkus and Schocken (1993), *Multilayer feedforward
# networks with a nonpolynomial activation function can approximate any function*. Nair and Hinton
# (2010), *Rectified linear units improve restricted Boltzmann machines*. Maas, Hannun and Ng
# (2013), *Rectifier nonlinearities improve neural network acoustic models*. He, Zhang, Ren and Sun
# (2015), *Delving deep into rectifiers*. Goodfellow, Bengio and Courville (2016), *Deep Learning*,
# chapter 6. The digits: Alpaydin and Kaynak (1998), UCI Machine Learning Repository.
