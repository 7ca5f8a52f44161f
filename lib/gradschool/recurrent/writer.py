"""A widget that writes: a model's text, character by character, while the reader watches."""

import html
import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets

from gradschool.widget_names import WidgetNames


class Writer:
    """A button, sliders, and the text that grows below them. Made by `writer`.

    Attributes:
        text: what was written last.
        length, pause, controls: pieces in a text, seconds after each, and the sliders by name.
    """

    def __init__(
        self, write: Callable[..., Iterator[str]], length: int, pause: float, controls: dict[str, Any]
    ) -> None:
        self._write, self.length, self.pause, self.controls, self.text = write, length, pause, controls, ""
        self._page = ipywidgets.HTML()
        self._button = ipywidgets.Button(description="Write", button_style="primary")
        self._button.on_click(lambda _: self.write())
        self.widget = ipywidgets.VBox([*controls.values(), self._button, self._page, WidgetNames()])

    @property
    def values(self) -> dict[str, Any]:
        """Where each slider stands."""
        return {name: control.value for name, control in self.controls.items()}

    def write(self) -> str:
        """Write a text at the sliders' present positions, and return it. What the button does."""
        self.text, self._button.disabled = "", True
        try:
            for piece in itertools.islice(self._write(**self.values), self.length):
                self.text += piece
                self._page.value = f"<pre style='white-space: pre-wrap'>{html.escape(self.text)}▌</pre>"
                time.sleep(self.pause)
            self._page.value = f"<pre style='white-space: pre-wrap'>{html.escape(self.text)}</pre>"
        except Exception as error:  # out of a callback a traceback would reach nobody
            self._page.value = html.escape(f"The text ends here: {type(error).__name__}: {error}")
        finally:
            self._button.disabled = False
        return self.text

    def __repr__(self) -> str:
        standing = ", ".join(f"{name} = {value:.4g}" for name, value in self.values.items())
        return f"Press Write for {self.length} characters [{standing}]"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {**self.widget._repr_mimebundle_(), "text/plain": repr(self)}


def writer(
    write: Callable[..., Iterator[str]],
    length: int = 300,
    pause: float = 0.01,
    **sliders: tuple[float, float, float, float],
) -> Writer:
    """A widget that shows what `write` yields, piece by piece, `length` pieces in all.

    Args:
        write: called with the sliders' values by name; yields pieces of text for as long as it is asked.
        length: pieces in all, at least 1.
        pause: seconds after each piece, so that the eye can follow; 0 or more.
        sliders: by name, (low, high, step, where it stands); all whole for a slider of whole numbers.

    Raises:
        ValueError: a length below 1 or a pause below 0.
    """
    if length < 1 or pause < 0:
        raise ValueError(f"a text has a length of at least 1 and a pause of at least 0; got {length} and {pause}")
    controls = {}
    for name, (low, high, step, value) in sliders.items():
        whole = all(isinstance(number, int) for number in (low, high, step, value))
        kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
        controls[name] = kind(
            min=low, max=high, step=step, value=value, description=name.replace("_", " "),
            style={"description_width": "8em"},
        )  # fmt: skip
    return Writer(write, length, pause, controls)
