"""The written answers of a submission: by their ids, by parts of their cells, else by where they stand."""

from collections.abc import Iterator, Sequence
from typing import Any

from autograder.grading.recognise import Recognised
from autograder.lessons.cells import is_written


def written_answers(ours: Sequence[Any], seen: Sequence[Recognised]) -> dict[int, str | None]:
    """By the number of our cell the text of each written answer; None where there is none."""
    strays = dict(_strays(ours, seen))
    found: dict[int, str | None] = {}
    for place, cell in enumerate(ours):
        if is_written(cell):
            parts = [each for each in seen if each.place == place]
            texts = [each.cell.source for each in parts if not each.untouched] or strays.get(place, [])
            texts = list(dict.fromkeys(texts)) or [each.cell.source for each in parts[:1]]
            found[place] = "\n\n".join(texts) if texts else None
    return found


def _strays(ours: Sequence[Any], seen: Sequence[Recognised]) -> Iterator[tuple[int, list[str]]]:
    """Cells of text that are none of ours and stand where a written answer belongs: next to its neighbour."""
    for place, cell in enumerate(ours):
        if not is_written(cell):
            continue
        texts = []
        for i, each in enumerate(seen):
            before = next((r.place for r in reversed(seen[:i]) if r.place is not None), -1)
            behind = next((r.place for r in seen[i + 1 :] if r.place is not None), len(ours))
            between = before < place < behind and (before == place - 1 or behind == place + 1)
            if each.own and not each.cell.is_code and between and each.cell.source.strip():
                texts.append(each.cell.source)
        if texts:
            yield place, texts
