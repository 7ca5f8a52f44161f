"""`gradschool site`: the course as a website."""

import typer


def site() -> None:
    """Build the website of the course in build/site/html, without solutions."""
    from autograder.lessons.layout import find_root, lessons
    from autograder.publishing.website import build_site

    root = find_root()
    typer.echo(build_site(lessons(root), root / "build" / "site"))
