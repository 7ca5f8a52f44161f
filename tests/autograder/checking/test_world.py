"""What an answer leaves behind in what it was handed is seen, kind by kind, and costs the line on inputs alone."""

import torch
from torch import nn

from autograder.checking.assess import assess
from autograder.checking.verdict import Verdict
from autograder.checking.world import Aspect, Change, World
from autograder.spec import Exercise, Question
from autograder.spec.probes import function_of, named, probe

from . import toys

SEED = 3


def verdict(exercise: Exercise, answer: object) -> Verdict:
    return assess(exercise, answer, SEED, [])


def sentence(found: Verdict) -> str:
    """The line on inputs, where it is the only one that failed."""
    failed = [row for row in found.rows if not row.passed]
    assert [row.kind for row in failed] == ["inputs"], [row.label for row in failed]
    return failed[0].sentence


def total(words, table):
    return torch.stack([table[word] for word in words]).sum(0)


def summed(words, table):
    """The same; the reference itself is not to be called."""
    return sum(table[word] for word in words)


def lookup() -> Exercise:
    def cases(draw):
        return [(["b", "a", "b"], {"a": draw.normal(2), "b": draw.normal(2)})]

    return toys.named("total", Question(cases=cases), total, 2)


def test_lists_and_dicts_belong_to_the_caller() -> None:
    def sorts(words, table):
        words.sort()
        return summed(words, table)

    def pops(words, table):
        result = summed(words, table)
        while words:
            words.pop()
        return result

    def adds(words, table):
        table["c"] = table["a"]
        return summed(words, table)

    assert sentence(verdict(lookup(), sorts)) == "Your answer changes what `words` holds: it belongs to the caller."
    assert "`words`" in sentence(verdict(lookup(), pops))
    assert "`table`" in sentence(verdict(lookup(), adds))


def test_requires_grad_and_gradients_are_put_back() -> None:
    def doubled(x):
        return 2 * x

    exercise = toys.named("doubled", Question(cases=lambda draw: [draw.normal(3)]), doubled, 1)

    def differentiates(x):
        x.requires_grad_()
        (x**2).sum().backward()
        return x.grad.detach()

    said = sentence(verdict(exercise, differentiates))
    assert "`requires_grad` of `x`" in said and "a gradient in `x`" in said


def test_a_result_that_is_to_be_new_does_not_share_memory() -> None:
    def cut(x):
        return x.clamp(-1, 1)

    exercise = toys.named("cut", Question(cases=lambda draw: [0.1 * draw.normal(3)], fresh=("result",)), cut, 1)
    assert verdict(exercise, lambda x: x.clamp(-1, 1)).passed
    assert "the memory of `x` itself" in sentence(verdict(exercise, lambda x: x))
    assert "the memory of" in sentence(verdict(exercise, lambda x: x.view(-1)))


@probe("state", "x", device=False)
def on_a_network(answer, args, returns, gradients):
    net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)).to(args[0])
    return named(function_of(answer)(net, args[0]), returns)


def ones(net, x):
    return torch.ones(2)


def test_networks_keep_their_mode_and_their_parameters() -> None:
    exercise = toys.named("ones", Question(cases=lambda draw: [draw.normal(4, 3)], probe=on_a_network), ones, 1)

    def evaluates(net, x):
        net.eval()
        return torch.ones(2)

    def one_layer(net, x):
        net[1].eval()
        net(x)
        net[1].train()
        return torch.ones(2)

    def replaces(net, x):
        net[0].weight = nn.Parameter(net[0].weight.detach().clone())
        return torch.ones(2)

    assert "leaves `net` in another mode" in sentence(verdict(exercise, evaluates))
    assert "runs `net.1` in another mode" in sentence(verdict(exercise, one_layer))
    assert "puts other parameters in place" in sentence(verdict(exercise, replaces))


def test_what_the_reference_changes_may_change() -> None:
    def move(p, grad):
        p.sub_(grad)
        return p.clone()

    exercise = toys.named("move", Question(cases=lambda draw: [(draw.normal(3), draw.normal(3))]), move, 1)

    def subtracts(p, grad):
        p -= grad
        return p + 0

    def also_the_gradient(p, grad):
        result = subtracts(p, grad)
        grad.zero_()
        return result

    assert verdict(exercise, subtracts).passed
    assert "`grad`" in sentence(verdict(exercise, also_the_gradient))
    assert verdict(exercise, lambda p, grad: p - grad).passed, "writing is allowed, not asked"


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
