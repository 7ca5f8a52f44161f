"""Noise with the embedding of the class that is asked for."""

import torch

from autograder.spec import Case, Question


def case(draw, batch, latent, classes, features, note=""):
    return Case((draw.normal(batch, latent), draw.labels(classes, batch), draw.normal(classes, features)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 5, 3, 4, 2),
        case(draw, 4, 4, 4, 4, "everything of length 4"),
        case(draw, 1, 2, 3, 5, "a batch of one"),
        case(draw, 6, 1, 2, 1, "one number each"),
        Case(
            (draw.normal(4, 2), torch.tensor([1, 0, 1, 1]), draw.normal(5, 3)), note="the last classes never asked for"
        ),
    ],
    gradients=["z", "embedding"],
    arguments=("z", "labels", "embedding"),
    forbids=["embedding"],
)

# %% what is right, and what is wrong
import torch.nn.functional as F

from autograder.spec import Exercise
from gradschool.adversarial import conditional

exercise = Exercise(question, conditional.condition_on_label, points=2)


@exercise.misconception(
    "hands on the class's number, not its embedding",
    "Is class 8 twice as much of anything as class 4?",
    "How many columns should your result have?",
)
def the_number(z, labels, embedding):
    return torch.cat([z, labels[:, None].to(z)], dim=1)


@exercise.misconception(
    "hands on a one-hot code, and leaves the embedding unused",
    "Which of the three arguments does not occur in your result?",
)
def one_hot(z, labels, embedding):
    return torch.cat([z, F.one_hot(labels, len(embedding)).to(z)], dim=1)


@exercise.misconception(
    "puts the class in front of the noise", "Which comes first in the task? A trained generator reads columns by place."
)
def class_first(z, labels, embedding):
    return torch.cat([embedding[labels], z], dim=1)


@exercise.misconception(
    "gives the samples the embeddings in the order of the classes, whatever their labels",
    "Which row of the embedding belongs to the first sample, whose label is `labels[0]`?",
)
def in_order(z, labels, embedding):
    return torch.cat([z, embedding[torch.arange(len(z)) % len(embedding)]], dim=1)


@exercise.misconception(
    "cuts the embedding off from learning",
    "Who chooses the numbers in the embedding? What must reach them for that?",
)
def detached(z, labels, embedding):
    return torch.cat([z, embedding[labels].detach()], dim=1)


@exercise.misconception(
    "gives every sample the embedding of the first one's class", "Which labels does your result depend on?"
)
def one_class_for_all(z, labels, embedding):
    return torch.cat([z, embedding[labels[0]].expand(len(z), -1)], dim=1)


@exercise.alternative
def by_a_product(z, labels, embedding):
    chosen = (labels[:, None] == torch.arange(len(embedding), device=labels.device)).to(z)
    return torch.hstack([z, chosen @ embedding])


@exercise.alternative
def sample_by_sample(z, labels, embedding):
    return torch.stack([torch.cat([row, embedding[int(label)]]) for row, label in zip(z, labels, strict=True)])


@exercise.alternative
def into_a_new_tensor(z, labels, embedding):
    result = z.new_zeros(len(z), z.shape[1] + embedding.shape[1])
    result[:, : z.shape[1]] = z
    result[:, z.shape[1] :] = embedding.index_select(0, labels)
    return result
