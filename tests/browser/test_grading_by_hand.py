"""A person grades a written answer of a whole class in Formgrader: by keys, with pictures and formulas, and only once."""

import base64
import io
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import pytest
from nbgrader.api import Gradebook
from PIL import Image, ImageDraw

from tests.commands import run

from .conftest import MILLISECONDS, NOTEBOOK, UNIT
from .jupyter import Server, environment, serving

pytestmark = [pytest.mark.timeout(1800), pytest.mark.sandbox]
QUESTION = "why-shift"
GIVEN = {"ada": "2", "ben": "0.5", "cleo": "1"}
FORMULA = "$$\\frac{e^{z_i + \\eta}}{\\sum_j e^{z_j + \\eta}} = \\frac{e^\\eta e^{z_i}}{e^\\eta \\sum_j e^{z_j}}$$"


def photo() -> str:
    image = Image.new("RGB", (640, 240), "#fdf6e3")
    draw = ImageDraw.Draw(image)
    draw.text((30, 40), "exp(z + c) = exp(z) exp(c)", fill="#00407a", font_size=36)
    draw.line([(30, 110), (480, 110)], fill="#a00000", width=4)
    file = io.BytesIO()
    image.save(file, "JPEG")
    return base64.b64encode(file.getvalue()).decode()


def hand_in(course: Path, student: str, text: str) -> None:
    notebook = nbformat.read(course / "course" / UNIT / f"{NOTEBOOK}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == QUESTION:
            cell.source = (
                f"{text}\n\n{FORMULA}\n\n![photo.jpg](attachment:photo.jpg)\n\n![spy](https://example.org/spy.png)"
            )
            cell.attachments = {"photo.jpg": {"image/jpeg": photo()}}
    path = course / "class" / "submitted" / student / UNIT / f"{NOTEBOOK}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def nbgrader(course: Path, *command: str) -> str:
    return run(sys.executable, "-m", "nbgrader", *command, cwd=course, env=environment(course.parent / "commands"))


@pytest.fixture(scope="module")
def course(short_source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three students, autograded; their written answers wait."""
    if shutil.which("bwrap") is None:
        pytest.skip("needs bubblewrap")
    folder = shutil.copytree(short_source, tmp_path_factory.mktemp("by_hand") / "course")
    nbgrader(folder, "generate_assignment", UNIT, "--force")
    for student in GIVEN:
        hand_in(folder, student, f"The factor cancels, says {student}.")
    nbgrader(folder, "autograde", UNIT)
    return folder


@pytest.fixture(scope="module")
def formgrader(course: Path) -> Iterator[Server]:
    with serving(course.parent / "home", course, "jupyterlab") as server:
        yield server


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def page(browser: Any, asked: list[str]) -> Iterator[Any]:
    """A browser whose every request is listened to."""
    context = browser.new_context(viewport={"width": 1366, "height": 900})
    context.set_default_timeout(MILLISECONDS)
    context.on("request", lambda request: asked.append(request.url))
    yield context.new_page()
    context.close()


def waiting(course: Path) -> dict[str, tuple[float | None, bool]]:
    with Gradebook(f"sqlite:///{course}/class/gradebook.db") as gradebook:
        grades = {name: gradebook.find_grade(QUESTION, NOTEBOOK, UNIT, name) for name in GIVEN}
        return {name: (grade.manual_score, bool(grade.needs_manual_grade)) for name, grade in grades.items()}


def elsewhere(asked: list[str]) -> list[str]:
    """Requests that went to another host."""
    return [url for url in asked if urlsplit(url).scheme.startswith("http") and urlsplit(url).hostname != "127.0.0.1"]


def shows_answer(page: Any, name: str) -> None:
    """The picture, the formulas and the rubric are there to be seen, and nothing that was to be fetched elsewhere."""
    from playwright.sync_api import expect

    expect(page.get_by_text(f"The factor cancels, says {name}.")).to_be_visible()
    picture = page.get_by_alt_text("Picture 1 of this answer")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") == 640
    formula = page.locator(".gradschool-formula math").filter(has=page.locator("mfrac"))
    expect(formula.first).to_be_visible()
    assert formula.first.evaluate("math => math.getBoundingClientRect().height") > 30, "drawn as a fraction"
    expect(page.locator("math", has_text="η").first).to_be_visible()
    expect(page.get_by_text("$")).to_have_count(0)
    expect(page.get_by_text("1 point: says which factor.")).to_be_visible()


def test_one_question_of_all_students_by_keys(page: Any, asked: list[str], course: Path, formgrader: Server) -> None:
    from playwright.sync_api import expect

    assert waiting(course) == dict.fromkeys(GIVEN, (None, True))
    page.goto(formgrader.at("formgrader/manage_assignments"))  # signs in
    page.goto(formgrader.at(f"formgrader/gradebook/{UNIT}/{NOTEBOOK}"))
    page.locator("td.name a, td a").first.click()
    page.locator(f"input.score#{QUESTION}").focus()
    for place in range(len(GIVEN)):
        page.wait_for_function("() => formgrader.grades?.loaded && formgrader.comments?.loaded")
        expect(page.locator(f"input.score#{QUESTION}")).to_be_focused()  # by itself, from the second student on
        name = whose(page)
        shows_answer(page, name)
        if place == 0:
            keep(page, "formgrader")
        page.keyboard.type(GIVEN[name])
        with page.expect_navigation():
            page.keyboard.press("Control+.")
    assert urlsplit(page.url).path.endswith(f"/formgrader/gradebook/{UNIT}/{NOTEBOOK}"), "after the last, the list"
    assert waiting(course) == {name: (float(points), False) for name, points in GIVEN.items()}
    assert elsewhere(asked) == []


def keep(page: Any, name: str) -> None:
    """A picture of the page, for whoever names a folder for it."""
    if folder := os.environ.get("GRADSCHOOL_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def whose(page: Any) -> str:
    text = page.locator(".nbgrader_cell", has_text="The factor cancels").inner_text()
    return next(name for name in GIVEN if f"says {name}." in text)


def test_what_is_graded_stays_so_until_the_answer_changes(course: Path, page: Any, formgrader: Server) -> None:
    from playwright.sync_api import expect

    graded = {name: (float(points), False) for name, points in GIVEN.items()}
    nbgrader(course, "autograde", UNIT, "--force")
    assert waiting(course) == graded
    hand_in(course, "ben", "Another factor cancels, says ben.")
    assert f"ben changed {QUESTION} after a person gave it 0.5 of 2 points" in nbgrader(course, "autograde", UNIT)
    assert waiting(course) == graded | {"ben": (0.5, True)}
    with Gradebook(f"sqlite:///{course}/class/gradebook.db") as gradebook:
        submission = gradebook.find_submission_notebook(NOTEBOOK, UNIT, "ben").id
    page.goto(formgrader.at("formgrader/manage_assignments"))
    page.goto(formgrader.at(f"formgrader/submissions/{submission}/"))
    expect(page.get_by_text("A person gave 0.5 of 2 points to an earlier answer.")).to_be_visible()


def test_feedback_is_whole_without_a_network(page: Any, asked: list[str], course: Path) -> None:
    nbgrader(course, "generate_feedback", UNIT)
    page.goto((course / "class" / "feedback" / "ada" / UNIT / f"{NOTEBOOK}.html").as_uri())
    shows_answer(page, "ada")
    keep(page, "feedback")
    assert elsewhere(asked) == []
    other = (course / "class" / "feedback" / "ben" / UNIT / f"{NOTEBOOK}.html").read_text()
    assert "to an earlier answer" not in other
