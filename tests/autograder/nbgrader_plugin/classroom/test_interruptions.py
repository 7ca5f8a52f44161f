"""Kill the grader, a helper, the database's connection at random moments and go on: nothing lost, nothing twice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbgrader.apps.api import NbGraderAPI

from autograder.nbgrader_plugin.config import load_config, put_tools_on_path

from . import batch, course, databases

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1500)]


@pytest.fixture(scope="session")
def postgres() -> Iterator[databases.Server]:
    place = databases.programs()
    if place is None:
        pytest.skip("needs PostgreSQL (initdb, pg_ctl): apt-get install postgresql")
    with databases.server(place) as server:
        yield server


@dataclass
class Class:
    """A class that has handed in: its folder, its gradebook, and how to cut the latter's connections."""

    folder: Path
    db_url: str
    cut: Callable[[], None]


@pytest.fixture(params=["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.soak)])
def waiting(request: pytest.FixtureRequest, empty_class: Path) -> Iterator[Callable[[int], Class]]:
    """Makes the class of this test, of so many students, on either database."""

    def make(students: int) -> Class:
        batch.hand_in(empty_class, students)
        if request.param == "SQLite":
            path = empty_class / "class" / "gradebook.db"
            return Class(empty_class, f"sqlite:///{path}", lambda: batch.lock(path))
        server: databases.Server = request.getfixturevalue("postgres")
        name = f"class_{empty_class.parent.name}"
        url = server.database(name)
        with open(empty_class / "nbgrader_config.py", "a") as config:
            config.write(f"\nc.CourseDirectory.db_url, c.CourseDirectory.course_id = {url!r}, 'deep'\n")
        put_tools_on_path()
        made = NbGraderAPI(config=load_config(empty_class)).generate_assignment(course.UNIT, force=True)
        assert made["success"], made
        return Class(empty_class, url, lambda: server.cut(name))

    yield make


def compare(found: Class, calm: Path, moments: int, seed: int) -> None:
    """Grade one copy of a class disturbed and one in one go, on SQLite whatever the other is on: they must be equal."""
    batch.copied(found.folder, calm)
    with open(calm / "nbgrader_config.py", "a") as config:
        config.write(f"\nc.CourseDirectory.db_url = 'sqlite:///{calm}/class/gradebook.db'\n")
    assert batch.disturbed(found.folder, moments, found.cut, seed) == moments
    batch.finish(calm, "--workers", "2")
    assert batch.contents(found.db_url) == batch.contents(f"sqlite:///{calm}/class/gradebook.db")
    assert batch.graded(found.folder) == batch.graded(calm)


def test_three_disturbances(waiting: Callable[[int], Class], tmp_path: Path) -> None:
    compare(waiting(20), tmp_path / "calm", moments=3, seed=1)


@pytest.mark.soak
def test_thirty_disturbances(waiting: Callable[[int], Class], tmp_path: Path) -> None:
    compare(waiting(120), tmp_path / "calm", moments=30, seed=2)
