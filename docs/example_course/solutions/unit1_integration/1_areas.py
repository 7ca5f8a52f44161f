# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Areas: how much of an integral do a few samples hold?
#
# Many integrals have no formula, and many functions are known at a few points only: the speed of a
# car once a second, the height of a river once a day. This notebook builds three rules that make an
# area of samples, and then a way to get a better value from two that are at hand already.
#
# One notation throughout: $n$ samples $y_0, \dots, y_{n-1}$ stand at points that lie a distance $h$
# apart. An array of samples has them along its **last** axis; leading axes hold other curves.

# %% tags=["setup"]
import numpy as np
from autograder import check, use
from gradschool.widgets import explore, predict
from numerics import pictures
from scipy import integrate

# %% [markdown]
# ## Straight lines
#
# Join neighbouring samples by straight lines. The area below one line is that of a trapezoid, $h$
# wide and on average $(y_i + y_{i+1})/2$ high. All of them together:
#
# $$T = h \left( \tfrac{y_0}{2} + y_1 + \dots + y_{n-2} + \tfrac{y_{n-1}}{2} \right) .$$
#
# The area of $\sin x$ from 0 to $\pi$ is 2. Sixteen pieces are half as wide as eight.

# %%
predict(
    "By which factor is the error smaller with 16 pieces than with 8?",
    lambda: pictures.error("trapezoid", 8) / pictures.error("trapezoid", 16),
    "times",
    low=0,
    high=100,
)

# %% [markdown]
# Move the slider, and compare the two numbers in the picture each time that the pieces double.

# %%
explore(pictures.lines, pieces=[1, 2, 4, 8, 16, 32])

# %% [markdown]
# The error of one line over a piece is about $-y'' h^3 / 12$, and there are as many pieces as
# $1/h$: the error of the sum falls like $h^2$. Half the width, a quarter of the error.
#
# ### Exercise: `trapezoid` &nbsp; ●○○ &nbsp; 5 minutes
#
# The area under straight lines from sample to sample.
#
# - `y`: samples, shape `(..., n)` with $n \ge 1$. `h`: their distance, a number.
# - Returns the areas, shape `(...)`. One sample alone has the area 0.


# %% answer="trapezoid"
def trapezoid(y, h):
    ### BEGIN SOLUTION
    whole = y.sum(axis=-1)
    return h * (whole - (y[..., 0] + y[..., -1]) / 2)
    ### END SOLUTION


# %% check="trapezoid"
check("trapezoid")

# %% [markdown]
# ### A share that has no formula
#
# Which share of a normal distribution lies within one standard deviation of its mean? The density
# has no integral in closed form. Every table of it was made like this:

# %%
rule = use("trapezoid")
for pieces in (4, 16, 64):
    x = np.linspace(-1, 1, pieces + 1)
    share = rule(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi), 2 / pieces)
    print(f"{pieces:2} pieces: {100 * share:.2f} %")

# %% [markdown]
# ## The area so far
#
# A distance is the area under a speed. Where is the car after each second? That takes the area from
# the first sample up to *each* of them.
#
# ### Exercise: `cumulative_area` &nbsp; ●●○ &nbsp; 10 minutes
#
# - `y`: samples, shape `(..., n)` with $n \ge 1$. `h`: their distance, a number.
# - Returns, in an array of the shape of `y`, the area under the straight lines from $y_0$ up to
#   each $y_i$. The first is 0; the last is what `trapezoid` gives.


# %% answer="cumulative_area"
def cumulative_area(y, h):
    ### BEGIN SOLUTION
    middles = (y[..., :-1] + y[..., 1:]) / 2
    start = np.zeros((*y.shape[:-1], 1))
    return np.concatenate([start, h * middles.cumsum(axis=-1)], axis=-1)
    ### END SOLUTION


# %% check="cumulative_area"
check("cumulative_area")

# %% [markdown]
# Speeds of a car, once a second, in metres a second: it waits at a light, drives off, brakes.

# %%
speeds = np.array([0.0, 0.0, 2.1, 5.8, 9.4, 11.9, 13.2, 13.5, 12.8, 9.0, 3.9, 0.4, 0.0])
places = use("cumulative_area")(speeds, 1.0)
pictures.journey(speeds, places)

# %% [markdown]
# ## Parabolas
#
# Through three neighbouring samples there is one parabola. The area below it is
# $\tfrac{h}{3} (y_0 + 4 y_1 + y_2)$. Take the samples three at a time, the last of one parabola
# being the first of the next.

# %%
predict(
    "And now: by which factor is the error smaller with 16 pieces than with 8?",
    lambda: pictures.error("simpson", 8) / pictures.error("simpson", 16),
    "times",
    low=0,
    high=100,
)

# %% [markdown]
# ### Exercise: `simpson` &nbsp; ●●○ &nbsp; 10 minutes
#
# - `y`: samples, shape `(..., n)` with $n$ odd and at least 3. `h`: their distance, a number.
# - Returns the areas under the parabolas, shape `(...)`.


# %% answer="simpson"
def simpson(y, h):
    ### BEGIN SOLUTION
    first, middle, last = y[..., :-2:2], y[..., 1:-1:2], y[..., 2::2]
    return h / 3 * (first + 4 * middle + last).sum(axis=-1)
    ### END SOLUTION


# %% check="simpson"
check("simpson")

# %% [markdown]
# ## The same in SciPy
#
# `scipy.integrate` has all three. Pictured are the errors for $\sin x$, on logarithmic axes, where
# a power of $h$ is a straight line.

# %%
x = np.linspace(0, np.pi, 9)
print("trapezoid:", f"{integrate.trapezoid(np.sin(x), x):.6f}")
print("simpson:  ", f"{integrate.simpson(np.sin(x), x):.6f}")
pictures.errors([2, 4, 8, 16, 32, 64])

# %% [markdown]
# ## A better value for nothing
#
# The error of the trapezoidal rule is nearly $c\, h^2$. Then the values with $h$ and with $h/2$ are
# two equations for two unknowns, the truth and $c$, and the truth comes out of them without a
# single new sample.
#
# ### Exercise: `richardson` &nbsp; ●●○ &nbsp; 10 minutes
#
# Let $A(h) = A + c\, h^p$.
#
# - `coarse`: $A(h)$; `fine`: $A(h/2)$, both numbers or arrays of one shape. `order`: the power
#   $p$, a whole number of 1 or more.
# - Returns $A$.


# %% answer="richardson"
def richardson(coarse, fine, order=2):
    ### BEGIN SOLUTION
    weight = 2**order
    return (weight * fine - coarse) / (weight - 1)
    ### END SOLUTION


# %% check="richardson"
check("richardson")

# %% [markdown]
# Two poor values, and what is made of them:

# %%
rule, better = use("trapezoid"), use("richardson")
coarse, fine = (rule(np.sin(np.linspace(0, np.pi, n + 1)), np.pi / n) for n in (4, 8))
print(f"4 pieces: {coarse:.4f}   8 pieces: {fine:.4f}   both: {better(coarse, fine):.4f}")

# %% [markdown]
# Why is the last number the one that `simpson` gives on the nine samples?

# %% [markdown] written="why-simpson" points=2
# ### BEGIN SOLUTION
# Four thirds of the fine sum less one third of the coarse one weighs the two ends by $h/3$, samples
# that both sums hold by $4h/3 - 2h/3 = 2h/3$, and those of the fine sum alone by $4h/3$.
#
# **Rubric.** 1 point: the combination is written out for one kind of sample. 1 point: the weights
# 1, 4, 2, times $h/3$, are found.
# ### END SOLUTION
