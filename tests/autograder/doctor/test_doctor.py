"""Doctor names each cause with its cure, and speaks where nothing else does."""

import ast
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import pytest

from autograder.doctor import (
    Finding,
    course,
    examination,
    examine,
    findings,
    folders,
    grading,
    kernels,
    machine,
    packages,
    torch_here,
)

ROOT = Path(__file__).parents[3]


def bad(look: Callable[[], Iterator[Finding]]) -> Finding:
    """The one thing that a look finds fault with."""
    [found] = [finding for finding in look() if not finding.good]
    assert found.cure
    return found


def test_all_of_it_can_be_read_by_an_old_python_and_imports_nothing_heavy() -> None:
    for path in [
        ROOT / "autograder" / "__main__.py",
        ROOT / "autograder" / "__init__.py",
        *(ROOT / "autograder" / "doctor").glob("*.py"),
    ]:
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    code = "import sys, autograder.__main__, autograder.doctor, autograder.doctor.examination as e; e.looks(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"torch", "numpy", "typer", "rich", "nbformat", "jupyter_core", "pooch"} & {
        name.partition(".")[0] for name in loaded
    }


def test_without_any_package_it_says_what_to_type(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-S", "-m", "autograder"]
    run = subprocess.run([*command, "doctor"], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert run.returncode == 1 and run.stderr == ""
    assert "✗ gradschool is not installed for this Python" in run.stdout and "-m pip install gradschool" in run.stdout
    run = subprocess.run([*command, "lab"], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert run.returncode == 1
    assert "gradschool cannot start: ModuleNotFoundError" in run.stderr and "-m autograder doctor" in run.stderr


def test_an_old_python_is_named_and_nothing_else_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "OLDEST", (3, 99))
    monkeypatch.setattr(machine, "OLDEST", (3, 99))
    assert len(examination.looks()) == 2
    found = bad(machine.python)
    assert (
        "is too old: the course needs 3.99 or newer" in found.seen
        and "python3.99 -m venv" in found.cure
        and found.needed
    )


def test_32_bits_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.struct, "calcsize", lambda kind: 4)
    assert "32 bits" in bad(machine.python).seen


def test_on_windows_it_says_where_a_class_is_graded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    monkeypatch.delattr(os, "geteuid")
    assert any("WSL2" in finding.seen for finding in machine.system())
    assert [*grading.sandbox(), *grading.exchange()] == []


def test_a_look_that_fails_is_a_finding(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Iterator[Finding]:
        """The moon."""
        raise OSError("too far")
        yield

    def absent() -> Iterator[Finding]:
        """The sun."""
        import nowhere_at_all  # noqa: F401

        yield

    monkeypatch.setattr(examination, "looks", lambda: [broken, absent])
    assert examine() == 0
    said = capsys.readouterr().out
    assert "– not looked at (the moon): OSError: too far" in said
    assert "– not looked at (the sun): nowhere_at_all is missing" in said


@pytest.mark.parametrize(
    ("installed", "told"), [(None, "packages are missing: torch"), ("1.0", "torch 1.0 (needs 2.6 or newer)")]
)
def test_packages_that_are_missing_or_old(monkeypatch: pytest.MonkeyPatch, installed: str | None, told: str) -> None:
    true = metadata.version

    def version(name: str) -> str:
        if name != "torch":
            return true(name)
        if installed is None:
            raise metadata.PackageNotFoundError(name)
        return installed

    monkeypatch.setattr(packages.metadata, "version", version)
    assert told in bad(packages.desk).seen


def test_other_versions_than_the_stored_outputs_were_made_with(monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").touch()
    (tmp_path / "constraints.txt").write_text("numpy==0.1\n")
    monkeypatch.chdir(tmp_path)
    found = bad(packages.versions)
    assert "(not 0.1)" in found.seen and not found.needed


KERNELS = {
    "gone": ({"argv": ["/nowhere/python", "-m", "ipykernel"]}, "starts /nowhere/python, which is not there"),
    "another": ({"argv": ["/bin/sh"]}, "starts another Python, /bin/sh"),
    "broken": ({"argv": []}, "cannot be read (IndexError)"),
}


@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_that_does_not_start_the_course(monkeypatch, tmp_path: Path, name: str) -> None:
    spec, told = KERNELS[name]
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    found = bad(kernels.kernel)
    assert told in found.seen and "-m ipykernel install --sys-prefix --name python3" in found.cure


def test_a_torch_that_cannot_be_loaded(monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise OSError('a library is missing')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = bad(torch_here.device)
    assert "PyTorch does not work: OSError: a library is missing" in found.seen and "pytorch.org" in found.cure


def test_a_device_that_is_not_here(monkeypatch) -> None:
    monkeypatch.setenv("GRADSCHOOL_DEVICE", "tpu")
    found = bad(torch_here.device)
    assert "GRADSCHOOL_DEVICE is 'tpu'" in found.seen and found.cure == "unset GRADSCHOOL_DEVICE"


def test_a_full_disk(monkeypatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(1, 1, 5 << 20))
    assert all("on a disk with 5 MB left" in finding.seen and finding.cure for finding in folders.folders())


def test_folders_that_cannot_be_written(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    seen = {finding.cure for finding in folders.folders()}
    assert seen == set(folders.CURES.values())
    (tmp_path / "nbgrader_config.py").touch()
    (tmp_path / "course").mkdir()
    monkeypatch.chdir(tmp_path)
    assert "gradschool lab --work FOLDER" in bad(course.course).cure


def test_outside_a_course(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert "no course at or above" in bad(course.course).seen


def test_a_file_that_takes_a_packages_place(monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "random.py").touch()
    (tmp_path / "torch.py").touch()
    (tmp_path / "mine.py").touch()
    monkeypatch.chdir(tmp_path)
    assert bad(folders.shadows).seen.startswith("random.py, torch.py in ")


@pytest.mark.parametrize(("name", "value"), [("PYTHONHOME", "/x"), ("PYTHONPATH", "/y"), ("GRADSCHOOL_SCALE", "half")])
def test_settings_that_stand_in_the_way(monkeypatch, name: str, value: str) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv(name, value)
    assert bad(folders.settings).seen.startswith(f"{name} is ")


def test_lines_fit_a_terminal_and_its_letters(monkeypatch, capsys) -> None:
    finding = Finding(False, "a sentence of many words " * 8, "and what to do about it " * 8)
    lines = findings.told(finding, 80)
    assert (max(map(len, lines)) <= 80 and lines[1].startswith("  a")) or lines[1].startswith("  ")
    run = subprocess.run(
        [sys.executable, "-c", "from autograder.doctor import findings; findings.say('✓ 1024 × 1024, ✗ no')"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"}, cwd=ROOT, capture_output=True,
    )  # fmt: skip
    assert run.stdout.strip() == b"ok 1024 ? 1024, !! no"
