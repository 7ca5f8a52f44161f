"""The measurement of waits: what arrives when, and what the page says; the watch itself has its own tests."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.benchmarks.handing_in import complete, open_exchange, page, submit
from autograder.benchmarks.waiting import AT_ONCE, Phase, measure, write


class Room:
    """Gives feedback after two seconds, thirty a minute."""

    notebook = "1_neurons"

    def __init__(self) -> None:
        self.moments: dict[str, list[float]] = {}

    def hand_in(self, name: str, moments: list[float], told: Any) -> Phase:
        self.moments[name] = moments
        return Phase(name, [2.0] * len(moments), 2.0 * len(moments))


def test_half_of_the_capacity_and_a_burst_towards_the_deadline(tmp_path: Path) -> None:
    room = Room()
    full, half, burst = measure(room, 4.0, 60, 5.0, lambda line: None)  # type: ignore[arg-type]
    assert (len(full.waits), full.per_minute, len(half.waits), len(burst.waits)) == (AT_ONCE, 30.0, 60, 60)
    assert all(0 <= moment <= 240 for moment in room.moments[half.name])
    late = [moment for moment in room.moments[burst.name] if moment > 150]
    assert max(room.moments[burst.name]) <= 300 and len(late) > 35
    full.waits = [1.0, 2.0, 9.0]
    text = write([full, half, burst], room, tmp_path).read_text()  # type: ignore[arg-type]
    assert "1_neurons" in text and f"| {full.name} | 3 | 7.5 | 2.0 | 9.0 | 9.0 |" in text


def test_a_submission_lies_in_the_exchange_as_nbgrader_leaves_it(tmp_path: Path) -> None:
    from nbgrader.exchange.default.collect import ExchangeCollect

    inbound = open_exchange(tmp_path / "exchange", "gradschool")
    work = tmp_path / "work"
    work.mkdir()
    (work / "1_neurons.ipynb").write_text(json.dumps({}))
    place = submit(inbound, work, "ada", "unit1_feedforward", finish=False)
    assert not (place / "submission_secret.txt").exists()
    complete(place)
    record = ExchangeCollect._path_to_record(SimpleNamespace(fail=pytest.fail), str(place))
    assert (
        record["username"] == "ada"
        and f"{record['timestamp']:%Y-%m-%d %H:%M:%S.%f} UTC" == (place / "timestamp.txt").read_text()
    )
    assert page(place, "1_neurons").parent == tmp_path / "exchange" / "gradschool" / "feedback"
