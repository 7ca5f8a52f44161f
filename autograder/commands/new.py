"""`gradschool new`: begin an exercise, a notebook, a unit, or a course of one's own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.lessons.layout import CourseError, find_root, lessons

if TYPE_CHECKING:
    from autograder.authoring.begin import Begun
    from autograder.authoring.places import Places

new = typer.Typer(no_args_is_help=True, help="Begin an exercise, a notebook, a unit, or a course of your own.")
Arrays = Annotated[bool, typer.Option("--arrays/--tensors", help="Answers are for NumPy, not for torch.")]
Package = Annotated[str, typer.Option(help="Which package of right answers, where the course has several.")]


@new.command()
def exercise(
    name: Annotated[str, typer.Argument(help="Its name, and that of the function which answers it.")],
    notebook: Annotated[str, typer.Option(help="The notebook that asks it: unit1_feedforward/1_neurons, or 1/1.")],
    after: Annotated[str, typer.Option(help="The exercise that it follows there; at the end unless said.")] = "",
    arrays: Arrays = False,
    package: Package = "",
) -> None:
    """Write a spec, a reference with a test, and the cells that ask: all of it runs, and says what is to be written."""
    from autograder.authoring import begin

    places = _places(package)
    found = lessons(places.root, (notebook,))
    if len(found) != 1:
        raise CourseError(f"{notebook!r} is a unit: name one notebook, such as {found[0]}.")
    begun = begin.exercise(places, name, found[0], after=after, arrays=arrays)
    _write(places, begun)
    if begun.changed is None:
        typer.echo(f"{places.shown(found[0].source)} has cells of {name} already, which were left as they are.")
    typer.echo(f"Each says TODO: where you go on. To see what is missing still: gradschool try {name}")


@new.command()
def notebook(
    name: Annotated[str, typer.Argument(help="Its name, such as areas; its number comes by itself.")],
    unit: Annotated[str, typer.Option(help="Its unit, by folder or number.")],
    arrays: Arrays = False,
    package: Package = "",
) -> None:
    """Write the source of a notebook, with its first cells."""
    from autograder.authoring import begin

    places = _places(package)
    units = [there for there in places.units() if unit in (there, there.removeprefix("unit").split("_", 1)[0])]
    if not units:
        raise CourseError(f"There is no unit {unit!r}; there are: {', '.join(places.units()) or 'none'}.")
    _write(places, begin.notebook(places, name, units[0], arrays=arrays))


@new.command()
def unit(
    name: Annotated[str, typer.Argument(help="Its name, such as graphs; its number comes by itself.")],
    arrays: Arrays = False,
    package: Package = "",
) -> None:
    """Make the folders of a unit, and a first notebook in it."""
    from autograder.authoring import begin

    places = _places(package)
    _write(places, begin.unit(places, name, arrays=arrays))


@new.command()
def course(
    name: Annotated[str, typer.Argument(help="Its name, which its package of right answers has as well.")],
    folder: Annotated[Path | None, typer.Option(help="Its folder; one of that name here unless said.")] = None,
) -> None:
    """Begin a course of your own on this engine, in a folder of its own."""
    from autograder.authoring import begin

    place = (folder or Path(name)).absolute()
    begin.course(place, name).write()
    typer.echo(f"The course lies in {place}. Next, in that folder: gradschool new unit NAME")


def _places(package: str) -> "Places":
    from autograder.authoring.places import places

    return places(find_root(), package)


def _write(places: "Places", begun: "Begun") -> None:
    begun.write()
    for path, text in begun.files.items():
        if text:
            typer.echo(f"new: {places.shown(path)}")
    if begun.changed is not None:
        typer.echo(f"three cells more: {places.shown(begun.changed[0])}")
