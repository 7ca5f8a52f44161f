"""The verdict as a card: right or wrong at one look, what is the matter in one line, the rest behind folds."""

import re
from html import escape

from autograder.checking.expectation import Expectation, expect
from autograder.checking.feedback import words
from autograder.checking.feedback.picture import RIGHT, WRONG, picture
from autograder.checking.judge import Mismatch, Row, Verdict
from autograder.exercise import Exercise

QUIET = "opacity:.75"
MARKS = {"unattempted": ("○", "#767676"), "missing": ("○", "#767676")}


def card(exercise: Exercise, verdict: Verdict, seed: int) -> str:
    """One block of HTML without scripts, readable in the light theme and the dark one."""
    mark, colour = ("✓", RIGHT) if verdict.passed else MARKS.get(verdict.state, ("✗", WRONG))
    expectation = expect(exercise, seed) if verdict.rows else None
    body = "".join(_diagnosis(d, i) for i, d in enumerate(verdict.diagnoses))
    if expectation is not None:
        rows = "".join(_row(exercise, row, expectation) for row in verdict.rows)
        table = f'<table style="border-collapse:collapse;margin:.4em 0 0;font-size:inherit">{rows}</table>'
        body += table if not verdict.passed else _fold("All checks", table)
    label = "right" if verdict.passed else ("not attempted" if mark == "○" else "not right yet")
    return (
        f'<div class="gradschool-card" role="group" aria-label="{escape(exercise.id)}: {label}" '
        f'style="border-left:5px solid {colour};padding:.5em .9em;margin:.3em 0;background:rgba(127,127,127,.08);'
        f'font-family:system-ui,sans-serif;line-height:1.45;max-width:62em;overflow-x:auto">'
        f'<div><span aria-hidden="true" style="color:{colour};font-size:1.25em;font-weight:700">{mark}</span> '
        f"<b>{escape(exercise.id)}</b> &nbsp; {verdict.points:g} of {verdict.max_points:g} points</div>"
        f'<div style="font-size:1.06em;margin:.15em 0">{_prose(words.headline(verdict))}</div>{body}</div>'
    )


def _diagnosis(diagnosis: object, index: int) -> str:
    """The mistake's name (the first stands in the headline already) and its hints, each opened by the reader."""
    title = getattr(diagnosis, "title", "")
    hints = getattr(diagnosis, "hints", ())
    named = f'<div style="margin:.15em 0">Also: {_prose(title)}</div>' if index else ""
    folds = ""
    for number, hint in reversed(list(enumerate(hints, 1))):
        name = "Hint" if len(hints) == 1 else f"Hint {number} of {len(hints)}"
        folds = _fold(name, f"<div>{_prose(hint)}</div>{folds}")
    return named + folds


def _row(exercise: Exercise, row: Row, expectation: Expectation) -> str:
    mark, colour = ("✓", RIGHT) if row.passed else ("✗", WRONG)
    cell = 'style="padding:.1em .7em .1em 0;vertical-align:top;text-align:left;border:none;background:none"'
    detail = _prose(row.sentence) if row.sentence else ""
    if row.mismatches:
        detail = _mismatch(exercise, words.first(row.mismatches), expectation)
    waiting = row.passed and row.earned < row.points
    if waiting:
        detail = f'<span style="{QUIET}">counts once the values are right</span>'
    points = f'<span style="white-space:nowrap">{row.earned:g} / {row.points:g}</span>'
    cells = (f'<b style="color:{colour}">{mark}</b>', _prose(row.label), points, detail)
    return '<tr style="background:none">' + "".join(f"<td {cell}>{c}</td>" for c in cells) + "</tr>"


def _mismatch(exercise: Exercise, mismatch: Mismatch, expectation: Expectation) -> str:
    of = ""
    if mismatch.output.startswith("gradient") or " after step " in mismatch.output:
        of = f"{_prose(words.gradient_name(mismatch.output, expectation))}: "
    text = f"<div>{of}{_prose(words.where(mismatch, expectation))}</div>"
    shown = words.inputs(mismatch, expectation, exercise.argument_names())
    if shown:
        text += f'<div style="{QUIET}">for {escape(shown)}</div>'
    if mismatch.wrong is not None and not mismatch.sentence:
        drawn = picture(words.errors(mismatch))
        text += f'<div style="margin-top:.3em">{drawn}</div>' if drawn else ""
    return text


def _fold(name: str, inside: str) -> str:
    summary = f'<summary style="cursor:pointer;display:list-item">{escape(name)}</summary>'
    return f'<details style="margin:.15em 0">{summary}{inside}</details>'


def _prose(text: str) -> str:
    """Escaped text in which `names` are set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
