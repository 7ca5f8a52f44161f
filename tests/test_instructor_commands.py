"""The commands that README.md and docs/instructor.md print for instructors, run as they are printed in a fresh copy."""

import os
import pwd
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

UNIT = "unit1_feedforward"
SHELL = ("git", "make", ".", "nbgrader", "gradschool", "sudo", "jupyter", "#")

# Lines that a test may not run: one needs the network, three change the machine. The test makes the same elsewhere.
CLONE = "git clone <this repository> gradschool && cd gradschool"
EXCHANGE = "/usr/local/share/nbgrader/exchange"
NOT_HERE = {
    ". .venv/bin/activate": "JupyterLab runs until it is stopped; tests/browser/test_instructor.py has it",
    "gradschool cluster init": "needs a cluster; classroom/test_cluster.py has one",
    "sudo git clone": "changes the machine",
}
STUDENT = re.compile(r"# a student, [^:]*: +(nbgrader .*)")


def blocks(text: str) -> list[list[str]]:
    """The indented blocks of a page in which commands for a shell stand."""
    found = re.findall(r"(?:^ {4}\S.*\n)+", text, re.MULTILINE)
    lines = [[line.removeprefix("    ") for line in block.splitlines()] for block in found]
    return [block for block in lines if block[0].split()[0] in SHELL]


def instructor_blocks(root: Path) -> list[list[str]]:
    """Those of the README's part for instructors."""
    [section] = re.findall(r"^## Instructor.*?(?=^## )", (root / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    return blocks(section)


def made(exchange: list[str]) -> list[str]:
    """The lines that make the exchange, which stand first."""
    return [line for line in exchange if line.startswith("sudo install -d ")]


def reference_blocks(root: Path) -> list[list[str]]:
    return blocks((root / "docs" / "instructor.md").read_text())


class Machine:
    """A home folder with nothing in it, a fresh copy of the course, and an exchange, all in one folder."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder, self.course = root, folder, folder / "gradschool"
        self.home, self.exchange, self.student = folder / "home", folder / "exchange", folder / "student"
        (self.home / ".jupyter").mkdir(parents=True)
        self.student.mkdir()
        self._copy()
        self._environment()

    def _copy(self) -> None:
        """What git knows, and what it would be told of next."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=self.root, capture_output=True
        )
        if listed.returncode:
            pytest.skip("needs the repository, and git")
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (self.root / name).is_file():
                (self.course / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(self.root / name, self.course / name)

    def _environment(self) -> None:
        """The copy's own .venv, whose commands are those of the interpreter that runs the tests."""
        venv.create(self.course / ".venv", symlinks=True)
        for command in Path(sys.executable).parent.iterdir():
            there = self.course / ".venv" / "bin" / command.name
            if not there.exists():
                there.symlink_to(command)
        (self.course / ".venv" / ".ready").touch()

    def run(self, lines: list[str], cwd: Path) -> str:
        """Run a script that stops at the first failure; returns what it said."""
        path = [p for p in os.environ["PATH"].split(os.pathsep) if not (Path(p) / "gradschool").exists()]
        run = subprocess.run(
            ["bash", "-e", "-c", "\n".join(lines)],
            cwd=cwd,
            env={
                "HOME": str(self.home),
                "PATH": os.pathsep.join(path),
                "PYTHONPATH": os.environ["PYTHONPATH"],  # saves seconds a command, and nothing else: tests/conftest.py
                "LC_ALL": "C.UTF-8",
                "USER": pwd.getpwuid(os.geteuid()).pw_name,
                "OMP_NUM_THREADS": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert run.returncode == 0, run.stdout
        return run.stdout

    def run_in_course(self, lines: list[str]) -> str:
        return self.run([". .venv/bin/activate", *lines], self.course)

    def open_exchange(self, lines: list[str]) -> None:
        """The exchange as README makes it, in this folder, by whoever runs the tests."""
        self.run([line.removeprefix("sudo ").replace(EXCHANGE, str(self.exchange)) for line in lines], self.folder)
        config = f"c = get_config()\nc.Exchange.root = {str(self.exchange)!r}\n"
        (self.home / ".jupyter" / "nbgrader_config.py").write_text(config)


def test_every_block_is_run_or_said_why_not(root: Path) -> None:
    """A block that is new in docs/instructor.md is run by the test below; this one sees that the lists are not stale."""
    route, exchange = instructor_blocks(root)
    assert route[0] == CLONE
    assert len(made(exchange)) == 3 and all(EXCHANGE in line for line in made(exchange))
    assert sum(bool(STUDENT.fullmatch(line)) for line in exchange) == 3
    first = [block[0] for block in reference_blocks(root)]
    assert all(any(line.startswith(start) for line in first) for start in NOT_HERE), first


@pytest.mark.sandbox
@pytest.mark.timeout(1800)  # a unit graded twice, parts of another one, on however busy a machine
def test_the_commands_work_as_printed(root: Path, tmp_path: Path) -> None:
    if shutil.which("bwrap") is None or shutil.which("make") is None:
        pytest.skip("needs bubblewrap and make")
    machine = Machine(root, tmp_path)
    route, exchange = instructor_blocks(root)

    said = machine.run(["cd gradschool", *route[1:]], tmp_path)
    assert f"{UNIT} is in the gradebook now" in said
    check_route(machine)

    machine.open_exchange(made(exchange))
    for block in reference_blocks(root):
        if not block[0].startswith(tuple(NOT_HERE)):
            said = machine.run_in_course(block)
            assert said.count(" 0 of them changed") == " ".join(block).count("gradschool regrade")

    with Gradebook(f"sqlite:///{machine.course}/class/gradebook.db") as gradebook:
        by_notebook = {notebook.name for notebook in gradebook.find_assignment("unit2_convolutional").notebooks}
    assert by_notebook == {"1_images_and_kernels", "2_layers"}, "what is released notebook by notebook"

    as_student = f"(cd {machine.student} && \\1)"
    said = machine.run_in_course([STUDENT.sub(as_student, line) for line in exchange[3:]])
    assert "ada did not hand in through the exchange" in said
    pages = (machine.student / UNIT / "feedback").rglob("*.html")
    assert {page.stem for page in pages} == notebooks(root)


def notebooks(root: Path) -> set[str]:
    return {path.stem for path in (root / "course" / UNIT).glob("*.ipynb")}


def check_route(machine: Machine) -> None:
    """The gradebook has the unit and the sample's grades; the pages are there; the repository is as it was."""
    held = machine.course / "class"
    with Gradebook(f"sqlite:///{held}/gradebook.db") as gradebook:
        assert {notebook.name for notebook in gradebook.find_assignment(UNIT).notebooks} == notebooks(machine.root)
        submission = gradebook.find_submission(UNIT, "ada")
        assert 0 < submission.score < submission.max_score
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        assert {0.0, 1.0} <= {grade.auto_score / grade.max_score for grade in grades if grade.auto_score is not None}
    assert {page.stem for page in (held / "feedback" / "ada" / UNIT).glob("*.html")} == notebooks(machine.root)
    for name in (f"report-{UNIT}.html", f"grades-{UNIT}.csv", f"grades-canvas-{UNIT}.csv", f"grades-moodle-{UNIT}.csv"):
        assert (held / name).stat().st_size
    for path in (machine.root / "course").rglob("unit*/*.ipynb"):
        assert (machine.course / path.relative_to(machine.root)).read_bytes() == path.read_bytes()
