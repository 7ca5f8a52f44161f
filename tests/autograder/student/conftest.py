"""A notebook's shell."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from autograder.student import answer_store


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """One of its own, in which nothing has passed yet and which keeps its answers apart."""
    monkeypatch.setenv("GRADSCHOOL_HOME", str(tmp_path))
    for memory in ("_passed", "_kept", "_taken"):
        monkeypatch.setattr(answer_store, memory, {})
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(history_length=0)
    shell.history_manager.enabled = False
    shell.run_cell("import torch\nfrom autograder import check, use")
    yield shell
    InteractiveShell.clear_instance()
