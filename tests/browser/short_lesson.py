# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Short: how short can a lesson be?

# %% tags=["setup"]

from autograder import check
from gradschool import plotting
from gradschool.widgets import explore

# %%
explore(
    lambda scale=1: plotting.functions({"sine": lambda z: (scale * z).sin()}, alt=f"sine of {scale} z"), scale=(1, 9)
)

# %% [markdown]
# ### Exercise: `softmax` &nbsp; ●●○ &nbsp; 10 minutes


# %% answer="softmax"
def softmax(z):
    ### BEGIN SOLUTION
    weights = (z - z.amax(dim=-1, keepdim=True)).exp()
    return weights / weights.sum(dim=-1, keepdim=True)
    ### END SOLUTION


# %% check="softmax"
check("softmax")

# %% [markdown]
# **Question (graded by hand).** Why does adding the same number $\eta$ to all scores change nothing?

# %% [markdown] written="why-shift" points=2
# ### BEGIN SOLUTION
# Numerator and denominator are both multiplied by the exponential of that number, which cancels.
#
# **Rubric.** 1 point: the factor cancels. 1 point: says which factor.
# ### END SOLUTION
