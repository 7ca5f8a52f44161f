"""Predictions and sliders, worked without a browser and inside an executed notebook."""

import nbformat
import pytest
import torch
from bs4 import BeautifulSoup
from nbclient import NotebookClient

from gradschool import plotting, widgets


def press(prediction, text):
    box, _, button = prediction.widget.children[1].children
    box.value = text
    button.click()
    return prediction.widget.children[2].value


def test_the_outcome_is_worked_out_only_after_the_guess():
    asked = []
    prediction = widgets.predict("How many?", lambda: asked.append(1) or torch.tensor([7.0]), unit="steps")
    assert not asked
    assert repr(prediction) == "Your prediction: How many? (no guess yet)"
    shown = press(prediction, "5")
    assert "You said 5 steps; it is 7 steps." in shown
    assert '<img src="data:image/png;base64,' in shown
    assert 'alt="You said 5 steps; it is 7 steps."' in shown
    assert (prediction.guess, prediction.outcome) == (5, 7)


def test_a_guess_is_for_good():
    prediction = widgets.predict("How many?", lambda: 7)
    prediction.commit(5)
    prediction.commit(7)
    press(prediction, "7")
    assert prediction.guess == 5
    box, _, button = prediction.widget.children[1].children
    box.value = "9"
    assert box.value == "5"
    assert button.description == "Committed"
    assert not box.disabled, "it would lose the keyboard's focus"


def test_enter_commits_what_stands_in_the_field():
    prediction = widgets.predict("How many?", lambda: 7)
    box, _, _ = prediction.widget.children[1].children
    box.value = "1"  # the browser holds back the other letters
    prediction.widget.children[-1]._handle_custom_msg({"entered": "15"}, [])  # what it sends
    prediction.widget.children[-1]._handle_custom_msg({"entered": "16"}, [])
    assert (prediction.guess, prediction.outcome, box.value) == (15, 7, "15")


@pytest.mark.parametrize(
    ("text", "guess"), [("0.5", 0.5), (" 0,5 ", 0.5), ("5e-1", 0.5), ("0.5 %", 0.5), ("0.5%", 0.5)]
)
def test_numbers_are_read_as_people_write_them(text, guess):
    prediction = widgets.predict("How much?", lambda: 1, unit="%")
    press(prediction, text)
    assert prediction.guess == guess


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "A number, please."),
        ("many", "A number, please."),
        ("nan", "A number, please."),
        ("inf", "A number, please."),
        ("-0.1", "It cannot be less than 0 %."),
        ("101", "It cannot be more than 100 %."),
    ],
)
def test_what_cannot_be_a_guess_gets_a_sentence_and_another_try(text, complaint):
    prediction = widgets.predict("How much?", lambda: pytest.fail("asked too early"), unit="%", low=0, high=100)
    assert press(prediction, text) == complaint
    assert prediction.guess is None


def test_an_answer_that_fails_is_a_sentence_and_the_guess_can_be_made_again():
    outcomes = iter([ZeroDivisionError("division by zero"), 3.0])

    def answer():
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    prediction = widgets.predict("How many?", answer)
    assert "ZeroDivisionError: division by zero" in press(prediction, "1")
    assert prediction.guess is None
    assert "it is 3." in press(prediction, "1")


@pytest.mark.parametrize("outcome", [float("nan"), float("inf")])
def test_an_outcome_without_a_place_on_the_line_is_still_said(outcome):
    assert f"it is {outcome}" in press(widgets.predict("How large?", lambda: outcome), "1")


def test_a_question_is_text_and_never_markup():
    prediction = widgets.predict("Is <b>p</b> < 0.5 & why?", lambda: 1)
    assert "Is &lt;b&gt;p&lt;/b&gt; &lt; 0.5 &amp; why?" in prediction.widget.children[0].value


def test_bounds_in_the_wrong_order_are_refused():
    with pytest.raises(ValueError, match="low must lie below high"):
        widgets.predict("How many?", lambda: 1, low=1, high=0)


def draw(scale=2.0, shape="sin", on=True):
    if scale > 9:
        raise ValueError("too steep")
    return plotting.functions({shape: lambda z: getattr(torch, shape)(scale * z)}, alt=f"{shape} at {scale:g}, {on}")


def test_sliders_start_at_the_defaults_and_redraw():
    explorer = widgets.explore(draw, scale=(0.0, 10.0, 0.5), shape=["tanh", "sin"], on=True)
    assert repr(explorer) == "sin at 2, True [scale = 2, shape = sin, on = True]"
    before = explorer.widget.children[-1].value
    explorer.controls["scale"].value = 4.5
    explorer.controls["shape"].value = "tanh"
    after = explorer.widget.children[-1].value
    assert explorer.values == {"scale": 4.5, "shape": "tanh", "on": True}
    assert repr(explorer).startswith("tanh at 4.5")
    assert before != after
    assert 'alt="tanh at 4.5, True"' in after


def test_whole_numbers_make_a_slider_of_whole_numbers():
    explorer = widgets.explore(lambda update: plotting.loss_curves({"a": [1.0, update]}), update=(0, 11))
    assert isinstance(explorer.controls["update"].value, int)
    assert (explorer.controls["update"].min, explorer.controls["update"].max) == (0, 11)


def test_a_place_where_nothing_can_be_drawn_says_so_and_can_be_left():
    explorer = widgets.explore(draw, scale=(0.0, 10.0))
    explorer.controls["scale"].value = 9.5
    assert explorer.widget.children[-1].value == "Nothing to draw here: ValueError: too steep"
    explorer.controls["scale"].value = 1.0
    assert "<img" in explorer.widget.children[-1].value


def test_the_notebooks_own_faults_show_when_the_cell_is_run():
    with pytest.raises(ValueError, match="too steep"):
        widgets.explore(lambda scale: draw(scale), scale=[9.5, 1.0])
    with pytest.raises(TypeError, match="should return a plotting"):
        widgets.explore(lambda scale: None, scale=(0, 1))
    with pytest.raises(ValueError, match=r"scale: expected \(low, high\)"):
        widgets.explore(draw, scale=object())


CELLS = [
    "import torch\nfrom gradschool import plotting, widgets",
    "plotting.functions({'tanh': torch.tanh})",
    "guess = widgets.predict('What is 2 + 2?', answer=lambda: 4, low=0, high=10)\nguess",
    "guess.commit(5)\nguess",
    "explorer = widgets.explore(lambda scale: plotting.functions({'sin': lambda z: (scale * z).sin()}), scale=(0, 8))"
    "\nexplorer",
    "explorer.controls['scale'].value = 6\nexplorer",
]


def test_a_notebook_runs_without_a_browser_and_always_shows_the_same_text():
    def run():
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
        NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
        return [cell.outputs for cell in notebook.cells]

    first, second = run(), run()
    assert [[o.output_type for o in outputs] for outputs in first] == [[]] + [["execute_result"]] * 5
    texts = [[o.data["text/plain"] for o in outputs] for outputs in first]
    assert texts == [[o.data["text/plain"] for o in outputs] for outputs in second]
    assert texts[3] == ["Your prediction: What is 2 + 2? You said 5; it is 4."]
    assert texts[5][0].endswith("[scale = 6]")
    for i, parts in {1: {"text/html"}, 2: {"application/vnd.jupyter.widget-view+json"}}.items():
        assert parts <= set(first[i][0].data)
    assert {"text/html", "application/vnd.jupyter.widget-view+json"} <= set(first[5][0].data)
    for output, [text] in ((first[1][0], texts[1]), (first[5][0], texts[5])):
        alt = BeautifulSoup(output.data["text/html"], "html.parser").img["alt"]
        assert text.startswith(alt)


def test_a_grid_of_numbers_redraws_at_every_field_and_once_for_a_whole_matrix():
    drawn = []

    def draw(kernel):
        drawn.append(kernel)
        figure, _ = plotting.picture()
        figure.alt = f"drawn with {kernel}"
        return figure

    grid = widgets.NumberGrid([[0, 0], [1, 0], [0, 2]], presets={"ones": [[1, 1], [1, 1], [1, 1]]})
    explorer = widgets.explore(draw, kernel=grid)
    assert drawn == [((0, 0), (1, 0), (0, 2))]
    grid.fields[1][1].value = -3
    assert drawn[-1] == ((0, 0), (1, -3), (0, 2))
    grid.preset.value = "ones"
    assert len(drawn) == 3
    assert drawn[-1] == ((1, 1), (1, 1), (1, 1))
    assert "drawn with" in repr(explorer)
    grid.preset.value = "own"
    assert len(drawn) == 3, "a preset that is left keeps the numbers"
    assert [len(row) for row in grid.fields] == [2, 2, 2]


def test_a_player_shows_one_frame_whether_played_or_dragged():
    drawn = []

    def draw(time_step):
        drawn.append(time_step)
        figure, _ = plotting.picture()
        figure.alt = f"frame {time_step}"
        return figure

    player = widgets.Player(0, 100, 25, start=50)
    explorer = widgets.explore(draw, time_step=player)
    player.button.value = 75  # what the browser does while it plays
    player.slider.value = 25  # what the reader does
    assert drawn == [50, 75, 25]
    assert (player.value, player.button.value, player.slider.value) == (25, 25, 25)
    assert player.slider.description == "time step"
    assert repr(explorer) == "frame 25 [time_step = 25]"


@pytest.mark.parametrize("frames", [(0, 0), (5, 1), (0, 10, 0), (0, 10, 1, 11), (0, 10, 1, -1)])
def test_a_player_without_frames_is_a_sentence(frames):
    with pytest.raises(ValueError, match="low < high"):
        widgets.Player(*frames)
