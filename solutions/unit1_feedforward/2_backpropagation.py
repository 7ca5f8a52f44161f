# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Which weight is to blame, and by how much?
#
# A network answers wrongly. It has ten thousand weights, and every one of them had a hand in the
# answer. To learn, it must know for each weight in which direction to move it, and how much that
# would help. Trying each weight in turn costs ten thousand runs of the network. Backpropagation
# finds all ten thousand numbers for the price of about two more runs.
#
# You will write every part of it: the loss that says how wrong, the backward pass of each step, the
# test that shows whether a backward pass is right, and a network that learns with nothing but your
# code.
#
# **Notation.** Batch first: a layer's input `x` has shape `(batch, inputs)`, its weight `W` has
# shape `(outputs, inputs)`, so it computes $xW^\top + b$. Logarithms are natural, losses are means.
# `dout` stands for $\partial L/\partial(\text{output})$, the gradient that reaches a step from
# above.

# %% tags=["setup"]
import math

import ipywidgets
import torch

from autograder import check, use
from gradschool import data, diagrams, plotting
from gradschool.feedforward.gradients import two_layer_forward
from gradschool.feedforward.pictures import network_region
from gradschool.training import History, accuracy, generator, over_seeds
from gradschool.widgets import explore, predict

# %% [markdown]
# ## 1 · One number for how wrong
#
# A loss turns a prediction and the truth into one number, which is to be made small. The plainest
# one is for real-valued targets: square the errors, so that signs do not cancel and large errors
# count for more than small ones, and average.
#
# ### Exercise: `mse_loss` &nbsp; ●○○ &nbsp; 3 minutes
#
# $$L = \frac1n \sum_{i=1}^{n} (\hat y_i - y_i)^2$$
#
# - `pred`, `target`: the same shape, any number of axes. $n$ counts **all elements**, whatever the
#   axes mean.
# - No factor ½: many books have one, torch has none.


# %% answer="mse_loss"
def mse_loss(pred, target):
    ### BEGIN SOLUTION
    return ((pred - target) ** 2).mean()
    ### END SOLUTION


# %% check="mse_loss"
check("mse_loss")

# %% [markdown]
# For a probability there is a better currency. A unit says $p$ = "the chance that the class is 1".
# If you had to bet by it, your surprise when class 1 comes would be $-\log p$: nothing at
# $p = 1$, 0.69 at one half, without bound towards 0. The average surprise over the batch is
# **binary cross-entropy**.
#
# ### Exercise: `binary_cross_entropy` &nbsp; ●●○ &nbsp; 10 minutes
#
# $$L = -\frac1n \sum_{i=1}^{n} \big[\, y_i \log p_i + (1 - y_i) \log(1 - p_i) \,\big]$$
#
# - `p`: probabilities in $[0, 1]$; `y`: classes, 0.0 or 1.0, in the same shape and dtype.
# - Mind the ends. At $p = 0$, $y = 1$ the formula is infinite, and one such sample spoils the whole
#   batch. Your loss must stay **finite**: at least 10 for a sample that is sure and wrong, at most
#   $10^{-6}$ for one that is sure and right (there the formula as it stands gives $0 \cdot \infty$,
#   which is `nan`).
# - Away from the ends the value is the formula's. Keep any ε that you use at $10^{-6}$ or below,
#   and try it in float32.


# %% answer="binary_cross_entropy"
def binary_cross_entropy(p, y):
    ### BEGIN SOLUTION
    eps = torch.finfo(p.dtype).eps
    p = p.clamp(eps, 1 - eps)
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()
    ### END SOLUTION


# %% check="binary_cross_entropy"
check("binary_cross_entropy")

# %% [markdown]
# A third loss does not care for probabilities. It looks at the score itself and asks for a
# **margin**: for classes $-1$ and $1$, the product $y \cdot \text{score}$ should reach 1. Beyond
# that a sample costs nothing and teaches nothing. This is the loss of support vector machines.
#
# ### Exercise: `hinge_loss` &nbsp; ●○○ &nbsp; 5 minutes
#
# $$L = \frac1n \sum_{i=1}^{n} \max(0,\; 1 - y_i\, s_i)$$
#
# - `scores`: shape `(batch,)`, any real numbers; `y`: shape `(batch,)`, each $-1.0$ or $1.0$.


# %% answer="hinge_loss"
def hinge_loss(scores, y):
    ### BEGIN SOLUTION
    return (1 - y * scores).clamp(min=0).mean()
    ### END SOLUTION


# %% check="hinge_loss"
check("hinge_loss")

# %% [markdown]
# Three losses for two classes. Does it matter which one you take? What a unit learns from is not
# the loss but its slope.

# %%
mse_loss_, bce_, hinge_ = use("mse_loss"), use("binary_cross_entropy"), use("hinge_loss")
one = torch.ones(1, dtype=torch.float64)
LOSSES = {  # of one sample of class 1, as functions of the unit's net input z, shape (1,)
    "squared error": lambda z: mse_loss_(torch.sigmoid(z), one),
    "cross-entropy": lambda z: bce_(torch.sigmoid(z), one),
    "hinge": lambda z: hinge_(z, one),
}


def slope(name, z):
    """The slope of a loss at z, found by torch through your code."""
    point = torch.tensor([z], dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(LOSSES[name](point), point)[0].item()


def pair(name):
    """A loss and its slope as functions of many z at once, for the picture."""
    return (
        lambda z: torch.stack([LOSSES[name](v) for v in z.split(1)]),
        lambda z: z.new_tensor([slope(name, v) for v in z.tolist()]),
    )


# %%
predict(
    "The class is 1, yet a sigmoid unit has net input z = -6: it says p = 0.0025, sure and wrong. "
    "Its squared error is 0.995, nearly the worst there is. "
    "What is the slope of that squared error with respect to z?",
    answer=lambda: slope("squared error", -6.0),
)

# %%
figure = plotting.activations({name: pair(name) for name in LOSSES}, low=-6.03, high=3.97)
for axes, label in zip(figure.axes, ("loss", "slope of the loss"), strict=True):
    axes.set(xlabel="net input z, for a sample of class 1", ylabel=label)
slopes = ", ".join(f"{name} {slope(name, -6.0):.3g}" for name in LOSSES)
figure.alt = (
    "Three losses of a sample of class 1 against its net input, and their slopes; "
    f"at z = -6: {slopes}"
)
print("slope at z = -6:", slopes)
figure

# %% [markdown]
# Squared error on top of a sigmoid is **flat where the unit is most wrong**. The mistake is as
# large as can be, and the unit is told to move by 0.005. Cross-entropy has the slope $-0.998$
# there: its logarithm undoes the exponential in the sigmoid. The hinge has the slope $-1$ there. So
# the slope is one reason for cross-entropy, and the hinge shares it. The other reason is what the
# number means. $-\log p$, summed over the samples, is the negative logarithm of the probability
# that the network gives to all observed classes together. The weights with the least cross-entropy
# are those under which the observed classes are most probable: that is **maximum likelihood**.
#
# ### More than two classes
#
# With one score per class, softmax gives the probabilities, and the loss is again the surprise:
# $-\log p_t$ for the right class $t$. Compute it in two steps, and it breaks: softmax rounds a
# small probability to 0, and the logarithm of 0 is $-\infty$. So the two belong into **one**
# function that starts from the scores (the *logits*):
#
# $$-\log \frac{e^{z_t}}{\sum_j e^{z_j}} = \log \sum_j e^{z_j} - z_t$$
#
# ### Exercise: `cross_entropy` &nbsp; ●●○ &nbsp; 15 minutes
#
# - `logits`: scores, shape `(batch, classes)`. `target`: the **index** of the right class, shape
#   `(batch,)`, integers.
# - Returns the mean over the batch. There may be classes to which no sample belongs.
# - Scores like ±10,000 must give the right number, also where that is 10,000. You met the remedy
#   when you wrote softmax.


# %% answer="cross_entropy"
def cross_entropy(logits, target):
    ### BEGIN SOLUTION
    shifted = logits - logits.amax(dim=-1, keepdim=True)  # (batch, classes), at most 0
    log_p = shifted - shifted.exp().sum(dim=-1, keepdim=True).log()
    return -log_p.gather(-1, target.unsqueeze(-1)).mean()
    ### END SOLUTION


# %% check="cross_entropy"
check("cross_entropy")

# %%
cross_entropy_ = use("cross_entropy")
# x: (1437, 64) pixels from 0 to 1, y: (1437,) classes 0 … 9
digits_train, digits_test = data.digits()
no_idea = torch.zeros(len(digits_train.y), 10)  # the same score for all ten classes
print(
    f"digits, knowing nothing: {cross_entropy_(no_idea, digits_train.y):.4f}; "
    f"log 10 = {math.log(10):.4f}"
)

# %% [markdown]
# A fresh ten-class network should start near 2.3. If it starts at 8, its first weights are too
# large; if it starts at 0.1, it has seen the answers. Now the most common mistake with this loss.

# %%
predict(
    "A ten-class network gets everything right and is as sure as numbers allow: "
    "p = 1 for the right class. Its owner forgets that cross_entropy starts from scores, "
    "and hands it these probabilities. Which loss is shown?",
    answer=lambda: cross_entropy_(torch.eye(10), torch.arange(10)),
    low=0.0,
)

# %%
sure = torch.eye(10)  # (10, 10): row i puts probability 1 on class i
print(f"softmax twice, on probabilities of 0 and 1: {cross_entropy_(sure, torch.arange(10)):.3f}")
print(
    f"softmax once, on scores of 0 and 10:        {cross_entropy_(10 * sure, torch.arange(10)):.2g}"
)

# %% [markdown]
# > **When it breaks.** Softmax twice raises no error and still trains, slowly. It shows in two
# > numbers: with $C$ classes the loss cannot fall below $\log(1 + (C - 1)/e)$, which is 1.461 for
# > ten, and all its gradients are small, because probabilities differ by 1 at most where scores
# > could differ by 100. If a loss stalls at a value that you can compute from the number of
# > classes, look for a second softmax.

# %% [markdown]
# ## 2 · The chain rule as a graph
#
# Take the smallest network that shows everything: one weight $w$, no bias, two samples. Each sample
# gives a net input $z_i = w x_i$, a probability $p_i = \sigma(z_i)$, a loss $\ell_i$, and $L$ is
# their mean. Both samples have class 1, but $x_1 = 2$ and $x_2 = -1$: they want $w$ to move in
# opposite directions.
#
# An arrow from $a$ to $b$ carries the **slope** $\partial b/\partial a$, a local fact: it asks
# nothing of the rest of the graph. The chain rule is two sentences: *along a path, slopes are
# multiplied; where paths meet, their products are added.* Going through the graph **backwards**,
# each node's gradient is found once, from those after it:
#
# $$\frac{\partial L}{\partial a} =
# \sum_{b \text{ after } a} \frac{\partial L}{\partial b}\, \frac{\partial b}{\partial a}$$
#
# Values are blue, above the boxes; gradients of $L$ are orange, below. Move $w$: which sample pulls
# harder, and where? At which $w$ do the two pulls cancel, and is either sample content there?

# %%
PLACES = {"w": (0, 0), "L": (4, 0)}  # columns and rows in the picture
PLACES |= {
    "z₁": (1, 0.6),
    "p₁": (2, 0.6),
    "ℓ₁": (3, 0.6),
    "z₂": (1, -0.6),
    "p₂": (2, -0.6),
    "ℓ₂": (3, -0.6),
}
# in the order of computation
ARROWS = ["w z₁", "w z₂", "z₁ p₁", "z₂ p₂", "p₁ ℓ₁", "p₂ ℓ₂", "ℓ₁ L", "ℓ₂ L"]


def backward_through(w, x1=2.0, x2=-1.0):
    """Forward values, local slopes, and the gradient of L at every node,
    from the last to the first.
    """
    v = {"w": torch.tensor(w, dtype=torch.float64, requires_grad=True)}
    for i, x in (("₁", x1), ("₂", x2)):
        v["z" + i] = x * v["w"]
        v["p" + i] = torch.sigmoid(v["z" + i])
        v["ℓ" + i] = -v["p" + i].log()  # the class is 1
    v["L"] = (v["ℓ₁"] + v["ℓ₂"]) / 2
    slopes = {}
    for arrow in ARROWS:
        a, b = arrow.split()
        slopes[a, b] = torch.autograd.grad(v[b], v[a], retain_graph=True)[0].item()
    gradients = dict.fromkeys(v, 0.0) | {"L": 1.0}
    for arrow in reversed(ARROWS):
        a, b = arrow.split()
        gradients[a] += gradients[b] * slopes[a, b]
    return v, slopes, gradients


def graph(w=-1.0):
    v, slopes, gradients = backward_through(w)
    nodes = {
        name: diagrams.Node(*place, v[name].item(), gradients[name])
        for name, place in PLACES.items()
    }
    return diagrams.computation_graph(nodes, slopes)


explore(graph, w=(-3.0, 3.0, 0.1))

# %% [markdown]
# Three things to take from the picture.
#
# - **Each step needs only its own slope** and the orange number that arrives from its right. That
#   is why a layer can be written once, with a `forward` and a `backward`, and put anywhere.
# - $w$ is used twice, so **two gradients are added**. A weight meets every sample of a batch: its
#   gradient is a sum over the batch. You will need this for the dense layer.
# - The mean's ½ is on the last arrows. It enters **once**, at the loss, and every gradient further
#   left has it in it already.
#
# Now the three activations. Each gets `dout`, what arrives from its right, and returns what goes on
# to its left, in the same shape. A forward pass keeps what its backward pass will need: for sigmoid
# and tanh that is the **output**, because their slopes can be written with it alone; for ReLU the
# net input.
#
# ### Exercise: `sigmoid_backward` &nbsp; ●○○ &nbsp; 5 minutes
#
# $s = \sigma(z) = 1/(1 + e^{-z})$ is given, $z$ is not. Differentiate the fraction, and write the
# result with $s$ only.
#
# - `dout`, `s`: the same shape, any number of axes. Returns $\partial L/\partial z$ in that shape.


# %% answer="sigmoid_backward"
def sigmoid_backward(dout, s):
    ### BEGIN SOLUTION
    return dout * s * (1 - s)
    ### END SOLUTION


# %% check="sigmoid_backward"
check("sigmoid_backward")

# %% [markdown]
# ### Exercise: `tanh_backward` &nbsp; ●○○ &nbsp; 3 minutes
#
# The same for $t = \tanh z$.
#
# - `dout`, `t`: the same shape, any number of axes; `t` is what tanh put out. Returns
#   $\partial L/\partial z$ in that shape.


# %% answer="tanh_backward"
def tanh_backward(dout, t):
    ### BEGIN SOLUTION
    return dout * (1 - t**2)
    ### END SOLUTION


# %% check="tanh_backward"
check("tanh_backward")

# %% [markdown]
# ### Exercise: `relu_backward` &nbsp; ●○○ &nbsp; 3 minutes
#
# The same for $\max(0, z)$. Here `z` itself is given.
#
# - `dout`, `z`: the same shape, any number of axes. Returns $\partial L/\partial z$ in that shape.
# - At exactly $z = 0$ there is no slope; the check never asks there.


# %% answer="relu_backward"
def relu_backward(dout, z):
    ### BEGIN SOLUTION
    return torch.where(z > 0, dout, 0)
    ### END SOLUTION


# %% check="relu_backward"
check("relu_backward")

# %%
sigmoid_backward_, tanh_backward_, relu_backward_ = (
    use("sigmoid_backward"),
    use("tanh_backward"),
    use("relu_backward"),
)


def left_after(units, z=0.0):
    """What is left of a gradient of 1 after 0, 1, … `units` activations, each with net input z."""
    net = torch.tensor([z], dtype=torch.float64)
    passes = {
        "sigmoid": lambda d: sigmoid_backward_(d, torch.sigmoid(net)),
        "tanh": lambda d: tanh_backward_(d, torch.tanh(net)),
        "ReLU": lambda d: relu_backward_(d, net),
    }
    left = {}
    for name, passed in passes.items():
        gradient = torch.ones_like(net)
        left[name] = [1.0]
        for _ in range(units):
            gradient = passed(gradient)
            left[name].append(gradient.item())
    return left


# %%
predict(
    "A gradient of 1 goes back through ten sigmoid units in a row, each of them at the place "
    "where the sigmoid is steepest. How much of it is left? (1e-3 is a number too.)",
    answer=lambda: left_after(10)["sigmoid"][-1],
    low=0.0,
)


# %%
def draw_left(z=0.5):
    left = left_after(10, z)
    figure = plotting.loss_curves(
        left, xlabel="activations passed", ylabel="gradient left", log=True
    )
    figure.axes[0].set(ylim=(1e-12, 10), title=f"every net input at z = {z:.1f}")
    figure.alt = "Gradient left after ten activations: " + ", ".join(
        f"{k} {v[-1]:.2g}" for k, v in left.items()
    )
    return figure


print("left of 1 after ten sigmoids at z = 0:", f"{left_after(10)['sigmoid'][-1]:.3g}")
explore(draw_left, z=(-3.0, 3.0, 0.1))

# %% [markdown]
# A quarter, ten times: one millionth, and that is the *best* case. Move $z$ to 3 and see what
# saturation does to tanh as well. For $z < 0$ the ReLU has nothing on a logarithmic axis: its
# gradient is exactly 0, and a unit that is off for every sample stops learning for good. Weights
# stand between the activations of a real network and can make up for some of this; notebook 4 shows
# how to choose them so that they do.

# %% [markdown]
# ## 3 · A layer of weights
#
# Backward starts at the loss. With softmax and cross-entropy in one function there is one slope to
# find, with respect to the **scores**. Write the loss of one sample as
# $\ell = \log \sum_j e^{z_j} - z_t$ and differentiate with respect to $z_i$: the first term knows
# every score, the second only that of the right class. What comes out is among the simplest
# formulas of the whole subject. Then remember that $L$ is a mean.
#
# ### Exercise: `cross_entropy_backward` &nbsp; ●●○ &nbsp; 15 minutes
#
# - `logits`: shape `(batch, classes)`; `target`: shape `(batch,)`, the index of the right class.
# - Returns $\partial L/\partial z$, shape `(batch, classes)`, where $L$ is the **mean** over the
#   batch, as in your `cross_entropy`.
# - Scores like ±10,000 must not hurt. `torch.softmax` may be used, and so may your own from
#   notebook 1: the next cell fetches it.
# - By hand, without autograd, here and in all that follows.

# %%
softmax = use("softmax")


# %% answer="cross_entropy_backward"
def cross_entropy_backward(logits, target):
    ### BEGIN SOLUTION
    dlogits = softmax(logits)  # (batch, classes), a new tensor
    dlogits[torch.arange(len(target)), target] -= 1
    return dlogits / len(target)
    ### END SOLUTION


# %% check="cross_entropy_backward"
check("cross_entropy_backward")

# %% [markdown]
# Below the scores lies a dense layer, $y = xW^\top + b$, element by element
# $y_{nj} = \sum_i x_{ni} W_{ji} + b_j$. It has three inputs, so three gradients. Find each by
# asking where a quantity occurs:
#
# - $W_{ji}$ occurs in $y_{nj}$ for **every sample** $n$, with slope $x_{ni}$: so
#   $\dfrac{\partial L}{\partial W_{ji}} = \sum_n \dfrac{\partial L}{\partial y_{nj}}\, x_{ni}$.
# - $x_{ni}$ occurs in $y_{nj}$ for **every output** $j$. With which slope?
# - $b_j$ occurs in $y_{nj}$ for every sample. With which slope?
#
# Each of the first two sums is a matrix product. Shapes tell you which one: a gradient has the
# shape of what it belongs to, and the index that is summed over must meet itself in the middle.
#
# ### Exercise: `linear_backward` &nbsp; ●●○ &nbsp; 15 minutes
#
# - `dout`: $\partial L/\partial y$, shape `(batch, outputs)`; `x`: shape `(batch, inputs)`;
#   `weight`: shape `(outputs, inputs)`.
# - Returns the tuple `(dx, dweight, dbias)`, shapes `(batch, inputs)`, `(outputs, inputs)`,
#   `(outputs,)`.
# - If the loss is a mean over the batch, its 1/batch is in `dout` already.


# %% answer="linear_backward"
def linear_backward(dout, x, weight):
    ### BEGIN SOLUTION
    dx = dout @ weight  # (batch, outputs) (outputs, inputs) -> (batch, inputs)
    dweight = dout.T @ x  # (outputs, batch) (batch, inputs) -> (outputs, inputs)
    dbias = dout.sum(dim=0)
    return dx, dweight, dbias
    ### END SOLUTION


# %% check="linear_backward"
check("linear_backward")

# %% [markdown]
# ### Exercise: `gradient_descent_step` &nbsp; ●○○ &nbsp; 3 minutes
#
# The gradient points where the loss grows fastest. Walk the other way,
# $\theta \leftarrow \theta - \eta\, \partial L/\partial\theta$ for every parameter.
#
# - `params`, `grads`: lists of tensors of pairwise equal shapes, of any length; `lr`: the learning
#   rate $\eta$, a number.
# - Returns a list of **new** tensors in the same order.


# %% answer="gradient_descent_step"
def gradient_descent_step(params, grads, lr):
    ### BEGIN SOLUTION
    return [p - lr * g for p, g in zip(params, grads, strict=True)]
    ### END SOLUTION


# %% check="gradient_descent_step"
check("gradient_descent_step")

# %% [markdown]
# Put the three together on real data: one dense layer from 64 pixels to 10 scores, all weights
# zero, and 1,437 scans of handwritten digits.

# %%
cross_entropy_backward_, linear_backward_ = use("cross_entropy_backward"), use("linear_backward")
gradient_descent_step_, linear_forward = use("gradient_descent_step"), use("linear_forward")


def one_step(lr):
    """Accuracy and loss on held-out digits after one step from zero weights, and the weights."""
    x, y = digits_train  # (1437, 64), (1437,)
    weight, bias = torch.zeros(10, 64), torch.zeros(10)
    dlogits = cross_entropy_backward_(linear_forward(x, weight, bias), y)  # (1437, 10)
    _, dweight, dbias = linear_backward_(dlogits, x, weight)
    weight, bias = gradient_descent_step_([weight, bias], [dweight, dbias], lr)
    scores = linear_forward(digits_test.x, weight, bias)  # (360, 10)
    return accuracy(scores, digits_test.y), cross_entropy_(scores, digits_test.y).item(), weight


# %%
predict(
    "All weights are 0: every score is 0, and one digit in ten is right by luck. "
    "You take ONE step of gradient descent with learning rate 1. "
    "How many of the 360 digits that were held out does the layer then get right, in percent?",
    answer=lambda: 100 * one_step(lr=1.0)[0],
    unit="%",
    low=0.0,
    high=100.0,
)

# %%
for lr in (0.01, 1.0, 10.0):
    right, loss, weight = one_step(lr)
    print(f"learning rate {lr:5g}: {right:.1%} right, loss {loss:.3f}")
figure = plotting.image_grid(
    weight.reshape(10, 8, 8), [str(k) for k in range(10)], columns=10, signed=True
)
figure.alt = (
    "What one step wrote into the ten rows of weights: "
    "blurred digits, red for more ink than average, blue for less"
)
figure

# %% [markdown]
# The pictures say why. From zero weights every class has probability 0.1, so row $k$ of the step is
# the sum over all digits of $(\text{is it a } k) - 0.1$ times the pixels: up to a factor, **the
# average $k$ minus the average digit**. One step compares a scan with ten averages, and that gets
# six digits of seven right. Even the learning rate does not matter here: it multiplies all ten
# scores alike, so the largest stays the largest. It matters for the loss, and for every step after
# the first.

# %% [markdown]
# ## 4 · How do you know that a gradient is right?
#
# A wrong backward pass rarely crashes. The loss still falls, only less, and you will blame the
# learning rate for a week. So check it against the definition of a derivative, with a small step
# $h$:
#
# $$\text{one-sided: } \frac{f(x+h) - f(x)}{h} = f'(x) + \tfrac{h}{2} f''(x) + \dots
# \qquad \text{central: } \frac{f(x+h) - f(x-h)}{2h} = f'(x) + \tfrac{h^2}{6} f'''(x) + \dots$$
#
# The smaller the step, the smaller the error?
#
# The curves below are computed in float32 and in float64. The graphics processor of an Apple
# computer has no float64: there `device()` is the CPU, unless `GRADSCHOOL_DEVICE=mps` asks.

# %%
EXPONENTS = range(0, -16, -1)
points = torch.linspace(0.2, 2.0, 25, dtype=torch.float64)


def f(x):
    return torch.exp(torch.sin(x))


def error(dtype, one_sided):
    """Typical relative error of the difference quotient of f, for each h."""
    x, truth = points.to(dtype), torch.cos(points) * f(points)
    errors = []
    for exponent in EXPONENTS:
        h = 10.0**exponent
        rise, run = (f(x + h) - f(x), h) if one_sided else (f(x + h) - f(x - h), 2 * h)
        errors.append((((rise / run).double() - truth).norm() / truth.norm()).item())
    return errors


ERRORS = {
    "one-sided, float64": error(torch.float64, one_sided=True),
    "central, float64": error(torch.float64, one_sided=False),
    "central, float32": error(torch.float32, one_sided=False),
}


def best_exponent(name):
    return min(EXPONENTS, key=lambda k: ERRORS[name][-k])


# %%
predict(
    "Central differences in float64, which has 16 digits. You may choose h = 1, 0.1, "
    "0.01 and so on down to 1e-15. Which power of ten gives the smallest error? Type the exponent.",
    answer=lambda: best_exponent("central, float64"),
    low=-15.0,
    high=0.0,
)

# %%
figure, (axes,) = plotting.picture(width=6.5, height=3.6)
for name, values in ERRORS.items():
    axes.plot([10.0**k for k in EXPONENTS], values, label=name)
axes.set(xscale="log", yscale="log", xlabel="step h", ylabel="relative error", ylim=(1e-12, 3))
axes.invert_xaxis()
axes.legend(fontsize="small")
for name, values in ERRORS.items():
    fall = math.log10(values[1] / values[2])
    print(
        f"{name:20} best h = 1e{best_exponent(name)}; "
        f"between h = 0.1 and 0.01 the error falls by 10^{fall:.1f}"
    )
lowest = ", ".join(f"{name} at 1e{best_exponent(name)}" for name in ERRORS)
figure.alt = (
    "Error of difference quotients against the step h: each falls, then rises again; "
    f"lowest {lowest}"
)
figure

# %% [markdown]
# Two errors pull against each other. **Truncation**, left of each lowest point, is the rest of the
# series: it falls with $h$ for the one-sided quotient, with $h^2$ for the central one.
# **Rounding**, right of it, is what is lost when two nearly equal numbers are subtracted: about
# $\varepsilon/h$, and it rises as $h$ falls. The best step lies where both are equal, near
# $\varepsilon^{1/2}$ one-sided and $\varepsilon^{1/3}$ central: $10^{-8}$ and $10^{-5}$ in float64.
# In float32 the best that can be had is four digits, and at $h = 10^{-5}$ two: **check gradients in
# float64**.
#
# ### Exercise: `numerical_gradient` &nbsp; ●●○ &nbsp; 15 minutes
#
# The gradient of a scalar function of a tensor, by **central** differences, one element after the
# other:
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}$$
#
# - `f`: takes a tensor of `x`'s shape, returns a tensor of one number. `x`: any shape. `h`: the
#   step.
# - Compute in **float64** whatever the dtype of `x`: `f` is to be given float64. The result has the
#   shape and the dtype of `x`.
# - A Python loop over the elements is fine: this is a measuring instrument, not a training method.


# %% answer="numerical_gradient"
def numerical_gradient(f, x, h=1e-5):
    ### BEGIN SOLUTION
    point = x.detach().double().flatten().clone()  # our own, to be moved
    slopes = []
    for i in range(len(point)):
        here = point[i].item()
        point[i] = here + h
        above = float(f(point.reshape(x.shape)))
        point[i] = here - h
        below = float(f(point.reshape(x.shape)))
        point[i] = here  # back, before the next element moves
        slopes.append((above - below) / (2 * h))
    return torch.tensor(slopes, dtype=x.dtype, device=x.device).reshape(x.shape)
    ### END SOLUTION


# %% check="numerical_gradient"
check("numerical_gradient")

# %% [markdown]
# Now the instrument is yours. Measure everything that you have written, and one backward pass with
# a fault planted in it: it averages the bias gradient over the batch, which looks reasonable and is
# wrong. To test a function that returns a tensor, make one number of it first: multiply by a fixed
# random `dout` and sum. Its gradient is then what backward should return for that `dout`.

# %%
numerical_gradient_ = use("numerical_gradient")
g = generator(0)
shapes = ((5, 4), (3, 4), (3,), (5, 3))
x, weight, bias, dout = (torch.randn(shape, generator=g, dtype=torch.float64) for shape in shapes)
z, target = linear_forward(x, weight, bias), torch.tensor([0, 2, 1, 1, 0])  # (5, 3), (5,)


def difference(by_hand, f, at):
    """0 where both agree, 1 where they have nothing in common."""
    measured = numerical_gradient_(f, at)
    return ((by_hand - measured).norm() / (by_hand.norm() + measured.norm())).item()


dx, dweight, dbias = linear_backward_(dout, x, weight)
CASES = {
    "sigmoid_backward": (
        sigmoid_backward_(dout, torch.sigmoid(z)),
        lambda t: (dout * torch.sigmoid(t)).sum(),
        z,
    ),
    "tanh_backward": (
        tanh_backward_(dout, torch.tanh(z)),
        lambda t: (dout * torch.tanh(t)).sum(),
        z,
    ),
    "relu_backward": (relu_backward_(dout, z), lambda t: (dout * torch.relu(t)).sum(), z),
    "cross_entropy_backward": (
        cross_entropy_backward_(z, target),
        lambda t: cross_entropy_(t, target),
        z,
    ),
    "linear_backward, dx": (dx, lambda t: (dout * linear_forward(t, weight, bias)).sum(), x),
    "linear_backward, dweight": (
        dweight,
        lambda t: (dout * linear_forward(x, t, bias)).sum(),
        weight,
    ),
    "linear_backward, dbias": (dbias, lambda t: (dout * linear_forward(x, weight, t)).sum(), bias),
    "dbias averaged, a fault": (
        dbias / len(x),
        lambda t: (dout * linear_forward(x, weight, t)).sum(),
        bias,
    ),
}
for name, case in CASES.items():
    d = difference(*case)
    print(f"{name:25}", "agrees to seven digits" if d < 1e-7 else f"differs: {d:.3g}")

# %% [markdown]
# A right gradient agrees to seven digits or more. A wrong one is off by $10^{-2}$ or worse; there
# is hardly anything between. So $10^{-4}$ is no "almost right": it is a mistake, or float32, or a
# kink.
#
# > **When it breaks.** At a kink both are right and still disagree. ReLU at $z = 10^{-7}$ has
# > slope 1. With $h = 10^{-5}$ the quotient reaches across zero and measures a bit of both sides.
# > Before you hunt for a mistake that is none, move the point or shrink $h$.

# %%
near_the_kink = torch.tensor([1e-7], dtype=torch.float64)
for h in (1e-5, 1e-8):
    measured = numerical_gradient_(lambda t: torch.relu(t).sum(), near_the_kink, h).item()
    print(f"slope of ReLU at 1e-7, measured with h = {h:.0e}: {measured:.3f}")

# %% [markdown]
# ## 5 · A network that learns
#
# Two layers: a hidden layer of tanh units, and one sigmoid unit that says the probability of
# class 1. The loss is binary cross-entropy, the mean over the batch.
#
# $$h = \tanh(xW_1^\top + b_1) \qquad p = \sigma(hW_2^\top + b_2)
# \qquad L = -\frac1B \sum_n \big[\, y_n \log p_n + (1-y_n)\log(1-p_n) \,\big]$$
#
# Go backwards, one box at a time. First the last net input $z_2 = hW_2^\top + b_2$: put the slope
# of $\log$ and the slope of $\sigma$ together, and see what cancels. (That is why the two belong
# together: section 1 showed what happens with squared error, where nothing cancels.) Then the
# second layer, the tanh, the first layer: you have written their backward passes.
#
# ### Exercise: `two_layer_gradients` &nbsp; ●●● &nbsp; 25 minutes
#
# - `x`: shape `(batch, inputs)`; `y`: classes 0.0 or 1.0, shape `(batch,)`.
# - `w1`: `(hidden, inputs)`, `b1`: `(hidden,)`, `w2`: `(1, hidden)`, `b2`: `(1,)`.
# - Returns the tuple `(dw1, db1, dw2, db2)`, each in the shape of what it belongs to.
# - `torch.tanh` and `torch.sigmoid` are welcome, and so are your own `linear_forward`,
#   `linear_backward`, `tanh_backward` and `sigmoid_backward`: the check puts right ones in their
#   place.
# - Mind `(batch, 1)` against `(batch,)`: their difference has shape `(batch, batch)`, and no error
#   is raised.


# %% answer="two_layer_gradients"
def two_layer_gradients(x, y, w1, b1, w2, b2):
    ### BEGIN SOLUTION
    h = torch.tanh(x @ w1.T + b1)  # (batch, hidden)
    p = torch.sigmoid(h @ w2.T + b2)  # (batch, 1)
    dz2 = (p - y.unsqueeze(-1)) / len(x)  # (batch, 1): the slope of the sigmoid has cancelled
    dh, dw2, db2 = linear_backward(dz2, h, w2)
    dz1 = tanh_backward(dh, h)  # (batch, hidden)
    _, dw1, db1 = linear_backward(dz1, x, w1)
    return dw1, db1, dw2, db2
    ### END SOLUTION


# %% check="two_layer_gradients"
check("two_layer_gradients")

# %% [markdown]
# Believe no gradient that has not been measured. Then let it learn: 200 points in two half-moons
# that no straight line parts, four hidden units, a thousand steps. The loop below holds your
# losses, your gradients, your step, and nothing else.

# %%
two_layer_gradients_ = use("two_layer_gradients")


def moons(seed):
    x, y = data.planar("moons", 200, generator(seed))
    return x.double(), y.double()  # (200, 2), (200,)


def fresh_network(seed, hidden=4):
    """w1, b1, w2, b2: small random weights, biases 0."""
    g = generator(10 + seed)
    w1, w2 = torch.randn(hidden, 2, generator=g), torch.randn(1, hidden, generator=g)
    return [p.double() for p in (w1, torch.zeros(hidden), 0.5 * w2, torch.zeros(1))]


x, y = moons(0)
params = fresh_network(0)
for i, gradient in enumerate(two_layer_gradients_(x, y, *params)):

    def loss(t, i=i):
        """The loss as a function of parameter i alone."""
        p, _ = two_layer_forward(x, *params[:i], t, *params[i + 1 :])
        return bce_(p, y)

    d = difference(gradient, loss, params[i])
    print(
        f"d{('w1', 'b1', 'w2', 'b2')[i]}:",
        "agrees to seven digits" if d < 1e-7 else f"differs: {d:.3g}",
    )


# %%
def train(x, y, params, steps=1000, lr=2.0, sign=1):
    """Gradient descent on sign · loss:
    what was measured before each step, and the parameters then.
    """
    history, path = History(), []
    for _ in range(steps + 1):
        p, _ = two_layer_forward(x, *params)  # (batch,)
        history.record(loss=sign * bce_(p, y), right=((p > 0.5) == (y > 0.5)).double().mean())
        path.append(params)
        grads = two_layer_gradients_(x, y, *params)
        params = gradient_descent_step_(params, [sign * g for g in grads], lr)
    return history, path


history, path = train(x, y, params)
STEPS = [0, 1, 2, 3, 5, 8, 12, 20, 40, *range(100, 1001, 50)]


def after(step):
    loss, right = history["loss"][step], history["right"][step]
    return network_region(
        path[step], x, y, title=f"step {step}: loss {loss:.3f}, {right:.1%} right"
    )


explore(after, step=ipywidgets.SelectionSlider(options=STEPS, value=1000))

# %%
runs = {f"start {seed}": train(*moons(seed), fresh_network(seed))[0] for seed in range(3)}
for name, run in runs.items():
    print(
        f"{name}: loss",
        ", ".join(f"{run['loss'][s]:.3f} at step {s}" for s in (0, 20, 200, 400, 1000)),
    )
print("right after 1,000 steps:", over_seeds(lambda seed: runs[f"start {seed}"]["right"][-1]))
plotting.loss_curves({name: run["loss"] for name, run in runs.items()}, log=True)

# %% [markdown]
# Move the slider slowly from the left. Each dashed line is one hidden unit's $w \cdot x + b = 0$:
# to one side it says $-1$, to the other $+1$, with a soft step between. Within twenty steps the
# network has found what a *single* line can do: a loss of about 0.2. There all three runs wait, one
# of them hardly, one for hundreds of steps. Nothing is stuck: hidden units turn, until one of them
# serves the bend, and the loss falls a second time. A loss that stalls is not always a loss that is
# done.


# %%
def alike(start=0.5):
    """The same training, from a network whose weights are all equal."""
    weights = [torch.full((4, 2), start), torch.zeros(4), torch.full((1, 4), start), torch.zeros(1)]
    return train(x, y, [p.double() for p in weights])


predict(
    "The same network, but all four hidden units start with equal weights: (0.5, 0.5), bias 0, "
    "and 0.5 on the way out. After 1,000 steps, how many different hidden units does it have?",
    answer=lambda: len(torch.unique((alike()[1][-1][0] * 1e6).round(), dim=0)),
    low=1.0,
    high=4.0,
)

# %%
equal_history, equal_path = alike()
print(
    "rows of W1 after 1,000 steps:",
    [[f"{w:.2f}" for w in row] for row in equal_path[-1][0].tolist()],
)
print(
    f"right: {equal_history['right'][-1]:.1%}, "
    f"and {alike(0.0)[0]['right'][-1]:.1%} if all weights start at 0"
)
network_region(equal_path[-1], x, y, title="four units that started alike")

# %% [markdown]
# > **When it breaks.** Units that start alike get the same gradient, so they stay alike for ever:
# > four units draw one line. If all weights are 0, it is worse:
# > $\partial L/\partial h = \partial L/\partial z_2 \cdot W_2$ is 0, so $W_1$ has no gradient, and
# > $h = 0$ leaves $W_2$ without one. Nothing moves. Random weights are not there to be near the
# > solution; they are there to be **different**. Biases may start at 0.
#
# > **A common mistake.** Binary cross-entropy written as
# > $\frac1B \sum_n [\, y_n \log p_n + (1 - y_n)\log(1 - p_n) \,]$, without the minus sign. Does a
# > sign matter, if the network learns anyway? Train on it as printed: step down the slope of that
# > expression.

# %%
predict(
    "The half-moons once more, for 100 steps, on the loss as printed, without its minus sign. "
    "How many points does the network then get right, in percent?",
    answer=lambda: 100 * train(x, y, fresh_network(0), steps=100, sign=-1)[0]["right"][-1],
    unit="%",
    low=0.0,
    high=100.0,
)


# %%
def without_minus(seed):
    return train(*moons(seed), fresh_network(seed), steps=100, sign=-1)[0]


printed = without_minus(0)
print(f"as printed: loss from {printed['loss'][0]:.2f} to {printed['loss'][-1]:.1f}")
ends = [without_minus(seed)["right"][-1] for seed in (0, 1, 2)]
print(
    "share right after 100 steps, as printed, three seeds:", ", ".join(f"{end:.2f}" for end in ends)
)
figure, panels = plotting.picture(columns=2, width=4.2, height=3)
for axes, what in zip(panels, ("loss", "right"), strict=True):
    axes.plot(history[what][:101], label="with the minus")
    axes.plot(printed[what], label="as printed")
    axes.set(
        xlabel="step",
        ylabel={"loss": "the loss that is shown", "right": "share of points right"}[what],
    )
panels[1].axhline(0.5, color="black", linewidth=0.8, linestyle=":")
panels[1].set(ylim=(0, 1))
panels[0].legend(fontsize="small")
figure.alt = (
    f"Without the minus sign the loss shown falls to {printed['loss'][-1]:.1f}; "
    "fewer than one in five are right"
)
figure

# %% [markdown]
# Watch the left panel alone, and the printed version looks like the better training: its loss falls
# further, and it stops only because your $\varepsilon$ stops the logarithm. The network learns
# perfectly well: **the opposite of nearly every label**. Two habits find this at once. A loss that
# is a surprise cannot be negative. And half of all answers is what a coin gets: who is far below
# half knows a lot.

# %% [markdown]
# ## 6 · The same in torch
#
# | yours | torch |
# |---|---|
# | `mse_loss` | `torch.nn.MSELoss()` |
# | `binary_cross_entropy` (from probabilities) | `torch.nn.BCELoss()` |
# | the same from scores, which is safer | `torch.nn.BCEWithLogitsLoss()` |
# | `cross_entropy` (from scores) | `torch.nn.CrossEntropyLoss()` |
# | every `…_backward` | `loss.backward()`: each operation carries its own, torch walks the graph |
# | `gradient_descent_step` | `torch.optim.SGD(parameters, lr)`, `.step()` |
# | `numerical_gradient` | `torch.autograd.gradcheck` |
#
# Same data, same first weights, 1,000 steps: do the two arrive at the same place?

# %%
net = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1)).double()
with torch.no_grad():
    for theirs, ours in zip(net.parameters(), fresh_network(0), strict=True):
        theirs.copy_(ours)
loss_function, optimizer = torch.nn.BCEWithLogitsLoss(), torch.optim.SGD(net.parameters(), lr=2.0)
for _ in range(1000):
    # else gradients of earlier steps are added to: where paths meet, torch adds
    optimizer.zero_grad()
    loss_function(net(x).squeeze(-1), y).backward()  # (200, 1) -> (200,)
    optimizer.step()

apart = max(
    (theirs - ours).abs().max().item()
    for theirs, ours in zip(net.parameters(), path[-1], strict=True)
)
print(f"largest difference between torch's parameters and yours: {apart:.8f}")
scores = torch.randn(5, 3, generator=generator(1), dtype=torch.float64, requires_grad=True)
passed = torch.autograd.gradcheck(lambda s: cross_entropy_(s, target), scores)
print("torch's own gradient check of your cross_entropy:", passed)

# %% [markdown]
# ## Remember
#
# 1. A network learns from the slope of its loss, not from the loss: cross-entropy keeps its slope
#    where a unit is sure and wrong, squared error loses it.
# 2. Backward, each step multiplies what arrives by its own slope; where paths meet, gradients are
#    added; the batch's mean enters once, at the loss.
# 3. Measure every gradient that you write, by central differences in float64: right ones agree to
#    seven digits, wrong ones do not come close.
#
# ## Sources
#
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams (1986): Learning representations by
#   back-propagating errors. *Nature* 323, 533–536.
# - I. Goodfellow, Y. Bengio, A. Courville (2016): *Deep Learning*. Section 6.2 (losses and output
#   units; eq. 6.30 for the logarithm of softmax), 6.5 (backpropagation), 11.5 (central differences,
#   eq. 11.7), 8.4 (breaking symmetry).
# - C. M. Bishop (2006): *Pattern Recognition and Machine Learning*. Eq. 4.109 (gradient of
#   cross-entropy with softmax), section 5.3 (backpropagation and its check by differences), 7.1
#   (hinge loss, eq. 7.45).
# - C. Cortes, V. Vapnik (1995): Support-vector networks. *Machine Learning* 20, 273–297.
# - A. Griewank, A. Walther (2008): *Evaluating Derivatives*, 2nd edition. Chapter 4: a gradient
#   costs at most a small multiple of the function, whatever the number of inputs.
# - E. Alpaydin, C. Kaynak (1998): Optical recognition of handwritten digits. UCI Machine Learning
#   Repository.
