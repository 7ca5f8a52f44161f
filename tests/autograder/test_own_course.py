"""A course of a teacher's own: what its file may say, where it is looked for, and which names clash."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import exercise_folders, own_course
from autograder.own_course import FILE, VARIABLE, CourseFileError, OwnCourse, read
from autograder.sandbox import bubblewrap
from autograder.sandbox.withheld.tree import tree
from autograder.spec import catalogue
from autograder.spec.question import MARK

SPEC = f"""
from autograder.spec import Question

question = Question(cases=lambda draw: [draw.normal(3)])

{MARK}
from doubling import twice as right

from autograder.spec import Exercise

exercise = Exercise(question, right, points=1)
"""


def forget() -> None:
    for cached in (catalogue.entries, catalogue.find, catalogue.question):
        cached.cache_clear()
    for name in [name for name in sys.modules if name.startswith((exercise_folders.PACKAGES, "doubling"))]:
        del sys.modules[name]


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A course with one exercise and its reference; the tests work for it."""
    folder = tmp_path / "course"
    for path, text in {
        FILE: 'name = "Doubling"\n',
        "exercises/unit/twice_of.py": SPEC,
        "lib/doubling/__init__.py": "def twice(x):\n    return 2 * x\n",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    monkeypatch.setenv(VARIABLE, str(folder))
    monkeypatch.setattr(sys, "path", list(sys.path))
    forget()
    yield folder
    forget()


def test_its_folders_have_their_usual_names(course: Path) -> None:
    assert read(course) == OwnCourse(course, "Doubling", course / "exercises", course / "lib", True)
    assert read(course).packages == ["doubling"]


def test_its_exercises_stand_beside_ours(course: Path) -> None:
    assert {"softmax", "twice_of"} <= set(catalogue.entries())
    assert catalogue.find("twice_of").reference(3) == 6
    assert str(course / "lib") in sys.path


def test_it_may_do_without_ours_and_take_their_names(course: Path) -> None:
    (course / FILE).write_text("with_gradschool = false\n")
    (course / "exercises" / "unit" / "softmax.py").write_text(SPEC)
    assert sorted(catalogue.entries()) == ["softmax", "twice_of"]
    assert catalogue.find("softmax").reference(3) == 6


def test_an_exercise_that_has_the_name_of_ours_is_refused_with_both_places(course: Path) -> None:
    path = course / "exercises" / "unit" / "softmax.py"
    path.write_text(SPEC)
    with pytest.raises(CourseFileError, match=r"Two specs are called 'softmax': .*Rename one\.") as refused:
        catalogue.entries()
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    ("package", "whose"),
    [
        ("gradschool", "a package of GradSchool"),
        ("statistics", "a module of Python"),
        ("numpy", "an installed package"),
    ],
)
def test_a_package_that_has_the_name_of_another_is_refused(course: Path, package: str, whose: str) -> None:
    (course / "lib" / f"{package}.py").write_text("")
    with pytest.raises(CourseFileError, match=rf"{package!r} is the name of {whose}.*Rename yours\."):
        own_course.put_on_path()
    assert str(course / "lib") not in sys.path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = Doubling", "cannot be read"),
        ("name = 3", "name is a text in quotes, and here it is 3"),
        ('with_gradschool = "no"', "with_gradschool is true or false"),
        ('exercise = "exercises"', "'exercise' is no setting of a course; there are name, exercises"),
        ('references = "library"', "references names 'library', which is no folder: make it"),
    ],
)
def test_what_a_file_cannot_mean_is_a_sentence(course: Path, text: str, said: str) -> None:
    (course / FILE).write_text(text)
    with pytest.raises(CourseFileError, match=said) as refused:
        read(course)
    assert str(course / FILE) in str(refused.value)


def test_tables_are_left_to_others(course: Path) -> None:
    (course / FILE).write_text('name = "A"\n[due]\nunit1 = 2026-01-01\n')
    assert read(course).name == "A"


def test_it_is_the_nearest_one_around_and_ends_at_another_courses_folder(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    inner = course / "work" / "unit1"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    found = own_course.own_course()
    assert found is not None and found.root == course
    (course / "work" / own_course.CONFIG).write_text("")
    assert own_course.own_course() is None
    monkeypatch.setenv(VARIABLE, str(inner))
    with pytest.raises(CourseFileError, match=f"{VARIABLE} names .*unit1, which holds no course.toml"):
        own_course.own_course()
    monkeypatch.setenv(VARIABLE, "")
    assert own_course.own_course() is None


def test_a_file_that_is_wrong_is_a_card_at_the_desk(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from autograder.student.check import check

    (course / FILE).write_text("names = 1")
    assert check("twice_of", lambda x: x + x) == 0.0
    assert "'names' is no setting of a course" in capsys.readouterr().out


def test_the_sandbox_shows_its_exercises_and_references_and_nothing_else_of_it(course: Path) -> None:
    shown = dict(bubblewrap.course_folders())
    assert set(shown.values()) == {bubblewrap.COURSE / "exercises", bubblewrap.COURSE / "lib"}
    assert not any(course in place.parents for place in shown), "a copy without what is right"
    inside, outside = bubblewrap.python_path(True), bubblewrap.python_path(False)
    assert str(bubblewrap.COURSE / "lib") in inside and str(tree() / "inside" / "course" / "lib") in outside
    assert read(course).told_inside() == "with_gradschool = true\n", "no name, no dates"


def test_a_process_that_is_started_elsewhere_works_for_it(course: Path) -> None:
    told = own_course.environment()
    assert told[VARIABLE] == str(course) and told["PYTHONPATH"].split(os.pathsep)[0] == str(course / "lib")


def test_what_it_is_judged_by_hangs_on_its_own_reference(course: Path) -> None:
    from autograder.grading import judged_by

    for cached in (judged_by.judged_by, judged_by._imported, judged_by._file, judged_by._tree, judged_by._code):
        cached.cache_clear()
    judged_by._libraries.cache_clear()
    before = judged_by.judged_by("twice_of")
    (course / "lib" / "doubling" / "__init__.py").write_text("def twice(x):\n    return x + x\n")
    for cached in (judged_by.judged_by, judged_by._tree, judged_by._code):
        cached.cache_clear()
    after = judged_by.judged_by("twice_of")
    judged_by._libraries.cache_clear()
    judged_by._imported.cache_clear()
    assert after["reference"] != before["reference"] and after["spec"] == before["spec"]


def test_the_folder_that_a_command_is_typed_in_counts_before_the_environment(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a terminal of a JupyterLab that works for one course, another course may be published."""
    other = tmp_path / "ours"
    other.mkdir()
    (other / own_course.CONFIG).write_text("")
    monkeypatch.chdir(other)
    own_course.enter_here()
    assert own_course.own_course() is None and os.environ[VARIABLE] == ""
    monkeypatch.chdir(course)
    own_course.enter_here()
    assert own_course.own_course() == read(course)
    monkeypatch.chdir(tmp_path)
    own_course.enter_here()
    assert own_course.own_course() == read(course), "what the environment names stays where there is no course around"


def test_what_a_cell_has_replaced_in_its_references_is_put_back(course: Path) -> None:
    from autograder.sandbox.snapshot import Snapshot

    exercise = catalogue.find("twice_of")
    import doubling

    snapshot, right = Snapshot(), doubling.twice
    right.__code__ = (lambda x: 0).__code__
    doubling.twice = None
    exercise.reference = max
    snapshot.restore()
    assert exercise.reference is doubling.twice is right and right(3) == 6
