"""Telling a generator what to draw."""

import torch
from jaxtyping import Float, Integer
from torch import Tensor

from gradschool.checks import check_indices


def condition_on_label(
    z: Float[Tensor, "batch latent"], labels: Integer[Tensor, " batch"], embedding: Float[Tensor, "classes features"]
) -> Float[Tensor, "batch latent_and_features"]:
    """Put the embedding of each sample's class behind its noise: a network's input that says what is asked for.

    Args:
        z: noise.
        labels: classes, from 0.
        embedding: one row for each class, learned with the rest; its rows get gradients through the result.

    Raises:
        ValueError: a class that has no row.

    Source: Mirza & Osindero (2014), Conditional generative adversarial nets, section 3.2.
    """
    check_indices(labels, len(embedding))
    return torch.cat([z, embedding[labels.long()]], dim=1)


# The same in torch: torch.cat([z, nn.Embedding(classes, features)(labels)], dim=1).
