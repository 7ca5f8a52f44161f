"""One epoch's indices in random order, so many at a time. What is judged holds for any shuffle, not for one."""

import torch

from autograder.spec import Case, Question
from autograder.spec.chance import shuffled
from autograder.spec.errors import Unusable
from autograder.spec.outputs import DRAWN
from autograder.spec.probes import Probe, article

#: Two fair shuffles leave about 2 samples at their place, whatever n: Poisson-distributed, hence more than this
#: with a probability below 1e-9.
MOST_IN_PLACE = 18


def in_place(*epochs):
    """How many samples stand where they stood in the file, in all of the epochs."""
    return sum(i == j for batches in epochs for i, j in enumerate(j for batch in batches for j in batch))


def epoch(answer, n, size, generator):
    """The batches as lists of whole numbers: index tensors are asked, anything that indexes will do."""
    given = answer(n, size, generator)
    if given is None:
        raise Unusable("none", "Your answer returned None. Is a return statement missing?")
    try:
        return [torch.as_tensor(batch).reshape(-1).long().tolist() for batch in given]
    except (TypeError, ValueError, RuntimeError):
        raise Unusable(
            "not batches", f"Your answer returned {article(given)}, where a list of index tensors belongs."
        ) from None


def observed(answer, args, returns, gradients):
    """Two epochs from one generator, one from its twin, one from another."""
    n, size, generator = args
    seed = generator.initial_seed()
    first, second = (epoch(answer, n, size, generator) for _ in range(2))
    torch.manual_seed(seed + 1)  # the global source of chance, which is not to be used
    again = epoch(answer, n, size, torch.Generator().manual_seed(seed))
    other = epoch(answer, n, size, torch.Generator().manual_seed(seed + 1))
    return {DRAWN: [first, second, again, other]}


def concluded(drawn, args):
    """What every fair shuffle has in common."""
    (first, second, again, other), n = drawn, args[0]
    order = [i for batch in first for i in batch]
    seen = {
        "sizes": torch.tensor([len(batch) for batch in first]),
        "times each sample occurs": torch.tensor([order.count(i) for i in range(n)]),
    }
    if n >= 50:  # few enough ways to be alike by chance
        seen |= {
            "neighbours stay together": not shuffled(order),
            "samples stay at their place": in_place(first, second) > MOST_IN_PLACE,
            "the second epoch repeats the first": first == second,
            "the same seed gives the same epoch": first == again,
            "another seed gives another epoch": first != other,
        }
    return seen


question = Question(
    cases=lambda draw: [
        Case((200, 8, draw.chance()), note="whole batches"),
        Case((151, 20, draw.chance()), note="a short batch at the end"),
        Case((60, 100, draw.chance()), note="fewer samples than a batch"),
        Case((5, 1, draw.chance()), note="one at a time"),
        Case((7, 7, draw.chance()), note="one batch"),
        Case((1, 3, draw.chance()), note="one sample"),
    ],
    probe=Probe(observed, dtypes=("float64",), conclude=concluded),
    forbids=["data_loader"],
    gives="a list of index tensors (lists of whole numbers will do)",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import IGNORES_THE_GENERATOR
from gradschool.feedforward import optimizers

exercise = Exercise(question, optimizers.minibatches, points=4, beside=["sizes"])


def cut(order, size):
    return [order[i : i + size] for i in range(0, len(order), size)]


@exercise.misconception(
    "drops the last batch when it is short", "How many samples does your epoch hold, for n = 10 and size = 4?"
)
def drops_the_last(n, size, generator):
    return [b for b in cut(torch.randperm(n, generator=generator), size) if len(b) == size]


@exercise.misconception(
    "draws each batch anew, so that some samples come twice and others never",
    "In one epoch, how often should each sample be seen?",
)
def with_replacement(n, size, generator):
    batches = -(-n // size)
    sizes = [size] * (batches - 1) + [n - size * (batches - 1)]
    return [torch.randint(n, (k,), generator=generator) for k in sizes]


@exercise.misconception(
    "leaves the samples in the order of the file", "The file begins with all the zeros. What does the first batch hold?"
)
def not_shuffled(n, size, generator):
    return cut(torch.arange(n), size)


@exercise.misconception(
    "shuffles the batches, but not the samples in them",
    "Which samples share a batch with sample 0, in this epoch and in the next?",
)
def shuffles_batches(n, size, generator):
    batches = cut(torch.arange(n), size)
    return [batches[i] for i in torch.randperm(len(batches), generator=generator)]


@exercise.misconception(
    "shuffles only within each batch", "Which samples can share a batch with sample 0, in any epoch?"
)
def shuffles_inside(n, size, generator):
    return [b[torch.randperm(len(b), generator=generator)] for b in cut(torch.arange(n), size)]


@exercise.mistake(IGNORES_THE_GENERATOR)
def global_chance(n, size, generator):
    return cut(torch.randperm(n), size)


@exercise.misconception(
    "seeds the generator itself, so that every epoch has the same order",
    "What differs between the first and the second epoch of your training?",
    "Who decides where chance starts: the caller, or you?",
)
def seeds_it_anew(n, size, generator):
    generator.manual_seed(0)
    return cut(torch.randperm(n, generator=generator), size)


@exercise.misconception(
    "fills the last batch up with samples that were there before", "How often does each sample occur in your epoch?"
)
def fills_up(n, size, generator):
    order = torch.randperm(n, generator=generator)
    return [order[torch.arange(i, i + size) % n] for i in range(0, n, size)]


@exercise.misconception(
    "adds the left-over samples to the last full batch",
    "How long is the longest batch that you return? How long may it be?",
)
def long_last_batch(n, size, generator):
    batches = cut(torch.randperm(n, generator=generator), size)
    if len(batches) > 1 and len(batches[-1]) < size:
        batches = [*batches[:-2], torch.cat(batches[-2:])]
    return batches


@exercise.misconception(
    "ends with an empty batch where the samples divide evenly",
    "How many batches of 4 are there in 8 samples? How many do you return?",
    "What is the mean loss of no samples at all?",
)
def empty_batch(n, size, generator):
    order = torch.randperm(n, generator=generator)
    return [order[i * size : (i + 1) * size] for i in range(n // size + 1)]


@exercise.alternative
def with_split(n, size, generator):
    return list(torch.split(torch.randperm(n, generator=generator), size))


@exercise.alternative
def sorted_by_chance(n, size, generator):
    order = torch.rand(n, generator=generator, dtype=torch.float64).argsort()
    return [order[start : min(start + size, n)] for start in range(0, n, size)]


@exercise.alternative
def one_after_the_other(n, size, generator):
    batch, batches = [], []
    for i in torch.randperm(n, generator=generator):
        batch.append(int(i))
        if len(batch) == size:
            batches.append(torch.tensor(batch))
            batch = []
    return [*batches, torch.tensor(batch)] if batch else batches


@exercise.alternative
def yielded(n, size, generator):
    order = torch.randperm(n, generator=generator)
    for start in range(0, n, size):
        yield order[start : start + size]
