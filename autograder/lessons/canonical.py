"""One form for a notebook, whatever made it: jupytext, JupyterLab or a kernel.

jupytext draws new cell ids at each run, JupyterLab writes its own metadata, a kernel writes its version.
All of that would change the published bytes without any change of the source, and metadata can carry what no
student should see (a widget's saved state holds what the solution printed). So what may stay is listed here.
"""

from typing import Any

from autograder.lessons.cell_id import text_id
from autograder.lessons.cells import grade_id

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
CELL_METADATA = frozenset({"nbgrader", "tags", "deletable", "editable", "slideshow", "jupyter"})
OURS = frozenset({"approx"})  # what a cell of ours says besides; students' notebooks do not
NBGRADER_METADATA = frozenset({"schema_version", "grade_id", "grade", "solution", "locked", "task", "points"})
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
LONGEST_ID = 64  # nbformat's limit


def canonical(nb: Any, released: bool = False) -> Any:
    """Bring a notebook (nbformat 4) into the one form, in place, and return it.

    Notebook and cell metadata are cut to the lists above; cell ids are derived from the `grade_id`, else
    from the source. Outputs lose what points at a running kernel: a widget's view, whose model is gone with it; and
    the empty HTML by which a check's points are not shown.

    Args:
        released: for students: without what only our own cells say.

    Raises:
        ValueError: two cells with one `grade_id`, or one that is no cell id.
    """
    nb.nbformat, nb.nbformat_minor = 4, 5
    nb.metadata.clear()
    nb.metadata.update(kernelspec=dict(KERNELSPEC), language_info={"name": "python"})
    for cell in nb.cells:
        _cut_metadata(cell, CELL_METADATA if released else CELL_METADATA | OURS)
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"].pop(WIDGET_VIEW, None)
                without_empty_html(output)
    for cell, cell_id in zip(nb.cells, _ids(nb.cells), strict=True):
        cell["id"] = cell_id
    return nb


def without_empty_html(output: Any) -> None:
    """Take an HTML form that shows nothing from an output, in place."""
    if output.get("data", {}).get("text/html") == "":
        del output["data"]["text/html"]


def _cut_metadata(cell: Any, kept: frozenset[str]) -> None:
    for key in set(cell.metadata) - kept:
        del cell.metadata[key]
    mark = cell.metadata.get("nbgrader", {})
    for key in set(mark) - NBGRADER_METADATA:
        del mark[key]


def _ids(cells: list[Any]) -> list[str]:
    """One id per cell, each once: grade ids are taken as they are, the others make way for them."""
    graded = [grade_id(cell) for cell in cells]
    taken: set[str] = set()
    for name in filter(None, graded):
        if name in taken:
            raise ValueError(f"The grade_id {name!r} is there twice in one notebook.")
        if len(name) > LONGEST_ID:
            raise ValueError(f"The grade_id {name!r} is longer than {LONGEST_ID} characters.")
        taken.add(name)
    ids = []
    for cell, given in zip(cells, graded, strict=True):
        ids.append(given or _unused(text_id(cell.cell_type, cell.source), taken))
        taken.add(ids[-1])
    return ids


def _unused(stem: str, taken: set[str]) -> str:
    name, n = stem, 1
    while name in taken:
        n += 1
        name = f"{stem}-{n}"
    return name
