"""One step of a plain recurrent network."""

from autograder.spec import Case, Question
from autograder.spec.comparison import close


def case(draw, batch, inputs, hidden, note="", scale=1.0):
    weights = draw.normal(hidden, inputs), draw.normal(hidden, hidden), draw.normal(hidden), draw.normal(hidden)
    return Case((scale * draw.normal(batch, inputs), draw.normal(batch, hidden), *weights), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 4, 3, 5),
        case(draw, 4, 4, 4, "batch, inputs and hidden of one size"),
        case(draw, 1, 2, 3, "a batch of one"),
        case(draw, 3, 1, 2, "one input"),
        case(draw, 2, 3, 1, "one hidden unit"),
    ],
    extremes=lambda draw: [Case(case(draw, 3, 2, 3, scale=2e4).args, close, "inputs of ten thousand")],  # values alone
    bears="inputs of ten thousand and more",
    gradients=True,
    forbids=["recurrent"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes import made_in
from autograder.spec.mistakes import recurrent_cells as rc
from gradschool.recurrent import rnn

exercise = Exercise(question, rnn.rnn_cell, points=3)


def cell(*args, squash=torch.tanh, **settings):
    """The right way, with what students get wrong as settings."""
    return squash(rc.projected(*args, **settings))


exercise.mistakes(made_in(cell, rc.ONE_BIAS, rc.SIGMOID_FOR_TANH))


@exercise.mistake(rc.NO_TANH)
def linear(*args):
    return rc.projected(*args)


@exercise.misconception(
    "takes the recurrent weight the wrong way round",
    "Row j of Whh holds the weights of unit j. By what do you multiply h, for that?",
    "Whh is square, so that no shape complains. Which of its two axes counts the units that receive?",
)
def recurrent_transposed(x, h, Wih, Whh, bih, bhh):
    return cell(x, h, Wih, Whh.T, bih, bhh)


@exercise.misconception(
    "squashes the input's part alone and adds the old state's outside the tanh",
    "Can the state leave the range from -1 to 1 in your version? What happens to it after a hundred steps?",
)
def state_outside(x, h, Wih, Whh, bih, bhh):
    return torch.tanh(x @ Wih.T + bih) + h @ Whh.T + bhh


@exercise.mistake(rc.STATE_IGNORED)
def no_memory(x, h, Wih, Whh, bih, bhh):
    return torch.tanh(x @ Wih.T + bih + bhh)


@exercise.mistake(
    rc.GRADIENT_CUT.hinted("Which gradient reaches h through your answer? How should the steps before it learn?")
)
def state_detached(x, h, *weights):
    return cell(x, h.detach(), *weights)


@exercise.alternative
def one_product(x, h, Wih, Whh, bih, bhh):
    return torch.tanh(torch.cat([x, h], dim=1) @ torch.cat([Wih, Whh], dim=1).T + bih + bhh)


@exercise.alternative
def with_linear(x, h, Wih, Whh, bih, bhh):
    return torch.nn.functional.linear(x, Wih, bih).add(torch.nn.functional.linear(h, Whh, bhh)).tanh()


@exercise.alternative
def with_einsum(x, h, Wih, Whh, bih, bhh):
    z = torch.einsum("bi,hi->bh", x, Wih) + torch.einsum("bk,hk->bh", h, Whh)
    return 2 * torch.sigmoid(2 * (z + bih + bhh)) - 1


@exercise.alternative
def sample_by_sample(x, h, Wih, Whh, bih, bhh):
    return torch.stack([torch.tanh(Wih @ a + bih + Whh @ s + bhh) for a, s in zip(x, h, strict=True)])
