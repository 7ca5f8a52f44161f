"""LSTMs on top of each other."""

from autograder.spec import Case, Question


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
    ],
    returns=("out", "h", "c"),
    gradients=True,
    forbids=["recurrent"],
    uses=("lstm_forward",),
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from gradschool.recurrent import lstm

exercise = Exercise(
    question,
    lstm.stacked,
    points=3,
)


def read(x, parameters, start=None):
    zeros = x.new_zeros(len(x), parameters[1].shape[1])
    return lstm.lstm_forward(x, *(start or (zeros, zeros)), *parameters)


def climb(x, layers):
    ends = []
    for p in layers:
        x, h, c = read(x, p)
        ends.append((h, c))
    return x, [h for h, _ in ends], [c for _, c in ends]


@exercise.misconception(
    "returns the last states of the top layer alone",
    "How many layers have a state in which they end? Which of these would you need to read on where you stopped?",
)
def top_only(x, layers):
    out, h, c = climb(x, layers)
    return out, h[-1], c[-1]


@exercise.misconception(
    "starts each layer from the states in which the one below has ended",
    "From what do all layers start, in the task?",
    "What has the layer below seen by its end, that the first step of the layer above should not know?",
)
def handed_up(x, layers):
    ends, start = [], None
    for p in layers:
        x, *start = read(x, p, start)
        ends.append(start)
    return x, *(torch.stack(e) for e in zip(*ends, strict=True))


@exercise.misconception(
    "puts the batch before the layers in the last states", "In which order does the task list the axes of h and c?"
)
def batch_first(x, layers):
    out, h, c = climb(x, layers)
    return out, torch.stack(h, 1), torch.stack(c, 1)


@exercise.misconception("lists the top layer first", "Whose last state should stand at h[0]?")
def top_first(x, layers):
    out, h, c = climb(x, layers)
    return out, torch.stack(h[::-1]), torch.stack(c[::-1])


@exercise.misconception(
    "lets every layer read the inputs, not the states of the layer below", "What does the second layer read?"
)
def all_read_the_inputs(x, layers):
    found = []
    for p in layers:
        size = p[0].shape[1]
        seen = x[..., :size] if x.shape[2] >= size else torch.nn.functional.pad(x, (0, size - x.shape[2]))
        found.append(read(seen, p))
    return found[-1][0], torch.stack([f[1] for f in found]), torch.stack([f[2] for f in found])


@exercise.misconception(
    "returns the states of the lowest layer", "Which layer's states should come out: of the first, or of the last one?"
)
def lowest_out(x, layers):
    _, h, c = climb(x, layers)
    return read(x, layers[0])[0], torch.stack(h), torch.stack(c)


@exercise.misconception(
    "sends the layers' states up cut from the graph", "Which gradient reaches the parameters of the lowest layer?"
)
def detached_between(x, layers):
    ends = []
    for i, p in enumerate(layers):
        x, h, c = read(x.detach() if i else x, p)
        ends.append((h, c))
    return x, torch.stack([h for h, _ in ends]), torch.stack([c for _, c in ends])


@exercise.alternative
def climbed(x, layers):
    out, h, c = climb(x, layers)
    return out, torch.stack(h), torch.stack(c)


@exercise.alternative
def recursive(x, layers):
    out, h, c = read(x, layers[0])
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
