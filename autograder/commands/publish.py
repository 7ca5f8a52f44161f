"""`gradschool publish`: make the notebooks in solutions/ and course/ from their sources."""

from typing import Annotated

import typer


def publish(
    units: Annotated[list[str] | None, typer.Argument(help="Units by folder or number; all if none is given.")] = None,
    keep_outputs: Annotated[
        bool, typer.Option(help="Do not run notebooks whose own code is unchanged; keep their stored outputs.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks run at once.")] = 2,
) -> None:
    """Make solution and student notebooks from the lessons' sources."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from autograder.lessons.layout import Lesson, find_root, lessons
    from autograder.publishing import publish as publishing

    chosen = lessons(find_root(), tuple(units or ()))
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {lesson: bars.add_task(str(lesson), total=None, start=False) for lesson in chosen}

        def advance(lesson: Lesson, done: int, of: int) -> None:
            bars.start_task(tasks[lesson])
            bars.update(tasks[lesson], completed=done, total=of)

        problems = publishing.publish(chosen, keep_outputs=keep_outputs, jobs=jobs, progress=advance)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"Published {len(chosen)} lessons.")
