"""All gates that a lesson must pass before its notebook is run: what its source, its tasks and its specs say."""

from autograder.lessons.layout import CourseError, Lesson
from autograder.publishing.gates.exercises import catalogued, in_one_lesson
from autograder.publishing.gates.outputs import autograded
from autograder.publishing.gates.rules import untrue_in
from autograder.publishing.gates.sources import unwritten
from autograder.publishing.gates.specs import unfinished
from autograder.publishing.source import read_source
from autograder.spec import catalogue


def unready(lesson: Lesson) -> list[str]:
    """What keeps a lesson from being published, a sentence each; an empty list where nothing does."""
    try:
        nb = read_source(lesson)
    except CourseError as problem:
        return [str(problem)]
    found = [*unwritten(lesson), *in_one_lesson(lesson, nb, catalogued()), *untrue_in(lesson, nb)]
    for cell in autograded(nb):
        found += [f"{lesson}: {lack}" for lack in unfinished(catalogue.find(cell.id))]
    return found
