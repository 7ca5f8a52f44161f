"""The short marks of a source: what nbgrader is told of each, and the sentence for each that says nothing."""

from pathlib import Path

import jupytext
import pytest

from autograder.lessons.layout import CourseError, Lesson
from autograder.publishing.marks import expand
from autograder.spec.catalogue import find

LESSON = Lesson(Path("course"), "unit1_feedforward", "1_small")


def expanded(text: str) -> list:
    """The cells of a percent script after expansion, where every exercise is worth 4 and `nothing` is none."""

    def points(name: str) -> float:
        if name == "nothing":
            raise LookupError("There is no exercise called 'nothing'.")
        return 4

    return expand(jupytext.reads(text, fmt="py:percent"), LESSON, points).cells


KIND = {"grade": False, "locked": False, "schema_version": 3, "solution": False, "task": False}
MARKED = {
    "answer": ('# %% answer="softmax"\n1', {"grade_id": "softmax-answer", "solution": True}),
    "check": ('# %% check="softmax"\n1', {"grade_id": "softmax", "grade": True, "locked": True, "points": 4}),
    "script": ('# %% script="debug_lenet"\n1', {"grade_id": "debug_lenet-script", "locked": True}),
    "written": (
        '# %% [markdown] written="which-loss" points=2.5\n# text',
        {"grade_id": "which-loss", "grade": True, "solution": True, "points": 2.5},
    ),
}


@pytest.mark.parametrize("mark", MARKED)
def test_what_nbgrader_is_told(mark: str) -> None:
    text, said = MARKED[mark]
    [cell] = expanded(text)
    assert cell.metadata["nbgrader"] == KIND | said
    assert {key for key in cell.metadata if not key.startswith("lines_to_")} == {"nbgrader"}, "the mark is gone"


def test_a_cell_without_a_mark_is_left_alone() -> None:
    plain, tagged = expanded('# %%\n1\n\n# %% tags=["setup"]\n2')
    assert "nbgrader" not in plain.metadata and "nbgrader" not in tagged.metadata
    assert tagged.metadata["tags"] == ["setup"]


def test_tags_stand_beside_a_mark() -> None:
    [cell] = expanded('# %% tags=["setup"] script="debug_lenet"\n1')
    assert cell.metadata["tags"] == ["setup"]
    assert cell.metadata["nbgrader"]["grade_id"] == "debug_lenet-script"


def test_points_are_those_of_the_exercise() -> None:
    [cell] = expand(jupytext.reads('# %% check="softmax"\n1', fmt="py:percent"), LESSON).cells
    assert cell.metadata["nbgrader"]["points"] == find("softmax").points


def test_a_cell_says_how_near_its_numbers_come() -> None:
    plain, answer = expanded('# %% approx=0.1\n1\n\n# %% answer="softmax" approx=0.05\n2')
    assert plain.metadata["approx"] == 0.1 and "nbgrader" not in plain.metadata
    assert answer.metadata["approx"] == 0.05 and answer.metadata["nbgrader"]["solution"]


REFUSED = {
    "approx of a check": ('# %% check="softmax" approx=0.1\n1', "approx= belongs to a code cell that shows numbers"),
    "approx of a text": ("# %% [markdown] approx=0.1\n# 1", "approx= belongs to a code cell that shows numbers"),
    "approx of nothing": ("# %% approx=0\n1", "approx= takes a relative error"),
    "approx of anything": ("# %% approx=2\n1", "approx= takes a relative error"),
    "approx in words": ('# %% approx="a little"\n1', "approx= takes a relative error"),
    "unknown mark": ('# %% anwser="softmax"\n1', "the mark 'anwser' is unknown"),
    "nbgrader's own": ('# %% nbgrader={"grade": true}\n1', "the mark 'nbgrader' is unknown"),
    "no value": ("# %% answer\n1", "the title 'answer' is unknown"),
    "no quotes": ("# %% answer=softmax\n1", "answer=softmax cannot be read"),
    "a number for a name": ("# %% answer=3\n1", "answer= takes a name in quotes"),
    "no name": ('# %% check=""\n1', "check= takes a name in quotes"),
    "unknown exercise": ('# %% check="nothing"\n1', "There is no exercise called 'nothing'"),
    "an answer to none": ('# %% answer="nothing"\n1', "There is no exercise called 'nothing'"),
    "two marks": ('# %% answer="softmax" check="softmax"\n1', "answer and check exclude each other"),
    "points of a check": ('# %% check="softmax" points=4\n1', "points= belongs to written answers alone"),
    "points alone": ("# %% points=4\n1", "points= stands alone"),
    "no points": ('# %% [markdown] written="why"\n# 1', "written= needs its points"),
    "points in words": ('# %% [markdown] written="why" points="3"\n# 1', "written= needs its points"),
    "no points to get": ('# %% [markdown] written="why" points=0\n# 1', "written= needs its points"),
    "true points": ('# %% [markdown] written="why" points=true\n# 1', "written= needs its points"),
    "an answer in words": ('# %% [markdown] answer="softmax"\n# 1', "answer= belongs to a code cell"),
    "written code": ('# %% written="why" points=3\n1', "written= belongs to a markdown cell"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_mark_that_says_nothing_is_refused_with_its_place(kind: str) -> None:
    text, sentence = REFUSED[kind]
    with pytest.raises(CourseError) as error:
        expanded(f"# %%\nbefore\n\n{text}\nits second line")
    assert sentence in str(error.value)
    assert str(LESSON.source) in str(error.value)
    assert "the cell '1'" in str(error.value), "the cell is named by its first line"


def test_the_nearest_exercise_is_named() -> None:
    with pytest.raises(CourseError, match=r"Did you mean .*softmax"):
        expand(jupytext.reads('# %% check="softmx"\n1', fmt="py:percent"), LESSON)
