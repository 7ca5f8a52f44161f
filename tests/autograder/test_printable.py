"""What is printed or logged of a student's text acts on no terminal."""

import logging
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.printable import PrintableRecord, log_printably, printable, say

ACTS = {
    "a window's title": ("\x1b]0;pwned\x07", r"\x1b]0;pwned\x07"),
    "the clipboard": ("\x1b]52;c;aGk=\x1b\\", r"\x1b]52;c;aGk=\x1b" + "\\"),
    "the same in one character": ("\x9d52;c;aGk=\x9c", r"\x9d52;c;aGk=\x9c"),
    "a line of its own": ("ada\r\nERROR", r"ada\r\nERROR"),
    "letters in another order": ("a\u202eb\u2066c", r"a\u202eb\u2066c"),
    "letters that nobody sees": ("a\u200bb\U000e0041", r"a\u200bb\U000e0041"),
    "half a character": ("\udcff", r"\udcff"),
    "a line in Unicode's way": ("a\u2028b", r"a\u2028b"),
}


@pytest.mark.parametrize("what", ACTS)
def test_what_acts_is_written_out(what: str) -> None:
    text, shown = ACTS[what]
    assert printable(text) == shown


def test_what_people_write_stays() -> None:
    for text in ("Zoë Müller-Łukasz", "王小明", "نادية", "O'Malley", "👩‍💻", "می‌خواهم", "1_neurons (1).ipynb", ""):
        assert printable(text) == text
    assert printable("a\n\tb", lines=True) == "a\n\tb" and printable(3) == "3"


@given(st.text(st.characters(blacklist_categories=())), st.booleans())
def test_nothing_that_acts_is_left_of_any_text(text: str, lines: bool) -> None:
    shown = printable(text, lines)
    shown.encode("utf-8")
    left = {c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert left <= ({"\n", "\t"} if lines else set()) | {"\u200c", "\u200d"}
    assert printable(shown, lines) == shown


def test_all_that_is_logged_is_printable(caplog: pytest.LogCaptureFixture) -> None:
    before = logging.getLogRecordFactory()
    try:
        log_printably()
        log_printably()
        assert logging.getLogRecordFactory() is PrintableRecord
        logging.getLogger("nbgrader").error("Autograding %s\n%s", "\x1b]0;pwned\x07", ["\u202e"])
    finally:
        logging.setLogRecordFactory(before)
    assert "Autograding \\x1b]0;pwned\\x07\n['\\u202e']" in caplog.text


def test_a_traceback_in_a_log_is_printable(caplog: pytest.LogCaptureFixture) -> None:
    record = PrintableRecord("x", logging.ERROR, "here", 1, "failed", (), None)
    assert record.exc_text is None
    try:
        raise ValueError("\x1b]0;pwned\x07")
    except ValueError as error:
        record = PrintableRecord("x", logging.ERROR, "here", 1, "failed", (), (type(error), error, error.__traceback__))
    said = logging.Formatter().format(record)
    assert "\\x1b]0;pwned\\x07" in said and "\x1b" not in said and said.startswith("failed\nTraceback")


def test_what_a_command_says_is_printable(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\n\x1b]0;pwned\x07\u202e")
    say("b", err=True)
    assert capsys.readouterr() == ("a\n\\x1b]0;pwned\\x07\\u202e\n", "b\n")
