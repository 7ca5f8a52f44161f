"""The package as a student installs it: a wheel, a fresh environment, an empty folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.lessons.cells import by_grade_id, is_setup, points
from autograder.lessons.layout import notebooks
from autograder.publishing.execute import Setting, execute
from autograder.publishing.source import read_notebook


def call(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=plain(cwd), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def plain(home: Path) -> dict[str, str]:
    """An environment that names nothing of this course, with a home of its own."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("GRADSCHOOL", "PYTHON", "JUPYTER", "XDG"))}
    return {**ours, "HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder)
    call(sys.executable, "-m", "pip", "wheel", *options, root, cwd=folder)
    [made] = folder.glob("gradschool-*.whl")
    return made


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment with the wheel; what the wheel requires is this environment's."""
    folder = tmp_path_factory.mktemp("fresh")
    call(sys.executable, "-m", "venv", "--without-pip", folder / "env", cwd=folder)
    python = folder / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    call(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=folder)
    site = call(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip()
    shared = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    (Path(site) / "shared.pth").write_text("\n".join(shared) + "\n", encoding="utf-8")
    return python


def test_the_wheel_holds_the_students_notebooks_and_no_solution(wheel: Path, root: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        texts = {name: archive.read(name).decode() for name in names if name.endswith((".ipynb", ".py"))}
    published = {f"autograder/{path.relative_to(root).as_posix()}" for path in notebooks(root / "course")}
    assert {name for name in names if name.endswith(".ipynb")} == published
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"autograder", "gradschool"}
    assert not any("solutions/" in name for name in names)
    assert [name for name in published if "BEGIN SOLUTION" in texts[name]] == []
    assert all(
        texts[name] == (root / name.removeprefix("autograder/")).read_text(encoding="utf-8") for name in published
    )


def test_an_empty_folder_becomes_the_course_and_an_answer_is_checked(fresh: Path, root: Path, tmp_path: Path) -> None:
    """A folder whose name has a space and an ö; in it the notebook is opened, answered and checked."""
    here = tmp_path / "my cöurse"
    here.mkdir()
    told = call(fresh.with_name("gradschool"), "lab", "--prepare-only", cwd=here)
    assert told.startswith("23 new: unit1_feedforward/1_neurons.ipynb")
    assert (here / "work" / "start.ipynb").is_file() and len(notebooks(here / "work")) == 23
    where = call(fresh, "-c", "import autograder; print(autograder.__file__)", cwd=here).strip()
    assert Path(where).is_relative_to(fresh.parents[1])

    nb = read_notebook(here / "work" / "unit1_feedforward" / "1_neurons.ipynb")
    named = by_grade_id(nb.cells)
    solved = by_grade_id(read_notebook(root / "solutions" / "unit1_feedforward" / "1_neurons.ipynb").cells)
    named["perceptron_update-answer"].source = solved["perceptron_update-answer"].source
    nb.cells = [c for c in nb.cells if is_setup(c)] + [named["perceptron_update-answer"], named["perceptron_update"]]
    check = execute(nb, setting=Setting("installed", {"PYTHONPATH": ""}, str(fresh))).cells[-1]
    assert check.outputs[-1].data["text/plain"] == f"{points(named['perceptron_update'])}"


def test_inside_the_folder_it_is_found_again(fresh: Path, tmp_path: Path) -> None:
    call(fresh.with_name("gradschool"), "lab", "--prepare-only", cwd=tmp_path)
    inside = tmp_path / "work" / "unit1_feedforward"
    assert (
        call(fresh.with_name("gradschool"), "lab", "--prepare-only", cwd=inside).strip() == "Nothing new in the course."
    )
    assert not (inside / "work").exists()
