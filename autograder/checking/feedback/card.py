"""The verdict as a card: right or wrong at one look, what is the matter in one line, the rest behind folds."""

import re
from html import escape

from autograder.checking.expectation import Expectation, expect
from autograder.checking.feedback import words
from autograder.checking.feedback.picture import picture
from autograder.checking.verdict import Diagnosis, Mismatch, Row, State, Verdict
from autograder.spec import Exercise
from autograder.spec.outputs import Kind

QUIET = "opacity:.75"
# Okabe & Ito's bluish green and vermilion, darkened until white text on them has a contrast of 4.5 and more. Never
# colour alone: a mark and a word go with each, and what is still open is an outline.
RIGHT, WRONG, OPEN = "#007A5E", "#B84A00", "#808080"
CELL = 'style="padding:.1em .7em .1em 0;vertical-align:top;text-align:left;border:none;background:none"'


def card(exercise: Exercise, verdict: Verdict, seed: int, report: str = "") -> str:
    """One block of HTML without scripts, readable in the light theme and the dark one.

    Args:
        report: what a person needs who looks into the verdict; behind a fold of its own.
    """
    mark, word, colour = _status(verdict)
    expectation = expect(exercise, seed) if verdict.rows else None
    body = ""
    if expectation is not None and not verdict.passed:
        body += _evidence(verdict, expectation)
    body += "".join(_diagnosis(d, i) for i, d in enumerate(verdict.diagnoses))
    if expectation is not None:
        body += _checks(verdict, expectation)
    if verdict.passed:
        body += "".join(f'<div style="{QUIET};margin:.15em 0">{_prose(sentence)}</div>' for sentence in verdict.advice)
    if report:
        ask = "Send this to your instructor, or to the course as an issue “Wrongly judged answer”:"
        shown = f'<pre style="white-space:pre-wrap;margin:.2em 0;font-size:.88em">{escape(report)}</pre>'
        body += _fold("Is this verdict wrong?", f"<div>{ask}</div>{shown}")
    said = verdict.passed or verdict.state is State.UNATTEMPTED  # by the mark and the word
    line = "" if said else _prose(words.headline(verdict))
    return _frame(
        f"{exercise.id}: {word}",
        colour,
        f"<div>{_pill(mark, word, colour)} <b>{escape(exercise.id)}</b> &nbsp; "
        f"{verdict.points:g} of {verdict.max_points:g} points</div>"
        + (f'<div style="font-size:1.06em;margin:.35em 0 .15em">{line}</div>' if line else "")
        + body,
    )


def notice(sentence: str) -> str:
    """A card about the call itself: an exercise that is not there."""
    return _frame("nothing was checked", WRONG, f"{_pill('✗', 'nothing checked', WRONG)} {_prose(sentence)}")


def aside(diagnosis: Diagnosis) -> str:
    """One line more, found after the card was shown; its hint behind a fold."""
    return _frame("where to look", OPEN, f"<div>{_prose(diagnosis.title)}</div>{_diagnosis(diagnosis, 0)}")


def outdated(html: str, plain: str) -> tuple[str, str]:
    """A card and its text, marked as what they are once the answer is another one than the card is about.

    The text begins as that of an answer which has not been checked, since this one has not.
    """
    sentence = "The answer has changed since, or its cell did not run through. Run this check again."
    mark = f"<div>{_pill('○', 'of an earlier version', OPEN)} {sentence}</div>"
    return _frame("of an earlier version", OPEN, mark + html), f"○ Of an earlier version. {sentence}\n{plain}"


def line(sentence: str) -> str:
    """One sentence below a card, about no answer."""
    return _frame("to know", OPEN, f"<div>{_prose(sentence)}</div>")


def _status(verdict: Verdict) -> tuple[str, str, str]:
    """Mark, word and colour: what the first look takes in."""
    if verdict.passed:
        return "✓", "right", RIGHT
    if verdict.state in (State.UNATTEMPTED, State.MISSING):
        return "○", "not attempted" if verdict.state is State.UNATTEMPTED else "not found", OPEN
    return "✗", "partly right" if verdict.points else "not right yet", WRONG


def _frame(label: str, colour: str, inside: str) -> str:
    edge = f"5px {'dotted' if colour == OPEN else 'solid'} {colour}"
    return (
        f'<div class="gradschool-card" role="group" aria-label="{escape(label)}" '
        f'style="border-left:{edge};padding:.5em .9em;margin:.3em 0;background:rgba(127,127,127,.08);'
        f'font-family:system-ui,sans-serif;line-height:1.45;max-width:62em;overflow-x:auto;overflow-wrap:anywhere">'
        f"{inside}</div>"
    )


def _pill(mark: str, word: str, colour: str) -> str:
    look = f"border:1px dashed {OPEN}" if colour == OPEN else f"background:{colour};color:#fff"
    return (
        f'<span style="{look};border-radius:.9em;padding:.1em .7em;font-weight:600;'
        f'white-space:nowrap;margin-right:.4em"><span aria-hidden="true">{mark}</span> {word}</span>'
    )


def _evidence(verdict: Verdict, expectation: Expectation) -> str:
    """The first line that failed: the worst element, and the picture of what is wrong, where it was compared."""
    mismatches = next((row.mismatches for row in verdict.rows if row.mismatches), [])
    mismatch = words.first(mismatches) if mismatches else None
    if mismatch is None or mismatch.wrong is None or mismatch.sentence:
        return ""
    return f'<div style="margin:.3em 0">{_mismatch(mismatch, expectation, large=True)}</div>'


def _diagnosis(diagnosis: Diagnosis, index: int) -> str:
    """The mistake's name (the first stands in the headline already) and its hints, each opened by the reader."""
    hints = diagnosis.hints
    named = f'<div style="margin:.15em 0">Also: {_prose(diagnosis.title)}</div>' if index else ""
    folds = ""
    for number, hint in reversed(list(enumerate(hints, 1))):
        name = "Hint" if len(hints) == 1 else f"Hint {number} of {len(hints)}"
        folds = _fold(name, f'<div style="padding-left:1.1em">{_prose(hint)}</div>{folds}')
    return named + folds


def _checks(verdict: Verdict, expectation: Expectation) -> str:
    """All lines behind one fold, which says how many of them are as they should be."""
    passed = sum(row.passed for row in verdict.rows)
    name = "All checks" if verdict.passed else f"All checks ({passed} of {len(verdict.rows)} as they should be)"
    rows = "".join(_row(row, expectation) for row in verdict.rows)
    table = f'<table style="border-collapse:collapse;margin:.4em 0 0;font-size:inherit">{rows}</table>'
    return _fold(name, table)


def _row(row: Row, expectation: Expectation) -> str:
    counts = not row.passed or row.earned == row.points
    mark, colour = ("✗", WRONG) if not row.passed else ("✓", RIGHT) if counts else ("○", OPEN)
    detail = _prose(row.sentence) if row.sentence else ""
    if row.mismatches:
        detail = _mismatch(words.first(row.mismatches), expectation)
    if not counts:
        detail = f'<span style="{QUIET}">counts once the values are right</span>'
    shape = 'style="display:inline-block;background:{};color:#fff;border-radius:3px;width:1.3em;text-align:center"'
    points = f'<span style="white-space:nowrap">{row.earned:g} / {row.points:g}</span>'
    cells = (f"<b {shape.format(colour)}>{mark}</b>", _prose(row.label), points, detail)
    return '<tr style="background:none">' + "".join(f"<td {CELL}>{c}</td>" for c in cells) + "</tr>"


def _mismatch(mismatch: Mismatch, expectation: Expectation, large: bool = False) -> str:
    output, of = mismatch.key.output, ""
    if output.kind is Kind.GRADIENT or output.step:
        of = f"{_prose(expectation.words_for(output))}: "
    text = f"<div>{of}{_prose(words.where(mismatch, expectation))}</div>"
    shown = words.inputs(mismatch, expectation)
    if shown:
        text += f'<div style="{QUIET}">for {escape(shown)}</div>'
    drawn = ""
    if mismatch.wrong is not None and not mismatch.sentence:
        drawn = picture(words.errors(mismatch), scale=1.5 if large else 1.0)
    if drawn:
        text += f'<div style="margin-top:.3em">{drawn}</div>'
    if drawn and large:
        text += f'<div style="{QUIET};font-size:.88em">× is wrong, the stronger the further off</div>'
    return text


def _fold(name: str, inside: str) -> str:
    summary = f'<summary style="cursor:pointer;display:list-item">{escape(name)}</summary>'
    return f'<details style="margin:.15em 0">{summary}{inside}</details>'


def _prose(text: str) -> str:
    """Escaped text in which `names` are set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
