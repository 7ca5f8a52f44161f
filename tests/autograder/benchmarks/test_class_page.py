"""The report on grading says what was measured."""

import pytest
from typer.testing import CliRunner

from autograder.benchmarks.class_page import Findings, page, write
from autograder.benchmarks.grading import Run
from autograder.cli import app


def found(ours: float) -> Findings:
    """Two rounds of ten submissions: stock takes 100 s for each, ours so many."""
    stock = [Run(10, 100.0, 90.0, 10**9, [10.0] * 10)] * 2
    return Findings("unit1_feedforward", 1, 2, stock, [Run(10, ours, 9.0, 2 * 10**9, [1.0] * 9 + [3.0])] * 2)


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        (10.0, "**10.0 times stock** (aim: 8; met; by round: 10.0, 10.0)"),
        (16.0, "**6.2 times stock** (aim: 8; **missed**; at least 5: met; by round: 6.2, 6.2)"),
        (25.0, "**4.0 times stock** (aim: 8; **missed**; at least 5: **missed**; by round: 4.0, 4.0)"),
    ],
)
def test_the_ratio_is_of_submissions_per_minute(ours: float, said: str) -> None:
    text = page(found(ours))
    assert said in text and "Processor seconds: 10.0 times fewer" in text
    assert "| stock nbgrader, no sandbox | 20 | 6.0 | 10.00 | 10.00 | 9.00 | 1.00 GB |" in text


def test_cost_over_the_size_of_the_class(tmp_path) -> None:
    classes = Findings("unit1_feedforward", 0, 2)
    classes.classes = [Run(n, 2.0 * n, 1.5 * n, 10**9, [1.0] * n) for n in (50, 200, 500)]
    text = write(classes, tmp_path).read_text()
    assert "grows with its size to the power of 1.00" in text and "times stock" not in text
    assert (tmp_path / "grading.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("wrong", [["--submissions", "0"], ["--sizes", "fifty"], ["--sizes", "50,0"]])
def test_what_cannot_be_measured_is_refused(wrong: list[str], tmp_path) -> None:
    result = CliRunner().invoke(app, ["bench-grading", *wrong, "--to", str(tmp_path)])
    assert result.exit_code == 2 and not list(tmp_path.iterdir())


@pytest.mark.soak
@pytest.mark.sandbox
@pytest.mark.timeout(600)
def test_two_submissions_graded_by_either(tmp_path) -> None:
    """The whole road: a released class, answers handed in, stock nbgrader's kernel and our sandbox."""
    options = ["--submissions", "2", "--rounds", "1", "--workers", "1", "--notebooks", "1", "--to", str(tmp_path)]
    result = CliRunner().invoke(app, ["bench-grading", *options])
    assert result.exit_code == 0, result.output
    text = (tmp_path / "grading.md").read_text()
    assert text.count("| 2 |") == 2 and "times stock" in text and "is the first notebook of the unit" in text
    assert "is the first notebook of the unit" in result.output
