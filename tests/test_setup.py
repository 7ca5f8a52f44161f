"""The files that set a machine up: make's, conda's, and what continuous integration calls."""

import os
import re
import stat
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement

TARGETS = ("install", "lab", "demo", "check", "quick", "test", "course", "site", "bench", "soak")


@pytest.fixture(scope="session")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="session")
def pins(root) -> dict[str, str]:
    text = (root / "constraints.txt").read_text()
    return {normal(name): version for name, version in re.findall(r"^([\w.-]+)==(\S+)$", text, re.MULTILINE)}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_is_pinned_within_its_range(project, pins):
    required = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    for requirement in map(Requirement, required):
        if requirement.name == project["name"]:  # an extra that holds others
            continue
        assert normal(requirement.name) in pins, requirement
        assert requirement.specifier.contains(pins[normal(requirement.name)]), requirement


def test_conda_gets_the_desk_and_what_grades_a_class_with_the_pinned_versions(root, project):
    environment = yaml.safe_load((root / "environment.yml").read_text())
    [pip] = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert "pip" in environment["dependencies"]
    assert pip == ["--constraint constraints.txt", "--editable .[class]"]
    [python] = [e for e in environment["dependencies"] if isinstance(e, str) and e.startswith("python=")]
    assert Requirement(f"python{project['requires-python']}").specifier.contains(python.removeprefix("python="))


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_sets_up_first(root, tmp_path, target):
    """In a folder without .venv, and again when constraints.txt is newer than it."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_bytes((root / name).read_bytes())
    assert "pip install -c constraints.txt -e '.[test]'" in dry_run(tmp_path, target)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".ready").touch()
    assert "pip install" not in dry_run(tmp_path, target)
    later = (tmp_path / ".venv" / ".ready").stat().st_mtime + 10
    os.utime(tmp_path / "constraints.txt", (later, later))
    assert "pip install" in dry_run(tmp_path, target)


@pytest.mark.parametrize(("target", "runs"), [("quick", "pytest"), ("test", "pytest"), ("check", "mypy")])
def test_tests_begin_with_the_check(root, target, runs):
    said = dry_run(root, target)
    places = [said.index(word) for word in ("ruff check .", "ruff format --check .", "bin/mypy", runs)]
    assert places == sorted(places)


def test_the_quick_tests_are_there(root):
    [command] = [line for line in dry_run(root, "quick").splitlines() if "pytest" in line]
    chosen = re.findall(r"tests/\S+", command)
    assert len(chosen) > 3 and all((root / path).exists() for path in chosen)


def test_a_wheel_needs_no_environment(root, tmp_path):
    (tmp_path / "Makefile").write_bytes((root / "Makefile").read_bytes())
    said = dry_run(tmp_path, "wheel")
    assert " -m pip wheel --no-deps --wheel-dir dist ." in said and "pip install" not in said


def dry_run(folder, target) -> str:
    run = subprocess.run(["make", "-n", target], cwd=folder, capture_output=True, text=True, check=True)
    return run.stdout


def test_an_old_python_is_refused_by_name(root, tmp_path):
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_bytes((root / name).read_bytes())
    run = subprocess.run(["make", "lab", "PYTHON=false"], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode != 0
    assert "Python 3.11 or newer is needed" in run.stdout
    assert not (tmp_path / ".venv").exists()


def test_continuous_integration_runs_the_tests(root):
    script = root / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    assert script.read_text().rstrip().endswith("exec make test")


def run_cli(*arguments: str, cwd) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder.cli", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


@pytest.mark.parametrize("command", [["publish"], ["lab", "--course", "."]])
def test_outside_a_course_a_command_says_one_sentence(tmp_path, command):
    run = run_cli(*command, cwd=tmp_path)
    assert run.returncode == 1
    assert "nbgrader_config.py" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


def test_doctor_says_in_one_screen_what_is_there(root):
    run = run_cli("doctor", cwd=root)
    assert run.returncode == 0, run.stdout
    assert f"✓ course in {root}" in run.stdout
    assert all(word in run.stdout for word in ("jupyterlab", "GFLOP/s", "data:", "sandbox"))
    assert len(run.stdout.splitlines()) <= 24


def test_doctor_says_what_to_do_about_what_is_missing(root, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path / "nowhere"))
    run = run_cli("doctor", cwd=root)
    assert run.returncode == 0, "learning needs neither"
    assert "bubblewrap is missing" in run.stdout and "apt-get install bubblewrap" in run.stdout
    assert f"{tmp_path}/nowhere, which is no folder" in run.stdout
