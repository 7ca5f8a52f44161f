"""`gradschool put-away`: the class of a term that is over."""

from typing import Annotated

import typer

from autograder.lessons.layout import find_root


def put_away(
    name: Annotated[str, typer.Argument(help="What the term is called, such as autumn-2026.")],
) -> None:
    """Put the class away into terms/NAME, whole, with pages and tables; the next one begins with nothing."""
    import logging

    from nbgrader.apps.api import NbGraderAPI

    from autograder.commands.watch import alone
    from autograder.nbgrader_plugin.config import load_config, put_tools_on_path
    from autograder.term import away
    from autograder.term.forget import exchange_of

    put_tools_on_path()
    root = find_root()
    api = NbGraderAPI(config=load_config(root))
    api.log.setLevel(logging.ERROR)
    with alone(root / "class" / "watch.lock"):
        done = away.put_away(root, name, api.coursedir.db_url)
    typer.echo(f"The class lies in {done.place}: gradebook, submissions, feedback, pages, tables, dates.")
    if done.ungraded:
        typer.echo(f"Nothing is graded of {', '.join(done.ungraded)}, and no page was made of it.")
    exchange = exchange_of(api)
    waiting = list((exchange / "inbound").glob("*+*")) if exchange else []
    if waiting:
        typer.echo(
            f"{exchange} still holds {len(waiting)} submissions. Before the next class begins, give it another name in "
            f'nbgrader_config.py, such as c.CourseDirectory.course_id = "{api.coursedir.course_id}-2".'
        )
    typer.echo("The next class begins with: nbgrader generate_assignment <unit>")
