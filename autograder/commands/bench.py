"""`gradschool bench`: how fast the references are beside torch, and how long checks and notebooks take."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.lessons.layout import find_root


def bench(
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    threads: Annotated[int, typer.Option(min=1, help="Threads of torch's on the CPU.")] = 2,
    seconds: Annotated[
        float, typer.Option(min=0, help="About how long each row is measured; 5 rounds at least.")
    ] = 2.0,
    only: Annotated[str, typer.Option(help="Only the rows that hold this text; nothing beside the table.")] = "",
    checks: Annotated[bool, typer.Option(help="Also time the check of every answer that the specs hold.")] = True,
    notebooks: Annotated[
        bool, typer.Option(help="Also run and compare all of solutions/, which takes minutes.")
    ] = False,
    to: Annotated[Path | None, typer.Option(help="The folder to write to; class/bench unless said.")] = None,
) -> None:
    """Measure every reference beside torch's own, in alternation; write one page and a picture."""
    import torch

    from autograder.benchmarks import growth, layers, memory, networks, whole
    from autograder.benchmarks.page import Findings, write
    from autograder.benchmarks.pairs import measure
    from autograder.spec import catalogue

    if device not in ("cpu", "cuda"):
        raise typer.BadParameter(f"a device is cpu or cuda; got {device}")
    if device == "cuda" and not torch.cuda.is_available():
        raise typer.BadParameter("this machine has no CUDA device that torch can use; leave --device out")
    where, console = torch.device(device), Console()
    torch.set_num_threads(threads)
    findings = Findings(where, threads)

    makers = [*layers.rows(where), *networks.rows(where), *([whole.import_row] if device == "cpu" else [])]
    with console.status("Starting") as status:
        for i, make in enumerate(makers, 1):
            row = make()
            if only not in row.what:
                continue
            status.update(f"{i} of {len(makers)}: {row.what}")
            findings.rows.append(measured := measure(row, seconds, where))
            forms = ", ".join(f"{name} {measured.compared(name)}" for name in row.forms)
            console.print(f"{row.what}: {forms} (times {row.peer_name})", highlight=False)
        if not only:
            status.update("Memory of conv2d")
            findings.memory = memory.rises(where)
            findings.growth = growth.growths(where, seconds / 8, status.update)
        if checks and not only:
            found = whole.check_times(catalogue.all_exercises(), 1, status.update)
            findings.checks, findings.answers = whole.middle_and_tail(found), len(found)
            findings.slowest = whole.slowest(found, 10)
        if notebooks:
            status.update("pytest --nbval solutions")
            findings.notebooks = whole.notebooks(find_root())
    if only and not findings.rows:
        raise typer.BadParameter(f"no row holds {only!r}")
    page = write(findings, to or find_root() / "class" / "bench")
    missed = [m.row.what for m in findings.rows if m.met is False]
    console.print(f"{len(findings.rows)} rows, {len(missed)} beyond their aim. The page lies in {page}")
