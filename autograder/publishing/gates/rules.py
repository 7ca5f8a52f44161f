"""Gate: what a task says by hand of calls that are not allowed is true of its spec, which tells its rules itself."""

import re
from pathlib import Path

from autograder.checking.forbidden import spellings
from autograder.lessons.layout import lessons
from autograder.publishing.rules import HEADING, tasks, told
from autograder.publishing.source import read_source

# "no `torch.relu`, no `F.relu`", "without `logsumexp` or `softmax`": the names after such a word.
BARRED = re.compile(
    r"\b(?:no|without|never|not (?:call|use)) ((?:`[^`]+`(?:, | and | or |, or | nor )?(?:no )?)+)", re.I
)
LIBRARY = re.compile(r"^(?:torch|F|nn|np|numpy|scipy|sklearn|functional|linalg)\.[\w.]+$")


def untrue_rules(root: Path) -> list[str]:
    """Sentences on tasks that forbid what their spec allows, or that lack the paragraph on what counts."""
    found = []
    for lesson in lessons(root):
        for cell, exercise in tasks(read_source(lesson)):
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
