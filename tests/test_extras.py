"""The package alone is a student's desk: what that is, tried with every module hidden that only an extra brings."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from autograder import extras
from autograder.grading.jobs import Setup
from autograder.grading.pool import NoCluster
from autograder.grading.pools import pool

OURS = {"gradschool", "autograder"}
HIDE = """
import json, os, sys
from importlib.machinery import PathFinder

HIDDEN = set(json.loads(os.environ["HIDDEN_MODULES"]))

class Desk(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in HIDDEN else super().find_spec(name, path, target)

sys.meta_path[:] = [Desk if finder is PathFinder else finder for finder in sys.meta_path]
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def desk(project: dict) -> set[str]:
    """The distributions that a student's desk holds: those that the package requires, and what these require."""
    found: set[tuple[str, str]] = set()
    waiting = [Requirement(text) for text in project["dependencies"]]
    while waiting:
        requirement = waiting.pop()
        for extra in {"", *requirement.extras}:
            if (normal(requirement.name), extra) not in found:
                found.add((normal(requirement.name), extra))
                needed = [Requirement(text) for text in metadata.requires(requirement.name) or []]
                waiting += [r for r in needed if r.marker is None or r.marker.evaluate({"extra": extra})]
    return {name for name, _ in found}


@pytest.fixture(scope="module")
def run_desk(desk: set[str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run Python where nothing can be imported that a student's desk does not hold."""
    brought = metadata.packages_distributions()
    hidden = [module for module, by in brought.items() if module not in OURS and not desk & set(map(normal, by))]
    assert {"nbgrader", "sqlalchemy", "dask", "psycopg", "sphinx", "pytest"} <= set(hidden)
    folder = tmp_path_factory.mktemp("desk")
    (folder / "sitecustomize.py").write_text(HIDE)
    environment = os.environ | {"PYTHONPATH": str(folder), "HIDDEN_MODULES": json.dumps(hidden)}

    def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True)

    return run


def test_a_desk_is_small(desk: set[str]) -> None:
    assert not desk & {"dask", "distributed", "nbgrader", "notebook", "sqlalchemy", "psycopg", "sphinx", "pytest"}


def test_every_extra_names_the_modules_that_it_brings(project: dict) -> None:
    assert list(project["optional-dependencies"]) == list(extras.MODULES) == list(extras.PURPOSES)
    brought = metadata.packages_distributions()
    for extra, required in project["optional-dependencies"].items():
        by = {normal(name) for module in extras.MODULES[extra] for name in brought[module]}
        assert {normal(Requirement(text).name) for text in required} - {"gradschool"} <= by, extra
    [everything] = [r for r in map(Requirement, project["optional-dependencies"]["test"]) if r.name == "gradschool"]
    assert everything.extras == set(extras.MODULES) - {"test"}


def test_exercises_are_checked_and_used_at_a_desk(run_desk: Run, tmp_path: Path) -> None:
    lines = (
        "import torch",
        "from autograder import check, progress, use",
        "from gradschool.widgets import explore, predict",
        "def softmax(x): return x.softmax(0)",
        "assert check('softmax') == 0 and use('softmax') is not softmax",
        "def softmax(x): e = (x - x.amax(-1, keepdim=True)).exp(); return e / e.sum(-1, keepdim=True)",
        "assert check('softmax') == 4 and use('softmax') is softmax",
        "print(progress())",
    )
    done = run_desk("-c", "\n".join(lines), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "✓ right" in done.stdout or "✓ softmax" in done.stdout


def test_all_that_the_notebooks_import_is_at_a_desk(run_desk: Run, root: Path, tmp_path: Path) -> None:
    lines = {
        ast.unparse(node)
        for path in (root / "course").glob("unit*/*.ipynb")
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
        for node in ast.walk(ast.parse("".join(cell["source"])))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert len(lines) > 50
    ours = [path.relative_to(root / "lib").with_suffix("") for path in (root / "lib").rglob("*.py")]
    lines |= {f"import {'.'.join(path.parts)}".removesuffix(".__init__") for path in ours}
    done = run_desk("-c", "\n".join(sorted(lines)), cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_desk_is_laid_out_and_looked_over(run_desk: Run, root: Path, tmp_path: Path) -> None:
    command = ("-m", "autograder.cli")
    done = run_desk(*command, "lab", "--prepare-only", "--work", str(tmp_path / "work"), cwd=root)
    assert done.returncode == 0, done.stderr
    assert "Restart Kernel and Run All Cells" in (tmp_path / "work" / "start.ipynb").read_text()
    done = run_desk(*command, "doctor", cwd=root)
    assert done.returncode == 0, done.stdout
    for extra, purpose in extras.PURPOSES.items():
        assert f"– extra {extra} is not installed: {purpose}" in done.stdout
        assert f"pip install 'gradschool[{extra}]'" in done.stdout
    assert "sandbox" not in done.stdout and "exchange" not in done.stdout


UNIT = "unit1_feedforward"
NEEDS = {
    "class": ("publish", f"grade {UNIT}", f"report {UNIT}", f"regrade {UNIT} --student a --exercise b", "demo", "bench-grading"),
    "docs": ("site",),
}  # fmt: skip


@pytest.mark.parametrize(("extra", "command"), [(extra, command) for extra in NEEDS for command in NEEDS[extra]])
def test_a_command_without_its_extra_says_one_sentence(run_desk: Run, root: Path, extra: str, command: str) -> None:
    done = run_desk("-m", "autograder.cli", *command.split(), cwd=root)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.endswith(f"is missing, which is needed for {extras.PURPOSES[extra]}: pip install 'gradschool[{extra}]'")


def test_a_cluster_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "autograder.grading.dask_pool", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NoCluster, match=r"^distributed is missing, .*: pip install 'gradschool\[cluster\]'$"):
        pool(Setup({}), 1, "tcp://127.0.0.1:9", Path(), 1.0)


def test_a_module_of_no_extra_is_missed_as_ever() -> None:
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        extras.say_missing(ModuleNotFoundError("No module named 'nowhere'", name="nowhere"))
