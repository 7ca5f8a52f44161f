"""The course's public address, and those that follow from it. Nothing heavy here: nbgrader's configuration asks."""

import os
import tomllib
from pathlib import Path
from urllib.parse import quote

from autograder.lessons.layout import CourseError

VARIABLE = "GRADSCHOOL_REPOSITORY"  # in place of the setting, for the website
GITHUB = "https://github.com/"
BRANCH = "main"  # which the workflows publish


def repository(root: Path) -> str:
    """The address that `[project.urls] Repository` of the course's `pyproject.toml` names; "" where there is none.

    Raises:
        CourseError: it is no address, or the file cannot be read.
    """
    path = root / "pyproject.toml"
    if not path.is_file():
        return ""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {}).get("urls", {}).get("Repository", "")
    except (ValueError, AttributeError) as problem:
        raise CourseError(f"{path} cannot be read: {problem}") from None
    return checked(told, f"[project.urls] Repository in {path}")


def website_repository(root: Path) -> str:
    """The same for the website, whose builder may name another one by GRADSCHOOL_REPOSITORY."""
    told = os.environ.get(VARIABLE, "").strip()
    return checked(told, VARIABLE) if told else repository(root)


def checked(address: object, where: str) -> str:
    """An address as it may stand in notebooks. Raises CourseError for anything else."""
    if not isinstance(address, str) or (address and not _plain(address)):
        raise CourseError(f"{where} is {address!r}: expected an address like https://github.com/OWNER/NAME, or none.")
    return address.rstrip("/").removesuffix(".git")


def _plain(address: str) -> bool:
    return address.startswith("https://") and address.isascii() and not set(address) & set(" \t\n\"'`\\<>")


def requirement(repository: str) -> str:
    """What `pip install` is given to install the package from the repository."""
    if repository.startswith(GITHUB):
        return f"{repository}/archive/{BRANCH}.zip"  # needs no git
    return f"git+{repository}"


def opened_elsewhere(repository: str, notebook: str) -> dict[str, str]:
    """By name where a student's notebook opens without anything installed; none for an address that is not GitHub's.

    Args:
        notebook: its path below the course's folder: "course/unit1_feedforward/1_neurons.ipynb".
    """
    if not repository.startswith(GITHUB):
        return {}
    project, path = quote(repository.removeprefix(GITHUB)), quote(notebook)
    return {
        "Open in Colab": f"https://colab.research.google.com/github/{project}/blob/{BRANCH}/{path}",
        "Open in Binder": f"https://mybinder.org/v2/gh/{project}/{BRANCH}?labpath={path}",
    }
