"""A class is put away whole or stays as it was; what is held of a student is found and deleted, and nothing of another's."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import notebook_hash

from autograder.lessons.dates import read_term
from autograder.nbgrader_plugin.config import put_tools_on_path
from autograder.nbgrader_plugin.roster import read_roster
from autograder.term import away, forget
from autograder.term.away import AwayError, put_away

UNIT = "unit1_feedforward"
STUDENTS = ("ada", "adam", "ben")  # one's name begins with another's


class Class:
    def __init__(self, root: Path) -> None:
        put_tools_on_path()
        self.root, self.held, self.exchange = root, root / "class", root / "exchange" / "gradschool"
        self.held.mkdir()
        self.db_url = f"sqlite:///{self.held}/gradebook.db"
        (root / "nbgrader_config.py").write_text("c = get_config()\n")
        (root / "term.toml").write_text("time_zone = 'UTC'\n")
        (self.held / "secret.key").write_bytes(b"0" * 32)
        rows = "".join(f"{s},{s}@example.org,\n" for s in STUDENTS)
        (self.held / "roster.csv").write_text(f"id,email,extension {UNIT}\n{rows}")
        (self.exchange / "feedback").mkdir(parents=True)
        self.pages = {}
        with Gradebook(self.db_url) as gradebook:
            gradebook.add_assignment(UNIT)
            gradebook.add_notebook("1_first", UNIT)
            gradebook.add_grade_cell("softmax", "1_first", UNIT, max_score=4, cell_type="code")
            for student in STUDENTS:
                gradebook.add_student(student, last_name=f"Secret{student}")
                gradebook.add_submission(UNIT, student)
                self._hand_in(student)
        (self.held / f"report-{UNIT}.html").write_text("<p>ada</p>")
        (self.held / f"grades-{UNIT}.csv").write_text("ben\n")

    def _hand_in(self, student: str) -> None:
        secret = secrets.token_hex(8)
        came = self.exchange / "inbound" / f"{student}+{UNIT}+2026-11-01 22:30:00 UTC+abc"
        places = [self.held / name / student / UNIT for name in ("submitted", "autograded", "feedback")]
        for place in (came, *places):
            (place / ".ipynb_checkpoints").mkdir(parents=True)
            (place / "1_first.ipynb").write_text(student)
            (place / ".ipynb_checkpoints" / "1_first-checkpoint.ipynb").write_text(student)
            (place / "submission_secret.txt").write_text(secret)
        self.pages[student] = self.exchange / "feedback" / f"{notebook_hash(secret=secret, notebook_id='1_first')}.html"
        self.pages[student].write_text(student)

    def files(self) -> dict[str, bytes]:
        return {str(p.relative_to(self.root)): p.read_bytes() for p in sorted(self.root.rglob("*")) if p.is_file()}

    def held_of(self, student: str) -> list[Any]:
        return forget.held_of(student, self.held, self.db_url, self.exchange)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Class]:
    return Class(tmp_path)


def test_a_class_is_put_away_whole_and_the_next_begins_with_nothing(small: Class) -> None:
    before = {name: content for name, content in small.files().items() if name.startswith("class/")}
    done = put_away(small.root, "autumn-2026", small.db_url)
    after = small.files()
    moved = {name.replace("terms/autumn-2026/", "class/") for name in after if name.startswith("terms/")}
    assert before.keys() <= moved
    for name, content in before.items():
        if "gradebook" not in name and "report" not in name and "grades" not in name:
            assert after[name.replace("class/", "terms/autumn-2026/")] == content
    assert {"class/term.toml", "class/nbgrader_config.py", "class/put_away.json"} <= moved
    assert not list(small.held.iterdir()) and read_term(small.root).zone is None
    with Gradebook(f"sqlite:///{done.place}/gradebook.db") as gradebook:
        assert {s.id for s in gradebook.students} == set(STUDENTS)
    assert done.ungraded == [UNIT] and "adam" in (done.place / f"grades-{UNIT}.csv").read_text()


def test_what_cannot_be_put_away_stays_as_it_was(small: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    (small.root / "terms" / "old").mkdir(parents=True)
    before = small.files()
    for name, db_url, words in (
        ("../x", small.db_url, "letters, digits"),
        ("", small.db_url, "letters, digits"),
        ("old", small.db_url, "is there already"),
        ("new", "postgresql+psycopg://me@host/book", "outside"),
        ("new", "sqlite:////elsewhere/gradebook.db", "outside"),
    ):
        with pytest.raises(AwayError, match=words) as refused:
            put_away(small.root, name, db_url)
        assert "me@host" not in str(refused.value)
    assert small.files() == before

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(away.shutil, "copy2", full)
    with pytest.raises(AwayError, match="No space left on device; it is where it was"):
        put_away(small.root, "new", small.db_url)
    assert not (small.root / "terms" / "new").exists() and before.keys() <= small.files().keys()


def test_all_of_a_student_and_nothing_of_another(small: Class) -> None:
    others = {n: c for n, c in small.files().items() if "/adam/" in n or "/ben/" in n or "adam+" in n or "ben+" in n}
    assert others
    found = small.held_of("ada")
    assert all(problem == "" for _, problem in forget.deleted(found))
    after = small.files()
    assert others.items() <= after.items() and small.pages["adam"].exists() and small.pages["ben"].exists()
    assert not small.pages["ada"].exists() and not any("/ada/" in name or "ada+" in name for name in after)
    assert not (small.held / f"report-{UNIT}.html").exists() and (small.held / f"grades-{UNIT}.csv").exists()
    assert set(read_roster(small.held).entries) == {"adam", "ben"}
    with Gradebook(small.db_url) as gradebook:
        assert {s.id for s in gradebook.students} == {"adam", "ben"}
    raw = (small.held / "gradebook.db").read_bytes()
    assert b"Secretadam" in raw and b"Secretada" not in raw.replace(b"Secretadam", b""), (
        "not in the file's free pages either"
    )
    assert small.held_of("ada") == []


def test_what_cannot_be_deleted_is_told_and_the_rest_goes_on(small: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    real = forget.shutil.rmtree

    def stubborn(path: Path, **more: Any) -> None:
        if "inbound" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        real(path, **more)

    monkeypatch.setattr(forget.shutil, "rmtree", stubborn)
    told = list(forget.deleted(small.held_of("ada")))
    assert [thing.what.rpartition("/")[2][:4] for thing, problem in told if problem] == ["ada+"]
    assert not (small.held / "submitted" / "ada").exists()


def test_nobody_is_forgotten_by_a_pattern(small: Class) -> None:
    before = small.files()
    assert small.held_of("*") == [] and small.held_of("ad?") == [] and small.held_of("[ab]*") == []
    assert small.files() == before


def test_links_are_not_followed(small: Class) -> None:
    place = small.held / "submitted" / "eve"
    place.symlink_to(small.held / "submitted" / "ben")
    [thing] = small.held_of("eve")
    thing.delete()
    assert not place.is_symlink() and (small.held / "submitted" / "ben" / UNIT / "1_first.ipynb").exists()


def test_copies_of_the_gradebook_are_named(small: Class) -> None:
    (small.held / "gradebook.db.2026-01-01.bak").write_bytes(b"")
    assert [path.name for path in forget.copies(small.held)] == ["gradebook.db.2026-01-01.bak"]
