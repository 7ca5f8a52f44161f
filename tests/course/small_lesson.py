# %% [markdown]
# # A small lesson, which holds one of everything that a notebook may hold

# %% tags=["setup"]
import ipywidgets
import matplotlib.pyplot as plt
import torch
from IPython.display import display

from autograder import check, use

# %% [markdown]
# ### Exercise: `softmax` &nbsp; ●●○ &nbsp; 10 minutes
#
# Write softmax over the **last** axis, for any number of leading axes.


# %% answer="softmax"
def softmax(z):
    ### BEGIN SOLUTION
    # the largest score of each row may be taken away first
    weights = (z - z.amax(dim=-1, keepdim=True)).exp()
    return weights / weights.sum(dim=-1, keepdim=True)
    ### END SOLUTION


# %% check="softmax"
check("softmax")

# %%
softmax_ = use("softmax")
p = softmax_(torch.tensor([2.0, 1.0, -1.0]))
print("probabilities:", [f"{x:.3f}" for x in p])

# %% tags=["nbval-ignore-output"]
print("this cell's output is stable only by luck:", id(p) % 2 < 2)

# %%
figure, axes = plt.subplots(figsize=(2, 1))
axes.bar(range(3), p)
plt.show()
print(f"largest bar: {p.max():.3f}")

# %%
slider = ipywidgets.FloatSlider(value=1.0, min=0.1, max=10.0, description="scale")
picture = ipywidgets.HTML(f"<b>{p[0]:.3f}</b>")
display(ipywidgets.VBox([slider, picture]))

# %% [markdown]
# Why does adding the same number to all scores change nothing?

# %% [markdown] written="why-shift" points=2
# ### BEGIN SOLUTION
# Numerator and denominator are both multiplied by the exponential of that number, which cancels.
# ### END SOLUTION
