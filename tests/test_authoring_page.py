"""What docs/authoring.md prints: its files are written and its commands run, in its order, in a folder with nothing in it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

FAILS = "# ends with 1"
PART = re.compile(
    r"^\*\*[^\n]*?`(?P<path>[\w./]+)`.*?^```python\n(?P<file>.*?)^```$|(?P<commands>(?:^    \S[^\n]*\n)+)", re.M | re.S
)
COMMANDS = ("gradschool", "nbgrader", "cd", "pytest")


def parts(root: Path) -> list[tuple[str, str]]:
    """The page's files, by path, and its blocks of commands, whose path is empty."""
    text = (root / "docs" / "authoring.md").read_text(encoding="utf-8")
    found = []
    for part in PART.finditer(text):
        if part["path"]:
            found.append((part["path"], part["file"]))
        elif part["commands"].split()[0] in COMMANDS:
            found.append(("", "".join(line[4:] for line in part["commands"].splitlines(True))))
    return found


def test_the_page_holds_what_is_run(root: Path) -> None:
    paths = [path for path, _ in parts(root)]
    assert [path for path in paths if path] == [
        "lib/optics/lenses/image_distance.py",
        "tests/test_image_distance.py",
        "exercises/lenses/image_distance.py",
        "solutions/unit1_lenses/1_lenses.py",
    ]
    assert paths.count("") == 4


@pytest.mark.sandbox
@pytest.mark.timeout(900)
def test_its_commands_lead_from_nothing_to_a_graded_class(root: Path, tmp_path: Path) -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("needs bubblewrap")
    course, said = tmp_path / "optics", []
    for path, text in parts(root):
        if path:
            assert (course / path).is_file(), f"gradschool new has not begun {path}"
            (course / path).write_text(text, encoding="utf-8")
        else:
            said.append(shell(text, course if course.is_dir() else tmp_path))
    begun, lacks, tried, graded = said
    assert begun.count("new: ") == 4 and "three cells more: solutions/unit1_lenses/1_lenses.py" in begun
    assert "image_distance: at least three misconceptions; it has 0." in lacks
    assert "is still to be written, in optics.lenses.image_distance." in lacks
    assert "1 passed" in tried and "3 wrong answers lose points and are named, 4 right ones get all 2 points" in tried
    assert "Published: unit1_lenses/1_lenses." in tried
    assert "report-unit1_lenses.html" in graded
    with Gradebook(f"sqlite:///{course}/class/gradebook.db") as gradebook:
        assert gradebook.find_submission("unit1_lenses", "ada").max_score == 2
    notebook = json.loads((course / "work" / "unit1_lenses" / "1_lenses.ipynb").read_text())
    assert any("**What counts.** Returns an array." in "".join(cell["source"]) for cell in notebook["cells"])


def shell(lines: str, cwd: Path) -> str:
    """What the lines say, each of which must succeed, but for those that are marked."""
    script = "".join(f"! {line}\n" if line.endswith(FAILS) else f"{line}\n" for line in lines.splitlines())
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    run = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=cwd,
        env=os.environ | {"PATH": path, "OMP_NUM_THREADS": "1", "PYTEST_ADDOPTS": "-p no:cacheprovider"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stdout
    return run.stdout
