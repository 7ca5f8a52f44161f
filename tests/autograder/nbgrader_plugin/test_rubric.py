"""The rubric of a written question stands below the answer that a person grades, and nothing else of the solution."""

from nbformat.v4 import new_markdown_cell, new_notebook

from autograder.nbgrader_plugin.rubric import show_rubrics
from autograder.publishing.source import as_text

SOLUTION = "### BEGIN SOLUTION\nIt cancels.\n\n**Rubric.** 1 point: the factor.\n1 point: says which.\n### END SOLUTION"


def written(source: str, grade_id: str = "why", grade: bool = True):
    mark = {"grade_id": grade_id, "grade": grade, "solution": True}
    return new_markdown_cell(source, metadata={"nbgrader": mark})


def test_the_rubric_follows_the_answer(tmp_path) -> None:
    path = tmp_path / "1_a.ipynb"
    path.write_text(
        as_text(
            new_notebook(cells=[written(SOLUTION), written("no rubric", "how"), written(SOLUTION, "x", grade=False)])
        )
    )
    notebook = new_notebook(
        cells=[new_markdown_cell("task"), written("because"), written("so", "how"), written("", "x")]
    )
    shown = [cell.source for cell in show_rubrics(notebook, path).cells]
    assert shown == ["task", "because", "**Rubric.** 1 point: the factor.\n1 point: says which.", "so", ""]


def test_every_written_question_of_the_course_has_a_rubric(root) -> None:
    from autograder.nbgrader_plugin.rubric import rubrics
    from autograder.publishing.source import read_notebook

    for path in sorted((root / "solutions").glob("*/*.ipynb")):
        marks = [(c.cell_type, c.metadata.get("nbgrader", {})) for c in read_notebook(path).cells]
        asked = {m["grade_id"] for kind, m in marks if kind == "markdown" and m.get("grade") and m.get("solution")}
        assert set(rubrics(path, 0)) == asked, path
