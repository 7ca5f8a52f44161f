"""Gradient of a scalar function by central differences, in float64."""

import torch

from autograder.spec import Case, Question
from autograder.spec.draw import made
from autograder.spec.probes import function


def sum_of_cubes(t):
    return (t**3).sum()


def sine_times_cosine(t):
    """Every element of the gradient depends on every element of t."""
    return t.sin().sum() * (2 * t).cos().sum()


def weighted(weights):
    def weighted_exponentials(t):
        return (weights.to(t) * t.exp()).sum()

    return weighted_exponentials


question = Question(
    cases=lambda draw: [
        (sum_of_cubes, draw.normal(3), 0.1),
        (sine_times_cosine, draw.normal(4), 1e-2),
        (made(weighted, draw.normal(2, 3)), draw.normal(2, 3), 1e-5),
        (sine_times_cosine, draw.normal(3, 2), 1e-4),
        (sum_of_cubes, draw.normal(1, 2, 2), 0.5),
        (sum_of_cubes, draw.normal(1), 0.2),
        Case((sum_of_cubes, draw.normal(), 0.3), note="x without axes"),
    ],
    defaults=lambda draw: [
        Case((made(weighted, draw.normal(2, 3)), draw.normal(2, 3)), note="h left out"),
        Case((sum_of_cubes, torch.zeros(2).double()), note="h left out, where the difference is h² exactly"),
    ],
    probe=function.but(device=False),
    forbids=["autograd"],
    keeps_dtype=True,
)

# %% what is right, and what is wrong
import itertools

from autograder.spec import Exercise
from autograder.spec.mistakes.losses import WRONG_SIGN
from gradschool.feedforward import gradients

exercise = Exercise(
    question,
    gradients.numerical_gradient,
    points=4,
    noise=1e-7,  # of the difference of two numbers that agree in half of their digits
)


def shifted(x, i, by):
    """A float64 copy of x with element i moved."""
    moved = x.double().clone().reshape(-1)
    moved[i] += by
    return moved.reshape(x.shape)


def each_element(x, slope):
    return torch.tensor([float(slope(i)) for i in range(x.numel())], dtype=x.dtype).reshape(x.shape)


@exercise.misconception(
    "looks to one side only",
    "Where does your second point lie: as far below x as the first lies above it?",
    "Try f(x) = x², where the central difference is exact for any h.",
)
def one_sided(f, x, h=1e-5):
    return each_element(x, lambda i: (f(shifted(x, i, h)) - f(x.double())) / h)


@exercise.misconception("divides by h where the two points lie further apart", "How far is it from x - h to x + h?")
def divided_by_h(f, x, h=1e-5):
    return each_element(x, lambda i: (f(shifted(x, i, h)) - f(shifted(x, i, -h))) / h)


@exercise.mistake(WRONG_SIGN.hinted("Which of the two values stands first when f rises with x?"))
def sign(f, x, h=1e-5):
    return each_element(x, lambda i: (f(shifted(x, i, -h)) - f(shifted(x, i, h))) / (2 * h))


@exercise.misconception(
    "moves all elements at once",
    "How many numbers does a partial derivative let change?",
    "Are all elements of your result the same?",
)
def all_at_once(f, x, h=1e-5):
    x = x.double()
    return torch.full_like(x, float((f(x + h) - f(x - h)) / (2 * h)))


@exercise.misconception(
    "moves a whole row at a time where x has more than one axis",
    "What does x[0] hold when x has shape (2, 3)?",
    "How many different numbers are there in each row of your result?",
)
def row_at_a_time(f, x, h=1e-5):
    gradient = torch.zeros_like(x)
    for i in range(len(x)):
        above, below = x.double().clone(), x.double().clone()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


@exercise.misconception(
    "does not put an element back before it moves the next",
    "Print x at the end of the loop. Is it where it was?",
)
def left_where_it_is(f, x, h=1e-5):
    point = x.double().clone().reshape(-1)
    found = []
    for i in range(len(point)):
        here = point[i].item()
        point[i] = here + h
        above = float(f(point.reshape(x.shape)))
        point[i] = here - h
        found.append((above - float(f(point.reshape(x.shape)))) / (2 * h))
    return torch.tensor(found, dtype=x.dtype).reshape(x.shape)


@exercise.misconception(
    "moves one tensor under two names, so that the two values are always the same",
    "After b = a, how many tensors are there?",
    "Which method makes a second one?",
)
def one_tensor_two_names(f, x, h=1e-5):
    def slope(i):
        above = below = x.double().clone().reshape(-1)
        above[i] += h
        below[i] -= h
        return (f(above.reshape(x.shape)) - f(below.reshape(x.shape))) / (2 * h)

    return each_element(x, slope)


@exercise.misconception(
    "stays in float32, where half of the difference is rounding",
    "How many digits of f(x + h) and f(x - h) agree when h is 0.00001? How many digits does a float32 have?",
    "In which precision may you compute, whatever x comes in?",
)
def in_the_precision_of_x(f, x, h=1e-5):
    def slope(i):
        above, below = x.clone().reshape(-1), x.clone().reshape(-1)
        above[i] += h
        below[i] -= h
        return (f(above.reshape(x.shape)) - f(below.reshape(x.shape))) / (2 * h)

    return each_element(x, slope)


@exercise.misconception(
    "has a step of its own", "What does your answer do with the argument h? Try f(x) = x³ with h = 1."
)
def h_ignored(f, x, h=1e-5):
    return each_element(x, lambda i: (f(shifted(x, i, 1e-5)) - f(shifted(x, i, -1e-5))) / 2e-5)


@exercise.alternative
def index_by_index(f, x, h=1e-5):
    gradient = torch.zeros(x.shape, dtype=torch.float64)
    for index in itertools.product(*map(range, x.shape)):
        above, below = x.double().clone(), x.double().clone()
        above[index] += h
        below[index] -= h
        gradient[index] = (f(above) - f(below)) / (2 * h)
    return gradient.to(x.dtype)


@exercise.alternative
def along_unit_vectors(f, x, h=1e-5):
    point = x.detach().double()
    units = torch.eye(point.numel(), dtype=torch.float64, device=x.device).reshape(-1, *point.shape)
    slopes = [(f(point + h * e) - f(point - h * e)) / h / 2 for e in units]
    return torch.stack(slopes).reshape(x.shape).to(x.dtype)


@exercise.alternative
def moved_there_and_back(f, x, h=1e-5):
    point, slopes = x.double().clone(), []
    flat = point.view(-1)
    for i in range(len(flat)):
        flat[i] += h
        above = f(point).item()
        flat[i] -= 2 * h
        below = f(point).item()
        flat[i] += h
        slopes.append((above - below) / (2 * h))
    return torch.tensor(slopes).reshape(x.shape).type_as(x)


@exercise.alternative
def in_numpy(f, x, h=1e-5):
    point = x.numpy().astype("float64")
    gradient = point.copy()
    for i in range(point.size):
        ends = [point.copy(), point.copy()]
        ends[0].flat[i] += h
        ends[1].flat[i] -= h
        above, below = (float(f(torch.from_numpy(end))) for end in ends)
        gradient.flat[i] = (above - below) / (2 * h)
    return torch.from_numpy(gradient).to(x.dtype)
