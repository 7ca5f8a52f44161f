"""One epoch of three networks built from the references, each beside the same network in torch.nn.

The references' networks start from their twins' weights, see the same batches in the same order, and take the same
steps: a test holds their losses together.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.benchmarks.pairs import Row
from gradschool import data, fast
from gradschool.adversarial import game
from gradschool.adversarial.dcgan import DCGANDiscriminator, DCGANGenerator
from gradschool.convolutional import convolution, normalisation, pooling
from gradschool.convolutional.lenet import LeNet5
from gradschool.convolutional.scans import scans
from gradschool.feedforward import losses, optimizers
from gradschool.feedforward.activations import leaky_relu, relu
from gradschool.feedforward.layers import linear_forward
from gradschool.recurrent import corpus, lstm
from gradschool.recurrent.char_lstm import CharLSTM, streams
from gradschool.training import seeded

Weights = dict[str, Tensor]
Epoch = Callable[[], float]  # trains for one epoch, returns the mean loss


@dataclass(frozen=True)
class Form:
    """The references that a network is built from, in one of their forms."""

    conv2d: Callable[..., Tensor]
    conv_transpose2d: Callable[..., Tensor]
    avg_pool2d: Callable[..., Tensor]
    batchnorm2d: Callable[..., tuple[Tensor, Tensor, Tensor]]
    cross_entropy: Callable[..., Tensor]
    lstm_forward: Callable[..., tuple[Tensor, Tensor, Tensor]]
    adam: "Callable[[list[Tensor], float], Callable[[], None]]"


def _textbook_adam(parameters: list[Tensor], lr: float) -> Callable[[], None]:
    state = [(torch.zeros_like(p), torch.zeros_like(p), 0) for p in parameters]

    @torch.no_grad()
    def step() -> None:
        for i, p in enumerate(parameters):
            assert p.grad is not None
            moved, m, v, t = optimizers.adam_step(p, p.grad, *state[i], lr)
            p.copy_(moved)
            state[i] = m, v, t

    return step


def _fast_adam(parameters: list[Tensor], lr: float) -> Callable[[], None]:
    means, squares = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
    count = 0

    def step() -> None:
        nonlocal count
        grads = [p.grad for p in parameters if p.grad is not None]
        count = fast.adam_step([p.detach() for p in parameters], grads, means, squares, count, lr)

    return step


FORMS = {
    "textbook": Form(
        convolution.conv2d,
        convolution.conv_transpose2d,
        pooling.avg_pool2d,
        normalisation.batchnorm2d,
        losses.cross_entropy,
        lstm.lstm_forward,
        _textbook_adam,
    ),
    "fast": Form(
        fast.conv2d,
        fast.conv_transpose2d,
        fast.avg_pool2d,
        fast.batchnorm2d,
        fast.cross_entropy,
        fast.lstm_forward,
        _fast_adam,
    ),
}


def rows(device: torch.device) -> Iterator[Callable[[], Row]]:
    """One epoch of each network, to be made when its turn comes."""
    for what, epochs in (
        ("LeNet-5, one epoch of 1,437 digits, batch 64", lenet_epochs),
        ("character LSTM, one epoch of 32,768 characters, H=128, T=32, batch 32", char_lstm_epochs),
        ("DCGAN, one epoch of 1,437 digits, batch 64, width 32", dcgan_epochs),
    ):
        yield partial(_row, what, epochs, device)


def _row(what: str, epochs: Callable[..., dict[str, Epoch]], device: torch.device) -> Row:
    found = epochs(device)
    return Row(what, {name: found[name] for name in FORMS}, found["torch"], "torch.nn", 2.0)


def _weights(net: nn.Module) -> Weights:
    """Parameters as leaves of their own, buffers beside them, by the names that torch.nn gives them."""
    parameters = {name: p.detach().clone().requires_grad_() for name, p in net.named_parameters()}
    return parameters | {name: b.clone() for name, b in net.named_buffers() if b.is_floating_point()}


def _leaves(w: Weights) -> list[Tensor]:
    return [t for t in w.values() if t.requires_grad]


def _train(loss_of: Callable[..., Tensor], parameters: list[Tensor], step: Callable[[], Any], batches: Any) -> float:
    """One pass over the batches; the mean of their losses."""
    total = 0.0
    for batch in batches:
        loss = loss_of(*batch)
        for p in parameters:
            p.grad = None
        loss.backward()  # type: ignore[no-untyped-call]
        step()
        total += loss.item()
    return total / len(batches)


def lenet_epochs(device: torch.device, dtype: torch.dtype = torch.float32) -> dict[str, Epoch]:
    """An epoch of LeNet-5 by each form, and by torch: each call goes on from the one before."""
    train = scans().train
    batches = list(zip(torch.split(train.x.to(device, dtype), 64), torch.split(train.y.to(device), 64), strict=True))
    with seeded(0):
        twin = LeNet5().to(device, dtype)
    epochs: dict[str, Epoch] = {}
    for name, form in FORMS.items():
        w = _weights(twin)
        epochs[name] = partial(_train, partial(_lenet_loss, form, w), _leaves(w), form.adam(_leaves(w), 1e-3), batches)
    adam = torch.optim.Adam(twin.parameters(), lr=1e-3)

    def loss_of(x: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(twin(x), y)

    return epochs | {"torch": partial(_train, loss_of, list(twin.parameters()), adam.step, batches)}


def _lenet_loss(form: Form, w: Weights, x: Tensor, y: Tensor) -> Tensor:
    h = form.avg_pool2d(form.conv2d(x, w["c1.weight"], w["c1.bias"]).tanh(), 2)
    h = form.avg_pool2d(form.conv2d(h, w["c3.weight"], w["c3.bias"]).tanh(), 2)
    h = form.conv2d(h, w["c5.weight"], w["c5.bias"]).tanh().flatten(1)
    h = linear_forward(h, w["f6.weight"], w["f6.bias"]).tanh()
    return form.cross_entropy(linear_forward(h, w["output.weight"], w["output.bias"]), y)


def char_lstm_epochs(device: torch.device, dtype: torch.dtype = torch.float32) -> dict[str, Epoch]:
    """An epoch of the character LSTM by each form, and by torch; the state is not carried from window to window."""
    text = corpus.text()[: 32 * 1024 + 1]
    letters = sorted(set(text))
    ids = torch.tensor([letters.index(c) for c in text], device=device)
    inputs, targets = (torch.split(part, 32, dim=1) for part in streams(ids, 32))
    batches = list(zip(inputs, targets, strict=True))
    with seeded(0):
        twin = CharLSTM(len(letters), 128).to(device, dtype)
    epochs: dict[str, Epoch] = {}
    for name, form in FORMS.items():
        w = _weights(twin)
        epochs[name] = partial(
            _train, partial(_char_lstm_loss, form, w), _leaves(w), form.adam(_leaves(w), 1e-3), batches
        )
    adam = torch.optim.Adam(twin.parameters(), lr=1e-3)

    def loss_of(x: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(twin(x)[0].flatten(0, 1), y.flatten())

    return epochs | {"torch": partial(_train, loss_of, list(twin.parameters()), adam.step, batches)}


def _char_lstm_loss(form: Form, w: Weights, x: Tensor, y: Tensor) -> Tensor:
    embedded = w["embedding.weight"][x]  # (batch, time, hidden)
    zeros = embedded.new_zeros(len(x), embedded.shape[2])
    parameters = [w[f"lstm.{part}_l0"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    states, _, _ = form.lstm_forward(embedded, zeros, zeros, *parameters)
    scores = linear_forward(states.flatten(0, 1), w["readout.weight"], w["readout.bias"])
    return form.cross_entropy(scores, y.flatten())


def dcgan_epochs(device: torch.device, dtype: torch.dtype = torch.float32) -> dict[str, Epoch]:
    """An epoch of the DCGAN's game by each form, and by torch: a step of each player for each batch."""
    digits = data.digits(images=True).train.x.to(dtype)
    real = torch.split((2 * F.interpolate(digits, scale_factor=2.0) - 1).to(device), 64)
    chance = torch.Generator().manual_seed(0)
    noise = [torch.randn(2, len(x), 32, generator=chance, dtype=dtype).to(device) for x in real]
    batches = [(x, *pair) for x, pair in zip(real, noise, strict=True)]
    with seeded(0):
        twins = DCGANGenerator().to(device, dtype), DCGANDiscriminator().to(device, dtype)
    epochs: dict[str, Epoch] = {}
    for name, form in FORMS.items():
        g, d = (_weights(twin) for twin in twins)
        nets = partial(_generator, form, g), partial(_discriminator, form, d)
        steps = form.adam(_leaves(g), 2e-4), form.adam(_leaves(d), 2e-4)
        epochs[name] = partial(_play, nets, (_leaves(g), _leaves(d)), steps, batches)
    adams = [torch.optim.Adam(twin.parameters(), lr=2e-4).step for twin in twins]
    parameters = tuple(list(twin.parameters()) for twin in twins)
    return epochs | {"torch": partial(_play, twins, parameters, adams, batches)}


def _play(nets: Any, parameters: Any, steps: Any, batches: Any) -> float:
    """For each batch a step of the discriminator, then one of the generator; the mean of the former's losses."""
    (generator, discriminator), (of_g, of_d), (step_g, step_d), total = nets, parameters, steps, 0.0
    for real, d_noise, g_noise in batches:
        fake = generator(d_noise).detach()
        loss = game.discriminator_loss(discriminator(real), discriminator(fake))
        for p in of_d:
            p.grad = None
        loss.backward()  # type: ignore[no-untyped-call]
        step_d()
        total += loss.item()
        fooled = game.generator_loss(discriminator(generator(g_noise)))
        for p in of_g:
            p.grad = None
        fooled.backward()  # type: ignore[no-untyped-call]
        step_g()
    return total / len(batches)


def _norm(form: Form, w: Weights, name: str, x: Tensor) -> Tensor:
    """Batch normalisation in training; the running statistics move."""
    kept = [f"{name}.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
    out, w[kept[2]], w[kept[3]] = form.batchnorm2d(x, *(w[k] for k in kept), True)
    return out


def _generator(form: Form, w: Weights, z: Tensor) -> Tensor:
    h = relu(_norm(form, w, "norm1", form.conv_transpose2d(z[:, :, None, None], w["up1.weight"])))
    h = relu(_norm(form, w, "norm2", form.conv_transpose2d(h, w["up2.weight"], None, 2, 1)))
    return form.conv_transpose2d(h, w["up3.weight"], w["up3.bias"], 2, 1).tanh()


def _discriminator(form: Form, w: Weights, x: Tensor) -> Tensor:
    h = leaky_relu(form.conv2d(x, w["down1.weight"], w["down1.bias"], 2, 1), 0.2)
    h = leaky_relu(_norm(form, w, "norm2", form.conv2d(h, w["down2.weight"], None, 2, 1)), 0.2)
    return form.conv2d(h, w["score.weight"], w["score.bias"]).flatten()
