"""Pictures of the game and of DCGAN show what they say, and nothing of them is cut off."""

import torch

from gradschool.adversarial import game, modes
from gradschool.adversarial.pictures import dcgan as dcgan_pictures
from gradschool.adversarial.pictures import game as pictures


def test_a_frame_keeps_the_field_where_it_belongs():
    moment = pictures.frame(7, torch.zeros(3, 2, dtype=torch.float64), lambda at: 100 * at[:, 0], reach=2.0, points=5)
    assert moment.step == 7
    assert torch.allclose(moment.field[:, 0], torch.zeros(5).double())  # left of 0: not believed
    assert torch.allclose(moment.field[:, 2], torch.full((5,), 0.5).double())
    upwards = pictures.frame(0, moment.samples, lambda at: 100 * at[:, 1], points=5).field
    assert upwards[0, 0] < 0.5 < upwards[-1, 0]


def test_a_film_has_a_panel_for_each_moment():
    ring = modes.ring_centres()
    moments = [pictures.frame(step, ring * step / 10, lambda at: at[:, 0]) for step in (0, 5, 10)]
    figure = pictures.film(moments, ring)
    panels = [axes for axes in figure.axes if axes.get_title()]
    assert [axes.get_title() for axes in panels] == ["step 0", "step 5", "step 10"]
    assert figure.alt.endswith("step 0, step 5, step 10")
    assert all(axes.get_xlabel() for axes in panels)


def test_densities_say_how_sure_the_discriminators_are():
    x = torch.linspace(-1, 1, 11, dtype=torch.float64)
    figure = pictures.densities(x, 1 + x, 1 - x, {"best D": (1 + x) / 2}, title="two slopes")
    assert figure.alt == "two slopes: two densities, and D(x): best D from 0.00 to 1.00"
    assert [axes.get_ylabel() for axes in figure.axes] == ["density", "D(x)"]


def test_slopes_of_the_losses_are_told():
    forms = {"saturating": lambda z: game.generator_loss(z, True), "non-saturating": game.generator_loss}
    figure = pictures.loss_forms(forms, reach=20.0)
    assert "saturating has slope -2.1e-09 at a logit of -20 and -1 at 20" in figure.alt
    assert "non-saturating has slope -1 at a logit of -20" in figure.alt


def test_coverage_draws_every_seed_and_tells_how_they_ended():
    runs = {"plain": [[(0, 0, 0.0), (50, 3, 0.2)], [(0, 0, 0.0), (50, 8, 0.6)]], "cured": [[(0, 1, 0.0), (50, 8, 0.9)]]}
    figure = pictures.coverage(runs, 8)
    assert figure.alt == "plain ends with 3, 8 of 8 modes; cured ends with 8 of 8 modes"
    assert [len(axes.lines) for axes in figure.axes] == [3, 3]


def test_rows_of_images_carry_their_names():
    rows = {"drawn": torch.zeros(3, 1, 4, 4), "nearest": torch.ones(3, 1, 4, 4, requires_grad=True)}
    figure = dcgan_pictures.rows_of_images(rows)
    assert [t.get_text() for axes in figure.axes for t in axes.texts] == ["drawn", "nearest"]
    assert figure.alt == "rows of 3 images: drawn, nearest"


def test_distances_stand_beside_their_levels():
    runs = [[(0, 50.0), (2, 3.0)], [(0, 40.0), (2, 4.0)]]
    figure = dcgan_pictures.distances(runs, {"held out": 0.3})
    assert figure.alt == "Fréchet distance over training: from 40 to 50 down to 3 to 4 over 2 seeds; held out 0.3"
    assert figure.axes[0].get_yscale() == "log"


def test_two_yardsticks_are_drawn_for_each_seed_and_told():
    runs = [[(0, 50.0, 0.0), (2, 3.0, 30.0)], [(0, 40.0, 1.0), (2, 4.0, 20.0)]]
    figure = dcgan_pictures.yardsticks(runs, {"held out": (0.3, 80.0)})
    assert figure.alt == (
        "Fréchet distance: 3 to 4 at the end (held out 0.3); sure of its class, %: 20 to 30 at the end (held out 80)"
    )
    assert [axes.get_yscale() for axes in figure.axes] == ["log", "linear"]
    assert [len(axes.lines) for axes in figure.axes] == [3, 3]
