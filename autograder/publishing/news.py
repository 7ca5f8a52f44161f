"""What the last update of a student's folder did, in lines of Markdown for the start page."""

import json
from pathlib import Path
from typing import Any

from autograder.lessons.desk import COPIED
from autograder.publishing.workspace import NEWS

MOST_NAMED = 5


def news(work: Path) -> list[str]:
    """What is new, what was carried over, and what needs a look, a line of Markdown each; none before the first update.

    Args:
        work: the student's folder; links are relative to it.
    """
    try:
        told = json.loads((work / COPIED / NEWS).read_text(encoding="utf-8"))
        return _lines(told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _lines(told: dict[str, Any]) -> list[str]:
    lines = []
    if told["new"]:
        lines.append(f"New: {_some(told['new'])}.")
    if told["updated"]:
        lines.append(f"Newer, and you had done nothing in them: {_some(told['updated'])}.")
    for name, carried in told["carried"].items():
        lines.append(f"{_link(name)} is newer, and holds {carried['what']}; as it was: {_link(carried['former'])}.")
        lines += [f"**Look at this**, in {_link(name)}: {sentence}." for sentence in carried["look"]]
    lines += [f"**Look at this**: {_link(name)} was left alone, {why}" for name, why in told["outdated"].items()]
    return lines


def _some(names: list[str]) -> str:
    """A few by name, many by number: what has to be looked at must be seen."""
    return ", ".join(map(_link, names)) if len(names) <= MOST_NAMED else f"{len(names)} notebooks"


def _link(name: str) -> str:
    return f"[{Path(name).stem.replace('_', ' ')}](<{name}>)"
