"""What a reader does with a notebook in JupyterLab: open, run, type, look. Reads the notebook as it stands in the page."""

import re
from typing import Any

CURRENT = ".jp-NotebookPanel:not(.lm-mod-hidden)"
NOTEBOOK = "jupyterapp.shell.currentWidget.context"  # the page's own model, for the cells that are out of sight
SETTLED = f"""() => {{
    const context = {NOTEBOOK};
    const code = context.model.toJSON().cells.filter(cell => cell.cell_type === 'code');
    const kernel = context.sessionContext.session?.kernel?.status;
    return kernel === 'idle' && code.every(cell => cell.execution_count !== null);
}}"""
# Without the counts of an earlier run one sees which cells have run; a kernel's busy moment can be too short to be seen.
FORGET_COUNTS = f"""() => {{
    for (const cell of {NOTEBOOK}.model.cells) if (cell.type === 'code') cell.executionCount = null;
}}"""


def open_notebook(page: Any, url: str) -> None:
    """Open a notebook by its address and wait for its kernel, and until it is the one in front: others are restored."""
    page.goto(url)
    page.wait_for_function("() => globalThis.jupyterapp?.restored.then(() => true)")
    name = url.partition("?")[0].rpartition("/")[2]
    page.wait_for_function(f"() => globalThis.jupyterapp?.shell?.currentWidget?.context?.path?.endsWith('{name}')")
    wait_for_kernel(page)


def wait_for_kernel(page: Any) -> None:
    page.wait_for_function("() => globalThis.jupyterapp?.shell?.currentWidget?.context?.isReady")
    page.wait_for_function(f"() => {NOTEBOOK}.sessionContext.session?.kernel?.status === 'idle'")


def menu(page: Any, *names: str) -> None:
    """Choose from the menu bar."""
    page.get_by_role("menuitem", name=names[0], exact=True).click()
    page.locator(".lm-Menu-item").filter(has_text=re.compile(rf"^{re.escape(names[1])}")).first.click()


def run_all(page: Any) -> None:
    page.evaluate(FORGET_COUNTS)
    menu(page, "Run", "Run All Cells")
    page.wait_for_function(SETTLED)


def restart_and_run_all(page: Any) -> None:
    menu(page, "Kernel", "Restart Kernel and Run All Cells…")
    page.evaluate(FORGET_COUNTS)
    page.locator(".jp-Dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    page.wait_for_function(SETTLED)


def cells(page: Any) -> list[dict[str, Any]]:
    """The notebook's cells with their outputs, saved or not."""
    found: list[dict[str, Any]] = page.evaluate(f"() => {NOTEBOOK}.model.toJSON().cells")
    return found


def outputs(page: Any, grade_id: str = "") -> list[dict[str, Any]]:
    """Outputs of one graded cell, or of all cells."""
    chosen = [c for c in cells(page) if not grade_id or c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id]
    return [output for cell in chosen for output in cell.get("outputs", [])]


def texts(shown: list[dict[str, Any]]) -> list[str]:
    """The plain text of each output."""
    parts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in shown]
    return [part if isinstance(part, str) else "".join(part) for part in parts]


def too_wide(page: Any) -> list[str]:
    """Cards, pictures and tables in sight that are wider than the room they have."""
    found: list[str] = page.evaluate(
        f"""() => [...document.querySelectorAll('{CURRENT} :is(.gradschool-card, .jp-OutputArea-output img, table)')]
            .filter(e => {{
                const room = e.closest('.jp-OutputArea-output, .jp-MarkdownOutput').getBoundingClientRect();
                return e.getBoundingClientRect().right > room.right + 1 || e.scrollWidth > e.clientWidth + 1 && e.tagName === 'DIV';
            }}).map(e => e.outerHTML.slice(0, 200))"""
    )
    return found
