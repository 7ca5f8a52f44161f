"""Whether a text that a cell prints now is the text that it stored: words exactly, numbers nearly.

A text is cut into numbers and the words between them.

- **Measured numbers**, those with a decimal point, an exponent or a % sign, may be off by 2 % of the larger of the two,
  or by one in the last digit shown: 0.00 and 0.01, or 22 % and 23 %, may be neighbours that rounding parted.
- **Whole numbers** count something and are compared exactly.
- A cell may say otherwise: `approx=0.1` in its header allows 10 % for its numbers of both kinds.
- **Words** are compared exactly, and so are nan and inf, and a number that touches a letter: `conv2d`, `unit1`, `3x`.
  Blanks beside a number are its padding and do not count; line breaks do.

So a shape, a score, "True" and the order of lines stay what they are, while a loss may differ a little, as it does from
one processor to the next. Only check cells are compared to the letter.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

USUAL = 0.02  # the relative error allowed to a measured number of a cell that says nothing
_BLANKS = " \t"
_AROUND = 30  # how many characters before a number tell a reader which one it is
_NUMBER = re.compile(
    r"""
    (?<![\w.])                                  # not inside a word, nor after the point of a version
    (?:(?<![\w)\]])[-+−])?                      # a sign, unless it stands between two things: 3-5, (a)-1
    (?P<digits>\d{1,3}(?:,\d{3})+|\d+)          # 1,234,567 is one number, 1,2,3 are three
    (?P<decimals>\.\d+)?
    (?P<exponent>[eE][-+]?\d+)?
    (?!\.?\w)                                   # 1.2.3 and 2d are words
    (?P<percent>(?=[ \u00a0\u202f]?%))?
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Number:
    """A number as it is printed, and where: its value, one in its last digit, and whether it is measured or a count."""

    text: str
    at: int
    value: float
    step: float
    measured: bool


@dataclass(frozen=True)
class Off:
    """A number that is another one now. `error` is relative to the larger, `allowed` what the cell may be off by."""

    before: str
    stored: Number
    now: Number
    allowed: float

    @property
    def error(self) -> float:
        return abs(self.stored.value - self.now.value) / max(abs(self.stored.value), abs(self.now.value))

    @property
    def within_rounding(self) -> bool:
        """Whether the two, as they are printed, may come from one number."""
        step = max(self.stored.step, self.now.step)
        return self.stored.measured and abs(self.stored.value - self.now.value) <= step * (1 + 1e-9)

    @property
    def too_much(self) -> bool:
        return not self.within_rounding and not self.error <= self.allowed  # nan is not

    def __str__(self) -> str:
        said = f"{self.before!r}: stored {self.stored.text}, now {self.now.text}, which is {self.error:.2%} off"
        return f"{said}; {self.allowed:.0%} allowed"


@dataclass(frozen=True)
class Comparison:
    """Two texts side by side.

    Attributes:
        words: the stored words and those shown now, where they differ first; None if all are the same.
        moved: numbers that are others now, allowed or not; none are listed where the words differ.
    """

    words: tuple[str, str] | None
    moved: tuple[Off, ...] = ()

    @property
    def too_much(self) -> tuple[Off, ...]:
        return tuple(off for off in self.moved if off.too_much)

    @property
    def same(self) -> bool:
        return self.words is None and not self.too_much

    @property
    def needed(self) -> float:
        """The smallest relative error that would have to be allowed."""
        return max((off.error for off in self.moved if not off.within_rounding), default=0.0)


def compare(stored: str, now: str, approx: float | None = None, exactly: bool = False) -> Comparison:
    """Compare the text that is stored with the one that is shown now.

    Args:
        approx: the relative error that the cell allows its numbers; None where it says nothing.
        exactly: every letter counts, and every digit.
    """
    if stored == now:
        return Comparison(None)
    if exactly:
        return Comparison((stored, now))
    before, after = list(parts(stored)), list(parts(now))
    for old, new in zip(before[::2], after[::2], strict=False):
        if old != new:
            return Comparison((str(old), str(new)))
    if len(before) != len(after):
        return Comparison((stored, now))
    moved = []
    for old, new in zip(before, after, strict=True):
        if isinstance(old, str) or isinstance(new, str):
            continue
        said = stored[max(old.at - _AROUND, 0) : old.at].strip()
        if old.measured != new.measured:  # 1 for 1.0: another format
            return Comparison((f"{said} {old.text}", f"{said} {new.text}"))
        if old.value != new.value:
            allowed = approx if approx is not None else USUAL if old.measured else 0.0
            moved.append(Off(said, old, new, allowed))
    return Comparison(None, tuple(moved))


def parts(text: str) -> Iterator[str | Number]:
    """The text's words and numbers in turn, words first and last; two numbers have at least "" between them."""
    end = 0
    for found in _NUMBER.finditer(text):
        between = text[end : found.start()].rstrip(_BLANKS)
        yield between.lstrip(_BLANKS) if end else between
        yield _number(found)
        end = found.end()
    yield text[end:].lstrip(_BLANKS) if end else text


def has_measured_numbers(text: str) -> bool:
    """Whether some of the text may be a little different without being another text."""
    return any(isinstance(part, Number) and part.measured for part in parts(text))


def _number(found: re.Match[str]) -> Number:
    decimals, exponent = found["decimals"] or "", found["exponent"] or ""
    plain = found[0].replace(",", "").replace("−", "-")
    step = float(f"1e{int(exponent[1:] or 0) - max(len(decimals) - 1, 0)}")
    step = step if math.isfinite(step) else 0.0  # larger than any number: equal, or not
    return Number(
        found[0], found.start(), float(plain), step, bool(decimals or exponent or found["percent"] is not None)
    )
