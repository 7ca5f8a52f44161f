"""The convolutional autoencoder: strided convolutions down to a code, transposed ones back up to an image."""

import math

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class ConvAutoencoder(nn.Module):
    """Images of one channel → code → logits of the pixels.

    A convolution with kernel 4, stride 2 and padding 1 halves height and width; the transposed one with the same
    numbers doubles them, (n - 1) · 2 - 2 + 4 = 2n. The stride divides the kernel, so that every pixel inside the output
    is reached by equally many inputs (no checkerboard: Odena, Dumoulin & Olah 2016).

    Args:
        code: numbers in the code.
        channels: of the outer hidden layers; the inner ones have twice as many.
        size: height and width of the images, multiples of 4.

    Raises:
        ValueError: a size that cannot be halved twice.

    Source:
        Masci, Meier, Cireşan & Schmidhuber (2011), Stacked convolutional auto-encoders; transposed convolution: Zeiler,
        Krishnan, Taylor & Fergus (2010).
    """

    def __init__(self, code: int, channels: int = 8, size: tuple[int, int] = (8, 8)) -> None:
        super().__init__()
        if min(size) < 4 or size[0] % 4 or size[1] % 4:
            raise ValueError(f"height and width are halved twice, so multiples of 4; got {size}")
        self.inner = (2 * channels, size[0] // 4, size[1] // 4)
        self.down1 = nn.Conv2d(1, channels, 4, stride=2, padding=1)
        self.down2 = nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1)
        self.to_code = nn.Linear(math.prod(self.inner), code)
        self.from_code = nn.Linear(code, math.prod(self.inner))
        self.up1 = nn.ConvTranspose2d(2 * channels, channels, 4, stride=2, padding=1)
        self.up2 = nn.ConvTranspose2d(channels, 1, 4, stride=2, padding=1)

    def encode(self, x: Float[Tensor, "batch 1 height width"]) -> Float[Tensor, "batch code"]:
        """The code of each image: any real numbers."""
        h = F.relu(self.down2(F.relu(self.down1(x))))  # (batch, 2 channels, height/4, width/4)
        code: Tensor = self.to_code(h.flatten(1))
        return code

    def decode(self, z: Float[Tensor, "batch code"]) -> Float[Tensor, "batch 1 height width"]:
        """Logits of the pixels for each code; sigmoid makes grey values of them."""
        h = F.relu(self.from_code(z)).reshape(-1, *self.inner)  # (batch, 2 channels, height/4, width/4)
        logits: Tensor = self.up2(F.relu(self.up1(h)))
        return logits

    def forward(self, x: Float[Tensor, "batch 1 height width"]) -> Float[Tensor, "batch 1 height width"]:
        """Logits of the reconstruction."""
        return self.decode(self.encode(x))


# The same in torch: nn.Sequential of these layers, with nn.Flatten() and nn.Unflatten(1, inner) between.
