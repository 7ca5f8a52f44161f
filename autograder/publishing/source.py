"""Reading a lesson's source, a percent script, as a notebook."""

from pathlib import Path
from typing import Any

import nbformat

from autograder.lessons.canonical import canonical
from autograder.lessons.layout import CourseError, Lesson
from autograder.publishing.marks import expand


def read_source(lesson: Lesson) -> Any:
    """The lesson's source as a notebook in canonical form, without outputs.

    Raises:
        CourseError: a source that is no valid notebook, or a mark in it that says nothing.
    """
    import jupytext  # not at a student's desk, whose start page needs the rest of this file

    from autograder.publishing.rules import tell  # brings torch

    try:
        nb = canonical(tell(expand(jupytext.read(lesson.source, fmt="py:percent"), lesson)))
        nbformat.validate(nb)
    except (ValueError, nbformat.ValidationError) as error:
        raise CourseError(f"{lesson.source}: {error}") from error
    return nb


def read_notebook(path: Path) -> Any:
    """The stored notebook, as nbformat 4.

    Raises:
        CourseError: a file that is no notebook.
    """
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
        raise CourseError(f"{path}: {error}") from error


def as_text(nb: Any) -> str:
    """The bytes that a notebook is stored as: keys sorted, one space of indent, a newline at the end."""
    text: str = nbformat.writes(nb, version=4)
    return text.rstrip("\n") + "\n"
