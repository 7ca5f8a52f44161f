"""Which of the outputs that are stored hold elsewhere too: notebooks run under other settings, and compared.

What a processor adds up in another order, with wider or narrower instructions or on two threads, differs in the last
digits, and training carries that forward. A cell whose numbers move needs `approx=`; a cell whose words move claims
something that does not hold.
"""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.lessons.cells import is_check
from autograder.lessons.layout import CourseError, Lesson
from autograder.publishing.execute import AS_PUBLISHED, NotebookFailed, Setting, execute
from autograder.publishing.gates.compare_outputs import Comparison, compare
from autograder.publishing.gates.outputs import Compared, compared, texts
from autograder.publishing.marks import LOOSEST
from autograder.publishing.source import read_notebook
from gradschool.seeds import RERUN

TWO_THREADS = Setting("two threads", {"OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"})
OLDER_PROCESSOR = Setting(
    "an older processor",
    {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "MKL_ENABLE_INSTRUCTIONS": "SSE4_2"},
)
DISTURBED = Setting("a disturbed start", startup="from autograder.publishing.disturbed import disturb; disturb()")
# What is stored of several seeds is measured anew, each of them (`gradschool.seeds`); written into the scratch folder.
EVERY_SEED = Setting("every seed run", {RERUN: "."})
SETTINGS = {
    "threads": TWO_THREADS,
    "processor": OLDER_PROCESSOR,
    "start": DISTURBED,
    "seeds": EVERY_SEED,
    "again": AS_PUBLISHED,
}
STEPS = (0.05, 0.1, 0.2, 0.3, LOOSEST)  # what is proposed as approx
ROOM = 1.5  # times the move that was seen: another processor moves it by more
_HEADER = re.compile(r"^# %%.*$", re.MULTILINE)
_APPROX = re.compile(r" approx=\S+")


@dataclass(frozen=True)
class Moved:
    """A cell that shows something else than it stored.

    Attributes:
        cell: its place among all cells of the notebook.
        line: its first line.
        setting: where it was seen.
        found: its texts side by side, those that differ.
    """

    lesson: Lesson
    cell: int
    line: str
    setting: Setting
    found: tuple[Comparison, ...]

    @property
    def words(self) -> tuple[str, str] | None:
        """What a claim says and what it would have to say here."""
        return next((one.words for one in self.found if one.words is not None), None)

    @property
    def needed(self) -> float:
        """The relative error that the cell's numbers need."""
        return max(one.needed for one in self.found)

    @property
    def allowed(self) -> bool:
        """Whether the gate lets it pass."""
        return all(one.same for one in self.found)

    def __str__(self) -> str:
        place = f"{self.lesson}, cell {self.cell} ({self.line!r}), {self.setting.name}"
        if self.words is not None:
            return f"{place}: a claim that does not hold: {_shortened(*self.words)}"
        worst = max((off for one in self.found for off in one.moved), key=lambda off: (off.too_much, off.error))
        return f"{place}: {worst}"


@dataclass(frozen=True)
class Failed:
    """A notebook that does not run through."""

    lesson: Lesson
    setting: Setting
    message: str

    def __str__(self) -> str:
        return f"{self.lesson}, {self.setting.name}: does not run: {self.message.splitlines()[-1]}"


def applies(setting: Setting, lesson: Lesson) -> bool:
    """Whether a lesson can come out otherwise there: one that stores nothing runs every seed anyway."""
    return setting is not EVERY_SEED or "stored=" in lesson.source.read_text(encoding="utf-8")


def moves(lesson: Lesson, setting: Setting) -> list[Moved | Failed]:
    """Run a lesson's solution notebook in a setting; the cells that show something else than is stored there."""
    stored = read_notebook(lesson.solution)
    try:
        now = execute(copy.deepcopy(stored), setting=setting)
    except NotebookFailed as failed:
        return [Failed(lesson, setting, str(failed))]
    return [
        Moved(lesson, place, then.source.strip().partition("\n")[0], setting, found)
        for place, (then, cell) in enumerate(zip(stored.cells, now.cells, strict=True))
        if cell.cell_type == "code" and (found := tuple(_compared(then, cell)))
    ]


def _compared(stored: Any, now: Any) -> Iterator[Comparison]:
    """The texts of a cell that are others now. A cell that is not compared has none."""
    if (not stored.outputs and not now.outputs) or (stored.outputs and compared(stored) is Compared.NOT_AT_ALL):
        return
    before, after = list(texts(stored)), list(texts(now))
    if len(before) != len(after):
        yield Comparison((f"{len(before)} texts", f"{len(after)} texts"))
        return
    for old, new in zip(before, after, strict=True):
        found = compare(old, new, stored.metadata.get("approx"), exactly=is_check(stored))
        if found.words is not None or found.moved:
            yield found


def proposals(moved: Sequence[Moved]) -> dict[tuple[Lesson, int], float | None]:
    """The `approx` that each cell needs whose numbers moved by more than it allows; None where none is large enough."""
    needed: dict[tuple[Lesson, int], float] = {}
    for one in moved:
        if one.words is None and not one.allowed:
            place = one.lesson, one.cell
            needed[place] = max(needed.get(place, 0.0), one.needed)
    return {place: next((step for step in STEPS if step >= ROOM * most), None) for place, most in needed.items()}


def write_approx(lesson: Lesson, approx: Mapping[int, float]) -> None:
    """Put `approx=` into the headers of these cells of a lesson's source.

    Raises:
        CourseError: a source that has been changed since its notebook was made.
    """
    text = lesson.source.read_text(encoding="utf-8")
    headers = list(_HEADER.finditer(text))
    if len(headers) != len(read_notebook(lesson.solution).cells):
        raise CourseError(f"{lesson.source} has other cells than its notebook: publish it first.")
    for place, allowed in sorted(approx.items(), reverse=True):
        found = headers[place]
        text = f"{text[: found.start()]}{_APPROX.sub('', found[0])} approx={allowed:g}{text[found.end() :]}"
    lesson.source.write_text(text, encoding="utf-8")


def _shortened(stored: str, now: str, length: int = 100) -> str:
    """Both texts from the place where they part."""
    same = next((i for i, (a, b) in enumerate(zip(stored, now, strict=False)) if a != b), min(len(stored), len(now)))
    start = max(same - length // 2, 0)
    return f"stored {stored[start : start + length]!r}, now {now[start : start + length]!r}"
