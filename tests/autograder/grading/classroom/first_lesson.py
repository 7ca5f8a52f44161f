# %% [markdown]
# # Two questions that are checked

# %% tags=["setup"]
import torch

from autograder import check

# %% [markdown]
# ### Exercise: `softmax`


# %% answer="softmax"
def softmax(z):
    ### BEGIN SOLUTION
    weights = (z - z.amax(dim=-1, keepdim=True)).exp()
    return weights / weights.sum(dim=-1, keepdim=True)
    ### END SOLUTION


# %% check="softmax"
check("softmax")

# %%
print("a lesson's demonstration, which is not run when a class is graded:", torch.arange(3).tolist())


# %% answer="relu"
def relu(z):
    ### BEGIN SOLUTION
    return z.clamp(min=0)
    ### END SOLUTION


# %% check="relu"
check("relu")
