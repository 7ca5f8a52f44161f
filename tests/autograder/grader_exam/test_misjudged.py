"""The list of blind answers that stay judged otherwise than their authors thought: each stands there with a reason."""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from autograder.grader_exam.blind_answers import answer_files, read_blocks
from autograder.spec import catalogue

BLIND = Path(__file__).parent / "blind"
FIELDS = {"exercise", "kind", "title", "list", "reason"}
LISTS = {"text changed", "not what its title says", "form is advice"}
RIGHT_ONES_LOSE = {"text changed", "not what its title says"}  # wrong ones may stand in any list that fits


def entries() -> list[dict[str, str]]:
    return list(tomllib.loads((BLIND / "misjudged.toml").read_text(encoding="utf-8"))["answer"])


def answers(folder: Path) -> dict[str, set[tuple[str, str]]]:
    """Kind and title of every answer in a folder, by exercise; nothing where no answers are."""
    if not any([*folder.glob("*.py"), *folder.glob("*/*.py")]):
        return {}
    return {path.stem: {(b.kind, b.title) for b in read_blocks(path)} for path in answer_files(folder)}


def faults(found: Sequence[dict[str, Any]], known: dict[str, set[tuple[str, str]]]) -> Iterator[str]:
    """What is wrong with the entries; where no answers are at hand, titles are not looked for."""
    seen = set()
    for entry in found:
        told = f"{entry.get('exercise')}, {entry.get('title')!r}"
        if set(entry) != FIELDS or not all(isinstance(text, str) and text.strip() for text in entry.values()):
            yield f"{told}: an entry has {', '.join(sorted(FIELDS))}, each a text"
            continue
        name = entry["exercise"], entry["kind"], entry["title"]
        if name in seen:
            yield f"{told} stands there twice"
        seen.add(name)
        if entry["list"] not in LISTS:
            yield f"{told}: there is no list {entry['list']!r}"
        if entry["kind"] == "right" and entry["list"] not in RIGHT_ONES_LOSE:
            yield f"{told}: a right answer that loses points is not there because {entry['list']!r}"
        try:
            catalogue.entry(entry["exercise"])
        except catalogue.UnknownExercise:
            yield f"{told}: there is no such exercise"
            continue
        if known and (entry["kind"], entry["title"]) not in known.get(entry["exercise"], set()):
            yield f"{told}: no {entry['kind']} answer of this title is among those of the exercise"


def test_every_entry_is_about_an_answer_that_is_there() -> None:
    assert not list(faults(entries(), answers(BLIND)))


SOUND = {
    "exercise": "relu",
    "kind": "wrong",
    "title": "takes the size",
    "list": "not what its title says",
    "reason": "It does nothing of the kind.",
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ""),
        ({"exercise": "no_such_exercise"}, "no such exercise"),
        ({"title": "another title"}, "no wrong answer of this title"),
        ({"kind": "right"}, "no right answer of this title"),
        ({"kind": "right", "list": "form is advice"}, "a right answer that loses points"),
        ({"list": "no such list"}, "there is no list"),
        ({"reason": " "}, "each a text"),
        ({"note": "more"}, "an entry has"),
    ],
)
def test_an_entry_that_is_not_right_is_named(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    (tmp_path / "relu.py").write_text("# %% wrong: takes the size\ndef relu(z):\n    return z.abs()\n")
    found = list(faults([SOUND | changed], answers(tmp_path)))
    assert any(said in fault for fault in found) if said else not found


def test_an_entry_that_stands_there_twice_is_named() -> None:
    assert any("twice" in fault for fault in faults([SOUND, SOUND], {}))
