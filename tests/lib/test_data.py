"""The data sets are what they say they are, always the same, and there without a network."""

import socket
import subprocess
import sys

import numpy as np
import pytest
import torch

from gradschool import data
from gradschool.training import generator


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*args):
        raise AssertionError("a data set that should need no network opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("split", ["stratified", "other writers"])
def test_digits_are_split_without_overlap_and_always_alike(split):
    first, again = data.digits(split), data.digits(split)
    assert torch.equal(first.test.x, again.test.x)
    assert first.train.x.shape == (1437, 64)
    assert first.test.x.shape == (360, 64)
    assert first.train.x.dtype == torch.float32
    assert first.train.y.dtype == torch.int64
    whole = torch.cat([first.train.x, first.test.x])
    assert (whole.min(), whole.max()) == (0, 1)
    assert len(whole.unique(dim=0)) == 1797  # no two scans are equal, so nothing is in both parts


def test_digits_and_their_splits_are_scikit_learns_to_the_bit():
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    pixels, classes = load_digits(return_X_y=True)
    drawn = train_test_split(np.arange(len(classes)), test_size=360, stratify=classes, random_state=0)
    ends = np.split(np.arange(len(classes)), [-360])
    for split, chosen in (("stratified", drawn), ("other writers", ends)):
        for part, rows in zip(data.digits(split), chosen, strict=True):
            assert torch.equal(part.x, torch.from_numpy(pixels[rows] / 16).float())
            assert torch.equal(part.y, torch.from_numpy(classes[rows]).long())


def test_the_stratified_split_keeps_the_shares():
    train, test = data.digits()
    assert (test.y.bincount() / 360 - torch.cat([train.y, test.y]).bincount() / 1797).abs().max() < 0.003


def test_digits_as_images_are_the_same_pixels():
    assert torch.equal(data.digits(images=True).test.x.flatten(1), data.digits().test.x)
    assert data.digits(images=True).train.x.shape == (1437, 1, 8, 8)


@pytest.mark.parametrize("name", ["china", "flower"])
def test_photographs_are_colour_images(name):
    from sklearn.datasets import load_sample_image

    image = data.photograph(name)
    assert torch.equal(image, torch.from_numpy(load_sample_image(f"{name}.jpg")).permute(2, 0, 1).float() / 255)
    assert image.shape == (3, 427, 640)
    assert 0 <= image.min() < 0.1
    assert 0.9 < image.max() <= 1


@pytest.mark.parametrize("name", ["moons", "spirals", "flower", "rings", "xor"])
def test_planar_sets_defeat_a_line_but_not_their_neighbours(name):
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier

    train = data.planar(name, 400, generator(0), noise=0.03)
    test = data.planar(name, 400, generator(1), noise=0.03)
    line = LogisticRegression().fit(train.x, train.y).score(test.x, test.y)
    neighbours = KNeighborsClassifier(5).fit(train.x, train.y).score(test.x, test.y)
    assert line < 0.9
    assert neighbours > 0.93
    assert train.x.abs().max() < 1.25


@pytest.mark.parametrize("n", [1, 2, 31])
def test_planar_sets_are_balanced_and_drawn_from_the_generator_alone(n):
    torch.manual_seed(0)
    before = torch.get_rng_state()
    first = data.planar("spirals", n, generator(3))
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(first.x, data.planar("spirals", n, generator(3)).x)
    assert not torch.equal(first.x, data.planar("spirals", n, generator(4)).x)
    assert first.x.shape == (n, 2)
    assert abs(int((first.y == 0).sum()) - int((first.y == 1).sum())) <= 1


def test_noise_is_a_standard_deviation():
    clean, noisy = (data.planar("rings", 20_000, generator(0), noise=noise) for noise in (0.0, 0.3))
    assert (noisy.x - clean.x).std(dim=0).tolist() == pytest.approx([0.3, 0.3], rel=0.05)


def test_points_lie_on_their_curves_without_noise():
    rings = data.planar("rings", 500, generator(0), noise=0.0)
    radius = rings.x.norm(dim=1)
    assert radius[rings.y == 0].max() <= 0.4
    assert radius[rings.y == 1].min() >= 0.8
    xor = data.planar("xor", 500, generator(0), noise=0.0)
    assert torch.equal(xor.x.prod(dim=1) < 0, xor.y == 1)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: data.planar("rings", 0, generator(0)), "n is at least 1"),
        (lambda: data.planar("rings", 5, generator(0), noise=-1.0), "noise at least 0"),
    ],
)
def test_impossible_wishes_are_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_the_data_that_ships_needs_no_scikit_learn():
    """Its import takes longer than torch's, and almost every notebook begins with the digits."""
    asked = "import sys; from gradschool import data; data.digits(); data.photograph(); print('sklearn' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
