"""A small course, released once, and a class of honest and hostile students, graded once."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from . import course
from .students import STUDENTS


def once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that is made once, however many processes run the tests."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / name
    with open(shared / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            (folder / "whole").touch()
    return folder


@pytest.fixture(scope="session")
def released_course(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Released, with nothing handed in; a test that writes there takes `empty_class`."""
    return once(tmp_path_factory, "released_course", lambda folder: course.set_up(root, folder))


@pytest.fixture
def empty_class(released_course: Path, tmp_path: Path) -> Path:
    return shutil.copytree(released_course, tmp_path / "empty_class")


@pytest.fixture(scope="session")
def graded_class(released_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every student of the table, graded in one run of `nbgrader autograde`; its log lies in `log.txt`."""
    needs_sandbox()

    def grade(folder: Path) -> None:
        shutil.copytree(released_course, folder, dirs_exist_ok=True)
        (folder / "whole").unlink()
        for student in STUDENTS:
            course.hand_in(folder, student.name, student.spoil)
        (folder / "log.txt").write_text(course.nbgrader(folder, "autograde", course.UNIT))

    return once(tmp_path_factory, "graded_class", grade)


@pytest.fixture
def again(graded_class: Path, tmp_path: Path) -> Path:
    """A copy of the graded class, without what cannot be copied, to be graded further."""
    pipes = shutil.ignore_patterns("fifo")
    return shutil.copytree(graded_class, tmp_path / "again", symlinks=True, ignore=pipes)


@pytest.fixture(autouse=True)
def _sandbox_or_skip(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("sandbox"):
        needs_sandbox()


def needs_sandbox() -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("needs bubblewrap")
