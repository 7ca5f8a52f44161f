"""`gradschool publish`: make the notebooks in solutions/ and course/ from their sources."""

from typing import Annotated

import typer


def publish(
    units: Annotated[
        list[str] | None, typer.Argument(help="Units by folder or number, or notebooks (2/3); all if none is given.")
    ] = None,
    keep_outputs: Annotated[
        bool, typer.Option(help="Do not run notebooks whose own code is unchanged; keep their stored outputs.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks run at once.")] = 2,
    draft: Annotated[bool, typer.Option(help="Make solution notebooks of what is not finished; release none.")] = False,
) -> None:
    """Make solution and student notebooks from the lessons' sources, of the units or notebooks named.

    What a gate complains of (an exercise without three misconceptions, a check without its answer) is told in
    sentences, and nothing is written of that notebook. Notebooks whose source has gone on are named.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from autograder.lessons.gone_on import gone_on
    from autograder.lessons.layout import Lesson, find_root, lessons
    from autograder.publishing import publish as publishing

    chosen = lessons(find_root(), tuple(units or ()))
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {lesson: bars.add_task(str(lesson), total=None, start=False) for lesson in chosen}

        def advance(lesson: Lesson, done: int, of: int) -> None:
            bars.start_task(tasks[lesson])
            bars.update(tasks[lesson], completed=done, total=of)

        problems = publishing.publish(chosen, keep_outputs=keep_outputs, jobs=jobs, progress=advance, draft=draft)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    named = ", ".join(map(str, chosen)) if len(chosen) <= 3 else f"{len(chosen)} lessons"
    typer.echo(f"{'Made, not finished' if draft else 'Published'}: {named}.")
    units_made = {lesson.unit for lesson in chosen}
    for neighbour in lessons(chosen[0].root):
        if neighbour not in chosen and neighbour.unit in units_made and (said := gone_on(neighbour)):
            typer.echo(said, err=True)
