"""Networks as classes: where a layer is bent and where not, and the two ends of an autoencoder."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from autograder.spec.mistakes.mistake import Mistake

NOT_BENT = Mistake(
    "activation-left-out",
    "has no activation behind {where}",
    (
        "What are two linear layers in a row, if nothing bends in between?",
        "After which layers does the task put an activation? Compare with yours, layer by layer.",
    ),
)
ANOTHER_ACTIVATION = Mistake(
    "another-activation",
    "bends with {wrong}, not with {right}",
    ("Which activation does the task name?", "Which values can yours take, and which can that of the task?"),
)
RETURNS_PROBABILITIES = Mistake(
    "probabilities-for-scores",
    "returns probabilities, not scores",
    ("Cross-entropy in torch takes scores and does the softmax itself. What happens if it is done twice?",),
)
ACTIVATES_BEFORE_NORMALISING = Mistake(
    "activates-before-normalising",
    "activates before it normalises",
    (
        "Which of the two comes first in the task: the normalisation or the ReLU?",
        "What does a normalisation see that only gets numbers of 0 and above?",
    ),
)
RELU_ON_THE_CODE = Mistake(
    "relu-on-the-code",
    "has a ReLU on its code",
    (
        "Which values can a number in your code have? Which should it be able to have?",
        "Between which layers does the task put an activation? Is the code between two layers of one stack?",
    ),
)
RELU_ON_THE_OUTPUT = Mistake(
    "relu-on-the-output",
    "has a ReLU on its output",
    ("Which sign can the numbers of your output have, and which should they be able to have?",),
)
SIGMOID_ON_THE_OUTPUT = Mistake(
    "sigmoid-on-the-output",
    "has a sigmoid on its output",
    (
        "What are the least and the greatest value that your network can put out?",
        "Which loss will get your output: one that takes probabilities, or one that takes logits?",
    ),
)
LINEAR_DECODER = Mistake(
    "linear-decoder",
    "has activations in its encoder and none in its decoder",
    (
        "Compare your two halves layer by layer.",
        "What could a decoder without any nonlinearity draw that a sum of fixed pictures cannot?",
    ),
)
CUTS_THE_CODE_OFF = Mistake(
    "code-cut-from-the-graph",
    "lets no gradient reach its encoder",
    (
        "Which of your lines takes the code out of the graph?",
        "Train it for a while: which of its weights have moved?",
    ),
)
FORWARD_GIVES_THE_CODE = Mistake(
    "forward-gives-the-code",
    "returns the code from `forward`, not the output for it",
    ("Which shape should the output of `net(x)` have?",),
)


class Bending(nn.Module):
    """A network that bends what a layer makes, with what students get wrong as attributes."""

    bend: Callable[[Tensor], Tensor] = staticmethod(torch.relu)
    unbent: Sequence[str] = ()  # names of layers whose activation is left out

    def bent(self, name: str, given: Tensor) -> Tensor:
        """What the layer of this name makes, bent."""
        made: Tensor = getattr(self, name)(given)
        return made if name in self.unbent else self.bend(made)


def bent_ends(right: Any) -> Iterator[tuple[Mistake, type]]:
    """What any autoencoder can get wrong at its code and its output; `right` has `encode` and `decode`."""

    def derived(**methods: Callable[..., Tensor]) -> type:
        return type("Derived", (right,), methods)

    yield RELU_ON_THE_CODE, derived(encode=lambda self, x: torch.relu(right.encode(self, x)))
    yield RELU_ON_THE_OUTPUT, derived(decode=lambda self, h: torch.relu(right.decode(self, h)))
    yield SIGMOID_ON_THE_OUTPUT, derived(decode=lambda self, h: torch.sigmoid(right.decode(self, h)))
    yield CUTS_THE_CODE_OFF, derived(forward=lambda self, x: self.decode(self.encode(x).detach()))
    yield FORWARD_GIVES_THE_CODE, derived(forward=lambda self, x: self.encode(x))
