"""`gradschool rates`: how often the grader is right, on the answers of its specs or on answers from elsewhere."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import track
from rich.table import Table

from autograder.commands.measure import UNIT, exercises_of, wide
from autograder.lessons.layout import find_root

if TYPE_CHECKING:
    from autograder.grader_exam.blind_answers import Judged
    from autograder.grader_exam.rates import Rates

FILE = {"exists": True, "dir_okay": False}


def rates(
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds each answer is run on.")] = 3,
    unit: Annotated[str, UNIT] = "",
    answers: Annotated[
        Path | None,
        typer.Option(exists=True, help="Judge these answers, a folder or a file, in place of those of the specs."),
    ] = None,
    json: Annotated[bool, typer.Option(help="With --answers: a line of JSON for each answer.")] = False,
    against: Annotated[
        Path | None, typer.Option(**FILE, help="With --answers: tell what is judged otherwise than in these lines.")
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(**FILE, help="Only count, from such lines, with a `naming` added to wrong answers.")
    ] = None,
) -> None:
    """Show how many wrong answers fail and are named, and how many other right answers pass."""
    from autograder.grader_exam.blind_answers import BadAnswers

    if answers is None and (json or against):
        raise typer.BadParameter("--json and --against are about other answers: name them with --answers FOLDER.")
    try:
        if summary is not None:
            _summary(summary)
        elif answers is not None:
            _of_answers(answers, unit, seeds, json, against)
        else:
            _of_specs(unit, seeds)
    except BadAnswers as problem:
        raise typer.BadParameter(str(problem)) from None


def _summary(file: Path) -> None:
    from autograder.grader_exam import answer_results

    typer.echo(answer_results.summary(answer_results.read_lines(file)))


def _of_answers(folder: Path, unit: str, seeds: int, json: bool, against: Path | None) -> None:
    """Judge answers from elsewhere, and show them a line each, or in a table."""
    from dataclasses import asdict
    from json import dumps

    from autograder.grader_exam import answer_results
    from autograder.grader_exam.blind_answers import answer_files, judge_all

    before = answer_results.read_lines(against) if against is not None else []
    files = answer_files(folder, unit)
    found = judge_all(files, find_root(), seeds)
    judged: list[Judged] = []
    for of_one in found if json else track(found, "Judging answers", total=len(files), transient=True):
        judged += of_one
        for one in of_one if json else ():
            typer.echo(dumps(asdict(one), ensure_ascii=False))
    if not json:
        _show(judged, seeds)
    typer.echo(answer_results.closing(judged), err=json)
    for line in answer_results.otherwise(before, judged):
        typer.echo(line, err=json)


def _show(judged: Sequence["Judged"], seeds: int) -> None:
    """Counts by unit, and what is misjudged."""
    from autograder.spec import catalogue

    table = Table(title=f"{len(judged)} answers, {seeds} seed{'s' * (seeds > 1)}", title_justify="left")
    table.add_column("unit", no_wrap=True)
    for heading in ("wrong answers", "caught", "right answers", "accepted"):
        table.add_column(heading, justify="right")

    def row(name: str, some: Sequence["Judged"]) -> list[str]:
        sound = {kind: [one.ok for one in some if one.kind == kind] for kind in ("wrong", "right")}
        return [name, *(str(count) for kind in sound.values() for count in (len(kind), sum(kind)))]

    units = {one.exercise: catalogue.entry(one.exercise).unit for one in judged}
    for name in dict.fromkeys(units.values()):
        table.add_row(*row(name, [one for one in judged if units[one.exercise] == name]))
    table.add_section()
    table.add_row(*row("all", judged))
    wide().print(table)
    for one in judged:
        if not one.ok:
            typer.echo(f"{one.exercise} | {one.kind}: {one.title} | {_misjudged(one)}")


def _misjudged(one: "Judged") -> str:
    """What is wrong with a verdict: the points on each seed, or why there are none."""
    if one.error:
        return f"could not be run: {one.error}"
    points = ", ".join(f"{points:g}" for points in dict.fromkeys(one.points_by_seed))
    why = "" if one.kind == "wrong" else f" ({one.reason or ', '.join(one.failed) or 'on other seeds only'})"
    return f"gets {points} of {one.of:g} points{why}"


def _of_specs(unit: str, seeds: int) -> None:
    """Judge the answers that the specs hold, and show a row for each exercise."""
    from autograder.grader_exam.naming import in_words
    from autograder.grader_exam.rates import rates as measure
    from autograder.grader_exam.rates import total

    exercises = exercises_of(unit)
    numbers = [20_100, *range(1, seeds)]
    found = [measure(e, numbers) for e in track(exercises, "Running every answer", transient=True)]
    table = Table(title=f"{len(found)} exercises, {len(numbers)} seeds", title_justify="left")
    for heading in ("exercise", "points", "mistakes known", "killed", "named", "right answers", "accepted"):
        left = heading == "exercise"
        table.add_column(heading, justify="left" if left else "right", no_wrap=left)

    def row(r: "Rates") -> list[str]:
        counts = (f"{r.killed}/{r.tried_wrong}", f"{r.named}/{r.tried_wrong}", f"{r.accepted}/{r.tried_right}")
        right = str(r.tried_right // len(numbers))
        return [r.exercise, f"{r.points:g}", str(r.misconceptions), *counts[:2], right, counts[2]]

    for one in found:
        table.add_row(*row(one))
    table.add_section()
    table.add_row(*row(total(found)))
    wide().print(table)
    typer.echo(
        f"wrong answers by the means of their first diagnosis: {in_words(total(found).means, total(found).killed)}"
    )
    for line in total(found).misjudged:
        typer.echo(line)
