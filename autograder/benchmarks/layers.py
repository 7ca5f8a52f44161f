"""The rows of single layers and of optimizers' steps."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.benchmarks.pairs import Row, Work
from gradschool import fast
from gradschool.convolutional import convolution, dropout, normalisation, pooling
from gradschool.convolutional.alexnet import AlexNet
from gradschool.feedforward import losses, optimizers, regularisation
from gradschool.recurrent import gru, lstm

Function = Callable[..., Any]
#: name, images, kernels, stride, padding: LeNet-5's three convolutions, batch 64, and AlexNet's five, batch 16
CONVOLUTIONS: tuple[tuple[str, tuple[int, ...], tuple[int, ...], int, int], ...] = (
    ("LeNet-5 C1", (64, 1, 32, 32), (6, 1, 5, 5), 1, 0),
    ("LeNet-5 C3", (64, 6, 14, 14), (16, 6, 5, 5), 1, 0),
    ("LeNet-5 C5", (64, 16, 5, 5), (120, 16, 5, 5), 1, 0),
    ("AlexNet conv1", (16, 3, 227, 227), (96, 3, 11, 11), 4, 0),
    ("AlexNet conv2", (16, 96, 27, 27), (256, 96, 5, 5), 1, 2),
    ("AlexNet conv3", (16, 256, 13, 13), (384, 256, 3, 3), 1, 1),
    ("AlexNet conv4", (16, 384, 13, 13), (384, 384, 3, 3), 1, 1),
    ("AlexNet conv5", (16, 384, 13, 13), (256, 384, 3, 3), 1, 1),
)


def rows(device: torch.device) -> Iterator[Callable[[], Row]]:
    """Every row of a layer, each to be made when its turn comes: its tensors need not outlive it."""
    for layer in CONVOLUTIONS:
        yield lambda layer=layer: _convolution(layer, False, device)  # type: ignore[misc]
        yield lambda layer=layer: _convolution(layer, True, device)  # type: ignore[misc]
    if device.type == "cpu":
        yield _loops
    yield lambda: _max_pooling("2×2 of 64×6×28×28", (64, 6, 28, 28), 2, 2, device)
    yield lambda: _max_pooling("3×3, stride 2, of 16×96×55×55", (16, 96, 55, 55), 3, 2, device)
    yield lambda: _avg_pooling((64, 6, 28, 28), 2, device)
    yield lambda: _batch_norm((64, 32, 16, 16), device)
    yield lambda: _batch_norm((16, 96, 55, 55), device)
    for shape in ((64, 10), (1024, 100), (128, 1000)):
        yield lambda shape=shape: _cross_entropy(shape, device)  # type: ignore[misc]
    yield lambda: _dropout((128, 4096), device)
    yield lambda: _dropout2d((64, 32, 16, 16), device)
    yield lambda: _lstm(device)
    yield lambda: _gru(device)
    yield lambda: _adam(device)
    yield lambda: _sgd(device)


def numbers(*shape: int, device: torch.device, grad: bool = False) -> Tensor:
    """Standard normal numbers in float32."""
    return torch.randn(*shape, generator=torch.Generator(device).manual_seed(0), device=device).requires_grad_(grad)


def _both_ways(f: Function, leaves: Sequence[Tensor]) -> Work:
    """Forward and backward: the gradients of all leaves."""
    with torch.no_grad():
        dout = torch.ones_like(f(*leaves))
    wanted = [leaf for leaf in leaves if leaf.requires_grad]
    return lambda: torch.autograd.grad(f(*leaves), wanted, dout)


def _row(
    what: str, forms: dict[str, Function], peer: tuple[str, Function], leaves: Sequence[Tensor], aim: float
) -> Row:
    """A row on forward and backward."""
    works = {name: _both_ways(f, leaves) for name, f in forms.items()}
    return Row(what, works, _both_ways(peer[1], leaves), peer[0], aim)


def _convolution(layer: tuple[Any, ...], backward: bool, device: torch.device) -> Row:
    name, x_shape, w_shape, stride, padding = layer
    first = x_shape[1] in (1, 3)  # images need no gradient
    x, w = numbers(*x_shape, device=device, grad=not first), numbers(*w_shape, device=device, grad=True)
    b = numbers(w_shape[0], device=device, grad=True)
    aim = 3.0 if x_shape[1] >= 64 or device.type == "cuda" else 5.0
    shape = "×".join(map(str, x_shape)) + f" → {w_shape[0]}, {w_shape[2]}×{w_shape[3]}"
    forms: dict[str, Function] = {"textbook": convolution.conv2d, "fast": fast.conv2d}
    called = {n: (lambda *t, f=f: f(*t, stride, padding)) for n, f in {**forms, "peer": F.conv2d}.items()}
    peer = called.pop("peer")
    if backward:
        return _row(f"conv2d, {name}, forward + backward", called, ("F.conv2d", peer), (x, w, b), aim)
    plain = x.detach(), w.detach(), b.detach()
    works: dict[str, Work] = {n: partial(f, *plain) for n, f in called.items()}
    return Row(f"conv2d, {name}: {shape}, forward", works, partial(peer, *plain), "F.conv2d", aim)


def conv2d_by_loops(x: Tensor, weight: Tensor) -> Tensor:
    """Convolution as textbooks print it: loops over images, maps and positions; no border, stride 1."""
    (batch, _, height, width), (outputs, _, kh, kw) = x.shape, weight.shape
    out = x.new_zeros(batch, outputs, height - kh + 1, width - kw + 1)
    for n in range(batch):
        for o in range(outputs):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    out[n, o, i, j] = (x[n, :, i : i + kh, j : j + kw] * weight[o]).sum()
    return out


def _loops() -> Row:
    cpu = torch.device("cpu")
    x, w = numbers(64, 3, 32, 32, device=cpu), numbers(16, 3, 3, 3, device=cpu)
    forms: dict[str, Work] = {"textbook": lambda: convolution.conv2d(x, w), "fast": lambda: fast.conv2d(x, w)}
    what = "conv2d, 64×3×32×32 → 16, 3×3, forward"
    return Row(what, forms, lambda: conv2d_by_loops(x[:1], w), "loops", 300.0, slower=True, parts=len(x))


def _max_pooling(name: str, shape: tuple[int, ...], k: int, stride: int, device: torch.device) -> Row:
    x = numbers(*shape, device=device, grad=True)
    forms: dict[str, Function] = {
        "textbook": lambda t: pooling.max_pool2d(t, k, stride)[0],
        "fast": lambda t: fast.max_pool2d(t, k, stride)[0],
    }
    peer = ("F.max_pool2d", lambda t: F.max_pool2d(t, k, stride, return_indices=True)[0])
    return _row(f"max_pool2d, {name}, forward + backward", forms, peer, (x,), 2.0)


def _avg_pooling(shape: tuple[int, ...], k: int, device: torch.device) -> Row:
    forms: dict[str, Function] = {
        "textbook": lambda t: pooling.avg_pool2d(t, k),
        "fast": lambda t: fast.avg_pool2d(t, k),
    }
    what = f"avg_pool2d, {k}×{k} of {'×'.join(map(str, shape))}, forward + backward"
    leaves = (numbers(*shape, device=device, grad=True),)
    return _row(what, forms, ("F.avg_pool2d", lambda t: F.avg_pool2d(t, k)), leaves, 2.0)


def _batch_norm(shape: tuple[int, ...], device: torch.device) -> Row:
    x, gamma, beta = (numbers(*s, device=device, grad=True) for s in (shape, shape[1:2], shape[1:2]))
    mean, var = torch.zeros(shape[1], device=device), torch.ones(shape[1], device=device)
    forms: dict[str, Function] = {
        "textbook": lambda t, g, b: normalisation.batchnorm2d(t, g, b, mean, var, True)[0],
        "fast": lambda t, g, b: fast.batchnorm2d(t, g, b, mean, var, True)[0],
    }
    peer = ("F.batch_norm", lambda t, g, b: F.batch_norm(t, mean.clone(), var.clone(), g, b, True))
    what = f"batchnorm2d, {'×'.join(map(str, shape))}, training, forward + backward"
    return _row(what, forms, peer, (x, gamma, beta), 2.0)


def _cross_entropy(shape: tuple[int, int], device: torch.device) -> Row:
    target = torch.arange(shape[0], device=device) % shape[1]
    forms: dict[str, Function] = {
        "textbook": lambda z: losses.cross_entropy(z, target),
        "fast": lambda z: fast.cross_entropy(z, target),
    }
    what = f"cross_entropy, {shape[0]}×{shape[1]}, forward + backward"
    leaves = (numbers(*shape, device=device, grad=True),)
    return _row(what, forms, ("F.cross_entropy", lambda z: F.cross_entropy(z, target)), leaves, 2.0)


def _dropout(shape: tuple[int, ...], device: torch.device) -> Row:
    chance = torch.Generator(device).manual_seed(0)
    forms: dict[str, Function] = {"textbook": lambda t: regularisation.dropout_forward(t, 0.5, True, chance)[0]}
    what = f"dropout, {'×'.join(map(str, shape))}, forward + backward"
    leaves = (numbers(*shape, device=device, grad=True),)
    return _row(what, forms, ("F.dropout", lambda t: F.dropout(t, 0.5, True)), leaves, 2.0)


def _dropout2d(shape: tuple[int, ...], device: torch.device) -> Row:
    chance = torch.Generator(device).manual_seed(0)
    forms: dict[str, Function] = {"textbook": lambda t: dropout.dropout2d(t, 0.5, True, chance)}
    what = f"dropout2d, {'×'.join(map(str, shape))}, forward + backward"
    leaves = (numbers(*shape, device=device, grad=True),)
    return _row(what, forms, ("F.dropout2d", lambda t: F.dropout2d(t, 0.5, True)), leaves, 2.0)


def _sequence(device: torch.device, layer: nn.Module) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Inputs, a state of zeros, and the layer's own parameters: T = 128, B = 64, H = 256."""
    x = numbers(64, 128, 256, device=device, grad=True)
    return x, torch.zeros(64, 256, device=device), list(layer.parameters())


def _lstm(device: torch.device) -> Row:
    layer = nn.LSTM(256, 256, batch_first=True).to(device)
    x, zeros, parameters = _sequence(device, layer)
    forms: dict[str, Function] = {
        "textbook": lambda t, *w: lstm.lstm_forward(t, zeros, zeros, *w)[0],
        "fast": lambda t, *w: fast.lstm_forward(t, zeros, zeros, *w)[0],
    }
    peer = ("nn.LSTM", lambda t, *_: layer(t)[0])
    aim = 4.0 if device.type == "cuda" else 2.5
    return _row("LSTM, T=128, B=64, H=256, forward + backward", forms, peer, (x, *parameters), aim)


def _gru(device: torch.device) -> Row:
    layer = nn.GRU(256, 256, batch_first=True).to(device)
    x, zeros, parameters = _sequence(device, layer)
    forms: dict[str, Function] = {
        "textbook": lambda t, *w: gru.gru_forward(t, zeros, *w)[0],
        "fast": lambda t, *w: fast.gru_forward(t, zeros, *w)[0],
    }
    peer = ("nn.GRU", lambda t, *_: layer(t)[0])
    aim = 4.0 if device.type == "cuda" else 2.5
    return _row("GRU, T=128, B=64, H=256, forward + backward", forms, peer, (x, *parameters), aim)


def _alexnet(device: torch.device) -> tuple[list[Tensor], list[Tensor], list[nn.Parameter]]:
    """AlexNet's parameters, gradients for them, and a copy that holds the same gradients, for torch's optimizer."""
    parameters = [p.detach() for p in AlexNet().to(device).parameters()]
    grads = [1e-3 * numbers(*p.shape, device=device) for p in parameters]
    copies = [nn.Parameter(p.clone()) for p in parameters]
    for copy, grad in zip(copies, grads, strict=True):
        copy.grad = grad
    return parameters, grads, copies


def _adam(device: torch.device) -> Row:
    parameters, grads, copies = _alexnet(device)
    means, squares = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
    count = 0
    plain = [(p, torch.zeros_like(p), torch.zeros_like(p), 0) for p in parameters]

    def textbook() -> None:
        plain[:] = [optimizers.adam_step(p, g, m, v, t) for (p, m, v, t), g in zip(plain, grads, strict=True)]

    def quick() -> None:
        nonlocal count
        count = fast.adam_step(parameters, grads, means, squares, count)

    peer = torch.optim.Adam(copies, foreach=True)
    what = f"Adam step, AlexNet's {sum(p.numel() for p in parameters):,} parameters"
    return Row(what, {"textbook": textbook, "fast": quick}, peer.step, "optim.Adam(foreach)", 1.5)


def _sgd(device: torch.device) -> Row:
    parameters, grads, copies = _alexnet(device)
    plain = list(parameters)

    def textbook() -> None:
        plain[:] = [optimizers.sgd_step(p, g, 1e-3) for p, g in zip(plain, grads, strict=True)]

    peer = torch.optim.SGD(copies, lr=1e-3, foreach=True)
    what = f"SGD step, AlexNet's {sum(p.numel() for p in parameters):,} parameters"
    forms: dict[str, Work] = {"textbook": textbook, "fast": lambda: fast.sgd_step(parameters, grads, 1e-3)}
    return Row(what, forms, peer.step, "optim.SGD(foreach)", 1.5)
