"""Gate: what a task says by hand of calls that are not allowed is true of its spec, which tells its rules itself."""

import re
from pathlib import Path
from typing import Any

from autograder.checking.forbidden import spellings
from autograder.lessons.layout import Lesson, lessons
from autograder.publishing.rules import HEADING, tasks, told
from autograder.publishing.source import read_source

# "no `torch.relu`, no `F.relu`", "without `logsumexp` or `softmax`": the names after such a word.
BARRED = re.compile(
    r"\b(?:no|without|never|not (?:call|use)) ((?:`[^`]+`(?:, | and | or |, or | nor )?(?:no )?)+)", re.I
)
LIBRARY = re.compile(r"^(?:torch|F|nn|np|numpy|scipy|sklearn|functional|linalg)\.[\w.]+$")


def untrue_rules(root: Path) -> list[str]:
    """Sentences on tasks that forbid what their spec allows, or that lack the paragraph on what counts."""
    return [problem for lesson in lessons(root) for problem in untrue_in(lesson, read_source(lesson))]


def untrue_in(lesson: Lesson, nb: Any) -> list[str]:
    """The same for one lesson, read as a notebook."""
    found = []
    for cell, exercise in tasks(nb):
        by_hand, heading, paragraph = cell.source.partition(HEADING)
        if told(exercise) and f"{heading}{paragraph}".strip() != told(exercise):
            found.append(f"{lesson}: the task `{exercise.id}` does not end with what counts.")
        forbidden = {name.rpartition(".")[2].rstrip("_") for name in spellings(exercise.forbids, None)[0]}
        for match in BARRED.finditer(by_hand):
            for name in re.findall(r"`([^`]+)`", match[1]):
                last = name.rpartition(".")[2].rstrip("_()")
                if LIBRARY.match(name) and last not in forbidden:
                    found.append(f"{lesson}: the task `{exercise.id}` bars `{name}`, and its spec does not.")
    return found
