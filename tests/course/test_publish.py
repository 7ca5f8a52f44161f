"""Publishing: the same source gives the same bytes, whoever asks for them, and nothing else is given out."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.lessons.alone import is_first_cell
from autograder.lessons.canonical import canonical
from autograder.lessons.cell_id import is_text_id
from autograder.lessons.layout import COURSE, CourseError, Lesson, find_root, lessons
from autograder.publishing.publish import publish
from autograder.publishing.release import release
from autograder.publishing.source import as_text, read_notebook, read_source

UNIT = "unit1_feedforward"


def released(course) -> dict[str, bytes]:
    folder = course / COURSE
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_publishing_again_changes_no_byte(course):
    before = {path: path.read_bytes() for path in course.rglob("*.ipynb")}
    assert publish(lessons(course)) == []
    assert {path: path.read_bytes() for path in course.rglob("*.ipynb")} == before


def test_nbgrader_itself_gives_the_same_bytes_and_leaves_the_rest_behind(course):
    """The instructor's own command, in a folder where sources, notes, pictures and checkpoints lie about."""
    expected = released(course)
    unit = course / "solutions" / UNIT
    for name in ("notes.txt", "answers[1].md", "picture.png", "helper.py", ".hidden"):
        (unit / name).write_text("every answer")
    (unit / ".ipynb_checkpoints").mkdir()
    (unit / ".ipynb_checkpoints" / "1_small-checkpoint.ipynb").write_text("{}")
    (unit / "drafts").mkdir()
    (unit / "drafts" / "plan.csv").write_text("every answer")
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", UNIT, "--force"]
    run = subprocess.run(command, cwd=course, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert released(course) == expected
    assert (course / "class" / "gradebook.db").is_file()


def test_formgrader_gives_the_same_bytes(course):
    """Its Generate button calls nbgrader's API with the course's own configuration."""
    from nbgrader.apps.api import NbGraderAPI

    from autograder.nbgrader_plugin.config import load_config

    expected = released(course)
    result = NbGraderAPI(config=load_config(course)).generate_assignment(UNIT)
    assert result["success"], result.get("log")
    assert released(course) == expected


def test_publishing_never_opens_the_class_gradebook(course):
    publish(lessons(course), keep_outputs=True)
    gradebook = course / "class" / "gradebook.db"
    assert not gradebook.exists() or gradebook.stat().st_size == 0  # made for its owner alone, and never opened


def test_the_release_is_what_its_solution_is_but_for_answers_and_outputs(small_course):
    lesson = Lesson(small_course, UNIT, "1_small")
    before, after = read_notebook(lesson.solution), read_notebook(lesson.release)
    added = [cell for cell in after.cells if is_first_cell(cell)]
    assert len(added) == 1 and after.cells.index(added[0]) == 1, "it says how the course is installed"
    after.cells.remove(added[0])
    assert [c.id for c in before.cells] == [c.id for c in after.cells]
    changed = [a.id for a, b in zip(before.cells, after.cells, strict=True) if a.source != b.source]
    assert changed == ["softmax-answer", "why-shift"]
    by_id = {cell.id: cell for cell in after.cells}
    assert by_id["softmax-answer"].source.endswith("raise NotImplementedError()")
    assert by_id["softmax"].metadata.editable is False


def test_a_listed_file_is_released(course, monkeypatch):
    listed = frozenset({f"{UNIT}/photo.csv"})
    monkeypatch.setattr("autograder.publishing.release.RELEASED_FILES", listed)
    monkeypatch.setattr("autograder.nbgrader_plugin.release_steps.RELEASED_FILES", listed)
    (course / "solutions" / UNIT / "photo.csv").write_text("1,2\n")
    (course / "solutions" / UNIT / "other.csv").write_text("1,2\n")
    assert publish(lessons(course), keep_outputs=True) == []
    assert set(released(course)) == {f"{UNIT}/1_small.ipynb", f"{UNIT}/photo.csv"}


def test_a_file_that_no_lesson_makes_is_named_and_not_deleted(course):
    stray = course / COURSE / UNIT / "0_old.ipynb"
    stray.write_text("{}")
    [problem] = publish(lessons(course), keep_outputs=True)
    assert "0_old.ipynb" in problem
    assert stray.exists()


def test_outputs_are_kept_while_the_code_is_the_same(course):
    lesson = Lesson(course, UNIT, "1_small")
    stored = json.loads(lesson.solution.read_text())
    stored["cells"][5]["outputs"][0]["text"] = ["as it was stored\n"]
    lesson.solution.write_text(json.dumps(stored))
    lesson.source.write_text(lesson.source.read_text().replace("A small lesson", "A tiny lesson"))
    assert publish([lesson], keep_outputs=True) == []
    assert "as it was stored" in lesson.solution.read_text()
    assert "A tiny lesson" in lesson.solution.read_text()
    assert "A tiny lesson" in lesson.release.read_text()
    lesson.source.write_text(lesson.source.read_text().replace("probabilities:", "p:"))
    assert publish([lesson], keep_outputs=True) == []
    assert "as it was stored" not in lesson.solution.read_text()


def test_what_checks_show_is_never_kept(course):
    lesson = Lesson(course, UNIT, "1_small")
    before = lesson.solution.read_bytes()
    stored = json.loads(before)
    [check] = [cell for cell in stored["cells"] if cell["id"] == "softmax"]
    check["outputs"][0]["data"]["text/plain"] = ["as an earlier grader said\n"]
    lesson.solution.write_text(json.dumps(stored))
    assert publish([lesson], keep_outputs=True) == []
    assert lesson.solution.read_bytes() == before


def test_a_failing_lesson_holds_back_its_unit_alone(course):
    other = course / "solutions" / "unit2_convolutional" / "1_other.py"
    other.parent.mkdir()
    other.write_text('# %%\nprint("here")\n')
    lesson = Lesson(course, UNIT, "1_small")
    before = lesson.release.read_bytes()
    lesson.source.write_text(lesson.source.read_text().replace("plt.show()", "raise RuntimeError('no')"))
    [problem] = publish(lessons(course))
    assert "RuntimeError" in problem
    assert lesson.release.read_bytes() == before
    assert (course / COURSE / "unit2_convolutional" / "1_other.ipynb").is_file()


def test_an_interrupt_ends_the_kernels_and_writes_nothing(course, tmp_path):
    lesson = Lesson(course, UNIT, "1_small")
    before = lesson.solution.read_bytes()
    started = tmp_path / "started"
    endless = f"import time, os, pathlib; pathlib.Path({str(started)!r}).write_text(str(os.getpid())); time.sleep(3600)"
    lesson.source.write_text(lesson.source.read_text().replace("plt.show()", endless))
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    command = [sys.executable, "-m", "autograder.cli", "publish"]
    run = subprocess.Popen(
        command,
        cwd=course,
        env=os.environ | {"TMPDIR": str(temporary)},
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's `&` has its children ignore it
    )
    while not started.exists() or not started.read_text():
        assert run.poll() is None
        time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    assert run.wait(timeout=120) != 0
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)
    assert not list(temporary.glob("gradschool-*"))
    assert lesson.solution.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('written="why-shift"', 'written="softmax"', "twice"),
        ('written="why-shift"', f'written="{"x" * 65}"', "longer than"),
        ('written="why-shift"', 'written="why shift"', "why shift"),
    ],
)
def test_a_bad_id_is_refused_with_its_file(course, old, new, said):
    lesson = Lesson(course, UNIT, "1_small")
    lesson.source.write_text(lesson.source.read_text().replace(old, new))
    with pytest.raises(CourseError, match=said) as error:
        read_source(lesson)
    assert "1_small.py" in str(error.value)


def test_a_solution_outside_a_solution_cell_is_refused(course):
    lesson = Lesson(course, UNIT, "1_small")
    lesson.source.write_text(lesson.source.read_text() + "\n# %%\n### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION\n")
    with pytest.raises(CourseError, match="non-solution cell"):
        release(course, {lesson: read_source(lesson)})


def test_the_configuration_is_light_and_says_the_same_twice(root):
    """Formgrader runs it at every request."""
    code = (
        "import sys\n"
        "from traitlets.config.loader import PyFileConfigLoader as Loader\n"
        "first, second = (Loader('nbgrader_config.py', path=sys.argv[1]).load_config() for _ in range(2))\n"
        "assert first == second, (first, second)\n"
        "assert first.CourseDirectory.root == sys.argv[1]\n"
        "heavy = {'torch', 'numpy', 'matplotlib', 'gradschool'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    run = subprocess.run([sys.executable, "-c", code, str(root)], cwd=root.parent, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


# The canonical form

NAMES = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", min_size=1, max_size=64)


@given(st.lists(st.text(max_size=20), max_size=12), st.lists(NAMES, unique=True, max_size=6))
def test_ids_are_valid_unique_and_depend_on_the_source_alone(sources, names):
    def made():
        graded = [new_code_cell("x", metadata={"nbgrader": {"grade_id": name}}) for name in names]
        return canonical(new_notebook(cells=[*map(new_markdown_cell, sources), *graded]))

    first, second = made(), made()
    nbformat.validate(first)
    ids = [cell.id for cell in first.cells]
    assert len(set(ids)) == len(ids)
    assert ids[len(sources) :] == names
    assert as_text(first) == as_text(second)
    assert as_text(canonical(nbformat.reads(as_text(first), as_version=4))) == as_text(first)


def test_a_grade_id_that_looks_like_a_derived_one_wins():
    derived = canonical(new_notebook(cells=[new_markdown_cell("text")])).cells[0].id
    graded = new_code_cell("x", metadata={"nbgrader": {"grade_id": derived}})
    nb = canonical(new_notebook(cells=[new_markdown_cell("text"), graded]))
    assert [cell.id for cell in nb.cells] == [f"{derived}-2", derived]


def test_an_untouched_cell_is_known_by_its_id_and_an_edited_one_is_not(small_course):
    plain = [
        c for c in read_notebook(Lesson(small_course, UNIT, "1_small").release).cells if "nbgrader" not in c.metadata
    ]
    assert len(plain) > 5
    assert all(is_text_id(cell.id, cell.cell_type, cell.source) for cell in plain)
    assert not any(is_text_id(cell.id, cell.cell_type, cell.source + " ") for cell in plain)
    twice = canonical(new_notebook(cells=[new_markdown_cell("a"), new_markdown_cell("a")])).cells
    assert [is_text_id(cell.id, "markdown", "a") for cell in twice] == [True, True]


def test_an_id_does_not_change_when_a_cell_comes_before_it():
    alone = canonical(new_notebook(cells=[new_markdown_cell("b")]))
    after = canonical(new_notebook(cells=[new_markdown_cell("a"), new_markdown_cell("b")]))
    assert alone.cells[0].id == after.cells[1].id


def test_only_listed_metadata_stays():
    cell = new_code_cell(
        "1",
        metadata={
            "tags": ["nbval-ignore-output"],
            "execution": {"iopub.status.busy": "2026-01-01"},
            "ExecuteTime": 1,
            "nbgrader": {"grade_id": "a", "points": 1, "checksum": "0", "answer": "42"},
        },
        outputs=[new_output("display_data", {"text/plain": "W()", "application/vnd.jupyter.widget-view+json": {}})],
    )
    nb = canonical(new_notebook(cells=[cell], metadata={"widgets": {"state": "42"}, "authors": ["me"]}))
    assert nb.metadata == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert nb.cells[0].metadata == {"tags": ["nbval-ignore-output"], "nbgrader": {"grade_id": "a", "points": 1}}
    assert nb.cells[0].outputs[0].data == {"text/plain": "W()"}


# Folders


def test_the_root_is_found_from_inside(course):
    assert find_root(course / "solutions" / UNIT) == course.resolve()


def test_no_root_is_one_sentence(tmp_path):
    with pytest.raises(CourseError, match=r"nbgrader_config\.py"):
        find_root(tmp_path)


def test_lessons_come_in_the_order_of_their_numbers(course):
    unit = course / "solutions" / UNIT
    for name in ("10_last.py", "2_next.py"):
        (unit / name).write_text("# %%\n")
    shutil.copytree(unit, course / "solutions" / "unit2_convolutional")
    names = ["1_small", "2_next", "10_last"]
    assert [lesson.name for lesson in lessons(course, ("1",))] == names
    assert [str(lesson) for lesson in lessons(course)] == [
        f"{u}/{n}" for u in (UNIT, "unit2_convolutional") for n in names
    ]
    assert lessons(course, (UNIT,)) == lessons(course, ("1",))


def test_an_unknown_unit_is_named_with_those_there_are(course):
    with pytest.raises(CourseError, match=f"'unit9'.*{UNIT}"):
        lessons(course, ("unit9",))
