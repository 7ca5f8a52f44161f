"""A call of every public reference of this unit, for `tests/lib/test_devices.py`."""

import torch

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
# Every public function of these modules stands in one of the tables above, or here.
MODULES = [activations, layers, losses, gradients, perceptron, optimizers, clipping, normalisation]
MODULES += [regularisation, selection, initialisation]
BY_CHANCE = {"minibatches", "dropout_forward", "kfold_indices", "xavier_uniform", "he_normal", "random_search"}
NOT_ABOUT_TENSORS = {"count_parameters", "fan_in_and_out", "uniform", "log_uniform", "choice"}
