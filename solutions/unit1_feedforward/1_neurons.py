# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What does a neuron compute?

# %%
import ipywidgets
import torch
from IPython.display import display

from autograder import check, use

# %% [markdown]
# ### Exercise: `softmax` &nbsp; ●●○ &nbsp; 10 minutes
#
# Write softmax over the **last** axis, for any number of leading axes.
#
# - `z`: scores, shape `(..., classes)`. Returns the same shape and dtype.
# - It must survive scores like 10,000. `torch.exp(torch.tensor(1000.0))` is `inf`, and `inf / inf` is `nan`.
# - From tensor operations only: no `torch.softmax`.


# %% nbgrader={"grade": false, "grade_id": "softmax-answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax(z):
    ### BEGIN SOLUTION
    weights = (z - z.amax(dim=-1, keepdim=True)).exp()
    return weights / weights.sum(dim=-1, keepdim=True)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "softmax", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
check("softmax")

# %%
softmax_ = use("softmax")  # yours once it has passed, else the reference; says which
p = softmax_(torch.tensor([2.0, 1.0, -1.0]) * torch.tensor([[1.0], [10.0]]))
jacobian = torch.diag_embed(p) - p.unsqueeze(-1) * p.unsqueeze(-2)
print("largest entry of the Jacobian at scale 1 and 10:", [f"{j.abs().max():.2g}" for j in jacobian])

# %%
slider = ipywidgets.FloatSlider(value=1.0, min=0.1, max=10.0, description="scale")
picture = ipywidgets.HTML("<b>0.71</b>")
display(ipywidgets.VBox([slider, picture]))
