"""How many numbers LeNet-5 learns: with its C3 connected in full or by a table, plain or as printed."""

from autograder.spec import Case, Question
from autograder.spec.probes import function

FULL = [6] * 16

ORIGINAL = [3] * 6 + [4] * 9 + [6]


def tables(draw):
    """One table of a length and of connections that nobody knows by heart."""
    return [draw.integer(1, 7) for _ in range(draw.integer(17, 24))]


question = Question(
    cases=lambda draw: [
        Case((FULL, False, True), note="C3 fully connected"),
        Case((ORIGINAL, False, True), note="the original table"),
        Case((ORIGINAL, True, False), note="the original table, pooling trained, output fixed"),
        Case((FULL, True, True), note="fully connected, pooling trained"),
        Case((tables(draw), False, False), note="another table"),
        Case((tables(draw), True, True), note="another table, pooling trained"),
        Case(([2], False, True), note="a single map in C3"),
        Case(([2], True, False), note="a single map in C3, pooling trained, output fixed"),
    ],
    defaults=lambda draw: [
        Case((tables(draw),), note="a table alone"),
        Case((tables(draw), True), note="all but `trained_output`"),
    ],
    probe=function.but(device=False, dtypes=("float64",)),
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.convolutional import lenet

exercise = Exercise(
    question,
    lenet.lenet_parameter_count,
    points=3,
)


def count(
    seen_by_c3, trained_pooling=False, trained_output=True, *, bias=1, c1_maps=6, output=10 * 85,
    c3=lambda seen, bias: 25 * sum(seen) + bias * len(seen), c5=lambda maps, bias: 120 * (25 * maps + bias),
    pooling=lambda maps: 2 * (6 + maps), learned=bool,
):  # fmt: skip
    """The right sum, with the parts that students get wrong as settings."""
    maps = len(seen_by_c3)
    always = c1_maps * (25 + bias) + c3(seen_by_c3, bias) + c5(maps, bias) + 84 * (120 + bias)
    return always + (pooling(maps) if trained_pooling else 0) + (output if learned(trained_output) else 0)


wrong = exercise.variants(count)
wrong("counts no biases", "What does each map add to its weighted sums?", bias=0, output=840)
wrong(
    "gives C3 a bias for every kernel, not for every map",
    "A map of C3 adds up what several kernels found. How many numbers does it add to that sum?",
    c3=lambda seen, bias: 26 * sum(seen),
)
wrong(
    "gives C3 a bias for each map below, not for each of its own maps",
    "How many numbers does `nn.Conv2d(6, 16, 5).bias` hold?",
    c3=lambda seen, bias: 25 * sum(seen) + 6,
)
wrong(
    "connects every map of C3 with all six below, whatever the table says",
    "What do your counts for `[6] * 16` and for the original table differ by?",
    c3=lambda seen, bias: len(seen) * 151,
)
wrong(
    "gives each map of C3 one kernel for all the maps that it sees",
    "What is the shape of `nn.Conv2d(6, 16, 5).weight`? What is its second number for?",
    c3=lambda seen, bias: len(seen) * 26,
)
wrong(
    "gives C5 one weight for each map below, not a window for each",
    "How large are the maps that C5 sees? How large is its kernel?",
    c5=lambda maps, bias: 120 * (maps + 1),
)
wrong(
    "lets C5 see sixteen maps, however many C3 has",
    "The table's length is the number of maps in C3. Which layer's count depends on it, other than C3's?",
    c5=lambda maps, bias: 120 * 401,
)
wrong(
    "has each trained pooling learn two numbers in all, not two for each map",
    "Does every map of S2 share one factor, or has each its own?",
    pooling=lambda maps: 4,
)
wrong(
    "has trained pooling learn one number for each map",
    "By what is the mean multiplied, and what is added to it?",
    pooling=lambda maps: 6 + maps,
)
wrong(
    "counts trained pooling behind C3 only",
    "Which layers are followed by pooling?",
    pooling=lambda maps: 2 * maps,
)
wrong("counts trained pooling behind C1 only", "Which layers are followed by pooling?", pooling=lambda maps: 2 * 6)
wrong(
    "gives each place of a map weights of its own in C1",
    "How many different kernels slide over the image to make six maps?",
    c1_maps=6 * 28 * 28,
)
wrong(
    "counts the output layer even where it is fixed",
    "What does a layer of fixed numbers learn?",
    learned=lambda trained: True,
)


@exercise.alternative
def layer_by_layer(seen_by_c3, trained_pooling=False, trained_output=True):
    total = 156 + 10164
    for seen in seen_by_c3:
        total += seen * 25 + 1 + 120 * 25
    total += 120
    if trained_pooling:
        total += 12 + 2 * len(seen_by_c3)
    return total + 850 * bool(trained_output)


@exercise.alternative
def asked_of_torch(seen_by_c3, trained_pooling=False, trained_output=True):
    from torch import nn

    maps = len(seen_by_c3)
    layers = [nn.Conv2d(1, 6, 5), nn.Conv2d(maps, 120, 5), nn.Linear(120, 84)]
    layers += [nn.Conv2d(seen, 1, 5) for seen in seen_by_c3]
    if trained_pooling:
        layers += [nn.BatchNorm2d(6), nn.BatchNorm2d(maps)]  # a factor and a bias for each map
    if trained_output:
        layers.append(nn.Linear(84, 10))
    return sum(p.numel() for layer in layers for p in layer.parameters())


@exercise.alternative
def in_floats(seen_by_c3, trained_pooling=False, trained_output=True):
    shapes = [(6, 1, 5, 5), (6,), *((n, 5, 5) for n in seen_by_c3), (len(seen_by_c3),)]
    shapes += [(120, len(seen_by_c3), 5, 5), (120,), (84, 120), (84,)]
    shapes += [(10, 84), (10,)] if trained_output else []
    shapes += [(2, 6), (2, len(seen_by_c3))] if trained_pooling else []
    total = 0.0
    for shape in shapes:
        product = 1.0
        for n in shape:
            product *= n
        total += product
    return total
