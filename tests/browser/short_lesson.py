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


# %% nbgrader={"grade": false, "grade_id": "softmax-answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax(z):
    ### BEGIN SOLUTION
    weights = (z - z.amax(dim=-1, keepdim=True)).exp()
    return weights / weights.sum(dim=-1, keepdim=True)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "softmax", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
check("softmax")

# %% [markdown]
# **Question (graded by hand).** Why does adding the same number to all scores change nothing?

# %% [markdown] nbgrader={"grade": true, "grade_id": "why-shift", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Numerator and denominator are both multiplied by the exponential of that number, which cancels.
#
# **Rubric.** 1 point: the factor cancels. 1 point: says which factor.
# ### END SOLUTION
