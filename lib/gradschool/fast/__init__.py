"""The references that training leans on, written a second time for speed.

Each is named as its textbook form, takes the same arguments, gives the same numbers up to rounding and the same errors,
and differentiates twice; tests hold the two together, also where there is no sample, under autocast, and inside the
transforms of `torch.func`, where the textbook form does the work. Convolutions take dilation and groups too, whose
textbook forms are `convolutional.grouped`. The optimizers alone differ in form: they step all parameters at once, in
place. They are from scratch as those are: tensor operations, none of torch's own layers. `gradschool bench` measures
both forms beside torch.

    from gradschool.fast import conv2d
"""

from gradschool.fast.convolution import conv2d, conv2d_backward, conv_transpose2d
from gradschool.fast.losses import cross_entropy
from gradschool.fast.normalisation import batchnorm2d
from gradschool.fast.optimizers import adam_step, momentum_step, sgd_step
from gradschool.fast.pooling import avg_pool2d, max_pool2d
from gradschool.fast.recurrent import gru_forward, lstm_forward

__all__ = [
    "adam_step",
    "avg_pool2d",
    "batchnorm2d",
    "conv2d",
    "conv2d_backward",
    "conv_transpose2d",
    "cross_entropy",
    "gru_forward",
    "lstm_forward",
    "max_pool2d",
    "momentum_step",
    "sgd_step",
]
