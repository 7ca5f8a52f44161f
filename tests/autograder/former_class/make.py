"""How the class in this folder was made: by the code of commit 490e6c1, with its own commands. Not a test.

    git worktree add ../former 490e6c1    # and an environment with that code installed, as `make` sets it up
    cd ../former && python PATH/TO/make.py

It writes beside itself what an instructor and a student of that day had on their disks:

    nbgrader_config.py    the class's own, which an update of the course may leave as it was
    in_progress/          its class/: gradebook, secret, submissions and graded notebooks
    kept_answers/         what `check` kept of ada's answers, for `use`
    expected.json         who was graded, who is due, and what 490e6c1 gives once everybody is graded

A class made again is another class: its secret, and so the cases that its answers are tried on, are drawn anew.
"""

import ast
import copy
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from autograder.publishing.layout import find_root
from nbclient import NotebookClient
from nbgrader.api import Gradebook

from autograder.demo import classroom
from autograder.demo.roster import Answers, alternative, misconception
from autograder.demo.roster import Student as Answering
from autograder.report.results import read

HERE = Path(__file__).resolve().parent
UNIT = "unit1_feedforward"
NEURONS, BACKPROPAGATION, TRAINING = "1_neurons", "2_backpropagation", "4_training"
KEPT = ("softmax", "tanh", "mlp_forward")  # alone; with an earlier answer that it calls; with two of them
WRITTEN = "Held out **by writer**: new hands are what it will meet, so the random split says too much."


def main() -> None:
    root = find_root()
    with tempfile.TemporaryDirectory() as scratch:
        course, later = Path(scratch) / "course", Path(scratch) / "later"
        course.mkdir()
        begin(root, course)
        first_round(course)
        kept = desk(course, Path(scratch) / "desk")
        run(course, "autograde", UNIT)
        grade_by_hand(course)
        second_round(course)

        shutil.copytree(course, later)  # the class that was made stays with two submissions to grade
        run(later, "autograde", UNIT)
        once = results(later)
        run(later, "autograde", UNIT, "--force")
        assert results(later) == once, "grading once more gives something else"
        put_down(course, kept, {"graded": ["ada", "ben", "dan"], "due": ["cleo", "eva"], **once})


def begin(root: Path, course: Path) -> None:
    """The course as it was cloned, and the assignment recorded."""
    shutil.copy(root / "nbgrader_config.py", course)
    for folder in ("solutions", "course"):
        shutil.copytree(root / folder / UNIT, course / folder / UNIT, ignore=shutil.ignore_patterns(".gradschool"))
    run(course, "generate_assignment", UNIT, "--force")


def run(course: Path, *command: str) -> None:
    for line in classroom.nbgrader(course, *command):
        print(line)


def first_round(course: Path) -> None:
    """Handed in when the class is graded for the first time."""
    ada = "2025-11-03 09:12:40.118203 UTC"
    hand_in(course, "ada", (NEURONS, BACKPROPAGATION), alternative(0), when=ada)
    hand_in(course, "ada", (TRAINING,), lambda exercise, place: None, written=WRITTEN, when=ada)
    hand_in(course, "ben", (NEURONS,), misconception(0))
    hand_in(course, "cleo", (NEURONS,), misconception(1, every=2), around, when="2025-11-03 22:58:01.730214 UTC")
    hand_in(course, "dan", (NEURONS,), lambda exercise, place: None)


def second_round(course: Path) -> None:
    """Handed in since: cleo once more, with fewer mistakes, and eva, who was late."""
    hand_in(course, "cleo", (NEURONS,), misconception(1, every=4), around, when="2025-11-05 18:20:33.004117 UTC")
    hand_in(course, "eva", (NEURONS, BACKPROPAGATION), misconception(2, every=2), when="2025-11-06 07:45:12.551900 UTC")


def hand_in(
    course: Path,
    student: str,
    names: tuple[str, ...],
    answers: Answers,
    tamper: Callable[[Any], None] = lambda notebook: None,
    written: str = "",
    when: str = "",
) -> None:
    """These notebooks of a student; `when` is what nbgrader's exchange notes beside them, "" where it was not used."""
    folder = course / "class" / "submitted" / student / UNIT
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        released = nbformat.read(course / "course" / UNIT / f"{name}.ipynb", as_version=4)
        who = Answering(student, "", lambda exercise, place: own(answers(exercise, place)), tamper, written)
        nbformat.write(classroom.answered(copy.deepcopy(released), who), folder / f"{name}.ipynb")
    if when:
        (folder / "timestamp.txt").write_text(when)


def own(source: str | None) -> str | None:
    """An answer of a spec without its stand-ins for earlier answers: a notebook has those, and `use` needs them."""
    if source is None:
        return None
    tree = ast.parse(source)
    tree.body = [n for n in tree.body if not (isinstance(n, ast.FunctionDef) and isinstance(n.body[-1], ast.Raise))]
    return ast.unparse(tree)


def around(notebook: Any) -> None:
    """What students do around the answers: cells of their own, some of which answers need, and edited lessons."""
    setup = next(c for c in notebook.cells if "setup" in c.metadata.get("tags", []))
    setup.source += "\nimport math"
    demonstration = next(c for c in notebook.cells if c.cell_type == "code" and not c.metadata)
    demonstration.source += "\nprint('what if there were five?')"
    lesson = next(c for c in notebook.cells if c.cell_type == "markdown" and not c.metadata)
    lesson.source += "\n\nMy notes: ask about this on Tuesday."
    answer = next(c for c in notebook.cells if c["id"] == "softmax-answer")
    answer.source = "def softmax(z):\n    e = shifted(z).exp()\n    return e / e.sum(dim=-1, keepdim=True)"
    place = notebook.cells.index(answer)
    helper = (
        "print(math.exp(1000 - 1000))  # no overflow\n\ndef shifted(z):\n    return z - z.amax(dim=-1, keepdim=True)"
    )
    notebook.cells[place:place] = [nbformat.v4.new_code_cell(helper), nbformat.v4.new_markdown_cell("Needed below.")]
    notebook.cells.append(nbformat.v4.new_code_cell("softmax(torch.tensor([[1.0, 2.0, 3.0]]))"))


def grade_by_hand(course: Path) -> None:
    """Points for ada's first written answer, as Formgrader keeps them; her second still waits."""
    with Gradebook(url(course)) as gradebook:
        grade = gradebook.find_grade("which-accuracy", TRAINING, UNIT, "ada")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.find_comment("which-accuracy", TRAINING, UNIT, "ada").manual_comment = "Well argued; say how many."
        gradebook.db.commit()


def url(course: Path) -> str:
    return f"sqlite:///{course}/class/gradebook.db"


def desk(course: Path, place: Path) -> Path:
    """Run ada's first notebook but for the lessons, and save it as she did; the folder of her kept answers."""
    place.mkdir()
    os.environ["GRADSCHOOL_HOME"] = str(place / "kept")
    path = course / "class" / "submitted" / "ada" / UNIT / f"{NEURONS}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    whole = notebook.cells
    notebook.cells = [c for c in whole if c.cell_type == "code" and ours(c)]
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(place)}}, record_timing=False).execute()
    notebook.cells = whole
    nbformat.write(notebook, path)
    return place / "kept"


def ours(cell: Any) -> bool:
    """Whether a cell is the setup, an answer, or a question."""
    return "nbgrader" in cell.metadata or "setup" in cell.metadata.get("tags", [])


def results(course: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """The points in the gradebook, and the mistakes that were named where there are any, by student and question."""
    points, named = {}, {}
    with Gradebook(url(course)) as gradebook:
        for submission in sorted(gradebook.find_assignment(UNIT).submissions, key=lambda s: s.student.id):
            parts = sorted(submission.notebooks, key=lambda n: n.name)
            points[submission.student.id] = {grade.name: grade.score for part in parts for grade in part.grades}
    for r in read(course, UNIT).all:
        if r.misconceptions:
            named.setdefault(r.student, {})[r.question] = list(r.misconceptions)
    return {"points": points, "misconceptions": named}


def put_down(course: Path, kept: Path, expected: dict[str, Any]) -> None:
    """The class beside this file, under a name that git does not ignore."""
    target = HERE / "in_progress"
    for old in (target, HERE / "kept_answers"):
        shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(course / "class", target)
    for path in target.glob(f"autograded/*/{UNIT}/*.ipynb"):
        if not (target / "submitted" / path.relative_to(target / "autograded")).exists():
            shorten(path)
    with sqlite3.connect(target / "gradebook.db") as gradebook:
        gradebook.execute("VACUUM")
    (HERE / "kept_answers").mkdir()
    for name in KEPT:
        shutil.copy(kept / f"{name}.json", HERE / "kept_answers")
    shutil.copy(course / "nbgrader_config.py", HERE)
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def shorten(path: Path) -> None:
    """Leave the lesson out of a graded notebook that nobody handed in: no command reads it there, and it is large."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [c for c in notebook.cells if ours(c)]
    nbformat.write(notebook, path)


if __name__ == "__main__":
    main()
