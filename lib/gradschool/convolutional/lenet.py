"""LeNet-5, and how many numbers it learns."""

from collections.abc import Sequence

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

#: The six maps of S2 that each of the sixteen maps of C3 sees, in the paper's table I.
ORIGINAL_TABLE: tuple[tuple[int, ...], ...] = (
    *(tuple((i + j) % 6 for j in range(3)) for i in range(6)),  # three neighbours
    *(tuple((i + j) % 6 for j in range(4)) for i in range(6)),  # four neighbours
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),  # two pairs
    (0, 1, 2, 3, 4, 5),
)


class LeNet5(nn.Module):
    """LeNet-5 with its C3 fully connected, plain average pooling and a dense output: 61,706 parameters.

    Sixteen maps see all six below (the paper's see three to six: `ORIGINAL_TABLE`), pooling has nothing to learn, the
    activation is tanh itself (the paper's is 1.7159 tanh(2z/3)), and ten dense units give scores (the paper's measure
    distances from fixed drawings of the digits).

    Args:
        classes: number of scores.

    Source:
        LeCun, Bottou, Bengio & Haffner (1998), Gradient-based learning applied to document recognition, section II.B.
    """

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, classes)

    def forward(self, x: Float[Tensor, "batch 1 32 32"]) -> Float[Tensor, "batch classes"]:
        """Scores of the classes, one row for each image as `scans.prepared` gives it."""
        h = self.c1(x).tanh()  # (batch, 6, 28, 28)
        h = F.avg_pool2d(h, 2)  # (batch, 6, 14, 14), the paper's S2
        h = self.c3(h).tanh()  # (batch, 16, 10, 10)
        h = F.avg_pool2d(h, 2)  # (batch, 16, 5, 5), S4
        h = self.c5(h).tanh().flatten(1)  # (batch, 120)
        h = self.f6(h).tanh()  # (batch, 84)
        scores: Tensor = self.output(h)
        return scores


def lenet_parameter_count(seen_by_c3: Sequence[int], trained_pooling: bool = False, trained_output: bool = True) -> int:
    """How many numbers a LeNet-5 learns.

    Args:
        seen_by_c3: for each map of C3, how many of the six maps below it sees: [6] * 16 when fully connected.
        trained_pooling: the paper's S2 and S4 multiply each map's means by a factor and add a bias, both learnt.
        trained_output: ten dense units at the end. The paper's output is fixed: nothing to learn.

    Returns:
        61,706 for [6] * 16; 60,806 for the original table; 60,000 for that with the paper's pooling and output.

    Raises:
        ValueError: a map that sees none, or more than there are.
    """
    if not seen_by_c3 or not all(1 <= seen <= 6 for seen in seen_by_c3):
        raise ValueError(f"each map of C3 sees one to six maps; got {list(seen_by_c3)}")
    maps, window = len(seen_by_c3), 5 * 5
    c1 = 6 * (window + 1)
    c3 = sum(seen * window + 1 for seen in seen_by_c3)
    c5 = 120 * (maps * window + 1)
    f6 = 84 * (120 + 1)
    pooling = 2 * (6 + maps) if trained_pooling else 0
    output = 10 * (84 + 1) if trained_output else 0
    return c1 + c3 + c5 + f6 + pooling + output


# The same in torch, layer after layer: nn.Sequential(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2),
# nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(),
# nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)); the count is sum(p.numel() for p in net.parameters()).
