"""A notebook's JSON without its outputs, read piece by piece: pictures and long prints are most of a large file.

Nothing is parsed here. Text that is no JSON comes out as something that is no JSON either.
"""

import re

KEY = re.compile(rb'"outputs"\s*:\s*([\[{])')
LONGEST_KEY = 200  # bytes of a key with the spaces around its colon
IN_STRING = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
MARK = re.compile(rb'["\[\]{}]')
MOST_MARKS = 3_000_000  # quotation marks and brackets in all outputs: a few seconds of counting


class TooManyParts(ValueError):
    """The outputs hold more than can be gone through in a reasonable time."""


class WithoutOutputs:
    """Feed it a file's pieces in order; what it returns, joined, is the file with `[]` for every list of outputs."""

    def __init__(self) -> None:
        self._held = b""  # the end of the last piece, where it cannot be told yet what it is
        self._in_string = False
        self._depth = 0  # of brackets that are open in what is left out; 0: nothing is left out
        self._marks = 0

    def feed(self, piece: bytes, last: bool = False) -> bytes:
        """What stays of a piece.

        Raises:
            TooManyParts: more than `MOST_MARKS` are in the outputs.
        """
        text, at, kept = self._held + piece, 0, list[bytes]()
        self._held = b""
        while at < len(text):
            before, left_out = at, self._depth > 0
            if self._in_string:
                at = self._string(text, at, last)
            elif left_out:
                at = self._leave_out(text, at)
            else:
                at = self._keep(text, at, last)
            if not left_out:
                kept.append(text[before:at])
                if self._depth:
                    kept.append(b"]" if text[at - 1 : at] == b"[" else b"}")
            if self._held:
                break
        return b"".join(kept)

    def _string(self, text: bytes, at: int, last: bool) -> int:
        """Go to the end of a string, or as far as this piece has it."""
        match = IN_STRING.match(text, at)
        assert match is not None
        end = match.end()
        if end < len(text) and text[end : end + 1] == b'"':
            self._in_string = False
            return end + 1
        if not last:
            self._held = text[end:]  # a backslash whose letter has not come yet
        return end if self._held else len(text)

    def _leave_out(self, text: bytes, at: int) -> int:
        """Go to the next mark inside what is left out."""
        match = MARK.search(text, at)
        if match is None:
            return len(text)
        self._marks += 1
        if self._marks > MOST_MARKS:
            raise TooManyParts
        mark = match[0]
        if mark == b'"':
            self._in_string = True
        else:
            self._depth += 1 if mark in b"[{" else -1
        return match.end()

    def _keep(self, text: bytes, at: int, last: bool) -> int:
        """Go to the next string that is kept, or into the outputs."""
        quote = text.find(b'"', at)
        if quote < 0:
            return len(text)
        if match := KEY.match(text, quote):
            self._depth = 1
            return match.end()
        if not last and len(text) - quote < LONGEST_KEY:
            self._held = text[quote:]
            return quote
        self._in_string = True
        return quote + 1
