"""Every public reference of this unit keeps the device of its arguments, and says the same on a GPU as on the CPU.

Only torch, pytest and the package are needed here, so that a bare machine with a GPU can run it.
"""

import copy

import pytest
import torch
from torch.testing import assert_close

from gradschool.feedforward import (
    activations,
    clipping,
    gradients,
    initialisation,
    layers,
    losses,
    normalisation,
    optimizers,
    perceptron,
    regularisation,
    selection,
    surfaces,
)

_chance = torch.Generator().manual_seed(0)


def t(*shape):
    return torch.randn(shape, generator=_chance, dtype=torch.float64)


CLASSES = torch.tensor([2, 0, 1, 1])
BITS = torch.tensor([0.0, 1.0, 1.0, 0.0], dtype=torch.float64)
NETWORK = (t(5, 2), t(5), t(1, 5), t(1))
CALLS = {
    **{f.__name__: (f, (3 * t(4, 3),)) for f in (activations.step, activations.identity, activations.softmax)},
    **{f.__name__: (f, (3 * t(4, 3),)) for f in (activations.sigmoid, activations.tanh, activations.bipolar_sigmoid)},
    **{f.__name__: (f, (3 * t(4, 3),)) for f in (activations.relu, activations.leaky_relu, activations.clipped_relu)},
    **{name: (a.derivative, (t(4, 3),)) for name, a in activations.ACTIVATIONS.items()},
    "softmax_jacobian": (activations.softmax_jacobian, (t(4, 3),)),
    "prelu": (activations.prelu, (t(4, 3), t(3))),
    "sigmoid_backward": (activations.sigmoid_backward, (t(4), t(4).sigmoid())),
    "tanh_backward": (activations.tanh_backward, (t(4), t(4).tanh())),
    "relu_backward": (activations.relu_backward, (t(4), t(4))),
    "linear_forward": (layers.linear_forward, (t(4, 3), t(2, 3), t(2))),
    "linear_backward": (layers.linear_backward, (t(4, 2), t(4, 3), t(2, 3))),
    "mlp_forward": (layers.mlp_forward, (t(4, 3), [t(5, 3), t(2, 5)], [t(5), t(2)])),
    "mse_loss": (losses.mse_loss, (t(4), t(4))),
    "absolute_loss": (losses.absolute_loss, (t(4), t(4))),
    "huber_loss": (losses.huber_loss, (t(4), t(4))),
    "binary_cross_entropy": (losses.binary_cross_entropy, (t(4).sigmoid(), BITS)),
    "cross_entropy": (losses.cross_entropy, (t(4, 3), CLASSES)),
    "cross_entropy_backward": (losses.cross_entropy_backward, (t(4, 3), CLASSES)),
    "hinge_loss": (losses.hinge_loss, (t(4), 2 * BITS - 1)),
    "two_layer_forward": (gradients.two_layer_forward, (t(4, 2), *NETWORK)),
    "two_layer_gradients": (gradients.two_layer_gradients, (t(4, 2), BITS, *NETWORK)),
    "gradient_descent_step": (gradients.gradient_descent_step, ([t(2), t(3)], [t(2), t(3)], 0.1)),
    "perceptron_update": (perceptron.perceptron_update, (t(3), t(), t(3), BITS[1], 0.5)),
    "sgd_step": (optimizers.sgd_step, (t(3), t(3), 0.1)),
    "momentum_step": (optimizers.momentum_step, (t(3), t(3), t(3), 0.1)),
    "nesterov_step": (optimizers.nesterov_step, (t(3), t(3), t(3), 0.1)),
    "adagrad_step": (optimizers.adagrad_step, (t(3), t(3), t(3) ** 2)),
    "rmsprop_step": (optimizers.rmsprop_step, (t(3), t(3), t(3) ** 2)),
    "adam_step": (optimizers.adam_step, (t(3), t(3), t(3), t(3) ** 2, 4)),
    "adamw_step": (optimizers.adamw_step, (t(3), t(3), t(3), t(3) ** 2, 4)),
    "clip_by_global_norm": (clipping.clip_by_global_norm, ([t(3), t(2, 2)], 0.5)),
    "batchnorm_forward": (normalisation.batchnorm_forward, (t(4, 3), t(3), t(3), t(3), t(3) ** 2, True)),
    "batchnorm_backward": (
        normalisation.batchnorm_backward,
        (t(4, 3), normalisation.BatchNormCache(t(4, 3), t(3) ** 2, t(3))),
    ),
    "dropout_backward": (regularisation.dropout_backward, (t(4), BITS)),
    "l1_penalty": (regularisation.l1_penalty, ([t(3), t(2, 2)], 0.1)),
    "l2_penalty": (regularisation.l2_penalty, ([t(3), t(2, 2)], 0.1)),
    "bias_variance": (selection.bias_variance, (t(4, 3), t(3))),
    **{name: (surface.loss, (t(4, 2),)) for name, surface in surfaces.SURFACES.items()},
    **{f"{name}, gradient": (surface.gradient, (t(4, 2),)) for name, surface in surfaces.SURFACES.items()},
}
# These read numbers out of their tensors, which the meta device has none of.
NEEDS_NUMBERS = {
    "numerical_gradient": (lambda x: gradients.numerical_gradient(lambda z: (z**3).sum(), x), (t(3, 2),)),
    "train_perceptron": (perceptron.train_perceptron, (t(6, 2), torch.tensor([0, 1, 1, 0, 0, 1]), 1.0, 5)),
    "descend": (lambda p: optimizers.descend("Adam", lambda p: 2 * p, p, 5), (t(3),)),
}


def moved(value, where):
    """The same arguments or results elsewhere."""
    if isinstance(value, torch.Tensor):
        return value.to(where)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(moved(v, where) for v in value))
    if isinstance(value, list | tuple):
        return type(value)(moved(v, where) for v in value)
    return value


def tensors(value):
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for v in value:
            yield from tensors(v)


@pytest.mark.parametrize("name", CALLS)
def test_results_stay_on_the_device_of_the_arguments(name):
    f, arguments = CALLS[name]
    here, elsewhere = list(tensors(f(*arguments))), list(tensors(f(*moved(arguments, "meta"))))
    assert {result.device.type for result in elsewhere} == {"meta"}
    assert [(r.shape, r.dtype) for r in elsewhere] == [(r.shape, r.dtype) for r in here]


@pytest.mark.parametrize("name", {**CALLS, **NEEDS_NUMBERS})
def test_arguments_stay_as_they_are_and_nothing_depends_on_chance(name):
    f, arguments = {**CALLS, **NEEDS_NUMBERS}[name]
    kept = copy.deepcopy(arguments)
    first, second = f(*arguments), f(*arguments)
    assert_close(list(tensors(arguments)), list(tensors(kept)), rtol=0, atol=0)
    assert_close(list(tensors(first)), list(tensors(second)), rtol=0, atol=0)


def test_no_reference_is_forgotten():
    modules = (activations, layers, losses, gradients, perceptron, optimizers, clipping, normalisation)
    public = {
        name
        for module in (*modules, regularisation, selection, initialisation)
        for name, value in vars(module).items()
        if callable(value) and getattr(value, "__module__", "") == module.__name__ and name.islower()
    }
    by_chance = {"minibatches", "dropout_forward", "kfold_indices", "xavier_uniform", "he_normal", "random_search"}
    not_about_tensors = {"count_parameters", "fan_in_and_out", "uniform", "log_uniform", "choice"}
    public = {name for name in public if not name.startswith("_")}
    assert public == (public & {*CALLS, *NEEDS_NUMBERS}) | by_chance | not_about_tensors


cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


@cuda
@pytest.mark.gpu
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("name", {**CALLS, **NEEDS_NUMBERS})
def test_cuda_says_what_the_cpu_says(name, dtype):
    f, arguments = {**CALLS, **NEEDS_NUMBERS}[name]
    arguments = as_dtype(arguments, dtype)
    here, there = list(tensors(f(*arguments))), list(tensors(f(*moved(arguments, "cuda"))))
    assert {result.device.type for result in there} == {"cuda"}
    assert_close([r.cpu() for r in there], here)


def as_dtype(value, dtype):
    if isinstance(value, torch.Tensor):
        return value.to(dtype) if value.is_floating_point() else value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(as_dtype(v, dtype) for v in value))
    if isinstance(value, list | tuple):
        return type(value)(as_dtype(v, dtype) for v in value)
    return value


@cuda
@pytest.mark.gpu
def test_what_is_drawn_on_cuda_stays_there():
    chance = torch.Generator("cuda").manual_seed(0)
    out, mask = regularisation.dropout_forward(torch.ones(100, 50, device="cuda"), 0.5, True, chance)
    drawn = [
        out,
        mask,
        initialisation.he_normal((64, 32), chance),
        initialisation.xavier_uniform((64, 32), chance),
        *optimizers.minibatches(10, 3, chance),
        *(part for pair in selection.kfold_indices(10, 3, chance) for part in pair),
    ]
    assert {d.device.type for d in drawn} == {"cuda"}
    assert 0.4 < (mask == 0).float().mean().item() < 0.6
