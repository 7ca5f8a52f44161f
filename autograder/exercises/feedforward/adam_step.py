"""One step of Adam: a running mean over the root of a running mean square, both corrected for their start at zero."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import steps


def start(draw, *shape):
    """p, the gradients of four steps, and the state before the first step."""
    zeros = torch.zeros(*shape).double()
    return draw.normal(*shape), draw.normals(4, *shape), zeros, zeros.clone(), 0


def midway(draw, t, *shape):
    """The same, as it stands after t steps."""
    return draw.normal(*shape), draw.normals(4, *shape), 0.3 * draw.normal(*shape), draw.uniform(0.2, 1, *shape), t


def tiny(draw, *shape):
    """The start with gradients as small as the usual eps."""
    p, grads, *state = start(draw, *shape)
    return p, [1e-8 * g for g in grads], *state


question = Question(
    cases=lambda draw: [
        Case((*start(draw, 3), 0.1, 0.9, 0.99, 0.05), note="the first steps"),
        Case((*midway(draw, 7, 2, 4), 0.5, 0.8, 0.95, 0.3), note="after 7 steps"),
        (*start(draw, 1), 0.01, 0.7, 0.9, 0.1),
        (*midway(draw, 20, 3), 0.05, 0.5, 0.8, 0.2),
    ],
    extremes=lambda draw: [
        Case(
            (draw.normal(3), [torch.zeros(3).double()] * 4, *start(draw, 3)[2:], 0.1, 0.9, 0.999, 1e-8),
            note="no gradient so far",
        ),
        Case(
            (draw.normal(3), [1e4 * g for g in draw.normals(4, 3)], *start(draw, 3)[2:], 0.1, 0.9, 0.999, 1e-8),
            note="steep",
        ),
    ],
    defaults=lambda draw: [
        Case(start(draw, 3), note="all settings left out"),
        Case((*start(draw, 3), 0.1), note="all but lr left out"),
        Case((*start(draw, 3), 0.1, 0.8), note="beta2 and eps left out"),
        Case((*tiny(draw, 3), 0.1, 0.8, 0.9), note="eps left out, gradients as small as it"),
    ],
    bears="weights without any gradient so far, and gradients of ten thousand",
    returns=("p", "m", "v", "t"),
    probe=steps(state=(0, 2, 3, 4)),
    forbids=["optimizers"],
)

# %% what is right, and what is wrong
import math

from autograder.spec import Exercise
from autograder.spec.mistakes import writes_into
from autograder.spec.mistakes.optimizers import with_divisor, with_state
from gradschool.feedforward import optimizers

exercise = Exercise(question, optimizers.adam_step, points=5)


def means(grad, m, v, beta1, beta2):
    return beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2


def step(
    p, grad, m, v, t, lr, beta1, beta2, eps, fold=means, corrected=lambda mean, beta, t: mean / (1 - beta**t),
    divisor=lambda s, eps: s.sqrt() + eps,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    t = t + 1
    m, v = fold(grad, m, v, beta1, beta2)
    return p - lr * corrected(m, beta1, t) / divisor(corrected(v, beta2, t), eps), m, v, t


exercise.mistakes(with_state(step, "means") + with_divisor(step))


@exercise.misconception(
    "corrects with the number of steps before this one",
    "In the first step, what is 1 - β₁ᵗ in your code?",
    "How many gradients have entered m when you correct it?",
)
def counts_from_zero(*args):
    return step(*args, corrected=lambda mean, beta, t: mean / torch.tensor(1 - beta ** (t - 1)).to(mean))


@exercise.misconception(
    "does not correct the means for their start at zero",
    "After the first step, which share of the first gradient does m hold?",
)
def no_correction(*args):
    return step(*args, corrected=lambda mean, beta, t: mean)


@exercise.misconception(
    "hands on the corrected means",
    "The next step multiplies m by β₁ and corrects it. How often has it been corrected then?",
)
def stores_the_corrected(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    t = t + 1
    m, v = means(grad, m, v, beta1, beta2)
    m, v = m / (1 - beta1**t), v / (1 - beta2**t)
    return p - lr * m / (v.sqrt() + eps), m, v, t


@exercise.misconception(
    "adds ε before v is corrected: the paper's shorter form, with an ε of its own",
    "Is your ε still ε, once both corrections have been drawn into the learning rate?",
)
def eps_hat(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    t = t + 1
    m, v = means(grad, m, v, beta1, beta2)
    rate = lr * math.sqrt(1 - beta2**t) / (1 - beta1**t)
    return p - rate * m / (v.sqrt() + eps), m, v, t


@exercise.misconception(
    "adds the whole gradient to a fading sum, where a share of it enters a mean",
    "With the same gradient g at every step, where should m end? Where does yours?",
)
def sums_for_means(*args):
    return step(*args, fold=lambda grad, m, v, beta1, beta2: (beta1 * m + grad, beta2 * v + grad**2))


@exercise.misconception("averages the gradient where its square belongs", "Can v be negative in the task? Can yours?")
def gradient_for_its_square(*args):
    def fold(grad, m, v, beta1, beta2):
        return beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad

    return step(*args, fold=fold)


@exercise.misconception(
    "averages the squares of m, not of the gradient", "Of which quantity is v the running mean square?"
)
def square_of_the_mean(*args):
    def fold(grad, m, v, beta1, beta2):
        m = beta1 * m + (1 - beta1) * grad
        return m, beta2 * v + (1 - beta2) * m**2

    return step(*args, fold=fold)


@exercise.misconception(
    "steps along the gradient, not along its mean: RMSProp with a correction", "Where does m enter your step?"
)
def mean_not_used(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    t = t + 1
    m, v = means(grad, m, v, beta1, beta2)
    return p - lr * grad / ((v / (1 - beta2**t)).sqrt() + eps), m, v, t


@exercise.misconception(
    "exchanges β₁ and β₂", "Which of the two means remembers longer in the task: that of g, or that of g²?"
)
def betas_exchanged(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    return step(p, grad, m, v, t, lr, beta2, beta1, eps)


@exercise.misconception(
    "corrects as if every step were the first",
    "By how much do you correct the means at step 1,000? By how much should you?",
)
def no_power(*args):
    return step(*args, corrected=lambda mean, beta, t: mean / (1 - beta))


@exercise.misconception("does not count its steps", "With which t should the next step be called?")
def t_unchanged(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    return *step(p, grad, m, v, t, lr, beta1, beta2, eps)[:3], t


@exercise.mistake(writes_into("means", "m"))
def in_place(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    t = t + 1
    m.mul_(beta1).add_(grad, alpha=1 - beta1)
    v.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
    return p - lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)).sqrt() + eps), m, v, t


@exercise.misconception(
    "corrects m and leaves v as it is",
    "Both means start at zero. After the first step, which share of g² does v hold?",
)
def only_m_corrected(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    t = t + 1
    m, v = means(grad, m, v, beta1, beta2)
    return p - lr * (m / (1 - beta1**t)) / (v.sqrt() + eps), m, v, t


@exercise.alternative
def on_copies(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = m.clone().mul_(beta1).add_(grad, alpha=1 - beta1)
    v = v.clone().mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
    t += 1
    root = v.sqrt().div_(math.sqrt(1 - beta2**t)).add_(eps)
    return torch.addcdiv(p, m, root, value=-lr / (1 - beta1**t)), m, v, t


@exercise.alternative
def with_lerp(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = torch.lerp(m, grad, 1 - beta1), torch.lerp(v, grad * grad, 1 - beta2)
    m_hat, v_hat = m / (1 - beta1 ** (t + 1)), v / (1 - beta2 ** (t + 1))
    return p - lr * m_hat / (torch.sqrt(v_hat) + eps), m, v, t + 1


@exercise.alternative
def the_corrections_in_the_rate(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    t = t + 1
    m, v = m + (1 - beta1) * (grad - m), v + (1 - beta2) * (grad.pow(2) - v)
    scale = (1 - beta2**t) ** 0.5
    return [p - lr * scale / (1 - beta1**t) * m / (v**0.5 + eps * scale), m, v, t]


@exercise.alternative
def as_a_dict(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    t = t + 1
    m, v = means(grad, m, v, beta1, beta2)
    update = (m / (1 - pow(beta1, t))) / (torch.sqrt(v / (1 - pow(beta2, t))) + eps)
    return {"p": p - lr * update, "m": m, "v": v, "t": t}
