"""What comes with an extra of this package only, and the sentence for who needs it and does not have it.

The package alone is a student's desk. Nothing is looked up here before it is missed, so that no command has to say
beforehand what it will import.
"""

import importlib.util

from autograder.lessons.layout import CourseError

PURPOSES = {
    "class": "publishing, grading a class and reports on it",
    "cluster": "grading with the workers of a Dask scheduler",
    "postgres": "a gradebook in PostgreSQL",
    "docs": "the course as a website",
    "test": "the tests",
}
MODULES = {  # what is imported, by the extra that brings it
    "class": (
        "nbgrader",
        "sqlalchemy",
        "jupytext",
        "nbclient",
        "nbconvert",
        "jinja2",
        "rapidfuzz",
        "safetensors",
        "docutils",
        "nh3",
    ),
    "cluster": ("dask", "distributed", "cryptography"),
    "postgres": ("psycopg",),
    "docs": ("sphinx", "myst_nb", "sphinx_book_theme", "mathjax"),
    "test": (
        "pytest",
        "pytest_timeout",
        "xdist",
        "coverage",
        "hypothesis",
        "beartype",
        "nbval",
        "mypy",
        "ruff",
        "axe_playwright_python",
        "playwright",
        "psutil",
        "yaml",
        "hatchling",
    ),
}


class MissingExtra(CourseError):
    """A command needs packages that are not installed; says which, and what to type."""


def missing(extra: str) -> list[str]:
    """The modules of an extra that cannot be imported here."""
    return [module for module in MODULES[extra] if importlib.util.find_spec(module) is None]


def need(extra: str) -> None:
    """Raise MissingExtra unless all of an extra is there."""
    if absent := missing(extra):
        raise MissingExtra(sentence(absent[0], extra))


def say_missing(error: ModuleNotFoundError) -> str:
    """The sentence for an import that failed; the error itself is raised on where no extra brings the module."""
    name = (error.name or "").partition(".")[0]
    for extra, modules in MODULES.items():
        if name in modules:
            return sentence(name, extra)
    raise error


def sentence(module: str, extra: str) -> str:
    return f"{module} is missing, which is needed for {PURPOSES[extra]}: pip install 'gradschool[{extra}]'"
