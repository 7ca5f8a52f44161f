"""What a reader sees, hears and does with the keyboard: cards, widgets, start page and website, light and dark."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.lessons.layout import lessons
from autograder.publishing.website import build_site

from . import notebook
from .accessibility import THEMES, use_theme, violations
from .conftest import UNIT
from .jupyter import Server, serving

SHOWN = f"{notebook.CURRENT} :is(.jp-OutputArea-output, .jp-MarkdownOutput)"
NAME = "8_looks"
WRONG = "def softmax(z):\n    weights = (z - z.amax(0)).exp()\n    return weights / weights.sum(0)"
CELLS = {
    "setup": "import ipywidgets\nimport torch\nfrom gradschool.recurrent.writer import writer\nfrom autograder import check\nfrom gradschool import plotting\n"
    "from gradschool.widgets import NumberGrid, Player, explore, predict",
    "sliders": "def draw(scale=1, shape='sin', on=True):\n    alt = f'{shape} of {scale} z'\n"
    "    return plotting.functions({shape: lambda z: getattr(torch, shape)(scale * z)}, alt=alt)\n"
    "explore(draw, scale=(1, 9), shape=['sin', 'tanh'], on=True)",
    "film": "explore(lambda frame: plotting.loss_curves({'a': [1.0, float(frame)]}), frame=Player(0, 10))",
    "grid": "explore(lambda w: plotting.loss_curves({'a': [1.0, float(w[0][0])]}), w=NumberGrid([[1, 2]], {'one': [[1, 1]]}))",
    "prediction": "predict('What is 2 + 2?', lambda: 4, unit='steps', low=0, high=10)",
    "picture": "plotting.functions({'tanh': torch.tanh})",
    "words": "explore(draw, scale=ipywidgets.SelectionSlider(options=[1, 3]), shape=ipywidgets.Text('sin', continuous_update=False))",
    "writer": "writer(lambda speed: iter('abc'), speed=(1, 9, 1, 2))",
    "answer": WRONG,
    "check": "check('softmax')",
    "other": "def relu(z):\n    return z.clamp(min=0)",
    "other-check": "check('relu')",
    "missing": "check('tanh')",
    "unknown": "check('tanhh')",
}
ENDS = (
    "import matplotlib.pyplot as plt\ndef softmax(z):\n    for _ in range(3):\n        plt.figure(); plt.plot([1, 2]); plt.show()\n"
    "    print('noise')\n    input('number? ')\n    exit()\n    return z"
)
CATCHES = "def softmax(z):\n    while True:\n        try:\n            torch.ones(2).sum()\n        except BaseException:\n            pass"
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def lab(short_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`gradschool lab` on a course in a folder with a blank and an umlaut in its name; a notebook with one of each kind."""
    folder = shutil.copytree(short_course, tmp_path_factory.mktemp("looks") / "ein Kurs ö")
    cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in CELLS.items()]
    spec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}), folder / "course" / UNIT / f"{NAME}.ipynb"
    )
    with serving(
        folder.parent / "home", folder, "autograder.cli", "lab", "--LabApp.expose_app_in_browser=True"
    ) as server:
        yield server


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A screen as high as the notebook, so that all of it is drawn."""
    context = browser.new_context(viewport={"width": 1100, "height": 4600})
    context.set_default_timeout(90_000)
    yield context.new_page()
    context.close()


def cell(page: Any, name: str) -> Any:
    return page.locator(f"{notebook.CURRENT} .jp-Notebook-cell").nth(list(CELLS).index(name))


def write(page: Any, name: str, source: str) -> None:
    """Put a source into a cell, and run it."""
    place = list(CELLS).index(name)
    page.evaluate(f"([i, text]) => {notebook.NOTEBOOK}.model.cells.get(i).sharedModel.setSource(text)", [place, source])
    run(page, name)


def run(page: Any, name: str) -> None:
    begin(page, name)
    page.wait_for_function(notebook.SETTLED)


def begin(page: Any, name: str) -> None:
    place = list(CELLS).index(name)
    page.evaluate(f"i => {{ {notebook.NOTEBOOK}.model.cells.get(i).executionCount = null; }}", place)
    page.evaluate("i => { jupyterapp.shell.currentWidget.content.activeCellIndex = i; }", place)
    page.evaluate("() => void jupyterapp.commands.execute('notebook:run-cell')")


def keep(page: Any, name: str) -> None:
    """A picture of the page, for whoever names a folder for it."""
    if folder := os.environ.get("GRADSCHOOL_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_nothing_that_is_shown_lacks_a_name_an_order_or_contrast(page: Any, lab: Server) -> None:
    notebook.open_notebook(page, lab.at("lab/tree/start.ipynb"))
    for theme in THEMES:
        use_theme(page, theme)
        assert violations(page, SHOWN) == []
        keep(page, f"start-{theme}")
    notebook.open_notebook(page, lab.at(f"lab/tree/{UNIT}/{NAME}.ipynb"))
    notebook.run_all(page)
    page.get_by_role("slider", name="scale").first.wait_for()
    page.get_by_role("slider", name="speed").wait_for()
    page.get_by_role("button", name="Play or pause").wait_for()
    page.get_by_role("spinbutton", name="row 1, column 2").wait_for()
    for theme in THEMES:
        use_theme(page, theme)
        assert violations(page, SHOWN) == []
        keep(page, f"looks-{theme}")
    pictures = page.locator(f"{notebook.CURRENT} .jp-OutputArea-output img").all()
    assert len(pictures) == 5 and all(picture.get_attribute("alt") for picture in pictures)


def test_enter_commits_a_prediction_and_the_keyboard_stays_there(page: Any, lab: Server) -> None:
    from playwright.sync_api import expect

    notebook.open_notebook(page, lab.at(f"lab/tree/{UNIT}/{NAME}.ipynb"))
    notebook.run_all(page)
    field = page.get_by_role("textbox", name="What is 2 + 2?")
    field.focus()
    page.keyboard.type("11")
    page.keyboard.press("Enter")
    expect(cell(page, "prediction")).to_contain_text("It cannot be more than 10 steps.")
    expect(field).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="You said 5 steps; it is 4 steps.")).to_be_visible()
    expect(field).to_be_focused()
    page.keyboard.type("7")
    expect(field).to_have_value("5")
    assert violations(page, SHOWN) == []


def test_a_card_says_that_its_answer_has_changed_and_the_kernel_outlives_it(
    page: Any, lab: Server, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    notebook.open_notebook(page, lab.at(f"lab/tree/{UNIT}/{NAME}.ipynb"))
    notebook.run_all(page)
    card, other = cell(page, "check"), cell(page, "other-check")
    expect(other).to_contain_text("2 of 2 points")
    expect(other.get_by_text("2.0", exact=True)).to_have_count(0)
    assert notebook.texts(notebook.cells(page)[list(CELLS).index("other-check")]["outputs"])[-1] == "2.0"

    write(page, "answer", WRONG.replace("softmax", "soft_max"))
    expect(card).to_contain_text("of an earlier version")
    expect(other).not_to_contain_text("of an earlier version")
    for theme in THEMES:
        use_theme(page, theme)
        assert violations(page, SHOWN) == []
        keep(page, f"earlier-{theme}")
    write(page, "answer", WRONG.replace("return", "return return"))
    expect(card).to_contain_text("of an earlier version")
    write(page, "answer", WRONG)
    expect(card).not_to_contain_text("of an earlier version")
    stored = json.dumps(notebook.cells(page))
    assert "of an earlier version" not in stored and "display_id" not in stored

    write(page, "answer", ENDS)
    expect(card).to_contain_text("of an earlier version")
    run(page, "check")
    expect(card).to_contain_text("Your answer calls input.")
    expect(card.locator(".gradschool-card")).to_have_count(1)
    expect(card.locator("img")).to_have_count(0)
    expect(page.locator(f"{notebook.CURRENT} .jp-Stdin")).to_have_count(0)
    write(page, "answer", ENDS.replace("    input('number? ')\n", ""))
    run(page, "check")
    expect(card).to_contain_text("Your answer called exit.")
    write(page, "answer", CATCHES)
    begin(page, "check")
    page.wait_for_function(f"() => {notebook.NOTEBOOK}.sessionContext.session.kernel.status === 'busy'")
    page.evaluate(f"() => {notebook.NOTEBOOK}.sessionContext.session.kernel.interrupt()")
    expect(card).to_contain_text("was interrupted. Nothing was judged.")
    page.wait_for_function(notebook.SETTLED)
    run(page, "other-check")
    expect(other).to_contain_text("2 of 2 points")


def test_widgets_show_their_last_picture_after_a_restart(page: Any, lab: Server) -> None:
    from playwright.sync_api import expect

    url = lab.at(f"lab/tree/{UNIT}/{NAME}.ipynb")
    notebook.open_notebook(page, url)
    notebook.run_all(page)
    cell(page, "sliders").get_by_role("slider", name="scale").focus()
    page.keyboard.press("ArrowRight")
    drawn = page.get_by_role("img", name="sin of 2 z")
    expect(drawn).to_be_visible()
    page.keyboard.press("Escape")
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function(f"() => !{notebook.NOTEBOOK}.model.dirty")
    page.evaluate(f"() => {notebook.NOTEBOOK}.sessionContext.shutdown()")
    page.goto("about:blank")
    notebook.open_notebook(page, url)
    expect(drawn).to_be_visible()
    expect(page.get_by_text("Error displaying widget")).to_have_count(0)
    keep(page, "reopened")


def test_the_website_in_light_and_dark(browser: Any, root: Path, tmp_path: Path) -> None:
    site = build_site([lesson for lesson in lessons(root) if str(lesson) == f"{UNIT}/1_neurons"], tmp_path).parent
    for theme in THEMES:
        context = browser.new_context(viewport={"width": 1300, "height": 1400}, color_scheme=theme)
        page = context.new_page()
        for name in ("index.html", f"{UNIT}/1_neurons.html"):
            page.goto((site / name).as_uri())
            page.wait_for_function(f"() => document.documentElement.dataset.theme === '{theme}'")
            assert violations(page, "html") == [], (name, theme)
            keep(page, f"{Path(name).stem}-{theme}")
        context.close()
