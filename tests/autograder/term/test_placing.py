"""Folders that are put in place: the ways in which a process can end in between."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.term.placing import put, staging

KILLED = """
import os, signal, sys
from pathlib import Path
from autograder.term.placing import staging
with staging(Path(sys.argv[1])) as place:
    (place / "half").write_text("written")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_goes_and_what_is_in_use_stays(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)])
    assert done.returncode < 0 and len(list(tmp_path.iterdir())) == 1
    with staging(tmp_path) as one, staging(tmp_path) as other:
        assert one != other and sorted(tmp_path.iterdir()) == sorted((one, other))
    assert not list(tmp_path.iterdir())


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), staging(tmp_path) as place:
        (place / "half").mkdir()
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_a_folder_is_put_over_another_and_over_a_link(tmp_path: Path) -> None:
    target = tmp_path / "submitted" / "ada" / "unit"
    for i in range(2):
        with staging(tmp_path) as place:
            (place / "unit").mkdir()
            (place / "unit" / f"{i}.ipynb").write_text("")
            put(place / "unit", target)
        assert [path.name for path in target.iterdir()] == [f"{i}.ipynb"]
    os.symlink("/etc", tmp_path / "submitted" / "ada" / "link")
    with staging(tmp_path) as place:
        (place / "unit").mkdir()
        put(place / "unit", tmp_path / "submitted" / "ada" / "link")
    assert not (tmp_path / "submitted" / "ada" / "link").is_symlink() and Path("/etc/passwd").exists()
