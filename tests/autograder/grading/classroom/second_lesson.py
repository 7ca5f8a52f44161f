# %% [markdown]
# # A question that a person reads
#
# Why does adding the same number to all scores change nothing?

# %% [markdown] written="why-shift" points=2
# ### BEGIN SOLUTION
# Numerator and denominator are both multiplied by the exponential of that number, which cancels.
# ### END SOLUTION
