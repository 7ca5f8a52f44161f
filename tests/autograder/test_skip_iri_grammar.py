"""What our processes do without."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["autograder.cli", "autograder.grading.worker_process"])
def test_no_process_of_ours_builds_a_grammar_of_iris(module: str) -> None:
    code = f"import {module}, nbformat, jsonschema, sys; print(sys.modules['rfc3987_syntax'], 'lark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["None", "False"]


def test_notebooks_are_validated_all_the_same() -> None:
    import nbformat

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    nbformat.validate(notebook)
    notebook.cells[0].outputs = "none"
    with pytest.raises(nbformat.ValidationError):
        nbformat.validate(notebook)
