"""The writer's gradebook: a submission's grades all at once or not at all, on SQLite and on PostgreSQL."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import autograde

from autograder.nbgrader_plugin import gradebook as ours
from autograder.nbgrader_plugin.config import put_tools_on_path
from autograder.nbgrader_plugin.gradebook import BatchGradebook, NoGradebook

from .classroom import databases

put_tools_on_path()  # a new gradebook asks alembic for its version


@pytest.fixture(scope="module")
def postgres() -> Iterator[databases.Server]:
    place = databases.programs()
    if place is None:
        pytest.skip("needs PostgreSQL (initdb, pg_ctl): apt-get install postgresql")
    with databases.server(place) as server:
        yield server


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Callable[[], None]]:
    """A gradebook with one assignment, and what fails whoever is writing to it."""
    if request.param == "SQLite":
        url, cut = f"sqlite:///{tmp_path}/gradebook.db", lambda: None
    else:
        server: databases.Server = request.getfixturevalue("postgres")
        name = f"book_{request.node.name.split('[')[0]}"
        url, cut = server.database(name), lambda: server.cut(name)
    with Gradebook(url, "deep") as gradebook:
        gradebook.add_assignment("unit", course_id="deep")
        gradebook.add_notebook("one", "unit")
        for i in range(3):
            gradebook.add_grade_cell(f"q{i}", "one", "unit", max_score=2, cell_type="code")
            gradebook.add_solution_cell(f"q{i}-answer", "one", "unit")
    return url, cut


def enter(student: str, middle: Callable[[], None] = lambda: None) -> None:
    """What nbgrader's steps do, by the name under which they find the gradebook."""
    with autograde.Gradebook("any", "deep") as gradebook:
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission("unit", student)
    middle()
    for i in range(3):
        with autograde.Gradebook("any", "deep") as gradebook:
            gradebook.find_grade(f"q{i}", "one", "unit", student).auto_score = i / 2
            gradebook.find_comment(f"q{i}-answer", "one", "unit", student).auto_comment = "No response."
            gradebook.db.commit()


def scores(url: str) -> dict[str, list[float | None]]:
    with Gradebook(url, "deep") as gradebook:
        found = gradebook.find_assignment("unit").submissions
        return {s.student.id: [g.auto_score for n in s.notebooks for g in n.grades] for s in found}


def test_all_at_once_and_nbgraders_own_gradebook_afterwards(database: tuple[str, Callable[[], None]]) -> None:
    url, _ = database
    theirs, kept = autograde.Gradebook, BatchGradebook(url, "deep", print)
    seen: list[object] = []
    for student in ("ada", "ben"):
        kept.save(lambda student=student: enter(student, lambda: seen.append(scores(url))))
    kept.close()
    assert {s: sorted(found) for s, found in scores(url).items()} == {"ada": [0, 0.5, 1], "ben": [0, 0.5, 1]}
    assert [set(before) for before in seen] == [set(), {"ada"}], "nobody sees half a submission"
    assert autograde.Gradebook is theirs


def test_a_cut_connection_costs_one_more_try(database: tuple[str, Callable[[], None]]) -> None:
    url, cut = database
    if url.startswith("sqlite"):
        pytest.skip("SQLite has no connection to cut: see the next test")
    warned: list[str] = []
    tries: list[int] = []

    def middle() -> None:
        tries.append(1)
        if len(tries) == 1:
            cut()

    kept = BatchGradebook(url, "deep", warned.append)
    kept.save(lambda: enter("ada", middle))
    cut()  # between two submissions
    kept.save(lambda: enter("ben"))
    kept.close()
    assert {s: sorted(found) for s, found in scores(url).items()} == {"ada": [0, 0.5, 1], "ben": [0, 0.5, 1]}
    assert len(tries) == 2 and len(warned) == 2 and all("trying again" in w for w in warned)


def test_a_lock_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Formgrader writes to SQLite too, and so may others."""
    url = f"sqlite:///{tmp_path}/gradebook.db?timeout=0.05"
    with Gradebook(url, "deep") as gradebook:
        gradebook.add_assignment("unit", course_id="deep")
        gradebook.add_notebook("one", "unit")
        for i in range(3):
            gradebook.add_grade_cell(f"q{i}", "one", "unit", max_score=2, cell_type="code")
            gradebook.add_solution_cell(f"q{i}-answer", "one", "unit")
    warned: list[str] = []
    held = sqlite3.connect(tmp_path / "gradebook.db", isolation_level=None, check_same_thread=False)
    held.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(ours, "PAUSES", (0.2,) * 50)
    release = threading.Thread(target=lambda: (time.sleep(1), held.execute("ROLLBACK")))
    release.start()
    BatchGradebook(url, "deep", warned.append).save(lambda: enter("ada"))
    release.join()
    assert "locked" in warned[0] and sorted(scores(url)["ada"]) == [0, 0.5, 1]  # type: ignore[type-var]


def test_what_fails_for_good_leaves_nothing(
    database: tuple[str, Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, _ = database
    monkeypatch.setattr(ours, "PAUSES", (0.0, 0.0))

    def fail() -> None:
        raise ours.FAILURES[1]("disk is full")

    with pytest.raises(NoGradebook, match="cannot be written: disk is full"):
        BatchGradebook(url, "deep", print).save(lambda: enter("ada", fail))
    assert scores(url) == {}
    with pytest.raises(ZeroDivisionError):  # of a step, not of the database: at once, and nothing stands
        BatchGradebook(url, "deep", print).save(lambda: enter("ada", lambda: 1 / 0))  # type: ignore[arg-type, return-value]
    assert scores(url) == {}
