"""Which cases a question is asked: new ones for other answers, the same for what was graded and has not changed."""

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.grading.find import File, digest_of_cells
from autograder.grading.seeds import ClassSecrets, class_secret, renew, seed_for
from autograder.grading.submission import SubmittedCell
from autograder.nbgrader_plugin.draws import Draws

FILE = File("a.ipynb", digest="the file's", answers="the cells'")


def graded(path: Path, digest: str = "the file's", **record: Any) -> Path:
    """A graded notebook with one question in it."""
    cell = {
        "metadata": {"nbgrader": {"grade_id": "softmax"}, "gradschool": {"state": "checked", "points": 1, **record}}
    }
    path.write_text(json.dumps({"metadata": {"gradschool": {"digest": digest}}, "cells": [cell]}))
    return path


def seed(folder: Path, file: File = FILE, anew: bool = False, at: Path | None = None) -> int:
    said: list[str] = []
    draws = Draws(ClassSecrets(folder / "class"), "unit", anew, said.append)
    found = draws.of("ada", ["softmax"], file, at or folder / "none.ipynb")
    graded(folder / "again.ipynb", drawn=dict(found["softmax"].drawn))
    assert not said
    return found["softmax"].seed


def test_the_same_answers_are_asked_the_same_and_others_something_else(tmp_path: Path) -> None:
    first = seed(tmp_path)
    assert seed(tmp_path) == first == seed(tmp_path, File("b.ipynb", digest="another", answers="the cells'"))
    assert seed(tmp_path, File("a.ipynb", digest="another", answers="with the seed in them")) != first


def test_what_is_graded_keeps_its_cases_when_the_secret_is_changed(tmp_path: Path) -> None:
    first = seed(tmp_path)
    renew(tmp_path / "class")
    assert seed(tmp_path, at=tmp_path / "again.ipynb") == first
    anew = seed(tmp_path, at=tmp_path / "again.ipynb", anew=True)
    assert anew != first
    changed = File("a.ipynb", digest="handed in again", answers="the cells'")
    assert seed(tmp_path, changed, at=tmp_path / "again.ipynb") == anew, "what was handed in again is new"


def test_a_grade_of_a_release_that_kept_nothing_keeps_its_seed(tmp_path: Path) -> None:
    before = seed_for(class_secret(tmp_path / "class"), "unit", "ada", "softmax")
    assert seed(tmp_path, at=graded(tmp_path / "former.ipynb")) == before
    renew(tmp_path / "class")
    assert seed(tmp_path, at=graded(tmp_path / "former.ipynb")) == before


def test_a_lost_secret_costs_a_sentence(tmp_path: Path) -> None:
    said: list[str] = []
    draws = Draws(ClassSecrets(tmp_path / "class"), "unit", False, said.append)
    place = graded(tmp_path / "1_first.ipynb", drawn={"secret": "0123\x1b", "answers": "x"})
    found = draws.of("ada", ["softmax"], FILE, place)
    assert found["softmax"].drawn["secret"] == ClassSecrets(tmp_path / "class").present
    assert said == [
        "ada, 1_first: drawn anew, for the secret that it was graded with (version 0123\\x1b) does not lie in class/ "
        "any more."
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"metadata": {"gradschool": 3}}', '{"metadata": null}'])
def test_a_graded_notebook_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.ipynb").write_text(text)
    assert seed(tmp_path, at=tmp_path / "odd.ipynb") == seed(tmp_path)


def test_a_digest_is_of_all_that_can_reach_what_is_run() -> None:
    cells = [SubmittedCell("x = 1", True, "softmax-answer", "a1"), SubmittedCell("text", False)]
    others = [
        [SubmittedCell("x = 2", True, "softmax-answer", "a1"), cells[1]],
        [SubmittedCell("x = 1", False, "softmax-answer", "a1"), cells[1]],
        [SubmittedCell("x = 1", True, "relu-answer", "a1"), cells[1]],
        [SubmittedCell("x = 1", True, "softmax-answer", "12345"), cells[1]],
        cells[::-1],
        cells[:1],
        [],
    ]
    digests = {digest_of_cells(some) for some in [cells, *others]}
    assert len(digests) == 8 and digest_of_cells(list(cells)) in digests
