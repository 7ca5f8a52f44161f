"""`gradschool cards`: every kind of card that a check can show, on one page."""

from pathlib import Path
from typing import Annotated

import typer


def cards(
    out: Annotated[Path, typer.Option(help="The page that is written.")] = Path("build/cards.html"),
) -> None:
    """Write a page with a card for each kind of outcome of a check, to be read and looked at."""
    from autograder.demo.cards import page, samples

    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(samples()), encoding="utf-8")
    typer.echo(f"{out}: open it in a browser.")
