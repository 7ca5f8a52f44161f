"""What `gradschool new` writes: it runs, says what is to be written, and never writes over anything."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import exercise_folders
from autograder.authoring import begin
from autograder.authoring.places import Places, places
from autograder.lessons.layout import CourseError, Lesson
from autograder.own_course import VARIABLE
from autograder.publishing.gates.lesson import unready
from autograder.publishing.gates.specs import unfinished, written
from autograder.spec import catalogue
from autograder.student.check import check

UNIT, NOTEBOOK = "unit1_lenses", "1_lenses"


def forget() -> None:
    for cached in (catalogue.entries, catalogue.find, catalogue.question):
        cached.cache_clear()
    for name in [name for name in sys.modules if name.startswith((exercise_folders.PACKAGES, "optics"))]:
        del sys.modules[name]


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    """A course that has just begun, with one unit."""
    folder = tmp_path / "optics"
    begin.course(folder, "optics").write()
    monkeypatch.setenv(VARIABLE, str(folder))
    monkeypatch.setattr(sys, "path", list(sys.path))
    forget()
    found = places(folder)
    begin.unit(found, "lenses", arrays=True).write()
    yield found
    forget()


def lesson(course: Places) -> Lesson:
    return course.lesson(UNIT, NOTEBOOK)


def test_an_exercise_runs_and_says_what_is_to_be_written(course: Places, capsys: pytest.CaptureFixture[str]) -> None:
    begin.exercise(course, "focal_length", lesson(course), arrays=True).write()
    forget()
    exercise = catalogue.find("focal_length")
    assert (exercise.points, exercise.probe.arrays, written(exercise)) == (1, True, False)
    said = "\n".join(unfinished(exercise))
    assert "focal_length: at least three misconceptions; it has 0." in said
    assert "focal_length: at least three alternatives; it has 0." in said
    assert "the reference of `focal_length` is still to be written, in optics.lenses.focal_length." in said
    assert said.count("TODO:") == 6, "what the spec and its reference say of themselves"
    told = "\n".join(unready(lesson(course)))
    assert f"{UNIT}/{NOTEBOOK}: TODO: which question does this notebook answer?" in told
    assert "TODO: write the solution of `focal_length`." in told and said.splitlines()[0] in told
    assert check("focal_length", lambda x: x) == 0.0
    assert "Nothing can be judged: the reference of `focal_length` is still to be written" in capsys.readouterr().out


def test_its_test_fails_until_the_reference_and_another_way_are_written(course: Places) -> None:
    begin.exercise(course, "focal_length", lesson(course), arrays=True).write()
    scope: dict = {}
    exec(compile((course.tests / "test_focal_length.py").read_text(), "test", "exec"), scope)
    with pytest.raises(NotImplementedError, match="TODO: write the right answer of `focal_length`"):
        scope["test_focal_length_agrees_with_another_way"]()


@pytest.mark.parametrize("arrays", [True, False], ids=["arrays", "tensors"])
def test_once_its_reference_is_written_its_answer_is_judged(course: Places, arrays: bool) -> None:
    begin.exercise(course, "focal_length", lesson(course), arrays=arrays).write()
    path = course.reference("lenses", "focal_length")
    path.write_text(path.read_text().replace("raise NotImplementedError(", "return 2 * x  # ("))
    forget()
    assert check("focal_length", lambda x: x + x) == 1.0
    assert check("focal_length", lambda x: x) == 0.0


def test_cells_come_at_the_end_or_behind_an_exercise(course: Places) -> None:
    for name, after in (("first", ""), ("last", ""), ("between", "first")):
        begin.exercise(course, name, lesson(course), after=after).write()
        forget()
    text = lesson(course).source.read_text()
    places = [text.index(f'check="{name}"') for name in ("first", "between", "last")]
    assert places == sorted(places) and text.count("### Exercise:") == 3
    assert text.count("\n\n\n\n") == 0 and text.endswith('check("last")\n')


def test_cells_that_are_there_stay_as_they_are(course: Places) -> None:
    source = lesson(course).source
    source.write_text(source.read_text() + '\n# %% answer="first"\ndef first(x):\n    return x\n')
    before = source.read_bytes()
    begun = begin.exercise(course, "first", lesson(course))
    begun.write()
    assert begun.changed is None and source.read_bytes() == before
    assert course.spec("lenses", "first").is_file()


def test_nothing_is_written_over_and_nothing_is_half_written(course: Places) -> None:
    course.test("lenses", "first").parent.mkdir(parents=True)
    course.test("lenses", "first").write_text("mine")
    before = lesson(course).source.read_bytes()
    with pytest.raises(CourseError, match=r"test_first\.py is there already, and nothing was written"):
        begin.exercise(course, "first", lesson(course)).write()
    assert not course.spec("lenses", "first").exists() and not course.reference("lenses", "first").exists()
    assert lesson(course).source.read_bytes() == before and course.test("lenses", "first").read_text() == "mine"


def test_what_cannot_be_written_leaves_nothing_behind(course: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = begin.exercise(course, "first", lesson(course))
    write = Path.write_text

    def full(path: Path, *args, **kwargs):
        if path.name == "test_first.py":
            raise OSError(28, "No space left on device")
        return write(path, *args, **kwargs)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(CourseError, match=r"test_first.py cannot be written \(No space left on device\)"):
        begun.write()
    assert not course.spec("lenses", "first").exists() and "first" not in lesson(course).source.read_text()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Focal", "small letters, digits and _"),
        ("focal-length", "small letters, digits and _"),
        ("class", "small letters, digits and _"),
        ("sum", "a name of Python's own"),
        ("../escape", "small letters, digits and _"),
        ("known", "There is an exercise called 'known' already, in "),
    ],
)
def test_a_bad_name_is_a_sentence(course: Places, name: str, said: str) -> None:
    begin.exercise(course, "known", lesson(course)).write()
    forget()
    with pytest.raises(CourseError, match=said):
        begin.exercise(course, name, lesson(course))


def test_an_exercise_to_follow_must_be_there(course: Places) -> None:
    with pytest.raises(CourseError, match="has no check of 'nobody'"):
        begin.exercise(course, "first", lesson(course), after="nobody")
    with pytest.raises(CourseError, match=r"there is no .*2_more\.py\. To begin it: gradschool new notebook NAME"):
        begin.exercise(course, "first", course.lesson(UNIT, "2_more"))


def test_notebooks_and_units_are_numbered_by_themselves(course: Places) -> None:
    begin.notebook(course, "mirrors", UNIT).write()
    begin.notebook(course, "7_prisms", UNIT).write()
    begin.unit(course, "waves").write()
    names = sorted(
        path.relative_to(course.root / "solutions").as_posix() for path in course.root.glob("solutions/*/*.py")
    )
    assert names == [
        "unit1_lenses/1_lenses.py",
        "unit1_lenses/2_mirrors.py",
        "unit1_lenses/7_prisms.py",
        "unit2_waves/1_waves.py",
    ]
    assert (course.library / "waves" / "__init__.py").is_file()
    for bad, said in (("mirrors", "called 2_mirrors already"), ("7_more", "has number 7"), ("Big", "small letters")):
        with pytest.raises(CourseError, match=said):
            begin.notebook(course, bad, UNIT)
    with pytest.raises(CourseError, match="called unit2_waves already"):
        begin.unit(course, "waves")


def test_a_course_wants_an_empty_folder_and_a_package(course: Places, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="holds something: name an empty folder"):
        begin.course(course.root, "optics")
    (course.root / "lib" / "more").mkdir()
    (course.root / "lib" / "more" / "__init__.py").write_text("")
    with pytest.raises(CourseError, match="it holds more, optics: name one with --package"):
        places(course.root)
    assert places(course.root, "more").library == course.root / "lib" / "more"
    with pytest.raises(CourseError, match="To begin such a course: gradschool new course NAME"):
        places(tmp_path)


def test_in_this_project_the_files_go_where_ours_are(root: Path) -> None:
    here = places(root)
    assert not here.own
    assert here.spec("feedforward", "softmax").is_file()
    assert here.module(here.reference("feedforward", "x")) == "gradschool.feedforward.x"
    assert here.test("feedforward", "x") == root / "tests" / "lib" / "feedforward" / "test_x.py"
    assert here.packages("graphs") == [
        root / "lib/gradschool/graphs/__init__.py",
        root / "autograder/exercises/graphs/__init__.py",
    ]
