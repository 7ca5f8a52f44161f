"""Text of others for a terminal or a log: what acts there, or hides, is written out so that it is seen.

A terminal obeys what it is sent: an escape sequence in the message of an exception or in the name of a file can retitle
its window, fill the clipboard (OSC 52), or write over lines above. Marks of writing direction show letters in another
order than they stand in. What a student can choose goes through `printable` before it is printed or logged.
"""

import logging
import traceback
import unicodedata
from typing import Any

ACTING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # control, format, surrogate, private, none, separators
JOINERS = frozenset("\u200c\u200d")  # letters of many languages, and emoji, are joined and kept apart by these
BREAKS = frozenset("\n\t")


def printable(text: object, lines: bool = False) -> str:
    """A text in which nothing acts on a terminal.

    Args:
        text: anything; its `str` is taken.
        lines: whether it may have lines and tabs; without, these are written out too, so that no line can be forged.

    Returns:
        the same, with controls, marks of direction and unknown characters written out: ``\\x1b``, ``\\u202e``.
    """
    said = str(text)
    if said.isascii() and said.isprintable():
        return said
    return "".join(_shown(c, lines) for c in said)


def _shown(character: str, lines: bool) -> str:
    if (lines and character in BREAKS) or character in JOINERS or unicodedata.category(character) not in ACTING:
        return character
    return character.encode("unicode_escape").decode()


class PrintableRecord(logging.LogRecord):
    """A record of Python's logging whose message is printable, whoever wrote it, and whose traceback is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0] is not None:  # a formatter that finds the text does not make it
            self.exc_text = printable("".join(traceback.format_exception(*self.exc_info)).rstrip(), lines=True)

    def getMessage(self) -> str:
        return printable(super().getMessage(), lines=True)


def say(text: object, err: bool = False) -> None:
    """Print lines for whoever typed a command, with nothing in them that acts on a terminal."""
    import typer  # not while nbgrader's configuration is read

    typer.echo(printable(text, lines=True), err=err)


def log_printably() -> None:
    """Have all that this process logs made printable, nbgrader's own messages too; safe to call again.

    nbgrader logs names of students and of files as they are. A process that reads the course's configuration is an
    instructor's: a command, or the server of Formgrader.
    """
    if logging.getLogRecordFactory() is logging.LogRecord:
        logging.setLogRecordFactory(PrintableRecord)
