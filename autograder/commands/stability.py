"""`gradschool stability`: which stored outputs hold on other machines, and what the others need."""

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from autograder.publishing.execute import Setting


def stability(
    units: Annotated[
        list[str] | None, typer.Argument(help="Units by folder or number, or notebooks of them: 4/3_lstm_and_gru.")
    ] = None,
    under: Annotated[
        list[str] | None,
        typer.Option(help="threads, processor, start, seeds or again; all but the last if none is given."),
    ] = None,
    python: Annotated[
        Path | None, typer.Option(help="Another Python that the course is installed for, to run them under too.")
    ] = None,
    write: Annotated[bool, typer.Option(help="Put the approx= that a cell needs into its header.")] = False,
) -> None:
    """Run notebooks under other settings and list the cells that show something else than they stored."""
    from rich.console import Console

    from autograder.lessons.layout import find_root, lessons
    from autograder.publishing.gates.outputs import how_compared
    from autograder.publishing.stability import Moved, applies, moves, proposals, write_approx

    chosen, settings = lessons(find_root(), tuple(units or ())), _settings(under or [], python)
    told = Console(stderr=True)
    found = []
    for lesson in chosen:
        for setting in (one for one in settings if applies(one, lesson)):
            with told.status(f"{lesson}, {setting.name}"):
                here = moves(lesson, setting)
            found += here
            for one in here:
                typer.echo(f"{'  ' if isinstance(one, Moved) and one.allowed else '! '}{one}")
    needed = proposals([one for one in found if isinstance(one, Moved)])
    for (lesson, cell), approx in needed.items():
        typer.echo(
            f"{lesson}, cell {cell}: {f'needs approx={approx:g}' if approx else 'moves too far: print fewer digits'}"
        )
    counts = sum(how_compared(chosen).values(), Counter())
    typer.echo("Cells compared " + ", ".join(f"{way}: {count}" for way, count in sorted(counts.items())) + ".")
    if write:
        for lesson in chosen:
            write_approx(lesson, {cell: approx for (at, cell), approx in needed.items() if at == lesson and approx})
        typer.echo("Now: gradschool publish --keep-outputs")
    if not all(isinstance(one, Moved) and one.allowed for one in found):
        raise typer.Exit(1)


def _settings(names: list[str], python: Path | None) -> "list[Setting]":
    from autograder.publishing.execute import AS_PUBLISHED
    from autograder.publishing.stability import SETTINGS

    unknown = [name for name in names if name not in SETTINGS]
    if unknown:
        raise typer.BadParameter(f"There is no setting called {unknown[0]!r}: name one of {', '.join(SETTINGS)}.")
    chosen = [SETTINGS[name] for name in names]
    if not chosen and python is None:
        chosen = [setting for setting in SETTINGS.values() if setting is not AS_PUBLISHED]
    return chosen + ([_other_python(python)] if python else [])


def _other_python(python: Path) -> "Setting":
    """Another Python as a setting, once it is known to have the course; its notebooks run in folders of their own."""
    from autograder.publishing.execute import Setting

    there = shutil.which(python)
    if there is None:
        raise typer.BadParameter(f"{python} is no program that runs.", param_hint="--python")
    interpreter = os.path.abspath(there)  # not resolved: in an environment it is a link to the Python it was made with
    tried = subprocess.run([interpreter, "-c", "import autograder.student, ipykernel"], capture_output=True, text=True)
    if tried.returncode:
        said = (tried.stderr.strip().splitlines() or ["it does not start"])[-1]
        raise typer.BadParameter(
            f"the course is not installed for {python} ({said}). In another clone: make install PYTHON=…; "
            "then name its .venv/bin/python.",
            param_hint="--python",
        )
    return Setting(str(python), python=interpreter)
