# %% [markdown]
# # Two questions that are checked

# %% tags=["setup"]
import torch

from autograder import check

# %% [markdown]
# ### Exercise: `softmax`


# %% nbgrader={"grade": false, "grade_id": "softmax-answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax(z):
    ### BEGIN SOLUTION
    weights = (z - z.amax(dim=-1, keepdim=True)).exp()
    return weights / weights.sum(dim=-1, keepdim=True)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "softmax", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
check("softmax")

# %%
print("a lesson's demonstration, which is not run when a class is graded:", torch.arange(3).tolist())


# %% nbgrader={"grade": false, "grade_id": "relu-answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
def relu(z):
    ### BEGIN SOLUTION
    return z.clamp(min=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "relu", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
check("relu")
