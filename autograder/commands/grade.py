"""`gradschool grade`: a class graded, here or on a cluster."""

from typing import Annotated

import typer

from autograder.lessons.layout import find_root
from autograder.printable import say


def grade(
    unit: Annotated[str, typer.Argument(help="The assignment, such as unit1_feedforward.")],
    student: Annotated[
        list[str] | None, typer.Option(help="Whom to grade, may be repeated; everyone if absent.")
    ] = None,
    scheduler: Annotated[str, typer.Option(help="Address of a Dask scheduler, such as tls://10.0.0.1:8786.")] = "",
    workers: Annotated[int, typer.Option(min=0, help="Submissions graded at once on this machine; 0: one a core.")] = 0,
    log: Annotated[bool, typer.Option(help="A line for each submission in place of the progress bar.")] = False,
    force: Annotated[bool, typer.Option(help="Grade once more what is graded already.")] = False,
    new_cases: Annotated[bool, typer.Option("--new-cases", help="With --force: on cases drawn anew.")] = False,
) -> None:
    """Grade what was handed in and is not graded yet; stop it at any point, and start it again to go on."""
    import logging

    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.converters.base import NbGraderException
    from rich.logging import RichHandler

    from autograder.grading.progress import BarProgress, LogProgress
    from autograder.nbgrader_plugin.config import load_config, put_tools_on_path

    put_tools_on_path()
    config = load_config(find_root())
    config.Autograde.update({k: v for k, v in {"scheduler": scheduler, "workers": workers}.items() if v})
    api = NbGraderAPI(config=config)
    api.coursedir.assignment_id = unit
    from nbgrader.apps.api import Autograde  # ours, once the config has been read

    converter = Autograde(coursedir=api.coursedir, parent=api)
    progress = LogProgress(say) if log else BarProgress()
    converter.force, converter.students, converter.progress = force, student or [], progress
    converter.new_cases = new_cases
    api.log.setLevel(logging.WARNING)
    api.log.handlers = [RichHandler(console=progress.console, show_path=False)]
    try:
        converter.start()
    except NbGraderException:  # said in the log already
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("Stopped. What is graded is kept: start again to go on.", err=True)
        raise typer.Exit(130) from None
