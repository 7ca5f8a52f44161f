"""What keeps a lesson from being published is told in sentences; one notebook is published without its neighbours."""

import shutil
import sys
from pathlib import Path

import pytest

from autograder.lessons.gone_on import gone_on
from autograder.lessons.layout import COURSE, CourseError, Lesson, lessons
from autograder.publishing.gates.lesson import unready
from autograder.publishing.gates.sources import TO_WRITE
from autograder.publishing.gates.specs import unfinished
from autograder.publishing.publish import publish
from autograder.spec import Exercise, Question
from tests.commands import run

UNIT, NAME = "unit1_feedforward", "1_small"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def lesson(course: Path) -> Lesson:
    return Lesson(course, UNIT, NAME)


def sums(x):
    return x.sum()


def made(reference=sums, points=2, **settings) -> Exercise:
    settings.setdefault("cases", lambda draw: [draw.normal(3)])
    exercise = Exercise(Question(**settings), reference, points=points)
    exercise.named("sums")
    return exercise


def whole(**settings) -> Exercise:
    exercise = made(**settings)
    for i in range(3):
        exercise.misconception(f"multiplies by {i + 2}", "What is asked?")(lambda x, i=i: (i + 2) * x.sum())
        exercise.alternatives[f"way {i}"] = lambda x: x.sum()
    return exercise


def shifted(x, by=1.0):
    return x + by


def fails(x):
    raise ValueError("three are needed")


@pytest.mark.parametrize(
    ("exercise", "said"),
    [
        (made(), "sums: at least three misconceptions; it has 0."),
        (made(), "sums: at least three alternatives; it has 0."),
        (whole(cases=lambda draw: []), "sums: it has no cases"),
        (whole(points=0), "sums: it is worth 0 points"),
        (whole(forbids=["sum"]), "sums: `forbids` names 'sum', which is no concept"),
        (whole(uses=["nobody"]), "sums: `uses` names 'nobody', and no exercise is called that."),
        (whole(extremes=lambda draw: [draw.normal(2)]), "sums: its extremes have no words: `bears=`"),
        (whole(reference=shifted), "sums: no case leaves out what has a default (by): `defaults=`"),
        (whole(defaults=lambda draw: [draw.normal(2)]), "no argument of its reference has a default"),
        (
            whole(reference=fails),
            "the reference of `sums` fails on one of its own cases: Your answer stopped with ValueError",
        ),
    ],
)
def test_what_a_spec_lacks_is_a_sentence(exercise: Exercise, said: str) -> None:
    assert any(said in line for line in unfinished(exercise)), unfinished(exercise)


def test_a_spec_that_is_whole_lacks_nothing() -> None:
    assert unfinished(whole()) == []
    twice = whole()
    twice.misconceptions.append(twice.misconceptions[0])
    assert unfinished(twice) == [
        "sums: 2 misconceptions are called 'multiplies by 2': say in each title what that one does."
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('="softmax"', '="softmaxes"', "There is no exercise called 'softmaxes'"),
        (
            '# %% check="softmax"',
            "# %%",
            'softmax is checked in a cell without its mark: head it # %% check="softmax".',
        ),
        ('# %% check="softmax"\ncheck("softmax")', "# %%", "softmax has an answer cell and no check"),
        ("Write softmax over", f"{TO_WRITE} write softmax over", f"{TO_WRITE} write softmax over"),
        ("Write softmax over", "No `torch.relu`. Write softmax over", "bars `torch.relu`, and its spec does not"),
    ],
)
def test_a_lesson_that_is_not_ready_is_refused_and_nothing_is_written(course, old: str, new: str, said: str) -> None:
    before = {path: path.read_bytes() for path in course.rglob("*.ipynb")}
    edit(lesson(course).source, old, new)
    problems = publish([lesson(course)], jobs=1)
    assert any(said in problem for problem in problems), problems
    assert problems == unready(lesson(course))
    assert {path: path.read_bytes() for path in course.rglob("*.ipynb")} == before


def test_a_solution_that_loses_points_is_not_published_but_for_a_draft(course) -> None:
    before, released = lesson(course).solution.read_bytes(), lesson(course).release.read_bytes()
    edit(lesson(course).source, "sum(dim=-1", "sum(dim=0")
    problems = publish([lesson(course)], jobs=1)
    assert any("softmax: the solution scores" in problem and "of 4" in problem for problem in problems), problems
    assert lesson(course).solution.read_bytes() == before
    edit(lesson(course).source, "p = softmax_", "softmax_(torch.ones(1))\np = softmax_")
    assert publish([lesson(course)], jobs=1, draft=True) == []
    assert lesson(course).solution.read_bytes() != before and lesson(course).release.read_bytes() == released


@pytest.fixture
def two(course) -> Lesson:
    """A second notebook in the unit, which fails when it is run."""
    (course / "solutions" / UNIT / "2_other.py").write_text('# %%\nprint("here")\n')
    assert publish(lessons(course, ("1/2",)), jobs=1) == []
    other = Lesson(course, UNIT, "2_other")
    other.source.write_text("# %%\nraise RuntimeError\n")
    return other


def test_one_notebook_is_published_without_its_neighbours_which_are_named_where_they_have_gone_on(two: Lesson) -> None:
    course, stored = two.root, (two.solution.read_bytes(), two.release.read_bytes())
    edit(lesson(course).source, "A small lesson", "A tiny lesson")
    said = run(sys.executable, "-m", "autograder.cli", "publish", "1/1", "--keep-outputs", cwd=course)
    assert f"Published: {UNIT}/{NAME}." in said and "A tiny lesson" in lesson(course).release.read_text()
    assert "2_other.py has gone on since its notebook was made (cell 0, 'raise RuntimeError')" in said
    assert (two.solution.read_bytes(), two.release.read_bytes()) == stored


def test_notebooks_are_named_behind_their_unit(two: Lesson) -> None:
    names = ("1/2", "1/2_other", f"{UNIT}/2_other.py", f"{UNIT}/2")
    assert all(lessons(two.root, (name,)) == [two] for name in names)
    assert lessons(two.root, ("1/2", "1")) == lessons(two.root)
    with pytest.raises(CourseError, match=r"There is no '3' in unit1_feedforward; there are: 1_small, 2_other\."):
        lessons(two.root, ("1/3",))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("", "", ""),
        ("Write softmax over", "Write the softmax over", "cell 2"),
        ("largest bar", "longest bar", "cell 7"),
        ("points=2", "points=3", "cell 10"),
        ('written="why-shift"', 'written="why"', "cell 10"),
    ],
)
def test_a_source_that_has_gone_on_is_known_by_what_it_holds(small_course, tmp_path, old, new, where) -> None:
    course = shutil.copytree(small_course, tmp_path / "copy")
    edit(lesson(course).source, old or "A small", new or "A small")
    said = gone_on(lesson(course))
    assert (where in said) if where else not said, said
    assert not where or said.endswith(f"gradschool publish {UNIT}/{NAME}")


def test_nbgrader_says_so_when_it_releases_what_is_no_longer_so(course) -> None:
    edit(lesson(course).source, "Write softmax over", "Write the softmax over")
    said = run(sys.executable, "-m", "nbgrader", "generate_assignment", UNIT, cwd=course)
    assert "1_small.py has gone on since its notebook was made (cell 2" in said
    assert (course / COURSE / UNIT / f"{NAME}.ipynb").is_file()
