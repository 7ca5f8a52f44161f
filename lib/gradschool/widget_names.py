"""Names for the widgets of a box, which ipywidgets draws but does not tell to screen readers."""

from pathlib import Path

import anywidget


class WidgetNames(anywidget.AnyWidget):
    """To be put into a `VBox`: shows nothing. Sliders are named by what stands before them, fields by tooltips."""

    _esm = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
