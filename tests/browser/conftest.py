"""Chromium, and a lesson short enough to be run many times."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.lessons.layout import lessons
from autograder.publishing.release import release
from autograder.publishing.source import as_text, read_source

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LESSON = Path(__file__).parent / "short_lesson.py"
UNIT, NOTEBOOK = "unit1_feedforward", "9_short"
MILLISECONDS = 90_000  # the longest that anything may take, on however busy a machine


@pytest.fixture(scope="module")  # Playwright keeps an event loop running, which other tests' notebooks would trip over
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    sync_api.expect.set_options(timeout=MILLISECONDS)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A fresh profile on a screen of 1366 × 768 at 125 %."""
    context = browser.new_context(viewport={"width": 1093, "height": 614}, device_scale_factor=1.25)
    context.set_default_timeout(MILLISECONDS)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def short_source(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of one short lesson, not released yet."""
    folder = tmp_path_factory.mktemp("short") / "course"
    source = folder / "solutions" / UNIT / f"{NOTEBOOK}.py"
    source.parent.mkdir(parents=True)
    shutil.copyfile(root / "nbgrader_config.py", folder / "nbgrader_config.py")
    shutil.copyfile(LESSON, source)
    for lesson in lessons(folder):
        lesson.solution.write_text(as_text(read_source(lesson)))
    return folder


@pytest.fixture(scope="session")
def short_course(short_source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, released."""
    folder = shutil.copytree(short_source, tmp_path_factory.mktemp("released") / "course")
    for name, content in release(folder, {lesson: read_source(lesson) for lesson in lessons(folder)}).items():
        path = folder / "course" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
