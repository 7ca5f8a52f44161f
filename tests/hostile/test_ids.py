"""Names of folders that can be no student's: set aside with a sentence, while everybody else is graded."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.untrusted.names import LONGEST_ID, problem_with, told

REFUSED = {
    "a line break": ("eve\nmallory", "line break"),
    "a sequence for a terminal": ("eve\x1b]52;c;cHduZWQ=\x07", "cannot be shown"),
    "a null": ("eve\x00", "cannot be shown"),
    "not UTF-8": (b"eve\xff".decode("utf-8", "surrogateescape"), "not UTF-8"),
    "a lone surrogate": ("eve\ud800", "cannot be shown"),
    "what follows reads backwards": ("eve\u202etxt", "cannot be shown"),
    "longer than a gradebook holds": ("e" * 129, "129 characters"),
    "255 bytes": ("é" * 127 + "e", ""),
    "more bytes than a path holds": ("\u4e00" * 100, "300 bytes"),
    "the folder above": ("..", "is none"),
    "this folder": (".", "is none"),
    "nothing": ("", "is none"),
    "another folder": ("eve/../ada", "slash"),
    "with dots": ("..eve..", ""),
    "honest": ("ada.lovelace+1", ""),
    "with a formula": ("=1+1", ""),
    "like an option": ("-rf", ""),
    "like a pattern": ("*", ""),
    "of another script": ("Ѐжи 三", ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_id_is_refused_with_a_sentence(case: str) -> None:
    name, words = REFUSED[case]
    assert words in problem_with(name)
    assert bool(problem_with(name)) == bool(words)


ODD = st.sampled_from(
    ["\n", "\r", "\x1b]0;x\x07", "\udcff", "\ud800", "..", "/", "\\", "\u202e", "é", "三", "*", "$(x)", "{}", "%s", " "]
)
NAMES = st.lists(st.one_of(st.text(max_size=40), ODD, st.just("x" * 120)), max_size=6).map("".join)


def named_or_refused(name: str) -> None:
    """Whatever is let through can be written to a path, a log, a page and a gradebook."""
    problem = problem_with(name)
    assert told(name).isascii() and "\n" not in told(name) and len(told(name)) < 2000
    if not problem:
        assert 0 < len(name) <= LONGEST_ID and len(name.encode()) <= 255
        assert name not in (".", "..") and "/" not in name
        assert not any(unicodedata.category(letter).startswith("Cc") for letter in name)


@settings(max_examples=500)
@given(NAMES)
def test_any_name_is_an_id_or_refused(name: str) -> None:
    named_or_refused(name)


@pytest.mark.soak
@settings(max_examples=10_000)
@given(NAMES)
def test_ten_thousand_names_are_ids_or_refused(name: str) -> None:
    named_or_refused(name)
