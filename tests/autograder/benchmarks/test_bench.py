"""The bench: what it compares is the same work; what it writes says what was measured."""

import dataclasses

import pytest
import torch
from torch.testing import assert_close
from typer.testing import CliRunner

from autograder.benchmarks import growth, layers, networks
from autograder.benchmarks.page import Findings, page, write
from autograder.benchmarks.pairs import FEWEST, MOST, Measured, Row, measure
from autograder.cli import app

CPU = torch.device("cpu")


@pytest.mark.parametrize("epochs", [networks.lenet_epochs, networks.char_lstm_epochs, networks.dcgan_epochs])
def test_networks_of_references_learn_as_their_twins_do(epochs, monkeypatch):
    """In double precision, two epochs on: the same losses to ten digits, by either form."""
    train, play = networks._train, networks._play
    monkeypatch.setattr(
        networks, "_train", lambda loss, parameters, step, batches: train(loss, parameters, step, batches[:2])
    )
    monkeypatch.setattr(
        networks, "_play", lambda nets, parameters, steps, batches: play(nets, parameters, steps, batches[:2])
    )
    found = {name: [epoch(), epoch()] for name, epoch in epochs(CPU, torch.float64).items()}
    assert found["torch"][1] < found["torch"][0]
    for name in networks.FORMS:
        assert_close(torch.tensor(found[name]), torch.tensor(found["torch"]), rtol=1e-10, atol=0)


def test_the_loops_are_a_convolution():
    x, w = torch.randn(2, 3, 6, 5), torch.randn(4, 3, 3, 2)
    assert_close(layers.conv2d_by_loops(x, w), torch.nn.functional.conv2d(x, w))


SMALL = {
    "conv2d": lambda: layers._convolution(layers.CONVOLUTIONS[1], True, CPU),
    "conv2d forward": lambda: layers._convolution(layers.CONVOLUTIONS[2], False, CPU),
    "max_pool2d": lambda: layers._max_pooling("", (2, 3, 8, 9), 3, 2, CPU),
    "avg_pool2d": lambda: layers._avg_pooling((2, 3, 8, 6), 2, CPU),
    "batchnorm2d": lambda: layers._batch_norm((2, 3, 4, 5), CPU),
    "cross_entropy": lambda: layers._cross_entropy((6, 4), CPU),
}


@pytest.mark.parametrize("name", SMALL)
def test_forms_and_peer_of_a_row_do_the_same(name):
    row = SMALL[name]()
    expected = row.peer()
    assert set(row.forms) == {"textbook", "fast"}
    for work in row.forms.values():
        assert_close(work(), expected, rtol=1e-3, atol=1e-3)


def test_forms_and_peer_run_in_turn():
    ran = []
    row = Row("w", {"a": lambda: ran.append("a"), "b": lambda: ran.append("b")}, lambda: ran.append("p"), "peer", 2.0)
    seen = measure(row, 0.0, CPU).seconds
    assert {len(times) for times in seen.values()} == {FEWEST} and FEWEST <= MOST
    order = [name for i, name in enumerate(ran) if i == 0 or ran[i - 1] != name]
    assert order[-9:] == ["a", "b", "p"] * 3


def measured(ratio, **changes):
    row = Row("some work", {"textbook": lambda: 0, "fast": lambda: 0}, lambda: 0, "its peer", 2.0)
    row = dataclasses.replace(row, **changes)
    return Measured(row, {"textbook": [4.0, 9.0, 4.0], "fast": [ratio, 9.0, ratio], "peer": [1.0, 9.0, 1.0]})


@pytest.mark.parametrize(("ratio", "met"), [(1.5, True), (2.5, False)])
def test_the_aim_is_the_last_forms(ratio, met):
    found = measured(ratio)
    assert found.met is met and found.ratio("fast") == ratio and found.median("peer") == 1.0


@pytest.mark.parametrize(("ratio", "met"), [(1 / 400, True), (1 / 200, False)])
def test_a_peer_may_have_to_be_slower(ratio, met):
    assert measured(ratio, slower=True, aim=300.0).met is met


def test_the_page_says_what_was_measured_and_nothing_else(tmp_path):
    lines = growth.Growth(
        "conv", "channels", 2.0, (8, 16, 32), {n: [1.0, 4.0, 16.0] for n in ("textbook", "fast", "torch")}
    )
    findings = Findings(
        CPU, 2, [measured(2.5)], {"textbook": 50 << 20, "fast": 30 << 20, "torch": 10 << 20}, (0.02, 0.3)
    )
    findings.growth = [lines]
    text = write(findings, tmp_path).read_text()
    assert "| some work | its peer | 1000 | 4000 | 4.00 | 2500 | 2.50 | ≤ 2× | **missed** |" in text.replace(
        "1e+03", "1000"
    )
    assert "met" in text and "p95 300 ms (aim: 200; **missed**)" in text and "2 threads" in text
    assert "| conv | channels | 2.00 | 2.00 | 2.00 | 2 |" in text
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")
    assert "nbval" not in text and "latency" not in page(Findings(CPU, 1))


def test_growth_is_read_from_the_upper_half():
    seconds = [1.0 + 1e-3 * n**2 for n in (8, 16, 64, 128, 256)]
    assert growth.Growth("", "", 2.0, (8, 16, 64, 128, 256), {"fast": seconds}).exponent("fast") == pytest.approx(
        1.95, abs=0.1
    )


def test_one_row_from_the_command_line(tmp_path):
    result = CliRunner().invoke(app, ["bench", "--only", "cross_entropy, 64", "--seconds", "0", "--to", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "cross_entropy, 64×10" in (tmp_path / "bench.md").read_text()


@pytest.mark.parametrize(
    "wrong",
    [["--only", "no such work"], ["--device", "tpu"], *([] if torch.cuda.is_available() else [["--device", "cuda"]])],
)
def test_what_cannot_be_measured_is_refused(wrong, tmp_path):
    result = CliRunner().invoke(app, ["bench", *wrong, "--seconds", "0", "--to", str(tmp_path)])
    assert result.exit_code == 2 and not list(tmp_path.iterdir())
