"""What a call leaves behind: gradients of the caller's own tensors."""

import torch

from autograder.checking.world import Aspect, Change, World


def changes(act, grad=None):
    w = torch.ones(3, requires_grad=True)
    w.grad = grad
    world = World([(0, "w", w)])
    act(w)
    return world.changes()


def test_a_gradient_that_was_not_there_is_a_change() -> None:
    assert changes(lambda w: (2 * w).sum().backward()) == {Change(0, Aspect.GRAD, "w")}
    assert changes(lambda w: (2 * w).sum().backward(), torch.ones(3)) == {Change(0, Aspect.GRAD, "w")}


def test_a_gradient_that_was_cleared_is_none() -> None:
    def cleared(w: torch.Tensor) -> None:
        w.grad = None

    assert not changes(cleared, torch.ones(3))
    assert not changes(lambda w: w.grad.zero_(), torch.ones(3))
    assert not changes(lambda w: None, torch.ones(3))
