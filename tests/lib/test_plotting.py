"""Pictures show what they were given, carry labels and a description, and leave no state behind."""

import itertools
import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from gradschool import plotting
from gradschool.feedforward.activations import ACTIVATIONS, relu, step

SQUARE = torch.tensor([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
CLASSES = torch.tensor([0, 0, 1, 1])
PICTURES = {
    "loss_curves": lambda: plotting.loss_curves({"Adam": [2.0, 0.5], "SGD": [2.0, 1.0]}),
    "functions": lambda: plotting.functions({"ReLU": relu}),
    "activations": lambda: plotting.activations(ACTIVATIONS),
    "decision_region": lambda: plotting.decision_region(lambda p: p[:, 0].sigmoid(), SQUARE, CLASSES),
    "decision_line": lambda: plotting.decision_line(torch.tensor([1.0, 2.0]), 0.5, SQUARE, CLASSES),
    "image_grid": lambda: plotting.image_grid(torch.rand(3, 8, 8), titles=["a", "b", "c"]),
}


def pixels(figure):
    return imread(BytesIO(figure.png()))


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_has_a_description_and_something_on_it(name):
    figure = PICTURES[name]()
    assert len(figure.alt) > 15
    assert repr(figure) == str(figure) == figure.alt
    assert pixels(figure)[..., :3].std() > 0.02
    assert figure.png().startswith(b"\x89PNG")
    bundle = figure._repr_mimebundle_()
    assert bundle["text/plain"] == BeautifulSoup(bundle["text/html"], "html.parser").img["alt"] == figure.alt


@pytest.mark.parametrize("name", [name for name in PICTURES if name != "image_grid"])
def test_every_axis_is_labelled(name):
    for axes in PICTURES[name]().axes:
        assert axes.get_xlabel()
        assert axes.get_ylabel()


def test_the_same_picture_has_the_same_bytes():
    assert PICTURES["decision_line"]().png() == PICTURES["decision_line"]().png()


def test_pyplot_and_its_state_stay_out():
    code = (
        "import sys, torch, matplotlib; before = matplotlib.rcParams.copy();"
        "from gradschool import plotting; plotting.functions({'tanh': torch.tanh}).png();"
        "print('matplotlib.pyplot' in sys.modules, before == matplotlib.rcParams.copy())"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False", "True"]


# Machado, Oliveira & Fernandes (2009), severity 1: how linear RGB looks with one kind of cone missing.
BLIND = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "none": np.eye(3),
}


@pytest.mark.parametrize("kind", BLIND)
def test_the_first_colours_stay_apart_without_a_kind_of_cone(kind):
    def seen(color):
        linear = np.array(to_rgb(color)) ** 2.2
        return np.clip(np.array(BLIND[kind]) @ linear, 0, 1) ** (1 / 2.2)

    distances = [np.linalg.norm(seen(a) - seen(b)) for a, b in itertools.combinations(plotting.COLORS[:3], 2)]
    assert min(distances) > 0.3


def test_curves_beyond_the_palette_still_differ():
    lines = plotting.loss_curves({str(i): [0.0, i] for i in range(14)}).axes[0].get_lines()
    assert len({(line.get_color(), str(line.get_linestyle()), line._dash_pattern.__repr__()) for line in lines}) == 14


def test_loss_curves_hold_the_numbers_and_name_their_ends():
    figure = plotting.loss_curves({"a": [3.0, 2.0, 0.25], "b": []}, log=True)
    assert figure.axes[0].get_lines()[0].get_ydata().tolist() == [3.0, 2.0, 0.25]
    assert figure.axes[0].get_yscale() == "log"
    assert figure.alt == "loss against step: a from 3 to 0.25"


@pytest.mark.parametrize(
    ("f", "gaps"),
    [
        (step, 1),
        (relu, 0),
        (torch.tanh, 0),
        (lambda z: z**5, 0),
        (lambda z: 3 * torch.sign(z - 0.001), 1),
        (torch.floor, 8),
    ],
)
def test_a_jump_is_not_joined_and_nothing_else_is_cut(f, gaps):
    (line,) = plotting.functions({"f": f}).axes[0].get_lines()
    assert np.isnan(line.get_ydata()).sum() == gaps


def test_regions_lie_where_the_classes_are():
    figure = plotting.decision_region(lambda p: (p[:, 0] > 0).float(), SQUARE, CLASSES)
    image = pixels(figure)
    height, width = image.shape[:2]
    left, right = image[height // 3, int(width * 0.4)], image[height // 3, int(width * 0.7)]
    assert left[2] > left[0]  # class 0 is blue, and x₁ < 0 is on the left
    assert right[0] > right[2]
    assert figure.alt.endswith("100% are right")


def test_a_region_counts_what_is_right():
    figure = plotting.decision_region(lambda p: (p[:, 1] > 0).float(), SQUARE, CLASSES, title="epoch 3")
    assert figure.alt.startswith("epoch 3: ")
    assert figure.alt.endswith("50% are right")


def test_the_line_is_where_the_net_input_is_zero():
    w, b = torch.tensor([3.0, -2.0]), torch.tensor(0.7)
    figure = plotting.decision_line(w, b, SQUARE, CLASSES)
    line = figure.axes[0].get_lines()[0]
    ends = np.array([line.get_xy1(), line.get_xy2()])
    assert np.abs(ends @ w.numpy() + 0.7).max() < 1e-5
    (arrow,) = figure.axes[0].texts
    assert (np.array(arrow.xy) - arrow.xyann) @ w.numpy() > 0  # towards the side that fires
    assert "3 x₁ -2 x₂ +0.7 = 0; 4 of 4" in figure.alt


def test_zero_weights_have_no_line():
    figure = plotting.decision_line(torch.zeros(2), torch.tensor(0.0), SQUARE, CLASSES)
    assert not figure.axes[0].get_lines()
    assert "2 of 4 samples are right" in figure.alt


def test_images_stand_row_by_row_and_keep_their_values():
    images = torch.rand(5, 1, 4, 6)
    axes = plotting.image_grid(images, columns=3).axes
    assert len(axes) == 6
    for panel, image in zip(axes, images, strict=False):
        assert np.array_equal(panel.images[0].get_array(), image[0])
        assert panel.images[0].get_clim() == (0, 1)
    assert not axes[5].images


def test_signed_images_are_white_at_zero_and_colour_images_stay_in_range():
    signed = plotting.image_grid(torch.tensor([[[-2.0, 0.5]]]), signed=True)
    assert signed.axes[0].images[0].get_clim() == (-2, 2)
    colour = plotting.image_grid(3 * torch.rand(2, 3, 4, 4) - 1)
    assert 0 <= colour.axes[0].images[0].get_array().min() <= colour.axes[0].images[0].get_array().max() <= 1


def test_two_channels_are_no_image():
    with pytest.raises(ValueError, match="one channel or three, not 2"):
        plotting.image_grid(torch.rand(2, 2, 4, 4))


def test_panels_have_the_shape_of_their_images():
    for shape, inches in (((2, 8, 8), (4, 2)), ((2, 4, 8), (4, 1)), ((2, 8, 4), (2, 2))):
        assert tuple(plotting.image_grid(torch.zeros(shape), size=2).get_size_inches()) == inches
