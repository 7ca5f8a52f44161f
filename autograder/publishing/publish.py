"""`make course`: from every lesson's source to its solution notebook and its student notebook."""

import copy
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import nbformat

from autograder.lessons.canonical import canonical
from autograder.lessons.cells import definitions, is_check, is_code, is_script, is_setup, is_solution
from autograder.lessons.layout import COURSE, RELEASED_FILES, CourseError, Lesson, lessons
from autograder.publishing.execute import NotebookFailed, execute, stop_kernels
from autograder.publishing.gates.lesson import unready
from autograder.publishing.gates.outputs import unsolved
from autograder.publishing.release import release
from autograder.publishing.source import as_text, read_notebook, read_source
from autograder.publishing.writing import write_if_changed

Progress = Callable[[Lesson, int, int], None]  # lesson, cells done, cells in all


def publish(
    chosen: list[Lesson],
    *,
    keep_outputs: bool = False,
    jobs: int = 2,
    progress: Progress = lambda *_: None,
    draft: bool = False,
) -> list[str]:
    """Make the solution and the student notebook of every lesson given, and of no other.

    A lesson that fails, or that a gate refuses, keeps its old notebooks, and nothing of its unit is released; the
    other units are made all the same.

    Args:
        chosen: lessons.
        keep_outputs: of a lesson whose code cells are those of its stored solution notebook run the checks alone,
            and keep the other outputs stored there. They are then as old as that run: the code that the lesson *calls*
            may have changed.
        jobs: notebooks run at once, each in a kernel of its own.
        progress: told after each cell.
        draft: make solution notebooks that the gates refuse, to be looked at while they are written; release nothing.

    Returns:
        One message per failure, per gate's complaint, and per file in `course/` that no lesson makes any more.
    """
    refused = {lesson: [] if draft else unready(lesson) for lesson in chosen}
    problems = [problem for lesson in chosen for problem in refused[lesson]]
    solutions: dict[Lesson, Any] = {}
    ready = [lesson for lesson in chosen if not refused[lesson]]
    for lesson, run in _each(ready, lambda lesson: solve(lesson, keep_outputs, progress), jobs):
        try:
            made = run.result()
        except (NotebookFailed, CourseError) as error:
            problems.append(f"{lesson}: {error}")
            continue
        if found := [] if draft else unsolved(made):
            problems += [f"{lesson}: {problem}" for problem in found]
        else:
            solutions[lesson] = made
            write_if_changed(lesson.solution, as_text(solutions[lesson]).encode())
    if draft:
        return problems
    failed = {lesson.unit for lesson in chosen if lesson not in solutions}
    for unit in sorted({lesson.unit for lesson in chosen} - failed):
        problems += _release_unit(chosen[0].root, {k: nb for k, nb in sorted(solutions.items()) if k.unit == unit})
    return problems


def _each(chosen: list[Lesson], work: Callable[[Lesson], Any], jobs: int) -> Iterator[tuple[Lesson, Future[Any]]]:
    """Lessons as their work ends, several at once. Ctrl-C kills the kernels, which nothing else would reach."""
    with ThreadPoolExecutor(jobs) as pool:
        runs = {pool.submit(work, lesson): lesson for lesson in chosen}
        try:
            for run in as_completed(runs):
                yield runs[run], run
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stop_kernels()
            raise


def solve(lesson: Lesson, keep_outputs: bool = False, progress: Progress = lambda *_: None) -> Any:
    """The lesson's solution notebook: made from its source, and run unless its stored outputs may be kept."""
    nb = read_source(lesson)
    if keep_outputs and lesson.solution.is_file() and take_outputs(nb, read_notebook(lesson.solution)):
        run_checks(nb)
        progress(lesson, len(nb.cells), len(nb.cells))
        return canonical(nb)
    execute(nb, lambda done: progress(lesson, done, len(nb.cells)))
    return canonical(nb)


def run_checks(nb: Any) -> None:
    """Store anew what the checks of a notebook show; of its other cells only those run that a grader runs too."""
    needed = [c for c in nb.cells if is_code(c) and (is_setup(c) or is_script(c) or is_solution(c) or is_check(c))]
    if not any(map(is_check, needed)):
        return
    part = nbformat.v4.new_notebook(cells=copy.deepcopy(needed), metadata=nb.metadata)
    for cell in part.cells:
        if is_script(cell):
            cell.source = definitions(cell.source)
    for cell, run in zip(needed, execute(part).cells, strict=True):
        if is_check(cell):
            cell.outputs = run.outputs
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = cell.execution_count


def take_outputs(nb: Any, stored: Any) -> bool:
    """Put the outputs stored in one notebook into another with the same code cells; False where they differ."""
    to = [cell for cell in nb.cells if cell.cell_type == "code"]
    by = [cell for cell in stored.cells if cell.cell_type == "code"]
    if [cell.source for cell in to] != [cell.source for cell in by] or any(c.execution_count is None for c in by):
        return False
    for cell, old in zip(to, by, strict=True):
        cell.outputs, cell.execution_count = old.outputs, old.execution_count
    return True


def _release_unit(root: Path, solutions: dict[Lesson, Any]) -> list[str]:
    unit = next(iter(solutions)).unit
    try:
        files = release(root, solutions)
    except CourseError as error:
        return [str(error)]
    for name, content in files.items():
        write_if_changed(root / COURSE / name, content)
    known = {*files, *RELEASED_FILES, *(f"{lesson}.ipynb" for lesson in lessons(root))}
    there = (path for path in sorted((root / COURSE / unit).rglob("*")) if path.is_file())
    strays = [path.relative_to(root / COURSE).as_posix() for path in there if ".ipynb_checkpoints" not in path.parts]
    return [f"{COURSE}/{name} is made from no lesson: delete it." for name in strays if name not in known]
