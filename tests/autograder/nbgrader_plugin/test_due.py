"""Due dates, extensions and penalties in nbgrader's gradebook: data in, points out."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from autograder.nbgrader_plugin import patches
from autograder.nbgrader_plugin.config import put_tools_on_path
from autograder.nbgrader_plugin.due import Moved, dates, extended, followed, moved, standing

UNIT = "unit1_feedforward"
DUE = datetime(2026, 11, 1, 22, 59)  # 23:59 in Berlin
TERM = f'time_zone = "Europe/Berlin"\n[penalty]\nper_day = 0.1\n[{UNIT}]\ndue = 2026-11-01T23:59:00\n'
STUDENTS = {  # handed in so long after the date; None: nobody knows when
    "early": timedelta(hours=-1),
    "ada": timedelta(hours=1),
    "ben": timedelta(days=1, hours=1),
    "zoe": None,
}


class Class:
    """A course with a gradebook: each student has 10 points of the judge's and 4 that a person gave."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.held = folder, folder / "class"
        self.held.mkdir()
        put_tools_on_path()
        self.gradebook = Gradebook(f"sqlite:///{self.held}/gradebook.db")
        self.gradebook.add_assignment(UNIT)
        self.gradebook.add_notebook("1_first", UNIT)
        self.gradebook.add_grade_cell("softmax", "1_first", UNIT, max_score=6, cell_type="code")
        self.gradebook.add_grade_cell("relu", "1_first", UNIT, max_score=4, cell_type="code")
        self.gradebook.add_grade_cell("why", "1_first", UNIT, max_score=4, cell_type="markdown")
        for student, late in STUDENTS.items():
            self.gradebook.add_student(student)
            stamp = None if late is None else DUE + late
            self.gradebook.add_submission(UNIT, student, timestamp=stamp)
            self.grade(student, "softmax").auto_score = 6
            self.grade(student, "relu").auto_score = 4
            self.grade(student, "why").manual_score = 4
        self.gradebook.db.commit()

    def grade(self, student: str, question: str) -> Any:
        return self.gradebook.find_grade(question, "1_first", UNIT, student)

    def notebook(self, student: str) -> Any:
        return self.gradebook.find_submission_notebook("1_first", UNIT, student)

    def dates(self, **more: Any):
        config = Config()
        config.CourseDirectory.root = str(self.folder)
        patches.bind(config)
        return dates(NbGraderAPI(config=config), UNIT, **more)

    def say(self, text: str) -> None:
        (self.folder / "term.toml").write_text(text)

    def roster(self, text: str) -> None:
        (self.held / "roster.csv").write_text(text)

    def move(self, all_of_them: bool = False, **more: Any) -> dict[str, Moved]:
        found = moved(self.gradebook, self.dates(**more), all_of_them)
        self.gradebook.db.commit()
        return {one.student: one for one in found}

    def penalties(self) -> dict[str, float | None]:
        return {student: self.notebook(student).late_submission_penalty for student in STUDENTS}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Class]:
    made = Class(tmp_path)
    yield made
    made.gradebook.close()


def test_a_share_of_the_judges_points_for_each_day_begun(small: Class) -> None:
    small.say(TERM)
    found = small.move()
    assert small.penalties() == {"early": None, "ada": 1.0, "ben": 2.0, "zoe": None}
    assert found["zoe"].late is None and found["early"].late == timedelta() and found["ben"].late == STUDENTS["ben"]
    assert small.gradebook.find_assignment(UNIT).duedate == DUE


def test_a_date_that_moves_takes_its_penalties_along_both_ways(small: Class) -> None:
    small.say(TERM)
    small.move()
    small.say(TERM.replace("2026-11-01T", "2026-11-02T"))
    assert small.move()["ben"].before == 2.0
    assert small.penalties() == {"early": None, "ada": None, "ben": 1.0, "zoe": None}
    small.say(TERM)
    small.move()
    assert small.penalties() == {"early": None, "ada": 1.0, "ben": 2.0, "zoe": None}


EXTENSIONS = {  # the roster's cell: penalties of ada and ben
    "ada,2d\nben,\n": (None, 2.0),
    "ada,30m\nben,1d\n": (1.0, 1.0),
    "ada,\nben,1d 2h\n": (1.0, None),
}


@pytest.mark.parametrize("rows", EXTENSIONS)
def test_one_cell_of_the_roster_gives_more_time(small: Class, rows: str) -> None:
    small.say(TERM)
    small.roster(f"id,extension {UNIT}\n{rows}")
    small.move()
    assert (small.penalties()["ada"], small.penalties()["ben"]) == EXTENSIONS[rows]
    small.roster(f"id,extension {UNIT}\nada,\nben,\n")
    small.move()
    assert (small.penalties()["ada"], small.penalties()["ben"]) == (1.0, 2.0)


def test_a_day_more_is_a_day_of_the_calendar_where_clocks_change(small: Class) -> None:
    small.say(TERM.replace("2026-11-01T", "2026-10-24T"))  # clocks go back in the night that follows
    small.roster(f"id,extension {UNIT}\nada,1d\nben,24h\n")
    small.move()
    extension = {s: small.gradebook.find_submission(UNIT, s).extension for s in ("ada", "ben")}
    assert extension == {"ada": timedelta(hours=25), "ben": timedelta(hours=25)}
    small.roster(f"id,extension {UNIT}\nada,2h\n")
    small.move()
    assert small.gradebook.find_submission(UNIT, "ada").extension == timedelta(hours=2)


def test_where_the_files_say_nothing_the_gradebooks_dates_stand(small: Class) -> None:
    small.gradebook.find_assignment(UNIT).duedate = DUE
    small.gradebook.find_submission(UNIT, "ben").extension = timedelta(days=3)
    small.gradebook.db.commit()
    small.say("[penalty]\nper_day = 0.1\n")
    small.move()
    assert small.penalties() == {"early": None, "ada": 1.0, "ben": None, "zoe": None}


def test_an_extension_of_no_date_is_no_failure(small: Class) -> None:
    small.gradebook.find_submission(UNIT, "ben").extension = timedelta(days=3)
    small.gradebook.db.commit()
    small.say("[penalty]\nper_day = 0.1\n")
    assert not any(one.changed for one in small.move().values())


def test_points_given_by_hand_carry_no_penalty_unless_asked(small: Class) -> None:
    small.say(TERM)
    small.grade("ada", "softmax").manual_score = 6.0  # in place of the judge's
    small.grade("ben", "relu").extra_credit = 50.0
    small.gradebook.db.commit()
    small.move()
    assert small.penalties() == {"early": None, "ada": 0.4, "ben": 2.0, "zoe": None}
    small.say(TERM.replace("per_day = 0.1", "per_day = 0.1\nby_hand = true"))
    small.move()
    assert small.penalties() == {"early": None, "ada": 1.4, "ben": pytest.approx(12.8), "zoe": None}


def test_points_given_by_hand_afterwards_do_not_make_it_a_persons_penalty(small: Class) -> None:
    small.say(TERM)
    small.move()
    for question, points in (("softmax", 0.0), ("relu", 4.0)):
        small.grade("ben", question).manual_score = points
        small.gradebook.db.commit()
        small.say(TERM.replace("2026-11-01T", "2026-11-02T" if question == "softmax" else "2026-11-01T"))
        assert small.move()["ben"].kept == ()
    assert small.penalties()["ben"] is None  # no points of the judge's are left


def test_a_penalty_that_a_person_set_stays_unless_asked(small: Class) -> None:
    small.say(TERM)
    small.move()
    small.notebook("ada").late_submission_penalty = 0.0  # waived
    small.notebook("ben").late_submission_penalty = 5.0
    small.notebook("early").late_submission_penalty = 3.0
    small.gradebook.db.commit()
    small.say(TERM.replace("2026-11-01T", "2026-10-31T"))
    found = small.move()
    assert {student for student, one in found.items() if one.kept} == {"ada", "ben", "early"}
    assert small.penalties() == {"early": 3.0, "ada": 0.0, "ben": 5.0, "zoe": None}
    small.move(all_of_them=True)
    assert small.penalties() == {"early": 1.0, "ada": 2.0, "ben": 3.0, "zoe": None}


def test_never_more_than_the_points(small: Class) -> None:
    small.say(TERM.replace("0.1", "1.0"))
    small.grade("ada", "why").manual_score = -8.0
    small.gradebook.db.commit()
    small.move()
    assert small.penalties() == {"early": None, "ada": 2.0, "ben": 10.0, "zoe": None}


def test_a_plugin_of_the_courses_own_is_asked(small: Class) -> None:
    small.say(TERM)
    config = Config()
    config.AssignLatePenalties.plugin_class = "nbgrader.plugins.LateSubmissionPlugin"
    config.LateSubmissionPlugin.penalty_method = "zero"
    config.CourseDirectory.root = str(small.folder)
    patches.bind(config)
    moved(small.gradebook, dates(NbGraderAPI(config=config), UNIT))
    assert small.penalties() == {"early": None, "ada": 10.0, "ben": 10.0, "zoe": None}


def test_autograding_follows_a_date_that_moved_and_nothing_else(small: Class) -> None:
    small.say(TERM)
    assert followed(small.gradebook, small.dates()) == [
        "ada: the penalty is 1 now, was 0.",
        "ben: the penalty is 2 now, was 0.",
    ]
    small.notebook("ada").late_submission_penalty = 0.5
    small.gradebook.db.commit()
    assert followed(small.gradebook, small.dates()) == []


def resubmit(small: Class, student: str, stamp: datetime) -> Any:
    before = standing(small.gradebook, small.dates(), student)
    small.gradebook.update_or_create_submission(UNIT, student, timestamp=stamp)
    return extended(small.gradebook, small.dates(), student, before)


@pytest.mark.parametrize(
    ("later", "stays"), [(timedelta(), {"1_first": 5.0}), (timedelta(hours=1), {})], ids=["the same", "another"]
)
def test_a_persons_penalty_is_about_one_submission(small: Class, later: timedelta, stays: dict[str, float]) -> None:
    small.say(TERM)
    small.move()
    small.notebook("ben").late_submission_penalty = 5.0
    small.gradebook.db.commit()
    assert resubmit(small, "ben", DUE + STUDENTS["ben"] + later) == stays


def test_the_command_shows_first_and_writes_when_told(
    small: Class, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import typer

    from autograder.commands.due import due

    (small.folder / "nbgrader_config.py").write_text((root / "nbgrader_config.py").read_text())
    monkeypatch.chdir(small.folder)
    small.say(TERM)

    def run(**options: Any) -> str:
        due(UNIT, **{"student": None, "extend": None, "write": False, "overwrite": False, "by_hand": False, **options})
        small.gradebook.db.expire_all()
        return capsys.readouterr().out

    said = run()
    assert "Sunday 1 November 2026, 23:59 (Europe/Berlin)" in said and "ben: penalty 0 → 2, 1d 1h late" in said
    assert "of zoe" in said and small.penalties()["ben"] is None
    said = run(student=["ben"], extend="2d", write=True)
    assert "Tuesday 3 November 2026, 23:59" in said
    assert small.penalties() == {"early": None, "ada": 1.0, "ben": None, "zoe": None}
    assert "ben,,,,,,,,2d" in (small.held / "roster.csv").read_text()
    for options in ({"student": ["eve"], "extend": "2d"}, {"student": ["ben"]}, {"student": ["ben"], "extend": "soon"}):
        with pytest.raises(typer.BadParameter):
            run(**options)
