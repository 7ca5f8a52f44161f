"""What `check` returns."""

from typing import Any


class Points(float):
    """The points of a check: a number that a notebook does not show, since the card says it.

    nbgrader's Validate reads the text of the cell's result, so that stays; pages prefer the HTML, which is empty.
    """

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": float.__repr__(self), "text/html": ""}
