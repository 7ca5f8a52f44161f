"""Two ways to take part: commit to a number before the outcome is shown, and move sliders that redraw a picture.

Both show themselves in a notebook, both read as plain text elsewhere, and neither needs a browser to be run: a notebook
that is executed without a reader keeps the question, and the picture at the sliders' first positions. (Widgets that
capture output, `interact` among them, change between runs; these drive an HTML widget.)
"""

import html
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets
import traitlets

from gradschool.plotting import COLORS, MARKERS, Picture, picture
from gradschool.widget_names import WidgetNames


class Prediction:
    """A question whose answer is shown once the reader has committed to a guess. Made by `predict`."""

    def __init__(
        self, question: str, answer: Callable[[], Any], unit: str, low: float | None, high: float | None
    ) -> None:
        self.question, self.unit, self.low, self.high = question, unit, low, high
        self.guess: float | None = None
        self.outcome: float | None = None
        self._answer = answer
        self._box = ipywidgets.Text(placeholder="a number", layout={"width": "9em"}, tooltip=question)
        self._button = ipywidgets.Button(description="Commit", button_style="primary", layout={"width": "7em"})
        self._button.on_click(lambda _: self.commit(self._typed()))
        self._below = ipywidgets.HTML()
        self.widget = ipywidgets.VBox(
            [
                ipywidgets.HTML(f"<b>Your prediction.</b> {html.escape(question)}"),
                ipywidgets.HBox([self._box, ipywidgets.Label(unit), self._button]),
                self._below,
                WidgetNames(entered=self._enter),
            ]
        )

    def _enter(self, text: str) -> None:
        """What Enter in the field does: the same as the button."""
        if self.guess is None:
            self._box.value = text
            self.commit(self._typed())

    def _typed(self) -> float:
        text = self._box.value.strip().removesuffix(self.unit).strip().replace(",", ".")
        try:
            return float(text)
        except ValueError:
            return math.nan

    def commit(self, guess: float) -> None:
        """Take the guess for good, find the answer, and draw both. What the Commit button does."""
        if self.guess is not None:
            return
        complaint = self._complaint(guess)
        if complaint:
            self._below.value = html.escape(complaint)
            return
        self._below.value = "Working it out …"
        try:
            outcome = float(self._answer())
        except Exception as error:  # the cell's own failure is shown as a sentence, and the guess can be made again
            self._below.value = html.escape(f"The outcome could not be worked out: {type(error).__name__}: {error}")
            return
        self.guess, self.outcome = float(guess), outcome
        self._hold()
        self._below.value = f"{html.escape(self._verdict())}<br>{self._picture().img()}"

    def _hold(self) -> None:
        """From now on the field shows the guess and takes no other. Disabled, it would lose the keyboard's focus."""
        text = self._box.value = self._box.value or f"{self.guess:g}"
        self._box.observe(lambda change: setattr(self._box, "value", text), names="value")
        self._button.description, self._button.button_style = "Committed", ""

    def _complaint(self, guess: float) -> str:
        if not math.isfinite(guess):
            return "A number, please."
        if self.low is not None and guess < self.low:
            return f"It cannot be less than {self._with_unit(self.low)}."
        if self.high is not None and guess > self.high:
            return f"It cannot be more than {self._with_unit(self.high)}."
        return ""

    def _with_unit(self, value: float) -> str:
        return f"{value:.6g} {self.unit}".rstrip()

    def _verdict(self) -> str:
        if self.guess is None or self.outcome is None:
            return "(no guess yet)"
        return f"You said {self._with_unit(self.guess)}; it is {self._with_unit(self.outcome)}."

    def _picture(self) -> Picture:
        """Guess and outcome on one line of numbers."""
        figure, (axes,) = picture(width=5.5, height=1.1)
        numbers = [("your guess", self.guess), ("outcome", self.outcome)]
        for i, (name, value) in enumerate(numbers):
            if value is not None and math.isfinite(value):
                axes.plot(value, 0, MARKERS[i], color=COLORS[1 - i], markersize=11, label=name, clip_on=False, zorder=3)
        bounds = [b for b in (self.low, self.high) if b is not None]
        axes.plot(bounds, [0] * len(bounds), linestyle="none")  # widens the axis to what was possible
        axes.set(yticks=[], xlabel=self.unit)
        axes.spines["left"].set_visible(False)
        axes.margins(x=0.08)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.5), ncols=2, frameon=False)
        figure.alt = self._verdict()
        return figure

    def __repr__(self) -> str:
        return f"Your prediction: {self.question} {self._verdict()}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {**self.widget._repr_mimebundle_(), "text/plain": repr(self)}


def predict(
    question: str, answer: Callable[[], Any], unit: str = "", low: float | None = None, high: float | None = None
) -> Prediction:
    """Ask for a number before a cell that can surprise.

    Args:
        question: one sentence that a number answers.
        answer: called without arguments once the reader has committed; returns the number (a tensor of one will do).
        unit: stands behind the number: "%", "steps".
        low, high: what a guess cannot be below or above, where such bounds exist.

    Returns:
        The widget, for the cell's last line. Without a browser: `p.commit(0.9)`, then `p.guess` and `p.outcome`.
    """
    if low is not None and high is not None and low >= high:
        raise ValueError(f"low must lie below high; got {low} and {high}")
    return Prediction(question, answer, unit, low, high)


class Explorer:
    """A picture and the sliders that redraw it. Made by `explore`."""

    def __init__(self, draw: Callable[..., Picture], controls: dict[str, Any]) -> None:
        self._draw = draw
        self.controls = controls
        self.picture = draw(**self.values)  # a fault in the notebook itself shows here, when the cell is run
        if not isinstance(self.picture, Picture):
            raise TypeError(f"draw should return a plotting.Picture, as plotting.picture() makes; got {self.picture!r}")
        self._image = ipywidgets.HTML(self.picture.img())
        self.widget = ipywidgets.VBox([WidgetNames(), *controls.values(), self._image])
        for control in controls.values():
            control.observe(self._redraw, names="value")

    @property
    def values(self) -> dict[str, Any]:
        """Where each slider stands."""
        return {name: control.value for name, control in self.controls.items()}

    def _redraw(self, _: Any) -> None:
        try:
            self.picture = self._draw(**self.values)
            self._image.value = self.picture.img()
        except Exception as error:  # out of a callback a traceback would reach nobody
            self._image.value = html.escape(f"Nothing to draw here: {type(error).__name__}: {error}")

    def __repr__(self) -> str:
        standing = ", ".join(f"{n} = {v:.4g}" if isinstance(v, float) else f"{n} = {v}" for n, v in self.values.items())
        return f"{self.picture.alt} [{standing}]"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        # The picture is there for pages that cannot run widgets: GitHub, nbconvert, feedback.
        return {**self.widget._repr_mimebundle_(), "text/html": self.picture.img(), "text/plain": repr(self)}


class NumberGrid(ipywidgets.VBox, ipywidgets.ValueWidget):  # type: ignore[misc]
    """Rows and columns of number fields, for `explore`: its `value` is a tuple of rows.

    Args:
        rows: the numbers to begin with.
        presets: matrices of the same size by name, to be chosen from a list above the fields.
    """

    def __init__(
        self, rows: Sequence[Sequence[float]], presets: Mapping[str, Sequence[Sequence[float]]] | None = None
    ) -> None:
        self._whole = True  # False while several fields are being set
        fields = [
            [
                ipywidgets.FloatText(value=v, layout={"width": "5em"}, tooltip=f"row {i}, column {j}")
                for j, v in enumerate(row, 1)
            ]
            for i, row in enumerate(rows, 1)
        ]
        self.fields = fields
        self.preset = ipywidgets.Dropdown(options=["own", *(presets or {})], description="begin with", value="own")
        self._presets = dict(presets or {})
        above = [self.preset] if presets else []
        super().__init__([*above, *(ipywidgets.HBox(row) for row in fields)])
        self.value = self._read()
        for field in (f for row in fields for f in row):
            field.observe(self._changed, names="value")
        self.preset.observe(self._chosen, names="value")

    def fill(self, rows: Sequence[Sequence[float]]) -> None:
        """Set all fields; who observes `value` is told once."""
        self._whole = False
        for fields, row in zip(self.fields, rows, strict=True):
            for field, v in zip(fields, row, strict=True):
                field.value = v
        self._whole = True
        self.value = self._read()

    def _read(self) -> tuple[tuple[float, ...], ...]:
        return tuple(tuple(field.value for field in row) for row in self.fields)

    def _changed(self, _: Any) -> None:
        if self._whole:
            self.value = self._read()

    def _chosen(self, _: Any) -> None:
        if self.preset.value in self._presets:
            self.fill(self._presets[self.preset.value])


class Player(ipywidgets.HBox, ipywidgets.ValueWidget):  # type: ignore[misc]
    """A play button beside a slider of whole numbers, for `explore`: a film to be run, stopped and dragged.

    Args:
        low, high, step: the frames; `value` is the number of the one that is shown.
        start: the first to be shown, `high` unless given; played from the end, the film begins anew.
        milliseconds: from one frame to the next.

    Raises:
        ValueError: no frames between `low` and `high`, or a start that lies outside.
    """

    value = traitlets.Int()

    def __init__(self, low: int, high: int, step: int = 1, start: int | None = None, milliseconds: int = 400) -> None:
        start = high if start is None else start
        if not low <= start <= high or low == high or step < 1:
            raise ValueError(f"low < high, a step of 1 or more and a start between; got {low}, {high}, {step}, {start}")
        frames = {"min": low, "max": high, "step": step, "value": start}
        self.button = ipywidgets.Play(interval=milliseconds, **frames)
        self.slider = ipywidgets.IntSlider(**frames)
        super().__init__([self.slider, self.button], value=start)
        for part in (self.button, self.slider):
            traitlets.link((part, "value"), (self, "value"))

    @property
    def description(self) -> str:
        """What stands before the slider."""
        return str(self.slider.description)

    @description.setter
    def description(self, text: str) -> None:
        """Write it as wide as the other sliders' descriptions."""
        self.slider.description = text
        self.slider.style = {"description_width": "8em"}


def explore(draw: Callable[..., Picture], **sliders: Any) -> Explorer:
    """Redraw a picture whenever a slider moves.

    Args:
        draw: makes the picture; takes one keyword argument for each slider.
        sliders: by name, `(low, high)` or `(low, high, step)`, all whole for a slider of whole numbers; a list of
            choices; True or False for a checkbox; or any widget that has a `value`. Where `draw` has a default for the
            argument, the slider starts there.

    Example:
        explore(lambda scale: plotting.functions({"tanh": lambda z: tanh(scale * z)}), scale=(0.1, 5.0))

    Raises:
        ValueError: something that is none of these.
    """
    return Explorer(draw, {name: _control(draw, name, description) for name, description in sliders.items()})


def _control(draw: Callable[..., Picture], name: str, description: Any) -> Any:
    if isinstance(description, ipywidgets.ValueWidget):
        if getattr(description, "description", None) == "":  # its name, for the eye and the screen reader
            description.description = name.replace("_", " ")
        return description
    parameter = inspect.signature(draw).parameters.get(name)
    default = inspect.Parameter.empty if parameter is None else parameter.default
    control = ipywidgets.interactive.widget_from_abbrev(description, default)
    if control is None:
        raise ValueError(
            f"{name}: expected (low, high), (low, high, step), a list of choices or a widget; got {description!r}"
        )
    control.description = name.replace("_", " ")
    control.style = {"description_width": "8em"}
    return control
