"""What `gradschool stability` says of a made-up lesson whose outputs follow the machine, and of the course's own."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from autograder.cli import app
from autograder.commands.stability import _settings
from autograder.lessons.layout import SOLUTIONS, CourseError, find_root, lessons
from autograder.publishing import disturbed
from autograder.publishing.gates.drift import drift
from autograder.publishing.publish import publish
from autograder.publishing.source import read_notebook
from autograder.publishing.stability import (
    DISTURBED,
    SETTINGS,
    TWO_THREADS,
    Moved,
    applies,
    moves,
    proposals,
    write_approx,
)

LESSONS = lessons(find_root(Path(__file__).parent))
SOURCE = """\
# %% [markdown]
# # A lesson that follows the machine

# %%
import torch

threads = torch.get_num_threads()
print(f"stays: {0.5 + threads / 1e6:.6f}")

# %%
print(f"moves a little: {0.5 + threads / 50:.3f}")

# %%
print(f"moves far: {0.1 ** threads:.3f}")

# %% tags=["nbval-ignore-output"]
print(f"nobody compares this: {threads}")

# %%
print("one thread:", threads == 1)

# %%
torch.manual_seed(0)
print(f"a start: {torch.randn(1).item():.9f}")
"""


@pytest.fixture(scope="module")
def made_up(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made_up")
    shutil.copyfile(root / "nbgrader_config.py", folder / "nbgrader_config.py")
    unit = folder / SOLUTIONS / "unit1_feedforward"
    unit.mkdir(parents=True)
    (unit / "1_made_up.py").write_text(SOURCE)
    [lesson] = lessons(folder)
    assert publish([lesson]) == []
    return lesson


def test_what_moves_is_told_proposed_and_written(made_up, monkeypatch):
    found = moves(made_up, TWO_THREADS)
    assert [(one.cell, one.allowed, one.words is None) for one in found] == [
        (1, True, True),
        (2, False, True),
        (3, False, True),
        (5, False, False),
    ]
    assert "stored 0.520, now 0.540, which is 3.70% off; 2% allowed" in str(found[1])
    assert "a claim that does not hold" in str(found[3]) and "True" in str(found[3])
    assert proposals(found) == {(made_up, 2): 0.1, (made_up, 3): None}
    monkeypatch.chdir(made_up.root)
    run = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "stability", "1/1", "--under", "threads", "--write"],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1, run.stderr
    assert "cell 2: needs approx=0.1" in run.stdout and "cell 3: moves too far" in run.stdout
    assert "exactly: 1" in run.stdout and "by number: 4" in run.stdout and "not at all: 1" in run.stdout
    assert '# %% approx=0.1\nprint(f"moves a little' in made_up.source.read_text()
    assert made_up.source.read_text().count("approx=") == 1
    before = read_notebook(made_up.solution)
    assert publish([made_up], keep_outputs=True) == [] and drift(made_up.root) == []
    assert [cell.get("outputs") for cell in read_notebook(made_up.solution).cells] == [
        c.get("outputs") for c in before.cells
    ]
    assert [one.cell for one in moves(made_up, TWO_THREADS) if not one.allowed] == [3, 5]


def test_a_disturbed_start_is_another_one(made_up):
    assert [one.cell for one in moves(made_up, DISTURBED)] == [6]


def test_approx_is_written_once_and_into_its_own_header(made_up, tmp_path):
    shutil.copytree(made_up.root, tmp_path / "copy")
    [lesson] = lessons(tmp_path / "copy")
    write_approx(lesson, {4: 0.1})
    write_approx(lesson, {4: 0.2, 6: 0.05})
    text = lesson.source.read_text()
    assert '# %% tags=["nbval-ignore-output"] approx=0.2\n' in text and "# %% approx=0.05\ntorch.manual_seed" in text
    lesson.source.write_text(text + "\n# %%\n1\n")
    with pytest.raises(CourseError, match="publish it first"):
        write_approx(lesson, {4: 0.1})


def test_disturbed_draws_differ_in_their_last_digits_and_are_the_same_again(monkeypatch):
    plain = torch.randn(1000, generator=torch.Generator().manual_seed(0))
    for owner, name in disturbed.DRAWS:
        monkeypatch.setattr(owner, name, getattr(owner, name))
    disturbed.disturb()
    beside, again = (torch.randn(1000, generator=torch.Generator().manual_seed(0)) for _ in range(2))
    assert torch.equal(beside, again) and not torch.equal(beside, plain)
    torch.testing.assert_close(beside, plain, rtol=1e-6, atol=0)
    assert not torch.equal(torch.nn.Linear(3, 4).weight, torch.nn.Linear(3, 4).weight)


def test_another_python_is_tried_before_notebooks_are_run_with_it(made_up, tmp_path, monkeypatch):
    monkeypatch.chdir(made_up.root)
    bare = tmp_path / "bare"
    venv.create(bare)  # with nothing installed
    for name, said in ((bare / "bin" / "python", "not installed for"), (tmp_path / "python4", "no program that runs")):
        told = CliRunner().invoke(app, ["stability", "1/1", "--python", str(name)])
        assert told.exit_code == 2 and said in " ".join(told.output.replace("│", " ").split()), told.output
    monkeypatch.chdir(Path(sys.executable).parent)  # a relative name is found from here, not from a notebook's folder
    assert os.path.isabs(_settings([], Path("./python"))[0].python)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("lesson", "setting"),
    [
        pytest.param(lesson, name, id=f"{lesson}-{name}")
        for lesson in LESSONS
        for name, setting in SETTINGS.items()
        if name != "again" and applies(setting, lesson)
    ],
)
def test_what_is_stored_holds_elsewhere(lesson, setting):
    problems = [one for one in moves(lesson, SETTINGS[setting]) if not (isinstance(one, Moved) and one.allowed)]
    if problems:
        pytest.fail("\n".join(map(str, problems)), pytrace=False)
