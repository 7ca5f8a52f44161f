"""What people see: nbgrader's feedback pages, and its Validate button."""

import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbgrader.apps.api import NbGraderAPI

from autograder.nbgrader_plugin.config import load_config

from . import course
from .course import Copy

FEEDBACK = {  # student: words on their page
    "mistaken": ("sums to one over the batch", "keeps the negative half"),
    "scripts": ("ValueError", "Because of"),
    "fifo": ("is not a plain file",),
    "exits": ("0 of 4 points", "2 of 2 points"),
}


@pytest.fixture(scope="module")
def pages(graded_class: Path) -> dict[str, BeautifulSoup]:
    """Feedback pages of some students by name, both notebooks' in one."""
    api = NbGraderAPI(config=load_config(graded_class))
    found = {}
    for name in FEEDBACK:
        done = api.generate_feedback(course.UNIT, name)
        assert done["success"], done
        folder = graded_class / "class" / "feedback" / name / course.UNIT
        text = "".join((folder / f"{notebook}.html").read_text() for notebook in course.NOTEBOOKS)
        found[name] = BeautifulSoup(text, "html.parser")
    return found


@pytest.mark.sandbox
@pytest.mark.parametrize("name", FEEDBACK)
def test_the_feedback_page_holds_the_card(pages: dict[str, BeautifulSoup], name: str) -> None:
    cards = pages[name].select(".gradschool-card")
    assert [card["aria-label"].split(":")[0] for card in cards] == list(course.QUESTIONS)
    text = pages[name].get_text()
    assert all(words in text for words in FEEDBACK[name])


@pytest.mark.sandbox
def test_nothing_of_a_student_is_live_on_the_page(pages: dict[str, BeautifulSoup]) -> None:
    page = pages["scripts"]
    assert "PWNED" in page.get_text(), "as text it is there, else this proves nothing"
    for tag in page.find_all(True):
        assert "pwned" not in tag.name
        for name, value in tag.attrs.items():
            assert not name.startswith("on") or "pwned" not in str(value).lower(), tag
            assert name not in ("href", "src", "action", "style") or "pwned" not in str(value).lower(), tag
        if tag.name in ("script", "style", "iframe", "svg"):
            assert "PWNED" not in tag.get_text(), tag
    assert "\\href" not in page.get_text(), "MathJax would make a link of it"


@pytest.mark.sandbox
def test_nothing_of_a_student_is_live_in_the_graded_notebook(graded_class: Path) -> None:
    cells = course.graded_cells(graded_class, "scripts")
    html = [
        o["data"]["text/html"] for c in cells.values() for o in c.get("outputs", []) if "text/html" in o.get("data", ())
    ]
    assert len(html) == len(course.QUESTIONS), "one card each"
    for card in html:
        for tag in BeautifulSoup("".join(card), "html.parser").find_all(True):
            assert tag.name not in ("script", "img", "svg", "iframe", "a")
            assert not any(name.startswith("on") for name in tag.attrs)


def test_nbgraders_validator_agrees_with_check(empty_class: Path) -> None:
    """The blank release fails on its two questions, the notebook with right answers passes."""
    right = Copy(empty_class, "solved")
    right.folder.mkdir(parents=True)
    right.hand_in()
    blank = empty_class / "course" / course.UNIT / "1_first.ipynb"
    shutil.copy(blank, right.folder / "0_blank.ipynb")
    said = course.nbgrader(right.folder, "validate", "0_blank.ipynb", "1_first.ipynb")
    assert said.count("VALIDATION FAILED ON 2 CELL(S)") == 1
    assert said.count("Success! Your notebook passes all the tests.") == 1
    assert said.index("VALIDATION FAILED") < said.index("Success!")
