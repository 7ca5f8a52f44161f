"""Cards that say so when their answer is another one now: marked after a change, and never without one."""

import json
from pathlib import Path
from typing import Any

import pytest
from IPython.utils.capture import capture_output

from autograder.spec import catalogue
from autograder.student import standing
from autograder.student.statements import needed, statements

RIGHT = "def softmax(z):\n    e = (z - z.amax(-1, keepdim=True)).exp()\n    return e / e.sum(-1, keepdim=True)"
MARK = "of an earlier version"


class Notebook:
    """A kernel's shell without a kernel: cells by id, and what each display id shows now."""

    def __init__(self, shell: Any) -> None:
        self.shell, self.shown = shell, dict[str, str]()
        shell.display_pub.publish = self._publish

    def _publish(self, data: Any, *args: Any, transient: Any = None, **kwargs: Any) -> None:
        if transient:
            self.shown[transient["display_id"]] = data["text/html"]

    def run(self, cell_id: str | None, source: str) -> None:
        with capture_output(display=False):
            self.shell.run_cell(source, store_history=True, cell_id=cell_id)

    def marked(self) -> bool:
        """Whether the card that was shown last says that it is of an earlier version."""
        return MARK in list(self.shown.values())[-1]


@pytest.fixture
def notebook(shell, monkeypatch: pytest.MonkeyPatch) -> Notebook:
    monkeypatch.setattr(standing, "_standing", {})
    shell.kernel = object()  # as ipykernel's has
    standing.standing_of(shell)
    notebook = Notebook(shell)
    notebook.run("setup", "import torch\nscale = 1.0")
    notebook.run("helper", "def shifted(z):\n    return z - z.amax(-1, keepdim=True)")
    notebook.run("answer", RIGHT)
    notebook.run("check", "check('softmax')")
    assert not notebook.marked()
    return notebook


CHANGES = {
    "changed": RIGHT.replace("amax", "amin"),
    "renamed": RIGHT.replace("softmax", "soft_max"),
    "cannot be read": RIGHT.replace("return e /", "return e / /"),
    "stops": f"1 / 0\n{RIGHT}",
    "stops later": f"{RIGHT}\n1 / 0",
    "emptied": "",
    "wrapped": f"import functools\n@functools.cache\n{RIGHT}",
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_card_is_marked_until_the_answer_is_as_it_was(notebook: Notebook, name: str) -> None:
    notebook.run("answer", CHANGES[name])
    assert notebook.marked()
    notebook.run("answer", f"# the same again\n{RIGHT}")
    assert not notebook.marked()


def test_an_answer_that_is_deleted_or_replaced_elsewhere_marks_its_card(notebook: Notebook) -> None:
    notebook.run("below", "del softmax")
    assert notebook.marked()
    notebook.run("below", "pass")
    assert not notebook.marked()
    notebook.run("below", "softmax.eps = 1")
    assert notebook.marked()


def test_a_helper_counts_and_what_the_answer_does_not_read_does_not(notebook: Notebook) -> None:
    notebook.run("answer", "def softmax(z):\n    e = shifted(z).exp()\n    return e / e.sum(-1, keepdim=True)")
    notebook.run("check", "check('softmax')")
    notebook.run("setup", "import torch\nscale = 2.0\nz = e = torch.ones(3)")
    assert not notebook.marked()
    notebook.run("helper", "def shifted(z):\n    return z - z.amin(-1, keepdim=True)")
    assert notebook.marked()
    notebook.run("check", "check('softmax')")
    assert not notebook.marked()


def test_a_magic_above_the_answer_changes_nothing(notebook: Notebook) -> None:
    notebook.run("answer", f"%%time\n{RIGHT}")
    assert not notebook.marked()


def test_without_cell_ids_a_new_definition_marks_the_card(notebook: Notebook) -> None:
    notebook.run(None, RIGHT)
    notebook.run(None, "check('softmax')")
    notebook.run(None, RIGHT)
    assert not notebook.marked()
    notebook.run(None, RIGHT.replace("amax", "amin"))
    assert notebook.marked()


def test_in_no_lesson_does_a_card_lose_its_answer(root: Path) -> None:
    """Run from the top, a lesson changes nothing that an answer depends on after its check."""
    checks = 0
    for path in sorted((root / "solutions").glob("unit*/*.ipynb")):
        cells, said = [], {}
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] != "code":
                continue
            source = "".join(cell["source"])
            cells.append(statements(source))
            if source.startswith("check("):
                exercise = catalogue.find(source.split('"')[1])
                said[exercise] = needed(exercise.answer, cells, frozenset(exercise.uses))
                checks += 1
        for exercise, before in said.items():
            after = needed(exercise.answer, cells, frozenset(exercise.uses))
            assert after == before, f"{path.name}: {exercise.id}: {[n for n in after if after[n] != before.get(n)]}"
    assert checks > 100
