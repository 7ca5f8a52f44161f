"""The course as a website: the lessons with their stored outputs, without any solution."""

import copy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat

from autograder.extras import need
from autograder.lessons.address import opened_elsewhere, website_repository
from autograder.lessons.alone import is_first_cell
from autograder.lessons.cells import is_code, is_graded, is_setup, is_solution
from autograder.lessons.contents import contents
from autograder.lessons.layout import CourseError, Lesson
from autograder.publishing.source import as_text, read_notebook
from autograder.publishing.start import course_title
from autograder.student.progress import difficulty, time, unbroken

SETTINGS = Path(__file__).parent / "site"
DOWNLOADS = "notebooks"  # on the website: the notebooks as students get them
INDEX = """\
# {title}

The lessons of the course, with their figures, to be read here. To answer the exercises and have them checked, install
the course and run `gradschool lab`: the cells that stand empty here are then yours.

Difficulty: ●○○ a few lines, ●●○ some thought, ●●● a project. The times are for the exercises alone.
"""


def build_site(chosen: list[Lesson], folder: Path) -> Path:
    """Build the website of some lessons below `folder`, and return its first page.

    Raises:
        MissingExtra: Sphinx is not installed.
        CourseError: it warned; its warnings are the message.
    """
    need("docs")
    source, site = folder / "source", folder / "html"
    shutil.rmtree(source, ignore_errors=True)
    (source / "_static").mkdir(parents=True)
    shutil.copyfile(SETTINGS / "conf.py", source / "conf.py")
    shutil.copytree(SETTINGS / "templates", source / "_templates")
    shutil.copyfile(SETTINGS / "course.css", source / "_static" / "course.css")
    pages = {lesson: page(lesson) for lesson in chosen}
    for lesson, nb in pages.items():
        to_download = source / "_extra" / DOWNLOADS / lesson.unit / f"{lesson.name}.ipynb"
        to_download.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(lesson.release, to_download)
        path = source / lesson.unit / f"{lesson.name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(as_text(nb), encoding="utf-8")
    (source / "index.md").write_text(index(pages), encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-q", "-W", "--keep-going", str(source), str(site)]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        raise CourseError(f"The website could not be built:\n{run.stderr.strip()}")
    return site / "index.html"


def page(lesson: Lesson) -> Any:
    """The student's notebook with the outputs of the solution's run, those of checks and answers left out.

    A widget is shown by the picture it stores. The source of an answer is the stub that students get.

    Raises:
        CourseError: a notebook that is not there.
    """
    nb = copy.deepcopy(read_notebook(lesson.release))
    stored = {cell.id: cell for cell in read_notebook(lesson.solution).cells}
    nb.cells = [cell for cell in nb.cells if not is_first_cell(cell)]
    for cell in nb.cells:
        theirs, hidden = is_graded(cell) or is_solution(cell), is_setup(cell)
        cell.metadata = nbformat.from_dict({"tags": ["hide-input"]} if hidden else {})
        if is_code(cell) and cell.id in stored and not theirs:
            cell.outputs = stored[cell.id].outputs
    nb.cells.insert(1, nbformat.v4.new_markdown_cell(links(lesson)))
    return nb


def links(lesson: Lesson) -> str:
    """A line with the notebook to download, and where it opens without anything installed."""
    file = f"../{DOWNLOADS}/{lesson.unit}/{lesson.name}.ipynb"
    elsewhere = opened_elsewhere(website_repository(lesson.root), lesson.release.relative_to(lesson.root).as_posix())
    parts = [f'<a href="{file}" download>Download this notebook</a>']
    parts += [f'<a href="{address}">{name}</a>' for name, address in elsewhere.items()]
    return f"<p>{' · '.join(parts)}</p>"


def index(pages: dict[Lesson, Any]) -> str:
    """The first page: the map of the units, and the table of contents that the side bar shows."""
    parts = [INDEX.format(title=course_title())]
    for unit in dict.fromkeys(lesson.unit for lesson in pages):
        own = {lesson: contents(nb.cells) for lesson, nb in pages.items() if lesson.unit == unit}
        number, _, topic = unit.removeprefix("unit").partition("_")
        title = f"Unit {number}: {topic}"
        parts += [f"\n## {title}\n", "| lesson | exercises | time |", "|---|---|--:|"]
        for lesson, holds in own.items():
            parts.append(
                f"| [{holds.question}]({lesson}.ipynb) | {difficulty(holds)} | {unbroken(time(holds.minutes))} |"
            )
        entries = "\n".join(str(lesson) for lesson in own)
        parts.append(f"\n```{{toctree}}\n:hidden:\n:numbered:\n:caption: {title}\n\n{entries}\n```\n")
    return "\n".join(parts)
