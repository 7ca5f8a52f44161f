"""What a watch does with what it is told, without grading: failures, changes, who has left."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.term import watch
from autograder.term.watch import Watch

UNIT = "unit1_feedforward"


class Source:
    def __init__(self) -> None:
        self.gives: list[tuple[str, str]] = []

    def take(self, unit: str, gone: set[str]) -> Iterator[tuple[str, str]]:
        yield from self.gives


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A watch whose grading is written down and does nothing."""
    (tmp_path / "class").mkdir()
    log = logging.Logger("watch")
    api = SimpleNamespace(coursedir=SimpleNamespace(root=str(tmp_path), course_id="gradschool"), log=log)
    source, said, graded = Source(), list[str](), list[list[str]]()
    made = Watch(api, [UNIT], [source], said.append)

    def grade(unit: str, due: list[str]) -> int:
        if due:
            graded.append(due)
        for student in due:
            made._seen[unit, student] = watch._mark(tmp_path / "class" / "submitted" / student / unit)
        return len(due)

    monkeypatch.setattr(made, "_grade", grade)
    return SimpleNamespace(watch=made, source=source, said=said, graded=graded, held=tmp_path / "class", log=log)


def put(held: Path, student: str, text: str = "{}") -> Path:
    place = held / "submitted" / student / UNIT
    place.mkdir(parents=True, exist_ok=True)
    (place / "1_first.ipynb").write_text(text)
    return place


def test_what_was_put_there_just_now_waits_and_then_is_graded_once(made: Any) -> None:
    place = put(made.held, "ada")
    assert made.watch.look() == 0, "somebody may still be writing"
    end = time.monotonic() + 60
    while not made.watch.look():
        assert time.monotonic() < end
        time.sleep(0.1)
    assert made.watch.look() == 0 and made.graded == [["ada"]]
    (place / "1_first.ipynb").write_text("another")
    while not made.watch.look():
        assert time.monotonic() < end
        time.sleep(0.1)
    assert made.graded == [["ada"], ["ada"]]


def test_what_was_collected_is_graded_at_once_and_who_has_left_is_not(made: Any) -> None:
    (made.held / "roster.csv").write_text("id,status\ngone,retired\nada,\n")
    for student in ("ada", "gone"):
        put(made.held, student)
    made.source.gives = [("ada", "")]
    assert made.watch.look() == 2 and made.graded == [["ada"]]
    assert made.said == [f"{UNIT} ada: collected"]


def test_a_failure_is_said_once_and_another_one_again(made: Any) -> None:
    made.source.gives = [("eve", "too large"), ("bob", "")]
    made.watch.look()
    made.watch.look()
    made.source.gives = [("eve", "no access")]
    made.watch.look()
    said = [line for line in made.said if "eve" in line]
    assert said == [f"{UNIT} eve: not collected: too large", f"{UNIT} eve: not collected: no access"]


def test_feedback_that_fails_stops_nobody_and_is_not_tried_at_every_look(
    made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def make(unit: str, student: str) -> None:
        tried.append(student)
        if student == "eve":
            made.log.error("Traceback (most recent call last):\n  File x\nKeyError: 'cells'")
            raise RuntimeError("see the traceback above")
        pages = made.held / "feedback" / student / unit
        pages.mkdir(parents=True)
        (pages / "1_first.html").write_text("")

    monkeypatch.setattr(made.watch._feedback, "make", make)
    for student in ("ada", "eve"):
        graded = made.held / "autograded" / student / UNIT
        graded.mkdir(parents=True)
        (graded / "1_first.ipynb").write_text("{}")
    assert made.watch.look() == 1
    assert made.watch.look() == 0 and tried == ["ada", "eve"]
    assert made.said == [f"{UNIT} ada: feedback made", f"{UNIT} eve: no feedback made: KeyError: 'cells'"]
