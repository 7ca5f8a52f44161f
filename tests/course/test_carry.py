"""A newer release of a notebook takes over what a student did in the former one; nothing of it is lost."""

import copy
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.commands.lab import report
from autograder.lessons.canonical import canonical
from autograder.lessons.desk import COPIED, Desk
from autograder.publishing import workspace
from autograder.publishing.news import news
from autograder.publishing.source import as_text
from autograder.publishing.start import START, write_start_page
from autograder.publishing.workspace import bring_up

NAME = "unit1_feedforward/1_a.ipynb"
STUB = "def relu(x):\n    raise NotImplementedError()"
MINE = "def relu(x):\n    return x.clamp(min=0)  # mine"


def mark(name: str, **more: Any) -> dict[str, Any]:
    told = {"grade": False, "grade_id": name, "locked": False, "schema_version": 3, "solution": False, "task": False}
    return {"nbgrader": {**told, **more}}


def release(*cells: Any, stub: str = STUB, prose: str = "Look.", experiment: str = "draw(1)") -> Any:
    """A notebook as it is published; `cells` come before its end."""
    return canonical(
        new_notebook(
            cells=[
                new_markdown_cell("# Units: what is a unit?"),
                new_code_cell("import torch", metadata={"tags": ["setup"]}),
                new_code_cell("predict('How many?', lambda: 3)"),
                new_markdown_cell(prose),
                new_code_cell(stub, metadata=mark("relu-answer", solution=True)),
                new_code_cell('check("relu")', metadata=mark("relu", grade=True, points=2, locked=True)),
                new_code_cell(experiment),
                new_markdown_cell("YOUR ANSWER HERE", metadata=mark("why", solution=True, grade=True, points=3)),
                *cells,
                new_markdown_cell("The end."),
            ]
        )
    )


def opened(nb: Any) -> Any:
    """As JupyterLab saves it: its own metadata and cell ids kept, another layout of the file."""
    nb = copy.deepcopy(nb)
    nb.metadata["language_info"] = {"name": "python", "version": "3.11.7", "file_extension": ".py"}
    for cell in nb.cells:
        cell.metadata["trusted"] = True
    return nb


def worked_in(nb: Any) -> Any:
    """Answered, run, with a cell of the student's own behind the prediction and one at the end."""
    nb = opened(nb)
    cells = nb.cells
    cells[2].outputs, cells[2].execution_count = [new_output("stream", text="You said 2; it is 3.\n")], 2
    cells[4].source = MINE
    cells[5].outputs = [new_output("execute_result", {"text/plain": "2.0"}, execution_count=3)]
    cells[5].execution_count = 3
    cells[6].source = "draw(100)"
    cells[7].source = "Because it bends. ![x](attachment:x.png)"
    cells[7]["attachments"] = {"x.png": {"image/png": "aGk="}}
    cells.insert(3, new_code_cell("my_note = 1", id="mine-1"))
    cells.append(new_markdown_cell("Ask about this.", id="mine-2"))
    return nb


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "course", tmp_path / "work")


def publish(desk: Desk, nb: Any) -> None:
    path = desk.course / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_text(nb), encoding="utf-8")


def save(desk: Desk, nb: Any) -> bytes:
    content = (json.dumps(nb, indent=2) + "\n\n").encode()
    (desk.work / NAME).write_bytes(content)
    return content


def sources(desk: Desk) -> list[str]:
    return [cell.source for cell in nbformat.read(desk.work / NAME, as_version=4).cells]


def test_work_is_carried_into_the_newer_notebook_and_the_former_lies_beside_it(desk: Desk) -> None:
    publish(desk, release())
    bring_up(desk)
    before = save(desk, worked_in(release()))
    publish(desk, release(new_code_cell("more()"), prose="Look closely."))
    done = bring_up(desk)
    nb = nbformat.read(desk.work / NAME, as_version=4)
    assert [cell.source for cell in nb.cells] == [
        "# Units: what is a unit?", "import torch", "predict('How many?', lambda: 3)", "my_note = 1", "Look closely.", MINE,
        'check("relu")', "draw(100)", "Because it bends. ![x](attachment:x.png)", "more()", "The end.", "Ask about this.",
    ]  # fmt: skip
    assert nb.cells[2].outputs[0].text == "You said 2; it is 3.\n", "the prediction"
    assert nb.cells[6].outputs[0].data["text/plain"] == "2.0", "where the student stands"
    assert nb.cells[8]["attachments"] == {"x.png": {"image/png": "aGk="}}
    assert "nbgrader" not in nb.cells[3].metadata
    nbformat.validate(nb)
    carried = done.carried[NAME]
    assert carried.what() == "2 answers, 2 cells of your own, 1 changed cell of the lesson, 2 outputs"
    assert carried.former == "unit1_feedforward/former_1_a.ipynb"
    assert (desk.work / carried.former).read_bytes() == before
    assert f"{NAME}: now newer, with 2 answers" in "\n".join(report(done))
    assert bring_up(desk).carried == {} and (desk.work / carried.former).exists()


def test_to_open_a_notebook_or_to_save_it_is_no_work_in_it(desk: Desk) -> None:
    publish(desk, release())
    bring_up(desk)
    save(desk, opened(release()))
    assert report(bring_up(desk)) == ["Nothing new in the course."]
    publish(desk, release(prose="Look closely."))
    assert bring_up(desk).updated == [NAME]
    assert (desk.work / NAME).read_bytes() == (desk.course / NAME).read_bytes()
    assert not list(desk.work.rglob("former_*"))


def test_an_answer_to_a_task_that_has_changed_is_kept_and_pointed_out(desk: Desk) -> None:
    publish(desk, release())
    bring_up(desk)
    save(desk, worked_in(release()))
    publish(desk, release(stub=STUB.replace("(x)", "(x, slope=0)")))
    carried = bring_up(desk).carried[NAME]
    assert MINE in sources(desk)
    assert any("`relu-answer`: the course asks it in another form" in sentence for sentence in carried.look)


def test_a_stub_that_nobody_touched_follows_the_course(desk: Desk) -> None:
    publish(desk, release())
    bring_up(desk)
    nb = opened(release())
    nb.cells.append(new_code_cell("1 + 1", id="mine"))
    save(desk, nb)
    publish(desk, release(stub=STUB.replace("(x)", "(x, slope=0)")))
    bring_up(desk)
    assert "def relu(x, slope=0):\n    raise NotImplementedError()" in sources(desk) and STUB not in sources(desk)


def test_a_changed_cell_that_the_course_has_changed_too_is_not_lost(desk: Desk) -> None:
    publish(desk, release())
    bring_up(desk)
    save(desk, worked_in(release()))
    publish(desk, release(experiment="draw(2, style='dots')"))
    carried = bring_up(desk).carried[NAME]
    there = sources(desk)
    assert there.index("draw(100)") == there.index("draw(2, style='dots')") + 1
    assert any("`draw(100)`" in sentence for sentence in carried.look)


def test_a_split_answer_stays_whole(desk: Desk) -> None:
    publish(desk, release())
    bring_up(desk)
    nb = worked_in(release())
    at = next(i for i, cell in enumerate(nb.cells) if cell.source == MINE)
    second = copy.deepcopy(nb.cells[at])
    nb.cells[at].source, second.source = "SLOPE = 0", MINE
    nb.cells.insert(at + 1, second)
    save(desk, nb)
    publish(desk, release(prose="Look closely."))
    bring_up(desk)
    there = sources(desk)
    assert there.index(MINE) == there.index("SLOPE = 0") + 1 < there.index('check("relu")')


def test_an_answer_in_a_cell_of_the_students_own_is_not_undone(desk: Desk) -> None:
    publish(desk, release())
    bring_up(desk)
    nb = worked_in(release())
    nb.cells = [cell for cell in nb.cells if cell.source != MINE]
    nb.cells.insert(2, new_code_cell(MINE, id="elsewhere"))
    save(desk, nb)
    publish(desk, release(prose="Look closely."))
    bring_up(desk)
    assert MINE in sources(desk) and STUB not in sources(desk)


def test_work_from_before_the_copies_were_kept_is_carried_too(desk: Desk) -> None:
    """An earlier release wrote digests only."""
    publish(desk, release())
    bring_up(desk)
    (desk.work / COPIED / NAME).unlink()
    save(desk, worked_in(release()))
    publish(desk, release(prose="Look closely."))
    bring_up(desk)
    assert MINE in sources(desk) and "my_note = 1" in sources(desk) and "Look." not in sources(desk)


@pytest.mark.parametrize("step", range(1, 6))
def test_a_run_that_dies_at_any_step_loses_nothing_and_is_finished_by_the_next(
    desk: Desk, step: int, monkeypatch
) -> None:
    publish(desk, release())
    bring_up(desk)
    before = save(desk, worked_in(release()))
    publish(desk, release(prose="Look closely."))
    write, count = workspace.write_if_changed, 0

    def dying(path: Path, content: bytes) -> None:
        nonlocal count
        count += 1
        if count == step:
            path.with_name(f".{path.name}.part").write_bytes(content[: len(content) // 2])
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(workspace, "write_if_changed", dying)
    with pytest.raises(KeyboardInterrupt):
        bring_up(desk)
    files = [path.read_bytes() for path in (desk.work / NAME).parent.glob("*.ipynb")]
    assert before in files
    monkeypatch.undo()
    bring_up(desk)
    assert MINE in sources(desk) and "Look closely." in sources(desk) and sources(desk).count("my_note = 1") == 1
    former = list(desk.work.rglob("former_*.ipynb"))
    assert [path.read_bytes() for path in former if COPIED not in path.parts] == [before]


def test_what_is_no_notebook_is_left_alone_and_said(desk: Desk) -> None:
    publish(desk, release())
    bring_up(desk)
    (desk.work / NAME).write_bytes(b"{half a noteb")
    publish(desk, release(prose="Look closely."))
    done = bring_up(desk)
    assert (desk.work / NAME).read_bytes() == b"{half a noteb"
    assert f"{NAME}: left alone, for it cannot be read as a notebook" in report(done)[0]
    assert news(desk.work)[0].startswith("**Look at this**")


def test_the_start_page_says_what_the_last_update_did(desk: Desk) -> None:
    publish(desk, release())
    bring_up(desk)
    assert news(desk.work) == []
    save(desk, worked_in(release()))
    publish(desk, release(stub=STUB.replace("(x)", "(x, slope=0)")))
    bring_up(desk)
    lines = news(desk.work)
    assert lines[0].startswith("[1 a](<unit1_feedforward/1_a.ipynb>) is newer, and holds 2 answers")
    assert "as it was: [former 1 a](<unit1_feedforward/former_1_a.ipynb>)" in lines[0]
    assert lines[1].startswith("**Look at this**")
    write_start_page(desk.work)
    assert "What the last update of the course did" in (desk.work / START).read_text(encoding="utf-8")
    bring_up(desk)
    assert news(desk.work) == lines, "until the next one"
    (desk.work / COPIED / "news.json").write_text("[")
    assert news(desk.work) == []


def test_every_notebook_of_the_course_takes_over_all_answers(root: Path, tmp_path: Path) -> None:
    """The solutions as a student's work on a release in which every cell of text was another."""
    from autograder.lessons.cells import by_grade_id, is_solution
    from autograder.publishing.carry import carry

    paths = sorted((root / "course").glob("unit*/*.ipynb"))
    assert len(paths) > 20
    for path in paths:
        new = nbformat.read(path, as_version=4)
        base, theirs = copy.deepcopy(new), copy.deepcopy(new)
        solved = by_grade_id(nbformat.read(root / "solutions" / path.relative_to(root / "course"), as_version=4).cells)
        for cell in theirs.cells:
            if is_solution(cell):
                cell.source = solved[cell.id].source
        for cell in new.cells:
            if cell.cell_type == "markdown" and "nbgrader" not in cell.metadata:
                cell.source += "\n\nAnd more."
        canonical(new, released=True)
        wanted = {cell.id: cell.source for cell in theirs.cells if is_solution(cell)}
        carried = carry(base, theirs, new)
        assert {c.id: c.source for c in carried.notebook.cells if is_solution(c)} == wanted, path
        assert (carried.added, carried.changed, carried.look) == (0, 0, []), path
