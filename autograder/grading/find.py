"""Which file of a submitted folder is which notebook: by its name, by a name with more in it, and by what it holds.

Browsers write `1_neurons (1).ipynb`, JupyterLab `1_neurons-Copy1.ipynb`, students their own names. What a file holds
counts for more than what it is called.
"""

import hashlib
import json
import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.grading.claims import claims
from autograder.grading.recognise import recognise
from autograder.grading.submission import Submission, SubmittedCell, parsed, read_notebook
from autograder.grading.written import written_answers
from autograder.lessons.cells import grade_id, is_code
from autograder.lessons.layout_only import without_layout

ENDING = ".ipynb"
DEEPEST = 2  # folders inside the submitted one: archives hold one
MOST_FILES = 20  # notebooks read of one submission
MOST_SECONDS = 10.0  # of computing, to read one submission's files
MOST_TEXTS, LONGEST_TEXT = 500, 10_000  # cells, and letters of one, by which a notebook without ids is known
NOT_TOLD = frozenset({"timestamp.txt", "submission_secret.txt"})  # nbgrader's own


@dataclass(frozen=True)
class File:
    """One file that was handed in; `problem` says what is wrong with it, after "The notebook …".

    `digest` is of the whole file, `answers` of what is read of its cells: what a seed may hang on.
    """

    name: str  # below the submitted folder
    content: bytes = b""
    digest: str = ""
    problem: str = ""
    answers: str = ""


@dataclass
class HandedIn:
    """What one student handed in for an assignment.

    Attributes:
        files: the file taken for each released notebook, by the notebook's name.
        remarks: by the notebook's name what a reader should know: of how its file was found, and of other files.
    """

    files: dict[str, File] = field(default_factory=dict)
    remarks: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Candidate:
    """A file for a notebook, and how many of the notebook's answers it gives."""

    file: File
    submission: Submission
    exact: bool
    answered: int = 0

    def rank(self) -> tuple[bool, int, bool, int]:
        return (not self.submission.problem, self.answered, self.exact, -self.file.name.count(os.sep))


class Finder:
    """Finds the notebooks of one assignment in submitted folders.

    Args:
        released: the notebooks that are looked for, as they were released, by name.
        others: further ones of the same unit, which students may hand in and nobody asked for.
    """

    def __init__(self, released: Mapping[str, Any], others: Mapping[str, Any] | None = None) -> None:
        self._released, self._known = released, {**(others or {}), **released}
        marks = {name: set(_marks_of_ours(notebook.cells)) for name, notebook in self._known.items()}
        counts = Counter(mark for some in marks.values() for mark in some)
        self._marks = {name: {mark for mark in some if counts[mark] == 1} for name, some in marks.items()}

    def find(self, folder: Path) -> HandedIn:
        """Take a folder apart. Never raises because of what is there."""
        if folder.is_symlink():
            problem = "lies in a folder that is a link"
            return HandedIn({name: File(name + ENDING, digest=problem, problem=problem) for name in self._released})
        names = sorted(files_below(folder), key=lambda name: (name.removesuffix(ENDING) not in self._known, name))
        notebooks = [name for name in names if name.lower().endswith(ENDING)]
        candidates: dict[str, list[_Candidate]] = {name: [] for name in self._known}
        strays: list[str] = []
        began = time.thread_time()
        for name in notebooks[:MOST_FILES]:
            if time.thread_time() - began < MOST_SECONDS:
                strays += self._consider(_file(folder, name), candidates)
            else:
                strays.append(f"{shown(name)} was not read: what was handed in takes too long to read.")
        for name in notebooks[MOST_FILES:]:
            strays.append(f"{shown(name)} was not read: there are more than {MOST_FILES} notebooks.")
        found = HandedIn()
        for name in self._released:
            some = candidates[name]
            if len(some) > 1 and time.thread_time() - began < MOST_SECONDS:  # else nothing hangs on it
                some = [replace(each, answered=self._answered(name, each.submission.cells)) for each in some]
            found.files[name], found.remarks[name] = _chosen(name, some)
        missing = [name for name, file in found.files.items() if file.problem]
        if missing:
            others = [name for name in names if name not in notebooks and name not in NOT_TOLD]
            strays += [f"{shown(name)} is no notebook: its name does not end in {ENDING}." for name in others]
        found.remarks[[*missing, *self._released][0]] += strays[:MOST_FILES]
        return found

    def digests(self, folder: Path) -> list[str]:
        """The digests of what `find` would take; no file is looked into where there is no choice."""
        names = [name for name in files_below(folder) if name.lower().endswith(ENDING)]
        if folder.is_symlink() or sorted(names) != sorted(name + ENDING for name in self._released):
            return [file.digest for file in self.find(folder).files.values()]
        return [_file(folder, name).digest for name in names]

    def _consider(self, file: File, candidates: Mapping[str, list[_Candidate]]) -> Iterator[str]:
        """Put a file among those of the notebook that it is, or say why it is none."""
        submission = Submission(problem=file.problem) if file.problem else parsed(file.content)
        stem = file.name.removesuffix(ENDING)
        overlap = self._overlap(submission.cells)
        called = [name for name in self._known if _is_called(stem, name)]
        best = max(overlap, key=lambda name: (overlap[name], name == stem, name in called))
        if not (overlap[best] or called):
            yield f"{shown(file.name)} {submission.problem or 'holds no cell of this assignment'}."
            return
        name = best if overlap[best] else max(called, key=len)
        candidates[name].append(_Candidate(file, submission, stem == name))

    def _overlap(self, cells: Sequence[SubmittedCell]) -> dict[str, int]:
        """By notebook how many of its marks these cells bear: their ids; where there are none, their texts."""
        for marks in (_ids(cells), _texts(cells)):
            found = {name: len(ours & marks) for name, ours in self._marks.items()}
            if any(found.values()):
                break
        return found

    def _answered(self, name: str, cells: Sequence[SubmittedCell]) -> int:
        """How many answers of a notebook these cells give."""
        ours = self._known[name].cells
        seen = recognise(ours, cells)
        given = [c for c in claims(ours, seen) if c.elsewhere or any(not seen[i].untouched for i in c.parts)]
        written = [p for p, text in written_answers(ours, seen).items() if text not in (None, ours[p].source)]
        return len(given) + len(written)


def files_below(folder: Path) -> Iterator[str]:
    """Names of files below a submitted folder, as they are written from there; nothing hidden, no link is followed."""
    for place, folders, files in os.walk(folder):
        here = Path(place).relative_to(folder)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and len(here.parts) < DEEPEST)
        # a folder, or a link to one, may bear a notebook's name
        wanted = [name for name in (*files, *folders) if name in files or name.endswith(ENDING)]
        yield from (str(here / name) for name in wanted if not name.startswith("."))


def _file(folder: Path, name: str) -> File:
    try:
        content, digest = read_notebook(folder / name)
    except ValueError as problem:
        return File(name, digest=str(problem), problem=str(problem))
    return File(name, content, digest)


def _chosen(name: str, candidates: Sequence[_Candidate]) -> tuple[File, list[str]]:
    """The file in which most is answered, and what is to be said of it and of the others."""
    if not candidates:
        return File(name + ENDING, digest="was not submitted", problem="was not submitted"), []
    best = max(candidates, key=_Candidate.rank)
    file = shown(best.file.name)
    remarks = [] if best.exact else [f"{name}{ENDING} was found in the file {file}."]
    for other in candidates:
        if other is best or other.submission.cells == best.submission.cells:
            continue
        what = f"with {_answers(other)}" if other.submission.cells else f"but it {other.submission.problem}"
        remarks.append(
            f"{shown(other.file.name)} is this notebook too, {what}; {file} was graded, with {_answers(best)}."
        )
    answers = digest_of_cells(best.submission.cells)
    return replace(best.file, problem=best.submission.problem, answers=answers), remarks


def digest_of_cells(cells: Sequence[SubmittedCell]) -> str:
    """A digest of all that is read of a notebook's cells; pictures apart, of which nothing reaches what is run."""
    told = [[cell.source, cell.is_code, cell.grade_id, cell.cell_id] for cell in cells]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def _answers(candidate: _Candidate) -> str:
    return "1 answer" if candidate.answered == 1 else f"{candidate.answered} answers"


def shown(name: str) -> str:
    """A file's name as it may be written: a student chose its letters."""
    return "".join(c if c.isprintable() else "?" for c in name.encode("utf-8", "replace").decode())[:200]


def _is_called(stem: str, name: str) -> bool:
    """Whether a file's name has a notebook's name in it, with anything before or after."""
    plain = [" ".join(re.findall(r"[^\W_]+", text.lower())) for text in (stem, name)]
    return f" {plain[1]} " in f" {plain[0]} "


def _marks_of_ours(cells: Sequence[Any]) -> Iterator[str]:
    for cell in cells:
        yield from filter(None, (f"id {grade_id(cell)}" if grade_id(cell) else "", f"id {cell['id']}"))
        yield _text_mark(is_code(cell), cell.source)


def _ids(cells: Sequence[SubmittedCell]) -> set[str]:
    return {f"id {name}" for cell in cells for name in (cell.grade_id, cell.cell_id) if name}


def _texts(cells: Sequence[SubmittedCell]) -> set[str]:
    some = [cell for cell in cells[:MOST_TEXTS] if len(cell.source) <= LONGEST_TEXT]
    return {_text_mark(cell.is_code, cell.source) for cell in some}


def _text_mark(code: bool, source: str) -> str:
    return without_layout("code" if code else "markdown", source)
