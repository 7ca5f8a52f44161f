"""The written answers of a submission: by their ids, by parts of their cells, else by where they stand."""

from collections.abc import Sequence
from typing import Any

from autograder.grading.recognise import Recognised
from autograder.lessons.cells import is_written


def written_answers(ours: Sequence[Any], seen: Sequence[Recognised]) -> dict[int, str | None]:
    """By the number of our cell the text of each written answer; None where there is none."""
    places = [place for place, cell in enumerate(ours) if is_written(cell)]
    parts: dict[int, list[Recognised]] = {place: [] for place in places}
    for each in seen:
        if each.place in parts:
            parts[each.place].append(each)
    strays = _strays(places, seen, len(ours))
    found: dict[int, str | None] = {}
    for place in places:
        texts = [each.cell.source for each in parts[place] if not each.untouched] or strays[place]
        texts = list(dict.fromkeys(texts)) or [each.cell.source for each in parts[place][:1]]
        found[place] = "\n\n".join(texts) if texts else None
    return found


def _strays(places: Sequence[int], seen: Sequence[Recognised], end: int) -> dict[int, list[str]]:
    """By place the cells of text that are none of ours and stand where it belongs: next to its neighbour."""
    behind, known = [end] * len(seen), end
    for i in reversed(range(len(seen))):
        behind[i] = known
        known = _known(seen[i], known)
    found: dict[int, list[str]] = {place: [] for place in places}
    before = -1
    for i, each in enumerate(seen):
        if each.own and not each.cell.is_code and each.cell.source.strip():
            for place in (before + 1, behind[i] - 1):
                if place in found and before < place < behind[i]:
                    found[place].append(each.cell.source)
                    break
        before = _known(each, before)
    return found


def _known(each: Recognised, otherwise: int) -> int:
    return otherwise if each.place is None else each.place
