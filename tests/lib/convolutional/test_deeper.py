"""Inception, residual and dense networks by the papers' tables; fine-tuning; attacks."""

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from gradschool.convolutional import attacks, dense, finetuning, inception, residual
from gradschool.convolutional.darknet import parameters


@pytest.mark.parametrize(
    ("make", "count"),
    [(residual.resnet18, 11_689_512), (dense.densenet121, 7_978_856), (inception.googlenet, 6_998_552)],
)
def test_networks_have_their_counts_and_give_a_score_for_each_class(make, count):
    with torch.device("meta"):
        net = make()
        scores = net.eval()(torch.empty(2, 3, 224, 224))
    print(f"{make.__name__}: {parameters(net):,} parameters")
    assert parameters(net) == count
    assert scores.shape == (2, 1000)


def test_inception_is_four_chains_side_by_side(normal):
    module = inception.InceptionModule(3, 2, 4, 5, 3, 2, 6).double()
    x = normal(0, 2, 3, 5, 7).requires_grad_()
    with_relu = [
        nn.Sequential(module.one, nn.ReLU()),
        nn.Sequential(module.reduce3, nn.ReLU(), module.three, nn.ReLU()),
        nn.Sequential(module.reduce5, nn.ReLU(), module.five, nn.ReLU()),
        nn.Sequential(nn.MaxPool2d(3, 1, 1), module.project, nn.ReLU()),
    ]
    ours, theirs = module(x), torch.cat([way(x) for way in with_relu], dim=1)
    assert ours.shape == (2, 15, 5, 7)
    assert_close(ours, theirs)
    assert_close(torch.autograd.grad(ours.square().sum(), x), torch.autograd.grad(theirs.square().sum(), x))


@pytest.mark.parametrize("block", [residual.ResidualBlock, residual.PlainBlock])
@pytest.mark.parametrize(("inputs", "outputs", "stride"), [(4, 4, 1), (3, 4, 1), (4, 4, 2), (2, 6, 2)])
def test_residual_blocks_by_functions_in_both_modes_and_backward(normal, block, inputs, outputs, stride):
    ours = block(inputs, outputs, stride).double()
    with torch.no_grad():
        for i, p in enumerate(ours.parameters()):
            p.copy_(normal(i, *p.shape))

    def norm(h, layer):
        return F.batch_norm(h, None, None, layer.weight, layer.bias, training=True)

    x = normal(50, 3, inputs, 5, 8).requires_grad_()
    h = norm(F.conv2d(x, ours.conv1.weight, stride=stride, padding=1), ours.bn1).relu()
    h = norm(F.conv2d(h, ours.conv2.weight, padding=1), ours.bn2)
    if block is residual.ResidualBlock:
        by = ours.shortcut
        h = h + (norm(F.conv2d(x, by[0].weight, stride=stride), by[1]) if len(list(by.parameters())) else x)
    expected = h.relu()
    assert_close(ours(x), expected)
    wanted = [x, *ours.parameters()]
    dout = normal(60, *expected.shape)
    mine, theirs = (torch.autograd.grad((out * dout).sum(), wanted) for out in (ours(x), expected))
    assert_close(mine, theirs)


def test_zero_scales_make_a_residual_network_a_chain_of_copies(normal):
    block = residual.start_as_identity(residual.ResidualBlock(3, 3).double())
    x = normal(0, 2, 3, 4, 5)
    assert_close(block(x), x.relu())


@pytest.mark.parametrize("depth", [8, 20, 56])
def test_small_networks_have_as_many_layers_as_they_say(depth):
    net = residual.small_net(depth, residual.PlainBlock)
    assert sum(isinstance(m, nn.Conv2d | nn.Linear) for m in net.modules()) == depth
    assert net(torch.zeros(2, 1, 8, 8)).shape == (2, 10)


@pytest.mark.parametrize("depth", [2, 19, 21])
def test_other_depths_are_refused(depth):
    with pytest.raises(ValueError, match="6n"):
        residual.small_net(depth)


def test_a_dense_block_reads_all_that_came_before(normal):
    block = dense.DenseBlock(3, 2, 3).double().eval()
    x = normal(0, 2, 3, 5, 4)
    known = [x]
    for layer in block.layers:
        h = torch.cat(known, dim=1)
        for part in layer:
            h = part(h)
        known.append(h)
    assert_close(block(x), torch.cat(known, dim=1))
    assert block(x).shape == (2, 9, 5, 4)
    assert torch.equal(block(x)[:, :3], x)
    assert dense.transition(9, 4)(torch.zeros(2, 9, 6, 4)).shape == (2, 4, 3, 2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stages = nn.Sequential(
            nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU()),
            nn.Sequential(nn.Conv2d(3, 4, 2), nn.Tanh()),
        )
        self.head = nn.Linear(4, 7)

    def forward(self, x):
        return self.head(self.stages(x).mean(dim=(2, 3)))


def test_only_head_and_last_stage_learn_and_at_their_own_rates():
    net = Net().double()
    before = copy.deepcopy(net.stages.state_dict())
    optimizer = finetuning.prepare_finetuning(net, 5, lr=0.3)
    assert (net.head.in_features, net.head.out_features, net.head.weight.dtype) == (4, 5, torch.float64)
    rates = {id(p): g["lr"] for g in optimizer.param_groups for p in g["params"]}
    assert rates == {id(p): 0.3 for p in net.head.parameters()} | {
        id(p): pytest.approx(0.03) for p in net.stages[-1].parameters()
    }
    assert not any(p.requires_grad for p in net.stages[0].parameters())
    loss = finetuning.tuning_step(net, torch.randn(6, 1, 5, 6).double(), torch.arange(6) % 5, optimizer)
    assert isinstance(loss, float)
    after = net.stages.state_dict()
    assert all(torch.equal(after[k], before[k]) for k in after if k.startswith("0."))  # running statistics too
    assert not torch.equal(after["1.0.weight"], before["1.0.weight"])


def test_networks_that_cannot_be_prepared_are_refused():
    with pytest.raises((ValueError, AttributeError), match="stages"):
        finetuning.prepare_finetuning(nn.Sequential(nn.Linear(2, 2)), 3, 0.1)


def test_no_change_of_that_size_raises_a_linear_networks_loss_more(normal):
    weight, x, y = normal(0, 3, 4), normal(1, 5, 4).sigmoid() * 0.6 + 0.2, torch.tensor([0, 1, 2, 0, 1])

    def net(pixels):
        return pixels @ weight.T

    eps = 1e-3
    attacked = attacks.fgsm_attack(net, x, y, eps)
    assert_close((attacked - x).abs(), torch.full_like(x, eps))
    raised = F.cross_entropy(net(attacked), y)
    for seed in range(20):
        other = x + eps * normal(10 + seed, 5, 4).sign()
        assert F.cross_entropy(net(other), y) <= raised + 1e-9
    assert torch.equal(attacks.fgsm_attack(net, x, y, 0.0), x)
    with pytest.raises(ValueError, match="eps"):
        attacks.fgsm_attack(net, x, y, -0.1)


def test_attacks_stay_in_range_and_leave_no_gradient():
    net, x = nn.Sequential(nn.Flatten(), nn.Linear(6, 3)), torch.rand(4, 1, 2, 3)
    kept = x.clone()
    attacked = attacks.fgsm_attack(net, x, torch.tensor([0, 1, 2, 0]), 0.7)
    assert attacked.min() >= 0
    assert attacked.max() <= 1
    assert torch.equal(x, kept)
    assert all(p.grad is None for p in net.parameters())
