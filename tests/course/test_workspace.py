"""A student's folder: what is new comes in, and no work is ever lost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.commands.lab import report
from autograder.lessons.layout import CourseError
from autograder.publishing.workspace import MANIFEST, prepare

FIRST, SECOND = "unit1_feedforward/1_a.ipynb", "unit1_feedforward/2_b.ipynb"


def give(root, **files: str) -> None:
    for key, text in files.items():
        path = root / "course" / {"first": FIRST, "second": SECOND}[key]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_everything_is_copied_the_first_time_and_nothing_the_second(tmp_path):
    give(tmp_path, first="one", second="two")
    assert prepare(tmp_path).new == [FIRST, SECOND]
    assert (tmp_path / "work" / FIRST).read_text() == "one"
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "work").rglob("*")}
    again = prepare(tmp_path)
    assert (again.new, again.updated, again.kept, again.outdated) == ([], [], [], {})
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "work").rglob("*")} == before


def test_a_student_may_have_the_folder_elsewhere(tmp_path):
    give(tmp_path / "course_of_all", first="one")
    home = tmp_path / "home" / "ada" / "gradschool"
    assert prepare(tmp_path / "course_of_all", home).new == [FIRST]
    assert (home / FIRST).read_text() == "one"
    assert not (tmp_path / "course_of_all" / "work").exists()


def test_work_is_kept_and_untouched_files_follow_the_course(tmp_path):
    give(tmp_path, first="one", second="two")
    prepare(tmp_path)
    (tmp_path / "work" / FIRST).write_text("one, answered")
    (tmp_path / "work" / "notes.md").write_text("mine")
    give(tmp_path, first="ONE", second="TWO")
    done = prepare(tmp_path)
    assert (list(done.outdated), done.updated) == ([FIRST], [SECOND])
    assert (tmp_path / "work" / FIRST).read_text() == "one, answered"
    assert (tmp_path / "work" / SECOND).read_text() == "TWO"
    assert (tmp_path / "work" / "notes.md").read_text() == "mine"
    assert any(FIRST in line and "Rename" in line for line in report(done))


def test_work_in_a_file_that_the_course_did_not_change_is_said_to_be_kept(tmp_path):
    give(tmp_path, first="one")
    prepare(tmp_path)
    (tmp_path / "work" / FIRST).write_text("one, answered")
    done = prepare(tmp_path)
    assert done.kept == [FIRST]
    assert any("your work" in line for line in report(done))


def test_a_renamed_or_deleted_file_comes_back_fresh(tmp_path):
    give(tmp_path, first="one")
    prepare(tmp_path)
    (tmp_path / "work" / FIRST).rename(tmp_path / "work" / "mine.ipynb")
    assert prepare(tmp_path).new == [FIRST]
    assert (tmp_path / "work" / "mine.ipynb").read_text() == "one"


def test_a_file_that_lay_there_before_is_not_overwritten(tmp_path):
    give(tmp_path, first="one")
    mine = tmp_path / "work" / FIRST
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    assert list(prepare(tmp_path).outdated) == [FIRST]
    assert mine.read_text() == "mine"


def test_work_that_equals_the_newer_course_is_followed_again(tmp_path):
    give(tmp_path, first="one")
    prepare(tmp_path)
    give(tmp_path, first="two")
    (tmp_path / "work" / FIRST).write_text("two")
    prepare(tmp_path)
    give(tmp_path, first="three")
    assert prepare(tmp_path).updated == [FIRST]


@pytest.mark.parametrize("record", ["", "{", "[]", "null", '{"unit1_feedforward/1_a.ipynb": 3}', "\x00"])
def test_a_broken_record_loses_no_work(tmp_path, record):
    give(tmp_path, first="one")
    prepare(tmp_path)
    (tmp_path / "work" / FIRST).write_text("one, answered")
    (tmp_path / "work" / MANIFEST).write_text(record)
    give(tmp_path, first="two")
    prepare(tmp_path)
    assert (tmp_path / "work" / FIRST).read_text() == "one, answered"


def test_nothing_is_written_through_a_link(tmp_path):
    give(tmp_path, first="one")
    prepare(tmp_path)
    elsewhere = tmp_path / "elsewhere.ipynb"
    (tmp_path / "work" / FIRST).rename(elsewhere)
    (tmp_path / "work" / FIRST).symlink_to(elsewhere)
    give(tmp_path, first="two")
    assert list(prepare(tmp_path).outdated) == [FIRST]
    assert elsewhere.read_text() == "one"


def test_a_folder_in_the_way_is_left_alone(tmp_path):
    give(tmp_path, first="one")
    (tmp_path / "work" / FIRST).mkdir(parents=True)
    assert list(prepare(tmp_path).outdated) == [FIRST]


def test_a_run_that_died_half_way_is_finished_by_the_next(tmp_path, monkeypatch):
    """Killed after the first copy and before the record is written."""
    give(tmp_path, first="one", second="two")
    from autograder.publishing import workspace

    write = workspace.write_if_changed

    def dying(path, content):
        if path.name.startswith("2_"):
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(workspace, "write_if_changed", dying)
    with pytest.raises(KeyboardInterrupt):
        prepare(tmp_path)
    monkeypatch.undo()
    assert prepare(tmp_path).new == [SECOND]
    give(tmp_path, first="ONE")
    assert prepare(tmp_path).updated == [FIRST]


def test_without_a_course_there_is_one_sentence(tmp_path):
    with pytest.raises(CourseError, match="make course"):
        prepare(tmp_path)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    give(tmp_path, first="one")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CourseError, match=r"cannot be read or written .*--work FOLDER"):
        prepare(tmp_path, tmp_path / "file" / "work")


EVENTS = st.sampled_from(["course", "student", "lab", "delete"])


@given(st.lists(st.tuples(EVENTS, st.text("ab", max_size=2)), max_size=12))
def test_no_sequence_of_events_changes_what_a_student_wrote(tmp_path_factory, steps):
    root = tmp_path_factory.mktemp("any")
    give(root, first="")
    work, mine = root / "work" / FIRST, None
    for who, text in steps:
        if who == "course":
            give(root, first=text)
        elif who == "student":
            mine = f"mine {text}"
            work.parent.mkdir(parents=True, exist_ok=True)
            work.write_text(mine)
        elif who == "delete":
            mine = None
            work.unlink(missing_ok=True)
        else:
            prepare(root)
            assert json.loads((root / "work" / MANIFEST).read_text()) is not None
            assert work.read_text() == (mine if mine is not None else (root / "course" / FIRST).read_text())
