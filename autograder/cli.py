"""`gradschool`: one command per thing a student, an instructor or a course author does.

Each command lives in a module of its own under `autograder/commands/` and is named here.
"""

import sys

import typer

import autograder.skip_iri_grammar  # noqa: F401  # before what imports nbformat
from autograder.commands import cluster
from autograder.commands.bench import bench
from autograder.commands.bench_grading import bench_grading
from autograder.commands.bench_watch import bench_watch
from autograder.commands.cards import cards
from autograder.commands.demo import demo
from autograder.commands.doctor import doctor
from autograder.commands.due import due
from autograder.commands.forget import forget
from autograder.commands.grade import grade
from autograder.commands.importing import bring_in
from autograder.commands.lab import CONTEXT, lab
from autograder.commands.measure import margins, mutants
from autograder.commands.mistakes import mistakes
from autograder.commands.new import new
from autograder.commands.publish import publish
from autograder.commands.put_away import put_away
from autograder.commands.rates import rates
from autograder.commands.regrade import regrade
from autograder.commands.report import report
from autograder.commands.roster import roster
from autograder.commands.sample import sample
from autograder.commands.secret import secret
from autograder.commands.site import site
from autograder.commands.stability import stability
from autograder.commands.try_exercise import try_exercises
from autograder.commands.watch import watch
from autograder.extras import say_missing
from autograder.lessons.layout import CourseError
from autograder.lessons.terminal import replace_unprintable
from autograder.own_course import CourseFileError, enter_here
from autograder.printable import say

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Deep learning you build yourself.")
app.command(context_settings=CONTEXT)(lab)
app.command()(demo)
app.command()(doctor)
app.add_typer(new, name="new")
app.command(name="try")(try_exercises)
app.command()(publish)
app.command()(sample)
app.command()(grade)
app.command()(due)
app.command()(roster)
app.command()(watch)
app.command()(forget)
app.command(name="put-away")(put_away)
app.command(name="import")(bring_in)
app.command()(site)
app.command()(report)
app.command()(mistakes)
app.command()(regrade)
app.command()(secret)
app.add_typer(cluster.app, name="cluster")
app.command()(rates)
app.command()(mutants)
app.command()(margins)
app.command()(cards)
app.command()(stability)
app.command()(bench)
app.command(name="bench-grading")(bench_grading)
app.command(name="bench-watch")(bench_watch)


def run() -> None:
    """Run a command; a course that cannot be worked on, or an extra that is missing, gives one line, no traceback."""
    replace_unprintable()
    try:
        enter_here()
        app()
    except (CourseError, CourseFileError) as error:
        said = str(error)
    except ModuleNotFoundError as error:
        said = say_missing(error)
    say(said, err=True)
    sys.exit(1)


if __name__ == "__main__":
    run()
