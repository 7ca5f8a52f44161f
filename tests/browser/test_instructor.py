"""An instructor at Formgrader, from the lesson's source to the feedback that the student reads, in a real browser."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from .conftest import MILLISECONDS, NOTEBOOK, UNIT
from .jupyter import Server, environment, serving

EXCHANGE = "\nc.Exchange.root = {!r}\n"
ANSWERS = {
    "softmax-answer": "def softmax(z):\n    weights = (z - z.amax(0)).exp()\n    return weights / weights.sum(0)",
    "why-shift": "The common factor cancels.",
}

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def course(short_source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's folder with an exchange beside it, nothing released yet."""
    folder = shutil.copytree(short_source, tmp_path_factory.mktemp("instructor") / "course")
    exchange = folder.parent / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    with open(folder / "nbgrader_config.py", "a") as config:
        config.write(EXCHANGE.format(str(exchange)))
    return folder


@pytest.fixture(scope="module")
def formgrader(course: Path) -> Iterator[Server]:
    with serving(course.parent / "home", course, "jupyterlab") as server:
        yield server


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(MILLISECONDS)
    yield context.new_page()
    context.close()


@pytest.mark.sandbox
def test_an_assignment_goes_round_by_formgraders_buttons(page: Any, course: Path, formgrader: Server) -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("needs bubblewrap")
    from playwright.sync_api import expect

    page.goto(formgrader.at("formgrader/manage_assignments"))
    press(page, "assign")
    released = course / "course" / UNIT / f"{NOTEBOOK}.ipynb"
    assert "weights" not in released.read_text() and "Rubric" not in released.read_text()
    press(page, "release")

    student = Student(course)
    student.fetch()
    student.hand_in()

    page.goto(formgrader.at("formgrader/manage_assignments"))
    press(page, "collect")
    page.goto(formgrader.at(f"formgrader/manage_submissions/{UNIT}"))
    press(page, "autograde")
    expect(page.locator("td.score")).to_contain_text("0 / 6")

    grade_by_hand(page, formgrader)

    page.goto(formgrader.at(f"formgrader/manage_submissions/{UNIT}"))
    expect(page.locator("td.score")).to_contain_text("1 / 6")
    expect(page.locator("td.status")).to_contain_text("graded")
    press(page, "generate-feedback")
    press(page, "release-feedback")

    page.goto(student.feedback().as_uri())
    card = page.locator(".gradschool-card")
    expect(card).to_contain_text("✗ not right yet")
    expect(card).to_contain_text("Your softmax sums to one over the batch, not over the classes.")
    expect(card.get_by_role("img").first).to_be_visible()
    card.locator("summary", has_text="Hint").first.click()
    expect(card.get_by_text("Along which axis")).to_be_visible()
    expect(page.get_by_text("Which factor?")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def press(page: Any, column: str) -> None:
    """A button in the table's only row; its success must be said."""
    from playwright.sync_api import expect

    page.locator(f"td.{column} a").first.click()
    modal = page.locator(".modal.in")
    expect(modal.locator(".modal-title")).to_contain_text("Success")
    modal.locator(".modal-footer button").click()
    expect(modal).to_have_count(0)


def grade_by_hand(page: Any, formgrader: Server) -> None:
    """The submission's page shows card, answer and rubric; points and a comment for the written answer are kept."""
    from playwright.sync_api import expect

    page.goto(formgrader.at(f"formgrader/gradebook/{UNIT}/{NOTEBOOK}"))
    page.locator("td.name a, td a").first.click()
    expect(page.locator(".gradschool-card")).to_contain_text("sums to one over the batch")
    expect(page.get_by_text("The common factor cancels.")).to_be_visible()
    expect(page.get_by_text("1 point: says which factor.")).to_be_visible()
    # Formgrader listens to its boxes only when it has fetched what they hold: what is typed earlier is never sent.
    page.wait_for_function("() => formgrader.grades?.loaded && formgrader.comments?.loaded")
    score = page.locator("input.score#why-shift")
    expect(score).to_have_value("")
    with page.expect_response(lambda answer: "/formgrader/api/grade/" in answer.url and answer.request.method == "PUT"):
        score.fill("1")
        score.press("Tab")
    comment = page.locator("textarea#why-shift-comment")
    with page.expect_response(
        lambda answer: "/formgrader/api/comment/" in answer.url and answer.request.method == "PUT"
    ):
        comment.fill("Which factor?")
        comment.press("Tab")


class Student:
    """Another folder on the same machine, reached through the exchange only."""

    def __init__(self, course: Path) -> None:
        self.folder = course.parent / "student"
        self.folder.mkdir()
        exchange = EXCHANGE.format(str(course.parent / "exchange"))
        (self.folder / "nbgrader_config.py").write_text(
            f"c = get_config(){exchange}c.CourseDirectory.course_id = 'gradschool'\n"
        )

    def nbgrader(self, *command: str) -> None:
        run = subprocess.run(
            [sys.executable, "-m", "nbgrader", *command],
            cwd=self.folder,
            env=environment(self.folder / "home"),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert run.returncode == 0, run.stderr

    def fetch(self) -> None:
        self.nbgrader("fetch_assignment", UNIT)

    def hand_in(self) -> None:
        path = self.folder / UNIT / f"{NOTEBOOK}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            cell.source = ANSWERS.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
        nbformat.write(notebook, path)
        self.nbgrader("submit", UNIT)

    def feedback(self) -> Path:
        self.nbgrader("fetch_feedback", UNIT)
        [page] = (self.folder / UNIT / "feedback").rglob("*.html")
        return page
