"""Where a notebook that lies in course/ differs from the one that solutions/ makes, in words."""

from itertools import zip_longest
from typing import Any

import nbformat

from autograder.lessons.cells import grade_id

PARTS = ("cell_type", "source", "metadata", "outputs", "execution_count", "attachments", "id")


def difference(made: str, there: str) -> str | None:
    """Where two notebooks, given as the text of their files, differ first; None where they hold the same.

    Spaces and the order of keys in the files do not count.
    """
    if made == there:
        return None
    try:
        old = nbformat.reads(there, as_version=4)
        pairs = zip_longest(nbformat.reads(made, as_version=4).cells, old.cells)
        found = next(((n, *pair) for n, pair in enumerate(pairs, 1) if pair[0] != pair[1]), None)
    except Exception:  # nbformat raises whatever its code meets in a file that is no notebook
        return "it is no notebook"
    if found is not None:
        return _of_cells(*found)
    rest = {key: value for key, value in nbformat.reads(made, as_version=4).items() if key != "cells"}
    return None if rest == {key: old[key] for key in old if key != "cells"} else "the notebook's own metadata"


def _of_cells(number: int, made: Any, there: Any) -> str:
    """What is different about the cells with this number; one of them may be None."""
    if there is None:
        return f"{_name(number, made)} is missing"
    if made is None:
        return f"{_name(number, there)} is too many"
    part = next(part for part in (*PARTS, *made, *there) if made.get(part) != there.get(part))
    return f"{_name(number, there)}, its {part}"


def _name(number: int, cell: Any) -> str:
    return f"cell {number} ({grade_id(cell) or cell.get('id', 'without a name')})"
