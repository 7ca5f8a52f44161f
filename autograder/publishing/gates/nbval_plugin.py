"""A pytest plugin for nbval: cells run with history, as they do in JupyterLab, and numbers are compared as numbers.

nbval leaves history off, and then `In` stays empty, where `check` finds the source of an answer. It compares outputs
as text, where we compare them by `compare_outputs`.
"""

from collections import defaultdict
from typing import Any

from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell

from autograder.lessons.canonical import without_empty_html
from autograder.lessons.cells import is_check
from autograder.publishing.gates.compare_outputs import compare

_by_the_letter = IPyNbCell.compare_outputs


def _execute(self: Any, cell_input: str, allow_stdin: bool | None = None) -> Any:
    return self.kc.execute(cell_input, allow_stdin=allow_stdin, stop_on_error=False)


def _compare_outputs(self: Any, test: list[Any], ref: list[Any], skip_compare: Any = None) -> bool:
    """Let nbval compare, with the stored text in the place of every text that is near enough to it."""
    for output in test:
        without_empty_html(output)
    approx, exactly = self.cell.metadata.get("approx"), is_check(self.cell)
    stored, reports = _texts(ref), []
    for name, places in _texts(test).items():
        if len(places) != len(stored[name]):
            continue  # nbval says so
        for (now, key), (then, _) in zip(places, stored[name], strict=True):
            found = compare(self.sanitize(then[key]), self.sanitize(now[key]), approx, exactly)
            if found.same:
                now[key] = then[key]
            reports += [f"{name}: {off}" for off in found.too_much]
    same: bool = _by_the_letter(self, test, ref, skip_compare)
    if not same:
        self.comparison_traceback += ["", *reports]
    return same


def _texts(outputs: list[Any]) -> dict[str, list[tuple[Any, str]]]:
    """Where the texts of a cell's outputs lie: a place for each, by what nbval calls it, in order."""
    found = defaultdict(list)
    for output in outputs:
        if output.output_type == "stream":
            found[output.name].append((output, "text"))
        for kind, value in output.get("data", {}).items():
            if kind.startswith("text/") and isinstance(value, str):
                found[kind].append((output["data"], kind))
    return found


RunningKernel.execute_cell_input = _execute
IPyNbCell.compare_outputs = _compare_outputs
