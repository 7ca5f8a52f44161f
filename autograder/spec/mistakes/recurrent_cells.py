"""Cells of recurrent networks, the way through time, and the way back.

A cell of an exercise takes `squash`, and hands on what `projected` asks for; `walk(cell)` is the right way through a
sequence; the way back takes `slope` and `weight`. Wrong ones come from `made_in`.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autograder.spec.mistakes.mistake import Mistake

ONE_BIAS = Mistake(
    "one-bias",
    "adds only one of the two biases",
    ("How many arguments does the function have, and how many do you use?",),
    settings={"biases": 1},
)
SIGMOID_FOR_TANH = Mistake(
    "sigmoid-for-tanh",
    "uses a sigmoid in place of a tanh",
    ("Can your cell ever write a negative number?", "Which range does the task's function have?"),
    settings={"squash": torch.sigmoid},
)
NO_TANH = Mistake(
    "tanh-left-out",
    "leaves out a tanh",
    ("Between which numbers can a state lie? Are yours?", "Which function stands outside everything in the formula?"),
)
GATES_OUT_OF_ORDER = Mistake(
    "gates-out-of-order",
    "takes the blocks of rows in the order {order}",
    ("In which order do the blocks of rows stand? How do you know which gate a block belongs to?",),
)
STATE_IGNORED = Mistake(
    "state-ignored",
    "forgets the state it is given: everything begins anew",
    ("Does your result change when the state does?", "What is left of a recurrent network without that?"),
)
STARTS_FROM_ZEROS = Mistake(
    "starts-from-zeros",
    "starts from zeros, whatever state it is given",
    (
        "Which argument says from where the network starts?",
        "What comes out if the state before the first step is another one?",
    ),
    settings={"start": torch.zeros_like},
)
STATE_NOT_CARRIED = Mistake(
    "state-not-carried",
    "does not carry the {what} on: every {step} starts again from the first one",
    (
        "Does your third {step} depend on the inputs of the first? Should it?",
        "Which variable holds the {what} in which the {step} before has ended?",
    ),
)
GRADIENT_CUT = Mistake(
    "gradient-cut",
    "cuts the gradient between the steps",
    (
        "Which gradient reaches the first input from a loss on the last state?",
        "Where in your function do .detach(), .data or torch.tensor(…) stand?",
    ),
    settings={"carried": lambda new, first: tuple(s.detach() for s in new)},
)
READS_FROM_THE_END = Mistake(
    "reads-from-the-end",
    "reads the sequence from its end",
    ("Which input has your first state seen?",),
    settings={"turn": True},
)
TIME_FIRST = Mistake(
    "time-first",
    "puts time first in what it returns",
    ("Which axis comes first in this course: the sequences, or the steps?", "Along which axis do you stack?"),
    settings={"axis": 0},
)
WEIGHT_AS_FORWARD = Mistake(
    "weight-as-forward",
    "takes the recurrent weight as it stands on the way forward",
    ("Forward, h meets the transpose of Whh. What does the gradient meet on its way back?",),
    settings={"weight": lambda Whh: Whh.T},
)
NO_SLOPE = Mistake(
    "slope-left-out",
    "leaves out the slope of tanh",
    (
        "Between a net input and a state stands a function. Where is its derivative?",
        "Which factors has the derivative of a state with respect to the one before it?",
    ),
    settings={"slope": torch.ones_like},
)
SLOPE_OF_THE_STATE = Mistake(
    "slope-at-the-state",
    "squashes once more in the slope: 1 - tanh²(h), where h is a tanh already",
    ("What does `out` hold: net inputs or states?", "The slope of tanh at z is 1 - tanh²(z). What is tanh(z) here?"),
    settings={"slope": lambda h: 1 - torch.tanh(h) ** 2},
)
STATE_AFTER_IN_WHH = Mistake(
    "state-after-the-step",
    "pairs each step with its new state in the gradient of Whh, not with the state before",
    ("Which state did Whh multiply at a step: the old one or the new one?",),
)
AVERAGED_GRADIENTS = Mistake(
    "gradients-averaged",
    "averages the gradients over the {parts}, where they add up",
    ("Are the gradients asked as a sum or as a mean over the {parts}? Where is a division in the formula?",),
)
GRADIENTS_OF_ONE = Mistake(
    "gradients-of-one-part",
    "keeps the gradients of one {part} only",
    (
        "In how many {part}s is the same weight used? What becomes of the gradients of all these uses?",
        "Is there an `=` in your loop where `+=` belongs?",
    ),
)


def projected(x: Tensor, h: Tensor, Wih: Tensor, Whh: Tensor, bih: Tensor, bhh: Tensor, biases: int = 2) -> Tensor:
    """The net inputs of a cell: all of them, one block after the other."""
    return x @ Wih.T + bih + h @ Whh.T + (bhh if biases == 2 else 0)


def walk(cell: Callable[..., Any], states: int) -> Callable[..., tuple[Tensor, ...]]:
    """`answer(x, *states, *weights)` → every output, and the last states of a cell that has so many of them."""

    def answer(
        x: Tensor,
        *rest: Tensor,
        start: Callable[[Tensor], Tensor] = lambda first: first,
        carried: Callable[..., tuple[Tensor, ...]] = lambda new, first: new,
        seen: Callable[[tuple[Tensor, ...]], Tensor] = lambda state: state[0],
        turn: bool = False,
        axis: int = 1,
    ) -> tuple[Tensor, ...]:
        first = tuple(start(s) for s in rest[:states])
        state: tuple[Tensor, ...] = first
        out: list[Tensor] = []
        for t in reversed(range(x.shape[1])) if turn else range(x.shape[1]):
            new = cell(x[:, t], *(carried(state, first) if out else first), *rest[states:])
            state = new if states > 1 else (new,)
            out.append(seen(state))
        return torch.stack(out[::-1] if turn else out, axis), *state

    return answer
