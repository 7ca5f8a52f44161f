"""The annotations of the references are more than words while these tests run."""

import pytest
import torch

from gradschool.feedforward.layers import linear_forward

beartype = pytest.importorskip("beartype")


@pytest.mark.parametrize(
    ("x", "weight", "bias"),
    [
        (torch.zeros(2, 3), torch.zeros(4, 5), torch.zeros(4)),
        (torch.zeros(2, 3), torch.zeros(4, 3), torch.zeros(1)),
        (torch.zeros(3), torch.zeros(4, 3), torch.zeros(4)),
        (torch.zeros(2, 3, dtype=torch.int64), torch.zeros(4, 3), torch.zeros(4)),
    ],
    ids=["inner sizes differ", "one bias for all", "no batch", "integers"],
)
def test_a_wrong_shape_is_refused(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> None:
    with pytest.raises(Exception, match="Type-check error") as refusal:
        linear_forward(x, weight, bias)
    assert type(refusal.value).__name__ == "TypeCheckError"
