"""Answers written from the task texts alone, before any spec was opened: each is judged as it was written to be.

`blind/` holds them as they were written, for this purpose (they are no students' work); `blind/misjudged.toml` lists those
that are judged otherwise, each with its reason. A sample runs here, all of them in `make soak`, and
`gradschool rates --answers tests/autograder/grader_exam/blind` counts them.
"""

import tomllib
from pathlib import Path

import pytest

from autograder.grader_exam.blind_answers import answer_files, asked_in, judge_file
from autograder.lessons.layout import find_root, lessons

BLIND = Path(__file__).parent / "blind"
FILES = answer_files(BLIND)
EVERY = 8  # of the files one in so many runs here
SEED = 20_100
KNOWN = tomllib.loads((BLIND / "misjudged.toml").read_text(encoding="utf-8"))["answer"]
MISJUDGED = {(entry["exercise"], entry["kind"], entry["title"]) for entry in KNOWN}


@pytest.mark.parametrize(
    "path",
    [pytest.param(p, marks=() if i % EVERY == 0 else pytest.mark.soak, id=p.stem) for i, p in enumerate(FILES)],
)
def test_answers_written_blind_are_judged_as_they_were_meant(path: Path) -> None:
    lesson = next(lesson for lesson in lessons(find_root(Path(__file__).parent)) if path.stem in asked_in(lesson))
    judged = judge_file(str(path), {path.stem: lesson}, [SEED])
    wrong = [one for one in judged if not one.ok and (one.exercise, one.kind, one.title) not in MISJUDGED]
    assert not wrong, "\n".join(f"{one.kind}: {one.title}: {one.points} of {one.of}, {one.failed}" for one in wrong)
