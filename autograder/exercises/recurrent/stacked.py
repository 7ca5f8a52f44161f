"""LSTMs on top of each other."""

from autograder.spec import Case, Question
from autograder.spec.probes import packed


def weights(draw, inputs, hidden):
    n = 4 * hidden
    return [draw.normal(n, inputs), draw.normal(n, hidden), draw.normal(n), draw.normal(n)]


def case(draw, batch, time, inputs, hidden, layers, note=""):
    first = weights(draw, inputs, hidden)
    return Case(
        (draw.normal(batch, time, inputs), [first, *(weights(draw, hidden, hidden) for _ in range(layers - 1))]),
        note=note,
    )


question = Question(
    cases=lambda draw: [
        case(draw, 3, 5, 2, 4, 2, "two layers"),
        case(draw, 4, 3, 4, 4, 3, "three layers, as many inputs as units"),
        case(draw, 2, 4, 3, 2, 1, "one layer"),
        case(draw, 1, 6, 2, 3, 2, "a batch of one"),
        case(draw, 3, 1, 1, 1, 3, "one step, one unit"),
        case(draw, 2, 3, 3, 2, 5, "five layers"),
    ],
    returns=("out", "h", "c"),
    probe=packed("(out, h, c)", 0, 0, 0),
    gives="`(out, h, c)`: three tensors",
    gradients=True,
    forbids=["recurrent"],
    uses=("lstm_forward",),
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes.recurrent_cells import GRADIENT_CUT
from gradschool.recurrent import lstm

exercise = Exercise(question, lstm.stacked, points=3, shares={"packed as (out, h, c)": 0.5})


def climb(x, layers, *, seen=lambda below, x: below, start=lambda zeros, below: zeros, join=torch.stack):
    """The right way, with what students get wrong as settings."""
    out, ends = x, []
    for i, p in enumerate(layers):
        zeros = [x.new_zeros(len(x), p[1].shape[1])] * 2
        out, *end = lstm.lstm_forward(seen(out, x) if i else x, *(start(zeros, ends[-1]) if i else zeros), *p)
        ends.append(end)
    return out, *(join(states) for states in zip(*ends, strict=True))


wrong = exercise.variants(climb)
wrong(
    "returns the last states of the top layer alone",
    "How many layers have a state in which they end? Which of these would you need to read on where you stopped?",
    join=lambda states: states[-1],
)
wrong(
    "starts each layer from the states in which the one below has ended",
    "From what do all layers start, in the task?",
    "What has the layer below seen by its end, that the first step of the layer above should not know?",
    start=lambda zeros, below: below,
)
wrong(
    "puts the batch before the layers in the last states",
    "In which order does the task list the axes of h and c?",
    join=lambda states: torch.stack(states, 1),
)
wrong(
    "lists the top layer first", "Whose last state should stand at h[0]?", join=lambda states: torch.stack(states[::-1])
)
wrong(
    GRADIENT_CUT.hinted("Which gradient reaches the parameters of the lowest layer?"),
    seen=lambda below, x: below.detach(),
)


@exercise.misconception(
    "lets every layer read the inputs, not the states of the layer below", "What does the second layer read?"
)
def all_read_the_inputs(x, layers):
    def fitting(below, x):  # as wide as the states below, so that the weights fit
        return torch.nn.functional.pad(x, (0, below.shape[2] - x.shape[2]))

    return climb(x, layers, seen=fitting)


@exercise.misconception(
    "returns the states of the lowest layer", "Which layer's states should come out: of the first, or of the last one?"
)
def lowest_out(x, layers):
    return climb(x, layers[:1])[0], *climb(x, layers)[1:]


@exercise.alternative
def climbed(x, layers):
    return climb(x, layers)


@exercise.alternative
def recursive(x, layers):
    out, h, c = lstm.lstm_forward(x, *[x.new_zeros(len(x), layers[0][1].shape[1])] * 2, *layers[0])
    if len(layers) == 1:
        return out, h[None], c[None]
    top, hs, cs = recursive(out, layers[1:])
    return top, torch.cat([h[None], hs]), torch.cat([c[None], cs])


@exercise.alternative
def step_by_step(x, layers):
    """All layers at one step, then the next step: the other order of the same computation."""
    h = [x.new_zeros(len(x), p[1].shape[1]) for p in layers]
    c, out = list(h), []
    for seen in x.unbind(1):
        for layer, p in enumerate(layers):
            h[layer], c[layer] = lstm.lstm_cell(seen, h[layer], c[layer], *p)
            seen = h[layer]
        out.append(seen)
    return torch.stack(out, 1), torch.stack(h), torch.stack(c)
