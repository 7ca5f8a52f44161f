"""Every kind of card on one page, to be read and looked at: `gradschool cards`."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

from autograder.checking import feedback
from autograder.checking.assess import assess
from autograder.checking.evidence import MISSING
from autograder.checking.verdict import Verdict
from autograder.spec import catalogue
from autograder.student.check import DESK_SEED

STYLE = """
:root { color-scheme: light dark }
body { max-width: 66em; margin: 2em auto; padding: 0 1em; font-family: system-ui, sans-serif; line-height: 1.45 }
pre { background: rgba(127,127,127,.12); padding: .6em; overflow-x: auto }
"""


@dataclass(frozen=True)
class Sample:
    """An answer and what comes of it; `outcome` says in a few words which kind of card it gives."""

    outcome: str
    exercise: str
    source: str
    verdict: Verdict
    html: str


def samples() -> Iterator[Sample]:
    """The answers of `card_samples.toml`, each checked as at a student's desk."""
    listed = tomllib.loads(files("autograder.demo").joinpath("card_samples.toml").read_text(encoding="utf-8"))
    for one in listed["card"]:
        exercise, source = catalogue.find(one["exercise"]), one["answer"].strip()
        names: dict[str, Any] = {}
        exec(compile(f"import torch\n{source}", f"<{one['outcome']}>", "exec"), names)
        verdict = assess(exercise, names.get(exercise.answer, MISSING), DESK_SEED, [f"import torch\n{source}"])
        told = feedback.report(exercise, verdict, DESK_SEED, source)
        yield Sample(one["outcome"], exercise.id, source, verdict, feedback.card(exercise, verdict, DESK_SEED, told))


def page(shown: Iterator[Sample]) -> str:
    """The cards below each other, each under its answer; light or dark as the reader's system is."""
    parts = [
        f"<h2>{escape(one.outcome)}</h2>\n<pre>{escape(one.source) or '(no answer)'}</pre>\n{one.html}" for one in shown
    ]
    notice = feedback.notice("There is no exercise called 'sotfmax'. Did you mean softmax?")
    parts.append(f"<h2>no such exercise</h2>\n{notice}")
    stopped = feedback.notice("The check of `softmax` was interrupted. Nothing was judged.")
    parts.append(f"<h2>interrupted</h2>\n{stopped}")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Cards</title>'
        f"<style>{STYLE}</style></head><body>\n<h1>Every kind of card</h1>\n" + "\n".join(parts) + "\n</body></html>\n"
    )
