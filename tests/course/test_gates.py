"""Each gate is able to fail: a published course is damaged in one place, and the gate must say where."""

import json
from pathlib import Path

import pytest

from autograder.lessons.layout import Lesson
from autograder.publishing.execute import NotebookFailed, execute
from autograder.publishing.gates.drift import drift
from autograder.publishing.gates.exercises import mismatches
from autograder.publishing.gates.leaks import leaks
from autograder.publishing.gates.outputs import Compared, attempted, how_compared, uncompared, unsolved
from autograder.publishing.gates.rerun import rerun
from autograder.publishing.publish import publish
from autograder.publishing.source import read_notebook, read_source

UNIT, NAME = "unit1_feedforward", "1_small"
SOLUTION_LINE = "weights = (z - z.amax(dim=-1, keepdim=True)).exp()"
EXERCISES = {"softmax": "feedforward"}


def lesson(course: Path) -> Lesson:
    return Lesson(course, UNIT, NAME)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{old!r} is not in {path}: the test would damage nothing"
    path.write_text(text.replace(old, new))


def edit_notebook(path: Path, change) -> None:
    nb = json.loads(path.read_text())
    change(nb)
    path.write_text(json.dumps(nb, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def cell(nb, cell_id: str):
    return next(c for c in nb["cells"] if c["id"] == cell_id)


def test_an_undamaged_course_passes_every_gate(small_course):
    solution = read_notebook(lesson(small_course).solution)
    assert drift(small_course) == []
    assert leaks(small_course) == []
    assert mismatches(small_course, EXERCISES) == []
    assert unsolved(solution) == []
    assert uncompared(solution) == []
    assert rerun(lesson(small_course).solution) == []
    assert attempted(execute(read_notebook(lesson(small_course).release))) == []


# Gate 1: drift


def test_drift_sees_a_source_that_went_on(course):
    edit(lesson(course).source, "Write softmax over", "Write the softmax over")
    problems = drift(course)
    assert any("solutions/" in p and "cell 2" in p for p in problems)
    assert any("course/" in p for p in problems)


@pytest.mark.parametrize("which", ["solution", "release"])
def test_drift_sees_an_edit_by_hand(course, which):
    edit(getattr(lesson(course), which), "A small lesson", "A smaller lesson")
    assert len(drift(course)) == 1


@pytest.mark.parametrize("which", ["solution", "release"])
def test_drift_sees_a_missing_notebook(course, which):
    getattr(lesson(course), which).unlink()
    assert any("missing" in p for p in drift(course))


def test_drift_sees_saved_widget_state(course):
    edit_notebook(lesson(course).solution, lambda nb: nb["metadata"].update(widgets={"state": {}}))
    assert any("widget state" in p for p in drift(course))


def test_drift_sees_a_notebook_without_source(course):
    lesson(course).solution.with_name("2_orphan.ipynb").write_bytes(lesson(course).solution.read_bytes())
    assert any("2_orphan" in p for p in drift(course))


# Gate 4: leaks. Each damage is done to the students' notebook.


def _in_markdown(nb):
    nb["cells"][0]["source"] = [f"# Look: `{SOLUTION_LINE}`"]


def _respaced(nb):
    nb["cells"][0]["source"] = ["weights=(z-z.amax(dim = -1,\n", "    keepdim = True)).exp()"]


def _in_metadata(nb):
    nb["metadata"]["note"] = SOLUTION_LINE


def _in_a_tag(nb):
    nb["cells"][0]["metadata"]["tags"] = [SOLUTION_LINE]


def _in_a_comment(nb):
    cell(nb, "softmax")["source"].append("\n# the largest score of each row may be taken away first")


def _written_answer(nb):
    nb["cells"][0]["source"] = [
        "Numerator and denominator are both multiplied by the exponential of that number, which cancels."
    ]


LEAKS = [_in_markdown, _respaced, _in_metadata, _in_a_tag, _in_a_comment, _written_answer]


@pytest.mark.parametrize("damage", LEAKS)
def test_leaks_sees_a_line_of_the_solution(course, damage):
    edit_notebook(lesson(course).release, damage)
    assert any("line of a solution" in p for p in leaks(course))


def test_leaks_lets_a_public_line_pass(course):
    edit_notebook(lesson(course).release, _in_markdown)
    assert leaks(course, [SOLUTION_LINE.replace(" ", "")]) == []


@pytest.mark.parametrize("mark", ["BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END MARK SCHEME"])
def test_leaks_sees_a_mark(course, mark):
    edit_notebook(lesson(course).release, lambda nb: nb["cells"][0]["source"].append(f"\n### {mark}"))
    assert any("mark of the source" in p for p in leaks(course))


PRINTED = {"name": "stdout", "output_type": "stream", "text": ["4"]}
STATE = {
    "output": lambda nb: cell(nb, "softmax").update(outputs=[PRINTED]),
    "count": lambda nb: cell(nb, "softmax").update(execution_count=3),
    "widgets": lambda nb: nb["metadata"].update(widgets={}),
    "timing": lambda nb: cell(nb, "softmax")["metadata"].update(execution={"iopub.status.busy": "now"}),
    "attachment": lambda nb: nb["cells"][0].update(attachments={"a.png": {"image/png": ""}}),
    "nbgrader": lambda nb: cell(nb, "softmax")["metadata"]["nbgrader"].update(reference="1"),
    "version": lambda nb: nb["metadata"]["language_info"].update(version="3.11.7"),
}


@pytest.mark.parametrize("kind", STATE)
def test_leaks_sees_saved_state(course, kind):
    edit_notebook(lesson(course).release, STATE[kind])
    assert len(leaks(course)) == 1


@pytest.mark.parametrize("name", ["1_small.py", "notes.txt", "2_more.ipynb", ".hidden"])
def test_leaks_sees_a_file_on_no_list(course, name):
    (lesson(course).release.parent / name).write_text("{}")
    assert any(name in p and "list" in p for p in leaks(course))


def test_leaks_sees_a_link(course):
    target = lesson(course).release
    moved = target.rename(course / "elsewhere.ipynb")
    target.symlink_to(moved)
    assert any("link" in p for p in leaks(course))


# Gates 2, 3 and 5: what notebooks do when they run


def test_a_wrong_solution_is_seen(course):
    edit(lesson(course).source, "dim=-1", "dim=0")
    nb = execute(read_source(lesson(course)))
    assert any("scores" in p and "of 4" in p for p in unsolved(nb))


def test_a_solution_that_raises_stops_publishing_and_is_seen(course):
    before = lesson(course).solution.read_bytes()
    edit(lesson(course).source, "p = softmax_(torch.tensor([2.0, 1.0, -1.0]))", "p = 1 / 0")
    [problem] = publish([lesson(course)], jobs=1)
    assert "ZeroDivisionError" in problem and "p = 1 / 0" in problem and f"{UNIT}/{NAME}" in problem
    assert lesson(course).solution.read_bytes() == before
    with pytest.raises(NotebookFailed):
        execute(read_source(lesson(course)))


def test_a_dead_kernel_is_a_failure_with_a_name(course):
    edit(lesson(course).source, "plt.show()", "import os; os._exit(1)")
    [problem] = publish([lesson(course)], jobs=1)
    assert f"{UNIT}/{NAME}" in problem and "died" in problem


@pytest.mark.parametrize(
    "outputs",
    [
        [],
        [{"output_type": "execute_result", "data": {"text/plain": "4.0"}, "metadata": {}, "execution_count": 3}] * 2,
        [{"output_type": "execute_result", "data": {"text/plain": "3.5"}, "metadata": {}, "execution_count": 3}],
        [{"output_type": "execute_result", "data": {"text/plain": "nan"}, "metadata": {}, "execution_count": 3}],
        [{"output_type": "display_data", "data": {"text/plain": "4.0"}, "metadata": {}}],
        [{"output_type": "stream", "name": "stdout", "text": "4.0"}],
    ],
    ids=["nothing", "twice", "less", "nan", "displayed", "printed"],
)
def test_only_one_full_result_is_all_points(course, outputs):
    edit_notebook(lesson(course).solution, lambda nb: cell(nb, "softmax").update(outputs=outputs))
    assert len(unsolved(read_notebook(lesson(course).solution))) == 1


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": "stream", "name": "stderr", "text": ["a warning"]},
        {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": []},
    ],
    ids=["stderr", "error"],
)
def test_noise_is_seen(course, output):
    edit_notebook(lesson(course).solution, lambda nb: cell(nb, "softmax")["outputs"].append(output))
    assert len(unsolved(read_notebook(lesson(course).solution))) == 1


def test_an_answered_notebook_is_not_untouched(course):
    nb = read_notebook(lesson(course).release)
    right = "def softmax(z):\n    e = (z - z.amax(-1, keepdim=True)).exp()\n    return e / e.sum(-1, keepdim=True)"
    cell(nb, "softmax-answer").source = right
    problems = attempted(execute(nb))
    assert any("unanswered question scores" in p for p in problems)
    assert any("not attempted yet" in p for p in problems)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("largest bar: 0.705", "largest bar: 0.735"),  # what is printed
        ('"4.0"', '"3.0"'),  # what is scored
        ("description='scale'", "description='size'"),  # what a widget shows
    ],
)
def test_nbval_sees_a_stored_output_that_nobody_gets(course, old, new):
    edit(lesson(course).solution, old, new)
    [report] = rerun(lesson(course).solution)
    assert "Cell outputs differ" in report


@pytest.mark.parametrize(
    ("header", "stored", "said"),
    [
        ("# %%", "0.709", ""),  # 0.6 % off
        ("# %%", "0.735", "stored 0.735, now 0.705, which is 4.08% off; 2% allowed"),
        ("# %% approx=0.1", "0.735", ""),
        ("# %% approx=0.1", "0.805", "stored 0.805, now 0.705, which is 12.42% off; 10% allowed"),
    ],
)
def test_nbval_compares_numbers_as_numbers(course, header, stored, said):
    edit(lesson(course).source, "# %%\nfigure", f"{header}\nfigure")
    assert publish([lesson(course)], keep_outputs=True) == []
    assert "approx" not in lesson(course).release.read_text()
    assert drift(course) == [] and leaks(course) == []
    edit(lesson(course).solution, "largest bar: 0.705", f"largest bar: {stored}")
    report = "".join(rerun(lesson(course).solution))
    assert (said in report) if said else not report


def test_nbval_compares_a_check_to_the_letter(course):
    edit(lesson(course).solution, '"4.0"', '"3.99"')
    [report] = rerun(lesson(course).solution)
    assert "Cell outputs differ" in report


def test_how_cells_are_compared_is_counted(course):
    [found] = how_compared([lesson(course)]).values()
    assert found == {Compared.EXACTLY: 1, Compared.BY_NUMBER: 3, Compared.NOT_AT_ALL: 1}


def test_nbval_sees_a_cell_that_raises(course):
    edit(lesson(course).solution, "axes.bar(range(3), p)", "axes.bar(range(4), p)")
    [report] = rerun(lesson(course).solution)
    assert "Cell execution caused an exception" in report and "shape mismatch" in report


@pytest.mark.parametrize("tag", ["nbval-ignore-output", "nbval-skip", "raises-exception"])
def test_a_check_cell_must_be_compared(course, tag):
    edit_notebook(lesson(course).solution, lambda nb: cell(nb, "softmax")["metadata"].update(tags=[tag]))
    assert "softmax: a check cell must be compared" in uncompared(read_notebook(lesson(course).solution))


def test_pictures_alone_do_not_count_as_compared(course):
    edit(lesson(course).source, 'print(f"largest bar: {p.max():.3f}")', "")
    nb = execute(read_source(lesson(course)))
    assert any(p.startswith("only 60%") for p in uncompared(nb))  # of five: one picture, one ignored


# Ids

SPOILT = {
    "an exercise of another unit": ('"softmax"', '"conv2d"', "conv2d has no exercise file"),
    "another call": ('check("softmax")', 'check("softmax", softmax)', "must hold check"),
    "no answer cell": ('answer="softmax"', 'answer="relu"', "no answer cell"),
    "a written answer in its place": ('written="why-shift"', 'written="softmax-answer"', "no answer cell"),
    "same id in capitals": ('written="why-shift"', 'written="Softmax"', "already"),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_mismatches_sees(course, kind):
    old, new, sentence = SPOILT[kind]
    if kind == "a written answer in its place":
        edit(lesson(course).source, 'answer="softmax"', 'answer="relu"')
    edit(lesson(course).source, old, new)
    assert any(sentence in p for p in mismatches(course, EXERCISES))


def test_mismatches_sees_an_answer_after_its_check(course):
    head, answer_and_rest = lesson(course).source.read_text().split("# %% answer=", 1)
    answer, check_and_rest = answer_and_rest.split("# %% check=", 1)
    check, rest = check_and_rest.split("# %%\n", 1)
    lesson(course).source.write_text(f"{head}# %% check={check}# %% answer={answer}# %%\n{rest}")
    assert any("no answer cell softmax-answer before it" in p for p in mismatches(course, EXERCISES))


def test_mismatches_sees_an_exercise_that_no_notebook_grades(course):
    exercises = EXERCISES | {"lonely": "feedforward"}
    assert any("lonely" in p for p in mismatches(course, exercises))


def test_mismatches_leaves_other_units_alone(course):
    exercises = EXERCISES | {"conv2d": "convolutional"}
    assert mismatches(course, exercises) == []
