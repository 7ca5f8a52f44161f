"""Answers that read alike once names, layout and comments are taken away. For an instructor's eye, not a finding.

Short tasks have few honest answers, and those coincide: only answers of some length are compared.
"""

import ast
import inspect
import io
import keyword
import tokenize
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from autograder.report.results import Results
from autograder.spec import catalogue
from autograder.untrusted.python import FAILS, Unreadable, flat, walked, written

ALIKE = 0.9  # share of tokens that agree, in order
SHORTEST, LONGEST = 60, 5_000  # tokens of answers that are compared: it costs the square of them
LONGEST_SOURCE = 50_000  # characters of an answer that is read as Python; a longer one is its words
LETTERS = 0xD000  # characters that stand for tokens; of more, two share one
_LAYOUT = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING,
    tokenize.ENDMARKER,
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Students whose answers to one question are nearly the same as one another's, or as the reference."""

    question: str
    students: tuple[str, ...]
    like_the_reference: bool
    least: float  # the smallest similarity that joined the group


def normalised(source: str) -> list[str]:
    """The tokens of a source; names that it makes up itself are numbered in the order in which they first occur."""
    if len(source) > LONGEST_SOURCE:
        return source.split()
    source = _bare(source)
    try:
        tokens = [t for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type not in _LAYOUT]
    except (tokenize.TokenError, *FAILS):
        return source.split()
    after_dot = [False, *(t.string == "." for t in tokens)]
    names: dict[str, str] = {}
    plain = []
    for token, attribute in zip(tokens, after_dot, strict=False):
        if token.type == tokenize.NAME and not attribute and not keyword.iskeyword(token.string):
            plain.append(names.setdefault(token.string, f"name {len(names)}"))
        else:
            plain.append(token.string)
    return plain


def _bare(source: str) -> str:
    """The source without docstrings and annotations; as it is where it cannot be parsed."""
    try:
        tree = flat(source)
    except Unreadable:
        return source
    for node in walked(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    try:
        return written(tree)
    except Unreadable:
        return source


def groups(results: Results) -> list[Group]:
    """All groups of near-identical answers, question by question."""
    return [group for name in results.questions for group in _of_question(name, results)]


def _of_question(question: str, results: Results) -> list[Group]:
    answers = {r.student: tuple(normalised(r.answer)) for r in results.on(question) if r.answer.strip()}
    holders: dict[tuple[str, ...], list[str]] = {}
    for student, tokens in answers.items():
        if SHORTEST <= len(tokens) <= LONGEST:
            holders.setdefault(tokens, []).append(student)
    reference = tuple(_reference(catalogue.find(question).reference))
    forms = list(holders)
    if not forms:
        return []
    letters: dict[str, str] = {}  # rapidfuzz compares strings: one character for each token
    spelled = [
        "".join(letters.setdefault(t, chr(0x100 + len(letters) % LETTERS)) for t in form)
        for form in (*forms, reference)
    ]
    scores = cdist(spelled, spelled, scorer=Indel.normalized_similarity, score_cutoff=ALIKE)
    found = []
    left = set(range(len(forms)))
    while left:
        joined, least = _component(min(left), left, scores)
        left -= joined
        students = sorted(s for i in joined for s in holders[forms[i]])
        like = bool(reference) and any(scores[i][-1] >= ALIKE for i in joined)
        if len(students) > 1 or like:
            found.append(Group(question, tuple(students), like, least))
    return found


def _component(start: int, left: set[int], scores: Any) -> tuple[set[int], float]:
    """Forms reachable from one through pairs that are alike, and the weakest link."""
    joined, waiting, least = {start}, [start], 1.0
    while waiting:
        here = waiting.pop()
        for other in left - joined:
            if scores[here][other] >= ALIKE:
                joined.add(other)
                waiting.append(other)
                least = min(least, float(scores[here][other]))
    return joined, least


def _reference(reference: Any) -> list[str]:
    """The reference's tokens, as far as a source can be had."""
    try:
        return normalised(inspect.cleandoc(inspect.getsource(reference)))
    except (TypeError, OSError):
        return []
