"""Where a network drops units in training, and by how much it scales what it leaves."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from autograder.spec.errors import Unusable
from autograder.spec.probes.common import class_of
from autograder.spec.probes.parameters import load


def dropped(
    answer: Any, build: Sequence[Any], state: Mapping[str, Tensor], images: Tensor, dense_layers: int
) -> dict[str, Tensor]:
    """By what dropout multiplies what it leaves in front of each dense layer; once more with its probability set to 0.

    A layer's input is compared with the ReLU of what came out of the one below it; the first one's with its input in
    evaluation, since what lies below draws nothing.
    """
    net = class_of(answer)(*build)
    load(net, state)
    seen: list[tuple[Tensor, Tensor]] = []  # input and output of each, in the order in which they are called
    hooks = [
        layer.register_forward_hook(lambda layer, inputs, out: seen.append((inputs[0].clone(), out.clone())))
        for layer in net.modules()
        if isinstance(layer, nn.Linear)
    ]

    def run(train: bool) -> list[tuple[Tensor, Tensor]]:
        seen.clear()
        with torch.no_grad():
            net.train(train)(images)
        if len(seen) != dense_layers:
            raise Unusable(
                "dense layers",
                f"The task has {dense_layers} dense layers, called as layers; your network calls {len(seen)}.",
            )
        return list(seen)

    def factors(found: list[tuple[Tensor, Tensor]]) -> list[Tensor]:
        below = [still[0][0], *(out.relu() for _, out in found[:-1])]
        pairs = [(found[i][0], before) for i, before in enumerate(below)]
        return [(after[before != 0] / before[before != 0]).abs().max() for after, before in pairs]

    still = run(False)
    by_default = factors(run(True))
    for layer in net.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    result = torch.stack([torch.stack(by_default), torch.stack(factors(run(True)))])
    for hook in hooks:
        hook.remove()
    return {"dropout": result}
