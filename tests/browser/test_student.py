"""A student at JupyterLab: `gradschool lab` on a laptop's screen at 125 %, in a real browser."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from . import notebook
from .conftest import NOTEBOOK, UNIT
from .jupyter import Server, serving

REAL = "1_neurons"
WRONG = "def softmax(z):\n    weights = (z - z.amax(0)).exp()\n    return weights / weights.sum(0)"
RIGHT = "def softmax(z):\n    weights = (z - z.amax(-1, keepdim=True)).exp()\n    return weights / weights.sum(-1, keepdim=True)"
GREEN = "rgb(0, 122, 94)"
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def lab(root: Path, short_course: Path, tmp_path_factory) -> Iterator[Server]:
    """What `make lab` starts, on a course of one notebook of Unit 1 and the short one."""
    folder = shutil.copytree(short_course, tmp_path_factory.mktemp("student") / "course")
    shutil.copyfile(root / "course" / UNIT / f"{REAL}.ipynb", folder / "course" / UNIT / f"{REAL}.ipynb")
    with serving(folder / "home", folder, "autograder.cli", "lab", "--LabApp.expose_app_in_browser=True") as server:
        yield server


def test_from_the_start_page_an_untouched_notebook_runs_through(page, lab) -> None:
    from playwright.sync_api import expect

    page.goto(lab.at(""))
    expect(page.get_by_text("0 of 12 exercises right, 0 of 35 points.")).to_be_visible()
    assert notebook.too_wide(page) == []
    page.get_by_text("Next: begin").get_by_role("link", name=REAL.replace("_", " ")).click()
    page.wait_for_function(f"() => globalThis.jupyterapp.shell.currentWidget?.context?.path.includes('{REAL}')")
    notebook.wait_for_kernel(page)
    notebook.run_all(page)
    shown = notebook.outputs(page)
    assert not [o for o in shown if o["output_type"] == "error" or o.get("name") == "stderr"]
    checked = [c for c in notebook.cells(page) if c["metadata"].get("nbgrader", {}).get("grade")]
    assert len(checked) == 11
    assert all(notebook.texts(c["outputs"])[0].startswith("○") for c in checked)
    pictures = [
        i
        for o in shown
        for i in BeautifulSoup("".join(o.get("data", {}).get("text/html", "")), "html.parser").find_all("img")
    ]
    assert len(pictures) > 5 and all(len(picture["alt"]) > 15 for picture in pictures)
    assert not any("image/png" in o.get("data", {}) for o in shown), "JupyterLab shows these without alternative text"
    assert notebook.too_wide(page) == []


def test_with_the_keyboard_alone_from_a_mistake_to_all_points(page, lab) -> None:
    """Answer in the classic wrong way, read the card, open a hint, answer rightly; then Validate, and once more from the top."""
    from playwright.sync_api import expect

    notebook.open_notebook(page, lab.at(f"lab/tree/{UNIT}/{NOTEBOOK}.ipynb"))
    answer(page, WRONG)
    card = page.locator(f"{notebook.CURRENT} .gradschool-card")
    expect(card).to_contain_text("✗ not right yet")
    expect(card).to_contain_text("Your softmax sums to one over the batch, not over the classes.")
    expect(card.get_by_role("img").first).to_be_visible()
    assert "elements are wrong" in card.get_by_role("img").first.get_attribute("aria-label")
    hint = card.get_by_text("Along which axis")
    expect(hint).to_be_hidden()
    card.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(hint).to_be_visible()
    assert notebook.too_wide(page) == []

    answer(page, RIGHT)
    expect(card).to_contain_text("✓ right")
    expect(card).to_contain_text("4 of 4 points")
    expect(card.get_by_text("✓ right")).to_have_css("background-color", GREEN)
    assert notebook.texts(notebook.outputs(page, "softmax"))[-1] == "4.0"

    page.get_by_role("button", name="Validate").click()  # saves first
    dialog = page.locator(".jp-Dialog")  # names what is left to do, the written answer, and nothing that has passed
    expect(dialog).to_contain_text("You did not provide a response.")
    expect(dialog).not_to_contain_text("softmax")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)

    notebook.restart_and_run_all(page)
    assert notebook.texts(notebook.outputs(page, "softmax"))[-1] == "4.0"
    expect(card).to_contain_text("✓ right")
    page.keyboard.press("Control+s")
    page.wait_for_function(f"() => !{notebook.NOTEBOOK}.model.dirty")
    notebook.open_notebook(page, lab.at("lab/tree/start.ipynb"))
    notebook.run_all(page)
    expect(page.get_by_text("1 of 12 exercises right, 4 of 35 points.")).to_be_visible()


def answer(page, source: str) -> None:
    """From the first cell, run all down to the answer, put `source` there, run it and the check below it."""
    ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook.cells(page)]
    page.locator(f"{notebook.CURRENT} .jp-Notebook-cell").first.wait_for()
    page.keyboard.press("Escape")
    for _ in ids:
        page.keyboard.press("k")
    for _ in range(ids.index("softmax-answer")):
        page.keyboard.press("Shift+Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")


def test_a_slider_redraws_its_picture(page, lab) -> None:
    from playwright.sync_api import expect

    notebook.open_notebook(page, lab.at(f"lab/tree/{UNIT}/{NOTEBOOK}.ipynb"))
    notebook.run_all(page)
    drawn = page.get_by_role("img", name=re.compile("^sine of"))
    expect(drawn).to_have_attribute("alt", "sine of 1 z")
    before = drawn.get_attribute("src")
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    expect(drawn).to_have_attribute("alt", "sine of 2 z")
    assert drawn.get_attribute("src") != before
