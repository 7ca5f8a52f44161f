"""What chance allows: independent draws pass on every seed, and each way to depend is seen."""

import pytest
import torch

from autograder.spec import chance

torch.manual_seed(0)
NOISE = torch.randn(300, 200)
MASK = torch.rand(200, 200) < 0.3


@pytest.mark.parametrize("seed", range(20))
def test_independent_draws_pass(seed: int) -> None:
    torch.manual_seed(seed)
    for drawn in (torch.rand(200, 200) < 0.3, torch.rand(400, 100) < 0.75, torch.randn(300, 200)):
        assert not chance.related(drawn)
        assert not chance.related(drawn.T)
    assert chance.normal(torch.randn(60_000))
    assert chance.uniform(torch.rand(60_000))
    assert chance.every_one(torch.randint(0, 20, (2000,)), 20)
    assert chance.plausible(int((torch.rand(40_000) < 0.3).sum()), 40_000, 0.3)


def copied(drawn: torch.Tensor) -> torch.Tensor:
    drawn = drawn.clone()
    drawn[7] = drawn[150]
    return drawn


RELATED = {
    "one mask for all": MASK[:1].expand(200, 200),
    "a row is another's copy": copied(MASK),
    "a row of real numbers is another's copy": copied(NOISE),
    "one column for all": MASK[:, :1].expand(200, 200).T,
    "so many of each row": (torch.rand(200, 200).argsort(dim=1) < 60).T,
    "so many of each call": torch.stack([torch.randperm(200) < 60 for _ in range(40)]).T,
    "a strength for each row": (NOISE * torch.rand(300, 1)).T,
}


@pytest.mark.parametrize("drawn", RELATED.values(), ids=RELATED.keys())
def test_what_depends_is_seen(drawn: torch.Tensor) -> None:
    assert chance.related(drawn)


def test_so_many_of_each_row_relates_columns_alone() -> None:
    assert not chance.related(torch.rand(200, 200).argsort(dim=1) < 60)


def test_other_distributions_are_refused() -> None:
    z = torch.randn(60_000)
    assert not chance.normal(3**0.5 * (2 * torch.rand(60_000) - 1))
    assert not chance.normal(z.clamp(-3, 3))
    assert not chance.normal(1.03 * z)
    assert not chance.follows(z[z.abs() < 3], torch.special.ndtr)
    assert not chance.uniform(0.99 * torch.rand(60_000))
    assert not chance.every_one(torch.randint(0, 19, (2000,)), 20)
    assert not chance.every_one([0, 1, 2], 2)
    assert not chance.plausible(300, 1000, 0.5)
