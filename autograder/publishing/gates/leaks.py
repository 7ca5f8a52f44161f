"""Gate 4: nothing of a solution reaches the students' notebooks."""

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from autograder.lessons.canonical import CELL_METADATA, KERNELSPEC, NBGRADER_METADATA
from autograder.lessons.cells import is_solution, mark
from autograder.lessons.layout import COURSE, RELEASED_FILES, Lesson, lessons
from autograder.publishing.source import read_source

FEW_WORDS = 4  # a line of no more words than this says nothing: `return x`, `n = len(x)`
MARKS = ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "MARK SCHEME")
_REGION = re.compile(r"BEGIN SOLUTION[^\n]*\n(.*?)\n[^\n]*END SOLUTION", re.DOTALL)
_WORD = re.compile(r"\w+|[^\w\s()\[\]{}.,:;'\"`#]")
_NBGRADER_ADDS = frozenset({"checksum", "cell_type"})
_NOTEBOOK_METADATA = {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}}


def leaks(root: Path, public: Collection[str] = ()) -> list[str]:
    """What in `course/` should not be there: files, marks, outputs, state, and lines of any lesson's solution.

    Args:
        root: the course's folder.
        public: lines of solutions that lessons may show as well, spaces ignored.
    """
    taught = lessons(root)
    allowed = {_squeezed(line) for line in public}
    secrets = {
        squeezed: line
        for lesson in taught
        for line in solution_lines(read_source(lesson))
        if (squeezed := _squeezed(line)) not in allowed
    }
    problems = _unlisted_files(root, taught)
    for lesson in taught:
        if lesson.release.is_file():
            place = lesson.release.relative_to(root)
            nb = json.loads(lesson.release.read_text(encoding="utf-8"))
            problems += [f"{place}: {what}" for what in (*_state(nb), *_secrets_in(nb, secrets))]
    return problems


def solution_lines(nb: Any) -> Iterator[str]:
    """Lines that only a solution holds: between its marks or, where a solution cell has none, the whole cell.

    Code and its comment count separately, and a line of few words not at all.
    """
    for cell in nb.cells:
        if not is_solution(cell):
            continue
        regions = _REGION.findall(cell.source) or [cell.source]
        for line in "\n".join(regions).splitlines():
            code, _, comment = line.partition("#")
            for part in (code, comment):
                if len(_WORD.findall(part)) > FEW_WORDS:
                    yield part.strip()


def _secrets_in(nb: Any, secrets: dict[str, str]) -> Iterator[str]:
    """Solution lines in any string of the notebook, a cell's source or not, whatever its spaces."""
    for text in _strings(nb):
        squeezed = _squeezed(text)
        for secret, line in secrets.items():
            if secret in squeezed:
                yield f"holds a line of a solution: {line!r}"
        for word in MARKS:
            if word in text:
                yield f"holds a mark of the source: {word}"


def _state(nb: Any) -> Iterator[str]:
    """Metadata beyond the lists, outputs, counts, attachments."""
    if nb.get("metadata") != _NOTEBOOK_METADATA:
        yield f"notebook metadata {sorted(nb.get('metadata', {}))} is not the fixed one"
    for cell in nb["cells"]:
        extra = set(cell) - {"cell_type", "id", "metadata", "source"}
        if cell["cell_type"] == "code":
            extra -= {"outputs", "execution_count"}
        extra |= set(cell["metadata"]) - CELL_METADATA
        extra |= set(mark(cell)) - NBGRADER_METADATA - _NBGRADER_ADDS
        if extra:
            yield f"cell {cell.get('id')} carries {sorted(extra)}"
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield f"cell {cell.get('id')} has been run: outputs or a count are stored"


def _strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value; a list of strings, as sources are stored, joined to one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        yield "".join(value)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)


def _unlisted_files(root: Path, taught: list[Lesson]) -> list[str]:
    listed = {lesson.release.relative_to(root / COURSE).as_posix() for lesson in taught} | RELEASED_FILES
    there = [path for path in sorted((root / COURSE).rglob("*")) if path.is_symlink() or not path.is_dir()]
    names = [path.relative_to(root / COURSE).as_posix() for path in there if ".ipynb_checkpoints" not in path.parts]
    problems = [f"{COURSE}/{name} is on no list of what is released." for name in names if name not in listed]
    links = [path for path in there if path.is_symlink()]
    return problems + [f"{path.relative_to(root)} is a link, not a file." for path in links]


def _squeezed(text: str) -> str:
    return "".join(text.split())
