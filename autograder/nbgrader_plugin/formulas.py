"""Formulas as MathML, which browsers draw by themselves: pages that show them load nothing, from no host."""

import re
from html import escape

from docutils.utils.math import latex2mathml

LONGEST = 5_000  # characters of one formula

# What MathJax knows and docutils does not, in words that it does.
SPELLINGS = (
    (re.compile(r"\\([bB]igg?)(?![A-Za-z])"), r"\\\1l"),  # a fence that may stand on either side
    (re.compile(r"\\dots(?![A-Za-z])"), r"\\ldots"),
    (re.compile(r"\\texttt(?![A-Za-z])"), r"\\text"),
    (re.compile(r"([¼½¾])"), r"\\text{\1}"),
    (re.compile(r"^(?=\s*[\^_])"), r"{}"),
)


def mathml(tex: str, block: bool) -> str:
    """A formula as HTML: MathML, or the TeX itself where it cannot be converted.

    Args:
        tex: what stands between the dollars, as it was written; nothing of it becomes markup.
        block: whether it has a line of its own.
    """
    tag = "div" if block else "span"
    try:
        return f'<{tag} class="gradschool-formula">{_converted(tex.strip(), block)}</{tag}>'
    except Exception:  # hostile or unknown TeX ends the converter in many ways; none of them may cost the page
        return f'<{tag} class="gradschool-formula"><code>{escape(tex)}</code></{tag}>'


def _converted(tex: str, block: bool) -> str:
    if len(tex) > LONGEST:
        raise ValueError("a formula of that length is none")
    for theirs, known in SPELLINGS:
        tex = theirs.sub(known, tex)
    made: str = latex2mathml.tex2mathml(tex, as_block=block)
    return re.sub(r"\n\s*", "", made)  # Markdown would take indented lines for code
