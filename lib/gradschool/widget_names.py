"""Names for the widgets of a box, which ipywidgets draws but does not tell to screen readers; and the Enter key."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget


class WidgetNames(anywidget.AnyWidget):
    """To be put into a `VBox`: shows nothing. Sliders are named by what stands before them, fields by tooltips.

    Args:
        entered: called with what stands in a field of text when Enter is pressed in it.
    """

    _esm = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")

    def __init__(self, entered: Callable[[str], object] | None = None) -> None:
        super().__init__()
        if entered is not None:
            self.on_msg(lambda widget, content, buffers: _tell(content, entered))


def _tell(content: Mapping[str, Any], entered: Callable[[str], object]) -> None:
    if isinstance(content.get("entered"), str):
        entered(content["entered"])
