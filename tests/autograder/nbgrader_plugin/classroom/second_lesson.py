# %% [markdown]
# # A question that a person reads
#
# Why does adding the same number to all scores change nothing?

# %% [markdown] nbgrader={"grade": true, "grade_id": "why-shift", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
# ### BEGIN SOLUTION
# Numerator and denominator are both multiplied by the exponential of that number, which cancels.
# ### END SOLUTION
