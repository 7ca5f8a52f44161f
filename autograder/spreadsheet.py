"""Tables that spreadsheets open: text that none of them takes for a formula, files that are whole or not there."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # https://owasp.org/www-community/attacks/CSV_Injection


def cell(value: object) -> object:
    """A cell as it is written: a number stays one, text that a spreadsheet would run is quoted, None is empty."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def text(written: str) -> str:
    """What a cell that `cell` wrote held before."""
    return written[1:] if written.startswith("'") and written[1:].lstrip(" ").startswith(FORMULA) else written


def write(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file, whole or not at all."""
    partial = path.with_name(f"{path.name}.partial")
    with open(partial, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([cell(value) for value in row] for row in rows)
    partial.replace(path)


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by their headings, blanks at the ends taken away; empty rows are left out.

    Raises:
        ValueError: it is no CSV file in UTF-8, or a heading stands there twice.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            held = file.read()
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not in UTF-8; save it as CSV UTF-8") from None
    rows = list(csv.reader(io.StringIO(held, newline=""), delimiter=_separator(held)))
    if not rows:
        raise ValueError(f"{path} is empty; expected headings in the first row")
    heads = [head.strip() for head in rows[0]]
    if twice := {head for head in heads if head and heads.count(head) > 1}:
        raise ValueError(f"{path} has two columns called {', '.join(sorted(twice))}")
    found = [[text(value.strip()) for value in row] for row in rows[1:]]
    return [dict(zip(heads, [*row, *[""] * len(heads)], strict=False)) for row in found if any(row)]


def _separator(held: str) -> str:
    """A comma; the semicolon where the headings have it, which some countries' spreadsheets write."""
    heads = held.partition("\n")[0]
    return ";" if heads.count(";") > heads.count(",") else ","
