"""Autoencoders of dense layers: an encoder to a short code, and a decoder back."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn


class LinearAutoencoder(nn.Module):
    """Two matrices and nothing else: h = x W_eᵀ, x̂ = h W_dᵀ, for data whose mean is zero.

    Trained on squared error, it spans the subspace of the first principal components.

    Attributes:
        encoder: nn.Linear without bias; `encoder.weight` is W_e, (code, inputs).
        decoder: nn.Linear without bias; `decoder.weight` is W_d, (inputs, code).

    Source:
        Bourlard & Kamp (1988); Baldi & Hornik (1989).
    """

    def __init__(self, inputs: int, code: int) -> None:
        super().__init__()
        self.encoder = nn.Linear(inputs, code, bias=False)
        self.decoder = nn.Linear(code, inputs, bias=False)

    def encode(self, x: Float[Tensor, "batch inputs"]) -> Float[Tensor, "batch code"]:
        """The code of each sample."""
        return self.encoder(x)  # type: ignore[no-any-return]

    def decode(self, h: Float[Tensor, "batch code"]) -> Float[Tensor, "batch inputs"]:
        """What a code stands for."""
        return self.decoder(h)  # type: ignore[no-any-return]

    def forward(self, x: Float[Tensor, "batch inputs"]) -> Float[Tensor, "batch inputs"]:
        """The reconstruction."""
        return self.decode(self.encode(x))


class Autoencoder(nn.Module):
    """Dense layers down to a code, and the same widths up again, with ReLU between them.

    Neither the code nor the output has an activation: a code may have any sign, and the loss knows whether the output
    is a reconstruction or its logits.

    Args:
        sizes: widths from the inputs to the code, [64, 32, 8]: the encoder is 64 → 32 → 8, the decoder 8 → 32 → 64.

    Attributes:
        encoder, decoder: nn.Sequential of nn.Linear and nn.ReLU in turn, beginning and ending with nn.Linear.

    Raises:
        ValueError: fewer than two sizes, or one below 1.

    Source:
        Hinton & Salakhutdinov (2006); Goodfellow, Bengio & Courville (2016), section 14.1.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(f"sizes names the inputs and the layers down to the code, all >= 1; got {list(sizes)}")
        self.encoder = dense_stack(sizes)
        self.decoder = dense_stack(sizes[::-1])

    def encode(self, x: Float[Tensor, "batch inputs"]) -> Float[Tensor, "batch code"]:
        """The code of each sample."""
        return self.encoder(x)  # type: ignore[no-any-return]

    def decode(self, h: Float[Tensor, "batch code"]) -> Float[Tensor, "batch inputs"]:
        """What a code stands for, before any activation that belongs to the loss."""
        return self.decoder(h)  # type: ignore[no-any-return]

    def forward(self, x: Float[Tensor, "batch inputs"]) -> Float[Tensor, "batch inputs"]:
        """The decoder's output for the code of x."""
        return self.decode(self.encode(x))


class SigmoidAutoencoder(nn.Module):
    """One layer of sigmoid units as the code, and a linear decoder: the network that regularisers are compared on.

    Attributes:
        encoder: nn.Linear; the code is σ(x W_eᵀ + b_e), in (0, 1).
        decoder: nn.Linear.

    Source:
        Vincent et al. (2010); Rifai et al. (2011).
    """

    def __init__(self, inputs: int, code: int) -> None:
        super().__init__()
        self.encoder = nn.Linear(inputs, code)
        self.decoder = nn.Linear(code, inputs)

    def encode(self, x: Float[Tensor, "batch inputs"]) -> Float[Tensor, "batch code"]:
        """The activations of each sample."""
        return torch.sigmoid(self.encoder(x))

    def decode(self, h: Float[Tensor, "batch code"]) -> Float[Tensor, "batch inputs"]:
        """What a code stands for."""
        return self.decoder(h)  # type: ignore[no-any-return]

    def forward(self, x: Float[Tensor, "batch inputs"]) -> Float[Tensor, "batch inputs"]:
        """The reconstruction."""
        return self.decode(self.encode(x))


def dense_stack(sizes: Sequence[int]) -> nn.Sequential:
    """Dense layers of these widths, inputs first, with ReLU between them and none at the end."""
    layers = [layer for inputs, outputs in pairwise(sizes) for layer in (nn.Linear(inputs, outputs), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


# These are torch.nn already. What torch has not is a class of this name: an autoencoder is two networks and a loss.
