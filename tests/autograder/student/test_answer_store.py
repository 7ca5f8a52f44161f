"""Answers that passed are kept as they were, in one place; `use` says what it took and from where."""

import json
from pathlib import Path
from typing import Any

import pytest
from IPython.utils.capture import capture_output

from autograder import check
from autograder.lessons.cells import grade_id, is_check, is_code
from autograder.publishing.source import read_notebook
from autograder.spec import catalogue
from autograder.student import answer_store, places
from autograder.student.kept_source import kept_source

SOFTMAX = "def softmax(z):\n    e = (z - z.amax(-1, keepdim=True)).exp()\n    return e / e.sum(-1, keepdim=True)"
LATER = {  # by kind the cells that make a right `softmax`
    "plain": [SOFTMAX],
    "under %%time": [f"%%time\n{SOFTMAX}"],
    "under a condition": ["if True:\n    " + SOFTMAX.replace("\n", "\n    ")],
    "decorated": ["def same(f):\n    return f", f"@same\n{SOFTMAX}"],
    "a star import": ["from torch import *", SOFTMAX.replace("z.amax(-1, keepdim=True)", "amax(z, -1, keepdim=True)")],
    "a list grown": ["AXES = []", "AXES += [-1]", SOFTMAX.replace("-1,", "AXES[0],")],
    "a class in parts": [
        "class Parts:\n    pass", "class Parts(Parts):\n    def shift(self, z): return z - z.amax(-1, keepdim=True)",
        "Parts.over = lambda self, e: e / e.sum(-1, keepdim=True)",
        "def softmax(z):\n    p = Parts()\n    return p.over(p.shift(z).exp())",
    ],
    "after a version that failed": ["softmax = undefined", SOFTMAX],
}  # fmt: skip


def cells(shell: Any, *sources: str) -> list[str]:
    """Run cells; what the last one showed, as plain text, and what it printed."""
    for source in sources:
        with capture_output() as captured:
            shell.run_cell(source, store_history=True)
    printed = [line for line in captured.stdout.splitlines() if not line.startswith("Out[")]
    return [*(o.data["text/plain"] for o in captured.outputs if "text/html" in o.data), *printed]


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another session: what the last one remembered is gone."""
    for memory in ("_passed", "_kept", "_taken"):
        monkeypatch.setattr(answer_store, memory, {})


@pytest.mark.parametrize("kind", LATER)
def test_what_passed_is_there_in_a_later_notebook(shell, kind: str, monkeypatch, capsys) -> None:
    shown = cells(shell, *LATER[kind], "check('softmax')")
    assert "4 of 4" in shown[0] and not any("not kept" in line for line in shown)
    later(monkeypatch)
    again = answer_store.use("softmax")
    assert "softmax: yours, as it passed on " in capsys.readouterr().out
    assert again is not catalogue.find("softmax").reference
    assert check("softmax", again) == 4.0


def test_the_same_vocabulary_is_kept_that_passed(shell, tmp_path, monkeypatch) -> None:
    """What is added to a list after the answer was defined is part of it."""
    made = [SOFTMAX.replace("-1, keepdim", "AXES[-1], keepdim"), "AXES = [0]", "AXES.append(-1)"]
    cells(shell, *made, "check('softmax')")
    kept = json.loads((tmp_path / "softmax.json").read_text(encoding="utf-8"))
    assert kept["source"].splitlines()[-2:] == ["AXES = [0]", "AXES.append(-1)"]
    later(monkeypatch)
    assert check("softmax", answer_store.use("softmax")) == 4.0


NOT_KEPT = {
    "made by something that is no statement": (["exec('K = -1')", SOFTMAX.replace("-1,", "K,")], "does not pass"),
    "no cell defines it": ([f"exec({SOFTMAX!r})"], "no cell that could be read defines it"),
    "depends on what is gone": (
        ["exec('import torch as t; K = t')", "HELD = K.tensor(-1)", SOFTMAX.replace("-1,", "HELD.item(),")],
        "does not pass",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", NOT_KEPT)
def test_what_cannot_be_kept_is_said(shell, kind: str, tmp_path: Path) -> None:
    made, why = NOT_KEPT[kind]
    shown = cells(shell, *made, "check('softmax')")
    assert "4 of 4" in shown[0]
    assert "`softmax` passed, but is not kept for later notebooks, because" in shown[1] and why in shown[1]
    assert not (tmp_path / "softmax.json").exists()


def test_a_folder_that_cannot_be_written_is_said(shell, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("GRADSCHOOL_HOME", str(tmp_path / "file" / "kept"))
    shown = cells(shell, SOFTMAX, "check('softmax')")
    assert "4 of 4" in shown[0] and "cannot be written" in shown[1] and "GRADSCHOOL_HOME" in shown[1]


def test_the_source_is_tried_once_more_only_when_it_has_changed(shell, monkeypatch) -> None:
    tried = []
    load = answer_store.load_what_runs
    monkeypatch.setattr(answer_store, "load_what_runs", lambda *some: tried.append(1) or load(*some))
    cells(shell, SOFTMAX, "check('softmax')", "check('softmax')", "print(softmax)", "check('softmax')")
    assert len(tried) == 1
    cells(shell, SOFTMAX.replace("e /", "1.0 * e /"), "check('softmax')")
    assert len(tried) == 2


def test_an_answer_that_was_used_and_passes_is_still_kept(shell, monkeypatch, tmp_path) -> None:
    cells(shell, SOFTMAX, "check('softmax')")
    before = (tmp_path / "softmax.json").read_bytes()
    later(monkeypatch)
    shown = cells(shell, "softmax = use('softmax')", "check('softmax')")
    assert len(shown) == 1 and "4 of 4" in shown[0]
    assert (tmp_path / "softmax.json").read_bytes() == before


def test_an_answer_around_what_use_gives_is_not_made_without_end(shell, monkeypatch, tmp_path, capsys) -> None:
    """It passes around the student's own; by itself it would stand around the reference, which is not allowed to it."""
    cells(
        shell,
        SOFTMAX,
        "check('softmax')",
        "inner = use('softmax')",
        "def softmax(z): return inner(z)",
        "check('softmax')",
    )
    assert "inner" not in (tmp_path / "softmax.json").read_text(encoding="utf-8")
    around = {"exercise": "softmax", "answer": "softmax", "passed": "2026-01-01T10:00:00+00:00", "notebook": ""}
    source = "from autograder import use\ninner = use('softmax')\ndef softmax(z): return inner(z)\n"
    (tmp_path / "softmax.json").write_text(json.dumps({**around, "source": source}), encoding="utf-8")
    later(monkeypatch)
    answer_store.use("softmax")
    assert capsys.readouterr().out.splitlines() == [
        "softmax: the reference, inside your own",
        "softmax: yours, as it passed on 1 January 2026 at 10:00",
    ]


def test_use_says_where_the_notebook_has_another_one_now(shell) -> None:
    shown = cells(shell, SOFTMAX, "check('softmax')", "def softmax(z): return z", "use('softmax')")
    assert shown[0] == "softmax: yours, as it passed (`softmax` in this notebook is another one now)"


def test_use_names_the_notebook(shell, monkeypatch, capsys) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "C:\\Users\\ada\\work\\1_neurons.ipynb")
    cells(shell, SOFTMAX, "check('softmax')")
    later(monkeypatch)
    answer_store.use("softmax")
    assert "softmax: yours, as it passed in 1_neurons.ipynb on " in capsys.readouterr().out


def test_one_place_for_each_user_and_course(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("GRADSCHOOL_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    first = places.folder("softmax")
    monkeypatch.chdir(tmp_path)
    assert places.folder("softmax") == first and first.name == "gradschool"
    elsewhere = catalogue.Entry("softmax", "unit", tmp_path / "other" / "exercises" / "unit" / "softmax.py", "m")
    monkeypatch.setattr(catalogue, "entry", lambda _: elsewhere)
    assert places.folder("softmax").name.startswith("other-") and places.folder("softmax").parent == first.parent


FORMER = {
    "right": (SOFTMAX, "softmax: yours, from "),
    "kept in part": ("def softmax(z): return z", "run its check again"),
}


@pytest.mark.parametrize("kind", FORMER)
def test_what_an_earlier_release_kept_beside_a_notebook_is_found_and_checked(
    kind, monkeypatch, tmp_path, capsys
) -> None:
    source, said = FORMER[kind]
    later(monkeypatch)
    monkeypatch.delenv("GRADSCHOOL_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    old = tmp_path / "work" / ".gradschool" / "softmax.json"
    old.parent.mkdir(parents=True)
    old.write_text(json.dumps({"exercise": "softmax", "answer": "softmax", "source": f"import torch\n{source}"}))
    (tmp_path / "work" / "unit1").mkdir()
    monkeypatch.chdir(tmp_path / "work" / "unit1")
    answer_store.use("softmax")
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("unit", ["feedforward", "convolutional", "autoencoders", "recurrent", "adversarial"])
def test_every_solution_of_the_course_is_kept(unit: str, root: Path) -> None:
    """With all cells of its lesson run before it, those that train and draw too: none of these is run again."""
    tried = 0
    for path in sorted((root / "solutions").glob(f"unit*_{unit}/*.ipynb")):
        before: list[str] = []
        for cell in filter(is_code, read_notebook(path).cells):
            if is_check(cell):
                exercise = catalogue.find(grade_id(cell))
                answer_store._tried(exercise, kept_source(exercise.answer, before))  # raises where it cannot be kept
                tried += 1
            before.append(cell.source)
    assert tried >= 25
