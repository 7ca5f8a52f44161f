"""Formgrader's page of a submission and the student's feedback in Chromium, with all that the catalogue puts on them.

A socket listens on this machine, whose address stands in the answers; no page may speak to it, nor to any other host,
nor ask its own server for anything but Formgrader's files.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from autograder.nbgrader_plugin.config import load_config
from tests.autograder.nbgrader_plugin.classroom import course as classroom
from tests.hostile.attack import every_attack
from tests.hostile.conftest import listening

from .conftest import MILLISECONDS
from .jupyter import Server, serving

ATTACKS = [attack for attack in every_attack() if attack.group == "pages"]
pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def heard() -> Iterator[Any]:
    with listening() as here:
        yield here


@pytest.fixture(scope="module")
def course(root: Path, heard: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class in which everybody's submission is one of those, graded and given feedback."""
    if shutil.which("bwrap") is None:
        pytest.skip("needs bubblewrap")
    folder = tmp_path_factory.mktemp("hostile_pages") / "course"
    folder.mkdir()
    classroom.set_up(root, folder)
    for attack in ATTACKS:
        attack.hand_in(folder, heard.words)
    assert classroom.autograde(folder)["success"]
    done = NbGraderAPI(config=load_config(folder)).generate_feedback(classroom.UNIT)
    assert done["success"], done
    return folder


@pytest.fixture(scope="module")
def formgrader(course: Path) -> Iterator[Server]:
    with serving(course.parent / "home", course, "jupyterlab") as server:
        yield server


class Seen:
    """What a page asked for, and whether anything ran that a student wrote."""

    def __init__(self, browser: Any) -> None:
        self.asked: list[str] = []  # what a policy then stopped is among them
        self.loaded: list[str] = []
        self.acted: list[str] = []
        self._context = browser.new_context(viewport={"width": 1366, "height": 768})
        self._context.set_default_timeout(MILLISECONDS)
        self.page = self._context.new_page()
        self._context.on("request", lambda request: self.asked.append(request.url))
        self._context.on("requestfinished", lambda request: self.loaded.append(request.url))
        self._context.on("page", lambda page: self.acted.append(f"a window: {page.url}"))
        self.page.on("dialog", lambda dialog: self.acted.append(dialog.message))
        self.page.expose_function("PWNED", lambda: self.acted.append("PWNED"))

    def close(self) -> None:
        self._context.close()

    def elsewhere(self, server: str) -> list[str]:
        """Requests that are neither the server's Formgrader nor in the page itself."""
        ours = urlsplit(server)

        def known(url: str) -> bool:
            split = urlsplit(url)
            if split.scheme in ("data", "blob"):
                return True
            same = (split.scheme, split.netloc) == (ours.scheme, ours.netloc)
            return same and (split.path.startswith("/formgrader/") or split.path == ours.path)

        return [url for url in self.asked if not known(url)]


@pytest.fixture
def seen(browser: Any) -> Iterator[Seen]:
    made = Seen(browser)
    yield made
    made.close()


LIVE = """() => [...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a =>
    (a.name.startsWith('on') || ['href', 'src', 'style', 'action', 'srcdoc'].includes(a.name))
    && /pwned|javascript:|127\\.0\\.0\\.1:\\d+\\/x|logout/i.test(a.value))).map(e => e.outerHTML.slice(0, 200))"""


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.student)
def test_nothing_is_fetched_and_nothing_acts(
    seen: Seen, course: Path, formgrader: Server, heard: Any, attack: Any
) -> None:
    seen.page.goto(formgrader.at("formgrader/manage_assignments"))  # where it is signed in
    cards = 0
    for notebook in classroom.NOTEBOOKS:
        open_in_formgrader(seen, course, formgrader, attack.student, notebook)
        cards += seen.page.locator(".gradschool-card").count()
        assert live(seen.page) == [] and seen.elsewhere(formgrader.url) == []
    assert seen.page.evaluate("() => document.getElementById('why-shift').tagName") == "INPUT", "the box for points"

    for notebook in classroom.NOTEBOOKS:
        page = course / "class" / "feedback" / attack.student / classroom.UNIT / f"{notebook}.html"
        seen.loaded.clear()
        seen.page.goto(page.as_uri())
        cards += seen.page.locator(".gradschool-card").count()
        assert live(seen.page) == []
        assert [url for url in seen.loaded if url != page.as_uri() and not url.startswith("data:")] == []
        assert seen.page.locator("script").count() == 0
    assert cards == 2 * len(classroom.QUESTIONS)
    assert seen.acted == [] and heard.heard() == []


def open_in_formgrader(seen: Seen, course: Path, formgrader: Server, student: str, notebook: str) -> None:
    """A submission's page, once it has what it asks its server for."""
    with Gradebook(f"sqlite:///{course}/class/gradebook.db") as gradebook:
        number = gradebook.find_submission_notebook(notebook, classroom.UNIT, student).id
    seen.page.goto(formgrader.at(f"formgrader/submissions/{number}"))
    seen.page.wait_for_function("() => formgrader.grades?.loaded && formgrader.comments?.loaded")


def live(page: Any) -> list[str]:
    """What of a student's acts or loads; a link that names its host may be there, for who clicks on it."""
    found: list[str] = page.evaluate(LIVE)
    return [html for html in found if not re.match(r"<a [^>]*href=.http://127", html)]


def test_the_policy_of_a_feedback_page_holds_alone(seen: Seen, course: Path, heard: Any, tmp_path: Path) -> None:
    """Had the sanitiser failed: a script, a picture, a style, each as live as can be."""
    student = next(attack.student for attack in ATTACKS)
    text = (course / "class" / "feedback" / student / classroom.UNIT / "1_first.html").read_text()
    port = heard.words["TCP"]
    bad = (
        f"<script>PWNED()</script><img src=http://127.0.0.1:{port}/a onerror=PWNED()><a id=x href='javascript:PWNED()'>x</a>"
        f"<style>@import 'http://127.0.0.1:{port}/b'; body {{ background: url(http://127.0.0.1:{port}/c) }}</style>"
        # no frame: Chromium opens a connection for one before it asks the policy, and then sends nothing on it
        f"<object data=http://127.0.0.1:{port}/d></object><script src=http://127.0.0.1:{port}/e></script>"
    )
    spoiled = tmp_path / "page.html"
    spoiled.write_text(text.replace("<body>", f"<body>{bad}"))
    assert bad in spoiled.read_text()
    seen.page.goto(spoiled.as_uri())
    seen.page.click("#x")
    seen.page.wait_for_timeout(500)
    assert seen.acted == [] and heard.heard() == []
