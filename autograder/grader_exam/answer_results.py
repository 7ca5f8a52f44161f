"""Results on answers written blind, as files: a line of JSON for each answer."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from autograder.grader_exam.blind_answers import BadAnswers, Judged
from autograder.grader_exam.naming import count, in_words

NEEDED = ("exercise", "kind", "title", "ok", "diagnoses")

Line = dict[str, Any]


def read_lines(path: Path) -> list[Line]:
    """The lines of a results file.

    Raises:
        BadAnswers: a line that is not a result; names it.
    """
    found = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            line = json.loads(text)
        except ValueError as problem:
            raise BadAnswers(f"{path}, line {number} is not JSON ({problem}): {_expected()}") from None
        lacking = [key for key in NEEDED if not isinstance(line, dict) or key not in line]
        if lacking:
            raise BadAnswers(f"{path}, line {number} has no {', '.join(lacking)}: {_expected()}")
        found.append(line)
    return found


def _expected() -> str:
    return "expected what `gradschool rates --answers FOLDER --json` writes, a result a line."


def closing(judged: Iterable[Judged]) -> str:
    """How many wrong answers lost points, how many right ones got all, and by what the caught ones were diagnosed."""
    judged = list(judged)
    counts = _rates(Counter((one.kind, one.ok) for one in judged))
    means = [one.means for one in judged if one.kind == "wrong" and one.ok]
    return f"{counts}{_by_means(means)}"


def _by_means(found: Sequence[Sequence[str]]) -> str:
    """By what the first diagnosis of each was found; "" where there are none."""
    return f"; by means: {in_words(count(means[0] if means else '' for means in found), len(found))}" if found else ""


def summary(lines: Iterable[Line]) -> str:
    """The same of a results file, and how well its wrong answers are named: what a person added as "naming".

    Lines that an earlier release wrote hold no means, and are not counted by them.
    """
    lines = list(lines)
    namings = Counter(str(line.get("naming") or "?") for line in lines if line["kind"] == "wrong")
    counts = _rates(Counter((line["kind"], bool(line["ok"])) for line in lines))
    means = [line["means"] for line in lines if line["kind"] == "wrong" and line["ok"] and "means" in line]
    return f"{counts}{_by_means(means)}; naming " + ", ".join(
        f"{naming} {count}" for naming, count in sorted(namings.items())
    )


def _rates(counts: Counter[tuple[str, bool]]) -> str:
    def share(kind: str) -> str:
        return f"{counts[kind, True]}/{counts[kind, True] + counts[kind, False]}"

    return f"wrong answers caught {share('wrong')}; right answers accepted {share('right')}"


def otherwise(lines: Iterable[Line], judged: Iterable[Judged]) -> list[str]:
    """The answers that are judged or named otherwise than in these lines, each with both."""
    before = {(line["exercise"], line["kind"], line["title"]): line for line in lines}
    found = []
    for one in judged:
        was = before.get((one.exercise, one.kind, one.title))
        if was is not None and (was["ok"] != one.ok or was["diagnoses"] != one.diagnoses):
            what = f"{one.exercise} | {one.kind}: {one.title} | ok {was['ok']} → {one.ok}"
            found.append(f"{what} | {was.get('naming') or ''}: {was['diagnoses']} → {one.diagnoses}")
    return found
