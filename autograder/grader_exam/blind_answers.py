"""Answers written without a look at the specs, each judged as at a student's desk.

A file is named after its exercise and holds blocks, each just what a student would type into the answer's cell:

    # %% wrong: forgets the bias correction
    def adam_step(...): ...

    # %% right: written with einsum
    def adam_step(...): ...
"""

import ast
import contextlib
import io
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from autograder.checking.assess import assess
from autograder.checking.context import time_limit
from autograder.checking.evidence import MISSING
from autograder.grader_exam.cores import on_each_core
from autograder.lessons.cells import (
    ANSWER,
    SCRIPT,
    SETUP,
    grade_id,
    is_check,
    is_code,
    is_script,
    is_setup,
    is_solution,
)
from autograder.lessons.layout import Lesson, lessons
from autograder.publishing.source import read_source
from autograder.spec import Exercise, catalogue
from autograder.spec.errors import TimeLimit
from autograder.student.check import DESK_SEED

HEADER = re.compile(r"# %%\s*(wrong|right)\s*:\s*(.*\S)\s*$")
EXPECTED = "'# %% wrong: …' or '# %% right: …', with a title in place of the dots"
OTHER_SEEDS = 900_001  # and on: the seeds tried besides the desk's
SECONDS = 60.0  # for a cell to run in: definitions take none, and nobody is there to interrupt


class BadAnswers(ValueError):
    """A file of answers, or of results on them, is not what it should be; says what to do."""


@dataclass(frozen=True)
class Block:
    """One answer as it was written: `kind` is "wrong" or "right"."""

    kind: str
    title: str
    source: str


@dataclass(frozen=True)
class Cell:
    """What is run of a notebook before an answer; `name` is its id for nbgrader, "" for the setup."""

    name: str
    source: str


@dataclass(frozen=True)
class Judged:
    """One answer and what the desk says of it; the fields are those of a line of a results file.

    Points, state and what follows are of the desk's seed; `means` says of each diagnosis by what it was found. `ok`: a
    wrong answer lost points, a right one got all, on every seed. `error` says why the answer could not be run at all,
    which is never ok.
    """

    exercise: str
    kind: str
    title: str
    error: str
    points: float
    of: float
    state: str
    reason: str
    failed: list[str]
    diagnoses: list[str]
    means: list[str]
    flags: list[str]
    points_by_seed: list[float]
    seconds: float
    ok: bool


def answer_files(folder: Path, unit: str = "") -> list[Path]:
    """The files of answers in a folder, or in the folders of its units; `folder` may be one file as well.

    Args:
        folder: where to look.
        unit: keep the exercises of one unit ("feedforward").

    Raises:
        BadAnswers: there is none, or one that is not named after an exercise.
    """
    files = [folder] if folder.is_file() else sorted([*folder.glob("*.py"), *folder.glob("*/*.py")])
    if not files:
        raise BadAnswers(f"{folder} holds no answers: expected files like softmax.py or unit1_feedforward/softmax.py.")
    for path in files:
        try:
            catalogue.entry(path.stem)
        except catalogue.UnknownExercise as problem:
            raise BadAnswers(f"{path}: {problem} Name the file after the exercise that it answers.") from None
    return [path for path in files if unit in ("", catalogue.entry(path.stem).unit)]


def read_blocks(path: Path) -> list[Block]:
    """The blocks of a file, in order. What stands above the first may be comments.

    Raises:
        BadAnswers: a header that says neither wrong nor right, code above the first, a title used twice, or no block.
    """
    headers: list[tuple[str, str]] = []
    sources: list[list[str]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("# %%"):
            header = HEADER.match(line)
            if header is None:
                raise BadAnswers(f"{path}, line {number}: a block begins with {EXPECTED}; this one with {line!r}.")
            if header.groups() in headers:
                raise BadAnswers(
                    f"{path}, line {number}: a second block is called {header[2]!r}. Give it a title of its own."
                )
            headers.append((header[1], header[2]))
            sources.append([])
        elif sources:
            sources[-1].append(line)
        elif line.strip() and not line.startswith("#"):
            raise BadAnswers(f"{path}, line {number}: code above the first block. Put {EXPECTED}, above it.")
    if not headers:
        raise BadAnswers(f"{path} holds no answer: each begins with a line {EXPECTED}.")
    return [Block(*header, "\n".join(source)) for header, source in zip(headers, sources, strict=True)]


def judge_all(files: Sequence[Path], root: Path, seeds: int) -> Iterator[list[Judged]]:
    """The answers of each file, judged, in order; every file is read before the first answer is run.

    Args:
        files: what `answer_files` found.
        root: the course's folder, for the notebooks that the exercises stand in.
        seeds: how many seeds each answer is run on; the desk's is the first.

    Raises:
        BadAnswers: a file that `read_blocks` refuses, or an exercise that no notebook asks.
    """
    found = {name: lesson for lesson in lessons(root) for name in asked_in(lesson)}
    for path in files:
        read_blocks(path)
        if path.stem not in found:
            raise BadAnswers(f"{path}: no notebook of {root} asks {path.stem!r}; its answers need one to run in.")
    numbers = [DESK_SEED, *range(OTHER_SEEDS, OTHER_SEEDS + seeds - 1)]
    return on_each_core(
        partial(judge_file, lessons_of={path.stem: found[path.stem] for path in files}, seeds=numbers),
        [str(path) for path in files],
        OMP_NUM_THREADS="1", MPLBACKEND="Agg", PYTHONWARNINGS="ignore",
    )  # fmt: skip


def judge_file(path: str, lessons_of: Mapping[str, Lesson], seeds: Sequence[int]) -> list[Judged]:
    """Every answer of one file."""
    exercise = catalogue.find(Path(path).stem)
    cells = cells_before(lessons_of[exercise.id], exercise.id)
    return [judge_block(exercise, cells, block, seeds) for block in read_blocks(Path(path))]


def judge_block(exercise: Exercise, cells: Sequence[Cell], block: Block, seeds: Sequence[int]) -> Judged:
    """Run one answer behind the cells of its notebook, and give it to what `check` gives it to, once a seed."""
    namespace, error = namespace_behind(cells)
    namespace.pop(exercise.answer, None)
    problem = run(block.source, f"<{block.title}>", namespace)
    error = f"the answer itself: {problem}" if problem else error
    sources = [*(cell.source for cell in cells), block.source]
    verdicts, seconds = [], []
    for seed in seeds:
        began = time.perf_counter()
        verdicts.append(assess(exercise, namespace.get(exercise.answer, MISSING), seed, sources))
        seconds.append(time.perf_counter() - began)
    first, passed = verdicts[0], [verdict.passed for verdict in verdicts]
    return Judged(
        exercise.id, block.kind, block.title, error,
        points=first.points,
        of=first.max_points,
        state=first.state,
        reason=first.reason,
        failed=[f"{r.label}: {r.sentence}" if r.sentence else r.label for r in first.rows if not r.passed],
        diagnoses=[diagnosis.title for diagnosis in first.diagnoses],
        means=[diagnosis.means.value for diagnosis in first.diagnoses],
        flags=first.flags,
        points_by_seed=[verdict.points for verdict in verdicts],
        seconds=round(max(seconds), 2),
        ok=not error and (all(passed) if block.kind == "right" else not any(passed)),
    )  # fmt: skip


def asked_in(lesson: Lesson) -> list[str]:
    """The exercises that a lesson's checks are about."""
    return [grade_id(cell) for cell in _notebook(lesson).cells if is_check(cell)]


def cells_before(lesson: Lesson, exercise_id: str) -> list[Cell]:
    """Setup, scripts to be mended and right answers of a lesson, in order, but for the answer to this exercise."""
    found = []
    for cell in _notebook(lesson).cells:
        run_first = is_setup(cell) or is_solution(cell) or is_script(cell)
        if is_code(cell) and run_first and grade_id(cell) != f"{exercise_id}{ANSWER}":
            found.append(Cell(grade_id(cell), cell.source))
    return found


@lru_cache(maxsize=32)
def _notebook(lesson: Lesson) -> Any:
    return read_source(lesson)


def namespace_behind(cells: Sequence[Cell]) -> tuple[dict[str, Any], str]:
    """The names that a notebook's cells leave, made anew: answers write into it. And what went wrong with a cell.

    A script to be mended may need cells of the lesson that are not run here; what it defines until then is enough.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    error = ""
    for cell in cells:
        problem = run(cell.source, cell.name or SETUP, namespace)
        if problem and not cell.name.endswith(SCRIPT):
            error = f"the notebook's own cell {cell.name or SETUP}: {problem}"
    return namespace, error


def run(source: str, name: str, namespace: dict[str, Any]) -> str:
    """Run a cell quietly; return what it raised, "" if nothing."""
    sink = io.StringIO()
    try:
        with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink), time_limit(SECONDS):
            exec(compile(_without_magics(source), name, "exec"), namespace)
    except TimeLimit:
        return f"did not end within {SECONDS:g} seconds"
    except (Exception, SystemExit) as problem:  # a student's code may raise anything
        return repr(problem)
    return ""


def _without_magics(source: str) -> str:
    """The source; where it is no Python as it stands, without the lines that are IPython's own."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())
    return source
