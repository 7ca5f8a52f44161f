"""The loss of a sequence whose end may be padding, and what it means: perplexity."""

import torch
from jaxtyping import Bool, Float, Int, Integer
from torch import Tensor

from gradschool.checks import check_indices
from gradschool.precision import wide


def masked_cross_entropy(
    logits: Float[Tensor, "batch time classes"],
    targets: Integer[Tensor, "batch time"],
    mask: Bool[Tensor, "batch time"],
) -> Float[Tensor, ""]:
    """Mean of -log p(target) in nats over the real positions of all sequences together; padding counts nowhere.

    Every token weighs the same, so a long sequence weighs more than a short one. What stands under the padding, be it
    infinite, changes neither the value nor a gradient.

    Args:
        logits: scores of all classes at every position.
        targets: the right class at every position; anything where the mask is False.
        mask: True where a real token stands; at least one.

    Raises:
        ValueError: no real token, or a class that has no score.

    Source:
        Goodfellow, Bengio & Courville (2016), section 10.2.1, eq. 10.12 to 10.14.
    """
    real, target = logits[mask], targets[mask]  # (tokens, classes), (tokens,)
    if not len(target):
        raise ValueError("the loss is a mean over real tokens, at least one; the mask leaves none")
    check_indices(target, logits.shape[-1])
    shifted = real - real.amax(dim=-1, keepdim=True).detach()
    log_p = shifted - shifted.exp().sum(dim=-1, keepdim=True).log()
    return -log_p.gather(-1, target.long().unsqueeze(-1)).mean()


def perplexity(losses: Float[Tensor, " batches"], counts: Int[Tensor, " batches"]) -> Float[Tensor, ""]:
    """exp of the mean loss per token, from the mean losses of several batches and how many tokens each held.

    A model with a perplexity of k is as unsure as one that picks among k equally likely tokens.

    Args:
        losses: mean cross-entropy per token of each batch, in nats.
        counts: real tokens in each batch, whole numbers; one at least.

    Source:
        Jelinek, Mercer, Bahl & Baker (1977), Perplexity: a measure of the difficulty of speech recognition tasks.
    """
    weights = counts.to(wide(losses).dtype)
    return torch.exp((losses * weights).sum() / weights.sum())


# The same in torch: nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=…) where the
# padded targets hold the index that is ignored; perplexity is its exponential.
