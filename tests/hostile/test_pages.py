"""No HTML and no JavaScript of a student's reaches Formgrader, the feedback page or the graded notebook."""

import json
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from nbgrader.apps.api import NbGraderAPI
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from autograder.nbgrader_plugin.config import load_config
from autograder.nbgrader_plugin.pages import GradedPage
from tests.autograder.nbgrader_plugin.classroom import course

from .attack import Attack
from .conftest import ATTACKS

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1500)]
SHOWN = [attack for attack in ATTACKS if attack.group == "pages"]
CARD = {"text/plain", "text/html"}


def by_name(attack: Attack) -> str:
    return f"{attack.group}/{attack.student}"


def feedback(folder: Path, student: str) -> str:
    """The page that nbgrader makes for a student, both notebooks in one."""
    done = NbGraderAPI(config=load_config(folder)).generate_feedback(course.UNIT, student)
    assert done["success"], done
    made = folder / "class" / "feedback" / student / course.UNIT
    return "".join((made / f"{notebook}.html").read_text() for notebook in course.NOTEBOOKS)


def formgrader(folder: Path, student: str) -> str:
    """What Formgrader shows the instructor of a student, both notebooks in one."""
    config = Config(load_config(folder))
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    words = ("assignment_id", "notebook_id", "submission_id", "base_url", "student", "last_name", "first_name")
    pages = []
    for notebook in course.NOTEBOOKS:
        resources: dict[str, Any] = dict.fromkeys((*words, "notebook_path"), "x") | {"index": 0, "total": 1}
        path = course.graded_path(folder, student, notebook)
        pages.append(GradedPage(config=config).from_filename(str(path), resources=resources)[0])
    return "".join(pages)


def assert_nothing_lives(page: str) -> None:
    """Whatever a student's mark stands in is text: no name, no attribute that acts, no script, no style."""
    for tag in BeautifulSoup(page, "html.parser").find_all(True):
        assert "pwned" not in tag.name.lower()
        for name, value in tag.attrs.items():
            acts = name.startswith("on") or name in ("href", "src", "srcdoc", "action", "style", "data")
            inert = name == "href" and str(value).startswith(
                ("http://", "https://")
            )  # a link, which goes nowhere by itself
            assert not (acts and not inert and "pwned" in str(value).lower()), tag
        assert (
            tag.name not in ("script", "style", "iframe", "svg", "object", "embed") or "PWNED" not in tag.get_text()
        ), tag
    assert "\\href" not in page, "MathJax would make a link of it"


@pytest.mark.parametrize("show", [feedback, formgrader])
@pytest.mark.parametrize("attack", SHOWN, ids=by_name)
def test_nothing_of_a_student_lives_on_a_page(batch: Path, attack: Attack, show: Any) -> None:
    page = show(batch, attack.student)
    assert len(BeautifulSoup(page, "html.parser").select(".gradschool-card")) == len(course.QUESTIONS)
    assert_nothing_lives(page)


@pytest.mark.soak
@pytest.mark.parametrize("show", [feedback, formgrader])
@pytest.mark.parametrize("attack", [a for a in ATTACKS if a not in SHOWN], ids=by_name)
def test_every_other_page_can_be_made_and_lives_no_more(batch: Path, attack: Attack, show: Any) -> None:
    assert_nothing_lives(show(batch, attack.student))


def test_the_marks_are_there_as_text(batch: Path) -> None:
    """Else the tests above would prove nothing."""
    pages = {
        a.student: feedback(batch, a.student)
        for a in SHOWN
        if a.student in ("pages_html_outputs", "pages_html_written")
    }
    assert len(pages) == 2
    for page in pages.values():
        assert BeautifulSoup(page, "html.parser").get_text().count("PWNED") > 5


@pytest.mark.parametrize("attack", ATTACKS, ids=by_name)
def test_a_graded_notebook_holds_text_pictures_and_our_cards(batch: Path, attack: Attack) -> None:
    for name in course.NOTEBOOKS:
        text = course.graded_path(batch, attack.student, name).read_text()
        notebook, ours = json.loads(text), json.loads((batch / "course" / course.UNIT / f"{name}.ipynb").read_text())
        assert set(notebook["metadata"]) <= {*ours["metadata"], "gradschool"}
        for cell in notebook["cells"]:
            assert (
                set(cell["metadata"]) <= {"nbgrader", "gradschool", "tags", "editable", "deletable"}
                and "attachments" not in cell
            )
            graded = cell["metadata"].get("nbgrader", {}).get("grade") and cell["cell_type"] == "code"
            for output in cell.get("outputs", []):
                assert set(output.get("data", ())) <= (CARD if graded else {"text/plain", "image/png"})
