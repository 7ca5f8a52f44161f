"""Learning without labels first: an encoder that has learned to reconstruct, and then to classify."""

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Float, Integer
from torch import Tensor, nn
from torch.nn import functional as F

MakeOptimizer = Callable[[list[nn.Parameter]], torch.optim.Optimizer]


def pretrain_and_finetune(
    encoder: nn.Module,
    decoder: nn.Module,
    head: nn.Module,
    images: Float[Tensor, "unlabelled pixels"],
    x: Float[Tensor, "labelled pixels"],
    y: Integer[Tensor, " labelled"],
    steps: tuple[int, int],
    make_optimizer: MakeOptimizer,
) -> tuple[float, float]:
    """Train encoder and decoder to reconstruct all images, then encoder and head to classify the few labelled ones.

    Each phase takes so many steps on all of its samples at once, with an optimizer of its own: the second one must not
    inherit the momentum of the first. In the second phase the encoder learns on; the decoder is left as it is.

    Args:
        encoder: images → codes.
        decoder: codes → images.
        head: codes → scores of the classes.
        images: what needs no labels.
        x, y: labelled samples and their classes.
        steps: of the first phase (mean squared error) and of the second (cross-entropy).
        make_optimizer: called with a list of parameters, returns an optimizer for them.

    Returns:
        The loss of each phase before its last step; nan for a phase of no steps.

    Source:
        Hinton & Salakhutdinov (2006), Reducing the dimensionality of data with neural networks; Erhan et al. (2010),
        Why does unsupervised pre-training help deep learning?
    """

    def reconstruction() -> Tensor:
        """Mean squared error over all images."""
        return F.mse_loss(decoder(encoder(images)), images)

    def classification() -> Tensor:
        """Cross-entropy of the labelled samples, in nats."""
        return F.cross_entropy(head(encoder(x)), y)

    last = []
    for nets, loss, count in (
        ((encoder, decoder), reconstruction, steps[0]),
        ((encoder, head), classification, steps[1]),
    ):
        losses = list(_descend(loss, make_optimizer([p for net in nets for p in net.parameters()]), count))
        last.append(losses[-1] if losses else float("nan"))
    return last[0], last[1]


def _descend(loss: Callable[[], Tensor], optimizer: torch.optim.Optimizer, count: int) -> Iterator[float]:
    for _ in range(count):
        value = loss()
        optimizer.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        yield value.item()


# The same in torch: this is torch. A frozen encoder would be `encoder.requires_grad_(False)` before the second phase.
