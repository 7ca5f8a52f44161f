"""Sources that nobody would write: whatever reads them ends soon, and says what it could not read.

What soon is is counted in seconds of this process, never of the clock, and only over thousands of them.
"""

import collections
import time

import pytest

from autograder.checking.diagnosis.source import definition
from autograder.checking.forbidden import read, spellings
from autograder.grading.jobs import READ_SECONDS
from autograder.lessons.layout_only import without_layout
from autograder.lessons.statements import statements
from autograder.report.anonymous import anonymous
from autograder.report.similarity import normalised
from autograder.spec import catalogue
from autograder.student.written_out import source_of

from .sources import cells

SEEDS = [range(400), pytest.param(range(400, 10_400), marks=pytest.mark.soak)]


def read_everywhere(texts: list[str]) -> str:
    """By all that reads a submitted source; returns what the reader for forbidden calls makes of it."""
    exercise = catalogue.find("softmax")
    names, _ = spellings(exercise.forbids, exercise.reference)
    found = read("softmax", ["import torch", *texts], names)
    assert len(found.certain) < 30 and len(found.doubtful) < 30 and all(len(note) < 300 for note in found.doubtful)
    for text in texts:
        for statement in statements(text):
            assert statement.key and isinstance(statement.source, str)
        without_layout("code", text)
        anonymous(text, exercise)
        normalised(text)
    definition("softmax", texts)
    source_of("softmax", texts)
    return "certain" if found.certain else "doubtful" if found.doubtful else "nothing"


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seeds", SEEDS, ids=["sample", "whole"])
def test_every_source_is_read_or_said_to_be_unreadable(seeds: range) -> None:
    counts: collections.Counter[str] = collections.Counter()
    slowest, slowest_seed = 0.0, -1
    for seed in seeds:
        began = time.process_time()
        counts[read_everywhere(cells(seed))] += 1
        took = time.process_time() - began
        if took > slowest:
            slowest, slowest_seed = took, seed
    print(len(seeds), "notebooks,", dict(counts), f"the slowest was {slowest_seed}, with {slowest:.1f} s of computing")
    assert counts.total() == len(seeds)
    assert all(counts[kind] >= len(seeds) // 100 for kind in ("certain", "doubtful", "nothing"))
    assert slowest < READ_SECONDS, [text[:100] for text in cells(slowest_seed)]
