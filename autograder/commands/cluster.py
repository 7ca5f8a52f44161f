"""`gradschool cluster`: certificates, a scheduler and workers for grading on several machines."""

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

app = typer.Typer(no_args_is_help=True, help="Grading on several machines, over encrypted connections.")
CERTIFICATES = Path("class", "cluster")
Folder = Annotated[Path, typer.Option("--certificates", help="Where the certificates lie.")]
SETTINGS = {  # Dask's, as variables of the environment
    "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True",
    "DASK_DISTRIBUTED__SCHEDULER__HTTP__ROUTES": '["distributed.http.health"]',  # its others show what is worked on
    "DASK_DISTRIBUTED__WORKER__HTTP__ROUTES": '["distributed.http.health"]',
}
QUIET = (
    "--no-dashboard",
    "--dashboard-address",
    "127.0.0.1:0",
)  # Dask's web pages: none, and those it makes all the same


@app.command()
def init(
    certificates: Folder = CERTIFICATES,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long they hold.")] = 366,
    renew: Annotated[
        bool, typer.Option("--renew", help="Replace those that are there: they are worth nothing then.")
    ] = False,
) -> None:
    """Make the certificates by which scheduler, workers and `gradschool grade` know one another."""
    from autograder import extras
    from autograder.grading import certificates as made

    extras.need("cluster")
    if certificates.exists() and not renew:
        raise typer.BadParameter(f"{certificates} is there already: --renew makes new ones, for all machines.")
    try:
        certificates.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made.make(certificates, days)
    except OSError as problem:
        raise typer.BadParameter(f"{certificates} cannot be written: {problem.strerror}") from None
    typer.echo(
        f"Certificates for {days} days lie in {certificates}. Who has a key of them can run code on the cluster."
    )
    typer.echo(f"The scheduler's machine needs {made.AUTHORITY}, scheduler.pem and scheduler.key, then:")
    typer.echo("    gradschool cluster scheduler --host ADDRESS")
    typer.echo(f"Each worker's machine needs {made.AUTHORITY}, worker.pem and worker.key, then:")
    typer.echo("    gradschool cluster worker tls://ADDRESS:8786")
    typer.echo("Here: gradschool grade UNIT --scheduler tls://ADDRESS:8786")


@app.command()
def scheduler(
    host: Annotated[
        str, typer.Option(help="The address that it listens at; this machine alone unless said.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8786,
    certificates: Folder = CERTIFICATES,
    file: Annotated[Path | None, typer.Option(help="Where it writes its address, as JSON.")] = None,
) -> None:
    """Run a Dask scheduler that takes nobody without a certificate."""
    told = ["--scheduler-file", str(file)] if file else []
    _dask("scheduler", "--host", host, "--port", str(port), "--protocol", "tls", *told, role=certificates)


@app.command()
def worker(
    address: Annotated[str, typer.Argument(help="The scheduler's, such as tls://10.0.0.1:8786.")],
    workers: Annotated[int, typer.Option(min=0, help="How many; 0: one a core.")] = 0,
    host: Annotated[
        str, typer.Option(help="Where they listen; the address that leads to the scheduler unless said.")
    ] = "",
    certificates: Folder = CERTIFICATES,
) -> None:
    """Run workers of one thread each, which grade what the scheduler hands them."""
    if not address.startswith("tls://"):
        raise typer.BadParameter(
            f"{address} does not begin with tls://, as the address of an encrypted scheduler does."
        )
    count = str(workers or len(os.sched_getaffinity(0)))
    from distributed.utils import get_ip

    from autograder.grading.dask_address import is_here, parts

    _, there = parts(address)
    host = host or ("127.0.0.1" if is_here(there) else get_ip(there))
    _dask("worker", address, "--host", host, "--nworkers", count, "--nthreads", "1", role=certificates)


def _dask(what: str, *options: str, role: Path) -> NoReturn:
    """Become Dask's program, with the certificate of its role."""
    from autograder import extras
    from autograder.grading import certificates as made

    extras.need("cluster")
    if absent := made.lacking(role, what):
        raise typer.BadParameter(f"{', '.join(absent)} not found in {role}: see `gradschool cluster init`.")
    authority, certificate, key = map(str, made.files(role, what))
    command = [sys.executable, "-m", "dask", what, *options, *QUIET]
    command += ["--tls-ca-file", authority, "--tls-cert", certificate, "--tls-key", key]
    os.execve(sys.executable, command, os.environ | SETTINGS)
