"""`gradschool regrade`: grades made again after a spec was mended or points were changed."""

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autograder.lessons.layout import find_root
from autograder.printable import say

if TYPE_CHECKING:
    from autograder.nbgrader_plugin.difference import Change
    from autograder.nbgrader_plugin.regrade import Left, Regrade

Names = list[str] | None


def regrade(
    unit: Annotated[str, typer.Argument(help="The assignment, such as unit1_feedforward.")],
    question: Annotated[
        Names, typer.Option("--question", "--exercise", help="A question, may be repeated; all if absent.")
    ] = None,
    student: Annotated[Names, typer.Option(help="Who handed it in, may be repeated; everyone if absent.")] = None,
    notebook: Annotated[str, typer.Option(help="One notebook, such as 1_neurons; all if absent.")] = "*",
    write: Annotated[bool, typer.Option(help="Store the new grades, after they were shown.")] = False,
    feedback: Annotated[bool, typer.Option(help="With --write: feedback anew for those whose grades changed.")] = False,
) -> None:
    """Grade again what is graded, with the same seeds: a table of who gains and loses; with --write it is stored.

    Points and comments that a person gave stay. One question of one student: its card too.
    """
    if feedback and not write:
        raise typer.BadParameter("--feedback goes with --write: feedback tells what is stored.")
    api, runs = _regraded(unit, question or [], student or [], notebook)
    with contextlib.ExitStack() as opened:
        for run in runs:
            opened.callback(run.close)
        found = [change for run in runs for change in run.found]
        if len(question or []) == len(student or []) == 1:
            say("".join(run.card(change.student, change.question) for run in runs for change in run.found))
        _show(found, list(dict.fromkeys(one for run in runs for one in run.left)), write)
        if write and found:
            _store(runs)
    if feedback:
        _feedback(api, unit, sorted({change.student for change in found if change.changed}))


def _show(found: "Sequence[Change]", left: "Sequence[Left]", write: bool) -> None:
    from rich.console import Console

    from autograder.report.regraded import closing, table

    console = Console(highlight=False, markup=False)
    if any(change.changed for change in found):
        console.print(table(found))
    for line in closing(found, left):
        say(line)
    if not write and found:
        typer.echo("Nothing is stored. To store it, type the command again with --write.")


def _store(runs: "Sequence[Regrade]") -> None:
    from nbgrader.converters.base import NbGraderException

    try:
        for run in runs:
            run.store()
    except NbGraderException:  # said in the log already
        raise typer.Exit(1) from None
    typer.echo("Stored.")


def _feedback(api: Any, unit: str, students: Sequence[str]) -> None:
    """Feedback pages anew for these students."""
    for name in students:
        done = api.generate_feedback(unit, name, force=True)
        say(f"Feedback for {name}: " + ("made anew." if done["success"] else f"not made.\n{done['log']}"))


def _regraded(unit: str, questions: list[str], students: list[str], notebook: str) -> tuple[Any, "list[Regrade]"]:
    """What is graded again, notebook by notebook where questions are named: nothing is stored yet."""
    import logging

    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.converters.base import NbGraderException

    from autograder.nbgrader_plugin.config import load_config, put_tools_on_path
    from autograder.nbgrader_plugin.regrade import NothingToRegrade, notebooks_of, regraded

    put_tools_on_path()
    root = find_root()
    api = NbGraderAPI(config=load_config(root))
    api.log.setLevel(logging.WARNING)
    try:
        names = notebooks_of(root / "solutions" / unit, unit, questions) if questions else [notebook]
        return api, [regraded(api, unit, name, questions, students) for name in names]
    except NothingToRegrade as problem:
        raise typer.BadParameter(str(problem)) from None
    except NbGraderException:  # said in the log already
        raise typer.Exit(1) from None
