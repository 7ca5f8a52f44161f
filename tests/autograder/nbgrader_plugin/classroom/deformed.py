"""What honest students and their tools do to a notebook that was answered.

Tools are imitated by what their files hold, or used themselves where they are there (nbformat, jupytext).
"""

import copy as copying
import json
import uuid
from collections.abc import Callable
from typing import Any

import jupytext
import nbformat

from .course import RIGHT, Copy

FIRST, SECOND = "1_first.ipynb", "2_second.ipynb"
ZEROS = {"softmax": "def softmax(z):\n    return z * 0", "relu": "def relu(z):\n    return z * 0"}
HELPED = "def softmax(z):\n    e = shifted(z).exp()\n    return e / e.sum(-1, keepdim=True)"
HELPER = "def shifted(z):\n    return z - z.amax(-1, keepdim=True)"


def renamed(name: str, of: str = FIRST) -> Callable[[Copy], Any]:
    return lambda copy: copy.files.update({name: copy.files.pop(of)})


def exchanged(copy: Copy) -> None:
    copy.files[FIRST], copy.files[SECOND] = copy.files[SECOND], copy.files[FIRST]


def fresh(copy: Copy) -> Any:
    """The first notebook as it was given out."""
    return json.loads((copy.course / "course" / copy.folder.name / FIRST).read_text())


def beside_a_fresh_one(name: str) -> Callable[[Copy], Any]:
    def deform(copy: Copy) -> None:
        copy.files[name], copy.files[FIRST] = copy.first, fresh(copy)

    return deform


def in_a_folder(copy: Copy) -> None:
    (copy.folder / "unit1_feedforward").mkdir()
    copy.files = {f"unit1_feedforward/{name}": content for name, content in copy.files.items()}
    copy.files["unit1_feedforward/._1_first.ipynb"] = b"\x00\x05\x16\x07"  # what macOS puts into archives


def outputs_of_25_mb(copy: Copy) -> None:
    picture = {"image/png": "iVBORw0KGgo" + "A" * 25_000_000, "text/plain": ['<Figure ]]}}" \\>']}
    cell = copy.cell("softmax-answer")
    cell["outputs"] = [{"output_type": "display_data", "data": picture, "metadata": {}}]


def encoded(encoding: str, newline: str = "\n") -> Callable[[Copy], Any]:
    def deform(copy: Copy) -> None:
        for name, content in copy.files.items():
            text = json.dumps(content, indent=1, ensure_ascii=False).replace("\n", newline)
            copy.files[name] = text.replace("\\n", json.dumps(newline)[1:-1]).encode(encoding)

    return deform


def every_cell(copy: Copy) -> list[dict[str, Any]]:
    return [cell for notebook in copy.files.values() for cell in notebook["cells"]]


def emptied(copy: Copy) -> None:
    for cell in every_cell(copy):
        cell["metadata"] = {}


def colab(copy: Copy) -> None:
    for notebook in copy.files.values():
        notebook["nbformat_minor"] = 0
        notebook["metadata"] = {
            "colab": {"provenance": []},
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
        }
    for cell in every_cell(copy):
        del cell["id"]
        cell["metadata"] |= {"id": uuid.uuid4().hex[:12], "outputId": str(uuid.uuid4())}


def colab_without_marks(copy: Copy) -> None:
    colab(copy)
    for cell in every_cell(copy):
        cell["metadata"].pop("nbgrader", None)


def deepnote(copy: Copy) -> None:
    for cell in every_cell(copy):
        name, kind = uuid.uuid4().hex, cell["cell_type"]
        cell["metadata"] = {"cell_id": name, "deepnote_cell_type": kind, "source_hash": "0", "execution_millis": 12}
        cell["id"] = name
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def kaggle(copy: Copy) -> None:
    for notebook in copy.files.values():
        notebook |= {"nbformat_minor": 4, "metadata": {"kaggle": {"accelerator": "none", "dataSources": []}}}
    for cell in every_cell(copy):
        del cell["id"]
        cell["metadata"] = {"_uuid": uuid.uuid4().hex, "trusted": True, "execution": {"shell.execute_reply": "now"}}
        cell["source"] = "".join(cell["source"])


def vs_code(copy: Copy) -> None:
    for cell in every_cell(copy):
        cell["metadata"]["vscode"] = {"languageId": "python" if cell["cell_type"] == "code" else "markdown"}
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)


def round_trip(form: str, **options: str) -> Callable[[Copy], Any]:
    def deform(copy: Copy) -> None:
        for name, content in copy.files.items():
            notebook = nbformat.reads(json.dumps(content), as_version=4)
            notebook.metadata |= {"jupytext": options} if options else {}
            copy.files[name] = nbformat.writes(jupytext.reads(jupytext.writes(notebook, fmt=form), fmt=form))

    return deform


def nbformat_3(copy: Copy) -> None:
    for name, content in copy.files.items():
        old = nbformat.convert(nbformat.reads(json.dumps(content), as_version=4), 3)
        copy.files[name] = json.dumps(old)


def earlier_release(copy: Copy) -> None:
    """Other words in the lesson, a demonstration that is no more, an exercise that is no more."""
    for cell in copy.first["cells"]:
        if cell["cell_type"] == "markdown":
            cell |= {"source": "# As it was said then", "id": "0a1b2c3d4e5f"}
    mark = {"grade_id": "gelu-answer", "solution": True, "grade": False, "locked": False, "schema_version": 3}
    gone = {
        "source": "def gelu(z):\n    raise NotImplementedError()",
        "metadata": {"nbgrader": mark},
        "id": "gelu-answer",
    }
    copy.first["cells"].insert(5, code("") | gone)


def code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}


def put(copy: Copy, source: str, behind: str) -> None:
    """A cell of one's own behind the one with this grade id."""
    cells = copy.first["cells"]
    cells.insert(cells.index(copy.cell(behind)) + 1, code(source) | {"id": uuid.uuid4().hex[:8]})


def split(copy: Copy, *pieces: str, of: str = "softmax-answer") -> None:
    """As JupyterLab's Split Cell: every piece has all of the metadata."""
    cells = copy.first["cells"]
    at = cells.index(copy.cell(of))
    halves = [copying.deepcopy(cells[at]) | {"source": p, "id": uuid.uuid4().hex[:8]} for p in pieces]
    cells[at : at + 1] = halves


def merged(copy: Copy, *names: str, marked: str) -> None:
    """As JupyterLab's Merge Selected Cells: the active cell's metadata, an empty line between the sources."""
    cells = copy.first["cells"]
    some = [copy.cell(name) for name in names]
    source = "\n\n".join("".join(cell["source"]) for cell in some)
    whole = copying.deepcopy(copy.cell(marked)) | {"source": source, "id": uuid.uuid4().hex[:8]}
    cells[cells.index(some[0])] = whole
    for cell in some[1:]:
        cells.remove(cell)


def demonstration(copy: Copy) -> dict[str, Any]:
    """The lesson's own code cell, between the two exercises."""
    return next(cell for cell in copy.first["cells"] if "demonstration" in "".join(cell["source"]))


def merged_with_the_lesson(copy: Copy) -> None:
    cells, lesson, answer = copy.first["cells"], demonstration(copy), copy.cell("relu-answer")
    cells[cells.index(lesson)] = lesson | {"source": f"{lesson['source']}\n\n{answer['source']}"}
    cells.remove(answer)


def lesson_helper(copy: Copy) -> None:
    """A helper and an import in the lesson's cell, for the answer behind it."""
    cell = demonstration(copy)
    cell["source"] = (
        f"import math\nFLOOR = math.floor(0.5)\n{cell['source']}\n\ndef lowest(z):\n    return torch.full_like(z, FLOOR)"
    )
    copy.answer("relu", "def relu(z):\n    return torch.maximum(z, lowest(z))")


def changed_setup(copy: Copy) -> None:
    cell = next(cell for cell in copy.first["cells"] if "setup" in cell["metadata"].get("tags", []))
    cell["source"] = f"{''.join(cell['source'])}\nfrom torch import maximum as larger\nZERO = torch.zeros(())"
    copy.answer("relu", "def relu(z):\n    return larger(z, ZERO.to(z))")


def written_anew(copy: Copy) -> None:
    copy.first["cells"].remove(copy.cell("softmax-answer"))
    cells = copy.first["cells"]
    cells.insert(cells.index(copy.cell("softmax")), code(RIGHT["softmax"]) | {"id": "anew"})


def stub_left(copy: Copy) -> None:
    stub = next(c for c in fresh(copy)["cells"] if c["id"] == "softmax-answer")["source"]
    copy.answer("softmax", stub)
    put(copy, RIGHT["softmax"], behind="softmax-answer")


def reordered(copy: Copy) -> None:
    """The second exercise first, and a helper that moved along."""
    cells = copy.first["cells"]
    copy.answer("relu", "LOWEST = lowest()\ndef relu(z):\n    return torch.maximum(z, LOWEST.to(z))")
    moved = [copy.cell("relu-answer"), copy.cell("relu")]
    for cell in moved:
        cells.remove(cell)
    cells[3:3] = [code("def lowest():\n    return torch.zeros(())") | {"id": "lowest"}, *moved]


def answer_in_the_checks_cell(copy: Copy) -> None:
    copy.first["cells"].remove(copy.cell("relu-answer"))
    copy.cell("relu")["source"] = f"{RIGHT['relu']}\n\ncheck('relu')"


def retyped(copy: Copy) -> None:
    """Text of the lesson as code, a written answer as code, a note as raw."""
    next(c for c in copy.first["cells"] if c["cell_type"] == "markdown")["cell_type"] = "code"
    copy.cell("why-shift")["cell_type"] = "code"
    copy.first["cells"].append(code("softmax = a note of mine") | {"cell_type": "raw"})


def ids_changed(copy: Copy) -> None:
    copy.cell("softmax-answer")["metadata"]["nbgrader"]["grade_id"] = "my softmax"
    answer = copy.cell("relu-answer")
    answer["id"], answer["metadata"]["nbgrader"]["grade_id"] = "cell-9", "cell-9"


def copied(first: str, then: str) -> Callable[[Copy], Any]:
    """The answer's cell copied, metadata and all: an attempt is kept above the next."""
    return lambda copy: split(copy, first, then)


def later_attempt(copy: Copy) -> None:
    put(copy, ZEROS["softmax"], behind="relu")


def wrong(copy: Copy, *questions: str) -> None:
    for question in questions:
        copy.answer(question, ZEROS[question])


def magics(copy: Copy) -> None:
    copy.answer("softmax", f"%%time\n{RIGHT['softmax']}")
    copy.answer("relu", f"%matplotlib inline\n{RIGHT['relu']}\nget_ipython()\n%time relu(torch.zeros(2))")
    put(copy, "%load_ext autoreload\n%autoreload 2", behind="softmax")


def both(*deforms: Callable[[Copy], Any]) -> Callable[[Copy], Any]:
    def deform(copy: Copy) -> None:
        for each in deforms:
            each(copy)

    return deform


def helper_in_an_own_cell(copy: Copy) -> None:
    copy.answer("softmax", HELPED)
    put(copy, HELPER, behind="softmax-answer")
