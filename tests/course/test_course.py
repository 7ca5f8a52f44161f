"""The gates, on this course: what is stored is what the sources make, and does what it should."""

from pathlib import Path

import pytest

from autograder.lessons.layout import find_root, lessons
from autograder.publishing.execute import execute
from autograder.publishing.gates.drift import drift
from autograder.publishing.gates.exercises import catalogued, mismatches
from autograder.publishing.gates.leaks import leaks
from autograder.publishing.gates.outputs import attempted, uncompared, unsolved
from autograder.publishing.gates.rerun import rerun
from autograder.publishing.source import read_notebook

LESSONS = lessons(find_root(Path(__file__).parent))
# One of them here, another in a browser; all run untouched in `make soak`. As solutions they all run in `make test`.
SAMPLE = [lesson for lesson in LESSONS if str(lesson) == "unit2_convolutional/1_images_and_kernels"]  # the quickest
# Lines that are in a solution and may stand in a lesson too, each because they say nothing about the answer.
PUBLIC_LINES: tuple[str, ...] = (
    "for _ in range(20):",
    "for _ in range(epochs):",
    "for layer in net.modules():",
    "for rows in torch.randperm(len(x), generator=generator).split(size):",
    "for t in range(x.shape[1]):",
    "m = (p + q) / 2",
    "nn.init.zeros_(layer.bias)",
    "previous = torch.cat([h0.unsqueeze(1), out[:, :-1]], dim=1)",  # the lesson unfolds the graph with it
    "return nn.Sequential(*layers)",
)

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=str)


def told(problems: list[str]) -> None:
    """Fail with the sentences themselves, not with pytest's picture of a list."""
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def test_stored_notebooks_are_what_the_sources_make(root):
    told(drift(root))


def test_students_get_nothing_of_a_solution(root):
    told(leaks(root, PUBLIC_LINES))


def test_every_check_has_its_exercise_and_every_exercise_its_check(root):
    told(mismatches(root, catalogued()))


@each_lesson
def test_solution_scores_all_points(lesson):
    told(unsolved(read_notebook(lesson.solution)))


@each_lesson
def test_most_of_what_is_shown_is_compared(lesson):
    told(uncompared(read_notebook(lesson.solution)))


@each_lesson
@pytest.mark.timeout(1800)
def test_solution_shows_what_it_stores(lesson):
    told(rerun(lesson.solution))


@pytest.mark.parametrize(
    "lesson", [pytest.param(lesson, marks=() if lesson in SAMPLE else pytest.mark.soak) for lesson in LESSONS], ids=str
)
@pytest.mark.timeout(1800)
def test_untouched_notebook_runs_and_scores_nothing(lesson):
    told(attempted(execute(read_notebook(lesson.release))))
